"""Two logical CPU devices: where work runs, what is copied, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.core import planning
from lazytensor.core.system import engine
from lazytensor.runtime.trace import Trace

pytestmark = pytest.mark.usefixtures("tier")


@pytest.fixture(autouse=True)
def _two() -> Iterator[None]:
    with lt.config.override(cpu_devices=2):
        yield


def steps(*tensors: Any) -> list[tuple[str, str]]:
    """(device, step) of everything that would run."""
    planned = planning.pending_plan([tensor._base() for tensor in tensors])
    assert planned is not None
    plan = planned[2]
    plan.check()
    return [(plan.streams[segment.stream].device, step.name) for segment in plan.segments for step in segment.steps]


def test_devices_are_listed_and_have_names() -> None:
    assert [str(device) for device in lt.devices()] == ["cpu:0", "cpu:1"]
    assert lt.devices("cpu") == lt.devices()
    assert str(lt.device("cpu:1")) == "cpu:1"
    with pytest.raises((ValueError, lt.errors.DeviceError), match="cpu:7"):
        lt.ones(3, device="cpu:7")


def test_creation_with_a_device_and_a_default() -> None:
    assert str(lt.ones(3, device="cpu:1").device) == "cpu:1"
    assert str(lt.ones(3).device) == "cpu:0"
    with lt.default_device("cpu:1"):
        x = lt.zeros(3) + 1
        y = lt.asarray([1.0, 2.0, 3.0])
        with lt.default_device("cpu:0"):
            assert str(lt.ones(2).device) == "cpu:0"
        assert str(lt.ones(2).device) == "cpu:1"
    assert [str(value.device) for value in (x, y, x + y)] == ["cpu:1"] * 3
    assert str(lt.zeros(1).device) == "cpu:0"
    assert (x + y).numpy().tolist() == [2, 3, 4]


def test_results_of_pinned_operands_are_pinned_there() -> None:
    x = lt.ones((3, 4), device="cpu:1")
    for value in (x + 1, x.T, x[0], x.sum(axis=0), x @ x.T, lt.concat([x, x]), x + np.ones(4), x * lt.ones(4)):
        assert str(value.device) == "cpu:1"
        assert value.numpy().shape == value.shape


def test_mixed_devices_are_refused_where_they_are_written() -> None:
    x, y = lt.ones(3, device="cpu:1"), lt.ones(3, device="cpu:0")
    for mix in (lambda: x + y, lambda: lt.concat([x, y]), lambda: lt.where(x > 0, x, y), lambda: lt.dot(x, y)):
        with pytest.raises(lt.errors.DeviceError, match=r"cpu:1.*cpu:0|cpu:0.*cpu:1"):
            mix()
    assert (x.to_device("cpu:0") + y).numpy().tolist() == [2, 2, 2]


def test_copies_are_lazy_steps_on_the_receiving_device() -> None:
    x = lt.exp(lt.ones((4, 4), device="cpu:0"))
    y = x.to_device("cpu:1")
    z = y * 2
    assert str(y.device) == str(z.device) == "cpu:1"
    assert y.to_device("cpu:1") is y
    found = steps(z)
    assert [name for _, name in found].count("to_device") == 1
    assert ("cpu:1", "to_device") in found
    assert found[0][0] == "cpu:0"
    np.testing.assert_allclose(z.numpy(), np.exp(np.ones((4, 4))) * 2, rtol=1e-14)


def test_one_operand_is_copied_once() -> None:
    weights = lt.arange(5.0) * 3
    x = lt.ones(5, device="cpu:1")
    total = x * weights + (x - weights) * (weights + x)
    assert [name for _, name in steps(total)].count("to_device") <= 1
    w = np.arange(5.0) * 3
    np.testing.assert_array_equal(total.numpy(), w + (1 - w) * (w + 1))


def test_work_runs_where_it_is_pinned() -> None:
    trace = engine().trace = Trace()
    try:
        kept = [(lt.ones((64, 64), device=f"cpu:{k % 2}") @ (lt.ones((64, 64)) + k)).start() for k in range(6)]
        lt.wait_all()
    finally:
        engine().trace = None
    assert {record.device for record in trace.records if record.name == "matmul"} == {"cpu:0", "cpu:1"}
    assert [x[0, 0].item() for x in kept] == [64.0 * (1 + k) for k in range(6)]


def test_a_failure_crosses_devices() -> None:
    bad = lt.linalg.inv(lt.ones((2, 2), device="cpu:0"))
    far = bad.to_device("cpu:1") + 1
    good = lt.ones((2, 2), device="cpu:1") + 1
    lt.start(far, good)
    with pytest.raises(np.linalg.LinAlgError):
        far.wait()
    assert good.numpy().tolist() == [[2, 2], [2, 2]]
    engine().idle()
    engine().take_error()


def test_data_parallel_steps_equal_one_device() -> None:
    def train(names: list[str]) -> Any:
        rng = np.random.default_rng(0)
        w = lt.asarray(rng.integers(-3, 4, (6, 2)).astype(float))
        for _ in range(3):
            gradients = []
            for name in names:
                part = lt.asarray(rng_parts[name], device=name) if len(names) > 1 else lt.asarray(rng_parts["all"])
                local = w.to_device(name) if len(names) > 1 else w
                gradients.append((part.T @ (part @ local)).to_device("cpu:0") if len(names) > 1 else part.T @ (part @ local))
            total = gradients[0]
            for item in gradients[1:]:
                total = total + item
            w = w - total * 2.0**-6
            w = w.to_device("cpu:0")
        return w.numpy()

    whole = np.random.default_rng(1).integers(-2, 3, (8, 6)).astype(float)
    rng_parts = {"cpu:0": whole[:4], "cpu:1": whole[4:], "all": whole}
    np.testing.assert_allclose(train(["cpu:0", "cpu:1"]), train(["cpu:0"]), rtol=1e-12)


def test_the_variable_makes_devices() -> None:
    program = "import lazytensor as lt; x = lt.ones(3, device='cpu:2') + 1; print(len(lt.devices()), x.device, x)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LAZYTENSOR_CPU_DEVICES": "3"},
    )
    assert done.stdout == "3 cpu:2 [2. 2. 2.]\n", done.stderr

"""Region stores: in place, in one kernel with what computes their values, whatever they read of the array they write to."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.compiler.codegen.forms import mapping, regions
from lazytensor.core import system
from lazytensor.runtime.trace import Trace


@pytest.fixture(params=["whole", "small chunks"])
def chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With small chunks every kernel has several, shared by the threads."""
    if request.param == "small chunks":
        monkeypatch.setattr(regions, "REGION_CHUNK", 24)
        for module in (regions, mapping):
            monkeypatch.setattr(module, "grain", lambda nanoseconds, multiple=1, target=0.0: multiple)
    lt.clear_caches()


def heat(a: Any) -> None:
    m = a[1:-1, 1:-1]
    a[1:-1, 1:-1] = m + 0.125 * (a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4.0 * m)


def line(a: Any) -> None:
    a[1:-1] = 0.5 * (a[:-2] + a[2:])


def far(a: Any) -> None:
    a[5:-3] = a[:-8] - 2 * a[8:]


def cube(a: Any) -> None:
    a[1:-1, 1:-1, 1:-1] = a[1:-1, 1:-1, 1:-1] + 0.1 * (a[2:, 1:-1, 1:-1] - a[:-2, 1:-1, 1:-1] + a[1:-1, 1:-1, 2:])


def forward(a: Any) -> None:
    a[:-1] += a[1:] * 0.5


def backward(a: Any) -> None:
    a[1:] += a[:-1] * 0.5


def same(a: Any) -> None:
    a[2:, 1:] = a[2:, 1:] * 2 + 1


def within_rows(a: Any) -> None:
    a[:, 1:] = a[:, :-1] * 0.5


def every_other(a: Any) -> None:
    a[::2, 1::2] = a[1::2, ::2] - a[::2, ::2]


def turned(a: Any) -> None:
    a[...] = a.T + 1


def upside_down(a: Any) -> None:
    a[::-1] = a + 1


def mirrored(a: Any) -> None:
    a[:, ::-1] = a * 2


def spread(a: Any) -> None:
    a[...] = a[:1] + a[:, -1:]


def column(a: Any) -> None:
    a[1:-1, 3] = a[:-2, 3] + a[2:, 2]


def others(a: Any) -> None:
    b = a * 2
    a[1:3] = b[0:2] + b[1:3]
    a[0] = a[1] - b[2]


CASES = [
    (heat, (17, 23)),
    (heat, (3, 3)),
    (heat, (2, 9)),
    (heat, (64, 5)),
    (line, (100,)),
    (line, (5000,)),
    (line, (3,)),
    (far, (3000,)),
    (far, (9,)),
    (cube, (9, 8, 7)),
    (cube, (20, 3, 40)),
    (forward, (4000,)),
    (backward, (4000,)),
    (forward, (33, 7)),
    (backward, (33, 7)),
    (same, (12, 9)),
    (within_rows, (12, 9)),
    (within_rows, (3, 2500)),
    (every_other, (12, 16)),
    (turned, (15, 15)),
    (upside_down, (37,)),
    (upside_down, (12, 5)),
    (mirrored, (12, 5)),
    (spread, (12, 5)),
    (column, (40, 5)),
    (others, (6, 4)),
]


def values(shape: tuple[int, ...], dtype: str = "f8") -> Any:
    return np.random.default_rng(3).integers(-50, 50, shape).astype(dtype)


@pytest.mark.usefixtures("chunks")
@pytest.mark.parametrize(("work", "shape"), CASES, ids=lambda value: getattr(value, "__name__", str(value)))
def test_stores_that_read_the_array_they_write(work: Any, shape: tuple[int, ...], tier: str) -> None:
    expected = values(shape)
    for threads in (1, 2):
        found = values(shape)
        with lt.config.override(threads=threads):
            a = lt.asarray(found)
            before = a + 0
            for number in range(3):
                work(a)
                if number == 1:
                    a.wait()
                if threads == 1:
                    work(expected)
        np.testing.assert_allclose(a.numpy(), expected, rtol=1e-13)
        np.testing.assert_array_equal(before.numpy(), found)


# NumPy warns where it drops an imaginary part.
@pytest.mark.parametrize(
    ("base", "value"),
    [(b, v) for b in ("f4", "f8", "i4", "u1", "?", "c8") for v in ("f4", "i8", "?", "c16") if v != "c16" or b == "c8"],
)
def test_stores_convert_to_the_dtype_of_the_base(base: str, value: str, tier: str) -> None:
    v = np.abs(values((8, 6), value))
    expected = values((10, 6), base)
    a = lt.asarray(expected)
    expected[1:-1] = v + v
    a[1:-1] = lt.asarray(v) + lt.asarray(v)
    np.testing.assert_array_equal(a.numpy(), expected)


def test_a_value_that_is_kept_is_stored_twice(tier: str) -> None:
    x = values((9, 5))
    a, b = lt.asarray(x), lt.zeros((11, 7))
    v = a * 2 + 1
    b[1:-1, 1:-1] = v
    lt.materialize(v, b)
    np.testing.assert_array_equal(v.numpy(), x * 2 + 1)
    np.testing.assert_array_equal(b.numpy(), np.pad(x * 2 + 1, 1))


def test_somebody_else_holds_the_array(tier: str) -> None:
    x = values((9, 5))
    a = lt.asarray(x) + 0
    seen = a.numpy()
    view = a[1:]
    a[1:-1] = a[:-2] + a[2:]
    expected = x.copy()
    expected[1:-1] = x[:-2] + x[2:]
    np.testing.assert_array_equal(a.numpy(), expected)
    np.testing.assert_array_equal(view.numpy(), expected[1:])
    np.testing.assert_array_equal(seen, x)


def test_reductions_of_what_is_stored(tier: str) -> None:
    def work(xp: ModuleType, a: Any) -> Any:
        residuals = []
        for _ in range(3):
            new = 0.5 * (a[:-2] + a[2:])
            residuals.append(xp.max(xp.abs(new - a[1:-1])))
            a[1:-1] = new
        return residuals

    x = values((40,))
    a = lt.asarray(x)
    found = work(lt, a)
    expected = work(np, x)
    np.testing.assert_allclose([float(each) for each in found], [float(each) for each in expected])
    np.testing.assert_allclose(a.numpy(), x)


def test_a_loop_takes_no_new_memory_and_one_kernel_a_step() -> None:
    x = values((200, 300))
    with lt.config.override(tier="compile", background=False):
        a = lt.asarray(x) + 0
        heat(a)
        a.wait()
        engine = system.engine()
        memory = a.numpy().ctypes.data
        engine.trace = trace = Trace()
        try:
            for _ in range(5):
                heat(a)
                a.wait()
                assert a.numpy().ctypes.data == memory
            for _ in range(5):
                heat(a)
            a.wait()
        finally:
            engine.trace = None
        assert a.numpy().ctypes.data == memory
    assert len(trace.records) == 10
    for _ in range(11):
        heat(x)
    np.testing.assert_allclose(a.numpy(), x, rtol=1e-13)

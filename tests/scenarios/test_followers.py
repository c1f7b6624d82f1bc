"""Small results that nobody reads hold no large values: a flush computes them with what they read."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref

import numpy as np
import pytest
from counting import Counter

import lazytensor as lt
from lazytensor.core import background, followers, planning
from lazytensor.core.system import engine
from lazytensor.runtime.trace import Trace

pytestmark = pytest.mark.recorded

SHAPE = (100, 200)  # 160 KB
ARRAY = 163_840  # as the allocator rounds it


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    """Nothing of other tests in memory."""
    gc.collect()
    lt.wait_all()
    lt.clear_caches()
    yield
    lt.wait_all()


def arrays() -> float:
    """Large arrays in use."""
    return lt.memory_stats()["live_bytes"] / ARRAY


def start() -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    return lt.asarray(random.normal(size=SHAPE)), lt.asarray(random.normal(size=SHAPE))


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "mean of squares": lambda r, x: (r * r).mean(),
    "sum of two": lambda r, x: lt.sqrt((r * r).sum()) + 0.1 * lt.abs(x).max(),
    "deviation": lambda r, x: r.std(),
    "norm": lambda r, x: lt.linalg.norm(r),
    "product": lambda r, x: lt.vdot(r, r) / 2,
    "row sums": lambda r, x: lt.tanh(r).sum(axis=1),
    "argmax": lambda r, x: r.argmax(axis=0),
    "part of a view": lambda r, x: (r.T[::2, ::-1] * 2).min(axis=0)[3:],
    "elements": lambda r, x: r[3, :4] * 2,
    "gathered": lambda r, x: r[[0, 5], [1, 7]],
    "flattened": lambda r, x: r.reshape(-1)[7],
    "comparison": lambda r, x: (r > 0).sum() / r.size,
}


def train(loss: Callable[[Any, Any], Any], rounds: int, wait: Callable[[Any, Any, Any], object]) -> tuple[Any, list[Any], float]:
    """A loop that keeps its losses unread; the most arrays in use at the end of a round."""
    x, b = start()
    losses = []
    most = 0.0
    for _ in range(rounds):
        r = x * 0.9 - b
        losses.append(loss(r, x))
        x = x - 0.1 * r
        wait(x, r, losses[-1])
        most = max(most, arrays())
    return x, losses, most


@pytest.mark.parametrize("name", LOSSES)
def test_memory_stays_flat_and_the_bits_are_the_same(name: str, tier: str) -> None:
    x, losses, most = train(LOSSES[name], 12, lambda x, r, loss: x.wait())
    assert most <= 6
    other, read, _ = train(LOSSES[name], 12, lambda x, r, loss: (loss.wait(), x.wait()))
    assert x.numpy().tobytes() == other.numpy().tobytes()
    assert [loss.numpy().tobytes() for loss in losses] == [loss.numpy().tobytes() for loss in read]


def test_a_hundred_rounds_meet_one_plan() -> None:
    counts = []
    with lt.config.override(tier="interpret"):
        _, losses, most = train(LOSSES["mean of squares"], 100, lambda x, r, loss: (x.wait(), counts.append(len(planning.plans))))
    assert most <= 4
    assert counts[3] == counts[-1]
    assert len(followers.watched) < 2 * followers._TIDY
    assert all(np.isfinite(float(loss)) for loss in losses)


WAITS: dict[str, Callable[[Any, Any, Any], object]] = {
    "the residual": lambda x, r, loss: r.wait(),
    "something of the residual": lambda x, r, loss: lt.abs(r).wait(),
    "a number": lambda x, r, loss: float(lt.abs(x).sum()),
    "both": lambda x, r, loss: lt.materialize(x, r),
    "a start": lambda x, r, loss: (lt.start(x), engine().idle()),
}


@pytest.mark.parametrize("wait", WAITS)
def test_whatever_is_waited_for(wait: str) -> None:
    with lt.config.override(tier="interpret"):
        _, losses, most = train(LOSSES["mean of squares"], 20, WAITS[wait])
        assert most <= 8
        assert all(np.isfinite(float(loss)) for loss in losses)


def test_a_residual_that_was_computed_before_its_loss_was_recorded() -> None:
    x, b = start()
    losses = {}
    with lt.config.override(tier="interpret"):
        for step in range(20):
            r = x - b
            print(float(lt.abs(r).max()))
            losses[step] = {"loss": (r * r).mean(), "least": r.min()}  # both keep r
            x = x - 0.1 * r
            x.wait()
            assert arrays() <= 8


def test_a_loop_that_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("START_WORK", 1 << 20), ("MEAN_WORK", 1 << 16), ("LOST_WORK", 1 << 24)):
        monkeypatch.setattr(background, name, value)
    with lt.config.override(tier="compile"):
        x, losses, _ = train(LOSSES["mean of squares"], 60, lambda x, r, loss: None)
        engine().idle()
        assert arrays() <= 12
        x.wait()
        engine().idle()
        assert arrays() <= 4
    assert all(np.isfinite(float(loss)) for loss in losses)


def test_a_graph_of_several_pieces() -> None:
    """Planned 1,000 operations at a time; the pieces meet one plan, and none holds the residuals of the last."""
    with lt.config.override(tier="interpret", background=False):
        x, losses, _ = train(LOSSES["mean of squares"], 600, lambda x, r, loss: None)
        x.wait()
        assert arrays() <= 4
        assert len(planning.plans) <= 5
        # 27, and up to 30 where threads that give memory back have to wait for a core; of 600 residuals.
        assert lt.memory_stats()["peak_bytes"] / ARRAY < 60
    assert all(np.isfinite(float(loss)) for loss in losses[::50])


def test_losses_join_the_kernel_of_what_they_read() -> None:
    with lt.config.override(tier="compile"):
        x, b = start()
        engine().trace = trace = Trace()
        try:
            r = lt.tanh(x) - b
            loss = (r * r).sum()
            r.wait()
        finally:
            engine().trace = None
        assert len(trace.records) == 1
        assert loss.is_ready()


def test_what_is_no_follower_stays_pending() -> None:
    x, b = start()
    counter = Counter()
    counted = counter(lt.sum(x * b))  # a library call of its own
    held = (b * 2).max()  # b lives on, and is not of this flush
    large = lt.exp(x * b)
    small = lt.sin(lt.asarray([1.0, 2.0]))
    pairs = ((x * b).reshape(-1)[:, None] > lt.zeros((1, 50))).sum()  # fifty times the work
    (x * b).wait()
    assert counter.calls == 0
    assert not any(tensor.is_ready() for tensor in (counted, held, large, small, pairs))
    assert float(counted) == float((x.numpy() * b.numpy()).sum() + 1) or counter.calls == 1


def test_a_failure_in_a_follower_does_not_reach_the_wait(tier: str) -> None:
    base = lt.ones(SHAPE, dtype=lt.int64)
    n = base * 3
    powers = (n ** (n - 4)).sum()  # an integer to the power of -1
    total = n.sum() + 0
    n.wait()
    assert n.numpy()[0, 0] == 3
    assert int(total) == 3 * n.size
    for _ in range(2):
        with pytest.raises(ValueError, match="negative integer powers"):
            powers.wait()
    assert n.wait() is n


def test_a_follower_that_reads_a_failure_does_not_reach_the_wait(tier: str) -> None:
    failed = lt.linalg.inv(lt.zeros((2, 2)))
    with pytest.raises(np.linalg.LinAlgError):
        failed.wait()
    x, b = start()
    noise = lt.random.default_rng(1).normal(size=SHAPE)
    r = x - b + noise
    loss = (r * failed[0, 0]).sum()
    r.wait()
    assert np.isfinite(r.numpy()).all()
    with pytest.raises(np.linalg.LinAlgError):
        loss.wait()


def test_a_follower_that_dies_costs_nothing() -> None:
    x, b = start()
    r = x - b
    loss = ref((r * r).sum()._base())
    assert loss() is None
    r.wait()
    assert arrays() <= 1.1


def test_updates_in_place_stay_in_place() -> None:
    """A pending loss that reads the old values does not force a copy when it is computed in the same flush."""
    with lt.config.override(tier="compile"):
        x, b = start()
        a = x + b
        a.wait()
        losses = []
        a[1:-1] = a[:-2] * 0.5
        a.wait()
        memory = a.numpy().ctypes.data
        expected = a.numpy().copy()
        for _ in range(4):
            losses.append((a * a).sum())
            a[1:-1] = a[:-2] * 0.5
            a.wait()
            assert a.numpy().ctypes.data == memory
        for loss in losses:
            np.testing.assert_allclose(float(loss), (expected * expected).sum())
            expected[1:-1] = expected[:-2].copy() * 0.5

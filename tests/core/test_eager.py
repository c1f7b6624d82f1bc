"""Small work whose operands are there runs at once: what must not change by it."""

from __future__ import annotations

import operator
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.core import eager, planning
from lazytensor.core.handle import current, look

pytestmark = pytest.mark.skipif(lt.config.tier == "compile", reason="nothing runs at once where kernels are asked for")


def there(*shape: int) -> lt.Tensor:
    """A computed tensor of numbers from 1 on."""
    return lt.asarray(np.arange(1.0, 1.0 + int(np.prod(shape))).reshape(shape))


def test_work_on_computed_operands_is_done_when_it_is_asked_for() -> None:
    x = there(3, 4)
    for made in (
        x + 1,
        2 - x,
        lt.sqrt(x),
        x.sum(axis=0),
        x @ x.T,
        x[1],
        x[1, 2],
        lt.where(x > 2, x, 0.0),
        lt.concatenate([x, x]),
        x.copy(),
        lt.add(x, 1.0, out=there(3, 4)),
        lt.maximum.accumulate(x),
        lt.add.reduce(x),
        lt.multiply.outer(x[0], x[1]),
        lt.full((2, 3), 1.5),
        lt.asarray(np.ones(3)),
        lt.linspace(0, 1, 5),
        lt.arange(0, 1, 0.25),
        lt.append(x, 1.0),
        lt.argsort(x),
        lt.einsum("ij,kj->ik", x, x),
        lt.interp(2.5, x[0], x[0]),
        lt.array([[x[0, 0], 2.0], [3.0, x[1, 1]]]),
        lt.count_nonzero(x),
        (x + 1j).real * 2,
        2.0**x,
    ):
        assert made.is_ready()
    with lt.config.override(eager_elements=0):
        assert not (there(3, 4) + 1).is_ready()


def test_pending_and_large_operands_are_recorded() -> None:
    large = there(eager.limit.most + 1)
    assert not (large + 1).is_ready()
    assert not ((large + 1)[:3] * 2).is_ready()
    with lt.config.override(eager_elements=2, deterministic=True):
        assert not (there(3) + 1).is_ready()


def test_creations_are_recorded_and_made_when_they_are_read() -> None:
    x = lt.arange(5000)
    assert not x.is_ready()
    assert (x[:5] + there(5)).is_ready()
    assert lt.zeros(5).is_ready()  # which NumPy makes sooner than a node is recorded
    assert lt.arange(5).is_ready()
    assert not lt.zeros(eager.limit.elements + 1).is_ready()
    y = lt.zeros((1000, 1000))
    assert not y.is_ready()
    row = lt.ones((1000, 1000))[3]
    assert (row + there(1000)).is_ready()
    y[3, 4] = 2.0
    assert y.is_ready()
    assert y[3, 4].is_ready()
    assert float(y.sum()) == 2.0


def test_what_fails_fails_at_the_wait() -> None:
    singular = lt.linalg.inv(lt.asarray([[1.0, 1.0], [1.0, 1.0]]))
    with pytest.raises(np.linalg.LinAlgError):
        singular.wait()
    with pytest.raises(ValueError, match="broadcast"):
        there(2) + there(3)
    x = lt.asarray([1, 2], dtype=lt.int8)
    with pytest.raises(OverflowError):
        x[0] = 300
    assert x.tolist() == [1, 2]


def test_floating_point_events_are_silent_and_the_users_state_stays() -> None:
    x = lt.asarray([0.0, 1.0])
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        before = np.geterr()
        assert (1.0 / x).tolist() == [np.inf, 1.0]
        assert (x[0] / x[0]).tolist() != 0.0
        x[0] = 1e308
        assert (x * 1e10)[0].item() == np.inf
        assert np.geterr() == before


def test_exports_and_pending_readers_keep_the_old_values() -> None:
    for view in (False, True):
        x = there(6)
        shown = x[:] if view else x
        exported = x.numpy()
        with lt.config.override(eager_elements=0):
            pending = x + 0
        before = exported.tolist()
        shown[1:3] = 0.0
        shown[5] = -1.0
        assert exported.tolist() == before == pending.tolist()
        assert x.tolist() == [1.0, 0.0, 0.0, 4.0, 5.0, -1.0]
        assert not np.shares_memory(exported, x.numpy())


def test_out_and_at_write_into_what_aliases_show() -> None:
    x = there(6)
    part, exported = x[1:4], x.numpy()
    before = exported.tolist()
    assert lt.multiply(part, 2.0, out=part) is part
    lt.add.at(x, [0, 0, 5], 1.0)
    assert x.tolist() == [3.0, 4.0, 6.0, 8.0, 5.0, 7.0]
    assert part.tolist() == [4.0, 6.0, 8.0]
    lt.subtract.at(part, [-1], x[1])
    assert x.tolist() == [3.0, 4.0, 6.0, 4.0, 5.0, 7.0]
    assert exported.tolist() == before
    lt.add.at(x, [1, 6], 1.0)
    with pytest.raises(IndexError):
        x.wait()
    with pytest.raises(ValueError, match="read-only"):
        lt.add(there(3), 1.0, out=lt.broadcast_to(there(1), (3,)))


def test_what_is_done_at_once_says_what_recorded_work_says() -> None:
    infinite, two = lt.asarray([np.inf, 2.0]), lt.asarray([2.0, -np.inf])
    with lt.config.override(eager_elements=0):
        recorded = lt.floor_divide.outer(lt.asarray([np.inf, 2.0]), lt.asarray([2.0, -np.inf])).tolist()
    assert str(lt.floor_divide.outer(infinite, two).tolist()) == str(recorded)
    with pytest.raises(TypeError, match="arange"):
        lt.arange(0.5, 10**400)
    with pytest.raises(TypeError, match="empty"):
        lt.empty(3, dtype="S1")
    assert lt.count_nonzero(lt.asarray([0, 3], dtype=lt.uint8)).dtype == lt.int64


def test_a_slice_that_is_changed_in_place_is_not_stored_twice() -> None:
    x, y = there(6), there(6)
    x[1:] -= y[:-1]
    assert x.tolist() == [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    x[1:] = x[:-1] + np.arange(5)
    x[::2] = x[::2]
    assert x.tolist() == [1.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    x[3:] = x[:3]
    assert x.tolist() == [1.0, 1.0, 2.0, 1.0, 1.0, 2.0]


def test_stores_are_in_place_where_nobody_else_reads() -> None:
    x = there(6)
    part = x[1:4]
    memory = look(x)[0]  # type: ignore[index]
    for number in range(10):
        x[number % 6] = float(number)
        part[0] = 7.0
    assert look(x)[0] is memory  # type: ignore[index]
    assert part.tolist() == x[1:4].tolist()


def test_stores_to_what_has_no_views_are_in_place() -> None:
    for x, key in ((there(6), 3), (there(6), slice(1, 3)), (there(100, 100), 3), (there(100, 100), (2, 5)), (lt.zeros(6), 1)):
        memory = current(x).ctypes.data
        for value in (1.5, there(1)[0]):
            x[key] = value
            assert current(x).ctypes.data == memory


def test_exports_of_large_memory_keep_the_old_values() -> None:
    for make in (lambda: there(100, 100), lambda: (there(100, 100) + 0).wait(), lambda: there(100, 100)[...]):
        x = make()
        x[0, 0] = 5.0
        exported, part = x.numpy(), x[1:].numpy()
        x[1, 1] = -1.0
        x[0] = -2.0
        assert exported[0, 0] == 5.0
        assert exported[1, 1] == part[0, 1] == 102.0
        assert x[1, 1].item() == -1.0


def test_numpys_integers_index_as_pythons_do() -> None:
    x = there(3, 4)
    row = x[np.int64(1)]
    row[0] = 99.0
    x[np.int64(2), np.intp(3)] = -1.0
    assert x[1, 0].item() == 99.0
    assert x[np.int64(2)][3].item() == -1.0
    assert x[None, 1].shape == (1, 4)


def test_results_have_memory_of_their_own() -> None:
    turned = there(4, 5).T.reshape(-1)
    exported = turned.numpy()
    turned[0] = -7.0
    assert exported[0] == 1.0
    x = lt.asarray(np.arange(5))
    x[1:].wait()
    made = lt.round(x)
    x[0] = 55
    assert made.tolist() == [0, 1, 2, 3, 4]


NO_CHANGE: dict[str, Any] = {
    "diff": lambda x: lt.diff(x, 0),
    "repeat": lambda x: lt.repeat(x, 1, 0),
    "reshape": lambda x: x.reshape(x.shape),
    "roll": lambda x: lt.roll(x, 0),
    "tile": lambda x: lt.tile(x, 1),
    "wheres": lambda x: lt.where(True, x, x),
} | {
    name: function
    for name, function in vars(lt).items()
    if getattr(getattr(function, "__code__", None), "co_name", "") == "either"
}


@pytest.mark.parametrize("name", sorted(NO_CHANGE))
def test_what_runs_at_once_aliases_what_recorded_work_does(name: str) -> None:
    for shape in ((3, 3), (4,)):
        seen = []
        for most in (0, 4096):
            with lt.config.override(eager_elements=most):
                x = there(*shape)
                try:
                    made = NO_CHANGE[name](x)
                except (TypeError, ValueError):
                    continue
                x[...] = 77.0
                first = made[0] if type(made) is tuple else made
                seen.append(first.tolist())
                if isinstance(first, lt.Tensor) and first.ndim:
                    first[...] = 5
                seen[-1] = seen[-1], x.tolist()
        assert repr(seen[:1]) == repr(seen[1:])  # some are nan


@pytest.mark.parametrize("most", [0, 4096])
def test_sizes_beyond_a_machine_word_are_value_errors(most: int) -> None:
    with lt.config.override(eager_elements=most):
        one = there(1)
        for length in (1 << 70, -(1 << 70)):
            with pytest.raises(ValueError, match=r"too big|negative"):
                lt.zeros(length)
            with pytest.raises(ValueError, match=r"too big|negative"):
                lt.ones((length, length))
            with pytest.raises(ValueError, match=r"too big|negative|exceeded"):
                lt.broadcast_to(one, (length,)) + 1
            with pytest.raises(ValueError, match=r"too big|negative|exceeded"):
                lt.outer(lt.broadcast_to(one, (length,)), there(3))


def test_what_is_gathered_is_small_too() -> None:
    large, places = there(1000, 200), lt.asarray(np.arange(20))
    assert large[places[:3]].is_ready()
    assert not large[lt.asarray(np.zeros(4000, int))].is_ready()
    with pytest.raises(ValueError, match="sequence"):
        large[0, 0] = there(1)


def test_a_pending_store_closes_windows_on_large_memory() -> None:
    x = there(100, 100)
    row = x[3]
    assert row.is_ready()
    x += lt.ones((100, 100)) * 2
    assert row.tolist() == (np.arange(301.0, 401.0) + 2).tolist()


def test_new_graphs_of_small_work_are_walked_and_planned_when_they_come_again() -> None:
    lt.clear_caches()
    with lt.config.override(eager_elements=0, tier="auto"):
        for _ in range(planning.WALKS):
            assert (there(7) * 2 + 1).sum().item() == 63
        assert not planning.plans
        assert (there(7) * 2 + 1).sum().item() == 63
        assert len(planning.plans) == 1


def test_new_graphs_of_large_work_run_as_recorded_where_a_plan_would_not_pay() -> None:
    lt.clear_caches()
    x = there(700, 700)
    with lt.config.override(tier="auto"):
        for _ in range(planning.WALKS):
            (x @ x + 1).wait()
        assert not planning.plans
        (x @ x + 1).wait()
        assert len(planning.plans) == 1
        # Kernels save as much as planning costs, from the first time on.
        long = there(4_000_000)
        (lt.sqrt(long) * long + long * 2 - long / 3).wait()
        assert len(planning.plans) == 2


def test_what_gathers_far_too_much_is_not_done_at_once() -> None:
    """However the lengths multiply: this many elements are a multiple of 2**64."""
    wide = lt.broadcast_to(there(1) > 0, (1 << 30, 1 << 30))
    found = wide[lt.asarray(np.zeros(4096, np.int64)), :]
    assert found.shape == (4096, 1 << 30)
    assert not found.is_ready()


def test_a_loop_on_something_large_that_was_pending_goes_on_at_once() -> None:
    with lt.config.override(tier="auto"):
        large = lt.ones((700, 700)) * 0.5
        x = lt.zeros(700)
        pending = []
        for i in range(1, 700):
            x[i] = 1 + large[i, :i] @ x[:i] / 700
            pending.append(not x.is_ready())
        assert any(pending)
        assert not any(pending[550:])
        expected = np.zeros(700)
        for i in range(1, 700):
            expected[i] = 1 + np.full(i, 0.5) @ expected[:i] / 700
        np.testing.assert_allclose(x.numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("elements", [0, 4, 4096])
@pytest.mark.parametrize("seed", range(30))
def test_programs_by_chance(seed: int, elements: int) -> None:
    """Views, updates, reads and copies, where small work meets pending and large: as in NumPy, whatever runs at once."""
    with lt.config.override(eager_elements=elements):
        ours, theirs = [run(seed, xp) for xp in (lt, np)]
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(np.asarray(mine), other)


def run(seed: int, xp: Any) -> list[Any]:
    chance = random.Random(seed)
    held = [xp.asarray(np.arange(12.0).reshape(3, 4)), xp.zeros((3, 4)), xp.asarray(np.linspace(0, 1, 12).reshape(4, 3))]
    kept: list[Any] = []
    for _ in range(40):
        x = chance.choice(held)
        kind = chance.randrange(11)
        if kind == 0:
            held.append(x[chance.randrange(len(x)) :] if len(x) else x)
        elif kind == 1:
            held.append(x.T)
        elif kind == 2:
            # NumPy's result of a transpose is one in memory too, ours is not.
            held.append(xp.ascontiguousarray(x * chance.choice([0.5, 2, -1]) + 1))
        elif kind == 3 and x.size:
            x[..., chance.randrange(x.shape[-1])] = chance.choice([3.0, 7])
        elif kind == 4 and x.size:
            x[0] = x[-1] * 0.5
        elif kind == 5:
            x += 1
        elif kind == 6:
            held.append(x.copy())
        elif kind == 7:
            kept.append(np.array(x))
        elif kind == 8:
            kept.append(x.sum(axis=0))
        elif kind == 9:
            held.append(x.reshape(-1)[::2])
        elif x.size:
            index = tuple(chance.randrange(length) for length in x.shape)
            x[index] = x[index] * 2
        held = held[-6:]
    return [*kept, *held]


AUGMENTED: list[Callable[[Any, Any], Any]] = [
    operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ifloordiv, operator.imod,
    operator.iand, operator.ior, operator.ixor, operator.ilshift, operator.irshift,
]  # fmt: skip


@pytest.mark.parametrize("function", AUGMENTED)
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64", "float32", "complex128"])
def test_augmented_assignments(function: Callable[[Any, Any], Any], dtype: str) -> None:
    """What they store, and what they refuse with nothing written, as in NumPy; through views too, and of what overlaps."""
    others: list[Callable[[Any], Any]] = [
        lambda x: 2, lambda x: 300, lambda x: -1, lambda x: 1.5, lambda x: 1j, lambda x: True, lambda x: x[::-1], lambda x: x[:1],
        lambda x: x[:2], lambda x: x[1], lambda x: x.real.astype("float64"), lambda x: x.real.astype("int32")[None],
    ]  # fmt: skip
    for other in others:
        for part in (slice(None), slice(1, None), slice(None, None, -2)):
            results = []
            for xp in (lt, np):
                x = xp.asarray(np.array([1, 3, 2, 5, 4]).astype(dtype))
                view = x[part]
                try:
                    with np.errstate(all="ignore"):
                        assert function(view, other(x)) is view
                        x = np.asarray(x)
                    results.append((None, x.tolist()))
                except (TypeError, ValueError, OverflowError):
                    results.append(("refused", np.asarray(x).tolist()))
            assert str(results[0]) == str(results[1]), (other(np.arange(5)), part)


def test_augmented_assignments_are_in_place_where_nobody_else_reads() -> None:
    x = there(1000) + 0
    view = x[1:]
    view += 1
    address = x._share().array.__array_interface__["data"]  # type: ignore[union-attr]
    view -= x[:-1]
    x *= 2.0
    assert x._share().array.__array_interface__["data"] == address  # type: ignore[union-attr]
    old = x.numpy()
    with lt.config.override(eager_elements=0):
        pending = x + 1
    before = old.copy()
    view += 5.0
    np.testing.assert_array_equal(old, before)
    np.testing.assert_array_equal(pending.numpy(), before + 1)
    assert x[1:].tolist() == (before[1:] + 5).tolist()


def test_a_first_store_through_a_view_of_a_result_copies_nothing() -> None:
    for show in (lambda x: x[1:], lambda x: x.reshape(10, -1), lambda x: x.T):
        x = there(1000) + 0
        memory = x._array.__array_interface__["data"]
        show(x)[...] = 3.0
        assert x._share().array.__array_interface__["data"] == memory  # type: ignore[union-attr]


def test_products_are_bounded_by_their_arithmetic() -> None:
    with lt.config.override(tier="auto", deterministic=False):
        matrix, vector = there(1000, 1000), there(1000)
        assert (matrix @ vector).is_ready()
        assert lt.dot(vector, matrix).is_ready()
        square = there(200, 200)
        assert not (square @ square).is_ready()


def test_shapes_of_more_elements_than_a_machine_word_counts() -> None:
    long = 1 << 31
    rows, columns = lt.zeros((long, 1, 1)), lt.zeros((1, long, 1))
    for both in (lambda: rows + columns * lt.zeros((1, 1, long)), lambda: lt.maximum(rows + columns, lt.zeros((1, 1, long)))):
        with pytest.raises(ValueError, match="too big"):
            both()

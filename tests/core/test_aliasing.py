"""Aliasing and in-place updates: what sees which write, as in NumPy, in both tiers."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparison import assert_same

import lazytensor as lt

pytestmark = pytest.mark.usefixtures("tier")

VIEWS: dict[str, Callable[[Any, Any], Any]] = {
    "slice": lambda xp, x: x[1:3],
    "steps": lambda xp, x: x[::2, ::-2],
    "row": lambda xp, x: x[2],
    "column": lambda xp, x: x[:, 1],
    "transpose": lambda xp, x: x.T,
    "swapaxes": lambda xp, x: x.swapaxes(0, 1),
    "permute": lambda xp, x: xp.permute_dims(x, (1, 0)),
    "moveaxis": lambda xp, x: xp.moveaxis(x, 0, 1),
    "reshape": lambda xp, x: x.reshape(3, 8),
    "reshape to one": lambda xp, x: x.reshape(-1),
    "ravel": lambda xp, x: x.ravel(),
    "flip": lambda xp, x: xp.flip(x),
    "flip an axis": lambda xp, x: xp.flip(x, axis=1),
    "expand_dims": lambda xp, x: xp.expand_dims(x, 1),
    "new axis": lambda xp, x: x[None, :, 1:],
    "squeeze": lambda xp, x: xp.squeeze(x[:1]),
    "everything": lambda xp, x: x[...],
    "a view of a view": lambda xp, x: x[1:].T[::2].reshape(-1, 3)[:, 1],
    "reshape of a slice": lambda xp, x: x[1:3].reshape(2, 2, 3),
    "one element": lambda xp, x: x[1:2, 3:4],
    "nothing": lambda xp, x: x[2:2],
}


def both() -> list[tuple[Any, Any]]:
    array = np.arange(24.0).reshape(4, 6)
    return [(np, array), (lt, lt.asarray(array))]


def outcome(program: Callable[[Any, Any], Any]) -> None:
    """Run a program on both libraries and compare what it returns."""
    (expected,), (found,) = ([program(xp, x)] for xp, x in both())
    for left, right in zip(expected, found, strict=True):
        np.testing.assert_array_equal(np.asarray(right), left)
        assert np.asarray(right).dtype == np.asarray(left).dtype
        assert right.shape == left.shape


@pytest.mark.parametrize("name", VIEWS)
def test_views_see_writes_to_their_base_and_the_base_sees_theirs(name: str) -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        view = VIEWS[name](xp, x)
        before = view + 0
        x[1] = 100
        between = view + 0
        view += 0.5
        after = x + 0
        view[...] = 7
        return [before, between, after, view, x]

    outcome(program)


@pytest.mark.parametrize("name", VIEWS)
def test_copies_see_nothing(name: str) -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        view = VIEWS[name](xp, x)
        held, made = view.copy(), view * 1
        x[...] = -1
        view += 1
        return [held, made, x]

    outcome(program)


@pytest.mark.parametrize(
    "reshaped",
    [lambda x: x.T.reshape(24), lambda x: x[:, ::2].reshape(12), lambda x: x[::-1].ravel(), lambda x: x.T.ravel()],
)
def test_reshapes_that_no_strides_can_say_are_copies(reshaped: Callable[[Any], Any]) -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        made = reshaped(x)
        made += 1
        x[0] = -5
        return [made, x]

    outcome(program)


STATEMENTS: dict[str, Callable[[Any, Any], Any]] = {
    "add to a slice": lambda xp, x: x[1:-1].__iadd__(1),
    "shift": lambda xp, x: x.__setitem__(slice(1, None), x[:-1]),
    "shift back": lambda xp, x: x.__setitem__(slice(None, -1), x[1:]),
    "reverse": lambda xp, x: x.__setitem__(Ellipsis, x[::-1]),
    "transposed square": lambda xp, x: x[:, :4].__setitem__(Ellipsis, x[:, :4].T),
    "broadcast row": lambda xp, x: x.__setitem__(slice(None), x[0]),
    "broadcast column": lambda xp, x: x.__setitem__((slice(None), slice(2, None)), x[:, :1]),
    "scalar": lambda xp, x: x.__setitem__((1, 2), -3),
    "list": lambda xp, x: x.__setitem__((0, slice(0, 3)), [7, 8, 9]),
    "leading ones": lambda xp, x: x.__setitem__(0, xp.ones((1, 1, 6))),
    "integer array": lambda xp, x: x.__setitem__([0, 2], x[[3, 1]]),
    "repeated integers": lambda xp, x: x.__setitem__(([1, 1, 1], [0, 1, 2]), 5.0),
    "mask": lambda xp, x: x.__setitem__(x > 10, 0),
    "mask of rows": lambda xp, x: x.__setitem__(xp.asarray([True, False, False, True]), -1),
    "in place by a mask": lambda xp, x: x.__setitem__(x > 10, x[x > 10] * 2),
    "multiply by itself": lambda xp, x: x.__imul__(x),
    "subtract its row": lambda xp, x: x.__isub__(x[0]),
    "add its transpose": lambda xp, x: x[:, :4].__iadd__(x[:, :4].T),
    "overlapping add": lambda xp, x: x[1:].__iadd__(x[:-1]),
    "nothing": lambda xp, x: x.__setitem__(slice(2, 2), 1),
    "through a flip of a flip": lambda xp, x: xp.flip(x, axis=0).__setitem__(slice(None, None, -1), x * 2),
    "through a transpose of a transpose": lambda xp, x: x.T.T.__setitem__(Ellipsis, x[::-1]),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements(name: str) -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        view = x[1:, ::2]
        flat = x.reshape(-1)
        STATEMENTS[name](xp, x)
        return [x, view, flat]

    outcome(program)


def test_augmented_assignment_with_an_index() -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        x[1:-1] += 10
        x[:, 0] *= 2
        x[0, 1] += 5
        x[[1, 2]] -= 1
        x[x > 20] /= 2
        x[1:-1, 1:-1] += x[:-2, 1:-1] + x[2:, 1:-1]
        x.T[0] -= x[:, 3]
        return [x]

    outcome(program)


def test_rows_written_in_iteration() -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        for place, row in enumerate(x):
            row *= place
            row[0] = -place
        for column in x.T:
            column -= column[0]
        return [x]

    outcome(program)


def test_unpacked_rows_alias() -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        first, *_, last = x
        first += last
        last[:] = 0
        return [x, first, last]

    outcome(program)


def test_operations_capture_the_value_of_their_line() -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        early = x + x.T.reshape(4, 6)
        x += 1
        middle = x * 2
        x[0] = 0
        late = x * 2
        return [early, middle, late]

    outcome(program)


def test_a_tensor_given_to_another_name_is_one_tensor() -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        y = x
        y += 1
        z = x
        z = z + 1  # a new one
        z += 1
        return [x, y, z]

    outcome(program)


def test_broadcast_views_are_read_only() -> None:
    x = lt.asarray([1.0, 2.0, 3.0])
    wide = lt.broadcast_to(x, (4, 3))
    with pytest.raises(ValueError, match="read-only"):
        wide[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        wide[[0]] = 1
    with pytest.raises(ValueError, match="read-only"):
        wide += 1
    row = wide[0]
    with pytest.raises(ValueError, match="read-only"):
        row[1] = 1
    with pytest.raises(ValueError, match="read-only"):
        row.T[...] = 1
    with pytest.raises(ValueError, match="read-only"):
        lt.broadcast_to(x, (3,))[0] = 1
    x[0] = 9
    np.testing.assert_array_equal(wide.numpy(), np.broadcast_to([9.0, 2.0, 3.0], (4, 3)))


def test_results_of_no_dimension_stand_for_scalars() -> None:
    x = lt.asarray([1.0, 2.0, 3.0])
    for make in (lambda: x.sum(), lambda: x[1], lambda: next(iter(x)), lambda: x.max() + 1):
        value = make()
        other = value
        other += 1
        assert other is not value
        assert float(other) == float(value) + 1
        with pytest.raises(TypeError, match="item assignment"):
            value[()] = 3
        with pytest.raises(TypeError, match="item assignment"):
            value[...] = 3
    element = x[0]
    x[0] = 50
    assert float(element) == 1.0
    assert float(x[0]) == 50.0


def test_created_arrays_of_no_dimension_mutate() -> None:
    for make in (
        lambda: lt.asarray(1.0),
        lambda: lt.zeros(()),
        lambda: lt.ones(()),
        lambda: lt.full((), 2.0),
        lambda: lt.array(3.0),
    ):
        value = make()
        start = float(value)
        other = value
        other += 1
        assert other is value
        assert float(value) == start + 1
        value[...] = 7
        assert float(other) == 7
        view = value.reshape(1)
        view[0] = 8
        assert float(value) == 8


def test_exported_arrays_are_snapshots() -> None:
    x = lt.arange(100_000, dtype=lt.float64)
    first = x.numpy()
    assert not first.flags.writeable
    x += 1
    x[:10] = -1
    second = x.numpy()
    view = x[::2]
    third = view.numpy()
    view *= 0
    x += 0
    x.wait()
    np.testing.assert_array_equal(first, np.arange(100_000.0))
    expected = np.arange(100_000.0) + 1
    expected[:10] = -1
    np.testing.assert_array_equal(second, expected)
    np.testing.assert_array_equal(third, expected[::2])
    expected[::2] = 0
    np.testing.assert_array_equal(x.numpy(), expected)


def test_exported_arrays_outlive_the_tensor() -> None:
    arrays = []
    for number in range(20):
        x = lt.full(50_000, float(number))
        x[0] = -1
        arrays.append(x.numpy())
        del x
    for number, array in enumerate(arrays):
        assert array[0] == -1
        assert (array[1:] == number).all()


def test_imported_arrays_are_copied() -> None:
    source = np.arange(5.0)
    x = lt.asarray(source)
    y = x + source
    source[:] = 100
    x += 1
    np.testing.assert_array_equal(x.numpy(), np.arange(5.0) + 1)
    np.testing.assert_array_equal(y.numpy(), np.arange(5.0) * 2)
    assert (source == 100).all()


def test_imported_arrays_without_a_copy_are_never_written_to() -> None:
    source = np.arange(5.0)
    x = lt.asarray(source, copy=False)
    x += 1
    x[0] = 50
    np.testing.assert_array_equal(x.numpy(), [50, 2, 3, 4, 5])
    np.testing.assert_array_equal(source, np.arange(5.0))
    frozen = np.arange(5.0)
    frozen.flags.writeable = False
    z = lt.asarray(frozen)
    z *= 2
    z.wait()
    np.testing.assert_array_equal(frozen, np.arange(5.0))


def test_in_place_keeps_the_dtype_or_raises() -> None:
    x = lt.arange(4)
    x += 2
    assert x.dtype == np.int64
    with pytest.raises(TypeError, match=r"Cannot cast .*add.* output from .*float64.* to .*int64.*same_kind"):
        x += 0.5
    with pytest.raises(TypeError, match="Cannot cast"):
        x /= 2
    x[0] = 9.7
    narrow = lt.ones(3, dtype=lt.float32)
    narrow += np.float64(2)
    assert narrow.dtype == np.float32
    with pytest.raises(ValueError, match="non-broadcastable output"):
        narrow += lt.ones((2, 3))
    np.testing.assert_array_equal(x.numpy(), [9, 3, 4, 5])


def test_updates_after_waits_write_into_what_is_there() -> None:
    x = lt.zeros(1000)
    expected = np.zeros(1000)
    for step in range(30):
        x[step : step + 5] += step
        expected[step : step + 5] += step
        if step % 3 == 0:
            x.wait()
        if step % 7 == 0:
            np.testing.assert_array_equal(x.numpy(), expected)
    np.testing.assert_array_equal(x.numpy(), expected)


def test_a_reader_recorded_before_an_update_sees_the_old_values() -> None:
    x = lt.arange(2000.0)
    x.wait()
    y = x[10:20]
    total = x.sum()
    x[:] = 0
    x.wait()
    assert total.item() == np.arange(2000.0).sum()
    assert (y.numpy() == 0).all()


def test_concurrent_statements_are_atomic() -> None:
    """No update is lost, whole arrays, views and integer arrays mixed, however often threads take turns."""
    x = lt.zeros(64)
    flat = x.reshape(8, 8)

    def work() -> None:
        whole, view = x, flat
        for step in range(120):
            if step % 3 == 0:
                view += 1
            elif step % 3 == 1:
                whole += 1
            else:
                whole -= 1
            if step % 40 == 0:
                whole.wait()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    np.testing.assert_array_equal(x.numpy(), np.full(64, 4 * 40.0))


def test_whole_assignment_of_a_view() -> None:
    def program(xp: Any, x: Any) -> list[Any]:
        y = xp.zeros((6, 4)) + 0
        y[...] = x.T
        part = y[1:, ::2]
        x[0] = -1
        part += 1
        z = xp.zeros(24) + 0
        z[:] = y.reshape(-1)[::-1]
        return [x, y, part, z, z[3:5]]

    outcome(program)


def test_the_node_of_a_view_has_a_value(tier: str) -> None:
    from lazytensor.core.handle import wrap

    x = lt.arange(12.0).reshape(3, 4) * 2
    assert_same(wrap(x[1:, ::2]._read()), (np.arange(12.0).reshape(3, 4) * 2)[1:, ::2])
    assert_same(wrap(x[:0]._read()), np.zeros((0, 4)))


@pytest.mark.parametrize("view", ["flip", "transpose", "steps of both"])
def test_what_a_view_reads_is_not_written_over(view: str) -> None:
    # Large enough for pooled memory, or an operand's that nobody reads again: but for the view in the same call.
    def shown(xp: Any, x: Any) -> Any:
        return xp.flip(x) if view == "flip" else x.T if view == "transpose" else x[::-1, ::-1].T

    with lt.config.override(eager_elements=0):
        found = []
        for xp in (np, lt):
            x = xp.asarray(np.arange(300.0 * 300).reshape(300, 300)) * 0.5
            y = x + shown(xp, x)
            z = shown(xp, y) * y
            found.append(z[1:] - z[:-1] + shown(xp, z)[1:] * z[0])
        assert_same(found[1], found[0])

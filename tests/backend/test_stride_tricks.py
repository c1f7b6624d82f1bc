"""Windows and views by strides, against NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt

ours, theirs = lt.lib.stride_tricks, np.lib.stride_tricks


@pytest.mark.parametrize("layout", LAYOUTS)
def test_windows(layout: str, tier: str) -> None:
    x = LAYOUTS[layout](sample("float64", (5, 6)))
    t = LAYOUTS[layout](lt.asarray(sample("float64", (5, 6))))
    cases: list[tuple[Any, Any]] = [((2,), 0), (3, 1), ((2, 3), (0, 1)), ((2, 2), (1, 1))]
    if layout == "newaxis":
        cases = [((2,), 1), ((2, 3), (1, 2))]
    for window, axis in cases:
        found, wanted = ours.sliding_window_view(t, window, axis), theirs.sliding_window_view(x, window, axis)
        assert_same(found, wanted)
        assert_same(found.sum(axis=-1) * 2, wanted.sum(axis=-1) * 2, 4)
        assert_same(np.lib.stride_tricks.sliding_window_view(t, window, axis), wanted)
    if layout == "contiguous":
        assert_same(ours.sliding_window_view(t, (2, 3)), theirs.sliding_window_view(x, (2, 3)))


def test_windows_show_later_writes_and_cannot_be_written() -> None:
    t = lt.arange(5)
    windows = ours.sliding_window_view(t, 2)
    t[1] = 9
    assert windows.tolist() == [[0, 9], [9, 2], [2, 3], [3, 4]]
    with pytest.raises(ValueError, match="read-only"):
        windows[0] = 1
    for call in (
        lambda: ours.sliding_window_view(t, 6),
        lambda: ours.sliding_window_view(t, (2, 2)),
        lambda: ours.sliding_window_view(t, -1),
        lambda: ours.sliding_window_view(t, (2, 2), 0),
    ):
        with pytest.raises(ValueError, match="sliding_window_view: "):
            call()


WRITES: dict[str, Any] = {
    "a window": lambda v, x: v.__setitem__(0, 7),
    "two windows": lambda v, x: v.__setitem__(slice(0, 2), [[1, 2, 3], [4, 5, 6]]),
    "all": lambda v, x: v.__setitem__(..., np.arange(v.size).reshape(v.shape)),
    "a column": lambda v, x: v.__setitem__((slice(None), 1), -1),
    "an element": lambda v, x: v.__setitem__((1, 2), 50),
    "positions": lambda v, x: v.__setitem__([0, -1], [[1], [1]]),
    "a pair": lambda v, x: v.__setitem__(([0, 1], [1, 1]), [7, 8]),
    "a mask": lambda v, x: v.__setitem__(x[: v.shape[0]] > 1, 9),
    "in place": lambda v, x: v.__iadd__(1),
    "in place of a part": lambda v, x: v[1].__imul__(10),
    "part of a part": lambda v, x: v[1:][:, ::2].__setitem__(slice(None), 3),
    "transposed": lambda v, x: v.T.__setitem__(0, 3),
    "fill": lambda v, x: v.fill(4),
    "the array": lambda v, x: x.__setitem__(2, 99),
    "an element by its number": lambda v, x: v.flat.__setitem__(1, 5),
    "elements by their numbers": lambda v, x: v.flat.__setitem__([0, 3, 3, 1], [7, 8, 9, 10]),
    "every other element": lambda v, x: v.flat.__setitem__(slice(1, 6, 2), [7, 8]),
    "elements by a mask": lambda v, x: v.flat.__setitem__(np.arange(v.size) % 3 == 1, [7, 8]),
    "all by their numbers": lambda v, x: v.flat.__setitem__(..., np.arange(v.size)),
    "no elements": lambda v, x: v.flat.__setitem__([], 3),
    "windows at positions": lambda v, x: add_at(v, [0, 0, 1], 10),
    "columns at positions": lambda v, x: add_at(v, (..., [0, 0, 1]), 10),
    "at a mask": lambda v, x: add_at(v, np.arange(v.shape[0]) < 2, 10),
}


def add_at(view: Any, key: Any, value: Any) -> None:
    (lt if isinstance(view, lt.Tensor) else np).add.at(view, key, value)


@pytest.mark.parametrize("name", WRITES)
def test_windows_can_be_written_through(name: str, tier: str) -> None:
    # Where values contend, NumPy goes through memory upwards.
    for step in (1,) if name in ("all", "two windows", "part of a part") else (1, -1, 2):
        x, t = np.arange(7.0), lt.arange(7.0)
        theirs_view = theirs.sliding_window_view(x[::step], 3, writeable=True)
        ours_view = ours.sliding_window_view(t[::step], 3, writeable=True)
        before = ours_view + 0
        WRITES[name](theirs_view, x)
        WRITES[name](ours_view, t)
        assert_same(t, x)
        assert_same(ours_view, theirs_view)
        assert_same(before, theirs.sliding_window_view(np.arange(7.0)[::step], 3))
        assert ours_view.flags.writeable
    matrix, tensor = np.arange(20).reshape(4, 5), lt.arange(20).reshape(4, 5)
    theirs.sliding_window_view(matrix, (2, 2), writeable=True)[1, 1] = -5
    ours.sliding_window_view(tensor, (2, 2), writeable=True)[1, 1] = -5
    assert_same(tensor, matrix)


def test_as_strided(tier: str) -> None:
    x, t = np.arange(12.0), lt.arange(12.0)
    for shape, strides in (((3, 2), (32, 8)), ((2, 3), (8, 16)), ((4,), (0,)), ((0, 3), (8, 8)), ((), ())):
        assert_same(ours.as_strided(t, shape, strides), theirs.as_strided(x, shape, strides))
    assert_same(ours.as_strided(t[3:], (3,), (-8,)), theirs.as_strided(x[3:], (3,), (-8,)))
    assert_same(ours.as_strided(t[::2]), x[::2])
    ours.as_strided(t, (3, 2), (32, 8))[1] = -1
    theirs.as_strided(x, (3, 2), (32, 8))[1] = -1
    assert_same(t, x)
    with pytest.raises(ValueError, match="read-only"):
        ours.as_strided(t, (3,), (8,), writeable=False)[0] = 1
    for shape, strides, said in (
        ((13,), (8,), "beyond"),
        ((2,), (-8,), "beyond"),
        ((2,), (4,), "multiples"),
        ((2,), (8, 8), "different"),
    ):
        with pytest.raises(ValueError, match=said):
            ours.as_strided(t, shape, strides)


@pytest.mark.parametrize("strides", [(8, 8), (8, 0), (0, 8), (16, 8)])
@pytest.mark.parametrize(
    "name", ["a window", "an element", "in place", "fill", "elements by their numbers", "windows at positions"]
)
def test_views_by_strides_that_overlap_can_be_written_through(name: str, strides: tuple[int, int], tier: str) -> None:
    x, t = np.arange(12.0), lt.arange(12.0)
    views = theirs.as_strided(x, (4, 3), strides), ours.as_strided(t, (4, 3), strides)
    for view, whole in zip(views, (x, t), strict=True):
        WRITES[name](view, whole)
    assert_same(t, x)
    assert_same(views[1], views[0])


def test_parts_of_complex_numbers_that_overlap_can_be_written_through(tier: str) -> None:
    x, t = np.arange(6) * (1 + 2j), lt.arange(6) * (1 + 2j)
    for library, whole in ((theirs, x), (ours, t)):
        library.sliding_window_view(whole.imag, 3, writeable=True)[1] = 7
        library.sliding_window_view(whole, 3, writeable=True).real[2] = -1
        library.sliding_window_view(whole.real, 2, writeable=True).flat[1] = 50
    assert_same(t, x)

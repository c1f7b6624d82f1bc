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
        lambda: ours.sliding_window_view(t, 2, writeable=True),
    ):
        with pytest.raises(ValueError, match="sliding_window_view: "):
            call()


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
        ours.as_strided(t, (3, 3), (8, 8))[0] = 1
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

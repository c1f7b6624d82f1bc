"""Adding elements and taking them out, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from agreement import assert_agree, compare
from comparison import assert_same, sample

import lazytensor as lt

ARRAYS = [np.asarray(3.0), np.arange(5.0), np.arange(12).reshape(3, 4), np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)]
PLACES = [
    0,
    1,
    -1,
    9,
    [0, 2],
    [1],
    [-1, 1, 1],
    [],
    [7, 1],
    slice(0, 3, 2),
    slice(None, None, -1),
    slice(1, 3),
    np.asarray([2, 0]),
]


@pytest.mark.parametrize("places", PLACES, ids=str)
def test_places(tier: str, places: object) -> None:
    for x in ARRAYS:
        for axis in (None, 0, -1):
            assert_agree(lambda xp, x: xp.insert(x, places, 7.5, axis=axis), x)  # noqa: B023
            assert_agree(lambda xp, x: xp.delete(x, places, axis=axis), x)  # noqa: B023


INSERTED = {
    "one column": (1, [1, 2, 3], 1),
    "one column by a list": ([1], [[1], [2], [3]], 1),
    "two columns by one place": ([1], [[1, 2], [3, 4], [5, 6]], 1),
    "two places": ((2, 2), [7.13, 8], 1),
    "raveled": ((2, 2), [7.13, 8], None),
    "by a mask": (np.asarray([True, False, True]), 9, 0),
    "deep values": (1, [[[5]]], 0),
    "values that do not fit": (1, [1, 2], 1),
    "two-dimensional places": ([[1]], 3, 0),
    "floats": ([1.5, 0.0], 3, 0),
}


@pytest.mark.parametrize("name", INSERTED)
def test_inserted_values(tier: str, name: str) -> None:
    places, values, axis = INSERTED[name]
    for dtype in ("int8", "float32"):
        assert_agree(lambda xp, x: xp.insert(x, places, values, axis), sample(dtype, (3, 4)))


def test_masks_and_tensors_of_places(tier: str) -> None:
    x = np.arange(12).reshape(3, 4)
    mask = np.asarray([True, False, True])
    assert_agree(lambda xp, x, mask: xp.delete(x, mask, 0), x, mask)
    assert_agree(lambda xp, x, mask: xp.delete(x, mask[:2], 0), x, mask)
    assert_agree(lambda xp, x, places: xp.delete(x, places, 1), x, np.asarray([3, 0]))
    assert_same(lt.insert(lt.asarray(x), lt.asarray([0, 3]), 5, 1), np.insert(x, [0, 3], 5, 1))
    assert_same(lt.insert(lt.arange(2), 1, [lt.asarray(5), 6]), np.asarray([0, 5, 6, 1]))


def test_append(tier: str) -> None:
    x = np.arange(12, dtype="int32").reshape(3, 4)
    assert_agree(lambda xp, x: xp.append(x, 2.0), x)
    assert_agree(lambda xp, x: xp.append(x, [[9, 9, 9, 9]], axis=0), x)
    assert_agree(lambda xp, x: xp.append(x, x[:, :1], axis=-1), x)
    assert_agree(lambda xp, x: xp.append(x, [1, 2], axis=0), x)
    assert_agree(lambda xp, x: xp.append(x, x[:2], axis=1), x)


def test_results_are_copies() -> None:
    x = lt.arange(4)
    for made in (lt.delete(x, []), lt.delete(x, 0), lt.insert(x, [], 1), lt.append(x, [])):
        made[-1] = 9
        assert x.tolist() == [0, 1, 2, 3]


def test_trim_zeros(tier: str) -> None:
    line, plane = np.asarray([0, 0, 1, 0, 2, 0]), np.asarray([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    for x in (line, plane, np.zeros(3), np.zeros((2, 3)), np.zeros(0), np.asarray(0.0)):
        for trim in ("fb", "f", "B"):
            assert_agree(lambda xp, x: xp.trim_zeros(x, trim), x)  # noqa: B023
    assert_agree(lambda xp, x: xp.trim_zeros(x, axis=1), plane)
    assert_agree(lambda xp, x: xp.trim_zeros(x, axis=()), plane)
    with pytest.raises(ValueError, match="trim_zeros: trim"):
        lt.trim_zeros(line, "x")
    compare(lt.trim_zeros([0, 1]), np.asarray([1]))


@pytest.mark.parametrize("places", [[[0, 1], [2, 1]], [[-1], [0]], [[[3]]]])
def test_positions_of_more_dimensions(tier: str, places: list[list[int]]) -> None:
    """Deleted as if they were raveled; not inserted at."""
    assert_agree(lambda xp, x: xp.delete(x, places), np.arange(5))
    assert_agree(lambda xp, x, p: xp.delete(x, p, axis=1), np.arange(8.0).reshape(2, 4), np.asarray(places))
    assert_agree(lambda xp, x: xp.insert(x, places, 9), np.arange(5))

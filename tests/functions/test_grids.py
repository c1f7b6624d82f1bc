"""Grids, concatenation by indexing, and positions, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import assert_same

import lazytensor as lt

LINE, PLANE = np.arange(3.0), np.arange(12).reshape(3, 4)

GRIDS: dict[str, Any] = {
    "mgrid": lambda xp: xp.mgrid[0:3, 0:4],
    "mgrid of one": lambda xp: xp.mgrid[0:3:2],
    "mgrid of one in a tuple": lambda xp: xp.mgrid[0:3,],
    "mgrid to a stop": lambda xp: xp.mgrid[:4],
    "mgrid of nothing": lambda xp: xp.mgrid[:4, 3:3],
    "mgrid by count": lambda xp: xp.mgrid[-1:1:5j],
    "mgrid by count and step": lambda xp: xp.mgrid[-1:1:5j, 0:2:0.3],
    "mgrid of one point": lambda xp: xp.mgrid[2:3:1j],
    "mgrid without a stop": lambda xp: xp.mgrid[5:],
    "mgrid without bounds": lambda xp: xp.mgrid[::2],
    "mgrid of a list": lambda xp: xp.mgrid[[slice(3), slice(0, 2)]],
    "mgrid between arrays": lambda xp: xp.mgrid[xp.zeros(4)[:, None] : xp.ones(4)[:, None] : 3j],
    "mgrid between columns": lambda xp: xp.mgrid[
        xp.zeros((4, 1)) : xp.ones((4, 1)) : 4j, xp.zeros((4, 1)) : xp.ones((4, 1)) : 4j
    ],
    "mgrid between lines": lambda xp: xp.mgrid[xp.zeros(4) : xp.ones(4) : 4j, 0:2],
    "ogrid between columns": lambda xp: xp.ogrid[xp.zeros((4, 1)) : xp.ones((4, 1)) : 4j, xp.zeros((4, 1)) : 3 : 4j],
    "ogrid without a stop": lambda xp: xp.ogrid[4:],
    "ogrid": lambda xp: xp.ogrid[-1:1:5j, 0:2],
    "ogrid of one": lambda xp: xp.ogrid[0:3],
    "ogrid of points": lambda xp: xp.ogrid[0:3:1j, 0:2:0.3],
    "indices": lambda xp: xp.indices((2, 3)),
    "indices sparse": lambda xp: xp.indices((2, 3), sparse=True),
    "indices float": lambda xp: xp.indices((2, 3), float),
    "indices bool": lambda xp: xp.indices((2, 2), bool),
    "indices bool, too many": lambda xp: xp.indices((2, 3), bool),
    "indices bool, too many, sparse": lambda xp: xp.indices((2, 3), bool, sparse=True),
    "indices of nothing": lambda xp: xp.indices(()),
    "indices int32": lambda xp: xp.indices((2,), dtype="int32"),
    "fromfunction": lambda xp: xp.fromfunction(lambda i, j, by=0: i * j + by, (3, 2), by=4),
    "fromfunction int": lambda xp: xp.fromfunction(lambda i: i, (3,), dtype=int),
    "ix_": lambda xp: xp.ix_([0, 2], np.asarray([1, 3]), [True, False, True]),
    "ix_ of nothing": lambda xp: xp.ix_([], [1]),
    "ix_ of a matrix": lambda xp: xp.ix_([[1]]),
    "meshgrid": lambda xp: [*xp.meshgrid([1, 2], [3.0, 4, 5], copy=False, indexing="ij")],
}


@pytest.mark.parametrize("name", GRIDS)
def test_grids(tier: str, name: str) -> None:
    assert_agree(GRIDS[name])


def test_grids_take_slices_only() -> None:
    with pytest.raises(TypeError, match="mgrid: expects slices"):
        lt.mgrid[3]
    with pytest.raises(TypeError, match="expect a stop"):
        lt.ogrid[:2, 3:]


JOINED: dict[str, Any] = {
    "arrays and numbers": lambda xp, v, m: xp.r_[v, 0, 0, v],
    "range": lambda xp, v, m: xp.r_[1:4, 0, 4],
    "by count": lambda xp, v, m: xp.r_[-1:1:6j, [0] * 3, 5, 6],
    "axis": lambda xp, v, m: xp.r_["-1", m, m],
    "dimensions": lambda xp, v, m: xp.r_["0,2", v, v],
    "columns": lambda xp, v, m: xp.r_["0,2,0", v, v],
    "beside": lambda xp, v, m: xp.r_["1,2,0", v, v],
    "in the middle": lambda xp, v, m: xp.r_["0,3,1", v, v],
    "matrices to three": lambda xp, v, m: xp.r_["0,3,0", m, m],
    "from the end": lambda xp, v, m: xp.r_["0,3,-2", m, m],
    "ranges to three": lambda xp, v, m: xp.r_["0,3,1", 1:3, 4:6],
    "weak numbers": lambda xp, v, m: xp.r_[xp.astype(v, np.float32), 1.5, 2],
    "nothing": lambda xp, v, m: xp.r_[()],
    "unknown directive": lambda xp, v, m: xp.r_["x", v],
    "late directive": lambda xp, v, m: xp.r_[v, "0"],
    "c_": lambda xp, v, m: xp.c_[v, v],
    "c_ of ranges": lambda xp, v, m: xp.c_[1:4, 5:8],
    "c_ of a matrix": lambda xp, v, m: xp.c_[m, [[9], [9], [9]]],
    "c_ of numbers": lambda xp, v, m: xp.c_[1, 2],
}


@pytest.mark.parametrize("name", JOINED)
def test_concatenators(tier: str, name: str) -> None:
    assert_agree(JOINED[name], LINE, PLANE)


def test_matrices_are_not_made() -> None:
    with pytest.raises(ValueError, match="matrix"):
        lt.r_["r", LINE]
    assert len(lt.r_) == 0
    assert lt.s_[1:2, ::3] == np.s_[1:2, ::3]
    assert lt.index_exp[2:] == (slice(2, None),)


POSITIONS = np.asarray([[3, 6, 6], [4, 5, 1]])
OUT_OF_BOUNDS = np.asarray([[3, 9, -2], [4, 5, 1]])


@pytest.mark.parametrize("order", ["C", "F"])
def test_positions(tier: str, order: str) -> None:
    for yes in (np.asarray([True, False]), np.asarray(True)):
        assert_agree(lambda xp, i: xp.unravel_index(i, (7, 6), order), yes)
        assert_agree(lambda xp, i: xp.ravel_multi_index((i, [3, 5]), (7, 6), order=order), yes)
    for dtype in ("int64", "uint64", "int8"):
        assert_agree(lambda xp, i: xp.unravel_index(i, (7, 6), order), np.asarray([[22, 41], [3, 4]]).astype(dtype))
    assert_agree(lambda xp: xp.unravel_index(1621, (6, 7, 8, 9), order=order))
    for mode in ("raise", "wrap", "clip", ("clip", "wrap")):
        for places in (POSITIONS, OUT_OF_BOUNDS):
            assert_agree(lambda xp, i: xp.ravel_multi_index(i, (7, 6), mode=mode, order=order), places)  # noqa: B023
    assert_agree(lambda xp: xp.ravel_multi_index((3, 1, 4, 1), (6, 7, 8, 9), order=order))
    assert_agree(lambda xp, i: xp.ravel_multi_index((i[0], i[1, :1]), (7, 6)), POSITIONS)


def test_positions_out_of_bounds_raise_at_the_wait(tier: str) -> None:
    found = lt.unravel_index(lt.asarray([9]), (2, 2))
    with pytest.raises(ValueError, match="out of bounds"):
        found[0].wait()
    for call in (
        lambda xp, i: xp.unravel_index(i * 1.5, (7, 6)),
        lambda xp, i: xp.ravel_multi_index(i * 1.5, (7, 6)),
        lambda xp, i: xp.ravel_multi_index(i, (7, 6, 5)),
        lambda xp, i: xp.ravel_multi_index(i, (7, 6), mode="bounce"),
    ):
        assert_agree(call, POSITIONS)


def test_iterating() -> None:
    x = lt.asarray(PLANE)
    for (ours, value), (theirs, expected) in zip(lt.ndenumerate(x), np.ndenumerate(PLANE), strict=True):
        assert ours == theirs
        assert value == expected
        assert type(value) is type(expected)
    assert list(lt.ndindex(2, 2)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert_same(x[next(iter(lt.ndindex(x.shape)))], PLANE[0, 0])


def test_numbers_beyond_the_dtype_of_what_they_are_joined_to() -> None:
    for number in (25, 127, 128, 255, -129):
        assert_agree(lambda xp, x, number=number: xp.r_[x, number], np.arange(3, dtype=np.int8))
        assert_agree(lambda xp, x, number=number: xp.c_[x, [1, 2, 3], number][0], np.arange(3, dtype=np.int8))
    assert_agree(lambda xp, x: xp.r_[x, 300, 2.5], np.arange(3, dtype=np.uint8))


def test_broadcast_of_broadcasts() -> None:
    inner = lt.broadcast([1, 2], [[1], [2]])
    assert (lt.broadcast(inner, lt.ones((3, 1, 1))).shape, lt.broadcast(inner).numiter) == ((3, 2, 2), 2)
    with pytest.raises(ValueError, match="at most 64"):
        lt.broadcast(*[1] * 65)

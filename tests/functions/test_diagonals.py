"""Diagonals, triangles and where they are, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import FEW, assert_same, sample

import lazytensor as lt

SQUARE, TALL, LINE = np.arange(9.0).reshape(3, 3), np.arange(21).reshape(7, 3), np.arange(5, dtype="float32")


@pytest.mark.parametrize("k", [-2, 0, 1, 3])
def test_diagonal_matrices(tier: str, k: int) -> None:
    for dtype in FEW[:4]:
        for shape in ((0,), (3,), (3, 4), (0, 2)):
            assert_agree(lambda xp, v: xp.diag(v, k), sample(dtype, shape))
            assert_agree(lambda xp, v: xp.diagflat(v, k=k), sample(dtype, shape))
    assert_agree(lambda xp, v: xp.diag(v[::-1], k), LINE)
    assert_agree(lambda xp, v: xp.diag(v), np.zeros((2, 2, 2)))
    assert_agree(lambda xp, v: xp.diag(v), np.asarray(1.0))


def test_a_diagonal_is_a_view_of_a_matrix() -> None:
    x = lt.zeros((2, 2))
    lt.diag(x)[...] = 5
    assert x.tolist() == [[5, 0], [0, 5]]
    assert_same(lt.diag(lt.ones(2)) * 2, np.diag([2.0, 2.0]))


def fill(xp: Any, x: Any, value: Any, wrap: bool, change: Any = lambda x: x) -> Any:
    xp.fill_diagonal(change(x), value, wrap)
    return x


@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal(tier: str, wrap: bool) -> None:
    for x in (SQUARE, TALL, TALL.T.copy(), np.zeros((3, 3, 3)), np.zeros((0, 3)), np.zeros((2, 3, 3)), LINE):
        for value in (5, [1, 2], np.arange(20)):
            assert_agree(lambda xp, x: fill(xp, x, value, wrap), x)  # noqa: B023
    for change in (lambda x: x[::-1], lambda x: x.T, lambda x: x[1:, :2]):
        assert_agree(lambda xp, x: fill(xp, x, 9, wrap, change), SQUARE)  # noqa: B023
    with pytest.raises(TypeError, match="fill_diagonal: expects a tensor"):
        lt.fill_diagonal(SQUARE, 1)
    with pytest.raises(ValueError, match="read-only"):
        lt.fill_diagonal(lt.broadcast_to(1.0, (2, 2)), 1)


@pytest.mark.parametrize("increasing", [False, True])
@pytest.mark.parametrize("count", [None, 0, 1, 3])
def test_vander(tier: str, count: int | None, increasing: bool) -> None:
    for x in (LINE * np.float32(0.7), np.arange(3, dtype="int8"), np.asarray([True, False]), np.zeros(0)):
        assert_agree(lambda xp, x: xp.vander(x, count, increasing), x, ulp=4)
    assert_agree(lambda xp, x: xp.vander(x), SQUARE)


@pytest.mark.parametrize("k", [-1, 0, 2])
def test_positions(k: int) -> None:
    assert_agree(lambda xp: xp.tril_indices(4, k))
    assert_agree(lambda xp: xp.triu_indices(4, k, m=5))
    assert_agree(lambda xp: xp.mask_indices(4, xp.triu, k))
    for x in (SQUARE, TALL, LINE):
        assert_agree(lambda xp, x: xp.tril_indices_from(x, k), x)
        assert_agree(lambda xp, x: xp.triu_indices_from(x, k=k), x)


def test_diagonal_positions() -> None:
    assert_agree(lambda xp: xp.diag_indices(4, ndim=3))
    for x in (SQUARE, TALL, LINE):
        assert_agree(lambda xp, x: xp.diag_indices_from(x), x)
    x = lt.zeros((3, 3))
    x[lt.diag_indices(3)] = 1
    assert_same(x, np.eye(3))

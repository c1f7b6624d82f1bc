"""Whether arrays share memory, and how they are laid out, against NumPy's answers for the same views."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

VIEWS: dict[str, Any] = {
    "whole": lambda x: x,
    "transposed": lambda x: x.T,
    "row": lambda x: x[1],
    "rows": lambda x: x[2:],
    "column": lambda x: x[:, 2],
    "even": lambda x: x[:, ::2],
    "odd": lambda x: x[:, 1::2],
    "reversed": lambda x: x[::-1, ::-1],
    "empty": lambda x: x[:0],
    "element": lambda x: x[3:, 3:],
    "flat": lambda x: x.reshape(-1)[7:9],
}


@pytest.mark.parametrize(("first", "second"), list(itertools.product(VIEWS, repeat=2)))
def test_views_of_one_array(first: str, second: str) -> None:
    x, t = np.zeros((4, 6)), lt.zeros((4, 6))
    arrays, tensors = ([VIEWS[name](source) for name in (first, second)] for source in (x, t))
    assert lt.shares_memory(*tensors) is bool(np.shares_memory(*arrays))
    assert np.shares_memory(*tensors) is bool(np.shares_memory(*arrays))
    assert lt.may_share_memory(*tensors) is bool(np.may_share_memory(*arrays))
    assert np.may_share_memory(*tensors) is bool(np.may_share_memory(*arrays))
    for name, array, tensor in zip((first, second), arrays, tensors, strict=True):
        assert lt.isfortran(tensor) is bool(np.isfortran(array)), name


def test_writes_are_seen_where_memory_is_shared() -> None:
    t = lt.zeros((4, 6)) + 1
    for view in VIEWS.values():
        part = view(t)
        before = t.tolist()
        part[...] = part + 1
        assert lt.shares_memory(t, part) is (t.tolist() != before)


@pytest.mark.recorded
def test_who_shares_with_nobody() -> None:
    t = lt.arange(6.0) * 2
    assert lt.shares_memory(t, t)
    assert not lt.shares_memory(t, t + 0)
    assert not lt.shares_memory(t, lt.copy(t))
    assert not lt.may_share_memory(t[:3], (t + 0)[:3])
    assert not lt.shares_memory(t, np.zeros(6))
    assert not lt.shares_memory([1, 2], [1, 2])
    assert not t.is_ready()
    assert not lt.shares_memory(t.sum(), t)


def test_arrays_that_look_at_computed_values() -> None:
    t = lt.arange(6.0) * 2
    array = t.numpy()
    assert lt.shares_memory(t, array)
    assert not lt.shares_memory(t[:3], array[3:])
    x = np.zeros(4)
    assert lt.shares_memory(lt.asarray(x, copy=False), x)
    assert not lt.shares_memory(lt.asarray(x), x)
    assert lt.shares_memory(x, x[1:])


def test_exact_answers_may_be_too_much_work() -> None:
    # The example in NumPy's documentation.
    t = lt.zeros(192163377, dtype=lt.int8)
    first = lt.lib.stride_tricks.as_strided(t, (1049, 1049, 1049), (36674, 61119, 85569))
    second = lt.lib.stride_tricks.as_strided(t[64023025:], (1049, 1049, 1), (12223, 12224, 1))
    assert lt.may_share_memory(first, second)
    with pytest.raises(np.exceptions.TooHardError):
        lt.shares_memory(first, second, max_work=1000)


def test_fortran_order_of_arrays() -> None:
    assert lt.isfortran(np.asfortranarray(np.zeros((2, 3))))
    assert not lt.isfortran(np.zeros((2, 3)))
    assert lt.isfortran(lt.asfortranarray(lt.zeros((2, 3))))


def test_broadcast() -> None:
    x, y = np.arange(3).reshape(3, 1), np.asarray([1.5, 2.5])
    theirs, ours = np.broadcast(x, y), lt.broadcast(lt.asarray(x), y)
    for name in ("shape", "ndim", "nd", "size", "numiter"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert [(a.item(), b.item()) for a, b in ours] == list(theirs)
    assert lt.broadcast().shape == ()
    with pytest.raises(ValueError, match="broadcast"):
        lt.broadcast(lt.ones(2), lt.ones(3))

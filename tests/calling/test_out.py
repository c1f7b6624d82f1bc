"""`out=`: results stored in tensors and in NumPy arrays."""

from __future__ import annotations

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.calling.out import deliver


def test_into_a_tensor_and_its_views() -> None:
    x = lt.zeros((2, 3))
    row = x[1]
    assert deliver(lt.asarray([1, 2, 3]), row, "add") is row
    assert x.numpy().tolist() == [[0, 0, 0], [1, 2, 3]]
    assert deliver(lt.ones(3), (row,), "add", where=lt.asarray([True, False, True])) is row
    assert x.numpy().tolist() == [[0, 0, 0], [1, 2, 1]]


def test_into_a_numpy_array() -> None:
    x = np.zeros(3, np.float32)
    assert deliver(lt.asarray([1.0, 2.0, 3.0]), x, "add", where=np.asarray([True, True, False])) is x
    assert x.tolist() == [1, 2, 0]


def test_nothing_given() -> None:
    x = lt.ones(2)
    assert deliver(x, None, "add") is x
    assert deliver(x, (None,), "add") is x


def test_what_does_not_fit() -> None:
    x = lt.ones(3)
    with pytest.raises(ValueError, match="add: non-broadcastable output operand"):
        deliver(x, lt.zeros(2), "add")
    with pytest.raises(ValueError, match="add: non-broadcastable output operand"):
        deliver(x, np.zeros((1, 3)), "add")
    with pytest.raises(ValueError, match="read-only"):
        deliver(x, lt.broadcast_to(lt.zeros(()), (3,)), "add")
    with pytest.raises(ValueError, match="exactly one"):
        deliver(x, (x, x), "add")
    with pytest.raises(TypeError, match="same_kind"):
        deliver(x, lt.zeros(3, dtype=lt.int64), "add")
    with pytest.raises(TypeError, match="same_kind"):
        deliver(x, lt.zeros(3, dtype=lt.int64), "add", where=lt.asarray([True, False, True]))
    with pytest.raises(TypeError, match="must be an array, got list"):
        deliver(x, [1.0, 2.0, 3.0], "add")
    with pytest.raises(TypeError, match="must be an array, got a scalar"):
        deliver(x.sum(), x.sum(), "add")

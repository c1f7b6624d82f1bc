"""Mistakes raise where they are written, with NumPy's types, naming the operation, the shapes and the dtypes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

MISTAKES: dict[str, tuple[Callable[[Any, Any, Any], Any], str]] = {
    "shapes": (lambda xp, x, y: x + y, r"add: .*\(4, 6\).*\(5,\)"),
    "shapes of three": (lambda xp, x, y: xp.where(x > 0, x, y), r"where: .*\(4, 6\).*\(5,\)"),
    "matmul": (lambda xp, x, y: x @ x, r"matmul: .*\(4, 6\).*\(4, 6\)"),
    "matmul of a scalar": (lambda xp, x, y: xp.matmul(x, xp.asarray(2.0)), r"matmul: .*\(\)"),
    "bits of floats": (lambda xp, x, y: x & x, r"bitwise_and: .*float64"),
    "shift": (lambda xp, x, y: xp.bitwise_left_shift(x, 1), r"bitwise_left_shift: .*float64"),
    "invert": (lambda xp, x, y: ~x, r"bitwise_invert: .*float64"),
    "negative of booleans": (lambda xp, x, y: -(x > 0), r"negative: .*bool"),
    "difference of booleans": (lambda xp, x, y: (x > 0) - (x > 1), r"subtract: .*bool"),
    "floor of complex": (lambda xp, x, y: xp.floor(x + 1j), r"floor: .*complex128"),
    "axis": (lambda xp, x, y: x.sum(axis=2), r"axis 2 .*dimension 2"),
    "negative axis": (lambda xp, x, y: xp.flip(x, axis=-3), r"axis -3 .*dimension 2"),
    "axis twice": (lambda xp, x, y: x.sum(axis=(0, 0)), r"duplicate|repeated axis"),
    "axis of a stack": (lambda xp, x, y: xp.stack([x, x], axis=4), r"axis 4"),
    "permutation": (lambda xp, x, y: xp.permute_dims(x, (0,)), r"axes"),
    "reshape": (lambda xp, x, y: x.reshape(5, 5), r"reshape.*24.*\(5, 5\)"),
    "reshape with two unknowns": (lambda xp, x, y: x.reshape(-1, -1), r"one unknown"),
    "squeeze": (lambda xp, x, y: xp.squeeze(x, axis=0), r"squeeze"),
    "broadcast": (lambda xp, x, y: xp.broadcast_to(x, (3, 6)), r"broadcast.*\(4, ?6\).*\(3, ?6\)"),
    "empty maximum": (lambda xp, x, y: x[:0].max(axis=0), r"max: .*\(0, 6\)"),
    "concat": (lambda xp, x, y: xp.concat([x, x.T]), r"concat"),
    "too many indices": (lambda xp, x, y: x[0, 0, 0], r"too many indices"),
    "index": (lambda xp, x, y: x[4], r"index 4 is out of bounds for axis 0 with size 4"),
    "negative index": (lambda xp, x, y: x[:, -7], r"index -7 is out of bounds for axis 1 with size 6"),
    "two ellipses": (lambda xp, x, y: x[..., ...], r"single ellipsis"),
    "index of floats": (lambda xp, x, y: x[xp.asarray([0.5])], r"arrays used as indices must be of integer"),
    "assignment": (lambda xp, x, y: x.__setitem__(0, y), r"could not broadcast input array from shape \(5,\) into shape \(6,\)"),
    "in place": (lambda xp, x, y: y.__iadd__(xp.ones((2, 5))), r"non-broadcastable output operand with shape \(5,\)"),
    "in place of integers": (lambda xp, x, y: xp.arange(3).__iadd__(0.5), r"Cannot cast .*add.*float64.*int64"),
    "range": (lambda xp, x, y: xp.astype(x, np.dtype("uint8")) + 300, r"300 out of bounds for uint8"),
    "negative power": (lambda xp, x, y: xp.arange(3) ** -1, r"Integers to negative integer powers"),
    "truth": (lambda xp, x, y: bool(x), r"truth value .*ambiguous"),
    "number": (lambda xp, x, y: float(x), r"only 0-dimensional arrays|only length-1"),
    "item": (lambda xp, x, y: x.item(), r"size 1"),
    "length": (lambda xp, x, y: len(xp.asarray(1.0)), r"unsized object"),
    "iteration": (lambda xp, x, y: list(xp.asarray(1.0)), r"0-d array"),
    "einsum": (lambda xp, x, y: xp.einsum("ij,jk->ik", x, x), r"einsum|could not be broadcast|operands"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str) -> None:
    mistake, pattern = MISTAKES[name]
    with pytest.raises(Exception) as numpys:  # noqa: PT011
        mistake(np, np.ones((4, 6)), np.ones(5))
    x, y = lt.ones((4, 6)), lt.ones(5)
    with pytest.raises(public(type(numpys.value)), match=pattern):
        mistake(lt, x, y)
    lt.materialize(x, y)
    assert x.sum().item() == 24


def public(error: type[BaseException]) -> type[BaseException]:
    """The class itself, or the one of Python's that NumPy's private errors of ufuncs derive from."""
    return next(base for base in error.__mro__ if not base.__module__.startswith("numpy._core"))


@pytest.mark.parametrize("dtype", [object, "datetime64[s]", "U3", "float16", "longdouble"])
def test_dtypes_that_no_tensor_has(dtype: Any) -> None:
    for make in (
        lambda: lt.asarray(np.zeros(3, dtype)),
        lambda: lt.zeros(3, dtype=dtype),
        lambda: lt.ones(3) + np.zeros(3, dtype),
    ):
        with pytest.raises(TypeError, match=r"not supported|unsupported|expects"):
            make()


def test_operands_that_are_no_arrays() -> None:
    x = lt.ones(3)
    for bad in (object(), "text", {1: 2}):
        with pytest.raises(TypeError):
            x + bad  # type: ignore[operator]
        with pytest.raises(TypeError, match="add"):
            lt.add(x, bad)


def test_floating_point_events_never_warn(tier: str) -> None:
    x = lt.asarray([0.0, -1.0, 1e308])
    found = lt.materialize(1 / x, lt.log(x), lt.sqrt(x), x * 1e10, lt.asarray([1, 2]) // 0, x.sum() / 0)
    with np.errstate(all="ignore"):
        a = np.array([0.0, -1.0, 1e308])
        expected = (1 / a, np.log(a), np.sqrt(a), a * 1e10, np.array([1, 2]) // 0, a.sum() / 0)
    for left, right in zip(found, expected, strict=True):
        np.testing.assert_array_equal(left.numpy(), right)


def test_lazy_indices_out_of_bounds_raise_at_the_wait(tier: str) -> None:
    x = lt.arange(5.0)
    for make in (lambda: lt.take(x, [7]), lambda: x[lt.asarray([1, 9])]):
        value = make() + 1
        with pytest.raises(IndexError, match="out of bounds"):
            value.wait()
    y = lt.arange(5.0)
    y[[8]] = 1
    with pytest.raises(IndexError, match="out of bounds"):
        y.wait()


def test_lists_of_tensors_are_operands() -> None:
    x = lt.arange(2.0)
    assert (np.add([x[0], x[1]], 1)).tolist() == [1, 2]
    assert lt.add([x, [1, 2]], 1).tolist() == [[1, 2], [2, 3]]
    assert lt.concat([[x[0], 2.0], x]).tolist() == [0, 2, 0, 1]

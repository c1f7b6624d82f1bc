"""Ufuncs: keyword arguments and methods against NumPy's."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import assert_same, sample

import lazytensor as lt

REDUCIBLE = ["add", "multiply", "maximum", "minimum", "logical_and", "logical_or", "logical_xor", "subtract", "logaddexp", "fmax",
             "fmin", "hypot", "arctan2", "bitwise_or", "bitwise_xor", "bitwise_and", "divide"]  # fmt: skip


def _operand(name: str, shape: tuple[int, ...]) -> Any:
    return sample("int64" if name.startswith("bitwise") else "float64", shape, low=1, high=3)


# The kernels of reductions have tests of their own.
@pytest.mark.parametrize(
    ("name", "tier"),
    [*((name, "interpret") for name in REDUCIBLE), ("add", "compile"), ("logical_xor", "compile")],
    indirect=["tier"],
)
def test_reduce_and_accumulate(name: str, tier: str) -> None:
    ours, theirs = getattr(lt, name), getattr(np, name)
    x = _operand(name, (3, 4))
    t = lt.asarray(x)
    for axis in (0, 1, -1):
        assert_same(ours.reduce(t, axis=axis), theirs.reduce(x, axis=axis), 8)
        assert_same(ours.reduce(t, axis=axis, keepdims=True), theirs.reduce(x, axis=axis, keepdims=True), 8)
        assert_same(ours.accumulate(t, axis=axis), theirs.accumulate(x, axis=axis), 8)
    assert_same(ours.reduce(t), theirs.reduce(x), 8)
    assert_same(ours.reduceat(t, [0, 2, 1]), theirs.reduceat(x, [0, 2, 1]), 8)
    assert_same(ours.reduceat(t, [0, 3, 1], axis=1), theirs.reduceat(x, [0, 3, 1], axis=1), 8)
    assert_same(ours.outer(t, t[0]), theirs.outer(x, x[0]), 4)
    if name not in ("subtract", "divide", "arctan2"):
        assert_same(ours.reduce(t, axis=None), np.asarray(theirs.reduce(x, axis=None)), 8)
        assert_same(ours.reduce(t, axis=(0, 1)), np.asarray(theirs.reduce(x, axis=(0, 1))), 8)
    else:
        with pytest.raises(ValueError, match="not reorderable"):
            ours.reduce(t, axis=(0, 1))


def test_reduce_of_small_types() -> None:
    for dtype in ("bool", "int8", "uint8", "float32", "complex64"):
        x = sample(dtype, (5,), low=0, high=3)
        for name in ("add", "multiply", "logical_or", "logical_xor"):
            assert_same(getattr(lt, name).reduce(lt.asarray(x)), np.asarray(getattr(np, name).reduce(x)), 8)
        assert_same(lt.add.accumulate(lt.asarray(x)), np.add.accumulate(x), 8)
    assert_same(lt.add.reduce(lt.asarray(2.5)), np.asarray(2.5))
    assert_same(lt.add.reduce(lt.ones((2, 0))), np.add.reduce(np.ones((2, 0))))
    assert_same(lt.logaddexp.reduce(lt.ones((0, 2))), np.logaddexp.reduce(np.ones((0, 2))))
    with pytest.raises(ValueError, match="no identity"):
        lt.subtract.reduce(lt.ones((0, 2)))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "maximum", "logaddexp"])
def test_at(name: str, tier: str) -> None:
    x = _operand(name, (4, 3))
    t = lt.asarray(x)
    row = t[1]
    getattr(np, name).at(x, [0, 1, 1, -1], 2.0)
    getattr(lt, name).at(t, [0, 1, 1, -1], 2.0)
    assert_same(t, x, 4)
    getattr(np, name).at(x, (slice(None), [0, 0]), x[:, :2].copy())
    getattr(lt, name).at(t, (slice(None), [0, 0]), lt.copy(t[:, :2]))
    assert_same(t, x, 8)
    getattr(np, name).at(x[1], [2, 2], 3)
    getattr(lt, name).at(row, [2, 2], 3)
    assert_same(t, x, 8)


def test_unary_at_and_masks() -> None:
    x, t = np.arange(4.0), lt.arange(4.0)
    np.negative.at(x, [1, 2, 2])
    lt.negative.at(t, [1, 2, 2])
    assert_same(t, x)
    np.add.at(x, x > 0, 10)
    lt.add.at(t, t > 0, 10)
    assert_same(t, x)
    counts, tensor = np.arange(3), lt.arange(3)
    np.add.at(counts, [0], 1.5)
    lt.add.at(tensor, [0], 1.5)
    assert_same(tensor, counts)
    with pytest.raises(ValueError, match="second operand needed"):
        lt.add.at(t, [0])
    with pytest.raises(TypeError, match="must be a tensor"):
        lt.add.at([1, 2], [0], 1)


def test_out(tier: str) -> None:
    x, y = sample("float64", (3, 4)), sample("float64", (4,))
    for name in ("add", "power", "arctan2", "less"):
        ours, theirs = getattr(lt, name), getattr(np, name)
        for dtype in ("float64", "float32", "complex128"):
            out = np.zeros((3, 4), dtype)
            wanted = theirs(abs(x), y, out=out)
            into = lt.zeros((3, 4), dtype)
            assert ours(lt.abs(x), y, out=into) is into
            assert_same(into, wanted, 4)
            assert ours(lt.abs(x), y, (into,)) is into
            mine = np.zeros((3, 4), dtype)
            assert ours(lt.abs(x), lt.asarray(y), out=mine) is mine
            np.testing.assert_allclose(mine, wanted, rtol=1e-6)
    into = lt.zeros(4)
    assert lt.sqrt(lt.asarray(y * y), out=into) is into
    assert_same(into, abs(y), 1)
    with pytest.raises(TypeError, match="same_kind"):
        lt.add(1.5, lt.ones(3), out=lt.zeros(3, dtype="int64"))
    into = lt.zeros(3, dtype="int64")
    assert_same(lt.add(1.5, lt.ones(3), out=into, casting="unsafe"), np.full(3, 2))
    with pytest.raises(ValueError, match="add: non-broadcastable output"):
        lt.add(x, y, out=lt.zeros(4))


def test_where(tier: str) -> None:
    x = np.asarray([1.0, -1.0, 4.0])
    out, into = np.full(3, 7.0), lt.full(3, 7.0)
    np.sqrt(x, out=out, where=x > 0)
    lt.sqrt(lt.asarray(x), out=into, where=lt.asarray(x) > 0)
    assert_same(into, out)
    assert lt.sqrt(lt.asarray(x), where=x > 0).tolist() == [1, 0, 2]
    assert lt.divide(x, [0, 1, 2], where=[False, True, True]).tolist() == [0, -1, 2]


def test_dtype(tier: str) -> None:
    x = np.arange(4)
    for name, dtype in (
        ("add", "float32"),
        ("multiply", "complex64"),
        ("divide", "float32"),
        ("subtract", "int64"),
        ("power", "float64"),
    ):
        wanted = getattr(np, name)(x, 2, dtype=dtype)
        assert_same(getattr(lt, name)(lt.asarray(x), 2, dtype=dtype, casting="unsafe"), wanted)
    assert_same(lt.sqrt(lt.asarray(x), dtype="float32", casting="unsafe"), np.sqrt(x, dtype="float32", casting="unsafe"))
    assert_same(lt.less(x, 2, dtype=bool), np.less(x, 2))
    with pytest.raises(TypeError, match=r"Cannot cast ufunc 'add' input 0 from dtype\('float64'\)"):
        lt.add(lt.ones(3), 1, dtype="int64")
    with pytest.raises(TypeError, match="has no loop that gives int64"):
        lt.sqrt(lt.asarray(x), dtype="int64")
    with pytest.raises(ValueError, match="casting must be"):
        lt.add(x, 1, casting="loose")
    with pytest.raises(TypeError):
        lt.add(x, 1, axis=0)


def test_attributes() -> None:
    assert (lt.add.nin, lt.add.nout, lt.add.nargs, lt.add.identity, lt.add.__name__) == (2, 1, 3, 0, "add")
    assert (lt.sin.nin, lt.sin.nargs, lt.sin.identity) == (1, 2, None)
    assert_same(lt.power.reduce([2.0, 3.0, 2.0]), np.asarray(np.power.reduce([2.0, 3.0, 2.0])))
    assert "reduce" in repr(lt.add.reduce)


def test_clip_and_round_keywords(tier: str) -> None:
    x = sample("float64", (5,))
    for low, high in ((-1, None), (None, 2), (-1, 2), (None, None)):
        assert_same(lt.clip(lt.asarray(x), low, high), np.clip(x, low, high))
        assert_same(lt.clip(lt.asarray(x), a_min=low, a_max=high), np.clip(x, a_min=low, a_max=high))
        assert_same(lt.clip(lt.asarray(x), min=low, max=high), np.clip(x, low, high))
    out = lt.zeros(5)
    assert lt.clip(lt.asarray(x), 0, 1, out=out) is out
    assert_same(out, np.clip(x, 0, 1))
    assert lt.round(lt.asarray(x), 1, out=out) is out
    assert_same(out, np.round(x, 1), 1)
    with pytest.raises(ValueError, match="one argument"):
        lt.clip(x, 0, a_min=1)


def test_where_of_one_argument() -> None:
    x = sample("int8", (3, 4), low=0, high=1)
    for found, wanted in zip(lt.where(lt.asarray(x)), np.where(x), strict=True):
        assert_same(found, wanted)
    with pytest.raises(ValueError, match="both or neither"):
        lt.where(x, 1)


REDUCED = [
    "add",
    "multiply",
    "maximum",
    "subtract",
    "divide",
    "logaddexp",
    "hypot",
    "fmax",
    "bitwise_or",
    "logical_and",
    "logical_xor",
    "gcd",
]
REDUCTIONS: dict[str, Any] = {
    "by position": lambda f, x: f(x, 0, None, None, False, 2),
    "mask by position": lambda f, x: f(x, None, None, None, False, 1, [[True], [False]]),
    "initial": lambda f, x: f(x, 1, initial=3, keepdims=True),
    "masked": lambda f, x: f(x, 1, initial=3, where=[True, False, True]),
    "masked without initial": lambda f, x: f(x, 1, where=[True, False, True]),
    "nothing": lambda f, x: f(x[:0], 0),
    "nothing with initial": lambda f, x: f(x[:0], 0, initial=1),
    "nothing without identity": lambda f, x: f(x[:0], 0, initial=None),
    "without identity": lambda f, x: f(x, 0, initial=None),
    "several axes": lambda f, x: f(x, (0, 1), initial=1),
}


@pytest.mark.parametrize("name", REDUCED)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_reductions_start_and_choose(tier: str, name: str, reduction: str) -> None:
    x = np.arange(1, 7).reshape(2, 3)
    operand = x if name in ("bitwise_or", "gcd") else x.astype(float)
    assert_agree(lambda xp, a: REDUCTIONS[reduction](getattr(xp, name).reduce, a), operand, ulp=2)


@pytest.mark.filterwarnings("ignore:Casting complex values")
@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "uint16", "int64", "float32", "complex64"])
def test_methods_promote_as_numpys(dtype: str) -> None:
    x = sample(dtype, (6,), low=1, high=100)
    t = lt.asarray(x)
    for name in ("add", "multiply", "maximum", "logical_or", "logical_xor", "hypot", "bitwise_or", "fmax"):
        ours, theirs = getattr(lt, name), getattr(np, name)
        for wanted in (None, "int8", "uint16", "float64", "bool"):
            for method, arguments in (("reduce", ()), ("accumulate", ()), ("reduceat", ([0, 3, 1],))):
                try:
                    expected = np.asarray(getattr(theirs, method)(x, *arguments, dtype=wanted))
                except TypeError:
                    with pytest.raises(TypeError):
                        getattr(ours, method)(t, *arguments, dtype=wanted).wait()
                    continue
                if expected.dtype != np.float16:
                    assert_same(getattr(ours, method)(t, *arguments, dtype=wanted), expected, 8)


def test_reduce_with_initial_and_where_of_any_function() -> None:
    x, mask = np.asarray([[3, 5, 2], [7, 1, 4]]), np.asarray([[True, False, True], [False, False, True]])
    t = lt.asarray(x)
    for name in ("subtract", "gcd", "bitwise_xor", "fmin", "power", "logical_and", "equal", "add"):
        ours, theirs = getattr(lt, name), getattr(np, name)
        source, given = (x > 2, True) if name == "equal" else (x, 2)
        given_tensor = t > 2 if name == "equal" else t
        assert_same(ours.reduce(given_tensor, initial=given), np.asarray(theirs.reduce(source, initial=given)))
        expected = theirs.reduce(source, axis=1, initial=given, where=mask, keepdims=True)
        assert_same(ours.reduce(given_tensor, axis=1, initial=given, where=lt.asarray(mask), keepdims=True), expected)
        assert_same(ours.reduce(given_tensor[:0], initial=given), np.asarray(theirs.reduce(source[:0], initial=given)))
    with pytest.raises(ValueError, match="needs an initial value"):
        lt.subtract.reduce(t, where=mask)


def test_an_ellipsis_as_out_asks_for_an_array() -> None:
    assert_agree(lambda xp, x: xp.add(x, 1, out=...), np.arange(3))
    assert_agree(lambda xp, x: xp.divmod(x, 2, out=...)[1], np.arange(3))


@pytest.mark.parametrize("casting", ["equiv", "same_kind", "unsafe"])
def test_python_numbers_are_cast_as_numpy_casts_them(casting: Any) -> None:
    for first in (np.asarray([1], "int8"), 3):
        for second, dtype in itertools.product((300, -1, 1.5, True), (None, "int8", "uint8", "float32")):
            try:
                expected = np.add(first, second, dtype=dtype, casting=casting)
            except (TypeError, OverflowError):
                with pytest.raises((TypeError, OverflowError)):  # where both are due, either may come first
                    lt.add(first, second, dtype=dtype, casting=casting)
            else:
                assert_same(lt.add(first, second, dtype=dtype, casting=casting), expected)


def test_keepdims_is_a_boolean() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for keepdims in ("true", 2.0, None, 0, 1):
        for name in ("sum", "max", "mean", "std", "all", "nansum", "count_nonzero"):
            assert_agree(lambda xp, a, name=name, keepdims=keepdims: getattr(xp, name)(a, axis=1, keepdims=keepdims), x)
        assert_agree(lambda xp, a, keepdims=keepdims: xp.hypot.reduce(a, keepdims=keepdims), x)
    assert_agree(lambda xp, a: xp.vecdot(a, a, keepdims="true"), x)
    assert_agree(lambda xp, a: xp.vecdot(a, a, axis=[0]), x)


@pytest.mark.parametrize("axis", [None, 0, -1, 1, (0,), (0, 1), (), True, 0.0], ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)], ids=str)
def test_axes_of_running_methods(shape: tuple[int, ...], axis: Any) -> None:
    x = np.ones(shape)
    for name in ("add", "subtract", "maximum"):
        assert_agree(lambda xp, x, name=name: getattr(xp, name).accumulate(x, axis), x)
        assert_agree(lambda xp, x, name=name: getattr(xp, name).reduceat(x, [0], axis), x)

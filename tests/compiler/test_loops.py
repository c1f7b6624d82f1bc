"""Small arrays in C: the bits of NumPy's, over dtypes, layouts, broadcasting and aliases. In Python there is nothing to try."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_arrays import arrays, same

from lazytensor.calling import at_once, immediate
from lazytensor.compiler import folds, loops

BINARY = (
    np.add, np.subtract, np.multiply, np.divide, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.floor_divide, np.remainder, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.maximum, np.minimum,
)  # fmt: skip
UNARY = (np.negative, np.absolute, np.square, np.sqrt, np.floor, np.ceil, np.invert)
REDUCTIONS = ("sum", "max", "min", "any", "all", "mean", "var", "std", "argmax", "argmin")
NUMBERS = (0, 1, -3, 2**60, True, 0.5, -0.0, np.nan, 1e300, np.float64(2.5), np.float32(2.5), np.int64(-7), np.bool_(True))
MOST = 1 << 12


def test_the_numbers_are_those_of_the_callers() -> None:
    assert [at_once._CODES[ufunc] for ufunc in BINARY] == list(range(len(BINARY)))
    assert [at_once._CODES[ufunc] for ufunc in UNARY] == list(range(len(UNARY)))
    assert list(immediate._REDUCTIONS) == list(REDUCTIONS)


@pytest.mark.skipif(loops.__file__.endswith(".py"), reason="nothing is faster in Python")
def test_what_loops_ask_for_is_there() -> None:
    a, n, b = np.arange(5.0), np.arange(5), np.arange(5) > 2
    for code in (*range(10), 15, 16):
        assert loops.on_arrays(code, a, a[::-1].copy(), MOST) is not None
        assert loops.on_arrays(code, a, 2.5, MOST) is not None
    for code in (0, 1, 2, *range(4, 10), 12, 13, 14, 15, 16):
        assert loops.on_arrays(code, n, 3, MOST) is not None
    assert loops.on_arrays(12, b, b, MOST) is not None
    assert all(loops.on_array(code, a, MOST) is not None for code in range(4))
    assert all(folds.reduced(code, a, None, MOST) is not None for code in (0, 1, 2, 5, 6, 7, 8, 9))
    assert all(folds.reduced(code, np.ones((3, 4)), axis, MOST) is not None for code in (0, 1, 2, 5) for axis in (0, 1, -1))
    assert loops.into_array(0, a, 1.5)
    assert loops.on_arrays(0, a, a, 4) is None


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_two_operands(data: st.DataObject) -> None:
    a = data.draw(arrays())
    b = data.draw(st.one_of(arrays(dtype=str(a.dtype)), arrays(), st.sampled_from(NUMBERS)))
    if data.draw(st.booleans()):
        a, b = b, a
    code = data.draw(st.integers(0, len(BINARY) - 1))
    if type(a) is not np.ndarray and type(b) is not np.ndarray:
        return
    made = loops.on_arrays(code, a, b, MOST)
    if made is not None:
        with np.errstate(all="ignore"):
            assert same(made, BINARY[code](a, b))
        assert made.flags.c_contiguous
        assert made.base is None


@given(arrays(), st.integers(0, len(UNARY) - 1))
@settings(max_examples=200, deadline=None)
def test_one_operand(a: Any, code: int) -> None:
    made = loops.on_array(code, a, MOST)
    if made is not None:
        with np.errstate(all="ignore"):
            assert same(made, UNARY[code](a))


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_in_place(data: st.DataObject) -> None:
    base = data.draw(arrays()).copy()
    cut = data.draw(st.sampled_from((slice(None), slice(1, None), slice(None, None, -1), slice(None, -1))))
    other = data.draw(st.sampled_from((slice(None), slice(1, None), slice(None, None, -1), slice(None, -1))))
    a = base[cut]
    b = data.draw(st.one_of(st.just(base[other]), arrays(dtype=str(base.dtype)), st.sampled_from(NUMBERS)))
    code = data.draw(st.integers(0, len(BINARY) - 1))
    before, value = a.copy(), np.array(b) if isinstance(b, np.ndarray) else b
    if loops.into_array(code, a, b):
        expected = before.copy()
        with np.errstate(all="ignore"):
            BINARY[code](before, value, out=expected)
        assert same(a, expected)
    else:
        assert same(a, before)


@given(arrays(), st.integers(0, len(REDUCTIONS) - 1), st.sampled_from((None, 0, 1, -1)))
@settings(max_examples=500, deadline=None)
def test_reductions(a: Any, code: int, axis: int | None) -> None:
    made = folds.reduced(code, a, axis, MOST)
    if made is not None:
        with np.errstate(all="ignore"):
            assert same(made, getattr(a, REDUCTIONS[code])(axis=axis))

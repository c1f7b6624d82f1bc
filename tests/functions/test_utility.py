"""Differences, comparisons within a tolerance, and the dtype functions."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import DTYPES, assert_same, sample

import lazytensor as lt


@pytest.mark.parametrize("dtype", DTYPES)
def test_diff(tier: str, dtype: str) -> None:
    x = sample(dtype, (4, 5))
    t = lt.asarray(x)
    for axis in (0, -1):
        for n in (0, 1, 2, 6):
            assert_same(lt.diff(t, n=n, axis=axis), np.diff(x, n=n, axis=axis))
    assert_same(lt.diff(t, prepend=x[:, :1], append=x[:, :2]), np.diff(x, prepend=x[:, :1], append=x[:, :2]))
    assert_same(lt.diff(t, axis=0, prepend=x[0, 0]), np.diff(x, axis=0, prepend=x[0, 0]))
    with pytest.raises(ValueError, match="non-negative"):
        lt.diff(t, n=-1)


@pytest.mark.parametrize("equal_nan", [False, True])
def test_closeness(tier: str, equal_nan: bool) -> None:
    x = np.asarray([1.0, 1.0, np.inf, np.nan, np.inf, 1e-9, 0.0])
    y = np.asarray([1.0 + 1e-7, 1.1, np.inf, np.nan, -np.inf, 0.0, -0.0])
    assert_same(lt.isclose(lt.asarray(x), y, equal_nan=equal_nan), np.isclose(x, y, equal_nan=equal_nan))
    assert_same(lt.isclose(lt.asarray([1, 2]), [1, 3]), np.isclose([1, 2], [1, 3]))
    assert lt.allclose(lt.ones(3), 1 + 1e-9)
    assert not lt.allclose(x, y)
    assert bool(lt.array_equal(x, x, equal_nan=equal_nan)) is np.array_equal(x, x, equal_nan=equal_nan)
    assert not lt.array_equal(lt.ones(3), lt.ones(4))


def test_closeness_over_dtypes() -> None:
    for one in ("bool", "int8", "uint64", "float32", "complex64"):
        x = sample(one, (3, 5))
        for other in (*DTYPES, 1, 2.5, True, 1j, np.float32(1)):
            y: Any = sample(other, (5,)) if isinstance(other, str) else other
            for arguments in ({}, {"rtol": 0.5, "atol": 1}, {"atol": np.asarray([[0.5], [1], [9]]), "equal_nan": True}):
                try:
                    expected = np.isclose(x, y, **arguments)
                except TypeError:  # of booleans less booleans
                    with pytest.raises(TypeError, match="subtract"):
                        lt.isclose(lt.asarray(x), y, **arguments)
                    continue
                assert_same(lt.isclose(lt.asarray(x), y, **arguments), expected)
                assert bool(lt.allclose(x, y, **arguments)) is np.allclose(x, y, **arguments)
    near = np.float32(0.1)
    assert_same(lt.isclose(lt.asarray([near]), 0.1, rtol=0, atol=0), np.isclose([near], 0.1, rtol=0, atol=0))
    assert_same(lt.isclose(lt.asarray([near]), 0.1, 0, 0), np.isclose(np.asarray([near]), 0.1, 0, 0))


def test_equality() -> None:
    nan = np.asarray([1.0, np.nan])
    cases: list[Any] = [
        nan,
        [1, 2],
        [[1, 2], [1, 2]],
        [1.0, 2.0],
        1,
        [1],
        [],
        np.asarray([1, np.nan], "c8"),
        [True, True],
        [[1], [2]],
    ]
    for a in cases:
        for b in cases:
            for equal_nan in (False, True):
                found = lt.array_equal(lt.asarray(a), b, equal_nan)
                assert_same(found, np.asarray(np.array_equal(a, b, equal_nan)))
            assert_same(lt.array_equiv(lt.asarray(a), b), np.asarray(np.array_equiv(a, b)))


def test_dtype_functions() -> None:
    t = lt.ones(3, dtype=lt.float32)
    assert t.dtype == lt.float32
    assert lt.result_type(t, 1.0, lt.int8) == np.float32
    assert lt.result_type(t, lt.asarray(1.0)) == np.float64
    assert lt.can_cast(t, lt.float64)
    assert not lt.can_cast(lt.float64, lt.float32)
    assert lt.finfo(t).eps == np.finfo("float32").eps
    assert lt.iinfo(lt.uint8).max == 255
    assert lt.isdtype(t.dtype, "real floating")
    assert not lt.isdtype(lt.int8, ("bool", "unsigned integer"))
    assert (lt.pi, lt.e, lt.inf, lt.newaxis) == (np.pi, np.e, np.inf, None)


ALIASES = """
bool_ byte cdouble csingle double int_ intc intp long longlong short single ubyte uint uintc uintp ulong ulonglong ushort
complexfloating dtype floating generic inexact integer number signedinteger unsignedinteger False_ True_ euler_gamma nan
"""


def test_dtype_aliases_are_numpys() -> None:
    for name in ALIASES.split():
        assert getattr(lt, name) is getattr(np, name), name
    for name in ALIASES.split()[:19]:
        found = lt.zeros(2, dtype=getattr(lt, name))
        assert found.dtype == np.zeros(2, getattr(np, name)).dtype
        assert str(found.dtype) in DTYPES


def test_functions_of_dtypes() -> None:
    t = lt.ones(3, dtype=lt.float32)
    assert lt.issubdtype(t, lt.floating)
    assert lt.issubdtype(lt.int8, lt.integer)
    assert not lt.issubdtype(t, t.astype(lt.int32))
    for pair in (("float32", "int8"), ("float32", "complex64"), ("int8", "int8"), ("float64", "complex64")):
        arrays = [np.ones(2, dtype) for dtype in pair]
        assert lt.common_type(lt.asarray(arrays[0]), arrays[1]) is np.common_type(*arrays)
    with pytest.raises(TypeError):
        lt.common_type(lt.ones(2, dtype=bool))
    assert lt.min_scalar_type(t) == np.float32
    assert lt.min_scalar_type(300) == np.uint16
    assert lt.min_scalar_type(lt.asarray(-3)) == np.int8
    assert lt.promote_types(lt.int8, lt.uint8) == np.int16


def test_namespace_info() -> None:
    info = lt.__array_namespace_info__()
    assert info.capabilities()["boolean indexing"] is True
    assert info.default_dtypes()["real floating"] == lt.zeros(1).dtype
    assert info.default_device() == "cpu:0"
    assert info.default_device() in info.devices()
    assert set(info.dtypes()) == set(DTYPES)
    assert set(info.dtypes(kind="signed integer")) == {"int8", "int16", "int32", "int64"}


def test_limits_of_floats_can_be_copied() -> None:
    for dtype in ("float32", "float64", "complex64"):
        found, wanted = lt.finfo(dtype), np.finfo(dtype)
        for limits in (found, copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
            assert all(
                getattr(limits, name) == getattr(wanted, name) for name in ("eps", "max", "min", "tiny", "bits", "precision")
            )
            assert limits.dtype == wanted.dtype
            assert repr(limits) == repr(wanted)


def test_closeness_of_python_numbers_is_weak(tier: str) -> None:
    """Bounds made of Python numbers alone are rounded to the array's dtype, those with a NumPy scalar are not."""
    near = float(1 - np.finfo(np.float64).eps)
    single = np.asarray(1, np.float32)
    for b, keywords in [
        *((near, {"rtol": 0, "atol": 0}), (2, {"rtol": near / 2, "atol": 0}), (0, {"rtol": 0, "atol": near})),
        *((np.float64(near), {"rtol": 0, "atol": 0}), (2, {"rtol": np.float64(near / 2), "atol": 0}), (True, {"rtol": [0, 1]})),
    ]:
        assert_same(lt.isclose(lt.asarray(single), b, **keywords), np.isclose(single, b, **keywords))


@pytest.mark.parametrize("other", [None, "ab", [[1], [1, 2]]])
def test_what_is_no_array_differs(other: Any) -> None:
    assert not lt.array_equal(lt.ones(2), other)
    assert not lt.array_equiv(lt.ones(2), other)


TEXTS: dict[str, Any] = {
    "partition kind": lambda xp, x, text: xp.partition(x, 1, kind=text),
    "sort kind": lambda xp, x, text: xp.sort(x, kind=text),
    "argsort kind": lambda xp, x, text: x.argsort(kind=text),
    "add casting": lambda xp, x, text: xp.add(x, 1, casting=text),
    "clip casting": lambda xp, x, text: xp.clip(x, 1, 2, casting=text),
    "matmul casting": lambda xp, x, text: xp.matmul(x, x, casting=text),
    "einsum casting": lambda xp, x, text: xp.einsum("i", x, casting=text),
    "side": lambda xp, x, text: xp.searchsorted(x, 1, side=text),
    "add order": lambda xp, x, text: xp.add(x, 1, order=text),
    "ravel order": lambda xp, x, text: xp.ravel(x, order=text),
    "zeros order": lambda xp, x, text: xp.zeros(3, order=text),
    "take mode": lambda xp, x, text: xp.take(x, [2], mode=text),
    "choose mode": lambda xp, x, text: xp.choose(x, [[1, 2], [3, 4], [5, 6]], mode=text),
    "positions mode": lambda xp, x, text: xp.ravel_multi_index((x, x), (2, 3), mode=text),
}


@pytest.mark.parametrize("call", TEXTS)
@pytest.mark.parametrize("text", [None, 0, 1, 2, "x", "c", "safe", "left", "clip"])
def test_keywords_that_are_texts(call: str, text: Any) -> None:
    """TypeError for what is none, but for modes: they have numbers, and None stands for the default."""
    assert_agree(lambda xp, x: TEXTS[call](xp, x, text), np.asarray([1, 0]))


COPIES: dict[str, Any] = {
    "asarray": lambda xp, x, copy: xp.asarray(x, copy=copy),
    "array": lambda xp, x, copy: xp.array(x, copy=copy),
    "reshape": lambda xp, x, copy: xp.reshape(x, (3, 2), copy=copy),
    "reshape in Fortran's order": lambda xp, x, copy: xp.reshape(x, (3, 2), order="F", copy=copy),
    "method reshape": lambda xp, x, copy: x.reshape(3, 2, copy=copy),
    "reshape of a list": lambda xp, x, copy: xp.reshape([[1, 2], [3, 4]], -1, copy=copy),
    "nan_to_num": lambda xp, x, copy: xp.nan_to_num(x, copy=copy),
    "__array__": lambda xp, x, copy: x.__array__(copy=copy).tolist(),
    "astype": lambda xp, x, copy: x.astype("float64", copy=copy),
}


@pytest.mark.parametrize("call", COPIES)
@pytest.mark.parametrize("copy", ["False", "", 0, 1, False, True, np.False_])
def test_copy_is_no_text(call: str, copy: Any) -> None:
    assert_agree(lambda xp, x: COPIES[call](xp, x, copy), np.asarray([[1.0, 0, 2], [3, 4, 5]]))

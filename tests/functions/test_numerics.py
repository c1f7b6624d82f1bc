"""Parts of numbers, angles, integers and bits against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, LAYOUTS, assert_same, sample

import lazytensor as lt
from lazytensor.compiler.ops import standard

SPECIALS = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 1e-40, 2.5, -2.5)
# What is compiled: the rows by themselves are compiled for every dtype in test_elementwise_rows.py.
COMPILED = ["int32", "float32", "complex64"]
ROWS = ("spacing", "fabs", "radians", "deg2rad", "degrees", "rad2deg", "i0", "bitwise_count", "packbits")
# Of these dtypes, these functions answer float16 in NumPy; tensors are float32.
NARROW = ("bool", "int8", "uint8")
FLOATING = (
    "spacing",
    "fabs",
    "radians",
    "deg2rad",
    "degrees",
    "rad2deg",
    "frexp",
    "modf",
    "angle",
    "heaviside",
    "logaddexp2",
    "ldexp",
)

# Name, keyword arguments, and the error allowed in units in the last place.
UNARY: list[tuple[str, dict[str, Any], float]] = [
    ("spacing", {}, 0), ("fabs", {}, 0), ("radians", {}, 0), ("deg2rad", {}, 0), ("degrees", {}, 0), ("rad2deg", {}, 0),
    ("i0", {}, 12), ("bitwise_count", {}, 0), ("frexp", {}, 0), ("modf", {}, 0), ("fix", {}, 0), ("sinc", {}, 8),
    ("angle", {}, 4), ("angle", {"deg": True}, 4), ("nan_to_num", {}, 0), ("nan_to_num", {"nan": 2, "posinf": 3.5}, 0),
    ("nan_to_num", {"neginf": np.inf, "nan": np.nan}, 0), ("isposinf", {}, 0), ("isneginf", {}, 0), ("isreal", {}, 0),
    ("iscomplex", {}, 0), ("real_if_close", {}, 0), ("packbits", {}, 0), ("packbits", {"axis": 0, "bitorder": "little"}, 0),
    ("packbits", {"axis": -1}, 0),
]  # fmt: skip
BINARY: list[tuple[str, float]] = [
    ("heaviside", 0), ("logaddexp2", 8), ("float_power", 4), ("gcd", 0), ("lcm", 0), ("divmod", 0), ("ldexp", 0),
]  # fmt: skip


def compare(found: Any, expected: Any, ulp: float) -> None:
    """One result or several."""
    if isinstance(expected, tuple):
        assert isinstance(found, tuple)
        for one, other in zip(found, expected, strict=True):
            compare(one, other, ulp)
        return
    assert_same(found, expected, ulp, 10 if ulp else 0)


def whole_part(x: Any) -> Any:
    """`fix`, of which NumPy 2.5 warns, and which keeps integers since 2.1."""
    return x if x.dtype.kind in "biu" else np.trunc(x)


def check(name: str, ulp: float, arguments: tuple[Any, ...], tensors: tuple[Any, ...], **options: Any) -> None:
    """The same result as NumPy's, or TypeError where that is what NumPy raises."""
    wide = [x.astype(np.float32) if name in FLOATING and getattr(x, "dtype", "") in NARROW else x for x in arguments]
    if name == "ldexp":
        wide[1:] = arguments[1:]
    if name == "angle" and arguments[0].dtype == "bool":  # 0 is NumPy's integer there, which makes it float64
        wide = [arguments[0]]
    try:
        with np.errstate(all="ignore"):
            expected = (whole_part if name == "fix" else getattr(np, name))(*wide, **options)
            if name == "divmod" and expected[0].dtype.kind == "f":  # the array API's quotients of infinities
                expected = standard.floor_divide(*wide), expected[1]
    except TypeError:
        with pytest.raises(TypeError, match="expects"):
            getattr(lt, name)(*tensors, **options)
        return
    compare(getattr(lt, name)(*tensors, **options), expected, ulp)


@pytest.mark.parametrize(("name", "options", "ulp"), UNARY)
def test_unary(tier: str, name: str, options: dict[str, Any], ulp: float) -> None:
    compiled = tier == "compile"
    for dtype in COMPILED[: 1 if name in ROWS else 3] if compiled else DTYPES:
        x = sample(dtype, (6, 11), specials=SPECIALS)
        check(name, ulp, (x,), (lt.copy(lt.asarray(x)),), **options)


@pytest.mark.parametrize(("name", "options", "ulp"), UNARY)
def test_unary_of_views(name: str, options: dict[str, Any], ulp: float) -> None:
    for layout in LAYOUTS.values():
        for shape in ((4, 9), (3, 0, 2)):
            dtype = "uint8" if name in ("packbits", "bitwise_count") else "float64"
            x = sample(dtype, shape)
            check(name, ulp, (layout(x).astype(dtype),), (layout(lt.asarray(x)),), **options)
    if options.get("axis") is None:
        x = np.asarray(3, "uint8" if name in ("packbits", "bitwise_count") else "float32")
        check(name, ulp, (x,), (lt.asarray(x),), **options)


PAIRS = [("int32", "int64"), ("float32", "int32"), ("float64", "float32"), ("float64", "int8"), ("float64", "float64"),
         ("uint8", "uint8"), ("int8", "uint64"), ("float32", "float32"), ("complex64", "float32"), ("bool", "bool")]  # fmt: skip


@pytest.mark.parametrize(("name", "ulp"), BINARY)
def test_binary(tier: str, name: str, ulp: float) -> None:
    for first, second in PAIRS[:3] if tier == "compile" else PAIRS:
        low = 0 if name == "float_power" else -10
        x, y = sample(first, (7, 5), low=low, specials=SPECIALS), sample(second, (5,), seed=1)
        check(name, ulp, (x, y), (lt.asarray(x), lt.asarray(y)))
        if tier == "interpret":
            check(name, ulp, (x[:, ::-1], y[::-1]), (lt.asarray(x)[:, ::-1], lt.asarray(y)[::-1]))


@pytest.mark.parametrize(("name", "ulp"), BINARY)
def test_weak_scalars(tier: str, name: str, ulp: float) -> None:
    for dtype in ("float32",) if tier == "compile" else ("int16", "int32", "float32"):
        x = np.abs(sample(dtype, (9,)))
        t = lt.asarray(x)
        check(name, ulp, (x, 3), (t, 3))
        check(name, ulp, (x, 2.0), (t, 2.0))
        if name != "ldexp":
            check(name, ulp, (3, x), (3, t))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_extreme_exponents(tier: str, dtype: str) -> None:
    form = np.finfo(dtype)
    x = np.asarray([form.max, form.tiny, form.smallest_subnormal, 1.0, -1.5, np.inf, 0.0, -0.0, form.tiny * 1.75], dtype)
    counts = np.arange(-2 * form.maxexp - 60, 2 * form.maxexp + 60, 7)[:, None]
    with np.errstate(all="ignore"):
        assert_same(lt.ldexp(lt.asarray(x), lt.asarray(counts)), np.ldexp(x, counts))
    assert_same(lt.ldexp(lt.asarray(x[3:5]), 2**70), np.asarray([np.inf, -np.inf], dtype))
    assert_same(lt.ldexp(lt.asarray(x[3:5]), -(2**70)), np.asarray([0.0, -0.0], dtype))
    mantissas, exponents = lt.frexp(lt.asarray(x))
    assert_same(lt.ldexp(mantissas, exponents), x)
    with np.errstate(all="ignore"):
        assert_same(lt.spacing(lt.asarray(-x)), np.spacing(-x))


def test_integers_at_the_ends(tier: str) -> None:
    for dtype in ("int8", "int64", "uint8", "uint64"):
        limits = np.iinfo(dtype)
        x = np.asarray([limits.min, limits.max, 0, 1, 6, limits.max // 2 + 1, 100], dtype)
        t = lt.asarray(x)
        for name in ("gcd", "lcm"):
            assert_same(getattr(lt, name)(t[:, None], t), getattr(np, name)(x[:, None], x))
        assert_same(lt.bitwise_count(t), np.bitwise_count(x))


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("bitorder", ["big", "little"])
def test_bits(axis: int | None, bitorder: Any) -> None:
    x = sample("uint8", (3, 5), low=0, high=255)
    t = lt.asarray(x)
    for count in (None, 0, 5, 13, 100, -3):
        expected = np.unpackbits(x, axis=axis, count=count, bitorder=bitorder)
        assert_same(lt.unpackbits(t, axis=axis, count=count, bitorder=bitorder), expected)
    assert_same(lt.packbits(lt.unpackbits(t, axis=axis, bitorder=bitorder), axis=axis, bitorder=bitorder),
                x.ravel() if axis is None else x)  # fmt: skip
    assert_same(
        lt.unpackbits(t[:, ::-2].T, axis=axis, bitorder=bitorder), np.unpackbits(x[:, ::-2].T, axis=axis, bitorder=bitorder)
    )


def test_bits_check_their_arguments() -> None:
    with pytest.raises(TypeError, match="unpackbits: expects uint8, got int64"):
        lt.unpackbits(lt.arange(3))
    with pytest.raises(TypeError, match="packbits"):
        lt.packbits(lt.ones(3))
    with pytest.raises(ValueError, match="bitorder"):
        lt.packbits(lt.arange(3), bitorder="middle")
    with pytest.raises(np.exceptions.AxisError, match="packbits"):
        lt.packbits(lt.arange(3), axis=1)
    with pytest.raises(ValueError, match="count -9"):
        lt.unpackbits(np.ones(1, np.uint8), count=-9)


def test_nan_to_num_in_place() -> None:
    x = np.asarray([np.nan, 1.0, np.inf])
    for made in (lt.asarray(x), x.copy()):
        assert lt.nan_to_num(made, copy=False) is made
        np.testing.assert_array_equal(np.asarray(made), np.nan_to_num(x))
    whole = lt.zeros((2, 2)) + np.nan
    lt.nan_to_num(whole[0], copy=False, nan=7)
    np.testing.assert_array_equal(whole.numpy(), [[7, 7], [np.nan, np.nan]])
    with pytest.raises(ValueError, match="needs an array"):
        lt.nan_to_num([1.0], copy=False)
    kept = lt.asarray([1, 2])
    assert lt.nan_to_num(kept, copy=False) is kept
    assert lt.nan_to_num(kept) is not kept
    with pytest.raises(ValueError, match="broadcast"):
        lt.nan_to_num(lt.ones(()), nan=[1.0, 2.0])
    assert_same(lt.nan_to_num(lt.asarray(x), nan=np.asarray([5.0, 6.0, 7.0])), np.asarray([5.0, 1.0, np.finfo("f8").max]))


def test_real_if_close() -> None:
    for imaginary, tol in ((1e-15, 100), (1e-3, 100), (1e-3, 1e-2), (np.nan, 100)):
        x = np.asarray([1 + 1j * imaginary, 2])
        assert_same(lt.real_if_close(lt.asarray(x), tol), np.real_if_close(x, tol))
    assert_same(lt.real_if_close([1, 2]), np.asarray([1, 2]))


def test_out() -> None:
    x = lt.asarray([1.5, -2.5])
    first, second = lt.zeros(2), lt.zeros(2)
    assert lt.modf(x, out=(first, second))[0] is first
    assert_same(second, np.asarray([1.0, -2.0]))
    assert lt.fix(x, first) is first
    assert_same(first, np.asarray([1.0, -2.0]))
    flags = lt.zeros(2, dtype=bool)
    assert lt.isposinf([1.0, np.inf], flags) is flags
    assert_same(flags, np.asarray([False, True]))
    with pytest.raises(ValueError, match="exactly 2"):
        lt.frexp(x, out=(first,))
    lt.divmod(x, 2.0, out=(first, None))
    assert_same(first, np.asarray([0.0, -2.0]))


def test_what_a_value_is() -> None:
    x, z = lt.ones(3), lt.ones(3, dtype=lt.complex64)
    assert lt.isrealobj(x)
    assert not lt.isrealobj(z)
    assert lt.isrealobj(1.0)
    assert lt.iscomplexobj(z)
    assert not lt.iscomplexobj([1, 2])
    assert lt.iscomplexobj([1j])
    assert lt.isscalar(3)
    assert lt.isscalar(np.float32(1))
    assert not lt.isscalar([1])
    assert not lt.isscalar(x)
    assert lt.isscalar(x.sum())
    assert not lt.isscalar(lt.asarray(1.0))
    assert lt.binary_repr(5) == "101"
    assert lt.base_repr(255, 16) == "FF"


def test_complex_parts_keep_what_arithmetic_would_lose(tier: str) -> None:
    x = np.asarray([complex(np.nan, -0.0), complex(-0.0, np.inf), complex(-np.inf, 2), complex(1, np.nan)], "complex64")
    found, expected = lt.nan_to_num(lt.asarray(x), nan=np.inf), np.nan_to_num(x, nan=np.inf)
    assert_same(found, expected)
    assert_same(lt.signbit(lt.real(found)), np.signbit(expected.real))
    assert_same(lt.signbit(lt.imag(found)), np.signbit(expected.imag))
    with pytest.raises(TypeError, match="isposinf"):
        lt.isposinf(lt.asarray(x))


@pytest.mark.recorded
def test_compositions_fuse() -> None:
    x = lt.asarray(np.linspace(-3, 3, 50)) * 1
    results = lt.nan_to_num(x) + lt.sinc(x) + lt.angle(x) + sum(lt.modf(x)) + lt.ldexp(*lt.frexp(x)) + lt.isreal(x)
    with lt.config.override(tier="compile"):
        (kernel,) = lt.explain(results).kernels
    assert kernel.tier == "compiled"

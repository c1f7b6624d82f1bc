"""The dtype of every kind of result over all dtypes, or that there is none, against NumPy's."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparison import DTYPES

import lazytensor as lt

PAIRS = list(itertools.product(DTYPES, DTYPES))
NUMBERS: list[Any] = [True, 0, 1, 2, 3, -1, 0.5, 2.0, 1j, np.float32(2), np.int8(2), np.float64(2), np.True_]
UFUNCS = [
    name
    for name in sorted(lt.__all__)
    if isinstance(getattr(np, name, None), np.ufunc) and not getattr(np, name).signature and getattr(lt, name).nin <= 2
]
SYMBOLS = "add sub mul truediv floordiv mod pow and_ or_ xor lshift rshift lt le eq ne gt ge"
OPERATORS = SYMBOLS.split()


def array(xp: Any, dtype: str) -> Any:
    return xp.asarray(np.asarray([1, 2, 3, 1]).astype(dtype))


def kinds(call: Callable[[], Any]) -> Any:
    """The dtype, float32 for float16, of what is returned, of each of several; TypeError, OverflowError or ValueError in its place."""
    try:
        with np.errstate(all="ignore"):
            found = call()
    except (TypeError, OverflowError, ValueError) as error:
        return next(kind for kind in (TypeError, OverflowError, ValueError) if isinstance(error, kind))
    if isinstance(found, (tuple, list)):
        return [kinds(lambda item=item: item) for item in found]  # type: ignore[misc]
    dtype = np.dtype(getattr(found, "dtype", type(found)))
    return np.dtype("f4") if dtype == np.float16 else dtype


def check(call: Callable[..., Any], *cases: Any) -> None:
    """`call(xp, *case)` of every case."""
    differ = []
    for case in cases:
        arguments = case if isinstance(case, tuple) else (case,)
        wanted, found = kinds(lambda a=arguments: call(np, *a)), kinds(lambda a=arguments: call(lt, *a))  # type: ignore[misc]
        if found != wanted:
            differ.append((arguments, found, wanted))
    assert not differ


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs(name: str) -> None:
    if getattr(np, name).nin == 1:
        check(lambda xp, a: getattr(xp, name)(array(xp, a)), *DTYPES)
        check(lambda xp, a: getattr(xp, name)(array(xp, a)[0]), *DTYPES)
        return
    check(lambda xp, a, b: getattr(xp, name)(array(xp, a), array(xp, b)), *PAIRS)
    for number in (True, 2, 2.5, 1j):
        check(lambda xp, a, n=number: getattr(xp, name)(array(xp, a), n), *DTYPES)
        check(lambda xp, a, n=number: getattr(xp, name)(n, array(xp, a)), *DTYPES)
        check(lambda xp, a, n=number: getattr(xp, name)(array(xp, a)[0], n), *DTYPES)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OPERATORS)
def test_operators(name: str) -> None:
    function = getattr(operator, name)
    check(lambda xp, a, b: function(array(xp, a), array(xp, b)), *PAIRS)
    for number in NUMBERS:
        check(lambda xp, a, n=number: function(array(xp, a), n), *DTYPES)
        check(lambda xp, a, n=number: function(array(xp, a)[0], n), *DTYPES)
        check(lambda xp, a, n=number: function(xp.asarray(array(xp, a)[0]), n), *DTYPES)
        if not isinstance(number, np.generic):
            check(lambda xp, a, n=number: function(n, array(xp, a)), *DTYPES)


PLAIN = """all any argmax argmin argsort conj conjugate copy cumprod cumsum flatten max mean min prod ravel std sum var __neg__ __abs__
__invert__ __pos__"""
METHODS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(PLAIN.split(), ()),
    "argpartition": (1,), "repeat": (2,), "searchsorted": (2,), "take": ([0],), "compress": ([True, False],), "clip": (1, 2),
    "choose": ([1, 2, 3, 4],), "dot": ([1, 2, 3, 4],), "__divmod__": (2,), "__rdivmod__": (2,),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", METHODS)
def test_methods(name: str) -> None:
    # Here all integers are positions; NumPy's cannot be uint64.
    dtypes = [dtype for dtype in DTYPES if (name, dtype) != ("choose", "uint64")]
    check(lambda xp, a: getattr(array(xp, a), name)(*METHODS[name]), *dtypes)
    if name in ("sum", "prod", "mean", "cumsum", "cumprod"):
        check(lambda xp, a, b: getattr(array(xp, a), name)(dtype=b), *PAIRS)
    if name in ("std", "var"):
        check(lambda xp, a, b: getattr(array(xp, a), name)(dtype=b), *[pair for pair in PAIRS if np.dtype(pair[1]).kind in "fc"])


def test_rounding() -> None:
    # Booleans stay so: docs/differences.md.
    for decimals in (0, 2, -1):
        check(lambda xp, a, d=decimals: array(xp, a).round(d), *DTYPES[1:])
        check(lambda xp, a, d=decimals: round(array(xp, a)[0], d), *DTYPES)
    check(lambda xp, a: round(array(xp, a)[0]), *DTYPES)


PAIRED = """append inner outer vdot vecdot matmul kron convolve correlate polyadd polymul polysub polyval polydiv intersect1d union1d
setdiff1d setxor1d isin searchsorted trapezoid cov corrcoef dot"""
OF_TWO: dict[str, Callable[..., Any]] = {
    "choose": lambda xp, a, b: xp.choose([0, 1, 0, 1], [a, b]),
    "where": lambda xp, a, b: xp.where([True, False, True, True], a, b),
    "select": lambda xp, a, b: xp.select([[True, False, True, True]], [a], b),
    "concatenate": lambda xp, a, b: xp.concatenate([a, b]),
    "stack": lambda xp, a, b: xp.stack([a, b]),
    "block": lambda xp, a, b: xp.block([a, b]),
    "linspace": lambda xp, a, b: xp.linspace(a[0], b[1], 3),
    "logspace": lambda xp, a, b: xp.logspace(a[0], b[1], 3),
    "geomspace": lambda xp, a, b: xp.geomspace(a[0], b[1], 3),
    "arange": lambda xp, a, b: xp.arange(a[0], b[2]),
    "interp": lambda xp, a, b: xp.interp(a, [1.0, 2.0, 3.0, 4.0], b),
    "einsum": lambda xp, a, b: xp.einsum("i,i->i", a, b),
    "cross": lambda xp, a, b: xp.cross(a[:3], b[:3]),
    "tensordot": lambda xp, a, b: xp.tensordot(a, b, 1),
    "weights": lambda xp, a, b: xp.average(a, weights=b),
    **{name: lambda xp, a, b, n=name: getattr(xp, n)(a, b) for name in PAIRED.split()},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OF_TWO)
def test_functions_of_two(name: str) -> None:
    check(lambda xp, a, b: OF_TWO[name](xp, array(xp, a), array(xp, b)), *PAIRS)


SINGLE = """average median nanmedian nanmean nansum nanprod nanstd nanvar nanmax nanmin nancumsum nancumprod ptp diff ediff1d gradient
unique sort argsort flip diag diagflat tril triu vander i0 sinc angle real imag nan_to_num fix isposinf isneginf isreal iscomplex
real_if_close unwrap trim_zeros poly roots polyder polyint count_nonzero nonzero argwhere squeeze zeros_like ones_like empty_like
cumulative_sum cumulative_prod cov corrcoef atleast_2d cumsum cumprod nanargmax nanargmin max min sum prod mean std var all any
fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft linalg.norm linalg.vector_norm meshgrid ix_"""
OF_ONE = SINGLE.split()


@pytest.mark.newest
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OF_ONE)
def test_functions_of_one(name: str) -> None:
    check(lambda xp, a: operator.attrgetter(name)(xp)(array(xp, a)), *DTYPES)


GRIDS: dict[str, Callable[..., Any]] = {
    "whole": lambda xp, a, n: xp.mgrid[a[0] : a[2] : n],
    "counted": lambda xp, a, n: xp.mgrid[a[0] : a[2] : 3j],
    "several": lambda xp, a, n: xp.mgrid[a[0] : a[2] : n, 0:2],
    "several counted": lambda xp, a, n: xp.mgrid[a[0] : a[2] : 3j, 0:2],
    "open": lambda xp, a, n: list(xp.ogrid[a[0] : a[2] : n, 0:2]),
    "r_": lambda xp, a, n: xp.r_[a, 1],
    "linspace": lambda xp, a, n: xp.linspace(a[0], n, 3),
    "linspace of True": lambda xp, a, n: xp.linspace(True, a[0], 3),
    "indices": lambda xp, a, n: xp.indices((2, 2), a.dtype),
    "full_like": lambda xp, a, n: xp.full_like(a, n),
    "pad": lambda xp, a, n: xp.pad(a, 1),
}


@pytest.mark.parametrize("name", GRIDS)
def test_grids(name: str) -> None:
    dtypes = [dtype for dtype in DTYPES if np.dtype(dtype).kind in "iuf"]
    for number in (1, 2, 0.5, np.float32(0.5), np.int8(2)):
        check(lambda xp, a, n=number: GRIDS[name](xp, array(xp, a), n), *dtypes)

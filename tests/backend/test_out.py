"""`out=` of every function that has it: which dtypes and shapes it may have, and what is stored, as NumPy has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import compare

import lazytensor as lt

DTYPES = ["bool", "int8", "int32", "int64", "uint8", "uint64", "float32", "float64", "complex64", "complex128"]
F = np.array([0.5, 1.5, 2.5])
I = np.array([3, 1, 2])  # noqa: E741
M = np.arange(12).reshape(3, 4)
B = np.array([250, 3, 7], np.uint8)
C = np.array([1 + 2j, 3 - 1j, 0.5])

# The shape of the result, and the call.
Call = Callable[[Any, Any, dict[str, Any]], Any]
UFUNCS: dict[str, tuple[tuple[int, ...], Call]] = {
    "sqrt": ((3,), lambda xp, o, x: xp.sqrt(x["f"], out=o)),
    "negative": ((3,), lambda xp, o, x: xp.negative(x["i"], out=o)),
    "add": ((3,), lambda xp, o, x: xp.add(x["i"], 1, o)),
    "add in a tuple": ((3,), lambda xp, o, x: xp.add(x["f"], 1, out=(o,))),
    "add broadcast": ((3, 3), lambda xp, o, x: xp.add(x["f"][:, None], x["i"], out=o)),
    "add numbers": ((), lambda xp, o, x: xp.add(2, 3, out=o)),
    "less": ((3,), lambda xp, o, x: xp.less(x["f"], 1, out=o)),
    "add where": ((3,), lambda xp, o, x: xp.add(x["i"], 1, out=o, where=[True, False, True])),
    "add where of columns": ((3,), lambda xp, o, x: xp.add(x["f"], 1, out=o, where=[[True], [False]])),
    "add unsafely": ((3,), lambda xp, o, x: xp.add(x["f"], 1, out=o, casting="unsafe")),
    "add in float": ((3,), lambda xp, o, x: xp.add(x["i"], 1, out=o, dtype="float64")),
    "abs": ((3,), lambda xp, o, x: xp.abs(x["c"], out=o)),
    "clip": ((3,), lambda xp, o, x: xp.clip(x["i"], 1, 2, out=o)),
    "clip where": ((3,), lambda xp, o, x: x["f"].clip(1, 2, out=o, where=x["f"] > 1)),
    "fix": ((3,), lambda xp, o, x: xp.trunc(x["f"], out=o)),
    "isposinf": ((3,), lambda xp, o, x: xp.isposinf(x["f"], out=o)),
    "gcd": ((3,), lambda xp, o, x: xp.gcd(x["i"], 2, out=o)),
    "matmul": ((3, 3), lambda xp, o, x: xp.matmul(x["m"], x["m"].T, out=o)),
    "matmul of vectors": ((3,), lambda xp, o, x: xp.matmul(x["m"], x["m"][0], out=o)),
    "vecdot": ((3,), lambda xp, o, x: xp.vecdot(x["m"], x["m"], out=o)),
}
OTHERS: dict[str, tuple[tuple[int, ...], Call]] = {
    "sum": ((4,), lambda xp, o, x: xp.sum(x["m"], axis=0, out=o)),
    "sum of floats": ((), lambda xp, o, x: xp.sum(x["f"], out=o)),
    "sum of bytes": ((), lambda xp, o, x: x["b"].sum(out=o)),
    "sum of complex": ((), lambda xp, o, x: xp.sum(x["c"], out=o)),
    "sum in float": ((4,), lambda xp, o, x: xp.sum(x["m"], axis=0, dtype="float64", out=o)),
    "sum from": ((4,), lambda xp, o, x: xp.sum(x["m"], axis=0, initial=2, out=o)),
    "sum where": ((4,), lambda xp, o, x: xp.sum(x["m"], axis=0, where=x["m"] > 3, out=o)),
    "prod": ((3,), lambda xp, o, x: xp.prod(x["m"], axis=1, out=o)),
    "prod that overflows": ((), lambda xp, o, x: xp.prod(x["i"] * 10**9, out=o) if o.dtype.kind != "i" else o),
    "max": ((3,), lambda xp, o, x: xp.max(x["m"], axis=1, out=o)),
    "min from": ((), lambda xp, o, x: x["f"].min(initial=1, out=o)),
    "any": ((3,), lambda xp, o, x: xp.any(x["m"], axis=1, out=o)),
    "argmax": ((3,), lambda xp, o, x: xp.argmax(x["m"], axis=1, out=o)),
    "argmin": ((4,), lambda xp, o, x: x["m"].argmin(axis=0, out=o)),
    "mean": ((3,), lambda xp, o, x: xp.mean(x["m"], axis=1, out=o)),
    "mean where": ((), lambda xp, o, x: xp.mean(x["f"], where=x["f"] > 1, out=o)),
    "var": ((3,), lambda xp, o, x: xp.var(x["m"], axis=1, out=o)),
    "std": ((3,), lambda xp, o, x: xp.std(x["m"], axis=1, out=o)),
    "cumsum": ((3, 4), lambda xp, o, x: xp.cumsum(x["m"], axis=0, out=o)),
    "cumsum of floats": ((3,), lambda xp, o, x: x["f"].cumsum(out=o)),
    "cumsum of bytes": ((3,), lambda xp, o, x: xp.cumsum(x["b"], out=o)),
    "cumprod": ((3, 4), lambda xp, o, x: xp.cumprod(x["m"], axis=1, out=o)),
    "cumulative_sum": ((3,), lambda xp, o, x: xp.cumulative_sum(x["f"], out=o)),
    "nansum": ((), lambda xp, o, x: xp.nansum(x["f"], out=o)),
    "nanmean": ((), lambda xp, o, x: xp.nanmean(x["f"], out=o)),
    "nanmax": ((), lambda xp, o, x: xp.nanmax(x["f"], out=o)),
    "nanvar": ((), lambda xp, o, x: xp.nanvar(x["f"], out=o)),
    "nancumsum": ((3,), lambda xp, o, x: xp.nancumsum(x["f"], out=o)),
    "nanargmax": ((), lambda xp, o, x: xp.nanargmax(x["f"], out=o)),
    "median": ((4,), lambda xp, o, x: xp.median(x["m"], axis=0, out=o)),
    "nanmedian": ((), lambda xp, o, x: xp.nanmedian(x["f"], out=o)),
    "percentile": ((4,), lambda xp, o, x: xp.percentile(x["m"], 50, axis=0, out=o)),
    "ptp": ((4,), lambda xp, o, x: xp.ptp(x["m"], axis=0, out=o)),
    "round": ((3,), lambda xp, o, x: xp.round(x["f"], out=o)),
    "choose": ((3,), lambda xp, o, x: xp.choose([0, 1, 0], [x["i"], x["f"]], out=o)),
    "take": ((3,), lambda xp, o, x: xp.take(x["i"], [0, 1, 2], out=o)),
    "take of floats": ((2,), lambda xp, o, x: x["f"].take([0, 1], out=o)),
    "take clipped": ((3,), lambda xp, o, x: xp.take(x["f"], [0, 1, 9], out=o, mode="clip")),
    "compress": ((2,), lambda xp, o, x: xp.compress([1, 0, 1], x["f"], out=o)),
    "concatenate": ((6,), lambda xp, o, x: xp.concatenate([x["i"], x["f"]], out=o)),
    "stack": ((2, 3), lambda xp, o, x: xp.stack([x["f"], x["f"]], out=o, casting="unsafe")),
    "einsum": ((), lambda xp, o, x: xp.einsum("i,i->", x["i"], x["i"], out=o)),
    "einsum of bytes": ((), lambda xp, o, x: xp.einsum("i,i->", x["b"], x["b"], out=o)),
    "einsum of floats by same_kind": ((3,), lambda xp, o, x: xp.einsum("i,i->i", x["f"], x["i"], out=o, casting="same_kind")),
    "einsum of complex unsafely": ((3,), lambda xp, o, x: xp.einsum("ij->i", x["m"], out=o, casting="unsafe", dtype="c16")),
    "einsum in an order": ((), lambda xp, o, x: xp.einsum("i,i->", x["b"], x["i"], out=o, optimize=True)),
    "einsum of nothing summed in an order": (
        (3,),
        lambda xp, o, x: xp.einsum("i,i->i", x["f"], x["i"], out=o, optimize="greedy"),
    ),
    "einsum in a dtype": ((), lambda xp, o, x: xp.einsum("i,i->", x["i"], x["i"], out=o, dtype="i4", casting="same_kind")),
    "einsum as it is": ((), lambda xp, o, x: xp.einsum("i->", x["f"], out=o, casting="no")),
    "trace": ((), lambda xp, o, x: xp.trace(x["m"], out=o)),
    "add.reduce": ((4,), lambda xp, o, x: xp.add.reduce(x["m"], out=o)),
    "add.reduce of floats": ((), lambda xp, o, x: xp.add.reduce(x["f"], out=o)),
    "maximum.reduce": ((4,), lambda xp, o, x: xp.maximum.reduce(x["m"], out=o)),
    "subtract.reduce": ((4,), lambda xp, o, x: xp.subtract.reduce(x["m"], out=o)),
    "add.accumulate": ((3, 4), lambda xp, o, x: xp.add.accumulate(x["m"], out=o)),
    "maximum.accumulate": ((3,), lambda xp, o, x: xp.maximum.accumulate(x["f"], out=o)),
    "add.reduceat": ((2, 4), lambda xp, o, x: xp.add.reduceat(x["m"], [0, 1], out=o)),
    "copyto": ((3,), lambda xp, o, x: (xp.copyto(o, x["f"]), o)[1]),
    "add.at": ((3,), lambda xp, o, x: (xp.add.at(o, [0, 0, 2], x["f"]), o)[1]),
    "multiply.at": ((3,), lambda xp, o, x: (xp.multiply.at(o, [0, 0], 2.5), o)[1]),
    "subtract.at": ((3,), lambda xp, o, x: (xp.subtract.at(o, [0, 1], 300), o)[1]),
    "sqrt.at": ((3,), lambda xp, o, x: (xp.sqrt.at(o, [0, 1]), o)[1]),
    "+=": ((3,), lambda xp, o, x: o.__iadd__(x["f"])),
    "/=": ((3,), lambda xp, o, x: o.__itruediv__(2)),
}


def assert_stored_alike(call: Call, shape: tuple[int, ...], dtype: str) -> None:
    """The same is stored in a tensor and in a NumPy array as NumPy stores, or both are refused alike; `out` is returned."""

    def made(xp: Any) -> tuple[Any, Any]:
        arrays = {"f": F, "i": I, "m": M, "b": B, "c": C}
        out = xp.ones(shape, dtype)
        with np.errstate(all="ignore"):
            found = call(xp, out, arrays if xp is np else {name: lt.asarray(array) for name, array in arrays.items()})
        return found, out

    try:
        _, expected = made(np)
    except Exception as error:
        # NumPy's own kinds are kinds of Python's.
        with pytest.raises(TypeError if isinstance(error, TypeError) else type(error)):
            made(lt)
        return
    found, out = made(lt)
    assert found is out
    compare(out, expected, ulp=4)


@pytest.mark.versions
@pytest.mark.newest
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.filterwarnings("ignore:Implicit casting of output:DeprecationWarning")  # of take and compress, since NumPy 2.5
@pytest.mark.parametrize("name", [*UFUNCS, *OTHERS])
def test_dtypes(name: str) -> None:
    shape, call = (UFUNCS | OTHERS)[name]
    for dtype in DTYPES:
        assert_stored_alike(call, shape, dtype)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs_broadcast_into_larger_arrays(name: str) -> None:
    shape, call = UFUNCS[name]
    shapes = {(2, *shape), (1, *shape), (*shape, 1), (*shape[:-1], 5), (2, 1, *shape), shape[:-1], (0, *shape), (4, *shape[1:])}
    for other in shapes:
        for dtype in ("float64", "complex128"):
            assert_stored_alike(call, other, dtype)


SHAPES_OF_OTHERS = [
    "sum",
    "prod",
    "max",
    "any",
    "argmax",
    "mean",
    "std",
    "median",
    "ptp",
    "take",
    "compress",
    "concatenate",
]


@pytest.mark.parametrize("name", SHAPES_OF_OTHERS)
def test_other_functions_need_the_result_s_shape(name: str) -> None:
    shape, call = OTHERS[name]
    for other in ((2, *shape), (*shape, 1), (*shape[:-1], 5)):
        assert_stored_alike(call, other, "float64")


TWO_RESULTS: dict[str, Callable[..., Any]] = {
    "modf": lambda xp, x, **keywords: xp.modf(x, **keywords),
    "frexp": lambda xp, x, **keywords: xp.frexp(x, **keywords),
    "divmod": lambda xp, x, **keywords: xp.divmod(x, 2.0, **keywords),
}


@pytest.mark.parametrize("name", TWO_RESULTS)
@pytest.mark.parametrize("where", [True, [True, False, True], [[True], [False]]], ids=str)
def test_all_results_have_the_shape_of_the_arrays_given(name: str, where: Any, tier: str) -> None:
    def made(xp: Any, first: bool, shape: tuple[int, ...]) -> list[Any]:
        x, into = xp.asarray(F), xp.ones(shape)
        found = TWO_RESULTS[name](xp, x, out=(into, None) if first else (None, into), where=where, casting="unsafe")
        assert found[1 - first] is into
        return [xp.where(where, item, 0) if item is not into else item for item in found]

    for first in (True, False):
        compare(made(lt, first, (2, 3)), made(np, first, (2, 3)))
    with pytest.raises(ValueError, match="non-broadcastable"):
        TWO_RESULTS[name](lt, lt.asarray(F), out=(lt.ones((2, 3)), lt.ones(3)), casting="unsafe")


def test_a_mask_without_axes_leaves_scalars() -> None:
    for found in (lt.add(lt.asarray(2), 1, where=lt.asarray(True)), *lt.divmod(7, 2, where=lt.asarray(True))):
        assert found.tolist() == 3 or found.tolist() == 1
        with pytest.raises(TypeError, match="scalar"):
            found[...] = 1


def test_an_ellipsis_asks_for_an_array() -> None:
    x = lt.asarray(F)
    for found, value in (
        (lt.add(2, 3, out=...), 5),
        (lt.add(2, 3, where=lt.asarray(True), out=...), 5),
        (lt.divmod(7, 2, out=...)[1], 1),
        (lt.add.reduce(x, out=...), 4.5),
        (lt.maximum.reduce(x, 0, None, ...), 2.5),
        (lt.subtract.reduce(x, out=...), -3.5),
        (lt.matmul(x, x, out=...), 8.75),
        (lt.vecdot(x, x, axes=[0, 0], out=...), 8.75),
        (lt.nanmax(x, out=...), 2.5),
    ):
        assert found.tolist() == value
        found[...] = 1  # a scalar could not be written to
    assert lt.add.accumulate(x, out=...).tolist() == [0.5, 2, 4.5]
    assert lt.add.reduceat(x, [0, 1], out=...).tolist() == [0.5, 4]
    for call in (lambda: lt.add(x, x, out=(...,)), lambda: lt.modf(x, out=(..., None)), lambda: lt.add.reduce(x, out=(...,))):
        with pytest.raises(TypeError, match="tuple"):
            call()


def test_both_tiers(tier: str) -> None:
    x = lt.asarray(F)
    out = lt.zeros((2, 3))
    assert lt.add(x, 1, out=out, where=[[True], [False]]) is out
    assert out.tolist() == [[1.5, 2.5, 3.5], [0, 0, 0]]
    total = lt.zeros((), dtype=lt.int8)
    assert lt.sum(x, out=total).item() == 4
    view = lt.zeros((3, 4), dtype=lt.uint8)
    lt.cumsum(lt.asarray(M), axis=0, out=view[:, ::-1])
    assert view.tolist() == np.cumsum(M, axis=0)[:, ::-1].tolist()


def test_into_numpy_arrays() -> None:
    out = np.zeros((2, 3))
    assert lt.add(lt.asarray(F), 1, out=out) is out
    assert out.tolist() == [[1.5, 2.5, 3.5]] * 2
    cut = np.zeros(3, np.int64)
    assert lt.choose([0, 1, 0], [lt.asarray(F), 7], out=cut) is cut
    assert cut.tolist() == [0, 7, 2]


def test_a_mask_without_out_broadcasts_too() -> None:
    found = lt.add(lt.asarray(F), 1, where=[[True], [False]])
    assert found.tolist() == [[1.5, 2.5, 3.5], [0, 0, 0]]

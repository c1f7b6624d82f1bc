"""Dtype rules of the op table, as small factories, and the range checks of Python scalars.

NumPy is asked for every promotion (`ufunc.resolve_dtypes`, `np.result_type`), never imitated. A row's `resolve` remembers the
answers, so a rule runs once per combination of dtypes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from lazytensor.compiler.ops.row import Domain, Op, Signature

DType: TypeAlias = np.dtype[Any]
Rule: TypeAlias = Callable[..., Signature]

BOOL = np.dtype(np.bool_)
INT64 = np.dtype(np.int64)
UINT64 = np.dtype(np.uint64)
FLOAT32 = np.dtype(np.float32)
FLOAT64 = np.dtype(np.float64)
COMPLEX128 = np.dtype(np.complex128)

DEFAULTS: dict[type, DType] = {bool: BOOL, int: INT64, float: FLOAT64, complex: COMPLEX128}
WEAK_VALUES: dict[type, Any] = {bool: BOOL, int: 0, float: 0.0, complex: 0j}
KIND_WORDS = {"b": "boolean", "i": "signed integer", "u": "unsigned integer", "f": "real floating", "c": "complex floating"}
ITEM_SIZES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (4, 8), "c": (8, 16)}


def join(words: list[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def describe(argument: Any) -> str:
    """An operand's dtype as messages show it."""
    return f"Python {argument.__name__}" if isinstance(argument, type) else str(argument)


def dtype_error(name: str, accepted: str, arguments: tuple[Any, ...], note: str = "") -> TypeError:
    """The one wording of every dtype error."""
    kinds = "boolean, integer, floating or complex" if accepted == "biufc" else words(accepted)
    return TypeError(f"{name}: expects {kinds} dtypes, got {join([describe(item) for item in arguments])}{note}")


def words(kinds: str) -> str:
    """Kind letters in words: 'biu' is 'boolean or integer'."""
    named = [KIND_WORDS[kind] for kind in kinds]
    if "i" in kinds and "u" in kinds:
        named = ["integer" if kind == "i" else KIND_WORDS[kind] for kind in kinds if kind != "u"]
    return join(named, "or")


def check_supported(name: str, accepted: str, arguments: tuple[Any, ...]) -> None:
    """Raise TypeError unless every argument is a dtype that tensors have, of an accepted kind."""
    for item in arguments:
        dtype = DEFAULTS.get(item, item) if isinstance(item, type) else item
        if not isinstance(dtype, np.dtype) or dtype.itemsize not in ITEM_SIZES.get(dtype.kind, ()):
            raise dtype_error(name, accepted, arguments, f"; {describe(item)} is not supported")
        if dtype.kind not in accepted:
            raise dtype_error(name, accepted, arguments)


def strong(argument: Any) -> DType:
    """The dtype a lone operand has: a Python scalar's is NumPy's default for it."""
    return DEFAULTS[argument] if isinstance(argument, type) else argument


def strengthen(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with bool as a dtype (it is never weak), and all of them as dtypes if none is one."""
    if all(isinstance(item, type) for item in arguments):
        return tuple(DEFAULTS[item] for item in arguments)
    return tuple(BOOL if item is bool else item for item in arguments)


def result_type(arguments: tuple[Any, ...]) -> DType:
    """NumPy's common dtype of operands, Python types being weak."""
    return np.result_type(*(WEAK_VALUES[item] if isinstance(item, type) else item for item in arguments))


def accepted_kinds(ufunc: np.ufunc) -> str:
    """The dtype kinds a ufunc has loops for, by asking it."""
    probes = {"b": BOOL, "i": INT64, "u": UINT64, "f": FLOAT64, "c": COMPLEX128}
    found = ""
    for kind, dtype in probes.items():
        try:
            ufunc.resolve_dtypes((dtype,) * ufunc.nin + (None,) * ufunc.nout)
            found += kind
        except TypeError:
            pass
    return found


def by_ufunc(name: str, ufunc: np.ufunc) -> Rule:
    """The promotion of a ufunc, but float32 where NumPy's answer is float16 (`exp` of int8): no tensor is float16."""

    def rule(*arguments: Any) -> Signature:
        check_supported(name, "biufc", arguments)
        types = strengthen(arguments)
        empty = (None,) * ufunc.nout
        try:
            resolved = ufunc.resolve_dtypes((*types, *empty))
            if any(item.char == "e" for item in resolved):
                wide = tuple(FLOAT32 if isinstance(item, np.dtype) and item.itemsize == 1 else item for item in types)
                resolved = ufunc.resolve_dtypes((*wide, *empty))
        except TypeError:
            raise dtype_error(name, accepted_kinds(ufunc), arguments) from None
        return Signature(tuple(resolved[: ufunc.nin]), resolved[ufunc.nin])

    return rule


def rounding(name: str, ufunc: np.ufunc) -> Rule:
    """Booleans and integers keep their dtype; the rest follows the ufunc."""
    floating = by_ufunc(name, ufunc)

    def rule(argument: Any) -> Signature:
        check_supported(name, "biufc", (argument,))
        dtype = strong(argument)
        return Signature((dtype,), dtype) if dtype.kind in "biu" else floating(dtype)

    return rule


def common(name: str, accepted: str = "biufc", *, params: int = 0, result: DType | None = None) -> Rule:
    """Every operand is cast to the common dtype, which is the result's too unless `result` says otherwise; the last `params`
    arguments are not dtypes."""

    def rule(*arguments: Any) -> Signature:
        operands = arguments[: len(arguments) - params]
        check_supported(name, accepted, operands)
        dtype = result_type(strengthen(operands))
        if dtype.kind not in accepted:
            raise dtype_error(name, accepted, operands, f"; their common dtype is {dtype}")
        return Signature((dtype,) * len(operands), dtype if result is None else result)

    return rule


def inexact(name: str, accepted: str = "biufc", *, params: int = 0) -> Rule:
    """The promotion of linear algebra and SciPy: the common dtype, float64 in the place of booleans and integers."""

    def rule(*arguments: Any) -> Signature:
        operands = arguments[: len(arguments) - params]
        check_supported(name, accepted, operands)
        dtype = result_type(tuple(FLOAT64 if strong(item).kind in "biu" else item for item in strengthen(operands)))
        return Signature((dtype,) * len(operands), dtype)

    return rule


def unchanged(name: str, accepted: str = "biufc", *, result: DType | None = None) -> Rule:
    """One operand, kept as it is, and parameters; the result has its dtype or `result`."""

    def rule(argument: Any, *_: Any) -> Signature:
        check_supported(name, accepted, (argument,))
        dtype = strong(argument)
        return Signature((dtype,), dtype if result is None else result)

    return rule


def accumulate(name: str, *, wide: str = "") -> Rule:
    """Sums and products: booleans and integers in 64 bits; single precision of the kinds in `wide` accumulates in double."""

    def rule(argument: Any, *_: Any) -> Signature:
        check_supported(name, "biufc", (argument,))
        dtype = strong(argument)
        if dtype.kind in "biu":
            dtype = UINT64 if dtype.kind == "u" else INT64
        return Signature((np.result_type(dtype, FLOAT64) if dtype.kind in wide else dtype,), dtype)

    return rule


# Samples for an operand that any value suits.
ANY = Domain()

INTEGERS = [np.dtype(code) for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")]
INTEGER_LIMITS = {dtype: (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)) for dtype in INTEGERS}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


def check_scalar(op: Op, value: Any, dtype: DType, position: int = 1) -> None:
    """Raise what NumPy raises for the Python scalar `value` as operand number `position`, computed as `dtype`.

    `dtype` is that operand's in the row's signature. OverflowError for an integer out of its range (ask `comparison_constant`
    before: a comparison answers instead), ValueError for a negative power of integers.
    """
    if type(value) is not int:
        return
    limits = INTEGER_LIMITS.get(dtype)
    if limits is not None:
        if not limits[0] <= value <= limits[1]:
            raise OverflowError(f"{op.name}: Python integer {value} out of bounds for {dtype}")
        if value < 0 and position == 1 and op.name == "pow":
            raise ValueError("pow: Integers to negative integer powers are not allowed.")
    elif dtype.kind in "fc" and not -(1 << 1023) < value < 1 << 1023:
        try:
            float(value)
        except OverflowError:
            raise OverflowError(f"{op.name}: Python integer too large to convert to {dtype}") from None


def comparison_constant(op: Op, value: Any, dtype: DType, *, first: bool = False) -> bool | None:
    """What `op(x, value)` is for every x of the integer `dtype`, when `value` is a Python integer out of its range.

    `first` asks about `op(value, x)`. None when `op` is no comparison, or `value` no integer or within the range: then it takes
    computing.
    """
    compare = COMPARISONS.get(op.name)
    limits = INTEGER_LIMITS.get(dtype)
    if compare is None or limits is None or type(value) is not int or limits[0] <= value <= limits[1]:
        return None
    return compare(value, limits[0]) if first else compare(limits[0], value)


def owned(value: Any) -> np.ndarray[Any, Any]:
    """The value as a C-contiguous array that shares no memory with another: what a reference returns of a NumPy function that
    may answer with a view."""
    array: np.ndarray[Any, Any] = np.asarray(value)
    return array if array.flags.c_contiguous and array.base is None else np.array(array, order="C")


def fitting(value: Any, dtype: DType) -> Any:
    """The value, without its imaginary part where `dtype` is an integer or real: what NumPy stores, but without its warning."""
    return np.real(value) if dtype.kind not in "bc" and np.iscomplexobj(value) else value

"""Dtypes and constants: NumPy's own objects, so that `t.dtype == np.float32` and `lt.float32 is np.float32` hold.

`bool`, `e`, `inf`, `nan`, `newaxis` and `pi` are here too, NumPy's other names of the same dtypes, the functions of dtypes, and
`__array_namespace_info__`, by which libraries ask what there is.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
from numpy import (
    False_,
    True_,
    bool_,
    byte,
    cdouble,
    complex64,
    complex128,
    complexfloating,
    csingle,
    double,
    dtype,
    e,
    euler_gamma,
    float32,
    float64,
    floating,
    generic,
    inexact,
    inf,
    int8,
    int16,
    int32,
    int64,
    int_,
    intc,
    integer,
    intp,
    long,
    longlong,
    nan,
    newaxis,
    number,
    pi,
    short,
    signedinteger,
    single,
    ubyte,
    uint,
    uint8,
    uint16,
    uint32,
    uint64,
    uintc,
    uintp,
    ulong,
    ulonglong,
    unsignedinteger,
    ushort,
)
from numpy import bool_ as bool

from lazytensor.devices import Device, default_name, device, devices
from lazytensor.fallback import values, waits
from lazytensor.handle import _BY_DTYPE, SUPPORTED, Handle, stands_for_scalar
from lazytensor.ufunc_class import unbound

__all__ = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float32", "float64", "complex64", "complex128",
    "bool_", "byte", "cdouble", "csingle", "double", "int_", "intc", "intp", "long", "longlong", "short", "single", "ubyte",
    "uint", "uintc", "uintp", "ulong", "ulonglong", "ushort",
    "complexfloating", "dtype", "floating", "generic", "inexact", "integer", "number", "signedinteger", "unsignedinteger",
    "False_", "True_", "e", "euler_gamma", "inf", "nan", "newaxis", "pi",
    "can_cast", "common_type", "finfo", "iinfo", "isdtype", "issubdtype", "min_scalar_type", "promote_types", "result_type",
    "__array_namespace_info__",
]  # fmt: skip


def as_dtype(dtype: Any, name: str) -> np.dtype[Any]:
    """The dtype that a `dtype=` argument means, of the machine's byte order; TypeError, naming the operation, for one that tensors do
    not have."""
    try:
        # NumPy would take the dtype of anything that has one: of an array, it is an argument in the wrong place.
        if isinstance(dtype, type) and issubclass(dtype, np.dtype):
            kind: Any = dtype
            dtype = kind()  # numpy.dtypes.Float64DType and its like, which np.dtype takes for classes of objects
        found = None if isinstance(dtype, (Handle, np.ndarray)) else _BY_DTYPE.get(np.dtype(dtype))
        if found is None and not isinstance(dtype, (Handle, np.ndarray)):
            found = _BY_DTYPE.get(np.dtype(dtype).newbyteorder("="))
    except TypeError:
        found = None
    if found is None or dtype is None:
        raise TypeError(f"{name}: dtype {dtype!r} is not supported; supported are {', '.join(map(str, SUPPORTED))}")
    return found


def _argument(value: Any) -> Any:
    """A tensor's dtype in its place, so that NumPy's functions can answer without its values."""
    return value.dtype if isinstance(value, Handle) else value


def _no_array(value: Any, name: str) -> Any:
    """The value, which NumPy is to take for a dtype; TypeError for an array, whose dtype it would take of a tensor."""
    if isinstance(value, Handle) and not stands_for_scalar(value):
        raise TypeError(f"{name}: expects a dtype, got an array; give its dtype")
    return value


class finfo:  # noqa: N801
    """Limits of a floating or complex dtype, or of a tensor's: NumPy's, with Python floats, which take the dtype of what they meet.

    Attributes
    ----------
    bits, nmant, nexp, iexp, minexp, maxexp, machep, negep, precision : int
    eps, epsneg, max, min, resolution, smallest_normal, smallest_subnormal, tiny : float
    dtype : dtype

    >>> import lazytensor as lt
    >>> lt.finfo(lt.float32).bits
    32
    """

    bits: int
    nmant: int
    nexp: int
    iexp: int
    minexp: int
    maxexp: int
    machep: int
    negep: int
    precision: int
    eps: float
    epsneg: float
    max: float
    min: float
    resolution: float
    smallest_normal: float
    smallest_subnormal: float
    tiny: float

    def __init__(self, dtype: Any, /) -> None:
        limits = np.finfo(_argument(dtype))
        self.dtype = limits.dtype
        for name in finfo.__annotations__:
            found = getattr(limits, name)
            setattr(self, name, found.item() if isinstance(found, np.generic) else found)

    def __repr__(self) -> str:
        return repr(np.finfo(self.dtype))


class iinfo(np.iinfo):  # noqa: N801
    """Limits of an integer dtype, or of a tensor's.

    >>> import lazytensor as lt
    >>> lt.iinfo(lt.int8).max
    127
    """

    def __init__(self, type: Any, /) -> None:
        super().__init__(_argument(type))


def can_cast(from_: Any, to: Any, casting: Any = "safe") -> builtins.bool:
    """Can a dtype, or a tensor's, be cast to another by the casting rule? Never waits."""
    return builtins.bool(np.can_cast(_argument(from_), _no_array(to, "can_cast"), casting))


@unbound
def promote_types(type1: Any, type2: Any, /) -> np.dtype[Any]:
    """The smallest dtype that both cast to safely."""
    return np.promote_types(_no_array(type1, "promote_types"), _no_array(type2, "promote_types"))


def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """The dtype that an operation on these tensors, dtypes and Python scalars (which are weak) computes in. Never waits.

    >>> import lazytensor as lt
    >>> lt.result_type(lt.asarray([1, 2], dtype=lt.float32), 2.5)
    dtype('float32')
    """
    return np.result_type(*[_argument(item) for item in arrays_and_dtypes])


def isdtype(dtype: Any, kind: Any) -> builtins.bool:
    """Is the dtype of a kind: "bool", "signed integer", "real floating", ..., a dtype, or a tuple of these?"""
    return builtins.bool(np.isdtype(np.dtype(_no_array(dtype, "isdtype")), kind))


def issubdtype(arg1: Any, arg2: Any) -> builtins.bool:
    """Is the first dtype, or a tensor's, the second or one of its kind? Never waits.

    >>> import lazytensor as lt
    >>> lt.issubdtype(lt.float32, lt.floating)
    True
    """
    return builtins.bool(np.issubdtype(_argument(arg1), _argument(arg2)))


def common_type(*arrays: Any) -> type[Any]:
    """The smallest floating or complex type to which all arrays can be cast; float64 for integers. Never waits.

    >>> import lazytensor as lt
    >>> lt.common_type(lt.ones(2, dtype=lt.float32), lt.ones(2, dtype=lt.complex64)).__name__
    'complex64'
    """
    found: type[Any] = np.common_type(*[np.empty(0, item.dtype) if isinstance(item, Handle) else item for item in arrays])
    return found


@waits
def min_scalar_type(a: Any, /) -> np.dtype[Any]:
    """A tensor's dtype; of a scalar, the smallest dtype that holds its value, as NumPy answers it: float16 too. Waits for 0-d tensors."""
    if isinstance(a, Handle):
        return np.min_scalar_type(values(a)) if a.shape == () else a.dtype
    return np.min_scalar_type(a)


_DEFAULTS = {
    "real floating": np.dtype(float64),
    "complex floating": np.dtype(complex128),
    "integral": np.dtype(int64),
    "indexing": np.dtype(int64),
}


class _Info:
    """What the array API's inspection functions tell: capabilities, devices, dtypes."""

    def capabilities(self) -> dict[str, Any]:
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> Device:
        return device(default_name() or "cpu:0")

    def devices(self) -> tuple[Device, ...]:
        return devices()

    def default_dtypes(self, *, device: Any = None) -> dict[str, np.dtype[Any]]:
        return dict(_DEFAULTS)

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, np.dtype[Any]]:
        return {str(dtype): dtype for dtype in SUPPORTED if kind is None or isdtype(dtype, kind)}


def __array_namespace_info__() -> _Info:  # noqa: N807
    """The array API's inspection object, with methods capabilities, default_device, default_dtypes, devices and dtypes."""
    return _Info()

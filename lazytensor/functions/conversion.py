"""More ways from data to tensors, named after memory layouts that NumPy tells apart, and `copyto`.

Only `asarray_chkfinite` waits, and `fromiter` for tensors among the items.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import truth
from lazytensor.calling.fallback import values, waits
from lazytensor.calling.keywords import CASTINGS, chosen, no_model
from lazytensor.calling.out import deliver
from lazytensor.calling.ufunc_class import unbound
from lazytensor.core import layout
from lazytensor.core.devices import device_name
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import Handle, created, stands_for_scalar, wrap
from lazytensor.core.indexing import assign
from lazytensor.core.operands import as_tensor, import_array
from lazytensor.core.storage import constant
from lazytensor.core.storing import cast_for_assignment, trimmed
from lazytensor.functions.creation import array, asarray, full, place
from lazytensor.functions.manipulation import broadcast_to, copy

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "asanyarray", "asarray_chkfinite", "ascontiguousarray", "asfortranarray", "astype", "copyto", "frombuffer", "fromiter", "fromstring",
    "require",
]  # fmt: skip


@unbound
def asanyarray(
    a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: bool | None = None, like: Any = None
) -> Tensor:
    """`asarray`: tensors have no subclasses to pass through."""
    return asarray(a, dtype, order, device=device, copy=copy, like=like)


@unbound
def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> Tensor:
    """A tensor of at least one dimension in C order: `a` itself where it is one, else a copy."""
    return array(a, dtype, copy=None, order="C", ndmin=1, like=like)


@unbound
def asfortranarray(a: Any, dtype: Any = None, *, like: Any = None) -> Tensor:
    """A tensor of at least one dimension in Fortran's order: `a` itself where it is one, else a copy.

    >>> import lazytensor as lt
    >>> lt.asfortranarray(lt.ones((2, 3))).strides
    (8, 16)
    """
    return array(a, dtype, copy=None, order="F", ndmin=1, like=like)


def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Tensor:
    """The values in another dtype. Never waits.

    Parameters
    ----------
    x : array
    dtype : dtype
        Conversions that lose (float to integer truncates, complex to real drops the imaginary part) are allowed.
    copy : bool
        False returns `x` itself when it has the dtype already.
    device : optional
        Where the result is to live.

    >>> import lazytensor as lt
    >>> print(lt.astype(lt.asarray([1.7, -1.7]), lt.int64))
    [ 1 -1]
    """
    if not isinstance(x, (Handle, np.ndarray, np.generic)):
        raise TypeError(f"astype: expects an array, got {type(x).__name__}; lazytensor.asarray makes one")
    return converted(as_tensor(x, "astype"), dtype, "K", copy, device)


def converted(x: Handle, dtype: Any, order: str, copy: bool, device: Any) -> Tensor:
    """The tensor in another dtype and an order in memory: itself, if `copy` is false and it has both."""
    target = as_dtype(dtype, "astype")
    view = x._index_map()
    # Unlike elsewhere, "A" asks for one of two orders.
    fits = layout.fits(view, order) if order != "A" else layout.fits(view, "C") or layout.fits(view, "F")
    same = not copy and target == x.dtype and fits
    made: Tensor = x if same else layout.copied(x, order, target)  # type: ignore[assignment]
    return made if device_name(device) is None else made.to_device(device)


@waits
def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Tensor:
    """`asarray`, but ValueError if a value is infinite or NaN. Waits for floating values."""
    made = asarray(a, dtype, order)
    if made.dtype.kind in "fc" and not np.isfinite(values(made)).all():
        raise ValueError("asarray_chkfinite: array must not contain infs or NaNs")
    return made


# What each flag of `require` asks for, as `flags` names it.
_FLAGS = {
    "C": "C", "C_CONTIGUOUS": "C", "CONTIGUOUS": "C",
    "F": "F", "F_CONTIGUOUS": "F", "FORTRAN": "F",
    "A": "ALIGNED", "ALIGNED": "ALIGNED", "E": "E", "ENSUREARRAY": "E",
    "W": "W", "WRITEABLE": "W", "O": "OWNDATA", "OWNDATA": "OWNDATA",
}  # fmt: skip


def require(a: Any, dtype: Any = None, requirements: Any = None, *, like: Any = None) -> Tensor:
    """`asarray`, or a copy where the flags ask for what it lacks: "C" and "F" for an order in memory, "W" to be writeable, "O" to
    share nothing. "A" and "E" ask for what every tensor is.
    """
    no_model(like, "require")
    asked = set()
    for item in requirements or ():
        if item.upper() not in _FLAGS:
            raise KeyError(f"require: unknown requirement {item!r}; there are {', '.join(sorted(_FLAGS))}")
        asked.add(_FLAGS[item.upper()])
    if asked >= {"C", "F"}:
        raise ValueError('require: cannot specify both "C" and "F" order')
    order = next((letter for letter in "CF" if letter in asked), "A")
    made = asarray(a, dtype, order)
    return made if all(made.flags[item] for item in asked - {"E"}) else copy(made, order)


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """Store the elements of `src` in `dst`, where the mask is true; both broadcast to the shape of `dst`. Lazy for tensors.

    Parameters
    ----------
    dst : Tensor or numpy.ndarray
        Written to; writing to a NumPy array waits.
    src : array_like
    casting : str
        Which conversions are allowed, by NumPy's rules.
    where : array_like of bool

    >>> import lazytensor as lt
    >>> x = lt.zeros(3)
    >>> lt.copyto(x, [1, 2, 3], where=[True, False, True])
    >>> print(x)
    [1. 0. 3.]
    """
    if not isinstance(dst, (Handle, np.ndarray)):
        raise TypeError(f"copyto: dst must be a tensor or a NumPy array, got {type(dst).__name__}")
    casting = chosen(casting, CASTINGS, "copyto", "casting")
    number = type(src) in (bool, int, float, complex)
    if number and casting == "unsafe":
        source = full((), src, dst.dtype)
    elif number:
        # Python scalars are weak: 1 may be stored in any integers, but by "equiv" only in its own dtype. Booleans are not.
        strong = casting == "equiv" or type(src) is bool
        kind = np.dtype(type(src)) if strong else np.result_type({int: 0, float: 0.0, complex: 0j}[type(src)], dst.dtype)
        if not np.can_cast(kind, dst.dtype, casting):
            raise TypeError(f"copyto: cannot cast a Python {type(src).__name__} to {dst.dtype} according to the rule {casting!r}")
        source = wrap(cast_for_assignment(src, dst.dtype, "copyto"))
    else:
        source = as_tensor(src, "copyto")
    source = broadcast_to(trimmed(source, len(dst.shape)), dst.shape)
    if where is not True:
        given = where if isinstance(where, Handle) else asarray(where, device=_device(dst))
        mask = broadcast_to(given if given.dtype.kind == "b" else truth(where, "copyto"), dst.shape)
        deliver(source, dst, "copyto", casting=casting, where=mask)
    elif isinstance(dst, Handle):
        # An assignment, since it keeps the device.
        assign(dst, ..., wrap(cast_for_assignment(source, dst.dtype, "copyto", casting)))
    else:
        deliver(source, dst, "copyto", casting=casting)


def _device(x: Any) -> str | None:
    return x._base().device if isinstance(x, Handle) else None


# -- from bytes, text and iterators ---------------------------------------------------------------------------------------------


@unbound
def frombuffer(
    buffer: Any, dtype: Any = np.float64, count: int = -1, offset: int = 0, *, like: Any = None, device: Any = None
) -> Tensor:
    """A one-dimensional tensor of the bytes of an object with the buffer protocol; what others may write to is copied.

    >>> import lazytensor as lt
    >>> print(lt.frombuffer(b"ab", dtype=lt.uint8))
    [97 98]
    """
    no_model(like, "frombuffer")
    as_dtype(dtype, "frombuffer")
    return created(import_array(np.frombuffer(buffer, dtype, count, offset), place(device)))


@unbound
def fromiter(iter: Iterable[Any], dtype: Any, count: int = -1, *, like: Any = None, device: Any = None) -> Tensor:
    """A one-dimensional tensor of what an iterator yields, `count` items or all; tensors among them are waited for.

    >>> import lazytensor as lt
    >>> print(lt.fromiter((n * n for n in range(4)), dtype=lt.int64))
    [0 1 4 9]
    """
    no_model(like, "fromiter")
    items = (_plain(item) if isinstance(item, Handle) else item for item in iter)
    return created(constant(np.fromiter(items, as_dtype(dtype, "fromiter"), count), place(device)))


def _plain(x: Handle) -> Any:
    """A tensor as NumPy's array, or as its scalar."""
    return x._value()[()] if stands_for_scalar(x) else x._value()


@unbound
def fromstring(
    string: str, dtype: Any = np.float64, count: int = -1, *, sep: str, like: Any = None, device: Any = None
) -> Tensor:
    """A one-dimensional tensor of the numbers in a text, with `sep` between them; blanks in `sep` match any number of blanks.

    >>> import lazytensor as lt
    >>> print(lt.fromstring("1, 2", sep=","))
    [1. 2.]
    """
    no_model(like, "fromstring")
    return created(constant(np.fromstring(string, as_dtype(dtype, "fromstring"), count, sep=sep), place(device)))

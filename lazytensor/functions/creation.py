"""Creation functions. What they make is recorded, not allocated: `zeros` of any shape costs nothing until it is read."""

from __future__ import annotations

import operator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import checked_shape
from lazytensor.calling.creating import constant_now, filled_now, imported_now, like_now
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import copying, memory_order, no_model, no_subclass
from lazytensor.calling.ufunc_class import unbound
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import sources
from lazytensor.compiler.ops.rules import INTEGER_LIMITS, fitting
from lazytensor.core import layout, operands, views
from lazytensor.core.devices import default_name, device_name
from lazytensor.core.dtypes import SUPPORTED, as_dtype
from lazytensor.core.elements import copied_now
from lazytensor.core.foreign import items_of, numpy_array
from lazytensor.core.handle import Handle, created, mutable, wrap
from lazytensor.core.nesting import contains_handle
from lazytensor.core.operands import import_array, stacked
from lazytensor.core.pending import enroll
from lazytensor.core.sites import user_site
from lazytensor.core.storage import constant
from lazytensor.core.storing import cast_unsafely, element, trimmed
from lazytensor.core.views import MAX_AXES
from lazytensor.functions import manipulation

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "array", "asarray", "empty", "empty_like", "from_dlpack", "full", "full_like", "ones", "ones_like", "zeros", "zeros_like",
]  # fmt: skip

_FLOAT64 = np.dtype(np.float64)
_zeros, _ones = np.zeros, np.ones
Shape = tuple[int, ...]


def place(device: Any) -> str | None:
    """Where a new tensor goes: the device asked for, else the thread's default."""
    return device_name(device) or default_name()


# -- from data ------------------------------------------------------------------------------------------------------------------


@unbound
def asarray(
    a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: bool | None = None, like: Any = None
) -> Tensor:
    """A tensor of anything that stands for an array.

    Parameters
    ----------
    a : array_like
        Tensor, NumPy array, Python number, nested lists of these, or an object with the buffer protocol, `__array__` or DLPack.
    dtype : dtype, optional
        What the values are cast to.
    order : {"C", "F", "A", "K"}, optional
        "C" and "F" copy what is not in that order in memory. "A" and "K" (the default) take a tensor as it is; where it must be
        copied for another reason, "A" keeps Fortran's order and "K" any. Of other libraries' arrays, only "A" and "F" keep Fortran's.
    device : optional
        Where the tensor is to live.
    copy : bool, optional
        None copies what others may write to (any NumPy array but a read-only one). False shares the memory, which must then not
        be written to, or raises ValueError where that is impossible. True always copies.

    Raises
    ------
    TypeError
        For strings, objects, dates and other dtypes that tensors do not have.

    >>> import lazytensor as lt
    >>> print(lt.asarray([[1, 2], [3, 4]]).sum())
    10
    """
    if dtype is None and order is None and device is None and copy is None and like is None:
        if isinstance(a, Handle):
            return mutable(a)  # type: ignore[arg-type]
        now = imported_now(a)
        if now is not None:
            return now  # type: ignore[no-any-return]
    no_model(like, "asarray")
    return _made(a, dtype, device, copying(copy, "asarray"), memory_order(order, "asarray", default="K"))


def _made(x: Any, dtype: Any, device: Any, copy: bool | None, order: str) -> Tensor:
    wanted = None if dtype is None else as_dtype(dtype, "asarray")
    if isinstance(x, Handle):
        return _from_tensor(x, wanted, device, copy, order)
    x = items_of(x)
    if isinstance(x, Handle):
        return _from_tensor(x, wanted, device, copy, order)
    if isinstance(x, (list, tuple)) and contains_handle(x):
        if copy is False:
            raise ValueError("asarray: a list cannot become a tensor without a copy")

        store = None if wanted is None else partial(element, dtype=wanted, name="asarray")
        return _from_tensor(wrap(stacked(x, store)), wanted, device, None, order)
    if copy is False and isinstance(x, np.generic):
        raise ValueError("asarray: a NumPy scalar cannot become a tensor without a copy")
    where = place(device)
    if isinstance(x, (np.ndarray, np.generic)) or not isinstance(x, (bool, int, float, complex, list, tuple)):
        array = _foreign(x)
        fortran = order in "AF" and array.flags.f_contiguous and not array.flags.c_contiguous
        source = array.T if fortran else array
        if wanted is not None and array.dtype != wanted:
            if copy is False:
                raise ValueError(f"asarray: dtype {array.dtype} cannot become {wanted} without a copy")
            node = constant(_converted(_numeric(source), wanted), where)
        else:
            node = import_array(source, where, copy)
        if fortran:
            return layout.turned(node, tuple(reversed(range(array.ndim))))
        if copy is False and not layout.fits(views.whole(array.shape), order):
            raise ValueError(f"asarray: an array in C order cannot be in order {order!r} without a copy")
        return layout.laid_out(created(node), order)
    if copy is False:
        raise ValueError(f"asarray: a {type(x).__name__} cannot become a tensor without a copy")
    array = np.asarray(x, dtype=wanted, order="C")
    if array.dtype == object and isinstance(x, int):
        raise OverflowError(f"asarray: Python integer {x} is out of bounds for every integer dtype")
    made = created(constant(array, where) if array.dtype in SUPPORTED else import_array(array, where))
    return made if order in "CK" else layout.laid_out(made, order)


def _numeric(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array, if it holds numbers or booleans; TypeError for strings, objects and dates, which NumPy would convert."""
    if array.dtype.kind not in "biufc":
        raise TypeError(f"asarray: dtype {array.dtype} is not supported; supported are {', '.join(map(str, SUPPORTED))}")
    return array


def _converted(array: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """A cast that neither warns nor keeps an imaginary part that does not fit."""
    with np.errstate(all="ignore"):
        return np.array(fitting(array, dtype), dtype=dtype, order="C", subok=False)


def _foreign(x: Any) -> np.ndarray[Any, Any]:
    if hasattr(x, "__dlpack__") and not hasattr(x, "__array__"):
        return np.from_dlpack(x)
    return numpy_array(x)


def _from_tensor(x: Handle, dtype: np.dtype[Any] | None, device: Any, copy: bool | None, order: str) -> Tensor:
    made: Tensor = x  # type: ignore[assignment]
    name = device_name(device)
    moves = name is not None and name != (x._base().device or "cpu:0")
    changes = dtype is not None and dtype != x.dtype
    settled = layout.fits(x._index_map(), order)
    if copy is False and (moves or changes or not settled):
        raise ValueError(
            f"asarray: {x.dtype} on {made.device}{'' if settled else ' in another order'} cannot become {dtype or x.dtype} on "
            f"{name or made.device} without a copy"
        )
    if changes or not settled or (copy and not moves):
        # A conversion keeps any order for "A", as NumPy's does.
        made = layout.copied(made, "K" if changes and order == "A" else order, dtype)
    if moves:
        made = layout.laid_out(made.to_device(name), order)
    return mutable(made)


@unbound
@at_once(np.array, sequences=True)
def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: Any = "K",
    subok: bool = False,
    ndmin: int = 0,
    ndmax: int | None = None,
    like: Any = None,
    device: Any = None,
) -> Tensor:
    """Like `asarray`, but copies unless told otherwise, and has at least `ndmin` dimensions.

    ValueError if nested lists have more than `ndmax`, 64 if it is None: tensors do not hold lists.
    """
    usual = dtype is None and copy is True and order == "K" and not subok and not ndmin
    if usual and ndmax is None and like is None and device is None:
        now = copied_now(object, "K", None) if isinstance(object, Handle) else imported_now(object)
        if now is not None:
            return now
    no_subclass(subok, "array")
    least, most = operator.index(ndmin), MAX_AXES if ndmax is None else operator.index(ndmax)
    if not 0 <= most <= MAX_AXES:
        raise ValueError(f"array: ndmax must be in the range [0, {MAX_AXES}], got {most}")
    if least > most:
        raise ValueError(f"array: ndmin must be at most {most}, got {least}")
    always = True if isinstance(object, (Handle, np.ndarray)) else None
    copied = always if copy and not isinstance(copy, str) else copy
    made = asarray(object, dtype, order, device=device, copy=copied, like=like)
    if len(made.shape) > most and isinstance(object, (list, tuple)):
        raise ValueError(f"array: setting an array element with a sequence, {len(made.shape)} dimensions exceed ndmax, {most}")
    missing = tuple(range(least - len(made.shape)))
    return manipulation.expand_dims(made, missing) if missing else made


@unbound
def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor of another library's array, without a copy where possible: what writes to that array change is undefined."""
    if isinstance(x, Handle):
        return asarray(x, device=device, copy=copy)
    imported = np.from_dlpack(x)
    if copy is None:
        copy = None if not imported.flags.c_contiguous or not imported.flags.aligned else False
    return asarray(imported, device=device, copy=copy)


# -- constants ------------------------------------------------------------------------------------------------------------------


def _filled(shape: Shape, value: Any, dtype: np.dtype[Any], device: str | None, order: str) -> Tensor:
    # The shape and the dtype are checked.
    node = Node(sources.full, (value,), (shape, dtype), shape, dtype, device or default_name(), user_site())
    enroll(node)
    made = created(node)
    return made if order == "C" else layout.laid_out(made, order)


def zero_of(dtype: np.dtype[Any]) -> Any:
    return dtype.type(0).item()


def _constant(name: str, value: int, shape: Any, dtype: Any, order: Any, device: Any, like: Any) -> Tensor:
    kind = _FLOAT64 if dtype is None else as_dtype(dtype, name)
    letter = memory_order(order, name, "CF")
    no_model(like, name)
    return _filled(checked_shape(shape, name), kind.type(value).item(), kind, place(device), letter)


@unbound
def zeros(shape: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None) -> Tensor:
    """Zeros, float64 if no dtype is given; nothing is allocated until they are read.

    >>> import lazytensor as lt
    >>> print(lt.zeros((2, 2), dtype=lt.int64))
    [[0 0]
     [0 0]]
    """
    if device is None and like is None and order == "C":
        made = constant_now("zeros", _zeros, shape, dtype)
        if made is not None:
            return made  # type: ignore[no-any-return]
    return _constant("zeros", 0, shape, dtype, order, device, like)


def ones(shape: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None) -> Tensor:
    """Ones, float64 if no dtype is given; nothing is allocated until they are read."""
    if device is None and like is None and order == "C":
        made = constant_now("ones", _ones, shape, dtype)
        if made is not None:
            return made  # type: ignore[no-any-return]
    return _constant("ones", 1, shape, dtype, order, device, like)


@unbound
def empty(shape: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None) -> Tensor:
    """A tensor whose values do not matter: zeros, since nothing is allocated for them."""
    if device is None and like is None and order == "C":
        made = constant_now("empty", _zeros, shape, dtype)
        if made is not None:
            return made  # type: ignore[no-any-return]
    return _constant("empty", 0, shape, dtype, order, device, like)


def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None) -> Tensor:
    """One value everywhere.

    Parameters
    ----------
    shape : int or tuple of int
    fill_value : scalar or array_like
        An array is broadcast to the shape.
    dtype : dtype, optional
        The value's own when None.
    order : {"C", "F"}
        The order in memory.

    Raises
    ------
    OverflowError
        If a Python integer does not fit the dtype.
    """
    if device is None and like is None and order == "C":
        now = filled_now(shape, fill_value, None if dtype is None else as_dtype(dtype, "full"))
        if now is not None:
            return now  # type: ignore[no-any-return]
    letter = memory_order(order, "full", "CF")
    no_model(like, "full")
    wanted = checked_shape(shape, "full")
    kind = None if dtype is None else as_dtype(dtype, "full")
    if not isinstance(fill_value, (bool, int, float, complex)) or isinstance(fill_value, np.generic):
        given = asarray(fill_value if kind is None else cast_unsafely(fill_value, kind, "full"), device=device)
        return layout.copied(manipulation.broadcast_to(trimmed(given, len(wanted)), wanted), letter)
    if kind is None:
        kind = as_dtype(np.asarray(fill_value).dtype, "full")
    limits = INTEGER_LIMITS.get(kind)
    if limits is not None and isinstance(fill_value, int):
        if not limits[0] <= fill_value <= limits[1]:
            raise OverflowError(f"full: Python integer {fill_value} out of bounds for {kind}")
        value: Any = int(fill_value)
    else:
        # Converted here, so that the recorded scalar says exactly what is stored.
        value = _converted(np.asarray(fill_value), kind).item()
    return _filled(wanted, value, kind, place(device), letter)


def _like(name: str, make: Any, x: Any, dtype: Any, order: Any, shape: Any, device: Any) -> Tensor:
    """What `make` makes of a shape, a dtype and a device, in an order, each that of `x` where it is not given."""
    letter = memory_order(order, name, default="K")
    model = operands.as_tensor(x, name)
    view = model._index_map()
    where = device if device is not None else model._base().device
    kind = model.dtype if dtype is None else dtype
    made: Tensor = make(view.shape if shape is None else shape, kind, device=where)
    axes = layout.axes_in(letter, view)
    if len(made.shape) != len(axes):
        return layout.laid_out(made, layout.result_order(letter, (model,)))
    return made if axes == tuple(range(len(axes))) else layout.arranged(made, axes)


# `subok` says nothing here: there are no subclasses to keep.


def zeros_like(
    a: Any, dtype: Any = None, order: Any = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Tensor:
    """Zeros of the shape, dtype and device of `a`, where not given. Does not read `a`."""
    if dtype is None and order == "K" and shape is None and device is None:
        made = like_now(_zeros, a)
        if made is not None:
            return made  # type: ignore[no-any-return]
    return _like("zeros_like", zeros, a, dtype, order, shape, device)


def ones_like(
    a: Any, dtype: Any = None, order: Any = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Tensor:
    """Ones of the shape, dtype and device of `a`, where not given."""
    if dtype is None and order == "K" and shape is None and device is None:
        made = like_now(_ones, a)
        if made is not None:
            return made  # type: ignore[no-any-return]
    return _like("ones_like", ones, a, dtype, order, shape, device)


def empty_like(
    prototype: Any, /, dtype: Any = None, order: Any = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Tensor:
    """Values that do not matter, of the shape, dtype and device of `prototype`, where not given."""
    if dtype is None and order == "K" and shape is None and device is None:
        made = like_now(_zeros, prototype)
        if made is not None:
            return made  # type: ignore[no-any-return]
    return _like("empty_like", zeros, prototype, dtype, order, shape, device)


def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Tensor:
    """One value in the shape, dtype and device of `a`, where not given."""

    def make(shape: Any, dtype: Any, *, device: Any) -> Tensor:
        return full(shape, fill_value, dtype, device=device)

    return _like("full_like", make, a, dtype, order, shape, device)

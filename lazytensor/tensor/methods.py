"""ndarray's methods. Most are the functions of the same name in the chapters, whose first argument is the tensor; the rest, which write
in place or take their arguments another way, are here.
"""

from __future__ import annotations

import builtins
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import arguments
from lazytensor.calling.axes import as_index, one_axis
from lazytensor.calling.keywords import memory_order
from lazytensor.calling.names import Unsupported
from lazytensor.calling.out import deliver
from lazytensor.calling.viewing import converted, copied, reshaped
from lazytensor.compiler.ops import structural
from lazytensor.core import indexing, layout, storing, views
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import Handle, stands_for_scalar, wrap
from lazytensor.core.record import record
from lazytensor.functions import (
    conversion,
    elementwise,
    files,
    joining,
    manipulation,
    placing,
    products,
    searching,
    selecting,
    sorting,
    statistics,
)
from lazytensor.functions.creation import zeros

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


class Methods(Handle):
    """What `Tensor` inherits."""

    __slots__ = ()

    if not TYPE_CHECKING:
        byteswap, ctypes, dump, dumps, getfield = (Unsupported() for _ in range(5))
        itemset, newbyteorder, ptp, setfield, setflags = (Unsupported() for _ in range(5))
        _set_dtype, _set_shape = (Unsupported() for _ in range(2))

    all = statistics.all
    any = statistics.any
    argmax = statistics.argmax
    argmin = statistics.argmin
    argpartition = sorting.argpartition
    argsort = sorting.argsort
    clip = elementwise.clip
    cumprod = statistics.cumprod
    cumsum = statistics.cumsum
    diagonal = products.diagonal
    dot = products.dot
    flatten = manipulation.flatten
    max = statistics.max
    mean = statistics.mean
    min = statistics.min
    nonzero = searching.nonzero
    prod = statistics.prod
    put = placing.put
    ravel = manipulation.ravel
    repeat = joining.repeat
    round = elementwise.round
    searchsorted = sorting.searchsorted
    squeeze = manipulation.squeeze
    std = statistics.std
    sum = statistics.sum
    swapaxes = manipulation.swapaxes
    take = selecting.take
    tofile = files.tofile
    trace = products.trace
    var = statistics.var

    astype = converted

    def _converted(self, dtype: Any, order: str, casting: Any, copy: bool, device: Any) -> Tensor:
        letter = memory_order(order, "astype", default="K")
        if casting != "unsafe" and not np.can_cast(self.dtype, as_dtype(dtype, "astype"), casting):
            raise TypeError(f"astype: cannot cast from {self.dtype} to {as_dtype(dtype, 'astype')} by the rule {casting!r}")
        return conversion.converted(self, dtype, letter, copy, device)

    def compress(self, condition: Any, axis: int | None = None, out: Any = None) -> Tensor:
        """The parts along an axis where a condition is true. See `lazytensor.compress`."""
        return selecting.compress(condition, self, axis, out)

    def conj(self, out: Any = None, /) -> Tensor:
        """The complex conjugate of every element: the tensor itself where it has no complex dtype. See `lazytensor.conj`."""
        if self.dtype.kind == "c":
            return elementwise.conj(self) if out is None else elementwise.conj(self, out)
        mine: Tensor = self  # type: ignore[assignment]
        return deliver(mine, out, "conjugate")

    conjugate = conj

    copy = copied

    def _copied(self, order: str) -> Tensor:
        if stands_for_scalar(self):
            memory_order(order, "copy", default="K")
            return wrap(self._read())
        return manipulation.copy(self, order)

    def fill(self, value: Any) -> None:
        """Set every element to one value; ValueError or TypeError for several, and for an array of one: `t[...] = values` takes these."""
        indexing.assign(self, ..., storing.one_element(value, self.dtype, "fill"))

    def partition(self, kth: Any, axis: int = -1, kind: str = "introselect", order: None = None) -> None:
        """Partition in place. See `lazytensor.partition`."""
        place = one_axis(axis, len(self.shape), "partition")  # None is no axis here
        indexing.assign(self, ..., sorting.partition(self, kth, place, kind, order))

    reshape = reshaped

    def _reshaped(self, shape: tuple[Any, ...], order: str, copy: bool | None) -> Tensor:
        lengths = shape[0] if len(shape) == 1 and not views.is_integer(shape[0]) else shape
        return manipulation.reshape(self, lengths, order=order, copy=copy)

    def choose(self, *choices: Any, out: Any = None, mode: Any = "raise") -> Tensor:
        """See `lazytensor.choose`; takes the choices as one sequence or one by one."""
        if not choices:
            raise TypeError("choose: expects choices")
        return selecting.choose(self, choices[0] if len(choices) == 1 else choices, out, mode)

    def resize(self, *new_shape: Any, refcheck: bool = True) -> None:
        """Change the shape in place: elements are cut off at the end, or zeros added. Without a shape, or with None, nothing happens.

        Raises
        ------
        ValueError
            If views show these values and their number is to change, or they do not lie side by side in memory.
        """
        if not isinstance(refcheck, np.bool_) and as_index(refcheck) is None:
            raise TypeError(f"resize: refcheck must be a boolean, got {refcheck!r}")
        if not new_shape or (len(new_shape) == 1 and new_shape[0] is None):
            return
        given = new_shape[0] if len(new_shape) == 1 and not views.is_integer(new_shape[0]) else new_shape
        shape = arguments.lengths(given)
        if any(length < 0 for length in shape):
            raise ValueError(f"resize: lengths must not be negative, got {shape}")
        size, wanted = math.prod(self.shape), math.prod(shape)
        if self._storage is not None:
            view = self._index_map()
            if size != wanted or not layout.is_contiguous(view, "C"):
                raise ValueError("resize: cannot change the size of an array that views show; use lazytensor.resize")
            self._show(self._limited(views.whole(shape)._replace(offset=view.offset)))
            return
        flat = manipulation.ravel(wrap(self._read()))
        if wanted > size:
            flat = joining.concat([flat, zeros(wanted - size, self.dtype, device=self._base().device)])
        self._set(manipulation.copy(manipulation.reshape(flat[:wanted], shape))._read())
        if not shape:
            self._share()  # an array, which can be written to

    def sort(
        self, axis: int = -1, kind: Any = None, order: None = None, *, stable: bool | None = None, descending: bool = False
    ) -> None:
        """Sort in place. See `lazytensor.sort`."""
        place = one_axis(axis, len(self.shape), "sort")
        indexing.assign(self, ..., sorting.sort(self, place, kind, order, stable=stable, descending=descending))

    def transpose(self, *axes: Any) -> Tensor:
        """See `lazytensor.transpose`; takes the axes as one tuple or one by one."""
        if not axes or (len(axes) == 1 and axes[0] is None):
            return manipulation.transpose(self)
        return manipulation.transpose(self, axes[0] if len(axes) == 1 else axes)

    def view(self, dtype: Any = None, type: Any = None) -> Tensor:
        """Another tensor on the same values; in another dtype, the same bytes read as that, which cannot be written to.

        The last axis takes up a difference in size: complex128 of shape (3, 2) is float64 of shape (3, 4). `type`, if given, must be
        the class of tensors, which have no subclasses.
        """
        if isinstance(dtype, builtins.type) and issubclass(dtype, (Handle, np.ndarray)):
            dtype, type = None, dtype
        if type is not None and not (isinstance(type, builtins.type) and issubclass(type, Handle)):
            raise TypeError(f"view: type must be lazytensor.ndarray, got {type!r}; np.asarray(t).view(...) is NumPy's")
        if dtype is None or as_dtype(dtype, "view") == self.dtype:
            return wrap(self._read()) if stands_for_scalar(self) else self._alias(views.View(*self._index_map()))
        target = as_dtype(dtype, "view")
        if not np.dtype(dtype).isnative:
            raise TypeError(f"view: dtype {dtype!r} has another byte order, which tensors do not have")
        shape = self.shape
        if target.itemsize != self.dtype.itemsize:
            if not shape:
                raise ValueError("view: changing the dtype of a 0-d array is only supported if the size is unchanged")
            if shape[-1] != 1 and 0 not in shape and self._index_map().strides[-1] != 1:
                raise ValueError(
                    "view: for a dtype of another size, the last axis must be contiguous; t.copy('C').view(dtype) is"
                )
            size = shape[-1] * self.dtype.itemsize
            if size % target.itemsize:
                raise ValueError(f"view: {size} bytes along the last axis are no whole number of {target}")
            shape = (*shape[:-1], size // target.itemsize)
        made = wrap(record(structural.bitcast, (self._read(),), (target, shape)))
        return manipulation.broadcast_to(made, shape)

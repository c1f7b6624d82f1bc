"""NumPy's methods: each the function of the same name in its chapter, on this tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazytensor import elementwise, indexing, joining, manipulation, products, selecting, statistics, views
from lazytensor.compiler.ops import structural
from lazytensor.dtypes import as_dtype
from lazytensor.handle import Handle, record, wrap

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


class Methods(Handle):
    """What `Tensor` inherits."""

    __slots__ = ()

    def astype(self, dtype: Any, copy: bool = True) -> Tensor:
        """The values in another dtype. See `lazytensor.astype`."""
        return elementwise.astype(self, dtype, copy=copy)

    def copy(self) -> Tensor:
        """An independent tensor of the same values."""
        return manipulation.copy(self)

    def sum(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.sum`."""
        return statistics.sum(self, axis=axis, dtype=dtype, keepdims=keepdims)

    def prod(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.prod`."""
        return statistics.prod(self, axis=axis, dtype=dtype, keepdims=keepdims)

    def mean(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.mean`."""
        return statistics.mean(self, axis=axis, dtype=dtype, keepdims=keepdims)

    def var(self, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
        """See `lazytensor.var`."""
        return statistics.var(self, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims)

    def std(self, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
        """See `lazytensor.std`."""
        return statistics.std(self, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.min`."""
        return statistics.min(self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.max`."""
        return statistics.max(self, axis=axis, keepdims=keepdims)

    def any(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.any`."""
        return statistics.any(self, axis=axis, keepdims=keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.all`."""
        return statistics.all(self, axis=axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.argmin`."""
        return statistics.argmin(self, axis=axis, keepdims=keepdims)

    def argmax(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        """See `lazytensor.argmax`."""
        return statistics.argmax(self, axis=axis, keepdims=keepdims)

    def cumsum(self, axis: int | None = None, dtype: Any = None) -> Tensor:
        """See `lazytensor.cumsum`."""
        return statistics.cumsum(self, axis=axis, dtype=dtype)

    def cumprod(self, axis: int | None = None, dtype: Any = None) -> Tensor:
        """See `lazytensor.cumprod`."""
        return statistics.cumprod(self, axis=axis, dtype=dtype)

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """See `lazytensor.clip`."""
        return elementwise.clip(self, min, max)

    def round(self, decimals: int = 0) -> Tensor:
        """See `lazytensor.round`."""
        return elementwise.round(self, decimals)

    def conj(self) -> Tensor:
        """See `lazytensor.conj`."""
        return elementwise.conj(self)

    def dot(self, other: Any) -> Tensor:
        """See `lazytensor.dot`."""
        return products.dot(self, other)

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> Tensor:
        """See `lazytensor.reshape`; takes the lengths as one tuple or one by one."""
        lengths = shape[0] if len(shape) == 1 and not views.is_integer(shape[0]) else shape
        return manipulation.reshape(self, lengths, order=order, copy=copy)

    def ravel(self, order: str = "C") -> Tensor:
        """See `lazytensor.ravel`."""
        return manipulation.ravel(self, order=order)

    def flatten(self, order: str = "C") -> Tensor:
        """A one-dimensional copy."""
        return manipulation.flatten(self, order=order)

    def transpose(self, *axes: Any) -> Tensor:
        """See `lazytensor.transpose`; takes the axes as one tuple or one by one."""
        if not axes or axes == (None,):
            return manipulation.transpose(self)
        return manipulation.transpose(self, axes[0] if len(axes) == 1 and not views.is_integer(axes[0]) else axes)

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """See `lazytensor.swapaxes`."""
        return manipulation.swapaxes(self, axis1, axis2)

    def squeeze(self, axis: Any = None) -> Tensor:
        """See `lazytensor.squeeze`."""
        return manipulation.squeeze(self, axis=axis)

    def take(self, indices: Any, axis: int | None = None) -> Tensor:
        """See `lazytensor.take`."""
        return selecting.take(self, indices, axis=axis)

    def repeat(self, repeats: Any, axis: int | None = None) -> Tensor:
        """See `lazytensor.repeat`."""
        return joining.repeat(self, repeats, axis=axis)

    def view(self, dtype: Any = None) -> Tensor:
        """Another tensor on the same values; in another dtype, the same bytes read as that, which cannot be written to.

        The last axis takes up a difference in size: complex128 of shape (3, 2) is float64 of shape (3, 4).
        """
        if dtype is None or as_dtype(dtype, "view") == self.dtype:
            return self._alias(self._index_map())
        target = as_dtype(dtype, "view")
        shape = self.shape
        if target.itemsize != self.dtype.itemsize:
            if not shape:
                raise ValueError("view: changing the dtype of a 0-d array is only supported if the size is unchanged")
            size = shape[-1] * self.dtype.itemsize
            if size % target.itemsize:
                raise ValueError(f"view: {size} bytes along the last axis are no whole number of {target}")
            shape = (*shape[:-1], size // target.itemsize)
        made = wrap(record(structural.bitcast, (self._read(),), (target, shape)))
        return manipulation.broadcast_to(made, shape)

    def fill(self, value: Any) -> None:
        """Set every element."""
        indexing.assign(self, ..., value)

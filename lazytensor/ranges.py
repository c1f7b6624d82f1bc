"""Numbers in order: ranges, and the matrices and grids that are made from them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, manipulation
from lazytensor.compiler.ops import sources
from lazytensor.creation import asarray, checked_shape, created, full, place, zero_of
from lazytensor.dtypes import as_dtype
from lazytensor.handle import Handle, constant, record, wrap
from lazytensor.manipulation import lengths

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "arange", "eye", "identity", "linspace", "meshgrid", "tri", "tril", "triu",
]  # fmt: skip

Shape = tuple[int, ...]


def iota(shape: Shape, axis: int, dtype: Any, device: str | None = None) -> Tensor:
    """The index along an axis, as an array of the shape."""
    return wrap(record(sources.iota, (), (shape, axis, np.dtype(dtype)), device=device))


def _number(value: Any, name: str) -> Any:
    """A bound of a range as a number; a tensor is waited for."""
    if isinstance(value, Handle):
        value = value._value()
    if isinstance(value, np.ndarray):
        if value.size != 1:
            raise ValueError(f"{name}: expects numbers, got an array of shape {value.shape}")
        value = value.reshape(())[()]
    if not isinstance(value, (bool, int, float, complex, np.generic)):
        raise TypeError(f"{name}: expects numbers, got {type(value).__name__}")
    return value


def arange(start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Numbers from `start` (0 if one bound is given) up to, not including, `stop`, in steps of `step`: NumPy's, bit for bit.

    Parameters
    ----------
    start, stop, step : numbers
        Tensors of one element are waited for.
    dtype : dtype, optional
        The numbers' common dtype when None.

    >>> import lazytensor as lt
    >>> print(lt.arange(1, 9, 3))
    [1 4 7]
    """
    first, last = (0, start) if stop is None else (start, stop)
    first, last, by = (_number(item, "arange") for item in (first, last, step))
    # NumPy promotes the numbers' dtypes with int64: float32 bounds give float64.
    kind = as_dtype(np.result_type(np.int64, *map(np.asarray, (first, last, by))) if dtype is None else dtype, "arange")
    if kind.kind in "bc" or np.iscomplexobj([first, last, by]):
        return created(constant(np.arange(first, last, by, dtype=kind), place(device)))
    try:
        count = max(0, math.ceil((last - first) / by))
    except ZeroDivisionError:
        raise ZeroDivisionError("arange: step must not be zero") from None
    except (OverflowError, ValueError):
        raise ValueError(f"arange: cannot compute the length of ({first}, {last}, {by})") from None
    where = place(device)
    if count <= 2:
        return created(constant(np.arange(first, last, by, dtype=kind), where))
    made = iota((count,), 0, kind, where)
    # NumPy stores the first two numbers in the dtype and goes on by their difference.
    with np.errstate(all="ignore"):
        origin, second = np.array([first], kind), np.array([first + by], kind)
        delta = second - origin
        if delta[0] != 1:
            made = elementwise.multiply(made, delta.item())
        if origin[0] != 0:
            made = elementwise.add(made, origin.item())
        if (origin + delta)[0] != second[0]:
            made = elementwise.where(elementwise.equal(iota((count,), 0, np.int64, where), 1), second.item(), made)
    return made


def linspace(
    start: Any,
    stop: Any,
    /,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """`num` evenly spaced numbers from `start` to `stop`: NumPy's, bit for bit.

    Parameters
    ----------
    start, stop : array_like
        Arrays give as many ranges, spread along `axis` of the result.
    num : int
    endpoint : bool
        Is `stop` the last number, or the one after it?
    retstep : bool
        Return (numbers, step).
    dtype : dtype, optional
        Floats when None; integers are rounded down.

    >>> import lazytensor as lt
    >>> print(lt.linspace(0, 1, 5))
    [0.   0.25 0.5  0.75 1.  ]
    """
    count = lengths(num)[0]
    if count < 0:
        raise ValueError(f"linspace: number of samples must not be negative, got {count}")
    where = place(device)
    plain = all(type(item) in (bool, int, float) for item in (start, stop))
    parts = count - 1 if endpoint else count
    first: Any
    last: Any
    if plain:
        first, last = float(start), float(stop)
        common = np.dtype(np.float64)
        rank, delta = 0, last - first
        gap: Any = delta / parts if parts > 0 else math.nan
        tiny = gap == 0
    else:
        bounds = [asarray(item, device=device) for item in (start, stop)]
        common = np.result_type(*[np.float64 if item.dtype.kind in "biu" else item.dtype for item in bounds])
        first, last = (elementwise.astype(item, common, copy=False) for item in bounds)
        delta = elementwise.subtract(last, first)
        rank = len(delta.shape)
        gap = elementwise.divide(delta, parts) if parts > 0 else full(delta.shape, math.nan, common, device=where)
    kind = common if dtype is None else as_dtype(dtype, "linspace")
    index = iota((count,), 0, common, where)
    if rank:
        index = manipulation.reshape(index, (count, *(1,) * rank))
    if parts <= 0:
        made = elementwise.multiply(index, delta)
    elif plain:
        made = elementwise.multiply(elementwise.divide(index, parts), delta) if tiny else elementwise.multiply(index, gap)
    else:
        # A step that underflows to zero: NumPy divides first then.
        tiny = elementwise.equal(gap, 0)
        scaled = elementwise.multiply(elementwise.divide(index, parts), delta)
        made = elementwise.where(tiny, scaled, elementwise.multiply(index, gap))
    made = elementwise.add(made, first)
    if endpoint and count > 1:
        at_end = elementwise.equal(index, count - 1)
        made = elementwise.where(at_end, last, made)
    if kind.kind in "iu":
        made = elementwise.floor(made)
    if made.dtype != kind:
        made = elementwise.astype(made, kind)
    if axis and rank:
        made = manipulation.moveaxis(made, 0, axis)
    return (made, gap) if retstep else made


def eye(n_rows: int, n_cols: int | None = None, /, k: int = 0, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """Ones on the k-th diagonal, zeros elsewhere.

    >>> import lazytensor as lt
    >>> print(lt.eye(2, 3, k=1))
    [[0. 1. 0.]
     [0. 0. 1.]]
    """
    shape = checked_shape((n_rows, n_rows if n_cols is None else n_cols), "eye")
    return elementwise.astype(_below(shape, k, elementwise.equal, place(device)), np.float64 if dtype is None else dtype)


def identity(n: int, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """The square identity matrix."""
    return eye(n, dtype=dtype, device=device)


def tri(n_rows: int, n_cols: int | None = None, k: int = 0, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """Ones on and below the k-th diagonal, zeros above."""
    shape = checked_shape((n_rows, n_rows if n_cols is None else n_cols), "tri")
    return elementwise.astype(_below(shape, k, elementwise.less_equal, place(device)), dtype)


def _below(shape: Shape, k: int, compare: Any, device: str | None) -> Tensor:
    """Where the column number compares to the row number plus k."""
    columns, rows = iota(shape, 1, np.int64, device), iota(shape, 0, np.int64, device)
    return compare(columns, elementwise.add(rows, lengths(k)[0]))  # type: ignore[no-any-return]


def _triangle(x: Any, k: int, lower: bool, name: str) -> Tensor:
    source = manipulation.as_tensor(x, name)
    if not source.shape:
        raise ValueError(f"{name}: expects at least one dimension, got shape ()")
    shape = source.shape[-2:] if len(source.shape) > 1 else source.shape * 2
    inside = _below(shape, k if lower else k - 1, elementwise.less_equal, source._base().device)
    zero = zero_of(source.dtype)
    return elementwise.where(inside, source, zero) if lower else elementwise.where(inside, zero, source)


def tril(x: Any, /, k: int = 0) -> Tensor:
    """The lower triangle of matrices along the last two axes; zeros above the k-th diagonal."""
    return _triangle(x, k, True, "tril")


def triu(x: Any, /, k: int = 0) -> Tensor:
    """The upper triangle of matrices along the last two axes; zeros below the k-th diagonal."""
    return _triangle(x, k, False, "triu")


def meshgrid(*arrays: Any, indexing: str = "xy", sparse: bool = False, copy: bool = True) -> tuple[Tensor, ...]:
    """Coordinate arrays of a grid of one-dimensional coordinates.

    Parameters
    ----------
    arrays : array_like
        0- or one-dimensional coordinates.
    indexing : {"xy", "ij"}
        "xy" exchanges the first two axes, so that the second counts rows.
    sparse : bool
        Keep lengths 1 along the other axes.
    copy : bool
        False gives read-only views.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    count = len(arrays)
    axes = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    grid: list[Tensor] = []
    for axis, array in zip(axes, arrays, strict=True):
        source = manipulation.as_tensor(array, "meshgrid")
        if len(source.shape) > 1:
            raise ValueError(f"meshgrid: expects one-dimensional arrays, got shape {source.shape}")
        grid.append(manipulation.reshape(source, tuple([-1 if place == axis else 1 for place in range(count)])))
    if not sparse:
        grid = list(manipulation.broadcast_arrays(*grid))
    return tuple([manipulation.copy(item) for item in grid]) if copy else tuple(grid)

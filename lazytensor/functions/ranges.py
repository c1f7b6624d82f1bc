"""Numbers in order: ranges, and the matrices that are made from them."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.arguments import checked_shape, integral
from lazytensor.calling.creating import range_now, spaced_now
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import memory_order, no_model
from lazytensor.calling.ufunc_class import unbound
from lazytensor.compiler.ops import sources
from lazytensor.core import layout, operands
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.eager import limit, small
from lazytensor.core.handle import Handle, computed, created, wrap
from lazytensor.core.record import common_device, record
from lazytensor.core.storage import constant
from lazytensor.functions import elementwise, manipulation
from lazytensor.functions.creation import asarray, full, place, zero_of

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "arange", "eye", "geomspace", "identity", "linspace", "logspace", "tri", "tril", "triu",
]  # fmt: skip

Shape = tuple[int, ...]

_MISSING: Any = object()


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


@unbound
def arange(
    start_or_stop: Any = _MISSING,
    /,
    stop: Any = None,
    step: Any = 1,
    dtype: Any = None,
    *,
    start: Any = _MISSING,
    device: Any = None,
    like: Any = None,
) -> Tensor:
    """Numbers from `start` (0 if one bound is given) up to, not including, `stop`, in steps of `step`: NumPy's, bit for bit.

    Parameters
    ----------
    start, stop, step : numbers
        Tensors of one element are waited for. The first may be given by position, where it is `stop` if it is alone, or by name.
    dtype : dtype, optional
        The numbers' common dtype when None.

    >>> import lazytensor as lt
    >>> print(lt.arange(1, 9, 3), lt.arange(stop=3))
    [1 4 7] [0 1 2]
    """
    if start is _MISSING and device is None and like is None:
        found = range_now(start_or_stop, stop, step, dtype) if stop is not None else range_now(0, start_or_stop, step, dtype)
        if found is not None:
            return found  # type: ignore[no-any-return]
    no_model(like, "arange")
    if start_or_stop is _MISSING:
        if stop is None:
            raise TypeError("arange: requires stop to be specified")
        first, last = (0 if start is _MISSING else start), stop
    elif start is not _MISSING:
        raise TypeError("arange: start is given by position and by name")
    else:
        first, last = (0, start_or_stop) if stop is None else (start_or_stop, stop)
    step = 1 if step is None else step
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
    if count <= 2 or (where is None and count <= limit.elements):
        return created(constant(np.arange(first, last, by, dtype=kind), where))
    return _progression(count, first, by, kind, where)


def _progression(count: int, first: Any, by: Any, kind: np.dtype[Any], where: str | None) -> Tensor:
    """Numbers from `first` by `by`, recorded."""
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
            made = results.where(elementwise.equal(iota((count,), 0, np.int64, where), 1), second.item(), made)
    return made


def _device(device: Any, name: str, *bounds: Any) -> Any:
    """Where a range goes: the device asked for, else where its bounds are, if they are tensors."""
    return device or common_device(name, tuple([item._base() for item in bounds if isinstance(item, Handle)]))


_WEAK: dict[type, Any] = {int: 0.0, float: 0.0, complex: 0j}


def linspace(
    start: Any,
    stop: Any,
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
    if dtype is None and device is None and not retstep and axis == 0:
        now = spaced_now(start, stop, num, endpoint)
        if now is not None:
            return now
    count, axis = operator.index(num), operator.index(axis)
    if count < 0:
        raise ValueError(f"linspace: number of samples must not be negative, got {count}")
    device = _device(device, "linspace", start, stop)
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
        # Python numbers are weak beside arrays.
        kinds = [_WEAK.get(type(given), item.dtype) for given, item in zip((start, stop), bounds, strict=True)]
        common = np.result_type(*kinds, 0.0)
        first, last = (results.astype(item, common, copy=False) for item in bounds)
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
        made = results.where(tiny, scaled, elementwise.multiply(index, gap))
    made = elementwise.add(made, first)
    if endpoint and count > 1:
        at_end = elementwise.equal(index, count - 1)
        made = results.where(at_end, last, made)
    if kind.kind in "iu":
        made = elementwise.floor(made)
    if made.dtype != kind:
        made = results.astype(made, kind)
    if axis:
        made = manipulation.moveaxis(made, 0, axis)
    return (made, gap) if retstep else made


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Tensor:
    """Powers of `base`, the exponents being evenly spaced from `start` to `stop`; other parameters as of `linspace`.

    >>> import lazytensor as lt
    >>> print(lt.logspace(0, 3, 4))
    [   1.   10.  100. 1000.]
    """
    device = _device(device, "logspace", start, stop, base)
    if not isinstance(base, (int, float)):
        bounds = [asarray(item, device=device) for item in (start, stop, base)]
        if bounds[2].shape:
            rank = max(len(item.shape) for item in bounds)
            start, stop, base = (
                manipulation.expand_dims(item, tuple(range(rank - len(item.shape)))) if len(item.shape) < rank else item
                for item in bounds
            )
            base = manipulation.expand_dims(base, axis)
    made = elementwise.pow(base, linspace(start, stop, num, endpoint, axis=axis, device=device))
    return made if dtype is None else results.astype(made, as_dtype(dtype, "logspace"), copy=False)


def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Tensor:
    """`num` numbers from `start` to `stop`, each a constant multiple of the one before; other parameters as of `linspace`.

    Raises
    ------
    ValueError
        If a bound is zero; zeros in tensors give NaN instead, since this does not wait.

    >>> import lazytensor as lt
    >>> print(lt.geomspace(1, 1000, 4))
    [   1.   10.  100. 1000.]
    """
    count = operator.index(num)
    device = _device(device, "geomspace", start, stop)
    if any(not isinstance(item, Handle) and not np.all(np.asarray(item)) for item in (start, stop)):
        raise ValueError("geomspace: a geometric sequence cannot include zero")
    first, last = (asarray(item, device=device) for item in (start, stop))
    wanted = np.dtype(np.float64) if dtype is None else as_dtype(dtype, "geomspace")
    kind = np.result_type(first.dtype, last.dtype, 0.0, wanted)
    first, last = (results.astype(item, kind, copy=False) for item in (first, last))
    # Turned to start from a positive real number, and back in the end: what is real or imaginary stays so exactly.
    sign = elementwise.sign(first)
    first, last = elementwise.divide(first, sign), elementwise.divide(last, sign)
    made = logspace(elementwise.log10(first), elementwise.log10(last), count, endpoint, device=device)
    rank = len(made.shape) - 1
    index = manipulation.reshape(iota((count,), 0, np.int64, place(device)), (count, *(1,) * rank))
    made = results.where(elementwise.equal(index, 0), first, results.astype(made, kind, copy=False))
    if endpoint and count > 1:
        made = results.where(elementwise.equal(index, count - 1), last, made)
    made = elementwise.multiply(made, sign)
    if axis:
        made = manipulation.moveaxis(made, 0, axis)
    return made if dtype is None else results.astype(made, wanted, copy=False)


def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: Any = np.float64,
    order: Any = "C",
    *,
    device: Any = None,
    like: Any = None,
) -> Tensor:
    """Ones on the k-th diagonal, zeros elsewhere.

    >>> import lazytensor as lt
    >>> print(lt.eye(2, 3, k=1))
    [[0. 1. 0.]
     [0. 0. 1.]]
    """
    plain = type(N) is int and M is None and type(k) is int and dtype is np.float64
    if plain and order == "C" and device is None and like is None and 0 < N * N <= limit.elements and place(None) is None:
        return computed(np.eye(N, k=k))  # as loops over small matrices ask for it
    letter = memory_order(order, "eye", "CF")
    no_model(like, "eye")
    shape = checked_shape((N, N if M is None else M), "eye")
    kind, diagonal, where = as_dtype(np.float64 if dtype is None else dtype, "eye"), operator.index(k), place(device)
    if where is None and 0 < math.prod(shape) <= limit.most and small(math.prod(shape)):
        return layout.laid_out(created(constant(np.eye(shape[0], shape[1], k=diagonal, dtype=kind))), letter)
    made = results.astype(_below(shape, diagonal, elementwise.equal, where), kind)
    return layout.laid_out(made, letter)


def identity(n: int, dtype: Any = None, *, like: Any = None, device: Any = None) -> Tensor:
    """The square identity matrix."""
    return eye(n, dtype=np.float64 if dtype is None else dtype, device=device, like=like)


def tri(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: Any = np.float64,
    *,
    like: Any = None,
    device: Any = None,
) -> Tensor:
    """Ones on and below the k-th diagonal, zeros above."""
    no_model(like, "tri")
    rows = integral(N, "tri", "N")
    shape = (max(0, rows), max(0, rows if M is None else integral(M, "tri", "M")))
    inside = _below(shape, integral(k, "tri", "k"), elementwise.less_equal, place(device))
    return results.astype(inside, np.float64 if dtype is None else dtype)


def _below(shape: Shape, k: int, compare: Any, device: str | None) -> Tensor:
    """Where the column number compares to the row number plus k."""
    columns, rows = iota(shape, 1, np.int64, device), iota(shape, 0, np.int64, device)
    # Diagonals beyond the corners are all alike, and may be too far away for an integer dtype.
    offset = max(-shape[0] - 1, min(shape[1] + 1, k))
    return compare(columns, elementwise.add(rows, offset))  # type: ignore[no-any-return]


def _triangle(x: Any, k: int, lower: bool, name: str) -> Tensor:
    source = operands.as_tensor(x, name)
    if not source.shape:
        raise ValueError(f"{name}: expects at least one dimension, got shape ()")
    shape = source.shape[-2:] if len(source.shape) > 1 else source.shape * 2
    offset = integral(k, name, "k")
    inside = _below(shape, offset if lower else offset - 1, elementwise.less_equal, source._base().device)
    zero = zero_of(source.dtype)
    return results.where(inside, source, zero) if lower else results.where(inside, zero, source)


@at_once(np.tril)
def tril(m: Any, k: int = 0) -> Tensor:
    """The lower triangle of matrices along the last two axes; zeros above the k-th diagonal."""
    return _triangle(m, k, True, "tril")


@at_once(np.triu)
def triu(m: Any, k: int = 0) -> Tensor:
    """The upper triangle of matrices along the last two axes; zeros below the k-th diagonal."""
    return _triangle(m, k, False, "triu")

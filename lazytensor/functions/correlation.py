"""Weighted means, covariance and correlation, and convolution of sequences. Nothing here waits.

Weights that sum to zero, and covariances of too few observations, give NaN or infinity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.axes import as_index, axis_tuple, sorted_axes
from lazytensor.calling.immediate import at_once
from lazytensor.calling.results import astype
from lazytensor.compiler.ops import statistics as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.creation import full
from lazytensor.functions.joining import concat
from lazytensor.functions.manipulation import atleast_1d, atleast_2d, matrix_transpose, squeeze
from lazytensor.functions.order_statistics import along
from lazytensor.functions.products import diagonal, matmul

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "average", "convolve", "corrcoef", "correlate", "cov",
]  # fmt: skip


def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """Weighted mean over axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes when None.
    weights : array_like, optional
        Of the shape of `a`, or of its axes `axis`; all alike when None. NaN or infinity where they sum to zero.
    returned : bool
        Return the sums of the weights too.
    keepdims : bool

    >>> import lazytensor as lt
    >>> print(lt.average(lt.asarray([1.0, 2.0]), weights=[3, 1]))
    1.25
    """
    source = as_tensor(a, "average")
    axis = axis if axis is None else axis_tuple(axis, len(source.shape), "average")
    if weights is None:
        made = statistics.mean(source, axis, keepdims=keepdims)
        if returned:
            count = math.prod([source.shape[place] for place in sorted_axes(axis, len(source.shape), "average")])
            return made, full(made.shape, count, dtype=made.dtype)
        return made
    given = as_tensor(weights, "average")
    dtype = np.result_type(source.dtype, given.dtype, *([np.float64] if source.dtype.kind in "biu" else []))
    factors = astype(along(given, source.shape, axis, "average"), dtype, copy=False)
    total = statistics.sum(factors, axis, keepdims=keepdims)
    products = elementwise.multiply(astype(source, dtype, copy=False), factors)
    made = elementwise.divide(statistics.sum(products, axis, keepdims=keepdims), total)
    return (made, total) if returned else made


# -- covariance -----------------------------------------------------------------------------------------------------------------


def _observations(m: Any, dtype: Any, turned: bool) -> Tensor:
    found = atleast_2d(astype(as_tensor(m, "cov"), dtype, copy=False))
    return matrix_transpose(found) if turned else found


def _weights(values: Any, count: int, which: str) -> Tensor:
    """Weights of observations; their values are checked now if they are at hand, else when they are computed."""
    if not isinstance(values, Handle):
        ops.checked_weights.reference(np.asarray(values), which)
    found = as_tensor(values, "cov")
    if found.shape != (count,):
        raise RuntimeError(f"cov: expects one-dimensional {which} of {count} observations, got shape {found.shape}")
    return wrap(record(ops.checked_weights, (found._read(),), (which,)))


def _weighted(x: Tensor, fweights: Any, aweights: Any, less: Any) -> tuple[Tensor, Tensor, Tensor]:
    """The deviations from the weighted means, these times their weights, and what their products are multiplied by."""
    count = x.shape[1]
    factors: Any = 1 if fweights is None else _weights(fweights, count, "fweights")
    importances = None if aweights is None else _weights(aweights, count, "aweights")
    if importances is not None:
        factors = importances if fweights is None else elementwise.multiply(factors, importances)
    total = statistics.sum(factors)
    freedom = total - less
    if importances is not None:
        freedom = total - less * statistics.sum(elementwise.multiply(factors, importances)) / total
    centred = elementwise.subtract(x, average(x, 1, factors, keepdims=True))
    return centred, elementwise.multiply(centred, factors), elementwise.divide(1.0, elementwise.maximum(freedom, 0.0))


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Tensor:
    """Covariance matrix of variables.

    Parameters
    ----------
    m : array_like of at most two dimensions
        A variable a row, an observation a column.
    y : array_like, optional
        More variables.
    rowvar : bool
        False if the variables are columns.
    bias : bool
        Divide by the number of observations, not by one less.
    ddof : int, optional
        What is subtracted from the number of observations, in the place of `bias`.
    fweights : array_like of int, optional
        How often each observation occurs.
    aweights : array_like, optional
        How much each observation counts.
    dtype : dtype, optional
        At least float64 when None.

    >>> import lazytensor as lt
    >>> print(lt.cov(lt.asarray([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])))
    [[ 1. -1.]
     [-1.  1.]]
    """
    if ddof is not None and ddof != int(ddof):
        raise ValueError(f"cov: ddof must be an integer, got {ddof}")
    first = as_tensor(m, "cov")
    second = None if y is None else as_tensor(y, "cov")
    for array in (first, second):
        if array is not None and len(array.shape) > 2:
            raise ValueError(f"cov: expects at most two dimensions, got shape {array.shape}")
    if dtype is None:
        dtype = np.result_type(first.dtype, np.float64, *([] if second is None else [second.dtype]))
    x = _observations(first, as_dtype(dtype, "cov"), not rowvar and len(first.shape) != 1)
    if x.shape[0] == 0:
        return full((0, 0), 0.0)
    if second is not None:
        x = concat([x, _observations(second, x.dtype, not rowvar and atleast_2d(second).shape[0] != 1)], axis=0)
    if x.dtype.kind in "biu":
        raise TypeError(f"cov: expects a floating or complex dtype, since means are no integers, got {x.dtype}")
    less = (0 if bias else 1) if ddof is None else ddof
    count = x.shape[1]
    if fweights is None and aweights is None:
        centred = weighted = elementwise.subtract(x, statistics.mean(x, 1, keepdims=True))
        scale: Any = 1 / (count - less) if count > less else np.inf
    else:
        centred, weighted, scale = _weighted(x, fweights, aweights, less)
    product = matmul(centred, elementwise.conj(matrix_transpose(weighted)))
    return squeeze(astype(elementwise.multiply(product, scale), x.dtype, copy=False))


def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Tensor:
    """Correlation coefficients of variables, from -1 to 1: their covariances by their standard deviations. Parameters as of `cov`.

    >>> import lazytensor as lt
    >>> print(lt.corrcoef(lt.asarray([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])))
    [[ 1. -1.]
     [-1.  1.]]
    """
    found = cov(x, y, rowvar, dtype=dtype)
    if not found.shape:
        return elementwise.divide(found, found)
    deviations = elementwise.sqrt(elementwise.real(diagonal(found, 0, -2, -1)))
    ratios = elementwise.divide(elementwise.divide(found, deviations[:, None]), deviations[None, :])
    if ratios.dtype.kind != "c":
        return elementwise.clip(ratios, -1, 1)
    real, imag = (elementwise.clip(part(ratios), -1, 1) for part in (elementwise.real, elementwise.imag))
    return elementwise.add(real, elementwise.multiply(imag, 1j))


# -- sequences ------------------------------------------------------------------------------------------------------------------


_MODES = ("valid", "same", "full")


def _sliding(op: Op, a: Any, v: Any, mode: Any) -> Tensor:
    if not isinstance(mode, str):  # NumPy's older way, the number of a mode
        place = as_index(mode)
        if place is None or isinstance(mode, bool):
            raise TypeError(f"{op.name}: mode must be a string or an integer, got {mode!r}")
        mode = _MODES[place] if 0 <= place < len(_MODES) else place
    if mode not in _MODES:
        raise ValueError(f"{op.name}: mode must be one of 'valid', 'same' or 'full', got {mode!r}")
    operands = [as_tensor(item, op.name) for item in (a, v)]
    return wrap(record(op, tuple([item._read() for item in operands]), (mode,)))


@at_once(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Tensor:
    """Convolution of two sequences: where they overlap at all ("full"), as long as the longer ("same"), or where all of the shorter
    overlaps ("valid").

    >>> import lazytensor as lt
    >>> print(lt.convolve([1, 2, 3], [0, 1, 0.5]))
    [0.  1.  2.5 4.  1.5]
    """
    return _sliding(ops.convolve, atleast_1d(as_tensor(a, "convolve")), atleast_1d(as_tensor(v, "convolve")), mode)


@at_once(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Tensor:
    """Correlation of two sequences, the second conjugated; modes as of `convolve`."""
    return _sliding(ops.correlate, a, v, mode)

"""Differences, slopes, areas and interpolation along an axis. Nothing here waits.

All but `interp`, which is NumPy's own as a library operation, are compositions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.axes import axis_tuple, one_axis
from lazytensor.calling.immediate import at_once
from lazytensor.calling.results import astype
from lazytensor.compiler.ops import statistics as ops
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import as_tensor, node_operand
from lazytensor.core.record import record
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.joining import concat
from lazytensor.functions.manipulation import expand_dims, ravel
from lazytensor.functions.selecting import take
from lazytensor.functions.sorting import argsort
from lazytensor.functions.utility import diff

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "ediff1d", "gradient", "interp", "trapezoid", "trapz", "unwrap",
]  # fmt: skip


def _part(x: Tensor, axis: int, start: int | None, stop: int | None) -> Tensor:
    return x[(slice(None),) * axis + (slice(start, stop),)]


def _beside(line: Tensor, rank: int, axis: int) -> Tensor:
    """A line as an array that broadcasts along the axis."""
    return expand_dims(line, tuple([place for place in range(rank) if place != axis]))


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Tensor:
    """Differences of neighbours in the raveled array, between what is given for the begin and the end.

    >>> import lazytensor as lt
    >>> print(lt.ediff1d(lt.asarray([1, 2, 4]), to_end=99))
    [ 1  2 99]
    """
    source = ravel(ary)
    parts: list[Any] = [elementwise.subtract(source[1:], source[:-1])]
    for name, value in (("to_begin", to_begin), ("to_end", to_end)):
        if value is not None:
            edge = ravel(value)
            if not np.can_cast(edge.dtype, source.dtype, "same_kind"):
                raise TypeError(f"ediff1d: {name} of {edge.dtype} is not compatible with {source.dtype} by the same_kind rule")
            edge = astype(edge, source.dtype, copy=False)
            parts.insert(0 if name == "to_begin" else 1 if to_begin is None else 2, edge)
    return concat(parts) if len(parts) > 1 else parts[0]


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Tensor:
    """Integral along an axis by the trapezoidal rule.

    Parameters
    ----------
    y : array_like
    x : array_like, optional
        The positions of the samples: one line, or an array like `y`.
    dx : scalar
        Their distance where `x` is None.
    axis : int

    >>> import lazytensor as lt
    >>> print(lt.trapezoid(lt.asarray([1, 2, 3]), dx=2))
    8.0
    """
    source = as_tensor(y, "trapezoid")
    rank = len(source.shape)
    place = one_axis(axis, rank, "trapezoid")
    step = dx
    if x is not None:
        positions = as_tensor(x, "trapezoid")
        line = len(positions.shape) == 1
        step = _beside(diff(positions), rank, place) if line else diff(positions, axis=axis)
    pairs = elementwise.add(_part(source, place, 1, None), _part(source, place, None, -1))
    areas = elementwise.divide(elementwise.multiply(step, pairs), 2.0)
    # Positions of more axes than y has broadcast it: a negative axis is then one of the result's.
    return statistics.sum(areas, axis=axis)


trapz = trapezoid  # NumPy has it until 2.3


def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * math.pi) -> Tensor:
    """Values along an axis, changed by whole periods so that neighbours differ by at most half of one.

    Parameters
    ----------
    p : array_like
    discont : float, optional
        Smaller jumps stay; half a period when None.
    axis : int
    period : float or int
        Of integers, an integer keeps their dtype.

    >>> import lazytensor as lt
    >>> print(lt.unwrap(lt.asarray([0, 1, 2, -1, 0]), period=4))
    [0 1 2 3 4]
    """
    source = as_tensor(p, "unwrap")
    place = one_axis(axis, len(source.shape), "unwrap")
    steps = diff(source, axis=place)
    dtype = np.result_type(steps.dtype, period.dtype if isinstance(period, Handle) else period)
    high, ambiguous = period / 2, True
    if dtype.kind in "iu":
        high, rest = divmod(period, 2)
        ambiguous = rest == 0
    wrapped = elementwise.add(elementwise.remainder(elementwise.subtract(steps, -high), period), -high)
    if ambiguous:
        # A jump by half a period up stays one.
        turned = elementwise.logical_and(elementwise.equal(wrapped, -high), elementwise.greater(steps, 0))
        wrapped = results.where(turned, high, wrapped)
    correction = elementwise.subtract(wrapped, steps)
    small = elementwise.less(elementwise.abs(steps), period / 2 if discont is None else discont)
    correction = results.where(small, 0, correction)
    later = elementwise.add(_part(source, place, 1, None), statistics.cumsum(correction, place))
    first = _part(source, place, None, 1)
    return concat([astype(first, dtype), astype(later, dtype)], axis=place)


# -- interpolation --------------------------------------------------------------------------------------------------------------


@at_once(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Tensor:
    """Linear interpolation between points, as float64 or complex128.

    Parameters
    ----------
    x : array_like
        Where to interpolate.
    xp, fp : one-dimensional array_like
        The points, at increasing positions; with a `period`, in any order.
    left, right : scalar, optional
        The values before the first and behind the last point; theirs when None.
    period : float, optional
        The points repeat; `left` and `right` do not count.

    >>> import lazytensor as lt
    >>> print(lt.interp([0.5, 3.0], [0, 1, 2], [0, 10, 20]))
    [ 5. 20.]
    """
    at, positions, values = as_tensor(x, "interp"), as_tensor(xp, "interp"), as_tensor(fp, "interp")
    shape = ops.interp.shape(at.shape, positions.shape, values.shape)
    if period is not None:
        if not isinstance(period, Handle) and period == 0:
            raise ValueError("interp: period must be a non-zero value")
        period = elementwise.abs(astype(as_tensor(period, "interp"), np.float64))
        at, positions = (elementwise.remainder(astype(item, np.float64), period) for item in (at, positions))
        order = argsort(positions)
        positions, values = take(positions, order, axis=0), take(values, order, axis=0)
        before, behind = elementwise.subtract(positions[-1:], period), elementwise.add(positions[:1], period)
        positions = concat([before, positions, behind])
        values = concat([values[-1:], values, values[:1]])
        left = right = None
    made = wrap(record(ops.interp, tuple([node_operand(item, "interp") for item in (at, positions, values)])))
    for value in (left, right):
        if value is not None and as_tensor(value, "interp").shape:
            raise TypeError(f"interp: left and right must be scalars, got shape {as_tensor(value, 'interp').shape}")
        if value is not None and as_tensor(value, "interp").dtype.kind == "c" and values.dtype.kind != "c":
            raise TypeError("interp: left and right must be real, as the values are")
    if left is not None:
        made = results.where(elementwise.less(at, positions[0]), left, made)
    if right is not None:
        made = results.where(elementwise.greater(at, positions[-1]), right, made)
    assert made.shape == shape
    return made


# -- slopes ---------------------------------------------------------------------------------------------------------------------


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes along axes: central differences inside, one-sided ones at the ends.

    Parameters
    ----------
    f : array_like
        Integers are computed in float64.
    varargs : scalars or one-dimensional arrays
        The distance of neighbours, for all axes or each, or the positions along each axis; 1 if left out.
    axis : int or tuple of int, optional
        All axes when None.
    edge_order : {1, 2}
        The accuracy at the ends.

    Returns
    -------
    Tensor, or tuple of Tensor
        One for each axis, if they are several.

    >>> import lazytensor as lt
    >>> print(lt.gradient(lt.asarray([1, 2, 4, 7])))
    [1.  1.5 2.5 3. ]
    """
    source = as_tensor(f, "gradient")
    rank = len(source.shape)
    axes = tuple(range(rank)) if axis is None else axis_tuple(axis, rank, "gradient")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order must be 1 or 2, got {edge_order}")
    if source.dtype.kind in "iu":
        source = astype(source, np.float64)
    made = []
    for place, spacing in zip(axes, _spacings(varargs, axes, source.shape), strict=True):
        if source.shape[place] < edge_order + 1:
            raise ValueError(
                f"gradient: an axis of length {source.shape[place]} is too short, at least {edge_order + 1} are needed"
            )
        if isinstance(spacing, Handle) and spacing.shape:
            parts = _uneven(source, place, _beside(spacing, rank, place), edge_order)  # type: ignore[arg-type]
        else:
            parts = _even(source, place, spacing, edge_order)
        made.append(concat([astype(part, source.dtype, copy=False) for part in parts], axis=place))
    return made[0] if len(made) == 1 else tuple(made)


def _spacings(given: tuple[Any, ...], axes: tuple[int, ...], shape: tuple[int, ...]) -> list[Any]:
    """A scalar for each axis, or a tensor of the distances along it."""
    if not given:
        return [1.0] * len(axes)
    if len(given) == 1 and np.ndim(given[0] if not isinstance(given[0], Handle) else np.empty(given[0].shape)) == 0:
        return list(given) * len(axes)
    if len(given) != len(axes):
        raise TypeError(f"gradient: expects no spacing, one, or one for each of {len(axes)} axes, got {len(given)}")
    found: list[Any] = []
    for spacing, place in zip(given, axes, strict=True):
        line = as_tensor(spacing, "gradient")
        if not line.shape:
            found.append(spacing)
            continue
        if line.shape != (shape[place],):
            raise ValueError(f"gradient: expects scalars or {shape[place]} positions for axis {place}, got shape {line.shape}")
        if not isinstance(spacing, Handle):
            # Even positions are computed with less rounding, as far as they can be known without a wait.
            steps = np.diff(np.asarray(spacing, np.float64 if line.dtype.kind in "iu" else None))
            if (steps == steps[:1]).all() and steps.size:
                found.append(steps[0])
                continue
        found.append(diff(astype(line, np.float64) if line.dtype.kind in "iu" else line))
    return found


def _even(f: Tensor, axis: int, step: Any, edge_order: int) -> list[Tensor]:
    def at(start: int | None, stop: int | None) -> Tensor:
        return _part(f, axis, start, stop)

    inside = (at(2, None) - at(None, -2)) / (2.0 * step)
    if edge_order == 1:
        return [(at(1, 2) - at(0, 1)) / step, inside, (at(-1, None) - at(-2, -1)) / step]
    first = (-1.5 / step) * at(0, 1) + (2.0 / step) * at(1, 2) + (-0.5 / step) * at(2, 3)
    last = (0.5 / step) * at(-3, -2) + (-2.0 / step) * at(-2, -1) + (1.5 / step) * at(-1, None)
    return [first, inside, last]


def _uneven(f: Tensor, axis: int, steps: Tensor, edge_order: int) -> list[Tensor]:
    def at(start: int | None, stop: int | None) -> Tensor:
        return _part(f, axis, start, stop)

    def step(start: int | None, stop: int | None) -> Tensor:
        return _part(steps, axis, start, stop)

    before, behind = step(None, -1), step(1, None)
    inside = (
        -behind / (before * (before + behind)) * at(None, -2)
        + (behind - before) / (before * behind) * at(1, -1)
        + before / (behind * (before + behind)) * at(2, None)
    )
    if edge_order == 1:
        return [(at(1, 2) - at(0, 1)) / step(0, 1), inside, (at(-1, None) - at(-2, -1)) / step(-1, None)]
    near, far = step(0, 1), step(1, 2)
    first = (
        -(2.0 * near + far) / (near * (near + far)) * at(0, 1)
        + (near + far) / (near * far) * at(1, 2)
        - near / (far * (near + far)) * at(2, 3)
    )
    far, near = step(-2, -1), step(-1, None)
    last = (
        near / (far * (far + near)) * at(-3, -2)
        - (near + far) / (far * near) * at(-2, -1)
        + (2.0 * near + far) / (near * (far + near)) * at(-1, None)
    )
    return [first, inside, last]

"""Functions of functions: the user's function on slices, over axes, by condition, element by element.

Lazy where the function itself takes tensors and returns them: `apply_along_axis`, `apply_over_axes` and `piecewise` hand it tensors.
`vectorize` calls it with Python numbers: that leaves the graph and waits.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, fallback
from lazytensor.axes import as_index, one_axis, strict_axis
from lazytensor.creation import asarray
from lazytensor.handle import Handle, mutable, wrap
from lazytensor.joining import stack
from lazytensor.manipulation import as_tensor, broadcast_to, copy, expand_dims, moveaxis, reshape
from lazytensor.storing import cast_for_assignment

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "apply_along_axis", "apply_over_axes", "piecewise", "vectorize",
]  # fmt: skip


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Tensor:
    """A function of one-dimensional slices along an axis, and the results in place of that axis. Lazy if the function is.

    Parameters
    ----------
    func1d : callable
        Called as `func1d(slice, *args, **kwargs)` with tensors; returns a scalar or an array, of one shape for all slices. The
        result has the dtype of what it returns first.
    axis : int
    arr : array_like

    >>> import lazytensor as lt
    >>> print(lt.apply_along_axis(lambda row: row[-1] - row[0], 1, lt.asarray([[1, 2, 4], [5, 5, 5]])))
    [3 0]
    """
    source = as_tensor(arr, "apply_along_axis")
    rank = len(source.shape)
    place = one_axis(axis, rank, "apply_along_axis")
    around = source.shape[:place] + source.shape[place + 1 :]
    if 0 in around:
        raise ValueError(f"apply_along_axis: no slice along axis {axis} of shape {source.shape} to apply the function to")
    slices = moveaxis(source, place, -1)
    found = [asarray(func1d(slices[key] if key else slices, *args, **kwargs)) for key in itertools.product(*map(range, around))]
    shape = found[0].shape
    for item in found:
        if item.shape != shape:
            raise ValueError(f"apply_along_axis: the function returned arrays of shapes {shape} and {item.shape}")
    joined = stack([elementwise.astype(item, found[0].dtype, copy=False) for item in found])
    result = reshape(joined, (*around, *shape))
    count = len(shape)
    return moveaxis(result, tuple(range(rank - 1, rank - 1 + count)), tuple(range(place, place + count)))


def apply_over_axes(func: Callable[[Any, int], Any], a: Any, axes: Any) -> Tensor:
    """A function of a tensor and an axis, applied over one axis after the other, which are kept. Lazy if the function is.

    Parameters
    ----------
    func : callable
        Called as `func(tensor, axis)`; what it returns has as many dimensions, or lacks the axis.
    a : array_like
    axes : int or sequence of int

    >>> import lazytensor as lt
    >>> print(lt.apply_over_axes(lt.sum, lt.ones((2, 3)), [0, 1]))
    [[6.]]
    """
    result = as_tensor(a, "apply_over_axes")
    rank = len(result.shape)
    for axis in (axes,) if as_index(axes) is not None else axes:
        place = strict_axis(axis, rank, "apply_over_axes")
        found = asarray(func(result, place))
        if len(found.shape) == rank - 1:
            found = expand_dims(found, place)
        if len(found.shape) != rank:
            raise ValueError(
                f"apply_over_axes: the function returned shape {found.shape} for shape {result.shape}; "
                f"expects {rank} dimensions, or one fewer"
            )
        result = found
    return result


def _listed(condlist: Any, x: Tensor) -> list[Any]:
    """The conditions one by one: NumPy also takes a single one, or an array whose first axis numbers them."""
    if isinstance(condlist, (Handle, np.ndarray)):
        return list(as_tensor(condlist, "piecewise")) if len(condlist.shape) > 1 else [condlist]
    if not isinstance(condlist, (list, tuple)):
        return [condlist]
    arrays = (list, tuple, np.ndarray, Handle)
    single = bool(x.shape) and bool(condlist) and not isinstance(condlist[0], arrays)
    return [condlist] if single else list(condlist)


def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Tensor:
    """Functions chosen by conditions; where several are true the last one counts, where none is, zero or one more function.

    Parameters
    ----------
    x : array_like
        The result has its shape and dtype.
    condlist : sequence of boolean array_like, or one
    funclist : sequence of callables and scalars
        As many as conditions, or one more. A callable is given all of `x`, and `args` and `kw`: unlike NumPy's, also the elements
        whose condition is false, so that nothing has to be waited for.

    >>> import lazytensor as lt
    >>> x = lt.asarray([-2.0, 0.0, 3.0])
    >>> print(lt.piecewise(x, [x < 0, x > 0], [lambda v: -v, lambda v: v * 2]))
    [2. 0. 6.]
    """
    source = as_tensor(x, "piecewise")
    conditions = [elementwise.astype(as_tensor(item, "piecewise"), np.bool_, copy=False) for item in _listed(condlist, source)]
    if len(funclist) == len(conditions) + 1:
        rest = conditions[0] if conditions else asarray(False)
        for condition in conditions[1:]:
            rest = elementwise.logical_or(rest, condition)
        conditions.append(elementwise.logical_not(rest))
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"piecewise: with {len(conditions)} conditions, either {len(conditions)} or {len(conditions) + 1} functions are "
            f"expected, got {len(funclist)}"
        )
    result = asarray(np.zeros((), source.dtype))
    for condition, function in zip(conditions, funclist, strict=True):
        value = function(source, *args, **kw) if callable(function) else function
        stored = wrap(cast_for_assignment(value, source.dtype, "piecewise"))
        result = elementwise.where(condition, stored, result)
    if result.shape == source.shape:
        return mutable(result)
    return copy(broadcast_to(result, source.shape))


@fallback.waits
class vectorize(np.vectorize):  # noqa: N801
    """A function of Python numbers as one of arrays: NumPy's `vectorize`, whose parameters and attributes it has, with tensors as
    arguments and results. A call leaves the graph and waits, and `config.strict` forbids it.

    >>> import lazytensor as lt
    >>> print(lt.vectorize(lambda a, b: a if a > b else 0)(lt.asarray([1, 5]), 3))
    [0 5]
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function for each element; the arguments broadcast."""
        if not callable(self.pyfunc):  # a decorator with arguments
            return super().__call__(*args, **kwargs)
        made = fallback.run("vectorize", super().__call__, *args, **kwargs)
        return mutable(made) if isinstance(made, Handle) else made  # type: ignore[arg-type]

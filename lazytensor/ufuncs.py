"""What NumPy's ufuncs have besides being called: keyword arguments, and the methods reduce, accumulate, reduceat, outer and at.

`bind` makes the functions; this module is reached when one is called with keywords, or a method of it is used. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lazytensor import layout
from lazytensor.axes import one_axis, reduced_axes
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import ufuncs as rows
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.handle import Handle, node_operand, operand, record, wrap, write_lock
from lazytensor.sites import user_site

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


class Unary(Protocol):
    """A function of one operand, with the attributes of NumPy's ufuncs."""

    op: Op
    nin: int
    nout: int
    nargs: int
    identity: Any
    at: Callable[..., None]

    def __call__(
        self,
        x: Any,
        /,
        out: Any = None,
        *,
        where: Any = ...,
        casting: Any = ...,
        order: str = ...,
        dtype: Any = ...,
        subok: bool = ...,
    ) -> Tensor: ...


class Binary(Protocol):
    """A function of two operands, with the attributes and methods of NumPy's ufuncs."""

    op: Op
    nin: int
    nout: int
    nargs: int
    identity: Any
    reduce: Callable[..., Tensor]
    accumulate: Callable[..., Tensor]
    reduceat: Callable[..., Tensor]
    outer: Callable[..., Tensor]
    at: Callable[..., None]

    def __call__(
        self,
        x: Any,
        y: Any,
        /,
        out: Any = None,
        *,
        where: Any = ...,
        casting: Any = ...,
        order: str = ...,
        dtype: Any = ...,
        subok: bool = ...,
    ) -> Tensor: ...


def call(
    function: Any,
    operands: tuple[Any, ...],
    out: Any = None,
    *,
    where: Any = True,
    casting: Any = "same_kind",
    order: str = "K",
    dtype: Any = None,
    subok: bool = True,
) -> Tensor:
    """`function(*operands)` with a ufunc's keywords.

    Parameters
    ----------
    out : Tensor or ndarray, optional
        Where the result is stored; an ndarray is waited for.
    where : array_like of bool
        Where it is false, `out` keeps its values; without an `out` the result is zero there.
    casting : {"no", "equiv", "safe", "same_kind", "unsafe"}
        What conversions to `dtype` and to that of `out` are allowed.
    dtype : dtype, optional
        The result's: operands are converted to what NumPy computes it from.
    order
        "F" lays a new result out in Fortran's order; with any other it is C-contiguous.
    subok
        Accepted for NumPy's sake.
    """
    op: Op = function.op
    if order not in (None, "K", "C", "A", "F"):
        raise ValueError(f"{op.name}: order must be 'C', 'F', 'A' or 'K', got {order!r}")
    if casting not in ("no", "equiv", "safe", "same_kind", "unsafe"):
        raise ValueError(f"{op.name}: casting must be 'no', 'equiv', 'safe', 'same_kind' or 'unsafe', got {casting!r}")
    if where is not True:
        from lazytensor.arguments import truth  # delayed: arguments is written against the elementwise rows

        where = truth(where, op.name)
    if dtype is not None:
        operands = _cast(op, operands, dtype, casting)
    elif casting in ("no", "equiv", "safe"):
        _check_casts(op, operands, casting)
    made = function(*operands)
    if where is True and out is None:
        return layout.laid_out(made, "F") if order == "F" else made
    from lazytensor.out import deliver  # delayed: out is written against the elementwise functions

    if out is None:
        from lazytensor.creation import zeros  # delayed: as above

        shape = broadcast_shapes(op.name, made.shape, where.shape)
        return deliver(made, zeros(shape, made.dtype, device=made._base().device), op.name, where=where, fixed=0)
    return deliver(made, out, op.name, casting=casting, where=where, fixed=0)


def _check_casts(op: Op, operands: tuple[Any, ...], casting: str) -> None:
    """TypeError if the rule does not allow the conversions that computing takes."""
    nodes = [operand(item, op.name) for item in operands if item is not None]
    types = tuple([node.dtype if type(node) is Node else type(node) for node in nodes])
    for kind, target in zip(types, op.resolve(*types).operands, strict=True):
        if isinstance(kind, np.dtype) and not np.can_cast(kind, target, casting):  # type: ignore[arg-type]
            raise TypeError(f"{op.name}: cannot cast an operand from {kind} to {target} with casting rule {casting!r}")


def _cast(op: Op, operands: tuple[Any, ...], dtype: Any, casting: Any) -> tuple[Any, ...]:
    """The operands in the dtypes of the ufunc's loop that gives `dtype`."""
    from lazytensor.dtypes import as_dtype  # delayed: dtypes is written against handle
    from lazytensor.elementwise import astype  # delayed: elementwise binds its rows through this module

    wanted = as_dtype(dtype, op.name)
    nodes = [operand(item, op.name) for item in operands]
    types = tuple([node.dtype if type(node) is Node else type(node) for node in nodes])
    reference = op.reference
    computed: tuple[Any, ...] = (wanted,) * len(nodes)
    if isinstance(reference, np.ufunc):
        strong = tuple([kind if kind in (int, float, complex) else np.dtype(kind) for kind in types])
        if all(isinstance(kind, type) for kind in strong):
            strong = tuple([np.dtype(kind) for kind in strong])
        try:
            # For one casting rule the dtype decides about the loop alone.
            computed = reference.resolve_dtypes((*strong, None), signature=(None,) * len(nodes) + (wanted,), casting="unsafe")[
                :-1
            ]
        except TypeError:
            raise TypeError(f"{op.name}: has no loop that gives {wanted}") from None
    made: list[Any] = []
    for item, kind, target in zip(nodes, types, computed, strict=True):
        if type(item) is not Node:
            made.append(wrap(node_operand(np.asarray(item).astype(target), op.name)))
        elif not np.can_cast(kind, target, casting):
            raise TypeError(f"{op.name}: cannot cast an operand from {kind} to {target} with casting rule {casting!r}")
        else:
            made.append(astype(wrap(item), target, copy=False))
    return tuple(made)


def equip(function: Any, op: Op) -> Any:
    """Give a function the name, text (unless it has one), attributes and methods of its row's ufunc."""
    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = function.__doc__ or op.doc
    function.op = op
    numbered(function, op.arity)
    ufunc = op.reference
    function.identity = ufunc.identity if isinstance(ufunc, np.ufunc) else None
    if isinstance(ufunc, np.ufunc):
        function.at = _Method(function, at)
        if op.arity == 2:
            for method in (reduce, accumulate, reduceat, outer):
                setattr(function, method.__name__, _Method(function, method))
    return function


def numbered(function: Any, operands: int, results: int = 1) -> None:
    """Give a function the numbers of a ufunc: nin, nout and nargs."""
    function.nin, function.nout, function.nargs = operands, results, operands + results


class _Method:
    """`function.reduce`, ...: the methods below, bound to a function."""

    __slots__ = ("function", "method")

    def __init__(self, function: Any, method: Callable[..., Any]) -> None:
        self.function = function
        self.method = method

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.method.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.method(self.function, *args, **kwargs)

    def __repr__(self) -> str:
        return f"<method {self.method.__name__} of {self.function.__name__}>"


# Rows whose reduction or running result has a row of its own: the functions of `lazytensor.statistics`.
_REDUCTIONS = {
    "add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_and": "all", "logical_or": "any",
}  # fmt: skip
_SCANS = {"add": "cumsum", "multiply": "cumprod"}


def reduce(
    function: Binary, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False, **kwargs: Any
) -> Tensor:
    """Combine the elements along an axis (or a tuple of axes, or all for None) by the function.

    `initial` and `where` are accepted where the function has a reduction of its own: add, multiply, maximum, minimum, logical_and,
    logical_or.
    """
    from lazytensor import statistics  # delayed: statistics is written against the elementwise functions
    from lazytensor.out import accumulated_in, deliver  # delayed: as above

    name = _REDUCTIONS.get(function.op.name)
    kwargs = {key: value for key, value in kwargs.items() if not (key == "where" and value is True)}
    source = wrap(node_operand(a, f"{function.op.name}.reduce"))
    if name is not None:
        if name in ("sum", "prod"):
            dtype = accumulated_in(dtype, source.dtype, out, f"{function.op.name}.reduce")
        elif dtype is not None:
            source, dtype = _converted(source, dtype), None
        if dtype is not None:
            kwargs["dtype"] = dtype
        made = getattr(statistics, name)(source, axis=axis, keepdims=keepdims, **kwargs)
        return deliver(made, out, f"{function.op.name}.reduce", casting="unsafe")
    if kwargs:
        raise TypeError(f"{function.op.name}.reduce: {', '.join(kwargs)} are supported for {', '.join(_REDUCTIONS)} only")
    source = _converted(source, accumulated_in(dtype, source.dtype, out, f"{function.op.name}.reduce"))
    axes = reduced_axes(axis, len(source.shape), f"{function.op.name}.reduce")
    made = wrap(record(rows.ufunc_reduce, (source._read(),), (function.op.reference, axes, bool(keepdims))))
    return deliver(made, out, f"{function.op.name}.reduce", casting="unsafe")


def accumulate(function: Binary, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Tensor:
    """The running results of combining the elements along an axis by the function."""
    from lazytensor import statistics  # delayed: statistics is written against the elementwise functions
    from lazytensor.out import accumulated_in, deliver  # delayed: as above

    name = f"{function.op.name}.accumulate"
    source = wrap(node_operand(array, name))
    if not source.shape:
        raise TypeError(f"{name}: cannot accumulate on a scalar")
    place = one_axis(axis, len(source.shape), name)
    dtype = accumulated_in(dtype, source.dtype, out, name)
    if function.op.name in _SCANS:
        made = getattr(statistics, _SCANS[function.op.name])(source, axis=place, dtype=dtype)
    else:
        source = _converted(source, dtype)
        made = wrap(record(rows.ufunc_accumulate, (source._read(),), (function.op.reference, place)))
    return deliver(made, out, name, casting="unsafe")


def reduceat(function: Binary, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Tensor:
    """Combine the elements of slices along an axis, which start at the indices. Indices out of bounds raise at the wait."""
    from lazytensor.arguments import positions  # delayed: as above
    from lazytensor.out import accumulated_in, deliver  # delayed: out is written against the elementwise functions

    name = f"{function.op.name}.reduceat"
    source, places = wrap(node_operand(array, name)), positions(indices, name, "safe")
    source = _converted(source, accumulated_in(dtype, source.dtype, out, name))
    place = one_axis(axis, len(source.shape), name)
    made = wrap(record(rows.ufunc_reduceat, (source._read(), places._read()), (function.op.reference, place)))
    return deliver(made, out, name, casting="unsafe")


def outer(function: Binary, a: Any, b: Any, /, **kwargs: Any) -> Tensor:
    """The function of every pair of an element of `a` and one of `b`: the shape is a.shape + b.shape."""
    from lazytensor.manipulation import reshape  # delayed: manipulation is written against bind

    first, second = (wrap(node_operand(item, f"{function.op.name}.outer")) for item in (a, b))
    return function(reshape(first, first.shape + (1,) * len(second.shape)), second, **kwargs)


def at(function: Any, a: Any, indices: Any, b: Any = None, /) -> None:
    """Apply the function in place to `a[indices]`, with `b` as the second operand: once for each time a position is given."""
    from lazytensor import indexing  # delayed: indexing is written against bind

    op: Op = function.op
    name = f"{op.name}.at"
    if not isinstance(a, Handle):
        raise TypeError(f"{name}: the first operand must be a tensor, got {type(a).__name__}")
    if (b is None) != (op.arity == 1):
        raise TypeError(f"{name}: expects {op.arity} operands and indices")
    site = user_site()
    template, arrays = indexing.template_of(indices)
    values = () if b is None else (operand(b, name),)
    with write_lock:
        made = record(rows.ufunc_at, (a._read(), *values, *arrays), (op.reference, template))
        a._assign(made, site)


def _converted(x: Tensor, dtype: Any) -> Tensor:
    from lazytensor.elementwise import astype  # delayed: elementwise binds its rows through this module

    return x if dtype is None else astype(x, dtype, copy=False)

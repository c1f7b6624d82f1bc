"""What NumPy's ufuncs have besides being called: keyword arguments, and the methods reduce, accumulate, reduceat, outer and at.

`bind` makes the functions, of the class in `ufunc_class`; this module is reached when one is called with keywords, or a method of it
is used. Nothing here waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import positions, truth
from lazytensor.calling.axes import reduced_axes, running_axis
from lazytensor.calling.keywords import CASTINGS, chosen, memory_order
from lazytensor.calling.out import accumulated_in, deliver, stretched
from lazytensor.calling.reducing import accumulated, extreme, given, reduce_by_ufunc, running, truth_over
from lazytensor.calling.results import astype
from lazytensor.calling.shortcuts import method_now
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import reductions, sources
from lazytensor.compiler.ops import ufuncs as rows
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.core import indexing, layout, views
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.elements import apply_at
from lazytensor.core.handle import Handle, created, mutable, wrap
from lazytensor.core.operands import node_operand, operand
from lazytensor.core.pending import end_statement
from lazytensor.core.record import record
from lazytensor.core.sites import user_site
from lazytensor.core.statements import write_lock

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


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
    signature: Any = None,
    sig: Any = None,
) -> Any:
    """`function(*operands)` with a ufunc's keywords.

    Parameters
    ----------
    out : Tensor or ndarray, optional
        Where the result is stored; an ndarray is waited for. A tuple of these where there are several results.
    where : array_like of bool
        Where it is false, `out` keeps its values; without an `out` the result is zero there.
    casting : {"no", "equiv", "safe", "same_kind", "unsafe"}
        What conversions to `dtype` and to that of `out` are allowed.
    dtype : dtype, optional
        The result's: operands are converted to what NumPy computes it from.
    signature, sig : str or tuple of dtype, optional
        The dtypes of operands and results, such as "dd->d" or (None, None, float64): of each operand what it is converted to.
    order
        "F" lays a new result out in Fortran's order, "A" where all operands are in that; with any other it is C-contiguous.
    subok
        Accepted for NumPy's sake.
    """
    name: str = function.__name__
    order = layout.result_order(memory_order(order, name, default="K"), operands)
    casting = chosen(casting, CASTINGS, name, "casting")
    if where is not True:
        where = truth(where, name)
    loop = _wanted(function, dtype, signature, sig)
    if loop is not None:
        operands = _cast(function, operands, loop, casting)
    elif casting in ("no", "equiv", "safe"):
        _check_casts(function, _types(function, operands)[1], None, casting)
    made = function(*operands)
    if where is True and out is None:
        if order != "F":
            return made
        return tuple(layout.laid_out(item, "F") for item in made) if function.nout > 1 else layout.laid_out(made, "F")
    if function.nout == 1:
        return _stored(made, out, name, casting, where)
    if type(out) is not tuple:
        if out is not None and out is not ...:
            raise TypeError(f"{name}: 'out' must be a tuple of arrays")
        out = (out,) * function.nout
    elif len(out) != function.nout:
        raise ValueError(f"{name}: the 'out' tuple must have exactly {function.nout} entries, got {len(out)}")
    elif any(item is ... for item in out):
        raise TypeError(f"{name}: out must be `...` itself, not a tuple of it")
    # The arrays given take part in the broadcasting of all results.
    shape = broadcast_shapes(name, made[0].shape, *[item.shape for item in out if isinstance(item, (Handle, np.ndarray))])
    return tuple([_stored(result, into, name, casting, where, shape) for result, into in zip(made, out, strict=True)])


def _stored(made: Tensor, out: Any, name: str, casting: Any, where: Any, shape: tuple[int, ...] = ()) -> Tensor:
    """The result in `out`, or in zeros of at least the shape, where the mask is true."""
    if out is None or out is ...:
        shape = broadcast_shapes(name, made.shape, shape, () if where is True else where.shape)
        if where is not True or shape != made.shape:
            zeros = record(sources.full, (made.dtype.type(0).item(),), (shape, made.dtype), device=made._base().device)
            made = deliver(made, created(zeros), name, where=where, fixed=0)
        return mutable(made) if out is ... else wrap(made._read()) if not shape else made
    if shape and shape != made.shape:
        made = stretched(made, shape, name)
    return deliver(made, out, name, casting=casting, where=where, fixed=0)


def _types(function: Any, operands: tuple[Any, ...]) -> tuple[list[Any], tuple[Any, ...]]:
    """The operands as nodes and Python numbers, and their dtypes or types."""
    nodes = [operand(item, function.__name__) for item in operands if item is not None]
    return nodes, tuple([node.dtype if type(node) is Node else type(node) for node in nodes])


def _check_casts(function: Any, types: tuple[Any, ...], loop: tuple[Any, ...] | None, casting: str) -> None:
    """TypeError if the rule does not allow the conversions that computing takes. NumPy answers, of ones of these types: its
    `resolve_dtypes` judges Python numbers otherwise than its calls do.
    """
    if function.reference is not None:
        ones = [np.ones((), kind) if isinstance(kind, np.dtype) else kind(1) for kind in types]
        try:
            with np.errstate(all="ignore"):
                function.reference(*ones, casting=casting, **({} if loop is None else {"signature": loop}))
        except TypeError as error:
            raise TypeError(f"{function.__name__}: cannot cast an operand as {casting!r}: {error}") from None
        return
    computed = function.op.resolve(*types).operands if loop is None else loop[-1:] * len(types)
    for kind, target in zip(types, computed, strict=False):
        if isinstance(kind, np.dtype) and not np.can_cast(kind, target, casting):  # type: ignore[arg-type]
            raise TypeError(f"{function.__name__}: cannot cast an operand from {kind} to {target} with casting rule {casting!r}")


def _wanted(function: Any, dtype: Any, signature: Any, sig: Any) -> tuple[Any, ...] | None:
    """What `dtype=` and `signature=` ask of the loop: a dtype or None for each operand and result; None if they ask nothing."""
    name = function.__name__
    if sig is not None:
        if signature is not None:
            raise TypeError(f"{name}: cannot specify both 'sig' and 'signature'")
        signature = sig
    if signature is None:
        return None if dtype is None else (*(None,) * function.nin, *(as_dtype(dtype, name),) * function.nout)
    if dtype is not None:
        raise TypeError(f"{name}: cannot specify both 'signature' and 'dtype'")
    if isinstance(signature, str):
        before, arrow, after = signature.partition("->")
        if not arrow and len(before) == 1:
            raise TypeError(f"{name}: a signature of one dtype says nothing of operands and results; use dtype={signature!r}")
        if len(before) != function.nin or len(after) != function.nout:
            raise ValueError(
                f"{name}: signature {signature!r} must name {function.nin} operands, '->', and {function.nout} results"
            )
        signature = tuple(before + after)
    if not isinstance(signature, tuple):
        raise TypeError(f"{name}: the signature must be a string or a tuple of dtypes, got {type(signature).__name__}")
    if len(signature) == 1:
        raise TypeError(f"{name}: a signature of one dtype says nothing of operands and results; use dtype={signature[0]!r}")
    if len(signature) != function.nin + function.nout:
        raise ValueError(f"{name}: a signature of {function.nin + function.nout} dtypes is needed, got {len(signature)}")
    found = tuple([None if item is None else as_dtype(item, name) for item in signature])
    return None if all(item is None for item in found) else found


def _strong(types: tuple[Any, ...]) -> tuple[Any, ...]:
    """The types as NumPy resolves them: bool is never weak, nor are numbers without an array beside them."""
    if all(isinstance(kind, type) for kind in types):
        return tuple([np.dtype(kind) for kind in types])
    return tuple([kind if kind in (int, float, complex) else np.dtype(kind) for kind in types])


def _cast(function: Any, operands: tuple[Any, ...], loop: tuple[Any, ...], casting: Any) -> tuple[Any, ...]:
    """The operands in the dtypes of the ufunc's loop that is asked for."""
    name = function.__name__
    nodes, types = _types(function, operands)
    computed: tuple[Any, ...] = loop[-1:] * len(nodes)
    if function.reference is not None:
        try:
            # For one casting rule the dtypes asked for decide about the loop alone.
            computed = function.reference.resolve_dtypes(
                (*_strong(types), *(None,) * function.nout), signature=loop, casting="unsafe"
            )[: function.nin]
        except TypeError:
            asked = ", ".join(["-" if item is None else str(item) for item in loop])
            raise TypeError(f"{name}: has no loop that gives {loop[-1] or asked}, of the signature ({asked})") from None
    numbers = [None if type(item) is Node else _as_number(item, target) for item, target in zip(nodes, computed, strict=True)]
    if casting != "unsafe":
        _check_casts(function, types, loop, casting)
    return tuple(
        [
            astype(wrap(item), target, copy=False) if number is None else wrap(node_operand(number, name))
            for item, number, target in zip(nodes, numbers, computed, strict=True)
        ]
    )


def _as_number(value: Any, dtype: Any) -> Any:
    """The Python number in a dtype; OverflowError for an integer outside its range, whatever the casting rule."""
    if type(value) is int:
        return np.array(value, dtype)
    with np.errstate(all="ignore"):
        return np.asarray(value).astype(dtype)


def _check_method(function: Any, method: str) -> None:
    """Raise what NumPy raises for a method that this ufunc cannot have."""
    name = function.__name__
    if function.signature is not None:
        if method == "at":
            raise TypeError(
                f"{name}.at does not support ufunc with non-trivial signature: {name} has signature {function.signature}."
            )
        if method == "outer":
            raise TypeError(f"{name}.outer is not allowed in ufunc with non-trivial signature")
        raise RuntimeError(f"{name}.{method}: Reduction not defined on ufunc with signature")
    if function.nin != 2 and method not in ("at", "outer"):
        raise ValueError(f"{name}.{method}: only supported for binary functions")
    if function.nin != 2 and method == "outer":
        raise ValueError(f"{name}.outer: outer product only supported for binary functions")
    if function.nout != 1 and method != "outer":
        raise ValueError(f"{name}.{method}: only supported for functions returning a single value")
    if function.reference is None and method != "outer":
        raise TypeError(f"{name}.{method}: NumPy has no ufunc of this name")


# Functions whose reduction or running result has a row of its own.
_TOTALS = {"add": reductions.sum, "multiply": reductions.prod}
_EXTREMES = {"maximum": reductions.max, "minimum": reductions.min}
_TRUTHS = {"logical_and": reductions.all, "logical_or": reductions.any}
_SCANS = {"add": reductions.cumulative_sum, "multiply": reductions.cumulative_prod}


def reduce(
    function: Any,
    a: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = np._NoValue,
    where: Any = True,
) -> Tensor:
    """Combine the elements along an axis (or a tuple of axes, or all for None) by the function.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
    dtype : dtype, optional
        What is computed in.
    out : array, optional
    keepdims : bool
    initial : scalar, optional
        What the elements are combined with first; None for nothing, not even the function's identity.
    where : array_like of bool
        The elements to combine; a function without an identity needs `initial` too.
    """
    if dtype is None and out is None and keepdims is False and initial is np._NoValue and where is True:
        made = method_now(function.reference, "reduce", (a,), axis)
        if made is not None:
            return made  # type: ignore[no-any-return]
    _check_method(function, "reduce")
    full_name = f"{function.__name__}.reduce"
    source = wrap(node_operand(a, full_name))
    if initial is None and 0 in [source.shape[place] for place in reduced_axes(axis, len(source.shape), full_name)]:
        raise ValueError(f"{full_name}: nothing to reduce, and no identity to start from")
    name = function.__name__
    if name in _TOTALS:
        dtype = accumulated_in(dtype, source.dtype, out, full_name)
        made = accumulated(_TOTALS[name], function, source, axis, dtype, None, keepdims, initial, where)
        return deliver(made, out, full_name, casting="unsafe")
    computed = _loop(function, source, dtype, full_name)
    if name in _EXTREMES:
        made = extreme(_EXTREMES[name], function, _converted(source, computed), axis, None, keepdims, initial, where)
    elif name in _TRUTHS:
        made = truth_over(_TRUTHS[name], _converted(source, computed), axis, keepdims, where)
        made = function(made, initial) if given(initial) else made
    else:
        source = _converted(source, accumulated_in(computed, source.dtype, out, full_name))
        made = reduce_by_ufunc(function.reference, source, axis, keepdims, initial, where)
    return deliver(made, out, full_name, casting="unsafe")


def _loop(function: Any, x: Tensor, dtype: Any, name: str) -> Any:
    """The dtype in which the elements are combined where the result is to have `dtype`; None for what they have."""
    if dtype is None:
        return None
    wanted, ufunc = as_dtype(dtype, name), function.reference
    try:
        found = ufunc.resolve_dtypes((None, x.dtype, None), signature=(wanted, None, None), casting="unsafe", reduction=True)
    except TypeError:
        raise TypeError(f"{name}: has no loop that combines {x.dtype} to {wanted}") from None
    return found[1]


def accumulate(function: Any, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Tensor:
    """The running results of combining the elements along an axis by the function."""
    if dtype is None and out is None:
        made = method_now(function.reference, "accumulate", (array,), axis)
        if made is not None:
            return made  # type: ignore[no-any-return]
    _check_method(function, "accumulate")
    name = f"{function.__name__}.accumulate"
    source = wrap(node_operand(array, name))
    place = running_axis(axis, len(source.shape), name)
    computed = accumulated_in(_loop(function, source, dtype, name), source.dtype, out, name)
    if function.__name__ in _SCANS:
        made = running(_SCANS[function.__name__], source, place, computed, None, False, name)
    else:
        source = _converted(source, computed)
        made = wrap(record(rows.ufunc_accumulate, (source._read(),), (function.reference, place)))
    return deliver(made, out, name, casting="unsafe")


def reduceat(function: Any, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Tensor:
    """Combine the elements of slices along an axis, which start at the indices. Indices out of bounds raise at the wait."""
    _check_method(function, "reduceat")
    name = f"{function.__name__}.reduceat"
    source, places = wrap(node_operand(array, name)), positions(indices, name, "safe")
    place = running_axis(axis, len(source.shape), name)
    computed = accumulated_in(_loop(function, source, dtype, name), source.dtype, out, name)
    if computed is None and function.__name__ in _SCANS and source.dtype.kind in "biu":
        # Sums and products of integers are made in 64 bits.
        computed = np.uint64 if source.dtype.kind == "u" else np.int64
    source = _converted(source, computed)
    made = wrap(record(rows.ufunc_reduceat, (source._read(), places._read()), (function.reference, place)))
    return deliver(made, out, name, casting="unsafe")


def outer(function: Any, a: Any, b: Any, /, **kwargs: Any) -> Any:
    """The function of every pair of an element of `a` and one of `b`: the shape is a.shape + b.shape."""
    # What the array API overrules (`Op.standard`) is no reduction's, but every call's.
    if not kwargs and function.op is not None and not function.op.standard:
        made = method_now(function.reference, "outer", (a, b), None)
        if made is not None:
            return made
    _check_method(function, "outer")
    first, second = (wrap(node_operand(item, f"{function.__name__}.outer")) for item in (a, b))
    rank = len(first.shape) + len(second.shape)
    if rank > views.MAX_AXES:
        raise ValueError(
            f"{function.__name__}.outer: maximum supported dimension for an array is {views.MAX_AXES}, the result has {rank}"
        )
    columns = first._alias(views.index(first._index_map(), (..., *(None,) * len(second.shape))))
    return function(columns, second, **kwargs)


def at(function: Any, a: Any, indices: Any, b: Any = None, /) -> None:
    """Apply the function in place to `a[indices]`, with `b` as the second operand: once for each time a position is given."""
    _check_method(function, "at")
    name = f"{function.__name__}.at"
    if not isinstance(a, Handle):
        raise TypeError(f"{name}: the first operand must be a tensor, got {type(a).__name__}")
    if (b is None) != (function.nin == 1):
        raise ValueError(f"{name}: second operand {'needed for ufunc' if b is None else 'provided when ufunc is unary'}")
    if type(function.reference) is np.ufunc and apply_at(a, indices, b, function.reference):
        return
    site = user_site()
    overlapping = indexing.numbered(a)
    if overlapping is not None:
        a, indices = overlapping[0], (indexing.get(overlapping[1], indices),)
    template, arrays = indexing.template_of(indices)
    values = () if b is None else (operand(b, name),)
    with write_lock:
        made = record(rows.ufunc_at, (a._read(), *values, *arrays), (function.reference, template))
        a._assign(made, site)
    end_statement()


def _converted(x: Tensor, dtype: Any) -> Tensor:
    return x if dtype is None else astype(x, dtype, copy=False)

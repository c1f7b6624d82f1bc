"""Reductions and scans: rows with parameters (axes, keepdims), and (axis, include_initial).

References reduce C-contiguous arrays, so that the result's bits depend on values and shape only, never on strides. Sums and
real products of single precision accumulate in double, in every tier; but in kernels the sums of 8 to 64 elements in a row begin in
single precision (`forms.lanes`). Products of complex numbers have no kernel: where one overflows, the order tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.row import Domain, Kind, Op, Signature
from lazytensor.compiler.order import SCAN_BLOCK
from lazytensor.compiler.tuning import SEARCH_BLOCK

Array = np.ndarray[Any, Any]
Axes = tuple[int, ...]


def reduction(
    name: str,
    reference: Callable[..., Any],
    *,
    signature: rules.Rule,
    cpu: str | Mapping[str, str] | None,
    doc: str,
    into: Callable[..., None] | None = None,
    shape: shapes.ShapeRule | None = None,
    identity: Any = None,
    domain: Domain = rules.ANY,
    ulp: float = 0.0,
) -> Op:
    """A row of a reduction; `cpu` combines an accumulator {x} with an element {y}."""
    return Op(
        name=name,
        kind=Kind.REDUCE,
        arity=1,
        signature=signature,
        shape=shape or shapes.reduction(name, empty=identity is not None),
        reference=reference,
        cpu=cpu,
        into=into,
        identity=identity,
        domain=(domain,),
        ulp=ulp,
        doc=doc,
    )


def by_ufunc(ufunc: np.ufunc, *, wide: str = "") -> Callable[..., Any]:
    """The ufunc's reduction of the array in C order; single precision of the kinds in `wide` accumulates in double."""
    # Typed here: NumPy's stubs want literal keepdims.
    reduce: Callable[..., Any] = ufunc.reduce

    def reference(x: Any, axes: Axes, keepdims: bool) -> Any:
        array = np.asarray(x, order="C")
        if array.dtype.kind in wide:
            dtype = np.result_type(array.dtype, np.float64)
            return reduce(array, axis=axes, dtype=dtype, keepdims=keepdims).astype(array.dtype)
        return reduce(array, axis=axes, keepdims=keepdims)

    return reference


sum = reduction(
    "sum", by_ufunc(np.add, wide="fc"),
    signature=rules.accumulate("sum", wide="fc"), cpu={"iufc": "{x} + {y}"}, identity=0, ulp=4,
    doc="Sum of array elements over the given axes.",
)  # fmt: skip
prod = reduction(
    "prod", by_ufunc(np.multiply, wide="f"),
    signature=rules.accumulate("prod", wide="f"), cpu={"iuf": "{x} * {y}"}, identity=1, domain=Domain(-2, 2), ulp=8,
    doc="Product of array elements over the given axes.",
)  # fmt: skip
max = reduction(
    "max", by_ufunc(np.maximum),
    signature=rules.unchanged("max"), cpu={"biuf": "maximum_{t}({x}, {y})"},
    doc="Maximum over the given axes; NaNs propagate.",
)  # fmt: skip
min = reduction(
    "min", by_ufunc(np.minimum),
    signature=rules.unchanged("min"), cpu={"biuf": "minimum_{t}({x}, {y})"},
    doc="Minimum over the given axes; NaNs propagate.",
)  # fmt: skip


def _truth(name: str) -> rules.Rule:
    def rule(argument: Any, *_: Any) -> Signature:
        rules.check_supported(name, "biufc", (argument,))
        return Signature((rules.BOOL,), rules.BOOL)

    return rule


any = reduction(
    "any", by_ufunc(np.logical_or),
    signature=_truth("any"), cpu="{x} | {y}", identity=False,
    doc="Test whether any element over the given axes is true.",
)  # fmt: skip
all = reduction(
    "all", by_ufunc(np.logical_and),
    signature=_truth("all"), cpu="{x} & {y}", identity=True,
    doc="Test whether all elements over the given axes are true.",
)  # fmt: skip


def _positions(function: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., None]]:
    def reference(x: Any, axes: Axes, keepdims: bool) -> Any:
        array = np.asarray(x, order="C")
        return function(array, axis=axes[0] if len(axes) == 1 else None, keepdims=keepdims)

    def into(out: Array, split: Callable[..., None], x: Array, axes: Axes, keepdims: bool) -> None:
        if len(axes) > 1 or x.ndim == 1:
            line = x.reshape(-1)
            found = np.empty(-(-line.size // SEARCH_BLOCK), np.intp)

            def search(start: int, stop: int) -> None:
                for block in range(start, stop):
                    begin = block * SEARCH_BLOCK
                    found[block] = begin + function(line[begin : begin + SEARCH_BLOCK])

            split(search, found.size, 1)
            out[...] = found[function(line[found])]  # the first of the extremes, as each is the first of its block
            return
        (axis,) = axes
        result = out if keepdims else np.expand_dims(out, axis)
        other, along = (0, axis) if axis else (1, 1)
        lines, places = np.moveaxis(x, other, 0), np.moveaxis(result, other, 0)

        def some(start: int, stop: int) -> None:
            places[start:stop] = function(lines[start:stop], axis=along, keepdims=True)

        split(some, len(lines), SEARCH_BLOCK * len(lines) // x.size + 1)

    return reference, into


_argmax, _argmax_into = _positions(np.argmax)
_argmin, _argmin_into = _positions(np.argmin)
argmax = reduction(
    "argmax", _argmax, into=_argmax_into,
    signature=rules.unchanged("argmax", result=rules.INT64), shape=shapes.arg_reduction("argmax"), cpu=None,
    doc="Index of the first maximum along one axis, or in the flattened array.",
)  # fmt: skip
argmin = reduction(
    "argmin", _argmin, into=_argmin_into,
    signature=rules.unchanged("argmin", result=rules.INT64), shape=shapes.arg_reduction("argmin"), cpu=None,
    doc="Index of the first minimum along one axis, or in the flattened array.",
)  # fmt: skip


def _scan_line(ufunc: np.ufunc, out: Array, split: Callable[..., None], x: Array) -> None:
    """A long running reduction: within blocks, then over the blocks' ends, then the blocks moved by what came before them."""
    count = -(-len(x) // SCAN_BLOCK)

    def within(start: int, stop: int) -> None:
        for block in range(start, stop):
            part = slice(block * SCAN_BLOCK, (block + 1) * SCAN_BLOCK)
            ufunc.accumulate(x[part], dtype=out.dtype, out=out[part])

    def move(start: int, stop: int) -> None:
        for block in range(start, stop):
            part = out[(block + 1) * SCAN_BLOCK : (block + 2) * SCAN_BLOCK]
            ufunc(before[block], part, out=part)

    split(within, count, 1)
    before = ufunc.accumulate(out[SCAN_BLOCK - 1 :: SCAN_BLOCK][: count - 1])
    split(move, count - 1, 1)


def scan(name: str, ufunc: np.ufunc, *, initial: int, doc: str, domain: Domain = rules.ANY) -> Op:
    """A row of a running reduction along one axis; it accumulates in the result's dtype, as NumPy does."""
    signature = rules.accumulate(name)

    def reference(x: Any, axis: int, include_initial: bool) -> Any:
        array = np.asarray(x)
        dtype = signature(array.dtype).result
        shape = list(array.shape)
        shape[axis] += bool(include_initial)
        out = np.empty(shape, dtype)
        moved = np.moveaxis(out, axis, 0)
        if include_initial:
            moved[0] = initial
        ufunc.accumulate(np.moveaxis(array, axis, 0), axis=0, dtype=dtype, out=moved[bool(include_initial) :])
        return out

    def into(out: Array, split: Callable[..., None], x: Array, axis: int, include_initial: bool) -> None:
        moved, source = np.moveaxis(out, axis, 0), np.moveaxis(x, axis, 0)
        if include_initial:
            moved[0] = initial
            moved = moved[1:]
        if x.ndim == 1:
            _scan_line(ufunc, moved, split, source)
            return
        # Lines side by side: threads take some each.
        lines, lanes = source.reshape(len(source), -1), moved.reshape(len(source), -1)
        if not np.shares_memory(lanes, out):
            ufunc.accumulate(source, axis=0, dtype=out.dtype, out=moved)
            return

        def some(start: int, stop: int) -> None:
            ufunc.accumulate(lines[:, start:stop], axis=0, dtype=out.dtype, out=lanes[:, start:stop])

        split(some, lines.shape[1], SCAN_BLOCK // (len(source) + 1) + 1)

    return Op(
        name=name,
        kind=Kind.SCAN,
        arity=1,
        signature=signature,
        shape=shapes.scan(name),
        reference=reference,
        into=into,
        domain=(domain,),
        doc=doc,
    )


cumulative_sum = scan("cumulative_sum", np.add, initial=0, doc="Return the running sum along an axis.")
cumulative_prod = scan(
    "cumulative_prod", np.multiply,
    initial=1, domain=Domain(-2, 2),
    doc="Return the running product along an axis.",
)  # fmt: skip

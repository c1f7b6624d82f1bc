"""From op rows to lines of kernel source: type suffixes, casts, and one line for each elementwise node."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.graph import Graph
from lazytensor.compiler.ops.row import Signature

Dtype = np.dtype[Any]
BOOL = np.dtype(np.bool_)
TYPES = {
    np.dtype(code): ("b1" if code == "?" else f"{np.dtype(code).kind}{np.dtype(code).itemsize * 8}")
    for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16")
}
LITERAL = re.compile(r"(?<![\w.])\d")


def suffix(dtype: Dtype) -> str:
    """The kernel name of a dtype: b1 i8 .. u64 f32 f64 c64 c128."""
    return TYPES[dtype]


def supported(dtype: Dtype) -> bool:
    return dtype in TYPES


def signature(graph: Graph, position: int) -> Signature:
    node = graph.nodes[position]
    return node.op.resolve(*graph.operand_types(position), *node.params)


def cast(text: str, have: Dtype, want: Dtype) -> str:
    """`text`, an atom of dtype `have`, as `want`, with NumPy's results."""
    if have == want:
        return text
    name = suffix(want)
    if want.kind == "b":
        return f"({text} != 0)"
    if want.kind == "c":
        if have.kind == "c":
            return f"{name}({text})"
        part = "f32" if want.itemsize == 8 else "f64"
        return f"{name}({text})" if suffix(have) == part else f"{name}({part}({text}))"
    if have.kind == "c":
        real = np.dtype("f4" if have.itemsize == 8 else "f8")
        return cast(f"{text}.real", real, want)
    if have.kind == "f" and want.kind in "iu" and want.itemsize < 8 and name != "i32":
        # By way of a wider signed integer, as C compilers do it: negative values wrap instead of being undefined.
        return f"{name}({'i64' if name == 'u32' else 'i32'}({text}))"
    return f"{name}({text})"


def load(pointer: str, index: str, dtype: Dtype) -> str:
    """The element of an array; a boolean's byte may be any non-zero value."""
    return f"({pointer}[{index}] != 0)" if dtype.kind == "b" else f"{pointer}[{index}]"


def as_stored(text: str, dtype: Dtype) -> str:
    return f"u8({text})" if dtype.kind == "b" else text


def kind_suffix(operands: tuple[Dtype, ...]) -> str:
    """{t}: the suffix of the first operand that is not boolean."""
    return suffix(next((dtype for dtype in operands if dtype.kind != "b"), BOOL))


def compute(graph: Graph, position: int, operand: Callable[[int, Dtype], str]) -> str:
    """The right-hand side for an elementwise node; `operand(position, dtype)` names an input's value as `dtype`."""
    node = graph.nodes[position]
    rule = signature(graph, position)
    template = node.op.expression(rule.operands)
    assert template is not None
    names = [operand(input_position, want) for input_position, want in zip(node.inputs, rule.operands, strict=True)]
    if template == "{x}":
        return cast(names[0], rule.operands[0], rule.result)
    text = template.format(**dict(zip("xyzw", names, strict=False)), t=kind_suffix(rule.operands))
    kind = rule.result.kind
    # Numba widens small integers, and Python literals are doubles: back to the dtype of the row.
    if kind in "iu" or (kind in "fc" and LITERAL.search(template)):
        return f"{suffix(rule.result)}({text})"
    return text


def combine(graph: Graph, position: int, left: str, right: str) -> str:
    """One combining step of a reduction on two accumulators."""
    rule = signature(graph, position)
    dtype = rule.operands[0]
    template = graph.nodes[position].op.expression(rule.operands[:1])
    assert template is not None
    text = template.format(x=left, y=right, t=suffix(dtype))
    return f"{suffix(dtype)}({text})" if dtype.kind in "iu" else text


def identity(graph: Graph, position: int) -> str | None:
    """The start value of a reduction as source text; None where there is none to fold in."""
    rule = signature(graph, position)
    value = graph.nodes[position].op.identity
    if value is None or not np.isfinite(value):
        return None
    dtype = rule.operands[0]
    if dtype.kind == "b":
        return str(bool(value))
    start = dtype.type(value)
    return f"{suffix(dtype)}({start.item() if dtype.kind in 'iufc' else start})"

"""Packing booleans into the bits of bytes, and unpacking them: library operations with NumPy's references."""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import library
from lazytensor.compiler.ops.row import Signature

Shape = tuple[int, ...]
UINT8 = np.dtype(np.uint8)


def packed(shape: Shape, axis: int, order: str) -> Shape:
    """An eighth of the length along the axis, rounded up."""
    shapes.check_axis("packbits", axis, len(shape))
    return (*shape[:axis], -(-shape[axis] // 8), *shape[axis + 1 :])


def unpacked(shape: Shape, axis: int, count: int, order: str) -> Shape:
    """`count` bits along the axis."""
    shapes.check_axis("unpackbits", axis, len(shape))
    return (*shape[:axis], count, *shape[axis + 1 :])


def bytes_of_bits(argument: Any, *_: Any) -> Signature:
    """Bytes, and nothing else."""
    if argument != UINT8:
        raise TypeError(f"unpackbits: expects uint8, got {rules.describe(argument)}")
    return Signature((UINT8,), UINT8)


def _packbits(x: Any, axis: int, order: Any) -> Any:
    return rules.owned(np.packbits(x, axis=axis, bitorder=order))


def _unpackbits(x: Any, axis: int, count: int, order: Any) -> Any:
    return rules.owned(np.unpackbits(x, axis=axis, count=count, bitorder=order))


packbits = library(
    "packbits", _packbits,
    signature=rules.unchanged("packbits", "biu", result=UINT8), shape=packed,
    doc="Pack the truth of elements into the bits of uint8; parameters are the axis and the order of bits.",
)  # fmt: skip
unpackbits = library(
    "unpackbits", _unpackbits,
    signature=bytes_of_bits, shape=unpacked,
    doc="Unpack uint8 into bits; parameters are the axis, how many bits, and their order.",
)  # fmt: skip

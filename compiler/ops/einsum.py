"""The subscripts of einsum: which axis has which label, and so the result's shape and the work."""

from __future__ import annotations

import math
from typing import Any

from lazytensor.compiler.ops.shapes import broadcast_shapes

Shape = tuple[int, ...]


def _labels(term: str, rank: int, subscripts: str) -> tuple[str, str, int]:
    """The labels before and after an operand's ellipsis, and how many axes it stands for."""
    before, dots, after = term.partition("...")
    named = before + after
    if not all(label.isascii() and label.isalpha() for label in named):
        raise ValueError(f"einsum: {subscripts!r} has an invalid term {term!r}")
    hidden = rank - len(named)
    if hidden < 0 or (hidden and not dots):
        raise ValueError(f"einsum: term {term!r} of {subscripts!r} does not fit an operand of {rank} dimensions")
    return before, after, hidden


def _parse(shapes: tuple[Shape, ...], subscripts: str) -> tuple[dict[str, int], Shape, str]:
    """The length of each label, the broadcast of what the ellipses stand for, and the result's term."""
    text = subscripts.replace(" ", "")
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"einsum: {subscripts!r} has {len(terms)} terms for {len(shapes)} operands")
    lengths: dict[str, int] = {}
    hidden: list[Shape] = []
    for term, shape in zip(terms, shapes, strict=True):
        before, after, count = _labels(term, len(shape), subscripts)
        middle = len(before) + count
        hidden.append(shape[len(before) : middle])
        for label, length in zip(before + after, shape[: len(before)] + shape[middle:], strict=True):
            known = lengths.setdefault(label, length)
            if known != length and 1 not in (known, length):
                raise ValueError(f"einsum: label {label!r} of {subscripts!r} has lengths {known} and {length} in shapes {shapes}")
            lengths[label] = length if known == 1 else known
    ellipsis = broadcast_shapes("einsum", *hidden)
    if not arrow:
        output = ("..." if ellipsis else "") + "".join(sorted(label for label in lengths if left.count(label) == 1))
    _check_output(output, lengths, ellipsis, subscripts)
    return lengths, ellipsis, output


def _check_output(output: str, lengths: dict[str, int], ellipsis: Shape, subscripts: str) -> None:
    named = output.replace("...", "", 1)
    if len(set(named)) != len(named) or not set(named) <= lengths.keys():
        raise ValueError(f"einsum: the result's term {output!r} of {subscripts!r} repeats a label or has an unknown one")
    if ellipsis and "..." not in output:
        raise ValueError(f"einsum: the result's term {output!r} of {subscripts!r} lacks the operands' ellipsis")


def einsum_shape(*arguments: Any) -> Shape:
    """The result's shape, from operand shapes and subscripts."""
    *shapes, subscripts = arguments
    lengths, ellipsis, output = _parse(tuple(shapes), subscripts)
    before, dots, after = output.partition("...")
    return (*(lengths[label] for label in before), *(ellipsis if dots else ()), *(lengths[label] for label in after))


def einsum_work(*arguments: Any) -> float:
    """Multiplications and additions of the sum over all labels at once: an upper bound."""
    *shapes, subscripts = arguments
    lengths, ellipsis, _ = _parse(tuple(shapes), subscripts)
    return float(math.prod(lengths.values()) * math.prod(ellipsis) * max(len(shapes), 2))

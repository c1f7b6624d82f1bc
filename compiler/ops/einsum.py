"""The subscripts of einsum: which axis has which label, and so the result's shape and the work; and the sum itself."""

from __future__ import annotations

import math
from functools import lru_cache
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np

from lazytensor.compiler.ops import rules
from lazytensor.compiler.tuning import ORDERED_WORK

Shape = tuple[int, ...]
# The labels of axes: letters, and numbers, from the last axis, for those that an ellipsis stands for.
Labels = tuple[str | int, ...]


class Parsed(NamedTuple):
    """The labels of each operand's axes and of the result's, and the length of each label."""

    operands: tuple[Labels, ...]
    result: Labels
    lengths: dict[str | int, int]


def _labels(term: str, rank: int, subscripts: str) -> Labels:
    """The labels of an operand's axes."""
    before, dots, after = term.partition("...")
    named = before + after
    if not all(label.isascii() and label.isalpha() for label in named):
        raise ValueError(f"einsum: {subscripts!r} has an invalid term {term!r}")
    hidden = rank - len(named)
    if hidden < 0 or (hidden and not dots):
        raise ValueError(f"einsum: term {term!r} of {subscripts!r} does not fit an operand of {rank} dimensions")
    return (*before, *range(hidden, 0, -1), *after)


@lru_cache(maxsize=1024)
def parse(shapes: tuple[Shape, ...], subscripts: str) -> Parsed:
    """The subscripts of operands of these shapes; ValueError for what does not fit them."""
    text = subscripts.replace(" ", "")
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"einsum: {subscripts!r} has {len(terms)} terms for {len(shapes)} operands")
    operands = tuple([_labels(term, len(shape), subscripts) for term, shape in zip(terms, shapes, strict=True)])
    lengths: dict[str | int, int] = {}
    for labels, shape in zip(operands, shapes, strict=True):
        own: dict[str | int, int] = {}
        for label, length in zip(labels, shape, strict=True):
            known = lengths.setdefault(label, length)
            if own.setdefault(label, length) != length or (known != length and 1 not in (known, length)):
                raise ValueError(f"einsum: label {label!r} of {subscripts!r} has lengths {known} and {length} in shapes {shapes}")
            lengths[label] = length if known == 1 else known
    hidden = tuple(sorted((label for label in lengths if isinstance(label, int)), reverse=True))
    if not arrow:
        output = ("..." if hidden else "") + "".join(sorted(label for label in set(left) - set(".,") if left.count(label) == 1))
    _check_output(output, lengths, bool(hidden), subscripts)
    before, dots, after = output.partition("...")
    return Parsed(operands, (*before, *(hidden if dots else ()), *after), lengths)


def _check_output(output: str, lengths: dict[str | int, int], hidden: bool, subscripts: str) -> None:
    named = output.replace("...", "", 1)
    if len(set(named)) != len(named) or not set(named) <= lengths.keys():
        raise ValueError(f"einsum: the result's term {output!r} of {subscripts!r} repeats a label or has an unknown one")
    if hidden and "..." not in output:
        raise ValueError(f"einsum: the result's term {output!r} of {subscripts!r} lacks the operands' ellipsis")


def einsum_shape(*arguments: Any) -> Shape:
    """The result's shape, from operand shapes and subscripts."""
    *shapes, subscripts = arguments
    parsed = parse(tuple(shapes), subscripts)
    return tuple([parsed.lengths[label] for label in parsed.result])


def einsum_work(*arguments: Any) -> float:
    """Multiplications and additions of the sum over all labels at once: an upper bound."""
    *shapes, subscripts = arguments
    return float(math.prod(parse(tuple(shapes), subscripts).lengths.values()) * max(len(shapes), 2))


class _Ordered(NamedTuple):
    """What to call NumPy with: the operands' shapes without the axes that broadcast, and subscripts in letters alone."""

    shapes: tuple[Shape, ...]
    subscripts: str


@lru_cache(maxsize=1024)
def _ordered(shapes: tuple[Shape, ...], subscripts: str) -> _Ordered | None:
    """NumPy's ordering of contractions is wrong where an axis of length 1 broadcasts: such axes are left out here, which changes
    nothing of the sum. None if there are more labels than letters."""
    parsed = parse(shapes, subscripts)
    if len(parsed.lengths) > len(ascii_letters):
        return None
    letters = dict(zip(parsed.lengths, ascii_letters, strict=False))
    found: list[Shape] = []
    terms: list[str] = []
    for labels, shape in zip(parsed.operands, shapes, strict=True):
        kept = [(label, length) for label, length in zip(labels, shape, strict=True) if length == parsed.lengths[label]]
        found.append(tuple([length for _, length in kept]))
        terms.append("".join([letters[label] for label, _ in kept]))
    return _Ordered(tuple(found), ",".join(terms) + "->" + "".join([letters[label] for label in parsed.result]))


def einsum(*arguments: Any) -> np.ndarray[Any, Any]:
    """The sum; operands are cast to their common dtype first, as NumPy does unless it orders contractions."""
    *operands, subscripts = arguments
    if len(operands) == 1:
        return rules.owned(np.einsum(subscripts, *operands))
    dtype = np.result_type(*operands)
    arrays = [np.asarray(operand, dtype) for operand in operands]
    shapes = tuple([array.shape for array in arrays])
    ordered = _ordered(shapes, subscripts) if einsum_work(*shapes, subscripts) > ORDERED_WORK else None
    if ordered is None:
        return rules.owned(np.einsum(subscripts, *arrays))
    arrays = [array.reshape(shape) for array, shape in zip(arrays, ordered.shapes, strict=True)]
    return rules.owned(np.einsum(ordered.subscripts, *arrays, optimize=True))

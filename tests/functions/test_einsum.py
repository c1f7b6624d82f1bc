"""einsum by chance: subscripts, shapes that broadcast, dtypes and casting rules against NumPy's default path."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import assert_same

import lazytensor as lt

DTYPES = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float32", "float64", "complex64"]


def _operand(draw: random.Random, shape: tuple[int, ...], dtype: str) -> Any:
    source = np.random.default_rng(draw.randrange(1 << 30))
    if dtype == "bool":
        return np.asarray(source.random(shape) < 0.6)
    if dtype[0] in "iu":
        return np.asarray(source.integers(0 if dtype[0] == "u" else -100, 100, shape)).astype(dtype)
    values = source.normal(size=shape)
    return np.asarray(values + 1j * source.normal(size=shape) if dtype[0] == "c" else values).astype(dtype)


def _labels(term: str) -> list[Any]:
    """A term as the list of labels that the other form of call takes."""
    return [Ellipsis if item == "." else ord(item) - ord("a") for item in term.replace("...", ".")]


def _call(draw: random.Random) -> tuple[list[Any], dict[str, Any]]:
    lengths = {label: draw.choice([0, 1, 2, 3, 3, 4]) for label in "ijkl"}
    hidden = [draw.choice([1, 2, 3]) for _ in range(draw.randint(0, 2))] if draw.random() < 0.4 else None
    terms, arrays = [], []
    for _ in range(draw.randint(1, 3)):
        term = [draw.choice("ijkl") for _ in range(draw.randint(0, 3))]
        # An axis of length 1 broadcasts; within an operand all axes of a label have one length.
        single = {label for label in term if draw.random() < 0.15}
        shape = [1 if label in single else lengths[label] for label in term]
        text = "".join(term)
        if hidden is not None and draw.random() < 0.7:
            place, count = draw.randint(0, len(term)), draw.randint(0, len(hidden))
            shape[place:place] = [length if draw.random() < 0.8 else 1 for length in hidden[len(hidden) - count :]]
            text = text[:place] + "..." + text[place:]
        terms.append(text)
        arrays.append(_operand(draw, tuple(shape), draw.choice(DTYPES)))
    output = None
    if draw.random() < 0.6:
        used = sorted(set("".join(terms)) - {"."})
        draw.shuffle(used)
        output = ("..." if "..." in "".join(terms) else "") + "".join(used[: draw.randint(0, len(used))])
    keywords: dict[str, Any] = {}
    if draw.random() < 0.2:
        keywords["dtype"] = draw.choice(DTYPES)
    if draw.random() < 0.2:
        keywords["casting"] = draw.choice(["safe", "same_kind", "unsafe", "no"])
    if draw.random() < 0.3:
        items = [item for term, array in zip(terms, arrays, strict=True) for item in (array, _labels(term))]
        return items + ([] if output is None else [_labels(output)]), keywords
    return [",".join(terms) + ("" if output is None else "->" + output), *arrays], keywords


def _outcome(library: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    given = [library.asarray(item) if isinstance(item, np.ndarray) else item for item in arguments]
    try:
        return np.asarray(library.einsum(*given, **keywords))
    except (TypeError, ValueError) as error:
        return type(error)


@pytest.mark.filterwarnings("ignore:Casting complex values")
@pytest.mark.parametrize("block", range(8))
def test_calls_by_chance(tier: str, block: int) -> None:
    count = 100 if tier == "interpret" else 20
    for seed in range(block * count, (block + 1) * count):
        arguments, keywords = _call(random.Random(seed))
        expected, found = (_outcome(library, arguments, keywords) for library in (np, lt))
        if isinstance(expected, type):
            assert found is expected, (seed, arguments, keywords)
        else:
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape), (seed, arguments, keywords)
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4, err_msg=str(seed))


def test_large_contractions_that_broadcast_or_mix_dtypes(tier: str) -> None:
    draw = random.Random(0)
    for shapes, subscripts in [
        (((60, 70), (50, 1)), "ij,kj->ik"),
        (((60, 70), (1, 70), (60, 1)), "ij,ij,ij->j"),
        (((30, 1, 40), (30, 20, 1), (40,)), "...ij,...ij,j->...i"),
        (((3, 60, 60), (60, 60)), "...jk,kl->...jl"),
    ]:
        for dtypes in (("uint8", "int8", "int64"), ("bool", "float32", "float32"), ("int8", "complex64", "bool")):
            arrays = [_operand(draw, shape, dtype) for shape, dtype in zip(shapes, dtypes, strict=False)]
            found = lt.einsum(subscripts, *[lt.asarray(array) for array in arrays]).numpy()
            expected = np.einsum(subscripts, *arrays)
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_sums_of_small_dtypes_are_in_the_common_one() -> None:
    assert lt.einsum("ij,kj->ik", lt.ones((2, 7), dtype=bool), lt.ones((3, 1))).tolist() == [[7.0] * 3] * 2
    assert_same(lt.einsum("ij,k->k", lt.full((2, 3), 100, dtype="uint8"), [1, 2]), np.asarray([600, 1200]))


def test_labels_and_paths() -> None:
    x = np.arange(9.0).reshape(3, 3)
    assert_agree(lambda xp, a: xp.einsum(a, list(xp.arange(2)), []), x)
    for path in (["einsum_path", (0, 1)], ["einsum_path", (0, 1), (0, 1)], ["einsum_path", (0, 1, 2)]):
        assert_agree(lambda xp, a, path=path: xp.einsum("ab,bc,cd->ad", a, a, a, optimize=path), x)

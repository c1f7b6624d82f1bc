"""Generated kernels, word for word: they are what users read in `lt.explain(t).sources`, so a change should be looked at.

`python tests/compiler/test_golden.py` writes the files anew.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import lazytensor as lt

GOLDEN = Path(__file__).parent / "golden"


def polynomial() -> lt.Tensor:
    x = lt.zeros(10_000, dtype=lt.float32).wait()
    return x * 2.5 + x * x - 1


def broadcast_rows() -> lt.Tensor:
    x, row = lt.zeros((300, 400)).wait(), lt.zeros(400).wait()
    return lt.maximum((x - row) * 2, 0)


def transposed_slice() -> lt.Tensor:
    x = lt.zeros((300, 400)).wait()
    return x.T[::2] + 1


def integers_to_floats() -> lt.Tensor:
    x = lt.zeros(10_000, dtype=lt.int32).wait()
    return lt.where(x > 3, lt.sqrt(x), 0.5)


def region_store() -> lt.Tensor:
    x = lt.zeros((300, 400)).wait()
    x[1:-1, 1:-1] = x[1:-1, 1:-1] * 0.5 + x[1:-1, :-2] + x[1:-1, 2:]
    return x


def stencil() -> lt.Tensor:
    """One stretch of memory in blocks of 1,024: each reads the ends of its neighbours, so it waits in the ring for the next one."""
    x = lt.zeros((300, 400)).wait()
    x[1:-1] = x[:-2] + x[2:]
    return x


def random_numbers() -> lt.Tensor:
    return lt.random.default_rng(3).normal(size=10_000, dtype=lt.float32) * 2


def sum_of_columns() -> lt.Tensor:
    x = lt.zeros((300, 400)).wait()
    return lt.sum(x, axis=0)


def sum_in_chunks() -> lt.Tensor:
    """A row of several chunks, whose elements are computed in the loops that combine them."""
    x = lt.zeros(40_000).wait()
    return lt.sum(x * x)


def largest_and_its_root() -> lt.Tensor:
    """A heavier body goes through a block buffer; what is left to do with the result is the epilogue."""
    x = lt.zeros((300, 400)).wait()
    return lt.sqrt(lt.max(lt.exp(x), axis=1) + 1)


def softmax() -> lt.Tensor:
    x = lt.zeros((300, 400)).wait()
    weights = lt.exp(x - lt.max(x, axis=1, keepdims=True))
    return weights / lt.sum(weights, axis=1, keepdims=True)


def normalised_short_rows() -> lt.Tensor:
    """Rows of eight, a tile of them at a time."""
    x = lt.zeros((300, 8)).wait()
    return x / lt.sum(x, axis=1, keepdims=True)


def pairwise_distances() -> lt.Tensor:
    """Short rows, of which a tile of results is computed together."""
    x, y = lt.zeros((300, 3)).wait(), lt.zeros((200, 3)).wait()
    return lt.sqrt(lt.sum((x[:, None] - y[None]) ** 2, axis=-1))


FORMS = (
    *(polynomial, broadcast_rows, transposed_slice, integers_to_floats, random_numbers, region_store, stencil),
    *(sum_of_columns, sum_in_chunks, largest_and_its_root, softmax, normalised_short_rows, pairwise_distances),
)
CASES: dict[str, Callable[[], lt.Tensor]] = {function.__name__: function for function in FORMS}


def source(case: str) -> str:
    with lt.config.override(tier="compile"):
        (text,) = lt.explain(CASES[case]()).sources
    return text.rstrip() + "\n"


@pytest.mark.parametrize("case", CASES)
def test_source_is_as_recorded(case: str) -> None:
    assert source(case) == (GOLDEN / f"{case}.txt").read_text()


if __name__ == "__main__":
    for name in CASES:
        (GOLDEN / f"{name}.txt").write_text(source(name))

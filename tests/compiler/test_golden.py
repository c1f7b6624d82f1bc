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


CASES: dict[str, Callable[[], lt.Tensor]] = {
    function.__name__: function for function in (polynomial, broadcast_rows, transposed_slice, integers_to_floats, region_store)
}


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

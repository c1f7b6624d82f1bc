"""Random programs of reductions and elementwise work on one array, with operands that are constant along some or all of its axes, give
what NumPy gives, in every form of kernel: by rows, in tiles of short rows, over columns, over everything."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from plain_kernels import plain_kernels

import lazytensor as lt
from lazytensor.core import planning

DTYPES = ("f8", "f8", "f4", "i8", "i4", "u1", "?")
OUTER = (1, 2, 3, 5, 8, 16, 24, 64, 130)
LAST = (1, 2, 3, 4, 8, 12, 16, 24, 32, 64, 65, 100, 300)


class Program(NamedTuple):
    """Arrays by name, statements in words over them, and the names of the results."""

    inputs: dict[str, Any]
    texts: list[str]
    results: list[str]

    def run(self, xp: Any) -> list[Any]:
        scope: dict[str, Any] = {"xp": xp, **{name: xp.asarray(value) for name, value in self.inputs.items()}}
        with np.errstate(all="ignore"):
            for text in self.texts:
                exec(text, scope)
        return [scope[name] for name in self.results]


def drawn(seed: int) -> Program:
    random = np.random.default_rng(seed)

    def choose(options: Any) -> Any:
        return options[int(random.integers(len(options)))]

    def values(shape: tuple[int, ...]) -> Any:
        dtype = np.dtype(choose(DTYPES))
        found = random.integers(0 if dtype.kind == "u" else -4, 5, shape)
        return np.asarray(found / 2 if dtype.kind == "f" else found).astype(dtype)

    shape = (*(choose(OUTER) for _ in range(choose((0, 1, 1, 1, 2)))), choose(LAST))
    if math.prod(shape) > 6000:
        shape = shape[-2:]
    inputs = {"x": values(shape)}
    for number in range(choose((1, 2, 3))):
        some = tuple(1 if random.random() < 0.3 else length for length in shape)
        inputs[f"a{number}"] = values(some[choose(range(len(some) + 1)) if random.random() < 0.3 else 0 :])
    names = list(inputs)

    def expression(depth: int) -> str:
        if depth and random.random() < 0.7:
            row = choose(("add", "subtract", "multiply", "maximum", "minimum", "where"))
            if row == "where":
                mask = f"xp.greater({expression(depth - 1)}, {choose(names)})"
                return f"xp.where({mask}, {choose(names)}, {choose(names)})"
            return f"xp.{row}({expression(depth - 1)}, {expression(depth - 1)})"
        return str(choose([*names, "x", "x"] + (["2", "0.5"] if random.random() < 0.15 else [])))

    axis = choose((-1, -1, -1, 0, tuple(range(len(shape))), tuple(range(1, len(shape))) or 0))
    texts = []
    for number in range(choose((2, 3, 4, 5))):
        if random.random() < 0.5:
            work = f"xp.add({choose(['x', 'x', *names])}, {expression(1)})"
            text = f"xp.{choose(('sum', 'sum', 'max', 'min'))}({work}, axis={axis}, keepdims={random.random() < 0.8})"
        else:
            text = f"xp.multiply({expression(2)}, 1)"
        texts.append(f"v{number} = {text}")
        names.append(f"v{number}")
    results = [f"v{number}" for number in range(len(texts)) if random.random() < 0.6]
    return Program(inputs, texts, results or [f"v{len(texts) - 1}"])


@pytest.mark.parametrize("part", range(3))
def test_kernels_in_python(part: int, noted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ran = 0
    with plain_kernels(monkeypatch):
        for seed in range(200 * part, 200 * (part + 1)):
            program = drawn(seed)
            try:
                expected = program.run(np)
            except (ValueError, TypeError, OverflowError):
                continue  # what does not broadcast
            with lt.config.override(cse=seed % 3 > 0):
                found = program.run(lt)
                lt.materialize(*found)
            what = f"seed {seed}: {program.texts}, {noted}"
            for left, right in zip(found, expected, strict=True):
                assert (left.shape, left.dtype) == (np.shape(right), right.dtype), what
                tolerance = 1e-4 if right.dtype == np.float32 else 1e-9
                np.testing.assert_allclose(left.numpy(), right, rtol=tolerance, atol=tolerance, err_msg=what)
            assert not noted, what
            planning.clear_plans()
            ran += 1
    assert ran > 100

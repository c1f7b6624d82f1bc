"""The same bits whatever a value was fused with, wherever the program waited, and however many threads ran it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.core import evaluate, jobs

Program = Callable[[Callable[[Any], Any]], list[Any]]
RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, 300, 257)).astype(np.float32)
LONG = RNG.normal(size=150_001)


def elementwise(see: Callable[[Any], Any]) -> list[Any]:
    x, y = lt.asarray(A), lt.asarray(B)
    low = see(lt.exp(x) * 2.5)
    high = see(low + x * x - lt.sin(y))
    return [low, high, see(x * x) - see(y * y), lt.tanh(high) / (1 + see(lt.abs(low)))]


def difference_of_squares(see: Callable[[Any], Any]) -> list[Any]:
    """With x equal to y this is zero: a contracted multiplication and addition would not be."""
    x = lt.asarray(LONG)
    return [x * x - see(x * x), see(x * 3.7) - x * 3.7]


def reductions(see: Callable[[Any], Any]) -> list[Any]:
    x, y = lt.asarray(A), lt.asarray(LONG)
    work = see(x * 1.7 + lt.cos(x))
    return [
        *(see(work.sum(axis=axis)) for axis in (None, 0, 1)),
        see(work.T[::2, ::-1].sum(axis=0)),
        *(see(lt.sqrt(y * y + 1)).sum(), see(y.mean()), see(y[::3]).std(), lt.max(y), (y > see(y.mean())).any()),
        see(lt.prod(1 + see(x * 1e-3), axis=1)),
    ]


def layer_norm(see: Callable[[Any], Any]) -> list[Any]:
    x = lt.asarray(A)
    mean = see(x.mean(axis=1, keepdims=True))
    centred = see(x - mean)
    deviation = see(lt.sqrt(see((centred * centred).mean(axis=1, keepdims=True)) + 1e-5))
    weights = see(lt.exp(see(x - x.max(axis=1, keepdims=True))))
    return [see(centred / deviation), see(weights / weights.sum(axis=1, keepdims=True))]


def matrices(see: Callable[[Any], Any]) -> list[Any]:
    x, y = lt.asarray(A), lt.asarray(B)
    product = see(see(x * 2) @ see(y.T + 1))
    return [product, see(product.T @ product).sum(axis=0), see(lt.einsum("ij,ij->i", x, y))]


def updates(see: Callable[[Any], Any]) -> list[Any]:
    x = lt.asarray(A)
    for step in range(4):
        x[1:-1, 1:-1] = see(0.25 * (x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]))
        x[step] += see(x[-step - 1] * 0.5)
        see(x)
    return [x, see(x[::2].T).sum(axis=1)]


def views_between(see: Callable[[Any], Any]) -> list[Any]:
    """Views, some of views, between every two operations: a graph cut anywhere is cut at one."""
    x = see(lt.asarray(A) + 1)
    flipped = lt.flip(x).T[1:]
    y = see(flipped * 2)
    z = see(y.T + lt.asarray(B)[:, 1:])
    return [z, x, see(flipped[::2] - y[::2]), see(z[::-1].T.sum(axis=0))]


def noise(see: Callable[[Any], Any]) -> list[Any]:
    rng = lt.random.default_rng(7)
    x = see(rng.normal(size=(500, 300)))
    y = see(rng.uniform(size=150_000, dtype=lt.float32))
    means = [see(x + 1).mean(axis=0), see(y * 2 - 1).sum()]
    # Functions that NumPy and the kernels round differently.
    return [
        x,
        y,
        *means,
        see(lt.cos(x)),
        see(lt.exp(y)),
        rng.integers(0, 10, size=1000),
        rng.random(5),
        see(rng.exponential(size=99)),
    ]


PROGRAMS = [elementwise, difference_of_squares, reductions, layer_norm, matrices, updates, views_between, noise]


def bits(values: list[Any]) -> list[bytes]:
    return [value.numpy().tobytes() for value in values]


def together(program: Program) -> list[bytes]:
    values = program(lambda value: value)
    lt.materialize(*values)
    return bits(values)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_fused_and_unfused(program: Program, tier: str) -> None:
    whole = together(program)
    assert bits(program(lambda value: value.wait())) == whole
    assert bits(program(lambda value: value.start())) == whole
    with lt.config.override(sync=True):
        assert bits(program(lambda value: value)) == whole
    assert [bits([value])[0] for value in program(lambda value: value)] == whole
    with lt.config.override(cse=False):
        assert together(program) == whole


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_threads(program: Program, tier: str) -> None:
    found = []
    for threads in (1, 2, 3):
        with lt.config.override(threads=threads):
            found.append(together(program))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_pieces_of_long_graphs(program: Program, tier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = together(program)
    for chunk in (1, 3):
        monkeypatch.setattr(evaluate, "CHUNK", chunk)
        assert together(program) == whole


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_here_and_in_the_background(program: Program, tier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = together(program)
    monkeypatch.setattr(jobs, "INLINE_SECONDS", 0.0)
    assert together(program) == whole
    monkeypatch.setattr(jobs, "INLINE_SECONDS", 1e9)
    assert together(program) == whole


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_liveness(program: Program, tier: str) -> None:
    """A value's bits are the same whether or not what it was made from is kept."""
    whole = together(program)
    for place in range(len(whole)):
        value = program(lambda value: value)[place]
        assert value.numpy().tobytes() == whole[place]


def test_random_numbers_are_the_same_in_both_tiers() -> None:
    def draws() -> list[Any]:
        rng = lt.random.default_rng(123)
        return [
            *(rng.random(1500), rng.uniform(-1, 1, size=(33, 7)), rng.standard_normal(1025), rng.normal(2, 3, size=2000)),
            *(rng.integers(0, 7, size=900), rng.integers(-50, 50, size=(3, 5), dtype=lt.int8), rng.random(10, dtype=lt.float32)),
            rng.standard_normal((2, 3, 4), dtype=lt.float32),
        ]

    found = []
    for tier in ("interpret", "compile", "auto"):
        with lt.config.override(tier=tier):
            values = draws()
            lt.materialize(*values)
            found.append(bits(values))
    assert found[0] == found[1] == found[2]
    assert len(set(found[0])) == len(found[0])


def test_tiers_agree_within_a_few_units_in_the_last_place() -> None:
    with lt.config.override(tier="interpret"):
        interpreted = [value.numpy() for value in elementwise(lambda value: value)]
    with lt.config.override(tier="compile"):
        compiled = [value.numpy() for value in elementwise(lambda value: value)]
    for left, right in zip(interpreted, compiled, strict=True):
        np.testing.assert_allclose(left, right, rtol=2e-5, atol=1e-5)


def test_deterministic_programs_repeat_bit_for_bit() -> None:
    """The tier follows from structure and size alone: neither earlier runs nor background compilation change a bit."""
    with lt.config.override(deterministic=True):
        first = together(layer_norm)
        for _ in range(3):
            lt.clear_caches()
            assert together(layer_norm) == first
            assert together(layer_norm) == first

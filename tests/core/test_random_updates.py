"""Random programs of in-place updates give what NumPy gives: regions that overlap what they read, by steps of either sign, of values
that are constant along some or all axes, in arrays that share memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from plain_kernels import plain_kernels
from updates import Drawer, Program, differences, shrink

import lazytensor as lt
from lazytensor.compiler.codegen.forms import mapping, regions


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kernel has several chunks."""
    monkeypatch.setattr(regions, "REGION_CHUNK", 24)
    for module in (regions, mapping):
        monkeypatch.setattr(module, "grain", lambda nanoseconds, multiple=1, target=0.0: multiple)
    lt.clear_caches()


def check(seeds: range, noted: list[str], statements: int = 9) -> None:
    def fault(program: Program) -> str | None:
        noted.clear()
        return differences(program, lt, lambda value: value.wait()) or next(iter(noted), None)

    for seed in seeds:
        with lt.config.override(cse=seed % 3 > 0):
            program = Drawer(seed).program(statements)
            if fault(program):
                program = shrink(program, lambda fewer: fault(fewer) is not None)
                pytest.fail(f"seed {seed}: {fault(program)}\n{program}")


@pytest.mark.parametrize("part", range(2))
def test_interpreted(part: int, noted: list[str]) -> None:
    with lt.config.override(tier="interpret"):
        check(range(100 * part, 100 * (part + 1)), noted)


@pytest.mark.parametrize("part", range(3))
def test_kernels_in_python(part: int, noted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with plain_kernels(monkeypatch):
        check(range(1000 + 40 * part, 1000 + 40 * (part + 1)), noted)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("part", range(3))
def test_kernels_in_python_in_small_chunks(part: int, noted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with plain_kernels(monkeypatch):
        check(range(2000 + 40 * part, 2000 + 40 * (part + 1)), noted)


@pytest.mark.usefixtures("small_chunks")
def test_compiled(noted: list[str]) -> None:
    with lt.config.override(tier="compile", threads=2):
        check(range(3000, 3003), noted, statements=6)


def scaled(a: Any, s: Any) -> None:
    a[1:] = a[:-1] * s


def by_one_element(a: Any, s: Any) -> None:
    a[1:] = a[:-1] * a[3:4] + s


def by_one_of_another(a: Any, s: Any) -> None:
    b = a * 2
    a[1:] = a[:-1] * b[2:3]


def backwards(a: Any, s: Any) -> None:
    a[::-1] = a + s


def by_steps(a: Any, s: Any) -> None:
    a[2::2] = a[:-2:2] - s


def of_two(a: Any, s: Any) -> None:
    a[1:-1] = (a[2:] - a[:-2]) * s + s


def swapped(a: Any, s: Any) -> None:
    a[:2], a[-2:] = a[-2:] * s, a[:2] + s


WORKS = [scaled, by_one_element, by_one_of_another, backwards, by_steps, of_two, swapped]


@pytest.mark.parametrize(
    "scalar", [np.float64(0.5), np.float32(2), np.int8(3), np.bool_(True)], ids=lambda value: value.dtype.name
)
@pytest.mark.parametrize("shape", [(9,), (2500,), (9, 4), (9, 1), (7, 3, 2)], ids=str)
@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
@pytest.mark.parametrize("form", ["0-d", "one element"])
def test_constants_in_updates_that_overlap(
    work: Callable[[Any, Any], None], shape: tuple[int, ...], scalar: Any, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = np.random.default_rng(1).integers(-8, 8, shape) / 2
    s = np.asarray(scalar) if form == "0-d" else np.asarray([1, scalar, 2], scalar.dtype)
    with plain_kernels(monkeypatch):
        a, t = lt.asarray(array), lt.asarray(s)
        work(a, t if form == "0-d" else t[1:2])
        found = a.numpy()
    work(array, s if form == "0-d" else s[1:2])
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("shape", [(9,), (2500,), (9, 4)], ids=str)
@pytest.mark.parametrize("work", [scaled, by_one_element, by_one_of_another])
def test_constants_in_updates_that_overlap_compiled(work: Callable[[Any, Any], None], shape: tuple[int, ...], tier: str) -> None:
    array = np.random.default_rng(1).integers(-8, 8, shape) / 2
    a = lt.asarray(array)
    work(a, lt.asarray(0.5))
    work(array, 0.5)
    np.testing.assert_array_equal(a.numpy(), array)

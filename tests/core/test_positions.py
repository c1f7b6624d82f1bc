"""Positions are data: one plan for a window that moves, with the bits of plans whose positions are constants."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.core import jobs, planning

Program = Callable[[Any, dict[str, Any], random.Random], Any]
ROUNDS = 12


@pytest.fixture(autouse=True)
def recorded_only() -> Any:
    """Whatever its size, and as of a process that begins."""
    planning.clear_plans()
    with lt.config.override(eager_elements=0):
        yield
    planning.clear_plans()


def plans() -> int:
    return len(planning.plans)


def window(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    i, j = draw.randrange(20), draw.randrange(20)
    image = arrays["image"]
    return (image[i : i + 30, j : j + 30] * 2.0 + image[i + 1 : i + 31, 40:10:-1]).sum(axis=0)


def rows(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    i = draw.randrange(1, 40)
    image, other = arrays["image"], arrays["other"]
    image[i] = image[i - 1] * 0.5 + other[draw.randrange(40)]
    return image


def columns(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    j = draw.randrange(1, 40)
    image = arrays["image"]
    image[:, j] = image[:, j - 1] * 0.5 + 1.0
    return image


def stencil(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    """A region that is read where it is written, and around it, at another place each time."""
    i, j = draw.randrange(1, 20), draw.randrange(1, 20)
    image = arrays["image"]
    inner = image[i : i + 20, j : j + 20]
    image[i : i + 20, j : j + 20] = (inner + image[i - 1 : i + 19, j : j + 20] + image[i : i + 20, j + 1 : j + 21]) / 3.0
    return image


def mirrored(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    """Two places of what was stored to, which lie to each other otherwise in each round: no plan is met again."""
    i, j = draw.randrange(1, 20), draw.randrange(1, 20)
    image = arrays["image"]
    image[i, j : j + 9] += 1.0
    back = image[::-1, ::-1]
    return back[i : i + 5, j : j + 5] + image[i : i + 5, j : j + 5]


def same_place(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    """Two views that are of one place in some rounds only: these have a plan of their own."""
    i, j = draw.randrange(3), draw.randrange(3)
    other = arrays["other"]
    return other[i : i + 30] - other[j : j + 30]


def broadcast(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    i = draw.randrange(30)
    other = arrays["other"]
    return other[i] + other[:, i : i + 1] + other[i, i]


def whole(xp: Any, arrays: dict[str, Any], draw: random.Random) -> Any:
    """An array that is read as it is, and at a place."""
    i = draw.randrange(1, 50)
    other = arrays["other"]
    return other * 2.0 + other[i] - other[:, i : i + 1]


PROGRAMS: list[Program] = [window, rows, columns, stencil, mirrored, same_place, broadcast, whole]


def run(program: Program, xp: Any, seed: int, dtype: str) -> list[np.ndarray[Any, Any]]:
    random_numbers = np.random.default_rng(seed)
    arrays = {name: xp.asarray((random_numbers.standard_normal((50, 50)) * 8).astype(dtype)) for name in ("image", "other")}
    draw = random.Random(seed)
    found = []
    for _ in range(ROUNDS):
        value = program(xp, arrays, draw)
        found.append(np.array(value))
    return found


CASES = [
    *((program, dtype) for program in PROGRAMS for dtype in ("float64", "float32")),
    *((program, "int64") for program in (window, same_place, broadcast)),
]


@pytest.mark.parametrize(("program", "dtype"), CASES, ids=lambda item: getattr(item, "__name__", item))
def test_the_bits_of_constant_positions(program: Program, dtype: str, tier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = run(program, lt, 3, dtype)
    monkeypatch.setattr(jobs, "elsewhere", lambda captured: None)
    planning.clear_plans()
    constant = run(program, lt, 3, dtype)
    for one, two, expected in zip(moved, constant, run(program, np, 3, dtype), strict=True):
        assert one.tobytes() == two.tobytes()
        np.testing.assert_allclose(
            one, expected, rtol=1e-5 if dtype == "float32" else 1e-12, atol=1e-4 if dtype == "float32" else 1e-12
        )


@pytest.mark.parametrize("program", [window, rows, columns, stencil, broadcast, whole], ids=lambda program: program.__name__)
def test_one_plan_for_all_positions(program: Program) -> None:
    with lt.config.override(tier="interpret"):
        run(program, lt, 5, "float64")
        before = plans()
        for seed in range(6, 10):
            run(program, lt, seed, "float64")
        assert plans() == before


def test_places_that_are_one_have_a_plan_of_their_own() -> None:
    with lt.config.override(tier="interpret"):
        for seed in range(8):
            run(same_place, lt, seed, "float64")
    assert len({key[3] for key in planning.plans if key[2] == "moving"}) == 2


def test_a_place_that_stays_keeps_its_own_plan() -> None:
    x = lt.asarray(np.arange(200.0))
    with lt.config.override(tier="interpret"):
        for _ in range(6):
            (x[5:100] * 2.0).wait()
    assert all(key[2] != "moving" for key in planning.plans)


def test_what_is_met_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_PLANNED_NODES", 40)
    x = lt.asarray(np.arange(400.0))
    for length in range(2, 60):
        for start in range(2):
            (x[start : start + length] * 2.0).wait()
    assert len(planning.forms) <= 40


def test_operands_that_fail_and_that_are_under_way(tier: str) -> None:
    """A view of what another job computes, or could not."""
    x = lt.asarray(np.arange(400.0))
    for start in range(6):
        base = (x * 2.0).start()
        whole = lt.linalg.inv(lt.zeros((20, 20)) + float(start > 3))
        value = whole[start : start + 3] + 1.0
        with pytest.raises(np.linalg.LinAlgError):
            value.wait()
        np.testing.assert_array_equal(
            (base[start : start + 30] + base[start + 1 : start + 31]).numpy(), np.arange(30) * 4 + 4 * start + 2
        )

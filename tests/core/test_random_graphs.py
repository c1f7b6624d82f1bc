"""Random programs give what NumPy gives, in both tiers, and the same bits wherever they wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lazytensor as lt
from lazytensor.core import followers, handle

Array = np.ndarray[Any, Any]
Statement = Callable[[Any, list[Any]], None]
CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much]

SHAPES = [(4, 6), (6, 4), (6,), (4, 1), (1, 6), (), (2, 3, 4), (1,), (1, 1)]
DTYPES = ["i8", "i4", "f8", "f4", "?"]
BINARY = ["add", "subtract", "multiply", "maximum", "minimum", "less", "equal", "logical_and"]
UNARY = ["negative", "abs", "square", "sqrt", "exp", "sin", "floor", "sign", "isfinite", "logical_not"]
REDUCTIONS = ["sum", "max", "min", "any", "all", "mean", "argmax"]
INPLACE = ["__iadd__", "__isub__", "__imul__"]


@dataclass
class Program:
    """Inputs, and statements over a growing list of values; each has a text for the report of a failing example."""

    inputs: list[Array]
    texts: list[str]

    def run(self, xp: Any, wait: Callable[[int, Any], None] = lambda place, value: None) -> list[Any]:
        values: list[Any] = [xp.asarray(item.copy()) for item in self.inputs]
        scope = {"xp": xp, "v": values, "float64": np.float64, "int64": np.int64, "float32": np.float32}
        with np.errstate(all="ignore"):
            for place, text in enumerate(self.texts):
                if text.startswith("v["):
                    exec(text, scope)
                else:
                    values.append(eval(text, scope))
                wait(place, values)
        return values


def index_text(draw: st.DrawFn, shape: tuple[int, ...]) -> str:
    """A basic index that leaves at least one axis."""
    items = []
    for length in shape:
        start, step = draw(st.integers(0, max(0, length - 1))), draw(st.sampled_from([1, 1, 2, -1]))
        items.append(f"{start}::{step}" if step > 0 else f"::{step}")
    if len(shape) > 1 and draw(st.booleans()):
        items[draw(st.integers(0, len(shape) - 1))] = str(draw(st.integers(0, 0)))
    return ", ".join(items)


def statement(draw: st.DrawFn, values: list[Any]) -> str:
    choose: Callable[[Any], Any] = lambda options: draw(st.sampled_from(options))  # noqa: E731
    place = draw(st.integers(0, len(values) - 1))
    value = values[place]
    x = f"v[{place}]"
    other = choose([f"v[{draw(st.integers(0, len(values) - 1))}]", str(draw(st.integers(0, 5))), "0.5"])
    kind = choose(
        ["binary"] * 4 + ["unary"] * 2 + ["reduce"] * 2 + ["view"] * 3 + ["store"] * 3 + ["inplace"] * 2 + ["other"] * 2
        + ["numbers"]
    )  # fmt: skip
    if kind == "numbers":  # a function of Python numbers, alone, with an axis, spread, or stored
        number = f"xp.{choose(['sqrt', 'negative', 'square'])}({choose(['4.0', '1', '0.25', '2'])})"
        if draw(st.booleans()):
            number = f"xp.{choose(['add', 'multiply', 'maximum'])}({number}, {choose(['0.5', '3', number])})"
        form = choose(["{}", "{}[None]", "xp.reshape({}, (1, 1))", "xp.broadcast_to({}, (1, 3))", "{}[None] + 0", "store"])
        if form != "store":
            return str(form).format(number)
        return f"v[{place}][...] = {number}" if value.ndim else f"xp.add({x}, {number})"
    if kind == "binary":
        return f"xp.{choose(BINARY)}({x}, {other})"
    if kind == "unary":
        return f"xp.{choose(UNARY)}({x})"
    if kind == "reduce":
        axis = draw(st.integers(0, value.ndim - 1)) if value.ndim and draw(st.booleans()) else None
        return f"xp.{choose(REDUCTIONS)}({x}, axis={axis}, keepdims={draw(st.booleans())})"
    if kind == "view":
        if not value.ndim:
            return f"xp.negative({x})"  # NumPy's 0-d results are now scalars, now arrays; ours always stand for scalars
        form = choose(["index", "T", "flat", "flip", "expand"])
        if form == "index":
            return f"{x}[{index_text(draw, value.shape)}]"
        return {"T": f"{x}.T", "flat": f"{x}.reshape(-1)", "flip": f"xp.flip({x}, axis=0)", "expand": f"xp.expand_dims({x}, 1)"}[
            form
        ]
    if kind == "store" and value.ndim:
        key = choose([index_text(draw, value.shape), "...", f"{x} > 2", "[0, -1]"])
        return f"v[{place}][{key}] = {other}"
    if kind == "inplace" and value.ndim:
        return f"v[{place}][{index_text(draw, value.shape)}].{choose(INPLACE)}({other})"
    return choose(
        [
            f"xp.where({x} > 1, {x}, {other})",
            f"xp.astype({x}, {choose(['float64', 'int64', 'float32'])})",
            f"xp.concat([{x}, {x}])",
            f"xp.stack([{x}, {x} * 2])",
            f"xp.broadcast_to({x}, (2, *{x}.shape))",
            f"{x}.copy()",
            f"xp.clip({x}, -2, 3)",
        ]
    )


@st.composite
def programs(draw: st.DrawFn, most: int = 14) -> Program:
    inputs = []
    for _ in range(draw(st.integers(1, 3))):
        shape, dtype = draw(st.sampled_from(SHAPES)), np.dtype(draw(st.sampled_from(DTYPES)))
        values = np.random.default_rng(draw(st.integers(0, 99))).integers(-4, 5, shape)
        inputs.append(np.asarray(values.astype(dtype) if dtype.kind != "f" else values.astype(dtype) / 2))
    program = Program(inputs, [])
    for _ in range(draw(st.integers(1, most))):
        values = program.run(np)
        text = statement(draw, values)
        attempt = Program(inputs, [*program.texts, text])
        try:
            grown = attempt.run(np)
        except (TypeError, ValueError, IndexError):
            continue  # NumPy refuses: a chapter's tests see to it that we do
        made = grown[-1]
        if not isinstance(made, (np.ndarray, np.generic)) or made.size > 2000:
            continue
        if any(np.asarray(item).dtype == np.float16 for item in grown):
            continue
        program = attempt
    return program


def compare(program: Program, expected: list[Any], found: list[Any]) -> None:
    assert len(found) == len(expected)
    # Values that grew out of hand say nothing: a rounding apart, sines of 1e20 are anything.
    floats = [item for item in map(np.asarray, expected) if item.dtype.kind == "f"]
    tame = all(np.abs(item[np.isfinite(item)]).max(initial=0) < 1e4 for item in floats)
    for place, (left, right) in enumerate(zip(expected, found, strict=True)):
        what = f"value {place} of {program}"
        left, right = np.asarray(left), right.numpy()
        assert right.dtype == left.dtype, what
        assert right.shape == left.shape, what
        if not tame:
            continue
        if left.dtype.kind == "f":
            tolerance = 3e-4 if left.dtype == np.float32 else 1e-8
            np.testing.assert_allclose(right, left, rtol=tolerance, atol=tolerance, err_msg=what)
        else:
            np.testing.assert_array_equal(right, left, err_msg=what)


def exact(program: Program) -> bool:
    """Have no roundings been made, which a comparison or a floor could make much of?"""
    return not any(word in text for text in program.texts for word in ("sqrt", "exp(", "sin(", "mean"))


@settings(max_examples=150, suppress_health_check=CHECKS)
@given(program=programs())
def test_programs_interpreted(program: Program) -> None:
    check(program, "interpret")


@settings(max_examples=12, suppress_health_check=CHECKS)
@given(program=programs(most=10))
def test_programs_compiled(program: Program) -> None:
    check(program, "compile")


def check(program: Program, tier: str) -> None:
    expected = program.run(np)
    with lt.config.override(tier=tier):
        found = program.run(lt)
        lt.materialize(*found)
        if exact(program):
            compare(program, expected, found)
        else:
            assert [(item.shape, item.dtype) for item in found] == [(item.shape, item.dtype) for item in expected]


def bits(values: list[Any]) -> list[bytes]:
    return [item.numpy().tobytes() for item in values]


@settings(max_examples=100, suppress_health_check=CHECKS)
@given(program=programs(), waits=st.lists(st.integers(0, 20), max_size=8))
def test_waits_change_no_bits(program: Program, waits: list[int]) -> None:
    check_waits(program, set(waits), "interpret")


@settings(max_examples=10, suppress_health_check=CHECKS)
@given(program=programs(most=10), waits=st.lists(st.integers(0, 20), max_size=4))
def test_waits_change_no_bits_compiled(program: Program, waits: list[int]) -> None:
    check_waits(program, set(waits), "compile")


def test_small_values_computed_with_large_ones_change_no_bits() -> None:
    """Where "small" is up to two elements, every other value is worth letting go of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(followers, "MAX_BYTES", 16)
        patch.setattr(followers, "LARGE", 2)
        patch.setattr(handle, "LARGE", 2)

        @settings(max_examples=80, suppress_health_check=CHECKS)
        @given(program=programs(), waits=st.lists(st.integers(0, 20), max_size=8))
        def run(program: Program, waits: list[int]) -> None:
            check_waits(program, set(waits), "interpret")

        run()


def check_waits(program: Program, waits: set[int], tier: str) -> None:
    def wait(place: int, values: list[Any]) -> None:
        if place in waits:
            choice = values[place % len(values)]
            if place % 3 == 0:
                choice.wait()
            elif place % 3 == 1:
                lt.wait_all()
            else:
                lt.start(choice)

    with lt.config.override(tier=tier):
        whole = program.run(lt)
        lt.materialize(*whole)
        assert bits(program.run(lt, wait)) == bits(whole), program


def workload(seed: int, count: int = 100, steps: int = 60) -> tuple[list[Array], list[tuple[Any, ...]]]:
    """Random reads and in-place updates over `count` arrays of integers and floats."""
    random = np.random.default_rng(seed)
    arrays = [random.integers(-9, 9, (4, 5)).astype(random.choice(["i8", "f8"])) for _ in range(count)]
    statements: list[tuple[Any, ...]] = []
    for _ in range(steps):
        kind = random.choice(["read", "inplace", "slice", "shift", "assign", "scale", "wait"])
        statements.append((kind, *random.integers(0, count, 3).tolist(), int(random.integers(1, 4))))
    return arrays, statements


def execute(arrays: list[Any], statements: list[tuple[Any, ...]], wait: Callable[[Any], None]) -> list[Any]:
    for kind, a, b, c, number in statements:
        x, y = arrays[a], arrays[b]
        if x.dtype.kind == "i":
            y = y if y.dtype.kind == "i" else y > 0
        if kind == "read":
            arrays[c] = x * 0.5 + y
        elif kind == "inplace":
            x += y
        elif kind == "slice":
            x[:number] -= y[-number:]
        elif kind == "shift":
            x[1:] = x[:-1]
        elif kind == "assign":
            x[:, number] = y[:, 0]
        elif kind == "scale":
            x *= number
            x.T[0] += number
        else:
            wait(x)
    return arrays


# Behaviour 6 of the asynchronous engine: reads and writes interleave as in serial NumPy.
@pytest.mark.parametrize(("tier", "count"), [("interpret", 150), ("compile", 2)])
def test_workloads_equal_serial_execution_bit_for_bit(tier: str, count: int) -> None:
    with lt.config.override(tier=tier):
        for seed in range(count):
            arrays, statements = workload(seed)
            expected = execute([array.copy() for array in arrays], statements, lambda value: None)
            found = execute([lt.asarray(array) for array in arrays], statements, lambda value: value.wait())
            for place, (left, right) in enumerate(zip(expected, found, strict=True)):
                assert right.numpy().tobytes() == left.tobytes(), (seed, place)

"""Random programs of in-place updates: regions by steps, of either sign, that overlap what they read; values that are constant along
some or all axes; several arrays, views of them, and dtypes in one program. Each is a list of statements in words, run by NumPy or by
lazytensor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

SHAPES: tuple[Shape, ...] = ((1,), (7,), (40,), (2500,), (5, 7), (6, 1), (1, 9), (12, 300), (3, 4, 5), (1, 1, 6), ())
DTYPES = ("f8", "f8", "f8", "f4", "i8", "i4", "u1", "?")
BINARY = ("add", "subtract", "multiply", "maximum", "minimum", "where", "less")
INPLACE = ("", "", "", "+", "-", "*")


@dataclass
class Program:
    """Inputs by name, and statements in words over them."""

    inputs: dict[str, Array]
    texts: list[str]

    def run(self, xp: Any, wait: Callable[[Any], None] | None = None) -> dict[str, Any]:
        """The values of all names afterwards; `wait` is given an array wherever the program says so."""
        scope: dict[str, Any] = {name: xp.asarray(value.copy()) for name, value in self.inputs.items()}
        # NumPy 2.4 overwrites what it still has to read in `a[4:24] = a[:39:2]`.
        taken = _copied if xp is np else _itself
        scope |= {"xp": xp, "taken": taken, "wait": wait or (lambda value: None)}
        with np.errstate(all="ignore"):
            for text in self.texts:
                exec(text, scope)
        return {name: value for name, value in scope.items() if name[0] in "acstv" and name[1:].isdigit()}

    def __str__(self) -> str:
        lines = [f"{name} = xp.asarray({value.tolist() if value.size < 50 else '...'}, '{value.dtype}')  # {value.shape}"
                 for name, value in self.inputs.items()]  # fmt: skip
        return "\n".join([*lines, *self.texts])


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _itself(value: Any) -> Any:
    return value


class Drawer:
    """Draws one program, statement by statement; what NumPy refuses is left out."""

    def __init__(self, seed: int, shapes: tuple[Shape, ...] = SHAPES) -> None:
        self.random = np.random.default_rng(seed)
        self.shapes = shapes
        self.names = 0

    def choose(self, options: Any) -> Any:
        return options[int(self.random.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def program(self, statements: int) -> Program:
        shape = self.choose(self.shapes)
        inputs = {}
        for _ in range(int(self.random.integers(1, 4))):
            if self.chance(0.3):
                shape = self.choose(self.shapes)
            inputs[self.name("a")] = self.values(shape)
        inputs[self.name("s")] = self.values(())
        program = Program(inputs, [])
        for _ in range(statements):
            values = program.run(np)
            text = self.statement(values)
            grown = Program(inputs, [*program.texts, text])
            try:
                made = grown.run(np)
            except (TypeError, ValueError, IndexError, OverflowError):
                continue
            if all(np.asarray(value).dtype != np.float16 and self.tame(np.asarray(value)) for value in made.values()):
                program = grown
        return program

    @staticmethod
    def tame(value: Array) -> bool:
        return value.dtype.kind != "f" or bool(np.isfinite(value).all() and np.abs(value).max(initial=0) < 1e4)

    def values(self, shape: Shape) -> Array:
        dtype = np.dtype(self.choose(DTYPES))
        drawn = self.random.integers(0 if dtype.kind == "u" else -4, 5, shape)
        return np.asarray(drawn / 2 if dtype.kind == "f" else drawn).astype(dtype)

    def statement(self, values: dict[str, Any]) -> str:
        places = [name for name, value in values.items() if isinstance(value, np.ndarray) and value.ndim]
        if not places:
            return f"{self.name('t')} = xp.multiply({self.expression(values, (), 2)}, 1)"
        target = self.choose(places)
        shape = values[target].shape
        kind = self.choose(["store"] * 8 + ["view", "copy", "reduce", "row", "scalar", "wait"])
        if kind == "view":
            form = self.choose([f"[{self.index(shape)}]", ".T", ".reshape(-1)", f"[{self.index(shape)}]"])
            return f"{self.name('v')} = {target}{form}"
        if kind == "copy":
            return f"{self.name('c')} = xp.multiply({self.expression(values, shape, 2)}, 1)"
        if kind == "reduce":
            return f"{self.name('s')} = xp.{self.choose(['sum', 'max', 'min'])}({self.expression(values, shape, 1)})"
        if kind == "row":
            axis = int(self.random.integers(len(shape)))
            text = f"xp.{self.choose(['add', 'multiply'])}({target}, {self.expression(values, shape, 1)})"
            return f"{self.name('t')} = xp.{self.choose(['sum', 'max'])}({text}, axis={axis}, keepdims={self.chance(0.6)})"
        if kind == "scalar":
            return f"{self.name('t')} = xp.{self.choose(['sqrt', 'negative', 'square'])}({self.choose(['4.0', '1', '0.25'])})"
        if kind == "wait":
            return f"wait({target})"
        key = self.index(shape)
        region = np.empty(shape, "?")[eval(f"np.s_[{key}]")].shape
        return f"{target}[{key}] {self.choose(INPLACE)}= taken({self.expression(values, region, 2)})"

    def index(self, shape: Shape) -> str:
        """A basic index: slices by steps of either sign, whole axes, an ellipsis, now and then a position."""
        if self.chance(0.15):
            return "..."
        items = []
        for length in shape:
            kind = self.choose(["whole", "slice", "slice", "slice", "one"] + (["position"] if len(shape) > 1 else []))
            start = int(self.random.integers(length)) if length else 0
            stop = int(self.random.integers(start, length)) + 1 if length else 0
            if kind == "whole":
                items.append(":")
            elif kind == "one":
                items.append(f"{start}:{start + 1}")
            elif kind == "position":
                items.append(str(start))
            elif self.chance(0.25):
                items.append(f"{stop - 1}:{start - 1 if start else ''}:{self.choose([-1, -1, -2])}")
            else:
                items.append(f"{start if start else ''}:{stop if stop < length else ''}:{self.choose(['', '', 2, 3])}")
        return ", ".join(items)

    def expression(self, values: dict[str, Any], shape: Shape, depth: int) -> str:
        """Something that broadcasts to `shape`, where an array has a part that does."""
        if depth and self.chance(0.75):
            row = self.choose(BINARY)
            left, right = self.expression(values, shape, depth - 1), self.expression(values, shape, depth - 1)
            if row == "where":
                return f"xp.where(xp.greater({left}, {right}), {self.operand(values, shape)}, {self.operand(values, shape)})"
            return f"xp.{row}({left}, {right})"
        if self.chance(0.12):
            return str(self.choose(["2", "0.5", "True", "-1"]))
        return self.operand(values, shape)

    def operand(self, values: dict[str, Any], shape: Shape) -> str:
        """A part of one of the arrays, each axis of the length wanted, or of one element."""
        for _ in range(8):
            name = self.choose(list(values))
            have = np.asarray(values[name]).shape
            if not have:
                if self.chance(0.4):
                    return f"{name}[None]" if shape and self.chance(0.3) else name
                continue
            if len(have) > len(shape):
                continue
            items = [self.part(length, want) for length, want in zip(have, shape[len(shape) - len(have) :], strict=True)]
            if None not in items:
                text = f"{name}[{', '.join(map(str, items))}]"
                return f"xp.flip({text}, axis=0)" if self.chance(0.1) else text
        return "1"

    def part(self, length: int, want: int) -> str | None:
        """Elements of an axis: `want` of them by some step, or one."""
        if length < want or self.chance(0.15):
            start = int(self.random.integers(length)) if length else 0
            return f"{start}:{start + 1}" if length else None
        steps = [step for step in (1, 1, 1, 2, 3) if (want - 1) * step < length] or [1]
        step = int(self.choose(steps))
        start = int(self.random.integers(length - (want - 1) * step)) if want else 0
        last = start + (want - 1) * step
        if want > 1 and self.chance(0.2):
            return f"{last}:{start - 1 if start else ''}:{-step}"
        return f"{start}:{last + 1}:{step}"


def differences(program: Program, xp: Any, wait: Callable[[Any], None] | None = None) -> str | None:
    """What `xp` makes of a program other than NumPy does, in words; None if nothing."""
    expected = program.run(np)
    found = program.run(xp, wait)
    for name, right in expected.items():
        left, right = found[name].numpy(), np.asarray(right)
        if left.shape != right.shape or left.dtype != right.dtype:
            return f"{name} is {left.dtype}{left.shape}, not {right.dtype}{right.shape}, after\n{program}"
        tolerance = 0.0 if right.dtype.kind != "f" else 1e-4 if right.dtype == np.float32 else 1e-10
        if not np.allclose(left, right, rtol=tolerance, atol=tolerance):
            return f"{name} has other values after\n{program}"
    return None


def shrink(program: Program, fails: Callable[[Program], bool]) -> Program:
    """Fewer statements that fail too."""
    place = len(program.texts)
    while place:
        place -= 1
        fewer = Program(program.inputs, program.texts[:place] + program.texts[place + 1 :])
        try:
            if fails(fewer):
                program = fewer
        except NameError:  # a statement made what another reads
            continue
    return program

"""The three parts of a reduction's domain (outer, reduced, inner), and the source that finds elements by flat indices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Self

from lazytensor.compiler.codegen.nest.arguments import Arguments
from lazytensor.compiler.codegen.nest.loops import Strides, collapse
from lazytensor.compiler.codegen.source import Source


class Axes(NamedTuple):
    """One of the three parts of the domain: its axes after collapsing, with each operand's strides along them, by name."""

    letter: str
    sizes: tuple[int, ...]
    strides: dict[str, Strides]

    @classmethod
    def of(cls, letter: str, sizes: Sequence[int], strides: Mapping[str, Strides]) -> Self:
        """Axes to be collapsed."""
        collapsed, steps = collapse(sizes, list(strides.values()))
        return cls(letter, collapsed, dict(zip(strides, steps, strict=True)))

    @classmethod
    def one(cls, letter: str, names: Iterable[str]) -> Self:
        """A part of one element: any stride will do, so it shares the kernel of the contiguous case."""
        return cls(letter, (1,), dict.fromkeys(names, (1,)))

    @property
    def length(self) -> int:
        return math.prod(self.sizes)

    def moves(self, name: str) -> bool:
        return any(self.strides[name])

    def still(self, name: str) -> bool:
        """Whether an operand is one element for the whole of a segment of the last axis."""
        return not (self.sizes and self.strides[name][-1])

    def split(self, flat: str) -> list[str]:
        """Lines that take a flat index apart into one index for each axis."""
        lines = []
        rest = flat
        for axis in range(len(self.sizes) - 1, 0, -1):
            lines.append(f"{self.letter}rest{axis} = {rest} // n{self.letter}{axis}")
            lines.append(f"{self.letter}{axis} = {rest} - {self.letter}rest{axis} * n{self.letter}{axis}")
            rest = f"{self.letter}rest{axis}"
        return [*lines, f"{self.letter}0 = {rest}"] if lines else []

    def offset(self, name: str, flat: str) -> str:
        """An operand's distance from the start of this part, after `split`."""
        single = len(self.sizes) == 1
        terms = []
        for axis, step in enumerate(self.strides[name]):
            if step:
                index = flat if single else f"{self.letter}{axis}"
                unit = step == 1 and axis == len(self.sizes) - 1
                terms.append(index if unit else f"{index} * {name}_{self.letter}{axis}")
        return " + ".join(terms)

    def element(self, name: str, index: str) -> str:
        """Where element `index` of the current segment of the last axis lies in an operand."""
        step = self.strides[name][-1] if self.sizes else 0
        if step == 0:
            return f"{name}_at"
        if step == 1:
            return f"{name}_at + {index}"
        return f"{name}_at + {wrapped(index)} * {name}_{self.letter}{len(self.sizes) - 1}"


def declare_axes(arguments: Arguments, axes: Axes) -> None:
    """Read the sizes and strides that `Axes.split` and `Axes.offset` use."""
    for axis in range(1, len(axes.sizes)):
        arguments.constant(f"n{axes.letter}{axis}", axes.sizes[axis])
    for name, steps in axes.strides.items():
        for axis, step in enumerate(steps):
            if step and not (step == 1 and axis == len(axes.sizes) - 1):
                arguments.constant(f"{name}_{axes.letter}{axis}", step)


def starts(source: Source, axes: Axes, flat: str, before: str | None, after: str) -> None:
    """Add each operand's offset in this part at a flat index: `x0_after = x0_before + ...`."""
    source.add(*axes.split(flat))
    for name in axes.strides:
        terms = [f"{name}_{before}"] if before else []
        if axes.sizes and (offset := axes.offset(name, flat)):
            terms.append(offset)
        source.add(f"{name}_{after} = {' + '.join(terms) or '0'}")


def walk(source: Source, axes: Axes, before: str, elements: Callable[[str], tuple[list[str], list[str]]]) -> None:
    """Loop over the `count` elements from `begin` on: in segments of the last axis, where there are several.

    `elements(place)` are the lines for element j of a segment, whose place after `begin` is `place`, and those before the loop.
    """
    segments = len(axes.sizes) > 1
    if segments:
        last = f"{axes.letter}{len(axes.sizes) - 1}"
        source.add("done = 0")
        source.loop("while done < count:")
        source.add("place = begin + done")
        starts(source, axes, "place", before, "at")
        source.add(f"run = min(n{last} - {last}, count - done)")
    else:
        starts(source, axes, "begin", before, "at")
    lines, hoisted = elements("done + j" if segments else "j")
    source.add(*hoisted)
    if lines:
        source.loop(f"for j in range({'run' if segments else 'count'}):", lines)
    if segments:
        source.add("done += run")
        source.end()


def wrapped(index: str) -> str:
    return f"({index})" if " " in index else index


class Parts(NamedTuple):
    """The axes of a reduction's domain that are longer than one, by the part they are in."""

    outer: list[int]
    reduced: list[int]
    inner: list[int]


def partition(shape: tuple[int, ...], reduced: set[int]) -> Parts | None:
    """The parts of a domain; None where kept and reduced axes alternate more often than outer, reduced, inner."""
    runs: list[tuple[bool, list[int]]] = []
    for axis, size in enumerate(shape):
        if size == 1:
            continue
        if runs and runs[-1][0] == (axis in reduced):
            runs[-1][1].append(axis)
        else:
            runs.append((axis in reduced, [axis]))
    kinds = tuple(kind for kind, _ in runs)
    axes = [run for _, run in runs]
    match kinds:
        case ():
            return Parts([], [], [])
        case (False,):
            return Parts([], [], axes[0])
        case (True,):
            return Parts([], axes[0], [])
        case (False, True):
            return Parts(axes[0], axes[1], [])
        case (True, False):
            return Parts([], axes[0], axes[1])
        case (False, True, False):
            return Parts(axes[0], axes[1], axes[2])
    return None

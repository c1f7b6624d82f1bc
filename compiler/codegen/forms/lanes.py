"""The fixed order in which a row's elements are combined, whatever they are computed from and with: blocks of 1,024, each in 128
lanes side by side; a chunk's blocks lane by lane, then its lanes, by halving. REDUCE and ROWS kernels share it, so their bits agree.

Sums of single precision accumulate in double, but for short rows: there the first levels of the tree stay in single precision, which
takes two thirds of the time and leaves no more error than NumPy's sums have. As in these, which add up rows of eight and more in
eight lanes, partial sums may overflow where the sum does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from lazytensor.compiler.codegen.nest.arguments import storage
from lazytensor.compiler.codegen.nest.axes import Axes, partition, wrapped
from lazytensor.compiler.codegen.nest.elementwise import Elementwise
from lazytensor.compiler.codegen.nest.expressions import as_stored, cast, combine, identity, load, signature, suffix, supported
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph, Shape
from lazytensor.compiler.order import BLOCK, LANES, ROW_CHUNK, SHORT_ROWS, SINGLE_LEVELS
from lazytensor.compiler.tuning import AHEAD_BYTES

Element = Callable[[int, str], tuple[list[str], str]]
"""`element(position, index)`: lines to compute, and element `index` of the current block of a reduction's input, as an accumulator."""


def reducible(graph: Graph, position: int, shape: Shape, body: Elementwise) -> bool:
    """Whether a kernel over `shape` can feed this reduction from its body or from memory."""
    node = graph.nodes[position]
    rule = signature(graph, position)
    source = graph.nodes[node.inputs[0]]
    if len(node.inputs) != 1 or source.weak is not None or source.shape != shape:
        return False
    known = supported(rule.operands[0]) and supported(rule.result) and supported(source.dtype)
    return known and node.op.expression(rule.operands[:1]) is not None and body.reads(node.inputs[0])


def ahead(body: Elementwise, operand_indices: Iterable[int], outer: Axes, along: Axes) -> list[str]:
    """Lines that ask for memory of those operands that `block` reads one after the other, from the first row to the last."""
    lines = []
    for operand_index in sorted(operand_indices):
        name, operand = body.named()[operand_index]
        size = along.length
        steps: list[int] = []
        for length in reversed(outer.sizes):
            steps.insert(0, size)
            size *= length
        if operand.slot is not None and along.strides[name] == (1,) and outer.strides[name] == tuple(steps):
            lines.append(f"prefetch({name}, {name}_at + group + {AHEAD_BYTES // operand.dtype.itemsize}, {LANES})")
    return lines


class Partials:
    """Partial results of several reductions, each in an array of its own: writes the lines that combine them."""

    def __init__(self, graph: Graph, reduces: Sequence[int]) -> None:
        self.graph = graph
        self.reduces = reduces

    def accumulator(self, position: int) -> np.dtype[Any]:
        return signature(self.graph, position).operands[0]

    def term(self, position: int) -> np.dtype[Any]:
        """What a reduction's elements are first combined in: its accumulator, or single precision."""
        node, wide = self.graph.nodes[position], self.accumulator(position)
        source = self.graph.nodes[node.inputs[0]]
        if node.op.identity != 0 or source.dtype != np.float32 or wide != np.float64:
            return wide
        parts = partition(source.shape, set(node.params[0]))  # type: ignore[call-overload]
        short = parts is not None and not parts[2] and math.prod(source.shape[axis] for axis in parts[1]) in SHORT_ROWS
        return source.dtype if short else wide

    def as_term(self, position: int, text: str) -> str:
        """A reduction's input, `text`, as its first partial results are."""
        have, want = self.graph.nodes[self.graph.nodes[position].inputs[0]].dtype, self.term(position)
        return f"{suffix(want)}({text})" if have.kind == "b" and want.kind != "b" else cast(text, have, want)

    def single(self, position: int) -> bool:
        return self.term(position) != self.accumulator(position)

    def array(self, array: str, position: int) -> str:
        """The array of a reduction's first partial results, of dtype `term`."""
        return f"{'single_' if self.single(position) else ''}{array}{self.reduces.index(position)}"

    def combined(self, position: int, left: str, right: str) -> str:
        return as_stored(combine(self.graph, position, left, right), self.accumulator(position))

    def finished(self, position: int, name: str, array: str, index: str) -> tuple[str, str]:
        """The line that names a reduction's last partial result, with the start value folded in, and the value that it is."""
        dtype, start = self.accumulator(position), identity(self.graph, position)
        text = load(f"{array}{self.reduces.index(position)}", index, dtype)
        text = text if start is None else combine(self.graph, position, start, text)
        return f"{name} = {text}", cast(name, dtype, self.graph.nodes[position].dtype)

    def steps(self, array: str, here: str, there: str, singles: int = 0) -> list[str]:
        """For each reduction, combine element `there` of its `array` into element `here`; `singles` is the number of levels that
        are yet to be in single precision, with this one, the last of which goes from one array to the other."""
        lines = []
        for reduce_index, position in enumerate(self.reduces):
            dtype = self.accumulator(position)
            name = result = f"{array}{reduce_index}"
            if singles and self.single(position):
                name = self.array(array, position)
                result = name if singles > 1 else result
            text = self.combined(position, load(name, here, dtype), load(name, there, dtype))
            lines.append(f"{result}[{here}] = {text if name == result else cast(f'({text})', self.term(position), dtype)}")
        return lines

    def halve(self, source: Source, array: str, base: str, width: str, step: str = "", loop: str = "", singles: int = 0) -> None:
        """Combine `width` partial results of each reduction into the first: `base`, `base + step`, ... of its `array`.

        Where the first `singles` levels are in single precision, the partial results of the reductions concerned are in another array.
        """
        start = f"{base} + " if base else ""
        times = f" * {step}" if step else ""
        also = " + j" if loop else ""
        other = wrapped("half + k") if step else "half + k"
        here, there = f"{start}k{times}{also}", f"{start}{other}{times}{also}"

        def level(singles_left: int) -> None:
            source.add("half = (left + 1) // 2")
            ranges = [("left - half", self.steps(array, here, there, singles_left))]
            if singles_left == 1:
                alone = [position for position in self.reduces if self.single(position)]
                moved = [(self.array(array, p), f"{array}{self.reduces.index(p)}", self.accumulator(p)) for p in alone]
                lines = [f"{new}[{here}] = {suffix(dtype)}({old}[{here}])" for old, new, dtype in moved]
                ranges.append(("left - half, half", lines))
            for text, lines in ranges:
                source.loop(f"for k in range({text}):", [] if loop else lines)
                if loop:
                    source.loop(loop, lines)
                    source.end()
            source.add("left = half")

        source.add(f"left = {width}")
        for singles_left in range(singles, 0, -1):
            level(singles_left)
        source.loop("while left > 1:")
        level(0)
        source.end()


class Lanes(Partials):
    """Reductions along a row, chunk by chunk: `declare`, then `block` for each block of a chunk, then `combine`.

    The results are the first elements of lanes0, lanes1, ... (`prefix`), one array for each of `reduces`.
    """

    def __init__(self, graph: Graph, reduces: Sequence[int], prefix: str = "lanes") -> None:
        super().__init__(graph, reduces)
        self.prefix = prefix
        self.singles = SINGLE_LEVELS if any(map(self.single, reduces)) else 0

    def declare(self, source: Source) -> None:
        for reduce_index, position in enumerate(self.reduces):
            if self.single(position):
                name = self.array(self.prefix, position)
                source.buffer(name, LANES, storage(self.term(position)))
            room = LANES if self.singles else ROW_CHUNK // BLOCK * LANES
            source.buffer(f"{self.prefix}{reduce_index}", room, storage(self.accumulator(position)))

    def block(self, source: Source, element: Element, ahead: Sequence[str] = ()) -> None:
        """Reduce block `block_number`, of `count` elements. LLVM keeps 128 lanes in vector registers: for one reduction at a time
        there are enough. `ahead` are those of `ahead`."""
        source.add(f"base = block_number * {LANES}", f"used = min(count, {LANES})", f"rest = max(count // {LANES}, 1) * {LANES}")
        for reduce_index, position in enumerate(self.reduces):
            dtype = self.term(position)
            lanes = self.array(self.prefix, position)
            have = load(lanes, "base + lane", dtype)
            comment = f"  # {self.graph.nodes[position].op.name}"
            lines, text = element(position, "lane")
            source.loop("for lane in range(used):", [*lines, f"{lanes}[base + lane] = {as_stored(text, dtype)}"])
            if self.singles:  # rows with an element a lane at most
                continue
            source.add(*(line.replace("group + ", "") for line in ahead if reduce_index == 0))
            source.loop(f"for group in range({LANES}, rest, {LANES}):")
            lines, text = element(position, "group + lane")
            step = self.combined(position, have, text)
            source.loop(f"for lane in range({LANES}):", [*lines, f"{lanes}[base + lane] = {step}{comment}"])
            source.add(*(ahead if reduce_index == 0 else ()))
            source.end()
            lines, text = element(position, "rest + lane")
            step = self.combined(position, have, text)
            source.loop("for lane in range(count - rest):", [*lines, f"{lanes}[base + lane] = {step}{comment}"])

    def combine(self, source: Source) -> None:
        """Combine the lanes of a chunk's `blocks`. Only the last block may have fewer lanes; it goes first, into the one before."""
        lanes = self.prefix
        if self.singles:
            self.halve(source, lanes, "", "used", singles=self.singles)
            return
        source.loop(f"if blocks > 1 and used < {LANES}:")
        source.add("blocks -= 1", f"base = blocks * {LANES}")
        source.loop("for lane in range(used):", self.steps(lanes, f"base - {LANES} + lane", "base + lane"))
        source.add(f"used = {LANES}")
        source.end()
        source.loop("while blocks > 1:")
        source.add("half = (blocks + 1) // 2")
        source.loop(f"for lane in range((blocks - half) * {LANES}):", self.steps(lanes, "lane", f"half * {LANES} + lane"))
        source.add("blocks = half")
        source.end()
        # The same tree with constant widths, eight lanes to one and then the last sixteen, takes a fifth of the time: it matters
        # where rows are short.
        source.loop(f"if used == {LANES}:")
        self._eighths(source)
        width = LANES // 8
        while width > 1:
            width //= 2
            source.loop(f"for k in range({width}):", self.steps(lanes, "k", f"{width} + k"))
        source.end()
        source.loop("else:")
        self.halve(source, lanes, "", "used")
        source.end()

    def _eighths(self, source: Source) -> None:
        """Three halvings of all lanes in one loop."""
        eighth = LANES // 8
        lines = []
        for reduce_index, position in enumerate(self.reduces):
            name, dtype = f"{self.prefix}{reduce_index}", self.accumulator(position)
            terms = []
            for part in range(8):
                terms.append(f"a{reduce_index}_{part}")
                lines.append(f"{terms[-1]} = {load(name, f'{part * eighth} + k' if part else 'k', dtype)}")
            while len(terms) > 1:
                half = len(terms) // 2
                for part in range(half):
                    lines.append(f"{terms[part]} = {combine(self.graph, position, terms[part], terms[half + part])}")
                terms = terms[:half]
            lines.append(f"{name}[k] = {as_stored(terms[0], dtype)}")
        source.loop(f"for k in range({eighth}):", lines)

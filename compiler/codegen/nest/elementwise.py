"""The elementwise nodes inside a loop: which memory, scalars and members they read, and the lines that compute them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np

from lazytensor.compiler.codegen.nest.arguments import Arguments
from lazytensor.compiler.codegen.nest.axes import Axes
from lazytensor.compiler.codegen.nest.expressions import cast, compute, load, signature, suffix, supported
from lazytensor.compiler.codegen.nest.loops import Operand, Strides, iota, read, resolve_views
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph, Shape
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.order import BLOCK
from lazytensor.compiler.tuning import LIGHT_FLOPS, LIGHT_OPERANDS

Dtype = np.dtype[Any]


class Elementwise:
    """Elementwise and source nodes computed together over `shape`, and what they read.

    `operands` are the arrays (and iotas) read, called `names` in the source; `scalars` the Python numbers with the dtype they are read
    as; `fillers` the random sources. `given` are positions that the surrounding kernel defines (the reductions, for an epilogue),
    `links` inputs that stand for such positions (the views that broadcast them).
    """

    @classmethod
    def of(
        cls,
        graph: Graph,
        positions: Sequence[int],
        shape: Shape,
        given: Iterable[int] = (),
        prefixes: tuple[str, str] = ("x", "s"),
        links: Mapping[int, int] | None = None,
    ) -> Self | None:
        """The body of these nodes; None where something has no kernel form."""
        body = cls(graph, positions, shape, given, prefixes, links or {})
        return body if all(body._collect(position) for position in positions) else None

    def __init__(
        self,
        graph: Graph,
        positions: Sequence[int],
        shape: Shape,
        given: Iterable[int],
        prefixes: tuple[str, str],
        links: Mapping[int, int],
    ) -> None:
        self.graph = graph
        self.positions = positions
        self.shape = shape
        self.operands: list[Operand] = []
        self.names: list[str] = []
        self.scalars: dict[tuple[int, Dtype], str] = {}
        self.fillers: list[int] = []
        self.members = {*positions, *given}
        self._array_prefix, self._scalar_prefix = prefixes
        self._operand_of: dict[int, int] = {}
        self._member_of: dict[int, int] = dict(links)

    def named(self) -> list[tuple[str, Operand]]:
        """The operands with their names in the source."""
        return list(zip(self.names, self.operands, strict=True))

    def reads(self, position: int) -> bool:
        """Take note of an input that is not a scalar; False where it cannot be read in this loop."""
        if position in self._member_of or position in self._operand_of:
            return True
        member = resolve_views(self.graph, position, self.members, self.shape)
        if member is None or not supported(self.graph.nodes[position].dtype):
            return False
        if member >= 0:
            self._member_of[position] = member
        else:
            self._add(position, read(self.graph, position, self.shape))
        return True

    def operand(self, position: int) -> int | None:
        """The index of the operand a value is read from, None for a value computed here."""
        return self._operand_of.get(position)

    def member(self, position: int) -> int:
        """The member that computes a value, seen through views."""
        return self._member_of.get(position, position)

    def used(self, only: Collection[int] | None = None) -> set[int]:
        """Indices of the operands that the nodes (`only` these, if given) read or are."""
        positions = self.positions if only is None else only
        return self.operands_of(itertools.chain(positions, *(self.graph.nodes[position].inputs for position in positions)))

    def operands_of(self, positions: Iterable[int]) -> set[int]:
        """Indices of the operands that those of these values are that are read."""
        return {self._operand_of[position] for position in positions if position in self._operand_of}

    def _add(self, position: int, operand: Operand) -> None:
        same = [(have.slot, have.dtype, have.strides, have.offset) for have in self.operands]
        key = (operand.slot, operand.dtype, operand.strides, operand.offset)
        if key in same:
            self._operand_of[position] = same.index(key)
        else:
            self._operand_of[position] = len(self.operands)
            self.names.append(f"{self._array_prefix}{len(self.operands)}")
            self.operands.append(operand)

    def _collect(self, position: int) -> bool:
        node = self.graph.nodes[position]
        if node.kind is Kind.SOURCE:
            return self._collect_source(position)
        if node.kind is not Kind.ELEMENTWISE or node.op.arity > 4 or node.shape != self.shape:
            return False
        return self._collect_inputs(position)

    def _collect_inputs(self, position: int) -> bool:
        node = self.graph.nodes[position]
        rule = signature(self.graph, position)
        if not all(map(supported, (*rule.operands, rule.result))) or node.op.expression(rule.operands) is None:
            return False
        for input_position, dtype in zip(node.inputs, rule.operands, strict=True):
            if self.graph.nodes[input_position].weak is not None:
                self.scalars.setdefault((input_position, dtype), f"{self._scalar_prefix}{len(self.scalars)}")
            elif not self.reads(input_position):
                return False
        return True

    def _collect_source(self, position: int) -> bool:
        node = self.graph.nodes[position]
        if not supported(node.dtype) or node.shape != self.shape:
            return False
        if not node.op.seeded:
            if node.op.arity:  # a constant
                return self._collect_inputs(position)
            self._add(position, iota(self.graph, position, self.shape))
            return True
        if node.op.expression((node.dtype,)) is None:
            return False
        word = np.dtype(np.uint64)
        for input_position in node.inputs:
            self.scalars.setdefault((input_position, word), f"{self._scalar_prefix}{len(self.scalars)}")
        self.fillers.append(position)
        return True

    def declare(self, arguments: Arguments, skip: Collection[int] = ()) -> None:
        """Name the operands (x0, x1 ..., but those in `skip`) and the scalars (s0, s1 ...) in the kernel's head."""
        for operand_index, (name, operand) in enumerate(self.named()):
            if operand.slot is not None and operand_index not in skip:
                arguments.array(name, operand.slot, operand.offset, operand.dtype, suffix(operand.dtype))
        for (slot, dtype), name in self.scalars.items():
            arguments.scalar(name, slot, dtype, suffix(dtype))

    def declare_fillers(self, source: Source) -> None:
        """The buffers random0, random1 ... that `fill` fills."""
        for filler_index, position in enumerate(self.fillers):
            source.buffer(f"random{filler_index}", BLOCK, suffix(self.graph.nodes[position].dtype))

    def fill(self, filler_index: int, block: str) -> str:
        """The call that fills buffer `number` with block number `block` of a random source."""
        position = self.fillers[filler_index]
        node = self.graph.nodes[position]
        word = np.dtype(np.uint64)
        numbers = ", ".join(self.scalars[input_position, word] for input_position in node.inputs)
        return f"{node.op.expression((node.dtype,))}_{suffix(node.dtype)}(random{filler_index}, {block}, {numbers})"

    def lines(
        self,
        element: Callable[[str], str],
        names: dict[int, str],
        hoisted: dict[int, str],
        needed: Collection[int] | None = None,
        only: Collection[int] | None = None,
        numbers: Iterator[int] | None = None,
    ) -> list[str]:
        """One line for each load and node of one element.

        `element(name)` is where an operand's element lies; `hoisted` names operands loaded before the loop. `names` receives the
        variable of every position computed, and may hold those given. `needed` are the operands to load and `only` the nodes to
        compute, if not all. `numbers` are those of the variables, where lines are to follow lines in one scope.
        """
        out: list[str] = []
        numbers = itertools.count() if numbers is None else numbers
        loaded: dict[int, str] = dict(hoisted)

        def new() -> str:
            return f"t{next(numbers)}"

        for operand_index in range(len(self.operands)):
            if operand_index in loaded or (needed is not None and operand_index not in needed):
                continue
            loaded[operand_index] = new()
            out.append(f"{loaded[operand_index]} = {self.value(operand_index, element(self.names[operand_index]))}")

        def value(position: int, dtype: Dtype) -> str:
            node = self.graph.nodes[position]
            if node.weak is not None:
                return self.scalars[position, dtype]
            return cast(self.name(position, names, loaded), node.dtype, dtype)

        for filler_index, position in enumerate(self.fillers):
            names[position] = new()
            out.append(f"{names[position]} = random{filler_index}[j]")
        for position in self.positions:
            node = self.graph.nodes[position]
            if position in names or position in self._operand_of or (only is not None and position not in only):
                continue
            text = compute(self.graph, position, value)
            names[position] = new()
            out.append(f"{names[position]} = {text}  # {node.op.name}")
        for position, operand_index in self._operand_of.items():
            if operand_index in loaded:
                names.setdefault(position, loaded[operand_index])
        return out

    def name(self, position: int, names: dict[int, str], loaded: dict[int, str]) -> str:
        operand_index = self._operand_of.get(position)
        if operand_index is not None:
            return loaded[operand_index]
        return names[self._member_of.get(position, position)]

    def hoisted(self, axes: Axes, numbers: Iterable[int]) -> dict[int, str]:
        """Names for those of the operands that are one element for the whole of a segment of `axes`: to be loaded before its loop."""
        return {operand_index: f"c{operand_index}" for operand_index in sorted(numbers) if axes.still(self.names[operand_index])}

    def value(self, operand_index: int, index: str) -> str:
        """The element at `index` of an operand."""
        operand = self.operands[operand_index]
        if operand.slot is None:
            return cast(f"({index})", np.dtype(np.int64), operand.dtype)
        return load(self.names[operand_index], index, operand.dtype)

    def flops(self, positions: Iterable[int]) -> float:
        return sum(self.graph.nodes[position].op.flops for position in positions)

    def light(self, positions: Collection[int], along: Mapping[str, Strides]) -> bool:
        """Whether a loop that keeps 128 accumulators in registers has room to compute these nodes for each element, instead of reading
        them from a buffer; `along` are the operands' strides in that loop, by name."""
        read = self.used(positions)
        return (
            not self.fillers
            and self.flops(positions) <= LIGHT_FLOPS
            and len(read) <= LIGHT_OPERANDS
            and all(along[self.names[operand_index]] in ((0,), (1,), ()) for operand_index in read)
        )

    def nanoseconds(self) -> float:
        """A rough cost for each element on one thread."""
        flops = self.flops(self.positions)
        traffic = sum(operand.dtype.itemsize for operand in self.operands if any(operand.strides))
        strided = sum(1.0 for operand in self.operands if operand.strides and operand.strides[-1] not in (0, 1))
        return 0.04 * flops + 0.04 * traffic + strided


def grain(nanoseconds: float, multiple: int = 1, target: float = 40_000.0) -> int:
    """How many units of this cost are worth a thread's while, as a multiple of `multiple`."""
    return max(1, math.ceil(target / max(nanoseconds, 1e-3) / multiple)) * multiple

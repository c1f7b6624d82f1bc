"""Kernels for MAP groups: a loop nest over the collapsed domain, or 1024-element blocks where random sources are read."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.elementwise import Elementwise, grain
from lazytensor.compiler.codegen.nest.expressions import as_stored, cast, load, suffix
from lazytensor.compiler.codegen.nest.loops import Strides, collapse, pivot, region
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Group, access
from lazytensor.compiler.order import BLOCK


class Map(KernelForm):
    """The loop nest of a MAP group. `region` is what it writes to of an array, if there is a region store."""

    @classmethod
    def plan(cls, graph: Graph, group: Group) -> Map | None:
        """The nest, or None where no kernel can be made."""
        body = Elementwise.of(graph, group.body, group.shape)
        if body is None or not all(position in group.body or position in group.stores for position in group.outputs):
            return None
        general = Map(graph, group, body)
        return None if body.fillers and len(general.sizes) != 1 else general

    def __init__(self, graph: Graph, group: Group, body: Elementwise) -> None:
        super().__init__(graph, group, body)
        self.region = region(graph, group.stores[0]) if group.stores else None
        strides = dict(self.elements)
        own: int | None = None
        if self.region is not None:
            strides["region"] = self.region.strides
            # The region of the base, read where it is written: by the same pointer, or LLVM would take the two for overlapping.
            where = (self.base(), self.region.strides, self.region.offset)
            places = [(operand.slot, operand.strides, operand.offset) for operand in body.operands]
            own = places.index(where) if where in places else None
        sizes, steps = collapse(group.shape, list(strides.values()))
        if not sizes:  # one element: any stride will do, so it shares the kernel of the contiguous case
            sizes, steps = (1,), [(1,)] * len(strides)
        self.lay_out(sizes, dict(zip(strides, steps, strict=True)), own)

    def lay_out(self, sizes: tuple[int, ...], strides: Mapping[str, Strides], own: int | None) -> None:
        """The nest over `sizes`, in which operand `own` is read as the region it is."""
        self.sizes = sizes
        self.own = own
        self.strides = strides
        self.nest = Nest(len(sizes), {name: (0,) * len(sizes) if name == f"x{own}" else steps for name, steps in strides.items()})
        # Operands that the innermost loop does not move, and the axis of the innermost loop that does.
        self.still = {
            operand_index: max((axis for axis, step in enumerate(steps) if step), default=-1)
            for operand_index, steps in enumerate(self._operand_strides())
            if steps[-1] == 0
        }

    def _operand_strides(self) -> list[Strides]:
        return [self.strides[name] for name, _ in self.body.named()]

    def base(self) -> int:
        """The slot of the array that the region is of."""
        assert self.region is not None
        return access(self.graph, self.graph.nodes[self.region.node].inputs[0]).slot

    def declare(self, arguments: Arguments) -> None:
        for axis in range(0 if self.body.fillers else 1, self.nest.rank):
            arguments.constant(f"n{axis}", self.sizes[axis])
        self.declare_memory(arguments, () if self.own is None else (self.own,))
        if self.region is not None:
            arguments.region("region", self.region.node, self.region.offset, self.region.dtype, suffix(self.region.dtype))
        self.nest.declare(arguments)

    def summary(self) -> str:
        loops = "1024-element blocks" if self.body.fillers else f"a {self.nest.rank}-d domain"
        return f" over {loops}; [start, stop) is the outermost range."

    def phases(self) -> tuple[Phase, ...]:
        blocked = bool(self.body.fillers)
        count = -(-self.sizes[0] // BLOCK) if blocked else self.sizes[0]
        unit = self.nanoseconds() / count if count else 0.0
        return (Phase(0, count, grain(unit, BLOCK if self.nest.rank == 1 and not blocked else 1)),)

    def nanoseconds(self) -> float:
        return self.element_nanoseconds() * math.prod(self.sizes)

    def write(self, source: Source) -> None:
        if self.body.fillers:
            self._blocks(source)
            return
        last = self.nest.rank - 1
        self.hoist(source, -1)
        ranges = ["start, stop", *(f"n{axis}" for axis in range(1, last + 1))]
        for axis in range(last):
            source.loop(f"for i{axis} in range({ranges[axis]}):")
            source.add(*self.nest.offsets(axis))
            self.hoist(source, axis)
        target = "" if self.region is None else f"region[{self.nest.index('region', f'i{last}')}]"
        self.innermost(source, f"i{last}", ranges[last], self.element(f"i{last}", target))
        source.end(last)

    def _blocks(self, source: Source) -> None:
        self.body.declare_fillers(source)
        self.hoist(source, -1)
        source.loop("for block_number in range(start, stop):")
        source.add(*(self.body.fill(filler_index, "block_number") for filler_index in range(len(self.body.fillers))))
        source.add(f"i0 = block_number * {BLOCK}")
        source.loop(f"for j in range(min({BLOCK}, n0 - i0)):", self.element("(i0 + j)"))
        source.end()

    def element(self, place: str, target: str = "") -> list[str]:
        """Lines for one element at innermost index `place`; the value of a region store goes to `target`."""
        names: dict[int, str] = {}
        hoisted = {operand_index: f"c{operand_index}" for operand_index in self.still}
        lines = []
        if self.own is not None and self.own not in hoisted:
            assert self.region is not None
            hoisted[self.own] = "own"
            lines.append(f"own = {load('region', self.nest.index('region', place), self.region.dtype)}")
        lines += self.body.lines(lambda name: self.nest.index(name, place), names, hoisted)
        for output_index, output in enumerate(self.outputs):
            index = self.nest.index(f"y{output_index}", place)
            lines.append(self.assign(f"y{output_index}[{index}]", output, names))
        if self.region is not None:
            value = self.graph.nodes[self.region.node].inputs[1]
            text = cast(names[value], self.graph.nodes[value].dtype, self.region.dtype)
            lines.append(f"{target} = {as_stored(text, self.region.dtype)}  # update")
        return lines

    def innermost(self, source: Source, variable: str, length: str, lines: list[str]) -> None:
        """The innermost loop: where that pays, once up to the first whole line of an operand, and once from there."""
        operand_index = pivot(self.body.operands, self._operand_strides(), self.sizes)
        if operand_index is None or operand_index == self.own:
            source.loop(f"for {variable} in range({length}):", lines)
            return
        source.add("begin = 0", f"end = min({length}, to_line(x{operand_index}, {self.nest.start(f'x{operand_index}')}))")
        source.loop("for part in range(2):")
        source.loop(f"for {variable} in range(begin, end):", lines)
        source.add("begin = end", f"end = {length}")
        source.end()

    def hoist(self, source: Source, axis: int) -> None:
        """Load, at the loop over `axis`, the operands that no deeper loop moves."""
        for operand_index, deepest in self.still.items():
            if deepest == axis:
                source.add(f"c{operand_index} = {self.body.value(operand_index, self.nest.start(f'x{operand_index}'))}")


class Nest:
    """How the operands' element indices follow from the loop variables i0, i1, ...: offsets are summed once a loop level. `strides`
    are those of each operand, by name, along the `rank` axes."""

    def __init__(self, rank: int, strides: Mapping[str, Strides]) -> None:
        self.rank = rank
        self.strides = strides

    def declare(self, arguments: Arguments) -> None:
        """Read the strides that are no constants of the source."""
        for name, steps in self.strides.items():
            for axis, step in enumerate(steps):
                if step and not (axis == self.rank - 1 and step == 1):
                    arguments.constant(f"{name}_step{axis}", step)

    def start(self, name: str) -> str:
        """Where the operand's innermost row begins."""
        levels = [axis for axis in range(self.rank - 1) if self.strides[name][axis]]
        return f"{name}_at{levels[-1]}" if levels else "0"

    def offsets(self, axis: int, skip: Collection[str] = ()) -> list[str]:
        """The lines that step the offsets at the head of the loop over `axis`, but those of the operands in `skip`."""
        lines = []
        for name, steps in self.strides.items():
            if steps[axis] and name not in skip:
                outer = [level for level in range(axis) if steps[level]]
                start = f"{name}_at{outer[-1]} + " if outer else ""
                lines.append(f"{name}_at{axis} = {start}i{axis} * {name}_step{axis}")
        return lines

    def index(self, name: str, place: str) -> str:
        """The index of the element at innermost index `place`."""
        step, start = self.strides[name][-1], self.start(name)
        if step == 0:
            return start
        inner = place if step == 1 else f"{place} * {name}_step{self.rank - 1}"
        if start != "0":
            return f"{start} + {inner}"
        return inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner

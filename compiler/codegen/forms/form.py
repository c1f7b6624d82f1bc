"""What every form of kernel declares: `KernelForm`. Whoever has kernels made (`codegen.cpu`) needs to know no more of a form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.elementwise import Elementwise
from lazytensor.compiler.codegen.nest.expressions import as_stored, suffix
from lazytensor.compiler.codegen.nest.loops import Strides, operations
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Group, contiguous_strides


class KernelDraft(NamedTuple):
    """A kernel ready to be compiled: its source, what its words mean, the ranges it runs over, and its cost on one thread."""

    source: str
    arguments: Arguments
    phases: tuple[Phase, ...]
    nanoseconds: float


class KernelForm(ABC):
    """The loops of a group. One that exists can be written: `plan` makes it of a group, or `of` a special one of a general one, and
    both answer None where that cannot be.

    In the source x0, x1 ... are the operands of the body, y0, y1 ... those of its values that are stored (`outputs`); e0, e1 ... (and
    f0, f1 ...) the operands of the epilogues, z0, z1 ... the reductions and epilogue values that are stored (`results`). `elements` and
    `row_values` are their strides: along the axes of the group's shape, and along those of their own.
    """

    def __init__(self, graph: Graph, group: Group, body: Elementwise, epilogues: Sequence[Elementwise] = ()) -> None:
        self.graph = graph
        self.group = group
        self.body = body
        self.epilogues = epilogues
        self.outputs = [position for position in group.outputs if position in group.body]
        self.results = [position for position in group.outputs if position in (*group.reduces, *group.epilogue)]
        plain = contiguous_strides(group.shape)
        self.elements: dict[str, Strides] = {name: operand.strides for name, operand in body.named()}
        self.elements.update((f"y{index}", plain) for index in range(len(self.outputs)))
        self.row_values: dict[str, Strides] = {
            name: operand.strides for epilogue in epilogues for name, operand in epilogue.named()
        }
        self.row_values.update(
            (f"z{index}", contiguous_strides(graph.nodes[position].shape)) for index, position in enumerate(self.results)
        )

    @abstractmethod
    def declare(self, arguments: Arguments) -> None:
        """Give the argument block its words: lengths, memory read and written, scratch memory, scalars, strides."""

    @abstractmethod
    def write(self, source: Source) -> None:
        """Name the buffers, and write the lines after those that read the argument block: the loops over the units [start, stop)."""

    @abstractmethod
    def summary(self) -> str:
        """What the kernel's docstring says after the names of the operations."""

    @abstractmethod
    def phases(self) -> tuple[Phase, ...]:
        """The ranges of units that run one after the other, and how many units are worth a thread's while."""

    @abstractmethod
    def nanoseconds(self) -> float:
        """A rough cost of the whole on one thread."""

    def draft(self) -> KernelDraft:
        """The kernel, written."""
        arguments, source = Arguments(), Source()
        self.declare(arguments)
        self.write(source)
        names = operations(self.graph, self.group)
        text = source.text(arguments.lines, names[-3:], f"{', '.join(names)}{self.summary()}")
        return KernelDraft(text, arguments, self.phases(), self.nanoseconds())

    def declare_memory(self, arguments: Arguments, skip: Collection[int] = ()) -> None:
        """The words for what the bodies read (but the operands in `skip`) and for what is stored of them."""
        self.body.declare(arguments, skip)
        self._declare_stored(arguments, "y", self.outputs)
        for epilogue in self.epilogues:
            epilogue.declare(arguments)
        self._declare_stored(arguments, "z", self.results)

    def _declare_stored(self, arguments: Arguments, letter: str, positions: Sequence[int]) -> None:
        for index, position in enumerate(positions):
            node = self.graph.nodes[position]
            arguments.result(f"{letter}{index}", position, node.shape, node.dtype, suffix(node.dtype))

    def assign(self, target: str, position: int, names: Mapping[int, str]) -> str:
        """The line that stores the value of a node, which `names` has, in memory."""
        return f"{target} = {as_stored(names[position], self.graph.nodes[position].dtype)}"

    def element_nanoseconds(self) -> float:
        """A rough cost for each element of the group's shape on one thread."""
        written = sum(self.graph.nodes[position].dtype.itemsize for position in (*self.outputs, *self.group.stores))
        return self.body.nanoseconds() + 0.04 * written + 0.1 * len(self.group.reduces)

"""CPU kernels: a group of nodes becomes a step of a plan that runs one compiled kernel.

`specify` is cheap and decides whether a group can be a kernel at all; `lower` writes the source, has it compiled or found, and
binds it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.forms.mapping import Map
from lazytensor.compiler.codegen.forms.reduction import Reduce
from lazytensor.compiler.codegen.forms.regions import Ring
from lazytensor.compiler.codegen.forms.row_tiles import RowTiles
from lazytensor.compiler.codegen.forms.rows import Rows
from lazytensor.compiler.codegen.forms.short import Short
from lazytensor.compiler.codegen.nest.arguments import bind
from lazytensor.compiler.codegen.nest.loops import operations
from lazytensor.compiler.codegen.source import compile_source, library_digest
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Form, Group, access, shift_of
from lazytensor.compiler.passes import memory_plan
from lazytensor.compiler.plan import Environment, Kernel, KernelInfo, Lane
from lazytensor.compiler.tuning import KERNEL_CALL_SECONDS
from lazytensor.compiler.updates import destination

__all__ = ["FindKernel", "KernelFunction", "build", "library_digest", "lower", "specify"]


class KernelFunction(Kernel, Protocol):
    """A compiled kernel with the name of its function."""

    @property
    def name(self) -> str: ...


Run = Callable[[Environment, Lane], None]
FindKernel = Callable[[str, Callable[[], bytes]], KernelFunction]
"""Finds the kernel of a source text, or has its object code built."""


def specify(graph: Graph, group: Group) -> KernelForm | None:
    """How to make a kernel of a group, or None where it has to be interpreted."""
    if group.form is Form.MAP and (nest := Map.plan(graph, group)) is not None:
        return Ring.of(nest) or nest
    if group.form is Form.REDUCE and (loops := Reduce.plan(graph, group)) is not None:
        return Short.of(loops) or loops
    if group.form is Form.ROWS and (rows := Rows.plan(graph, group)) is not None:
        return RowTiles.of(rows) or rows
    return None


def lower(graph: Graph, group: Group, find_kernel: FindKernel) -> tuple[memory_plan.StepDraft, KernelInfo] | None:
    """The draft of the step that runs a group as a compiled kernel, and what `explain` says of it; None where it has to be interpreted.

    Raises
    ------
    KernelError
        If the compiler fails.
    """
    form = specify(graph, group)
    return None if form is None else build(form, find_kernel)


def build(form: KernelForm, find_kernel: FindKernel) -> tuple[memory_plan.StepDraft, KernelInfo]:
    """Write the source of a kernel, compile or find it, and bind it to its slots."""
    graph, group = form.graph, form.group
    draft = form.draft()
    kernel = find_kernel(draft.source, lambda: compile_source(draft.source))
    arguments = draft.arguments
    reads = {array.slot for array in arguments.arrays} | {scalar.slot for scalar in arguments.scalars}
    written = {arguments.update.slot} if arguments.update is not None else set()
    shifts = {slot: shift for slot in reads | written if (shift := shift_of(graph, slot)) >= 0} if graph.shifts else {}
    reads.update(shifts.values())
    writes = [result.slot for result in arguments.results if result.slot is not None]
    make: Callable[[frozenset[int]], Run]
    if arguments.update is None:
        run = bind(arguments, kernel, draft.phases, shifts=shifts)
        make = lambda consumed: run  # noqa: E731
    else:
        stored = arguments.update.slot
        reads.add(access(graph, graph.nodes[stored].inputs[0]).slot)
        writes.append(stored)
        make = lambda consumed: bind(arguments, kernel, draft.phases, destination(graph, stored, consumed), shifts)  # noqa: E731
    step = memory_plan.StepDraft(
        name=kernel.name,
        make=make,
        reads=tuple(sorted(reads)),
        writes=tuple(writes),
        origin=graph.nodes[group.outputs[-1]].origin,
        cost=draft.nanoseconds * 1e-9 + KERNEL_CALL_SECONDS,
        shared=any(units > share for _, units, share in draft.phases),
    )
    return step, KernelInfo(kernel.name, operations(graph, group), group.shape, group.device, "compiled", draft.source)

"""CPU kernels: a group of nodes becomes a step of a plan that runs one compiled kernel.

`specify` is cheap and decides whether a group can be a kernel at all; `lower` writes the source, has it compiled or found, and
binds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lazytensor.compiler.codegen.arguments import bind
from lazytensor.compiler.codegen.loops import operations
from lazytensor.compiler.codegen.mapping import Draft, Map
from lazytensor.compiler.codegen.reduction import Reduce
from lazytensor.compiler.codegen.rows import Rows
from lazytensor.compiler.codegen.short import Short
from lazytensor.compiler.codegen.source import KernelError, compile_source, library_digest
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Form, Group
from lazytensor.compiler.plan import KernelInfo, Step

__all__ = ["KernelError", "KernelFunction", "KernelSpec", "Store", "build", "library_digest", "lower", "specify"]

CALL_SECONDS = 2e-6  # argument block, allocation and call of one kernel


class KernelFunction(Protocol):
    """A compiled kernel: runs over [start, stop) with the argument block at address `block`."""

    @property
    def name(self) -> str: ...

    def __call__(self, block: int, start: int, stop: int) -> None: ...


Store = Callable[[str, Callable[[], bytes]], KernelFunction]
"""Finds the kernel of a source text, or has its object code built."""


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """A group that can be a kernel: `draft` writes its source."""

    graph: Graph
    group: Group
    draft: Callable[[], Draft]


def specify(graph: Graph, group: Group) -> KernelSpec | None:
    """How to make a kernel of a group, or None where it has to be interpreted."""
    if group.form is Form.MAP:
        nest = Map(graph, group)
        return KernelSpec(graph, group, nest.draft) if nest.valid else None
    if group.form is Form.REDUCE:
        loops = Reduce(graph, group)
        if not loops.valid:
            return None
        short = Short(loops)
        return KernelSpec(graph, group, short.draft if short.valid else loops.draft)
    if group.form is Form.ROWS:
        rows = Rows(graph, group)
        return KernelSpec(graph, group, rows.draft) if rows.valid else None
    return None


def lower(graph: Graph, group: Group, store: Store) -> tuple[Step, KernelInfo] | None:
    """The step that runs a group as a compiled kernel, and what `explain` says of it; None where it has to be interpreted.

    Raises
    ------
    KernelError
        If the compiler fails.
    """
    spec = specify(graph, group)
    return None if spec is None else build(spec, store)


def build(spec: KernelSpec, store: Store) -> tuple[Step, KernelInfo]:
    """Write the source of a specified kernel, compile or find it, and bind it to its slots."""
    graph, group = spec.graph, spec.group
    draft = spec.draft()
    kernel = store(draft.source, lambda: compile_source(draft.source))
    arguments = draft.arguments
    reads = {array.slot for array in arguments.arrays} | {scalar.slot for scalar in arguments.scalars}
    step = Step(
        name=kernel.name,
        run=bind(arguments, kernel, draft.phases),
        reads=tuple(sorted(reads)),
        writes=tuple(result.slot for result in arguments.results if result.slot is not None),
        origin=graph.nodes[group.outputs[-1]].origin,
        cost=draft.nanoseconds * 1e-9 + CALL_SECONDS,
    )
    return step, KernelInfo(kernel.name, operations(graph, group), group.shape, group.device, "compiled", draft.source)

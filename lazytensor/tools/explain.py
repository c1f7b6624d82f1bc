"""`explain`: what a tensor's pending work would be compiled to, without running it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from lazytensor.compiler.graph import Node, linearize
from lazytensor.compiler.ops import structural
from lazytensor.compiler.plan import KernelInfo, Plan
from lazytensor.core import planning, sites
from lazytensor.tensor import Tensor


@dataclass(frozen=True)
class Report:
    """How pending work would run. `str()` is the readable form.

    Attributes
    ----------
    kernels : tuple of KernelInfo
        One for each kernel or library call: its name, operations, iteration shape, device, tier and source.
    streams : tuple of tuple of str
        For each stream, the names of its steps, in running order.
    sources : tuple of str
        The Python source of each compiled kernel.
    nodes : int
        Operations in the optimised graph.
    outside : tuple of str
        What NumPy has computed outside the graph for these tensors: each function, and the line that called it.
    """

    kernels: tuple[KernelInfo, ...]
    streams: tuple[tuple[str, ...], ...]
    devices: tuple[str, ...]
    nodes: int
    cost: float
    peak_bytes: int
    outside: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kernel.source for kernel in self.kernels if kernel.source is not None))

    def __str__(self) -> str:
        left = [f"left the graph: {call}" for call in self.outside]
        if not self.kernels:
            return "\n".join(["nothing to compute: the values are there or under way", *left])
        lines = [
            f"{_count(self.nodes, 'operation')} in {_count(len(self.kernels), 'kernel')} on {_count(len(self.streams), 'stream')}, "
            f"about {self.cost * 1e3:.3g} ms, {self.peak_bytes / 1e6:.3g} MB at its peak"
        ]
        for number, kernel in enumerate(self.kernels):
            shape = " x ".join(map(str, kernel.shape)) or "scalar"
            how = "compiled" if kernel.source is not None else "NumPy"
            text = f"kernel {number}: {kernel.name} [{shape}] on {kernel.device}, {how}: {', '.join(kernel.operations)}"
            lines.append(textwrap.fill(text, 110, subsequent_indent="    "))
        for number, (device, steps) in enumerate(zip(self.devices, self.streams, strict=True)):
            lines.append(textwrap.fill(f"stream {number} on {device}: {' -> '.join(steps)}", 110, subsequent_indent="    "))
        lines += left
        for source in self.sources:
            lines += ["", source.rstrip()]
        return "\n".join(lines)


def explain(*tensors: Tensor) -> Report:
    """What would run if the tensors were waited for now. Computes nothing, but compiles the kernels to show their source.

    Examples
    --------
    >>> import lazytensor as lt
    >>> x = lt.ones(1000)
    >>> len(lt.explain((x * 2 + 1).sum()).kernels)
    1
    """
    nodes = [tensor._root() for tensor in tensors]
    outside = _outside(nodes)
    planned = planning.pending_plan(nodes)
    if planned is None:
        return Report((), (), (), 0, 0.0, 0, outside)
    graph, _, plan = planned
    return Report(
        plan.kernels,
        tuple(_steps(plan, stream.segments) for stream in plan.streams),
        tuple(stream.device for stream in plan.streams),
        len(graph.nodes) - graph.inputs,
        plan.cost,
        plan.peak_bytes,
        outside,
    )


def _outside(nodes: list[Node]) -> tuple[str, ...]:
    read = [item for node in (*linearize(nodes), *nodes) for item in (node, *node.inputs) if type(item) is Node]
    calls = [f"{node.params[0]} at {sites.describe(node.site)}" for node in read if node.op is structural.outside]
    return tuple(dict.fromkeys(calls))


def _steps(plan: Plan, segments: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(step.name for number in segments for step in plan.segments[number].steps)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

"""Where each operation runs, and the copies that brings its operands there.

Work that the user pinned, directly or through its operands, stays where it is (the front end refuses operands pinned to different
devices); unpinned work runs on the default device.
"""

from __future__ import annotations

from lazytensor.compiler.graph import Graph, GraphNode
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.rewrite import rebuild


def insert_copies(graph: Graph) -> Graph:
    """Copy every operand that lies on another device than its reader, once for each device; scalars go everywhere."""
    if len({node.device for node in graph.nodes if node.weak is None}) <= 1:
        return graph
    copies: dict[tuple[int, str], int] = {}

    def decide(position: int, node: GraphNode, built: list[GraphNode]) -> int | GraphNode:
        if node.kind is Kind.COPY:
            return node
        if node.kind is Kind.VIEW:
            # A view lies where its base does; what is copied is what a reader sees through it.
            return node._replace(device=built[node.inputs[0]].device)
        operands = []
        for operand in node.inputs:
            source = built[operand]
            if source.weak is None and source.device != node.device:
                key = (operand, node.device)
                if key not in copies:
                    copies[key] = len(built)
                    built.append(
                        GraphNode(
                            structural.to_device,
                            (operand,),
                            (node.device,),
                            source.shape,
                            source.dtype,
                            node.device,
                            origin=node.origin,
                        )
                    )
                operand = copies[key]
            operands.append(operand)
        return node._replace(inputs=tuple(operands))

    return rebuild(graph, decide)

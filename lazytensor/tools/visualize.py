"""`visualize`: a picture of a tensor's expression graph, drawn by networkx and matplotlib (extra `viz`)."""

from __future__ import annotations

import math
import os
from typing import Any

from lazytensor.compiler.graph import Node
from lazytensor.compiler.shield import complete
from lazytensor.tensor import Tensor

# Light fills that black text stays readable on: one a device, from ColorBrewer's Set3.
_FILLS = ("#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462", "#b3de69", "#fccde5")
_LEAF = "#eeeeee"
MAX_NODES = 500


def _expression(roots: list[Node]) -> tuple[list[tuple[str, str]], list[tuple[int, int]]]:
    """(label, fill) of each node and scalar, and the edges between them, inputs first."""
    drawn: dict[int, int] = {}
    labels: list[tuple[str, str]] = []
    edges: list[tuple[int, int]] = []
    devices: dict[str, str] = {}
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if id(node) in drawn:
            continue
        if not ready:
            stack.append((node, True))
            stack += [(item, False) for item in reversed(node.inputs) if isinstance(item, Node)]
            continue
        device = node.device or "cpu:0"
        fill = devices.setdefault(device, _FILLS[len(devices) % len(_FILLS)])
        where = f"\n{device}" if node.device else ""
        if node.result is not None:
            name, fill = ("value" if node.op.name == "leaf" else f"{node.op.name} (done)"), _LEAF
        else:
            name = node.op.name
        drawn[id(node)] = len(labels)
        number = len(labels)
        labels.append((f"{name}\n{node.shape} {node.dtype}{where}", fill))
        for item in node.inputs:
            if isinstance(item, Node):
                edges.append((drawn[id(item)], number))
            else:
                edges.append((len(labels), number))
                labels.append((f"{item:.4g}" if isinstance(item, float) else str(item), _LEAF))
        if len(labels) > MAX_NODES:
            raise ValueError(f"visualize: the graph has more than {MAX_NODES} nodes; draw a part of it")
    return labels, edges


def visualize(*arguments: Any) -> str:
    """Draw the pending expression of tensors: `visualize(t, "graph.svg")` or `visualize(t, u, "graph.png")`.

    Values flow downwards; operations are coloured by device, what is computed already is grey. Waits for nothing.

    Parameters
    ----------
    *tensors : Tensor
    path : str or os.PathLike
        The file to write; its ending decides the format (svg, png, pdf).

    Returns
    -------
    str
        The path.

    Raises
    ------
    ImportError
        If matplotlib is not installed; it comes with the extra `viz`.
    """
    *tensors, path = arguments
    if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors) or not isinstance(path, (str, os.PathLike)):
        raise TypeError("visualize: expects tensors, then the path of the picture")
    try:
        from matplotlib.figure import Figure  # delayed: an extra
    except ImportError as error:
        raise ImportError('visualize needs matplotlib: pip install "lazytensor[viz]"') from error
    complete("networkx")
    import networkx  # delayed: start-up time

    labels, edges = _expression([tensor._read() for tensor in tensors])
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(labels)))
    graph.add_edges_from(edges)
    # Rows by distance from the results, so that an operand stands right above its reader.
    for depth, row in enumerate(networkx.topological_generations(graph.reverse())):
        for number in row:
            graph.nodes[number]["row"] = -depth
    places = _places(graph)
    rows = {y for _, y in places.values()}
    width = max(1.0, max(x for x, _ in places.values()) - min(x for x, _ in places.values()) + 1)
    figure = Figure(figsize=(1.2 + 1.7 * width, 0.8 + 0.95 * len(rows)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for start, end in graph.edges:
        # An edge that passes rows bends around the boxes in them.
        bend = "arc3,rad=0.3" if graph.nodes[end]["row"] - graph.nodes[start]["row"] > 1 else "arc3"
        arrow = {"arrowstyle": "-|>", "color": "#777777", "shrinkA": 17, "shrinkB": 17, "connectionstyle": bend}
        axes.annotate("", places[end], places[start], arrowprops=arrow)
    for number, (text, fill) in enumerate(labels):
        box = {"boxstyle": "round,pad=0.35", "facecolor": fill, "edgecolor": "#555555"}
        axes.text(*places[number], text, ha="center", va="center", fontsize=8, bbox=box)
    xs, ys = zip(*places.values(), strict=True)
    axes.set_xlim(min(xs) - 0.7, max(xs) + 0.7)
    axes.set_ylim(min(ys) - 0.5, max(ys) + 0.5)
    figure.savefig(path)
    return os.fspath(path)


def _places(graph: Any) -> dict[int, tuple[float, float]]:
    """Coordinates: rows from the bottom (results) up, each row ordered by the mean place of its readers (Sugiyama's barycentre)."""
    rows: dict[int, list[int]] = {}
    for number, row in graph.nodes(data="row"):
        rows.setdefault(row, []).append(number)
    places: dict[int, tuple[float, float]] = {}
    for row in sorted(rows, reverse=True):
        members = rows[row]

        def wanted(number: int) -> float:
            readers = [places[reader][0] for reader in graph.successors(number) if reader in places]
            return math.fsum(readers) / len(readers) if readers else 0.0

        members.sort(key=lambda number: (wanted(number), number))
        centre = math.fsum(map(wanted, members)) / len(members)
        for index, number in enumerate(members):
            places[number] = (centre + index - (len(members) - 1) / 2, float(-row))
    return places

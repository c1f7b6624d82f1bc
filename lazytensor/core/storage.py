"""What several handles alias: `Storage`, and how a write replaces its node."""

from __future__ import annotations

from typing import Any

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise, structural
from lazytensor.core.pending import enroll
from lazytensor.core.record import record
from lazytensor.core.sites import Site
from lazytensor.core.views import View


class Storage:
    """What several handles alias: the node of the current value of the whole array."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    @property
    def root(self) -> Node:
        """The node that a wait for what is shown computes."""
        return self.node

    def read(self, view: View) -> Node:
        """What a view shows, as a node on the current base."""
        base = self.node
        return Node(structural.view, (base,), tuple(view), view.shape, base.dtype, base.device, None)

    def store(self, view: View, value: Any, site: Site) -> None:
        """Replace a region by a node that broadcasts to it, or a Python scalar."""
        self.node = updated(self.node, view, value, site)


def updated(whole: Node, view: View, value: Any, site: Site) -> Node:
    """The array with a region replaced by a node that broadcasts to it, or a Python scalar."""
    made = Node(structural.update, (whole, value), tuple(view), whole.shape, whole.dtype, whole.device, site)
    enroll(made)
    return made


def as_stored(node: Node) -> Node:
    """The node itself, or a copy of what a view node shows: index maps are over stored arrays."""
    return record(elementwise.copy, (node,)) if node.op is structural.view and node.result is None else node

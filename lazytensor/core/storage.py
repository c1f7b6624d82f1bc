"""What several handles alias: `Storage`, and how a write replaces its node or, small ones, goes into its memory."""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops import elementwise, structural
from lazytensor.core.eager import limit, make
from lazytensor.core.pending import enroll
from lazytensor.core.record import record
from lazytensor.core.sites import Site
from lazytensor.core.statements import write_lock
from lazytensor.core.views import View

Array = np.ndarray[Any, Any]


# Watched handles from which on it is looked, each time that their number has doubled, which are gone.
_VIEWERS = 64


class _Memory:
    """The memory of an array, as NumPy takes it from what is no array: it passes on the base of a base, but not through this."""

    __slots__ = ("__array_interface__", "array")

    def __init__(self, array: Array) -> None:
        self.array = array
        self.__array_interface__ = array.__array_interface__


def apart(array: Array) -> Array:
    """Another array on the same memory. Its own views hold it, so that who holds `array` can be told from who holds these."""
    return np.asarray(_Memory(array))


def constant(array: Array, device: str | None = None) -> Node:
    """A leaf that holds an array which nobody else writes to."""
    return Node(structural.leaf, (), (), array.shape, array.dtype, device, None, array)


class Storage:
    """What several handles alias: the node of the current value of the whole array, and its memory once that is there.

    The handles' windows hold `array`. All others that read this memory, pending nodes, plans under way, exports, hold the node or its
    array, which is another one on the same memory: so it is known whether there are any when a small write comes.
    """

    __slots__ = ("_free", "_node", "_viewers", "array")

    _node: Node | None
    _viewers: list[ref[Any]] | None
    array: Array | None
    # The array, once it was seen that it may be written to.
    _free: Array | None

    def __init__(self, node: Node | None, array: Array | None = None) -> None:
        self._node = node
        self._viewers = None
        self._free = None
        self.array = array

    @property
    def node(self) -> Node:
        """The current value."""
        node = self._node
        if node is None:
            with write_lock:
                node = self._node
                if node is None:
                    assert self.array is not None
                    node = self._node = constant(apart(self.array))
        return node

    @node.setter
    def node(self, node: Node) -> None:
        with write_lock:
            self._node = node
            self.array = self._free = None
            viewers, self._viewers = self._viewers, None
            for entry in viewers or ():
                if (handle := entry()) is not None:
                    handle._close()

    def watch(self, handle: Any) -> None:
        """Have this handle close its window when the value is replaced by one that is pending: an array that nobody looks at can be
        written over. Small ones are copied as fast."""
        viewers = self._viewers
        if viewers is None:
            viewers = self._viewers = []
        elif len(viewers) >= _VIEWERS and not len(viewers) & (len(viewers) - 1):
            viewers[:] = [entry for entry in viewers if entry() is not None]
        viewers.append(ref(handle))

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

    @property
    def pending(self) -> Node | None:
        """The node, unless the memory is there."""
        return self._node if self.array is None else None

    def shown(self) -> Array | None:
        """The memory to read, of kinds of storages that have none of their own; for who holds `write_lock`."""
        return None

    def settled(self) -> Array | None:
        """The memory, if the value is there and work on it may run at once; for who holds `write_lock`."""
        array = self.array
        if array is None and limit.elements >= 0:
            node = self._node
            assert node is not None
            found = node.result
            if found is None:
                found = make(node)
            # Exports of a view would hold what it shows, and not the view.
            if type(found) is np.ndarray and node.device is None and type(found.base) is not np.ndarray:
                array = self.array = apart(found)
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes of the whole array."""
        array = self.array
        return self.node.shape if array is None else array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Element type."""
        array = self.array
        return self.node.dtype if array is None else array.dtype

    def writeable(self) -> Array | None:
        """The memory, which nobody else reads: a copy where somebody does; None if it is not there. For who holds `write_lock`."""
        array = self.array
        node = self._node
        if array is None or node is None:
            if array is not None and self._free is not array:
                if not array.flags.writeable:
                    array = self.array = array.copy()
                self._free = array
            return array
        readers = [node.result]
        self._node = node = None
        # What came from a node holds the array that the node had.
        base: Any = array.base
        if not alone(readers, 0, 1 if type(base) is _Memory and base.array is readers[0] else 0):
            array = self.array = array.copy()
        return array


def updated(whole: Node, view: View, value: Any, site: Site) -> Node:
    """The array with a region replaced by a node that broadcasts to it, or a Python scalar."""
    made = Node(structural.update, (whole, value), tuple(view), whole.shape, whole.dtype, whole.device, site)
    enroll(made)
    return made


def as_stored(node: Node) -> Node:
    """The node itself, or a copy of what a view node shows: index maps are over stored arrays."""
    return record(elementwise.copy, (node,)) if node.op is structural.view and node.result is None else node

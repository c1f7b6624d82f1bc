"""`Handle`: the state behind a Tensor.

A handle is either plain, owning the node of its current value, or shows part of a `Storage` that several handles alias. Assigning
through any of them replaces the storage's node by an update of the old one, so that all see the write. `lazytensor.tensor` adds the
public methods.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import structural
from lazytensor.core import views
from lazytensor.core.evaluate import value_of
from lazytensor.core.followers import LARGE
from lazytensor.core.pending import end_statement, shrinks
from lazytensor.core.sites import Site
from lazytensor.core.statements import put_off, write_lock
from lazytensor.core.storage import Storage, as_stored, updated
from lazytensor.core.views import View

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

Shape = tuple[int, ...]


class Handle:
    """A value that operations are recorded on. `_node` is set in a plain handle; else `_storage` is, and `_view` unless all of it is
    shown."""

    __slots__ = ("__weakref__", "_node", "_storage", "_view")

    _node: Node | None
    _storage: Storage | None
    _view: View | None

    # -- reading ---------------------------------------------------------------------------------------------------------------

    def _read(self) -> Node:
        """The node of the current value; a view becomes a view node on the storage's current base."""
        node = self._node
        if node is not None:
            return node
        storage = self._storage
        assert storage is not None
        base = storage.node
        view = self._view
        if view is None:
            return base
        if math.prod(base.shape) > LARGE:
            shrinks.append(None)
        if type(storage) is not Storage:
            return storage.read(view)
        # As `Storage.read`, without the call.
        return Node(structural.view, (base,), tuple(view), view.shape, base.dtype, base.device, None)

    def _base(self) -> Node:
        """The node of the whole array that this handle shows."""
        node = self._node
        return node if node is not None else self._storage.node  # type: ignore[union-attr]

    def _root(self) -> Node:
        """The node that a wait for this handle computes."""
        node = self._node
        return node if node is not None else self._storage.root  # type: ignore[union-attr]

    def _index_map(self) -> View:
        return self._shown() or views.whole(self._base().shape)

    def _shown(self) -> View | None:
        """The part of the storage that this handle shows, None for all of it."""
        return None if self._node is not None else self._view

    def _value(self) -> np.ndarray[Any, Any]:
        """The computed array, waited for. Not to be written to."""
        node = self._node
        if node is not None:
            return value_of(node)
        value_of(self._root())
        array = value_of(self._base())
        view = self._view
        if view is None:
            return array
        if 0 in view.shape:
            return np.empty(view.shape, array.dtype)
        item = array.itemsize
        return np.ndarray(view.shape, array.dtype, array, view.offset * item, tuple(step * item for step in view.strides))

    @property
    def shape(self) -> Shape:
        """Lengths of the axes. Never waits."""
        node = self._node
        if node is not None:
            return node.shape
        return self._view.shape if self._view is not None else self._base().shape

    @shape.setter
    def shape(self, value: Any) -> None:
        if self._node is not None and self._node.shape == ():
            raise AttributeError("shape: a 0-d result stands for a scalar, whose shape cannot be set; use reshape")
        single = views.is_integer(value) or getattr(value, "shape", None) == ()
        lengths = (operator.index(value),) if single else tuple(value)
        if any(isinstance(length, bool) for length in lengths):
            raise TypeError(f"shape: an integer is required as a length, got {value!r}")
        view = views.reshape(self._index_map(), views.resolve_shape(lengths, math.prod(self.shape)))
        if view is None:
            raise AttributeError(f"shape: {self.shape} cannot become {lengths} without a copy; use reshape")
        with write_lock:
            self._share()
            self._view = self._limited(view)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Element type. Never waits."""
        return self._base().dtype

    # -- aliasing --------------------------------------------------------------------------------------------------------------

    def _share(self) -> Storage:
        """This handle's storage, made when the first view or a mutable scalar needs one."""
        storage = self._storage
        if storage is None:
            with write_lock:
                storage = self._storage
                if storage is None:
                    node = self._node
                    assert node is not None
                    storage = Storage(as_stored(node))
                    self._view = None
                    self._storage = storage
                    self._node = None
        return storage

    def _alias(self, view: View) -> Tensor:
        """Another handle on the same storage."""
        node = self._node
        # A 0-d result stands for a scalar, which a view must not make mutable.
        owner = wrap(node) if node is not None and node.shape == () else self
        storage = owner._share()
        view = self._limited(view)
        return showing(storage, view if type(view) is views.ReadOnly or view != views.whole(self._base().shape) else None)

    def _limited(self, view: View) -> View:
        """A view of what this handle shows: read-only if that is."""
        shown = self._shown()
        if shown is None or type(shown) is View:
            return view if shown is None or shown.writeable else views.ReadOnly(*view)
        if not shown.writeable:
            return views.ReadOnly(*view)
        return view if type(shown) is not views.Overlapping or views.distinct(view) else views.Overlapping(*view)

    def _replace(self, change: Callable[[Node], Node]) -> None:
        """Make `change(whole)` the value of everything that aliases this handle."""
        with write_lock:
            if self._node is not None:
                self._node = change(self._node)
            else:
                assert self._storage is not None
                self._storage.node = change(self._storage.node)
        if put_off:
            end_statement()

    def _assign(self, value: Node, site: Site) -> None:
        """Store `value`, of this handle's shape and dtype, in the elements that this handle shows."""
        view = self._shown()
        if view is None or view == views.whole(self._base().shape):
            self._replace(lambda whole: as_stored(value))
        else:
            self._store(view, value, site)

    def _store(self, view: View, value: Any, site: Site) -> None:
        """Record the update of a region of the whole array; `value` is a node that broadcasts to it, or a Python scalar."""
        if self._node is None and type(self._view) is views.Overlapping and 0 not in view.shape and not views.distinct(view):
            from lazytensor.core.indexing import scatter  # delayed: indexing is written against this module

            scatter(self, view, value)
            return
        if not view.writeable:
            raise ValueError("assignment destination is read-only")
        if 0 in view.shape:
            return

        with write_lock:
            if self._node is not None:
                self._node = updated(self._node, view, value, site)
            else:
                assert self._storage is not None
                self._storage.store(view, value, site)
        if put_off:
            end_statement()


_new = object.__new__
_tensor_class: list[type[Handle]] = []


def wrap(node: Node) -> Tensor:
    """A plain handle on a node."""
    made = _new(_tensor_class[0])
    made._node = node
    made._storage = None
    return made  # type: ignore[return-value]


def created(node: Node) -> Tensor:
    """A handle on an array of its own: unlike a result, it can be assigned to even when 0-d."""
    made = wrap(node)
    if node.shape == ():
        made._share()
    return made


def stands_for_scalar(x: Handle) -> bool:
    """Is it a 0-d result, and no array? Never waits."""
    return x._node is not None and not x._node.shape


def mutable(made: Tensor) -> Tensor:
    """A 0-d result as an array, which can be written to, where NumPy gives an array and no scalar."""
    return created(made._node) if made._node is not None and not made._node.shape else made


def showing(storage: Storage, view: View | None) -> Tensor:
    """A handle on a storage, or on a part of it."""
    made = _new(_tensor_class[0])
    made._node = None
    made._storage = storage
    made._view = view
    return made  # type: ignore[return-value]

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
from numpy import ndarray

from lazytensor.compiler.graph import Node
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind
from lazytensor.core import views
from lazytensor.core.eager import extent, limit, make
from lazytensor.core.evaluate import value_of
from lazytensor.core.followers import LARGE
from lazytensor.core.lines import MEDIUM
from lazytensor.core.pending import end_statement, shrinks
from lazytensor.core.sites import Site
from lazytensor.core.statements import put_off, write_lock
from lazytensor.core.storage import Storage, as_stored, constant, updated
from lazytensor.core.views import View

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

# Elements of an array, still to be created, that is made where one of them is read or written: 32 MiB of float64.
MADE_ELEMENTS = 1 << 22
Shape = tuple[int, ...]
Array = np.ndarray[Any, Any]

# The view of a handle that nobody has asked for it yet: its window says it.
FROM_WINDOW = View((), (), -1)
# Elements of arrays from which on a window is noted, which takes as long as to make it: smaller ones are copied in microseconds.
_watched = 1 << 16


def _address(array: Array) -> int:
    found: int = array.__array_interface__["data"][0]
    return found


class Handle:
    """A value that operations are recorded on, or run on at once.

    A plain handle has a value of its own: `_array`, once it is there and small work may look at it (an array in C order, or a NumPy
    scalar), and `_node`, unless nobody asked for one yet. Of others `_storage` is set; they show `_view` of it, all of it where that is
    None. `_seen` is the storage's array when it was looked at last, and the window on it that shows the view, which is `FROM_WINDOW`
    until somebody asks for it.
    """

    __slots__ = ("__weakref__", "_array", "_node", "_seen", "_storage", "_view")

    _array: Any
    _node: Node | None
    _storage: Storage | None
    _view: View | None
    _seen: tuple[Array, Array] | None

    # -- reading ---------------------------------------------------------------------------------------------------------------

    def _read(self) -> Node:
        """The node of the current value; a view becomes a view node on the storage's current base, or a small one a leaf."""
        node = self._node
        if node is not None:
            return node
        storage = self._storage
        if storage is None:
            return self._leaf()
        if limit.elements >= 0:
            with write_lock:
                window = current(self)
                if window is not None and window.size <= limit.elements:
                    return constant(np.array(window, order="C"))
        view = self._shown()
        base = storage.node
        if view is None:
            return base
        if math.prod(base.shape) > LARGE:
            shrinks.append(None)
        if type(storage) is not Storage:
            return storage.read(view)
        # As `Storage.read`, without the call.
        return Node(structural.view, (base,), tuple(view), view.shape, base.dtype, base.device, None)

    def _leaf(self) -> Node:
        """The node of a plain handle whose value is there."""
        with write_lock:
            node = self._node
            if node is None:
                if self._storage is not None:
                    return self._read()
                node = self._node = constant(np.asarray(self._written()))
            return node

    def _written(self) -> Any:
        """The array of a plain handle, for who holds `write_lock`: a signal handler may have come while it is written to."""
        array = self._array
        if array is None and self._node is None:
            assert self._seen is not None
            return self._seen[1]
        return array

    def _base(self) -> Node:
        """The node of the whole array that this handle shows."""
        storage = self._storage
        return storage.node if storage is not None else self._node or self._leaf()

    def _root(self) -> Node:
        """The node that a wait for this handle computes."""
        storage = self._storage
        return storage.root if storage is not None else self._node or self._leaf()

    def _close(self) -> None:
        """Let go of the window."""
        if self._seen is not None:
            self._view = self._shown()
            self._seen = None

    def _made(self) -> bool:
        """Is the whole array there? One that is still to be created is made, for who reads or writes a few of its elements."""
        node = self._node if self._storage is None else self._storage.pending
        return node is None or node.result is not None or make(node, MADE_ELEMENTS) is not None

    def _index_map(self) -> View:
        return self._shown() or views.whole(self.shape)

    def _shown(self) -> View | None:
        """The part of the storage that this handle shows, None for all of it."""
        if self._storage is None:
            return None
        view = self._view
        if view is not FROM_WINDOW:
            return view
        assert self._seen is not None
        base, window = self._seen
        item = base.itemsize
        start = (_address(window) - _address(base)) // item if window.size else 0
        view = self._view = View(window.shape, tuple([step // item for step in window.strides]), start)
        return view

    def _value(self) -> np.ndarray[Any, Any]:
        """The computed array, waited for. Not to be written to."""
        array = self._array
        if array is not None:
            return array if type(array) is np.ndarray else np.asarray(array)
        node = self._node
        if node is not None:
            return value_of(node)
        if self._storage is None:
            return value_of(self._leaf())
        if limit.elements >= 0:
            with write_lock:
                window = current(self)
                if window is not None and window.size <= limit.elements:
                    return np.array(window)
        value_of(self._root())
        array = value_of(self._base())
        view = self._shown()
        if view is None:
            return array
        if 0 in view.shape:
            return np.empty(view.shape, array.dtype)
        item = array.itemsize
        return np.ndarray(view.shape, array.dtype, array, view.offset * item, tuple(step * item for step in view.strides))

    @property
    def shape(self) -> Shape:
        """Lengths of the axes. Never waits."""
        array = self._array
        if array is not None:
            return array.shape  # type: ignore[no-any-return]
        node = self._node
        if node is not None:
            return node.shape
        storage = self._storage
        if storage is None:
            return self._leaf().shape
        view = self._view
        if view is FROM_WINDOW:
            return self._seen[1].shape  # type: ignore[index, no-any-return]
        return view.shape if view is not None else storage.shape

    @shape.setter
    def shape(self, value: Any) -> None:
        if stands_for_scalar(self):
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
            self._show(self._limited(view))

    @property
    def ndim(self) -> int:
        """Number of axes. Never waits."""
        return _rank(self)

    @property
    def size(self) -> int:
        """Number of elements. Never waits."""
        return _size(self)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Element type. Never waits."""
        array = self._array
        if array is not None:
            return array.dtype  # type: ignore[no-any-return]
        storage = self._storage
        return (self._node or self._leaf()).dtype if storage is None else storage.dtype

    # -- aliasing --------------------------------------------------------------------------------------------------------------

    def _share(self) -> Storage:
        """This handle's storage, made when the first view or a mutable scalar needs one."""
        storage = self._storage
        if storage is None:
            with write_lock:
                storage = self._storage
                if storage is None:
                    storage = self._own() or Storage(as_stored(self._node or self._leaf()))
                    self._view = self._seen = None
                    self._storage = storage
                    self._node = self._array = None
        return storage

    def _own(self) -> Storage | None:
        """A storage on the array of this plain handle, if nobody else holds that."""
        if type(self._array) is not np.ndarray or self._node is not None:
            return None
        holders = [self._array]
        self._seen, self._array = (holders[0], holders[0]), None
        if not alone(holders, 0, 2) or self._node is not None:
            self._array, self._seen = holders[0], None
            return None
        return Storage(None, holders[0])

    def _alias(self, view: View) -> Tensor:
        """Another handle on the same storage."""
        # A 0-d result stands for a scalar, which a view must not make mutable.
        owner = wrap(self._read()) if stands_for_scalar(self) else self
        storage = owner._share()
        view = self._limited(view)
        return showing(storage, view if type(view) is views.ReadOnly or view != views.whole(storage.shape) else None)

    def _show(self, view: View) -> None:
        """Show another part of the storage."""
        self._view = view
        self._seen = None

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
            storage = self._storage
            if storage is not None:
                storage.node = change(storage.node)
            else:
                self._set(change(self._read()))
        if put_off:
            end_statement()

    def _set(self, node: Node) -> None:
        """Give a plain handle another value."""
        self._node = node
        self._array = self._seen = None

    def _assign(self, value: Node, site: Site) -> None:
        """Store `value`, of this handle's shape and dtype, in the elements that this handle shows."""
        view = self._shown()
        if view is None or view == views.whole(self._base().shape):
            self._replace(lambda whole: as_stored(value))
        else:
            self._store(view, value, site)

    def _store(self, view: View, value: Any, site: Site) -> None:
        """Record the update of a region of the whole array; `value` is a node that broadcasts to it, or a Python scalar."""
        if (
            self._storage is not None
            and type(self._view) is views.Overlapping
            and 0 not in view.shape
            and not views.distinct(view)
        ):
            from lazytensor.core.indexing import scatter  # delayed: indexing is written against this module

            scatter(self, view, value)
            return
        if not view.writeable:
            raise ValueError("assignment destination is read-only")
        if 0 in view.shape:
            return

        with write_lock:
            storage = self._storage
            if storage is not None:
                storage.store(view, value, site)
            else:
                self._set(updated(self._read(), view, value, site))
        if put_off:
            end_statement()


# -- reading what is there: functions, which compiled code calls without a look-up ------------------------------------------------


def model(x: Handle) -> Any:
    """An array of the shape that a handle has, where one is at hand: its own, or the window that was looked through last."""
    if x._array is not None or x._storage is None or x._seen is None:
        return x._array
    return x._seen[1]


def _rank(x: Handle) -> int:
    value = model(x)
    if type(value) is ndarray:
        array = value
        return array.ndim
    return len(x.shape)


def _size(x: Handle) -> int:
    value = model(x)
    if type(value) is ndarray:
        array = value
        return array.size
    return math.prod(x.shape)


def current(x: Handle) -> Any:
    """The computed value, if it is there and small work may look at it, else None. Of a handle on a storage a window on its memory,
    for who holds `write_lock`."""
    array = x._array
    if array is not None:
        return array
    if x._storage is not None:
        seen = look(x)
        return None if seen is None else seen[1]
    node = x._node
    if node is not None:
        if limit.elements < 0 or node.device is not None:
            return None
        if type(node.result) is not ndarray and (node.result is not None or make(node) is None):
            return None
    with write_lock:
        if x._storage is not None:
            return current(x)
        if x._array is None and x._node is node is not None:
            if type(node.result.base) is ndarray:  # whose exports would hold what it shows, and not the array
                return None
            x._array = node.result
        return x._written()


def is_tensor(x: Any) -> bool:
    """Is it a handle? Tensors inherit from many classes, and to look through them all takes a tenth of a scalar's product."""
    return type(x) is _class or isinstance(x, Handle)


def pending(x: Handle) -> bool:
    """Is it a plain tensor whose value is to come, and no creation?"""
    node = x._node
    return node is not None and node.result is None and node.op.kind is not Kind.SOURCE


def look(x: Handle) -> tuple[Array, Array] | None:
    """The array of the storage that a handle is on, if it is there, and the window on it; for who holds `write_lock`."""
    storage = x._storage
    if type(storage) is Storage:
        base = storage.settled()
    else:
        base = None if storage is None else storage.shown()
    if base is None:
        return None
    seen = x._seen
    if seen is not None and seen[0] is base:
        return seen
    view = x._shown()
    window = base if view is None else structural.strided(base, *view)
    # A window on large memory would keep it from being written over when it is pending next.
    seen = base, window
    if extent(window.size, window.itemsize) <= MEDIUM:
        x._seen = seen
        if base.size > _watched:
            storage.watch(x)  # type: ignore[union-attr]
    return seen


def is_open(x: Handle) -> bool:
    """May a handle on a storage be written through, each element once, and so its windows?"""
    view = x._view
    return view is None or view is FROM_WINDOW or (type(view) is View and view.writeable)


# -- making handles -------------------------------------------------------------------------------------------------------------

# What users hold, once it is there. Compiled, `_class.__new__(_class)` takes no call of Python's, as `Handle.__new__(_class)` does.
_class: type[Handle] = Handle


def become(tensor: type[Handle]) -> None:
    """Have all handles made from now on be of this class."""
    global _class
    _class = tensor


def wrap(node: Node) -> Tensor:
    """A plain handle on a node."""
    made = _class.__new__(_class)
    made._array = None
    made._node = node
    made._storage = None
    return made  # type: ignore[return-value]


def computed(value: Any) -> Tensor:
    """A plain handle on an array in C order that nobody else has, or on a NumPy scalar."""
    made = _class.__new__(_class)
    made._array = value
    made._node = None
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
    return x._storage is None and not x.shape


def mutable(made: Tensor) -> Tensor:
    """A 0-d result as an array, which can be written to, where NumPy gives an array and no scalar."""
    return created(made._read()) if stands_for_scalar(made) else made


def showing(storage: Storage, view: View | None) -> Tensor:
    """A handle on a storage, or on a part of it."""
    made = _class.__new__(_class)
    made._array = made._node = made._seen = None
    made._storage = storage
    made._view = view
    return made  # type: ignore[return-value]


def shown(storage: Storage, base: Array, window: Array) -> Tensor:
    """A handle on the part of a storage that a window on its array shows."""
    made = _class.__new__(_class)
    made._array = made._node = None
    made._seen = base, window
    made._storage = storage
    made._view = FROM_WINDOW
    if base.size > _watched:
        storage.watch(made)
    return made  # type: ignore[return-value]

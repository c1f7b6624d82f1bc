"""`Handle`: the state behind a Tensor, and how operations are recorded.

A handle is either plain, owning the node of its current value, or shows part of a `Storage` that several handles alias. Assigning
through any of them replaces the storage's node by an update of the old one, so that all see the write. `lazytensor.tensor` adds the
public methods; the chapters (elementwise, statistics, ...) are written against this module.
"""

from __future__ import annotations

import math
import operator
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from lazytensor import views
from lazytensor.background import MAX_PENDING, bound, note, run_rounds
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise, structural
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.config import config
from lazytensor.devices import default_name
from lazytensor.errors import DeviceError
from lazytensor.evaluate import value_of
from lazytensor.followers import LARGE, MAX_BYTES, watch
from lazytensor.nesting import refuse_cycles
from lazytensor.planning import lock
from lazytensor.runtime import forks
from lazytensor.sites import Site, user_site
from lazytensor.views import View

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

Shape = tuple[int, ...]

SUPPORTED = tuple(
    np.dtype(name)
    for name in (
        [
            "bool",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "float32",
            "float64",
            "complex64",
            "complex128",
        ]
    )
)
_BY_DTYPE = {dtype: dtype for dtype in SUPPORTED}

# Guards the change of any handle or storage: a statement on a handle is atomic. One lock for all, since graphs are built under the
# interpreter lock anyway.
write_lock = threading.RLock()
forks.hold(forks.WRITES, lambda: write_lock)

# Elements from which an operation counts for background starts; smaller ones must not pay for the bookkeeping.
_NOTABLE = 1 << 15
_MAX_BYTES = np.iinfo(np.intp).max


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
            _shrinks.append(None)
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
            from lazytensor.indexing import scatter  # delayed: indexing is written against this module

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


def updated(whole: Node, view: View, value: Any, site: Site) -> Node:
    """The array with a region replaced by a node that broadcasts to it, or a Python scalar."""
    made = Node(structural.update, (whole, value), tuple(view), whole.shape, whole.dtype, whole.device, site)
    enroll(made)
    return made


def as_stored(node: Node) -> Node:
    """The node itself, or a copy of what a view node shows: index maps are over stored arrays."""
    return record(elementwise.copy, (node,)) if node.op is structural.view and node.result is None else node


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


# -- what is pending ------------------------------------------------------------------------------------------------------------

_pending: list[ref[Node]] = []
# Not empty when what is recorded next reads something large that it may be smaller than.
_shrinks: list[None] = []
_sweep_at = [MAX_PENDING // 2]


def enroll(node: Node) -> None:
    """Let `wait_all` find the node, and start it at once, or large work in the background, as the settings say."""
    size = math.prod(node.shape)
    if size > _NOTABLE and size * node.dtype.itemsize > _MAX_BYTES:
        raise ValueError(
            f"{node.op.name}: array is too big, shape {node.shape} of {node.dtype} exceeds the maximum possible size"
        )
    _pending.append(ref(node))
    if _shrinks:
        _shrinks.clear()
        if size <= MAX_BYTES:
            watch(node)
    if len(_pending) > _sweep_at[0]:
        bound(sweep())
    if config.sync:
        value_of(node)
    elif size > _NOTABLE and note(node):
        run_rounds(sweep())


def sweep() -> list[Node]:
    """Forget what is dead or computed, and return what is pending, in the order it was recorded."""
    # Under the lock that captures hold, whose reference counts must not see these.
    with lock:
        count = len(_pending)
        entries: list[ref[Node]] = []
        alive: list[Node] = []
        for entry in _pending[:count]:
            node = entry()
            if node is not None and node.result is None:
                entries.append(entry)
                alive.append(node)
        _pending[:count] = entries
        # Twice what is alive: each sweep costs 0.1 us a node recorded since the last.
        _sweep_at[0] = max(MAX_PENDING // 2, 2 * len(alive))
        return alive


# -- operands -------------------------------------------------------------------------------------------------------------------


def constant(array: np.ndarray[Any, Any], device: str | None = None) -> Node:
    """A leaf that holds an array which nobody else writes to."""
    return Node(structural.leaf, (), (), array.shape, array.dtype, device, None, array)


def import_array(source: np.ndarray[Any, Any], device: str | None = None, copy: bool | None = None) -> Node:
    """A leaf of a NumPy array: copied, unless it can never change (its whole base chain is read-only) or `copy=False`."""
    dtype = _BY_DTYPE.get(source.dtype)
    if dtype is None:
        native = source.dtype.newbyteorder("=")
        dtype = _BY_DTYPE.get(native)
        if dtype is None:
            raise TypeError(f"asarray: dtype {source.dtype} is not supported; supported are {', '.join(map(str, SUPPORTED))}")
        if copy is False:
            raise ValueError(f"asarray: dtype {source.dtype} cannot be used without a copy")
        return constant(source.astype(dtype), device)
    plain = type(source) is np.ndarray and source.flags.c_contiguous and source.flags.aligned
    if copy is False:
        if not plain:
            raise ValueError("asarray: an array that is not C-contiguous cannot be used without a copy")
        shared = source.view()
        shared.flags.writeable = False
        return constant(shared, device)
    if copy is None and plain and _frozen(source):
        return constant(source, device)
    return constant(np.array(source, dtype=dtype, order="C", subok=False), device)


def _frozen(array: Any) -> bool:
    """Can nobody write to this memory through NumPy?"""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return array is None or isinstance(array, bytes)


def operand(value: Any, name: str) -> Any:
    """A node or a Python scalar for anything that stands for an array; TypeError naming the operation for anything else."""
    if isinstance(value, Handle):
        return value._read()
    kind = type(value)
    if kind is bool or kind is int or kind is float or kind is complex:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return _imported(value, name)
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, (Handle, list, tuple)) for item in value) and contains_handle(value):
            from lazytensor.creation import asarray  # delayed: creation is written against this module

            return asarray(value)._read()
        return _imported(value, name)
    if isinstance(value, int):  # subclasses, such as IntEnum
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, complex):
        return complex(value)
    return _imported(value, name)


def _imported(value: Any, name: str) -> Node:
    """A leaf of what NumPy makes an array of; errors name the operation."""
    if isinstance(value, np.ndarray) and value.dtype in _BY_DTYPE:
        return import_array(value)
    from lazytensor.foreign import imported  # delayed: foreign is written against this module

    return imported(value, name)


def contains_handle(value: Any) -> bool:
    """Is there a tensor in nested lists? ValueError for a list that contains itself, in which NumPy may look for ever."""
    pending, seen, repeated = [value], {id(value)}, False
    while pending:
        for item in pending.pop():
            if isinstance(item, Handle):
                return True
            if isinstance(item, (list, tuple)):
                if id(item) in seen:
                    repeated = True
                else:
                    seen.add(id(item))
                    pending.append(item)
    if repeated:
        refuse_cycles(value)
    return False


def node_operand(value: Any, name: str) -> Node:
    """Like `operand`, with scalars made into 0-d arrays of NumPy's default dtype."""
    found = operand(value, name)
    return found if type(found) is Node else constant(np.asarray(found))


def common_device(name: str, operands: tuple[Any, ...]) -> str | None:
    """The device that the operands are pinned to, None if none is; DeviceError if they differ."""
    found: str | None = None
    for item in operands:
        if type(item) is Node and item.device is not None:
            if found is None:
                found = item.device
            elif found != item.device:
                raise DeviceError(
                    f"{name}: operands are on different devices, {found} and {item.device}; move one with to_device"
                )
    return found


# -- recording ------------------------------------------------------------------------------------------------------------------


def record(op: Op, operands: tuple[Any, ...], params: tuple[Any, ...] = (), site: Site = None, device: str | None = None) -> Node:
    """Record an operation on nodes and Python scalars: shape, dtype and device are checked here, at the user's line."""
    shapes = [item.shape if type(item) is Node else () for item in operands]
    types = [item.dtype if type(item) is Node else type(item) for item in operands]
    result = op.resolve(*types, *params).result
    shape = op.shape(*shapes, *params)
    if op.kind is not Kind.ELEMENTWISE and max(map(math.prod, shapes), default=0) > LARGE:
        _shrinks.append(None)
    where = device or common_device(op.name, operands)
    if where is None and default_name() is not None and Node not in map(type, operands):
        where = default_name()
    node = Node(op, operands, params, shape, result, where, site or user_site())
    enroll(node)
    return node


def apply(op: Op, *values: Any, params: tuple[Any, ...] = ()) -> Tensor:
    """Record an operation on anything that stands for arrays."""
    name = op.name
    return wrap(record(op, tuple([operand(value, name) for value in values]), params))

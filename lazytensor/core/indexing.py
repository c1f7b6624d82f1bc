"""Indexing: `x[key]` and `x[key] = value`.

Integers, slices, None and Ellipsis give views. Integer arrays gather a copy, lazily. A boolean mask in `x[mask]` makes the shape depend
on values, so that call waits for the mask; `x[mask] = value` does not wait.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise, indexing
from lazytensor.compiler.ops.shapes import check_assignable
from lazytensor.core import views
from lazytensor.core.eager import limit
from lazytensor.core.elements import read, write
from lazytensor.core.foreign import numpy_array
from lazytensor.core.handle import Handle, showing, stands_for_scalar, wrap
from lazytensor.core.nesting import contains_handle  # fmt: skip
from lazytensor.core.operands import import_array, stacked  # fmt: skip
from lazytensor.core.pending import end_statement
from lazytensor.core.record import record  # fmt: skip
from lazytensor.core.sites import user_site
from lazytensor.core.statements import write_lock
from lazytensor.core.storage import as_stored, constant
from lazytensor.core.storing import cast_for_assignment, number_to_store, one_element

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

# The methods `Tensor.__getitem__` and `__setitem__` are all that users see of this chapter.
_INVALID = (
    "only integers, slices (`:`), ellipsis (`...`), newaxis (`None`) and integer or boolean arrays are valid indices, got {}"
)


class Index(NamedTuple):
    """An index with arrays in it: the items as a template (see `compiler.ops.indexing`), and the arrays, as nodes, and as NumPy
    arrays where the user gave something else than tensors."""

    template: tuple[tuple[Any, ...], ...]
    nodes: tuple[Node, ...]
    given: tuple[np.ndarray[Any, Any] | None, ...]

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple([node.shape for node in self.nodes])


def _items(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


# -- the key --------------------------------------------------------------------------------------------------------------------


def _index(items: tuple[Any, ...]) -> Index:
    """The items of a key that is not basic; the counts of masks are -1."""
    template: list[tuple[Any, ...]] = []
    nodes: list[Node] = []
    given: list[np.ndarray[Any, Any] | None] = []
    # NumPy looks at slices last.
    slices: list[tuple[int, slice]] = []
    for item in items:
        if item is None:
            template.append(("none",))
        elif item is Ellipsis:
            if ("ellipsis",) in template:
                raise IndexError("an index can only have a single ellipsis ('...')")
            template.append(("ellipsis",))
        elif isinstance(item, slice):
            slices.append((len(template), item))
            template.append(("slice",))
        elif views.is_integer(item):
            template.append(("int", int(item)))
        else:
            array, node = _positions(item)
            nodes.append(node)
            given.append(array)
            template.append(("mask", len(nodes), -1) if node.dtype.kind == "b" else ("array", len(nodes)))
    for place, item in slices:
        ends = [None if end is None else operator.index(end) for end in (item.start, item.stop, item.step)]
        if ends[2] == 0:
            raise ValueError("slice step cannot be zero")
        template[place] = ("slice", *ends)
    return Index(tuple(template), tuple(nodes), tuple(given))


def _positions(item: Any) -> tuple[np.ndarray[Any, Any] | None, Node]:
    """An array of positions, or a mask, as NumPy has it, unless it is a tensor, and as a node."""
    if isinstance(item, (list, tuple)) and contains_handle(item):
        item = wrap(stacked(item))
    if isinstance(item, Handle):
        node = item._read()
        if node.dtype.kind not in "iub":
            raise IndexError(f"arrays used as indices must be of integer (or boolean) type, got {node.dtype}")
        return None, node
    array = numpy_array(item)
    if array.size == 0 and not isinstance(item, np.ndarray):
        array = array.astype(np.intp)
    if array.dtype.kind not in "iub":
        if isinstance(item, np.ndarray):
            raise IndexError(f"arrays used as indices must be of integer (or boolean) type, got {array.dtype}")
        try:
            array = np.asarray(operator.index(item))
        except TypeError:
            raise IndexError(_INVALID.format(type(item).__name__)) from None
    return array, import_array(array)


def positions_of(item: Any) -> Tensor:
    """One array of positions, or a mask, of an index."""
    return wrap(_positions(item)[1])


def _counted(index: Index, wait: bool) -> Index | None:
    """The index with the number of true elements of each mask; None if a mask would have to be waited for and may not."""
    if not any(item[0] == "mask" for item in index.template):
        return index
    template, nodes = list(index.template), list(index.nodes)
    for place, item in enumerate(template):
        if item[0] == "mask":
            number = item[1] - 1
            mask = index.given[number]
            if mask is None:
                if not wait:
                    return None
                nodes[number] = as_stored(nodes[number])
                mask = wrap(nodes[number])._value()
            template[place] = ("mask", item[1], int(np.count_nonzero(mask)))
    return Index(tuple(template), tuple(nodes), index.given)


# -- reading --------------------------------------------------------------------------------------------------------------------


def get(x: Handle, key: Any) -> Tensor:
    """`x[key]`."""
    bound = limit
    if bound.elements >= 0:
        made = read(x, key)
        if made is not None:
            return made
    return _recorded(x, key)


class Items:
    """The items of a tensor's first axis, as they are when each is reached."""

    __slots__ = ("_count", "_next", "_of")

    def __init__(self, of: Handle, count: int) -> None:
        self._of = of
        self._count = count
        self._next = 0

    def __iter__(self) -> Items:
        return self

    def __next__(self) -> Tensor:
        place = self._next
        if place >= self._count:
            raise StopIteration
        self._next = place + 1
        return get(self._of, place)

    def __length_hint__(self) -> int:
        return self._count - self._next


def _recorded(x: Handle, key: Any) -> Tensor:
    items = _items(key)
    view = x._index_map()
    # A slice need not pay for the short way of x[i, j].
    if items and type(items[-1]) is int and (place := views.position(view, items)) is not None:
        return element(x, views.View((), (), place))
    if views.is_basic(items):
        found = views.index(view, items)
        if found.shape == () and not any(item is Ellipsis for item in items):
            return element(x, found)
        return x._alias(found)
    index = _index(items)
    if any(item[0] == "mask" for item in index.template):
        # What is wrong with ranks and masks is said before anything is waited for.
        indexing.gathered(x.shape, index.shapes, _with_ones(index.template))
    counted = _counted(index, wait=True)
    assert counted is not None
    return wrap(record(indexing.gather, (x._read(), *counted.nodes), (counted.template,)))


def _with_ones(template: tuple[tuple[Any, ...], ...]) -> tuple[tuple[Any, ...], ...]:
    """The template with masks whose counts are unknown as if one element were true, which broadcasts to anything."""
    return tuple([("mask", item[1], 1) if item[0] == "mask" and item[2] < 0 else item for item in template])


def element(x: Handle, found: views.View) -> Tensor:
    """One element, as NumPy's scalars are: a snapshot that later writes to `x` do not change."""
    base = x._base()
    if type(base.result) is np.ndarray:
        return wrap(constant(np.asarray(base.result.flat[found.offset]), base.device))
    return wrap(record(elementwise.copy, (x._alias(found)._read(),)))


# -- the methods --------------------------------------------------------------------------------------------------------------------


class Indexed(Handle):
    """What `Tensor` inherits: as methods in the body of a class they are found without a look-up where this is compiled."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Tensor:
        return get(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        assign(self, key, value)

    def __delitem__(self, key: Any) -> None:
        raise ValueError("elements of a tensor cannot be deleted; lazytensor.delete makes one without them")


# -- writing --------------------------------------------------------------------------------------------------------------------


def template_of(key: Any) -> tuple[tuple[tuple[Any, ...], ...], list[Node]]:
    """Any key as a template and the arrays in it."""
    index = _index(_items(key))
    return index.template, list(index.nodes)


def assign(x: Handle, key: Any, value: Any) -> None:
    """`x[key] = value`, for basic, integer-array and boolean keys."""
    bound = limit
    if bound.elements < 0 or not write(x, key, value):
        _record(x, key, value)


def _record(x: Handle, key: Any, value: Any) -> None:
    if stands_for_scalar(x):
        raise TypeError("'Tensor' result of shape () does not support item assignment: it stands for a scalar")
    shown = x._shown()
    if shown is not None and not shown.writeable:
        raise ValueError("assignment destination is read-only")
    site = user_site()
    items = _items(key)
    if views.is_basic(items):
        target = views.index(x._index_map(), items)
        one = not target.shape and not any(item is Ellipsis for item in items)
        value = one_element(value, x.dtype, "setitem") if one else number_to_store(value, x.dtype)
        if (
            isinstance(value, Handle)
            and value._storage is not None
            and value._storage is x._storage
            and value._index_map() == target
        ):
            return  # x[key] += v has already written through the view
        stored = cast_for_assignment(value, x.dtype, "setitem")
        _check_broadcast(stored.shape, target.shape)
        if target == views.whole(x._base().shape) and stored.device == x._base().device:
            # All of it: the old values are not needed.
            stored = _stretched(stored, target.shape)
            x._replace(lambda whole: as_stored(stored))
        else:
            if len(stored.shape) > len(target.shape):
                stored = _stretched(stored, stored.shape[len(stored.shape) - len(target.shape) :])
            x._store(target, stored, site)
        return
    overlapping = numbered(x)
    if overlapping is not None:
        assign(overlapping[0], (get(overlapping[1], key),), value)
        return
    index = _index(items)
    stored = cast_for_assignment(value, x.dtype, "setitem")
    _check_stored(x.shape, index, stored.shape)
    # A template without counts: another mask meets the same plan.
    with write_lock:
        x._assign(record(indexing.put, (x._read(), stored, *index.nodes), (index.template,)), site)
    end_statement()


def numbered(x: Handle, view: views.View | None = None) -> tuple[Tensor, Tensor] | None:
    """All of the array that `x` shows part of, as one axis, and the number in it of each element of the view (what `x` shows if None),
    where these may be written to though some share a place: by their numbers, one after the other. Else None."""
    if type(x._shown()) is not views.Overlapping:
        return None
    storage, shown = x._storage, view or x._index_map()
    assert storage is not None
    size = math.prod(storage.node.shape)
    return showing(storage, views.View((size,), (1,), 0)), wrap(constant(views.places(shown, size)))


def scatter(x: Handle, view: views.View, value: Any) -> None:
    """Store a node that broadcasts to the view, whose elements overlap, one element after the other in C order."""
    found = numbered(x, view)
    assert found is not None
    assign(found[0], (found[1],), wrap(value) if type(value) is Node else value)


def _check_stored(shape: tuple[int, ...], index: Index, value: tuple[int, ...]) -> None:
    """Raise what can be seen to be wrong with an assignment without waiting."""
    counted = _counted(index, wait=False)
    if counted is None:
        indexing.gathered(shape, index.shapes, _with_ones(index.template))
        return
    target = indexing.gathered(shape, index.shapes, counted.template)
    try:
        check_assignable("setitem", value, target)
    except ValueError:
        raise ValueError(
            f"shape mismatch: value array of shape {value} could not be broadcast to indexing result of shape {target}"
        ) from None


def _stretched(node: Node, shape: tuple[int, ...]) -> Node:
    """The node, as a view if need be, in a shape that it broadcasts to once leading axes of length 1 are gone."""
    if node.shape == shape:
        return node
    source = wrap(node)
    trimmed = views.reshape(source._index_map(), node.shape[max(0, len(node.shape) - len(shape)) :])
    wide = None if trimmed is None else views.broadcast(trimmed, shape)
    assert wide is not None  # the shapes were checked
    return source._alias(wide)._read()


def _check_broadcast(source: tuple[int, ...], target: tuple[int, ...]) -> None:
    trimmed = source
    while len(trimmed) > len(target) and trimmed[0] == 1:
        trimmed = trimmed[1:]
    lead = len(target) - len(trimmed)
    if lead < 0 or any(have not in (1, want) for have, want in zip(trimmed, target[lead:], strict=True)):
        raise ValueError(f"could not broadcast input array from shape {source} into shape {target}")

"""Indexing: `x[key]` and `x[key] = value`, and `take`.

Integers, slices, None and Ellipsis give views. Integer arrays gather a copy, lazily. A boolean mask in `x[mask]` makes the shape depend
on values, so that call waits for the mask; `x[mask] = value` does not wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import views
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise, indexing
from lazytensor.handle import Handle, as_stored, constant, node_operand, operand, record, wrap, write_lock
from lazytensor.sites import user_site

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "take",
]  # fmt: skip


def _items(key: Any) -> tuple[Any, ...]:
    return key if type(key) is tuple else (key,)


def _normal(item: Any) -> Any:
    """Index items as handles, integers, slices, None or Ellipsis; 0-d integer tensors that are at hand stay lazy arrays."""
    if item is None or item is Ellipsis or isinstance(item, slice) or views.is_integer(item):
        return item
    if isinstance(item, (bool, np.bool_)):
        return wrap(constant(np.asarray(bool(item))))
    if isinstance(item, Handle):
        found = item
    else:
        array = np.asarray(item)
        if array.size == 0 and not isinstance(item, np.ndarray):
            array = array.astype(np.intp)
        found = wrap(node_operand(array, "index"))
    if found.dtype.kind not in "iub":
        raise IndexError(f"arrays used as indices must be of integer (or boolean) type, got {found.dtype}")
    return found


def get(x: Handle, key: Any) -> Tensor:
    """`x[key]`."""
    items = _items(key)
    if views.is_basic(items):
        found = views.index(x._index_map(), items)
        if found.shape == () and Ellipsis not in items:
            return element(x, found)
        return x._alias(found)
    items = tuple(_normal(item) for item in items)
    if any(isinstance(item, Handle) and item.dtype.kind == "b" for item in items):
        items = _unmask(items)
    template, arrays = _template(items)
    return wrap(record(indexing.gather, (x._read(), *arrays), (template,)))


def element(x: Handle, found: views.View) -> Tensor:
    """One element, as NumPy's scalars are: a snapshot that later writes to `x` do not change."""
    base = x._base()
    if type(base.result) is np.ndarray:
        return wrap(constant(base.result.reshape(-1)[found.offset : found.offset + 1].reshape(()).copy(), base.device))
    return wrap(record(elementwise.copy, (x._alias(found)._read(),)))


def _unmask(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Boolean masks as the integer arrays of their true elements: waits for the masks."""
    result: list[Any] = []
    for item in items:
        if isinstance(item, Handle) and item.dtype.kind == "b":
            mask = item._value()
            if mask.ndim == 0:
                raise IndexError("0-d boolean indices are not supported")
            result += [wrap(constant(places)) for places in np.nonzero(mask)]
        else:
            result.append(item)
    return tuple(result)


def _template(items: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[Node]]:
    """An index as a hashable template and the arrays in it, which are inputs 1, 2, ... of the node."""
    arrays: list[Node] = []
    template: list[Any] = []
    for item in items:
        if item is None:
            template.append(("none",))
        elif item is Ellipsis:
            template.append(("ellipsis",))
        elif isinstance(item, slice):
            template.append(("slice", item.start, item.stop, item.step))
        elif isinstance(item, Handle):
            arrays.append(item._read())
            template.append(("array", len(arrays)))
        else:
            template.append(("int", int(item)))
    return tuple(template), arrays


def template_of(key: Any) -> tuple[tuple[Any, ...], list[Node]]:
    """Any key as a template and the arrays in it."""
    return _template(tuple([_normal(item) for item in _items(key)]))


def cast_for_assignment(value: Any, dtype: np.dtype[Any], name: str, casting: Any = "unsafe") -> Any:
    """The value to store as a node of `dtype`, or a Python scalar that fits it."""
    found = operand(value, name)
    if type(found) is not Node:
        kind = np.dtype(type(found)).kind
        if kind == "c" and dtype.kind != "c":
            raise TypeError(f"{name}: a complex value cannot be stored in {dtype}")
        if type(found) is int and dtype.kind in "iu":
            limits = np.iinfo(dtype)
            if not limits.min <= found <= limits.max:
                raise OverflowError(f"Python integer {found} out of bounds for {dtype}")
        return constant(np.asarray(found).astype(dtype))
    if found.dtype == dtype:
        return found
    if not np.can_cast(found.dtype, dtype, casting):
        raise TypeError(f"Cannot cast {name} output from {found.dtype!r} to {dtype!r} with casting rule {casting!r}")
    return record(elementwise.astype, (found,), (dtype,))


def assign(x: Handle, key: Any, value: Any) -> None:
    """`x[key] = value`, for basic, integer-array and boolean keys."""
    if x.shape == () and x._node is not None:
        raise TypeError("'Tensor' result of shape () does not support item assignment: it stands for a scalar")
    shown = x._shown()
    if shown is not None and not shown.writeable:
        raise ValueError("assignment destination is read-only: it is a broadcast view")
    site = user_site()
    items = _items(key)
    if views.is_basic(items):
        target = views.index(x._index_map(), items)
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
    normal = tuple(_normal(item) for item in items)
    template, arrays = _template(normal)
    stored = cast_for_assignment(value, x.dtype, "setitem")
    with write_lock:
        x._assign(record(indexing.put, (x._read(), stored, *arrays), (template,)), site)


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


def take(x: Any, indices: Any, /, *, axis: int | None = None) -> Tensor:
    """Elements of `x` along `axis` at the given integer positions; of the raveled array when `axis` is None.

    Positions out of bounds raise IndexError at the wait.

    >>> import lazytensor as lt
    >>> print(lt.take(lt.asarray([10, 20, 30]), [2, 0]))
    [30 10]
    """
    source = node_operand(x, "take")
    places = node_operand(indices, "take")
    if axis is None:
        from lazytensor.manipulation import ravel  # delayed: manipulation is written against indexing

        source, axis = node_operand(ravel(wrap(source)), "take"), 0
    if places.dtype.kind not in "iu":
        raise TypeError(f"take: indices must be integers, got {places.dtype}")
    rank = len(source.shape)
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(axis, rank)
    return wrap(record(indexing.take, (source, places), (axis % rank,)))

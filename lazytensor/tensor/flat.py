"""`t.flat` and `t.flags`: the elements in C order as one axis that can be written to, and what memory a tensor would have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import is_scalar
from lazytensor.calling.axes import as_index
from lazytensor.core import indexing, layout, storing, views
from lazytensor.core.foreign import Lazy
from lazytensor.core.handle import stands_for_scalar, wrap
from lazytensor.core.pending import end_statement
from lazytensor.core.statements import write_lock
from lazytensor.functions import manipulation, placing, searching

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


@dataclass(frozen=True)
class Flags:
    """The flags of an array that shows what the tensor shows, as attributes or, like NumPy's, by upper-case names."""

    c_contiguous: bool
    f_contiguous: bool
    owndata: bool
    writeable: bool
    aligned: bool = True
    writebackifcopy: bool = False

    @property
    def contiguous(self) -> bool:
        return self.c_contiguous

    @property
    def fortran(self) -> bool:
        return self.f_contiguous

    @property
    def forc(self) -> bool:
        return self.f_contiguous or self.c_contiguous

    @property
    def fnc(self) -> bool:
        return self.f_contiguous and not self.c_contiguous

    @property
    def behaved(self) -> bool:
        return self.aligned and self.writeable

    @property
    def carray(self) -> bool:
        return self.behaved and self.c_contiguous

    @property
    def farray(self) -> bool:
        return self.behaved and self.fnc

    @property
    def num(self) -> int:
        """The flags as the bits of NumPy's C interface."""
        return sum(bit for name, bit in _BITS.items() if getattr(self, name))

    def __getitem__(self, name: str) -> bool:
        found = _NAMES.get(name) if isinstance(name, str) else None
        if found is None:
            raise KeyError(f"unknown flag {name!r}; there are {', '.join(_NAMES)}")
        return bool(getattr(self, found))

    def __str__(self) -> str:
        return "".join(f"  {name.upper()} : {getattr(self, name)}\n" for name in _BITS)


_BITS = {
    "c_contiguous": 0x1, "f_contiguous": 0x2, "owndata": 0x4, "writeable": 0x400, "aligned": 0x100, "writebackifcopy": 0x2000,
}  # fmt: skip
_NAMES = {
    "C": "c_contiguous", "F": "f_contiguous", "O": "owndata", "W": "writeable", "A": "aligned", "X": "writebackifcopy",
    "CA": "carray", "FA": "farray", "B": "behaved", "CONTIGUOUS": "c_contiguous",
    **{
        name.upper(): name
        for name in (*_BITS, "behaved", "carray", "farray", "fnc", "forc", "fortran")
    },
}  # fmt: skip


def flags(x: Tensor) -> Flags:
    """The flags of a tensor."""
    view = x._index_map()
    shown = x._shown()
    scalar = stands_for_scalar(x)
    return Flags(
        c_contiguous=layout.is_contiguous(view, "C"),
        f_contiguous=layout.is_contiguous(view, "F"),
        owndata=shown is None or type(shown) is views.Own,
        writeable=not scalar and (shown is None or shown.writeable),
    )


class Flat(Lazy):
    """NumPy's iterator over the elements in C order: an index, a slice or an array of positions reads them lazily, or writes to them.

    What is written is repeated until it is enough. Iterating gives each element as it is when its turn comes; any other index starts
    it anew.
    """

    __slots__ = ("_base", "_next")

    def __init__(self, base: Tensor) -> None:
        self._base = base
        self._next = 0

    @property
    def base(self) -> Tensor:
        """The tensor."""
        return self._base

    @property
    def index(self) -> int:
        """The number of the element that `next` will give."""
        return self._next

    @property
    def coords(self) -> tuple[int, ...]:
        """The position of the element that `next` will give."""
        found: list[int] = []
        rest = self._next
        for length in reversed(self._base.shape[1:]):
            rest, place = divmod(rest, max(length, 1))
            found.append(place)
        return (rest, *reversed(found)) if self._base.shape else ()

    def __len__(self) -> int:
        return self._base.size

    def __iter__(self) -> Flat:
        return self

    def __next__(self) -> Tensor:
        if self._next >= len(self):
            raise StopIteration
        found = indexing.get(self._base, self.coords)
        self._next += 1
        return found

    def __getitem__(self, key: Any) -> Tensor:
        self._next = 0
        key = _single(key)
        if key is False:
            key = slice(0)
        elements = manipulation.ravel(self._base)
        found = elements[0 if key is True else ... if isinstance(key, tuple) else key]
        return manipulation.copy(found) if found.shape else found

    def __delitem__(self, key: Any) -> None:
        raise TypeError("elements of an iterator cannot be deleted")

    def __setitem__(self, key: Any, value: Any) -> None:
        self._next = 0
        if is_scalar(self._base):
            raise TypeError("'Tensor' result of shape () does not support item assignment: it stands for a scalar")
        if isinstance(key, tuple) and (not key or (len(key) == 1 and key[0] is ...)):
            raise IndexError("assigning to a flat iterator with a 0-d index is not supported")
        key = _single(key)
        if key is False:
            return
        # Reading and writing are one statement, which no other thread's may come between.
        with write_lock:
            view = views.reshape(self._base._index_map(), (self._base.size,))
            overlapping = indexing.numbered(self._base)
            if overlapping is not None:
                _store(overlapping[0], key, value, manipulation.ravel(overlapping[1]))
                return
            if view is not None:
                _store(self._base._alias(view), key, value)
            else:  # the elements do not lie in order
                changed = manipulation.flatten(self._base)
                _store(changed, key, value)
                indexing.assign(self._base, ..., manipulation.reshape(changed, self._base.shape))
        end_statement()

    def _tensor(self) -> Tensor:
        return manipulation.ravel(self._base)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._tensor().__array__(dtype, copy)

    def copy(self) -> Tensor:
        """The elements as a one-dimensional tensor of their own."""
        return manipulation.flatten(self._base)

    def __eq__(self, other: object) -> Any:
        return self._tensor() == _plain(other)

    def __ne__(self, other: object) -> Any:
        return self._tensor() != _plain(other)

    def __lt__(self, other: Any) -> Any:
        return self._tensor() < _plain(other)

    def __le__(self, other: Any) -> Any:
        return self._tensor() <= _plain(other)

    def __gt__(self, other: Any) -> Any:
        return self._tensor() > _plain(other)

    def __ge__(self, other: Any) -> Any:
        return self._tensor() >= _plain(other)

    __hash__ = None  # type: ignore[assignment]
    __reversed__ = None


def _plain(other: Any) -> Any:
    return other._tensor() if isinstance(other, Flat) else other


def _single(key: Any) -> Any:
    """The index in a tuple of one, checked; IndexError for what NumPy's iterator does not take."""
    if isinstance(key, tuple) and len(key) == 1:
        key = key[0]
    if key is None:
        raise IndexError("only integers, slices (`:`), ellipsis (`...`) and integer or boolean arrays are valid indices")
    if isinstance(key, tuple) and key:
        raise IndexError(f"too many indices for flat iterator: it is 1-dimensional, but {len(key)} were indexed")
    if getattr(key, "dtype", None) == np.bool_ and len(key.shape) > 1:
        raise IndexError(f"too many indices for flat iterator: it is 1-dimensional, but {len(key.shape)} were indexed")
    if isinstance(key, np.bool_) or (isinstance(key, (list, tuple)) and key and np.asarray(key).dtype.kind == "b"):
        raise IndexError("boolean indices of a flat iterator must be arrays: NumPy took lists of them for integers once")
    return key


def _store(elements: Tensor, key: Any, value: Any, numbers: Tensor | None = None) -> None:
    """`elements[key] = value`, or `elements[numbers[key]] = value`, the value being repeated until it is enough."""
    indexed = elements if numbers is None else numbers
    if key is True:
        key = 0
    place = as_index(key)
    if place is not None:
        found = indexing.get(indexed, place)  # IndexError out of bounds
        try:
            one = storing.one_element(value, elements.dtype, "flat")
            stored = wrap(storing.cast_for_assignment(one, elements.dtype, "flat"))
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"error setting single item of array: {error}") from error
        indexing.assign(elements, place if numbers is None else (found,), stored)
        return
    given = manipulation.ravel(wrap(storing.cast_for_assignment(value, elements.dtype, "flat")))
    places = None if isinstance(key, slice) or key is ... else indexing.positions_of(key)
    if places is not None and places.dtype.kind == "b":
        if places.shape != indexed.shape:
            raise IndexError(f"boolean index of shape {places.shape} did not match flat iterator of size {indexed.shape[0]}")
        if not given.shape[0]:
            return
        if numbers is None:
            placing.place(elements, places, given)
            return
        (places,) = searching.nonzero(places)
    shape: tuple[int, ...] = places.shape if places is not None else indexing.get(indexed, key).shape
    if not indexed.shape[0] and 0 not in shape:
        raise IndexError("index out of bounds for flat iterator of size 0")
    if not given.shape[0]:
        return
    given = manipulation.reshape(placing.cycled(given, math.prod(shape)), shape)
    chosen = key if places is None else (places,)
    indexing.assign(elements, chosen if numbers is None else (indexing.get(numbers, chosen),), given)

"""`t.flat` and `t.flags`: the elements in C order as one axis that can be written to, and what memory a tensor would have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazytensor import indexing, layout, manipulation, views
from lazytensor.sites import user_site

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
    scalar = x._node is not None and not x.shape
    return Flags(
        c_contiguous=layout.is_contiguous(view, "C"),
        f_contiguous=layout.is_contiguous(view, "F"),
        owndata=shown is None or type(shown) is views.Own,
        writeable=not scalar and (shown is None or shown.writeable),
    )


class Flat:
    """The elements of a tensor in C order: an index, a slice or an array of positions reads them lazily or writes to them."""

    __slots__ = ("base",)

    def __init__(self, base: Tensor) -> None:
        self.base = base

    def __len__(self) -> int:
        return self.base.size

    def __iter__(self) -> Iterator[Tensor]:
        return iter(manipulation.ravel(self.base))

    def __getitem__(self, key: Any) -> Tensor:
        found = manipulation.ravel(self.base)[key]
        return manipulation.copy(found) if found.shape else found

    def __setitem__(self, key: Any, value: Any) -> None:
        size = (self.base.size,)
        view = views.reshape(self.base._index_map(), size)
        if view is not None:
            indexing.assign(self.base._alias(view), key, value)
            return
        # No view: the elements do not lie in order.
        changed = manipulation.flatten(self.base)
        indexing.assign(changed, key, value)
        self.base._assign(manipulation.reshape(changed, self.base.shape)._read(), user_site())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return manipulation.ravel(self.base).__array__(dtype, copy)

    def copy(self) -> Tensor:
        """The elements as a one-dimensional tensor of their own."""
        return manipulation.flatten(self.base)

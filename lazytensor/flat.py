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

    def __getitem__(self, name: str) -> bool:
        found = getattr(self, {"C": "c_contiguous", "F": "f_contiguous", "W": "writeable"}.get(name, name.lower()), None)
        if not isinstance(found, bool):
            raise KeyError(f"unknown flag {name!r}")
        return found


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

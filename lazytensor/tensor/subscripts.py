"""`Tensor[shape, dtype]` in annotations, as NumPy's ndarray has it. Nothing checks either when the program runs."""

from __future__ import annotations

from types import GenericAlias
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Generic

    import numpy as np
    from typing_extensions import TypeVar

    Shape_co = TypeVar("Shape_co", default=Any, covariant=True)
    DType_co = TypeVar("DType_co", bound=np.dtype[Any], default=np.dtype[Any], covariant=True)

    class Subscripted(Generic[Shape_co, DType_co]):
        """What `Tensor` inherits, for type checkers."""

else:
    Shape_co = DType_co = Any

    class Subscripted:
        """What `Tensor` inherits: a base of `typing.Generic` would be searched for attributes too."""

        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)

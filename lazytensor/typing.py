"""Names for annotations, as `numpy.typing` has them: `NDArray`, `ArrayLike` and `DTypeLike`.

>>> import lazytensor as lt
>>> def total(x: lt.typing.NDArray[lt.float64]) -> lt.typing.ArrayLike:
...     return lt.sum(x)
>>> print(total(lt.ones(3)))
3.0
"""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike as _ArrayLike
from numpy.typing import DTypeLike

from lazytensor.tensor import Tensor

__all__ = ["ArrayLike", "DTypeLike", "NDArray"]

_Scalar = TypeVar("_Scalar", bound=np.generic)

NDArray: TypeAlias = Tensor[tuple[Any, ...], np.dtype[_Scalar]]
ArrayLike: TypeAlias = Tensor | _ArrayLike

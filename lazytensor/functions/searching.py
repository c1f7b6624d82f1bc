"""The positions of what is not zero. Their number depends on values: all of these wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.fallback import found, values, waits
from lazytensor.calling.immediate import at_once
from lazytensor.core.operands import as_tensor

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "argwhere", "flatnonzero", "nonzero",
]  # fmt: skip


@waits
@at_once(np.nonzero)
def nonzero(a: Any) -> tuple[Tensor, ...]:
    """The positions (int64) of the elements that are not zero, one tensor an axis. Waits.

    >>> import lazytensor as lt
    >>> print(lt.nonzero(lt.asarray([0, 3, 0, 4]))[0])
    [1 3]
    """
    source = as_tensor(a, "nonzero")
    if not source.shape:
        raise ValueError("nonzero: expects at least one dimension, got shape (); use atleast_1d")
    device = source._base().device
    return tuple([found(places, device) for places in np.nonzero(values(source))])


@waits
def argwhere(a: Any) -> Tensor:
    """The positions (int64) of the elements that are not zero, one a row. Waits.

    >>> import lazytensor as lt
    >>> print(lt.argwhere(lt.asarray([[0, 3], [4, 0]])))
    [[0 1]
     [1 0]]
    """
    source = as_tensor(a, "argwhere")
    return found(np.argwhere(values(source)), source._base().device)  # type: ignore[no-any-return]


@waits
@at_once(np.flatnonzero)
def flatnonzero(a: Any) -> Tensor:
    """The positions (int64) in the raveled array of the elements that are not zero. Waits.

    >>> import lazytensor as lt
    >>> print(lt.flatnonzero(lt.asarray([[0, 3], [4, 0]])))
    [1 2]
    """
    source = as_tensor(a, "flatnonzero")
    return found(np.flatnonzero(values(source)), source._base().device)  # type: ignore[no-any-return]

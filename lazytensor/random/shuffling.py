"""Random orders and choices: `permutation`, `shuffle`, `permuted`, `choice`.

An order is what sorts random keys, so that it is lazy, and depends on the seed alone.
"""

from __future__ import annotations

import math
from collections.abc import MutableSequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import is_scalar
from lazytensor.calling.axes import as_index, one_axis
from lazytensor.calling.fallback import values
from lazytensor.calling.out import deliver
from lazytensor.core.handle import Handle
from lazytensor.core.operands import as_tensor
from lazytensor.core.pending import end_statement
from lazytensor.core.statements import write_lock
from lazytensor.functions import elementwise, selecting, sorting, statistics
from lazytensor.functions.manipulation import ravel, reshape
from lazytensor.random.generator import NONNEGATIVE, Stream, parameter, sized

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

FLOAT64 = np.dtype(np.float64)


class Shuffling(Stream):
    """The methods of a generator that reorder and choose."""

    __slots__ = ()

    def _order(self, length: int, device: Any = None) -> Tensor:
        """The integers below `length` in a random order."""
        # Keys of 64 bits are never equal, and sorting two million unstably takes 76 ms instead of 257.
        return sorting.argsort(self._bits((length,), device), stable=False)

    def permutation(self, x: Any, axis: int = 0, *, device: Any = None) -> Tensor:
        """A copy with the parts along an axis in a random order; of an integer, the integers below it.

        >>> import lazytensor as lt
        >>> print(lt.sort(lt.random.default_rng(1).permutation(5)))
        [0 1 2 3 4]
        """
        if isinstance(x, (int, np.integer)) or (is_scalar(x) and x.dtype.kind in "iu"):
            length = int(x)
            if length < 0:
                raise ValueError(f"permutation: expects a length that is not negative, got {length}")
            return self._order(length, device)
        source = as_tensor(x, "permutation")
        place = one_axis(axis, len(source.shape), "permutation")
        made = selecting.take(source, self._order(source.shape[place], source._base().device), axis=place)
        return made if device is None else made.to_device(device)

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Put the parts along an axis in a random order, in place; what aliases the tensor sees it.

        A NumPy array or a list is shuffled too, which waits.

        >>> import lazytensor as lt
        >>> x = lt.arange(5)
        >>> lt.random.default_rng(1).shuffle(x)
        >>> print(lt.sort(x))
        [0 1 2 3 4]
        """
        if isinstance(x, (Handle, np.ndarray)) and not x.shape:
            raise TypeError("shuffle: expects at least one dimension")
        if isinstance(x, Handle):
            # Reading and writing are one statement, which no other thread's may come between.
            with write_lock:
                deliver(self.permutation(x, axis), x, "shuffle")
            end_statement()
        elif isinstance(x, np.ndarray):
            deliver(self.permutation(x, axis), x, "shuffle")
        elif isinstance(x, MutableSequence):
            if axis != 0:
                raise NotImplementedError("shuffle: axis must be 0 for a list")
            x[:] = [x[place] for place in values(self._order(len(x)))]
        else:
            raise TypeError(f"shuffle: expects a tensor, an array or a list, got {type(x).__name__}")

    def permuted(self, x: Any, axis: int | None = None, out: Any = None) -> Tensor:
        """A copy in which each line along the axis is in an order of its own; all elements when `axis` is None."""
        source = as_tensor(x, "permuted")
        if axis is None:
            made = reshape(self.permutation(ravel(source)), source.shape)
        else:
            place = one_axis(axis, len(source.shape), "permuted")
            order = sorting.argsort(self._bits(source.shape, source._base().device), axis=place, stable=False)
            made = selecting.take_along_axis(source, order, axis=place)
        return deliver(made, out, "permuted")

    def choice(
        self,
        a: Any,
        size: Any = None,
        replace: bool = True,
        p: Any = None,
        axis: int = 0,
        shuffle: bool = True,
        *,
        device: Any = None,
    ) -> Tensor:
        """Elements of `a` along an axis, or of the integers below `a`, chosen at random.

        Parameters
        ----------
        a : int or array_like
            A 0-d tensor is waited for.
        size : int or tuple of int, optional
            Shape of the positions chosen; None for one.
        replace : bool
            May an element be chosen twice?
        p : one-dimensional array_like, optional
            Probabilities, which add up to 1; equal ones when None. Numbers and NumPy arrays are checked, tensors are not.
        shuffle : bool
            Has no effect: what is chosen without replacement is in random order in any case.

        Notes
        -----
        Without replacement the positions of the smallest E / p are chosen, with exponential E (P. S. Efraimidis and P. G.
        Spirakis, Weighted random sampling with a reservoir, 2006).

        >>> import lazytensor as lt
        >>> lt.random.default_rng(1).choice(lt.arange(10) * 10, size=(2, 3), replace=False).shape
        (2, 3)
        """
        source = None
        number = as_index(a)
        if number is not None:
            count = number
        else:
            source = as_tensor(a, "choice")
            if source.shape == ():
                raise ValueError(f"choice: a must be an array or an integer, got {a!r}")
            axis = one_axis(axis, len(source.shape), "choice")
            count = source.shape[axis]
            device = device or source._base().device
        shape = sized(size, "choice")
        wanted = math.prod(shape)
        if count < 0 or (count == 0 and wanted):
            raise ValueError(f"choice: a must be positive unless no samples are taken, got {count} elements")
        weights = None if p is None else self._weights(p, count, wanted, replace)
        if replace:
            places = self._repeated(count, shape, weights, device)
        else:
            if wanted > count:
                raise ValueError(f"choice: cannot take {wanted} of {count} elements without replacement")
            if weights is None:
                order = self._order(count, device)
            else:
                order = sorting.argsort(self._exponential((count,), FLOAT64, device) / weights)
            places = reshape(order[:wanted], shape)
        return elementwise.positive(places) if source is None else selecting.take(source, places, axis=axis)

    def _weights(self, p: Any, count: int, wanted: int, replace: bool) -> Tensor:
        weights = parameter(p, FLOAT64, "choice", "p", NONNEGATIVE)
        if not isinstance(weights, Handle) or weights.shape != (count,):
            raise ValueError(f"choice: p must have shape {(count,)}, one probability an element")
        if not isinstance(p, Handle):
            known = np.asarray(p, np.float64)
            if not abs(known.sum() - 1.0) <= 1.5e-8:
                raise ValueError("choice: probabilities do not sum to 1")
            if not replace and wanted > np.count_nonzero(known):
                raise ValueError(f"choice: only {np.count_nonzero(known)} probabilities are not zero, fewer than {wanted}")
        return weights  # type: ignore[return-value]

    def _repeated(self, count: int, shape: tuple[int, ...], weights: Tensor | None, device: Any) -> Tensor:
        """Positions with replacement; by inverting the distribution function where there are weights."""
        if weights is None:
            bounded: Any = self
            return bounded.integers(0, max(count, 1), shape, device=device)  # type: ignore[no-any-return]
        sums = statistics.cumulative_sum(weights)
        drawn = self._uniform(shape, FLOAT64, device) * sums[-1]
        return elementwise.minimum(sorting.searchsorted(sums, drawn, side="right"), count - 1)

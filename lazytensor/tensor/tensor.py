"""`Tensor`: what users hold. Operators, methods, conversions and blocking points; the work is in the chapters."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from lazytensor.calling.operators import Operators, axes_reversed, in_place, operators
from lazytensor.compiler.native import adopt
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import structural
from lazytensor.core import evaluate, indexing, layout
from lazytensor.core.devices import Device, device_name
from lazytensor.core.evaluate import value_of
from lazytensor.core.handle import become, wrap
from lazytensor.core.record import record
from lazytensor.functions import creation, elementwise, manipulation, numerics, statistics
from lazytensor.runtime.promise import Promise, on_engine_thread
from lazytensor.tensor import components
from lazytensor.tensor.flat import Flags, Flat, flags
from lazytensor.tensor.interop import Protocols
from lazytensor.tensor.methods import Methods
from lazytensor.tensor.scalars import Scalars
from lazytensor.tensor.subscripts import DType_co, Shape_co, Subscripted

Shape = tuple[int, ...]


class Tensor(Methods, Protocols, Scalars, Subscripted[Shape_co, DType_co]):
    """A lazy n-dimensional array with NumPy's semantics.

    Operations return at once; values are computed when one is needed: by `wait`, `numpy`, `item`, `float`, `bool`, `print`. Made by
    `lazytensor.asarray` and the other creation functions, not by calling the class.

    >>> import lazytensor as lt
    >>> t = lt.arange(4) * 2
    >>> print(t)
    [0 2 4 6]
    """

    __slots__ = ()

    # Not `__new__`, which each tensor that is made would pass through.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fractions = sys.modules.get("fractions")
        if fractions is None or len(args) != 1 or not isinstance(args[0], fractions.Fraction):
            raise TypeError(
                "Tensor (lazytensor.ndarray) is not to be called: make tensors with lazytensor.asarray, zeros, empty and the other "
                "creation functions"
            )
        # What the functions of `statistics` end in: the class of their values, called with the result.
        self._array, self._node, self._storage = np.float64(args[0]), None, None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        raise TypeError(
            "Tensor (lazytensor.ndarray) cannot be subclassed: hold a tensor in an attribute, and give the class __array__ or "
            "__array_namespace__"
        )

    # -- attributes ------------------------------------------------------------------------------------------------------------

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.dtype.itemsize

    @property
    def device(self) -> Device:
        """Where the tensor lives; unpinned tensors live on the first CPU device."""
        return Device(self._base().device or "cpu:0")

    @property
    def strides(self) -> Shape:
        """Bytes from one element to the next along each axis of what is shown."""
        return tuple([step * self.dtype.itemsize for step in self._index_map().strides])

    @property
    def flags(self) -> Flags:
        """What memory the values have: c_contiguous, writeable, ..."""
        return flags(self)

    @property
    def base(self) -> None:
        """None: what a view shows is not told."""

    @property
    def flat(self) -> Flat:
        """The elements in C order, to read and to write."""
        return Flat(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        Flat(self)[...] = value

    @property
    def data(self) -> memoryview:
        """The values as read-only memory. Waits."""
        return self.numpy().data

    T = property(axes_reversed)  # compiled: a third less than a method in Python

    @property
    def mT(self) -> Tensor:  # noqa: N802
        """The view with the last two axes exchanged."""
        return manipulation.matrix_transpose(self)

    @property
    def real(self) -> Tensor:
        """The real part, as a view that can be written to."""
        return components.part(self, ops.real)

    @real.setter
    def real(self, value: Any) -> None:
        components.set_part(self, ops.real, value)

    @property
    def imag(self) -> Tensor:
        """The imaginary part, as a view that can be written to; read-only zeros for real dtypes."""
        return components.part(self, ops.imag)

    @imag.setter
    def imag(self, value: Any) -> None:
        components.set_part(self, ops.imag, value)

    # -- waiting ---------------------------------------------------------------------------------------------------------------

    def wait(self) -> Tensor:
        """Compute this tensor and wait for it; returns it. Raises the error of an operation it needs that failed."""
        value_of(self._root())
        return self

    def start(self) -> Tensor:
        """Compute this tensor in the background; returns at once. Waits only while 64 graphs are queued already."""
        evaluate.run((self._root(),), background=True)
        return self

    def is_ready(self) -> bool:
        """Is the value there (or known to have failed), so that a wait returns at once? Never waits."""
        return evaluate.is_ready(self._root())

    def future(self) -> Any:
        """A future of this tensor: hashable, awaitable, made without waiting for the value. Its result is the tensor, computed.

        In a running event loop it is an `asyncio.Future`, for `asyncio.gather`, `wait`, `wait_for` and `as_completed`, which hash
        what they are given. Elsewhere it is a `concurrent.futures.Future`, which can be awaited later. `lazytensor.gather` waits for
        several tensors as one graph.

        >>> import lazytensor as lt
        >>> print((lt.arange(3) + 1).future().result())
        [1 2 3]
        """
        from lazytensor.tensor.futures import future_of  # delayed: start-up time

        node = self._root()

        def answer() -> Tensor:
            value_of(node)
            return self

        return future_of((node,), answer)

    def __await__(self) -> Generator[Any, None, Tensor]:
        node = self._root()
        if node.result is None:
            evaluate.issue((node,))
        if type(node.result) is Promise:
            yield from _awaited(node.result).__await__()
        value_of(node)
        return self

    def item(self, *index: int) -> Any:
        """One element as a Python number; the tensor must have one element unless an index is given. Waits."""
        if index:
            return self._value().item(*index)
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self._value().item()

    def tolist(self) -> Any:
        """Nested lists of Python numbers. Waits."""
        return self._value().tolist()

    def tobytes(self, order: str = "C") -> bytes:
        """The elements' bytes, in C order or, if asked for, in Fortran's. Waits."""
        return self._value().tobytes(order)  # type: ignore[arg-type]

    tostring = tobytes  # NumPy has it until 2.2

    def __str__(self) -> str:
        return str(self._value())

    def __format__(self, spec: str) -> str:
        return format(self._value()[()] if self.shape == () else self._value(), spec)

    def __repr__(self) -> str:
        if on_engine_thread():
            return f"<Tensor {self.shape} {self.dtype} on the engine's thread>"
        try:
            value = self._value()
        except Exception as error:
            return f"<Tensor {self.shape} {self.dtype} failed: {type(error).__name__}: {error}>"
        return np.array_repr(value).replace("array(", "Tensor(", 1).replace("\n     ", "\n      ")

    def __reduce__(self) -> tuple[Any, ...]:
        value = np.array(self._value(), order="F" if layout.is_fortran(self._index_map()) else "C")
        return _restore, (value, self._base().device)

    def __copy__(self) -> Tensor:
        return self.copy("K")

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return self.copy("K")

    # -- container -------------------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Tensor]:
        shape = self.shape
        if not shape:
            raise TypeError("iteration over a 0-d array")
        return indexing.Items(self, shape[0])

    def __contains__(self, value: Any) -> bool:
        return builtins.bool(statistics.any(elementwise.equal(self, value)))

    __hash__ = Scalars.__hash__  # which the comparisons below would take away

    # -- operators -------------------------------------------------------------------------------------------------------------

    __ipow__ = in_place(Operators.__pow__, "pow")

    __divmod__, __rdivmod__ = operators(numerics.divmod, np.divmod)
    __imatmul__ = in_place(Operators.__matmul__, "matmul")

    def to_device(self, device: Any, /, *, stream: Any = None) -> Tensor:
        """The tensor on another device: a lazy copy, pinned there."""
        if stream is not None:
            raise ValueError("to_device: streams are the scheduler's; stream must be None")
        name = device_name(device)
        node = self._read()
        if node.device == name:
            return self
        return wrap(record(structural.to_device, (node,), (name,), device=name))


become(Tensor)
adopt(Tensor, Operators)
# NumPy's name, for annotations and isinstance.
ndarray = Tensor


async def _awaited(promise: Promise) -> None:
    """Sleep, without blocking the running loop, until the promise is set."""
    import asyncio  # delayed: start-up time

    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def wake() -> None:
        if not done.done():
            done.set_result(None)

    def tell(promise: Promise) -> None:
        with suppress(RuntimeError):  # the loop closed: nobody waits any more
            loop.call_soon_threadsafe(wake)

    promise.add_callback(tell)
    await done


def _restore(array: np.ndarray[Any, Any], device: str | None) -> Tensor:
    return creation.asarray(array, order="A", device=device)

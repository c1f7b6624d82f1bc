"""What makes a 0-d tensor a number, with Python's conversions (`calling.operators`): its hash, and the attributes and methods that NumPy's
scalars have and its arrays have not, of the results that stand for scalars.

All of those are methods that wait when they are called, but `numerator` and `denominator`; they answer Python's numbers.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.operators import Operators
from lazytensor.core.evaluate import is_ready
from lazytensor.core.handle import Handle, stands_for_scalar
from lazytensor.functions import elementwise

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


class _OfScalars:
    """An attribute that only results have whose NumPy scalar has it: of arrays, and of other dtypes, `hasattr` is False."""

    def __init__(self, function: Callable[[Any], Any], *, is_property: bool = False) -> None:
        self._function = function
        self._name = function.__name__
        self._property = is_property
        self.__doc__ = function.__doc__

    def __get__(self, instance: Handle | None, owner: type) -> Any:
        if instance is None:
            return self
        if stands_for_scalar(instance) and hasattr(instance.dtype.type, self._name):
            return self._function(instance) if self._property else partial(self._function, instance)
        what = f"a result of {instance.dtype}" if stands_for_scalar(instance) else "an array"
        raise AttributeError(f"'Tensor' object, {what}, has no attribute {self._name!r}", name=self._name, obj=instance)


def in_event_loop() -> bool:
    """Does an event loop run in this thread? Without importing asyncio: where nobody did, none runs."""
    events = sys.modules.get("asyncio.events")
    return events is not None and events._get_running_loop() is not None


def _number(x: Handle) -> Any:
    """The value of a 0-d tensor as a NumPy scalar. Waits."""
    return x._value()[()]


def is_integer(x: Tensor) -> bool:
    """Is the number of a 0-d result a whole one? Waits."""
    return bool(_number(x).is_integer())


def as_integer_ratio(x: Tensor) -> tuple[int, int]:
    """Two integers whose ratio is the floating number of a 0-d result. Waits."""
    ratio: tuple[int, int] = _number(x).as_integer_ratio()
    return ratio


def bit_count(x: Tensor) -> int:
    """The number of ones in the absolute value of the integer of a 0-d result. Waits."""
    return int(_number(x).bit_count())


def hex(x: Tensor) -> str:
    """The hexadecimal form of the float64 of a 0-d result. Waits."""
    return float(x).hex()


def numerator(x: Tensor) -> int:
    """The integer of a 0-d result itself. Waits."""
    return int(x)


def denominator(x: Tensor) -> int:
    """1, of the integer of a 0-d result."""
    return 1


class Scalars(Operators):
    """What `Tensor` inherits."""

    __slots__ = ()

    is_integer = _OfScalars(is_integer)
    as_integer_ratio = _OfScalars(as_integer_ratio)
    bit_count = _OfScalars(bit_count)
    hex = _OfScalars(hex)
    numerator = _OfScalars(numerator, is_property=True)
    denominator = _OfScalars(denominator, is_property=True)

    def __hash__(self) -> int:
        """Of a 0-d result, which stands for a scalar, the hash of its value; arrays have none. Waits."""
        if type(self._array) is np.int64:  # which loops look up in dictionaries
            return hash(self._array)
        if not stands_for_scalar(self):
            raise TypeError(
                f"unhashable type: 'Tensor' of shape {self.shape}: arrays have no hash. Use t.future() or lt.gather(*ts) for asyncio, "
                "id(t) for identity, t.tobytes() for a key by value"
            )
        if not is_ready(self._base()) and in_event_loop():
            raise TypeError(
                "unhashable: the result is pending, and waiting for it would block the running event loop. Use `await t` first, or "
                "t.future() or lt.gather(*ts)"
            )
        value = self._value().item()
        # NaN equals nothing: its hash is its identity's, as Python has it.
        return hash(value) if value == value else object.__hash__(self)

    def __round__(self, digits: int | None = None) -> Any:
        """Python's `round`: without digits an int for a 0-d result, which it waits for; else a tensor of the same dtype."""
        if stands_for_scalar(self):
            if self.dtype.kind in "bc":
                raise TypeError(f"round: type Tensor of {self.dtype} doesn't define __round__ method; use lazytensor.round")
            if digits is None:
                return round(self._value()[()].item())
        return elementwise.round(self, digits or 0)

    def __trunc__(self) -> int:
        number: int = math.trunc(self._scalar("a Python int").item())
        return number

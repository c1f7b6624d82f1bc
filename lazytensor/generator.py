"""`Stream`: the state of a random number generator, how draws are recorded, and the checks of distributions' parameters.

Parameters that are numbers or NumPy arrays are checked at the call; tensors are never waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, views
from lazytensor.arguments import is_scalar, positions, truncated
from lazytensor.compiler.ops import sources
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.compiler.shield import complete
from lazytensor.creation import checked_shape
from lazytensor.devices import device_name
from lazytensor.dtypes import as_dtype
from lazytensor.handle import Handle, contains_handle, node_operand, record, wrap
from lazytensor.out import deliver
from lazytensor.runtime import forks

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

Shape = tuple[int, ...]
Rule = tuple[Callable[[Any], Any], str]

# What a parameter must satisfy, as NumPy has it: -0.0 is negative, and NaN passes the first two, and gives NaN.
NONNEGATIVE: Rule = (lambda value: ~np.signbit(value) | (value != value), "must not be negative")
WIDTH: Rule = (lambda value: (value >= 0) & (value < np.inf), "must be finite, and not negative")
POSITIVE: Rule = (lambda value: ~(value <= 0), "must be positive")
MEAN: Rule = (lambda value: value >= 0, "must not be negative or NaN")
PROBABILITY: Rule = (lambda value: (value >= 0) & (value <= 1), "must lie between 0 and 1")
LIKELY: Rule = (lambda value: (value > 0) & (value <= 1), "must be above 0 and at most 1")
BELOW_ONE: Rule = (lambda value: (value >= 0) & (value < 1), "must be at least 0 and below 1")
ABOVE_ONE: Rule = (lambda value: value > 1, "must be above 1")


class Stream:
    """A stream of random numbers: a seed, and the number of the next draw."""

    __slots__ = ("_children", "_draw", "_lock", "_seed")

    def __init__(self, seed: Any = None) -> None:
        self._lock = forks.renew(threading.Lock())
        self._restart(seed)

    def _restart(self, seed: Any) -> None:
        # The system's entropy is asked for when the first number is drawn: the module's own stream must cost no import.
        self._seed = None if seed is None else hashed(seed)
        self._draw = self._children = 0

    def __repr__(self) -> str:
        return f"Generator(Philox, {self._draw} draws)"

    def __getstate__(self) -> tuple[int, int, int]:
        return self._key(), self._draw, self._children

    def __setstate__(self, state: tuple[int, int, int]) -> None:
        self._seed, self._draw, self._children = state
        self._lock = forks.renew(threading.Lock())

    def _key(self) -> int:
        if self._seed is None:
            self._seed = hashed(None)
        return self._seed

    def _next(self) -> tuple[int, int]:
        """The seed and the number of one draw."""
        with self._lock:
            draw = self._draw
            self._draw += 1
            return self._key(), draw

    def spawn(self, n_children: int) -> list[Any]:
        """New generators, whose streams are independent of this one's and of each other."""
        complete("numpy.random")
        from numpy.random import SeedSequence  # delayed: start-up time

        count = truncated(n_children, "spawn", "n_children")
        with self._lock:
            first = self._children
            self._children += count
            key = self._key()
        return [type(self)(SeedSequence(key, spawn_key=(number,))) for number in range(first, first + count)]

    def _sample(self, op: Op, shape: Shape, kind: np.dtype[Any], device: Any, *parameters: Any) -> Tensor:
        """Record one draw."""
        nodes = [item._read() if isinstance(item, Handle) else item for item in parameters]
        return wrap(record(op, (*self._next(), *nodes), (shape, kind), device=device_name(device)))

    def _uniform(self, shape: Shape, kind: np.dtype[Any], device: Any) -> Tensor:
        """In [0, 1), multiples of 2**-53 or 2**-24."""
        return self._sample(sources.random_uniform, shape, kind, device)

    def _inside(self, shape: Shape, kind: np.dtype[Any], device: Any) -> Tensor:
        """In (0, 1): half a step stands for 0."""
        return elementwise.maximum(self._uniform(shape, kind, device), half_step(kind))

    def _normal(self, shape: Shape, kind: np.dtype[Any], device: Any) -> Tensor:
        return self._sample(sources.random_normal, shape, kind, device)

    def _exponential(self, shape: Shape, kind: np.dtype[Any], device: Any) -> Tensor:
        """Of mean 1, by the inverse of the distribution function."""
        return elementwise.negative(elementwise.log1p(elementwise.negative(self._uniform(shape, kind, device))))

    def _bits(self, shape: Shape, device: Any = None) -> Tensor:
        return self._sample(sources.random_bits, shape, np.dtype(np.uint64), device)


def half_step(kind: np.dtype[Any]) -> float:
    """Half the distance of uniform numbers."""
    return 2.0**-54 if kind.itemsize == 8 else 2.0**-25


def hashed(seed: Any) -> int:
    """63 well-mixed bits of a seed (anything that NumPy's default_rng takes); of the system's entropy for None."""
    complete("numpy.random")
    from numpy.random import BitGenerator, RandomState, SeedSequence  # delayed: start-up time
    from numpy.random import Generator as NumpyGenerator

    if isinstance(seed, RandomState):
        seed = seed._bit_generator
    elif isinstance(seed, NumpyGenerator):
        seed = seed.bit_generator
    if isinstance(seed, BitGenerator):
        seed = [int(number) for number in seed.random_raw(4)]
    if contains_handle((seed,)):
        seed = np.asarray(seed)[()]
    sequence = seed if isinstance(seed, SeedSequence) else SeedSequence(seed)
    return int(sequence.generate_state(1, np.uint64)[0]) >> 1


# -- arguments ------------------------------------------------------------------------------------------------------------------


def sized(size: Any, name: str, *parameters: Any) -> Shape:
    """The shape asked for, or the one that the parameters broadcast to."""
    return sized_as(size, name, *[item.shape for item in parameters if isinstance(item, Handle)])


def sized_as(size: Any, name: str, *shapes: Shape) -> Shape:
    """The shape asked for, or the one that these broadcast to."""
    together = broadcast_shapes(name, *shapes)
    if size is None:
        return together
    wanted = checked_shape(size, name)
    if views.broadcast(views.whole(together), wanted) is None:
        raise ValueError(f"{name}: parameters of shape {together} do not broadcast to size {wanted}")
    return wanted


def real(dtype: Any, name: str) -> np.dtype[Any]:
    """The dtype of a continuous distribution."""
    kind = as_dtype(np.float64 if dtype is None else dtype, name)
    if kind.kind != "f":
        raise TypeError(f"{name}: expects float32 or float64, got {kind}")
    return kind


def counting(dtype: Any, name: str) -> np.dtype[Any]:
    """The dtype of a discrete distribution."""
    kind = as_dtype(np.int64 if dtype is None else dtype, name)
    if kind.kind not in "iuf":
        raise TypeError(f"{name}: expects an integer or floating dtype, got {kind}")
    return kind


def check(value: Any, rule: Rule | None, name: str, argument: str) -> None:
    """Raise ValueError if a known parameter breaks its rule."""
    if rule is not None and not isinstance(value, Handle):
        test, text = rule
        if not np.all(test(np.asarray(value))):
            raise ValueError(f"{name}: {argument} {text}, got {value}")


def parameter(value: Any, dtype: np.dtype[Any], name: str, argument: str, rule: Rule | None = None) -> Any:
    """A real parameter: a Python number, or a tensor of the dtype."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        value = float(value)
        check(value, rule, name, argument)
        return value
    node = node_operand(value, name)
    if node.dtype.kind not in "biuf":
        raise TypeError(f"{name}: {argument} must be real, got {node.dtype}")
    check(value, rule, name, argument)
    return elementwise.astype(wrap(node), dtype, copy=False)


def valid(value: Any, rule: Rule) -> Any:
    """The parameter, with NaN where a tensor breaks its rule: the values are not known here."""
    return elementwise.where(rule[0](value), value, np.nan) if isinstance(value, Handle) else value


def whole(value: Any, name: str, argument: str, rule: Rule | None = NONNEGATIVE) -> Any:
    """An integer parameter: a Python integer, or a tensor of integers."""
    if isinstance(value, (int, float, np.generic)) and not isinstance(value, np.complexfloating):
        number = int(value)  # OverflowError of infinity, ValueError of NaN
        if number.bit_length() > 63:
            raise OverflowError(f"{name}: {argument} is too large, got {number}")
        check(number, rule, name, argument)
        return number
    node = node_operand(value, name)
    if node.dtype.kind not in "biu" and isinstance(value, (Handle, np.ndarray)) and not is_scalar(value):
        raise TypeError(f"{name}: {argument} must be integers, got {node.dtype}")
    check(value, rule, name, argument)
    return positions(value, name)


def scaled(made: Tensor, origin: Any, width: Any) -> Tensor:
    """origin + width * made; nothing is recorded for an origin of 0 or a width of 1."""
    if isinstance(width, Handle) or width != 1:
        made = elementwise.multiply(made, width)
    if isinstance(origin, Handle) or origin != 0:
        made = elementwise.add(made, origin)
    return made


def target(size: Any, out: Any, kind: np.dtype[Any], name: str) -> Any:
    """The size of a draw that goes into `out`."""
    if out is None:
        return size
    if not isinstance(out, (Handle, np.ndarray)):
        raise TypeError(f"{name}: out must be an array, got {type(out).__name__}")
    if np.dtype(out.dtype) != kind:
        raise TypeError(f"{name}: out must have dtype {kind}, got {out.dtype}")
    if size is not None and checked_shape(size, name) != tuple(out.shape):
        raise ValueError(f"{name}: size {size} differs from the shape of out, {tuple(out.shape)}")
    return out.shape


def delivered(made: Tensor, out: Any, name: str) -> Any:
    """The draw, in `out` where there is one."""
    return deliver(made, out, name)

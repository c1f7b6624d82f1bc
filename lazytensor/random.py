"""Lazy, counter-based random numbers (Philox): element i depends on the seed, the number of the draw, and i alone.

The values are not NumPy's for the same seed, but the same on every run, thread count and tier.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, views
from lazytensor.compiler.ops import elementwise as elementwise_ops
from lazytensor.compiler.ops import sources as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.rules import INTEGER_LIMITS
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.creation import checked_shape, place
from lazytensor.dtypes import as_dtype
from lazytensor.handle import Handle, apply, node_operand, record, wrap

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = ["Generator", "default_rng", "integers", "normal", "random", "seed", "standard_normal", "uniform"]

Shape = tuple[int, ...]
_WORD = 1 << 64


def _hashed(seed: Any) -> int:
    """63 well-mixed bits of a seed (anything that NumPy's SeedSequence takes); of the system's entropy for None."""
    from numpy.random import SeedSequence  # delayed: start-up time

    return int(SeedSequence(seed).generate_state(1, np.uint64)[0]) >> 1


def _size(size: Any, name: str, *parameters: Any) -> Shape:
    """The shape asked for, or the one that the parameters broadcast to."""
    together = broadcast_shapes(name, *[item.shape for item in parameters if isinstance(item, Handle)])
    if size is None:
        return together
    wanted = checked_shape(size, name)
    if views.broadcast(views.whole(together), wanted) is None:
        raise ValueError(f"{name}: parameters of shape {together} do not broadcast to size {wanted}")
    return wanted


class Generator:
    """A stream of random numbers; made by `default_rng`. Methods return at once, and may be called from several threads.

    `size` is a shape, or None for a 0-d tensor, or the shape that array parameters broadcast to. `dtype` is float64 or float32
    for real numbers. `device` says where the tensor is to live.
    """

    __slots__ = ("_draw", "_lock", "_seed")

    def __init__(self, seed: Any = None) -> None:
        self._seed = _hashed(seed)
        self._draw = 0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Generator(Philox, {self._draw} draws)"

    def __getstate__(self) -> tuple[int, int]:
        return self._seed, self._draw

    def __setstate__(self, state: tuple[int, int]) -> None:
        self._seed, self._draw = state
        self._lock = threading.Lock()

    def _source(self, op: Op, shape: Shape, dtype: np.dtype[Any], device: Any) -> Tensor:
        with self._lock:
            draw = self._draw
            self._draw += 1
        return wrap(record(op, (self._seed, draw), (shape, dtype), device=place(device)))

    def random(self, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Uniform in [0, 1).

        >>> import lazytensor as lt
        >>> lt.random.default_rng(1).random((2, 3)).shape
        (2, 3)
        """
        return self._source(ops.random_uniform, _size(size, "random"), _real(dtype, "random"), device)

    def uniform(
        self, low: Any = 0.0, high: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Uniform in [low, high)."""
        kind = _real(dtype, "uniform")
        first, last = _parameter(low, kind, "uniform"), _parameter(high, kind, "uniform")
        made = self._source(ops.random_uniform, _size(size, "uniform", first, last), kind, device)
        return _scaled(made, first, last - first)

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Normal with mean 0 and standard deviation 1."""
        return self._source(ops.random_normal, _size(size, "standard_normal"), _real(dtype, "standard_normal"), device)

    def normal(
        self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Normal with mean `loc` and standard deviation `scale`.

        Raises
        ------
        ValueError
            If `scale` is a negative number.
        """
        kind = _real(dtype, "normal")
        mean, deviation = _parameter(loc, kind, "normal"), _parameter(scale, kind, "normal")
        if not isinstance(deviation, Handle) and deviation < 0:
            raise ValueError(f"normal: scale must not be negative, got {deviation}")
        made = self._source(ops.random_normal, _size(size, "normal", mean, deviation), kind, device)
        return _scaled(made, mean, deviation)

    def integers(
        self,
        low: Any,
        high: Any = None,
        size: Any = None,
        dtype: Any = np.int64,
        endpoint: bool = False,
        *,
        device: Any = None,
    ) -> Tensor:
        """Integers from `low` (0 if one bound is given) up to, not including unless `endpoint`, `high`.

        The bias of the multiply-high method is below (high - low) / 2**64.

        Raises
        ------
        ValueError
            If numbers or NumPy arrays as bounds are empty or leave the dtype. Bounds that are tensors are not waited for: where
            `low >= high`, the values are unspecified.

        >>> import lazytensor as lt
        >>> bool((lt.random.default_rng(1).integers(6, size=100) < 6).all())
        True
        """
        kind = as_dtype(dtype, "integers")
        if kind.kind not in "biu":
            raise TypeError(f"integers: expects an integer or boolean dtype, got {kind}")
        first, last = (0, low) if high is None else (low, high)
        first, last = _bound(first), _bound(last)
        _check_bounds(first, last, kind, endpoint)
        first, last = _word(first), _word(last)
        made = self._source(ops.random_bits, _size(size, "integers", first, last), np.dtype(np.uint64), device)
        if isinstance(first, int) and isinstance(last, int):
            count: Any = (last - first + endpoint) % _WORD
            if count:  # 0 stands for all 2**64 integers
                made = apply(elementwise_ops.multiply_high, made, count)
        else:
            count = elementwise.subtract(last, first) + int(endpoint)
            bits = made
            made = apply(elementwise_ops.multiply_high, bits, count)
            if endpoint:
                made = elementwise.where(elementwise.equal(count, 0), bits, made)
        if not isinstance(first, int) or first:
            made = elementwise.add(made, first)
        return made if made.dtype == kind else elementwise.astype(made, kind)


def _real(dtype: Any, name: str) -> np.dtype[Any]:
    kind = as_dtype(np.float64 if dtype is None else dtype, name)
    if kind.kind != "f":
        raise TypeError(f"{name}: expects float32 or float64, got {kind}")
    return kind


def _parameter(value: Any, dtype: np.dtype[Any], name: str) -> Any:
    """A distribution's parameter: a Python number, or a tensor of the distribution's dtype."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        return float(value)
    node = node_operand(value, name)
    if node.dtype.kind not in "biuf":
        raise TypeError(f"{name}: expects real parameters, got {node.dtype}")
    return elementwise.astype(wrap(node), dtype, copy=False)


def _scaled(made: Tensor, origin: Any, width: Any) -> Tensor:
    """origin + width * made; nothing is recorded for an origin of 0 or a width of 1."""
    if isinstance(width, Handle) or width != 1:
        made = elementwise.multiply(made, width)
    if isinstance(origin, Handle) or origin != 0:
        made = elementwise.add(made, origin)
    return made


def _bound(value: Any) -> Any:
    """A bound of `integers`: a Python integer, an array or a tensor, of integers."""
    if isinstance(value, (bool, np.bool_)) or views.is_integer(value):
        return int(value)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    if not isinstance(value, Handle):
        value = np.asarray(value)
        if value.dtype.kind == "f" and (value == np.floor(value)).all():
            value = value.astype(np.int64)
    if value.dtype.kind not in "biu":
        raise TypeError(f"integers: expects integer bounds, got dtype {value.dtype}")
    return int(value) if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _check_bounds(low: Any, high: Any, dtype: np.dtype[Any], endpoint: bool) -> None:
    least, most = (0, 1) if dtype.kind == "b" else INTEGER_LIMITS[dtype]
    known = [(name, item) for name, item in (("low", low), ("high", high)) if not isinstance(item, Handle)]
    for name, item in known:
        values = (item, item) if isinstance(item, int) else (int(item.min()), int(item.max())) if item.size else (0, 1)
        past = 1 if name == "high" and not endpoint else 0
        if values[0] < least or values[1] > most + past:
            raise ValueError(f"integers: {name} is out of bounds for {dtype}")
    if len(known) == 2 and (np.greater(low, high) if endpoint else np.greater_equal(low, high)).any():
        raise ValueError(f"integers: low {'>' if endpoint else '>='} high")


def _word(bound: Any) -> Any:
    """A bound modulo 2**64: a Python integer or a uint64 tensor. Differences of such are right whatever the signs."""
    if isinstance(bound, int):
        return bound % _WORD
    return elementwise.astype(bound, np.uint64)


def default_rng(seed: Any = None) -> Generator:
    """A generator of random numbers.

    Parameters
    ----------
    seed : int, sequence of int or Generator, optional
        Equal seeds give equal streams; None takes the system's entropy. A Generator is returned as it is.

    >>> import lazytensor as lt
    >>> first, second = (lt.random.default_rng(7).normal(size=3) for _ in range(2))
    >>> bool((first == second).all())
    True
    """
    return seed if isinstance(seed, Generator) else Generator(seed)


# -- the module's own generator -------------------------------------------------------------------------------------------------

_generators: list[Generator] = []


def _shared() -> Generator:
    if not _generators:
        _generators.append(Generator())
    return _generators[0]


def seed(seed: Any = None) -> None:
    """Restart the stream of the functions of this module."""
    _generators[:] = [Generator(seed)]


def random(size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """`Generator.random` of a generator that all share."""
    return _shared().random(size, dtype, device=device)


def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """`Generator.uniform` of a generator that all share."""
    return _shared().uniform(low, high, size, dtype, device=device)


def standard_normal(size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """`Generator.standard_normal` of a generator that all share."""
    return _shared().standard_normal(size, dtype, device=device)


def normal(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """`Generator.normal` of a generator that all share."""
    return _shared().normal(loc, scale, size, dtype, device=device)


def integers(
    low: Any, high: Any = None, size: Any = None, dtype: Any = np.int64, endpoint: bool = False, *, device: Any = None
) -> Tensor:
    """`Generator.integers` of a generator that all share."""
    return _shared().integers(low, high, size, dtype, endpoint, device=device)

"""The random rows' references: the generator of `codegen.elementary.philox` in NumPy, for where kernels cannot be compiled.

Bits and uniforms are those of the kernels. Normals are made with NumPy's logarithm, sine and cosine, and may differ by some units in the
last place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lazytensor.compiler.order import BLOCK

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

ROUNDS = 10
MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def _words(counter: Array, draw: int, seed: int) -> list[Array]:
    """Four random 32-bit words for each counter, held in 64 bits."""
    zero = np.zeros_like(counter)
    words = [counter & LOW, counter >> HALF, zero + np.uint64(draw & 0xFFFFFFFF), zero + np.uint64(draw >> 32)]
    keys = [np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)]
    for _ in range(ROUNDS):
        first, second = words[0] * MULTIPLIERS[0], words[2] * MULTIPLIERS[1]
        words = [(second >> HALF) ^ words[1] ^ keys[0], second & LOW, (first >> HALF) ^ words[3] ^ keys[1], first & LOW]
        keys = [np.uint64((int(key) + int(weyl)) & 0xFFFFFFFF) for key, weyl in zip(keys, WEYL, strict=True)]
    return words


def _stream(each: int, shape: Shape, draw: Any, seed: Any) -> list[Array]:
    """The words from which blocks are made whose elements come `each` from one counter."""
    size = math.prod(shape)
    counters = np.arange(-(-size // BLOCK) * (BLOCK // each), dtype=np.uint64)
    return _words(counters, int(draw) & 0xFFFFFFFFFFFFFFFF, int(seed) & 0xFFFFFFFFFFFFFFFF)


def _laid_out(parts: list[Array], shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Elements that come from one counter lie a part of a block apart."""
    each = BLOCK // len(parts)
    blocks = np.stack([part.reshape(-1, each) for part in parts], axis=1)
    size = math.prod(shape)
    return np.array(blocks.reshape(-1)[:size].reshape(shape), dtype)


def _pairs(words: list[Array]) -> tuple[Array, Array]:
    """Two random 64-bit words."""
    a, b, c, d = words
    return b << HALF | a, d << HALF | c


def bits(seed: Any, draw: Any, shape: Shape, dtype: np.dtype[Any]) -> Array:
    return _laid_out(list(_pairs(_stream(2, shape, draw, seed))), shape, dtype)


def uniform(seed: Any, draw: Any, shape: Shape, dtype: np.dtype[Any]) -> Array:
    if dtype.itemsize == 4:
        parts = [(word >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24) for word in _stream(4, shape, draw, seed)]
    else:
        parts = [(word >> np.uint64(11)).astype(np.float64) * 2.0**-53 for word in _pairs(_stream(2, shape, draw, seed))]
    return _laid_out(parts, shape, dtype)


def _box_muller(uniform: Array, quadrant: Array, turn: Array) -> list[Array]:
    radius = np.sqrt(-2.0 * np.log(uniform))
    sine, cosine = np.sin(turn * (np.pi / 2)), np.cos(turn * (np.pi / 2))
    odd = (quadrant & 1) != 0
    y = np.where(odd, cosine, sine) * np.where(quadrant & 2, -1.0, 1.0)
    x = np.where(odd, sine, cosine) * np.where(quadrant + 1 & 2, -1.0, 1.0)
    return [radius * x, radius * y]


def normal(seed: Any, draw: Any, shape: Shape, dtype: np.dtype[Any]) -> Array:
    if dtype.itemsize == 4:
        words = _stream(4, shape, draw, seed)
        parts = []
        for radial, angular in ((words[0], words[1]), (words[2], words[3])):
            # Rounded as the kernels round it.
            number = ((radial >> np.uint64(1)).astype(np.float32) + np.float32(0.5)).astype(np.float64) * 2.0**-31
            turn = (angular & np.uint64(0x3FFFFFFF)).astype(np.float32) * np.float32(2.0**-30) - np.float32(0.5)
            parts += _box_muller(number, (angular >> np.uint64(30)).astype(np.int64), turn.astype(np.float64))
        return _laid_out(parts, shape, dtype)
    first, second = _pairs(_stream(2, shape, draw, seed))
    number = ((first >> np.uint64(11)).astype(np.int64) + 1).astype(np.float64) * 2.0**-53
    mantissa = (second & np.uint64((1 << 52) - 1)) | np.uint64(0x3FF0000000000000)
    turn = mantissa.view(np.float64) - 1.5
    return _laid_out(_box_muller(number, (second >> np.uint64(62)).astype(np.int64), turn), shape, dtype)

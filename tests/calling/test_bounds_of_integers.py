"""Python integers beyond a dtype: OverflowError where NumPy raises it, wrapped where it wraps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

DTYPES = ["int8", "uint8", "int16", "uint32", "int64", "uint64", "float32"]
VALUES = [-1, 0, 1, 127, 128, 255, 256, -129, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]


def _wrote(action: Callable[[Any], Any]) -> Callable[[Any, Any, Any], Any]:
    def run(xp: Any, a: Any, v: Any) -> Any:
        action((xp, a, v))
        return a

    return run


FUNCTIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "setitem": _wrote(lambda c: c[1].__setitem__(0, c[2])),
    "setitem all": _wrote(lambda c: c[1].__setitem__(..., c[2])),
    "setitem scalar of NumPy": _wrote(lambda c: c[1].__setitem__(slice(1, 3), np.asarray(c[2])[()])),
    "setitem positions": _wrote(lambda c: c[1].__setitem__([0, 2], c[2])),
    "setitem list": _wrote(lambda c: c[1].__setitem__(slice(2), [c[2], 0])),
    "fill": _wrote(lambda c: c[1].fill(c[2])),
    "put": _wrote(lambda c: c[0].put(c[1], [0, 1], c[2])),
    "putmask": _wrote(lambda c: c[0].putmask(c[1], np.array([True, False, True, False]), c[2])),
    "place": _wrote(lambda c: c[0].place(c[1], np.array([True, False, True, False]), [c[2]])),
    "copyto": _wrote(lambda c: c[0].copyto(c[1], c[2])),
    "full": lambda xp, a, v: xp.full(3, v, dtype=a.dtype),
    "full_like": lambda xp, a, v: xp.full_like(a, v),
    "insert": lambda xp, a, v: xp.insert(a, 1, v),
    "insert list": lambda xp, a, v: xp.insert(a, [1, 2], [v, 1]),
    "append": lambda xp, a, v: xp.append(a, v),
    "r_": lambda xp, a, v: xp.r_[a, v],
    "r_ first": lambda xp, a, v: xp.r_[v, a],
    "c_": lambda xp, a, v: xp.c_[a[:1], v],
    "pad": lambda xp, a, v: xp.pad(a, 1, constant_values=v),
    "pad pair": lambda xp, a, v: xp.pad(a, 1, constant_values=(v, v)),
    "array": lambda xp, a, v: xp.array([v, 1], dtype=a.dtype),
    "fill_diagonal": lambda xp, a, v: _diagonal(xp, a.reshape(2, 2), v),
    "concatenate": lambda xp, a, v: xp.concatenate([a, [v]]),
}


def _diagonal(xp: Any, matrix: Any, value: Any) -> Any:
    xp.fill_diagonal(matrix, value)
    return matrix


def _outcome(library: Any, function: Any, dtype: str, value: int) -> Any:
    try:
        made = np.asarray(function(library, library.asarray([1, 2, 1, 2], dtype=dtype), value))
    except (OverflowError, TypeError) as error:
        return type(error)
    return made.dtype, made.tolist()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_integers_beyond_a_dtype(name: str) -> None:
    for dtype in DTYPES:
        for value in VALUES:
            expected, found = (_outcome(library, FUNCTIONS[name], dtype, value) for library in (np, lt))
            assert found == expected, (dtype, value)

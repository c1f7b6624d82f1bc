"""The five-point stencil of the side-by-side table: one step, and a loop of steps in place as each library would have it written."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

Form = Callable[..., Any]

# Not from common.py: its imports would count as every library's start.
QUICK = os.environ.get("LAZYTENSOR_QUICK", "0") not in ("", "0")
STEPS = 20 if QUICK else 1000


def smooth(a: Any) -> Any:
    """Five points: a weighted mean of an element and its neighbours."""
    middle = a[1:-1, 1:-1]
    return middle + 0.125 * (a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4.0 * middle)


def step(xp: Any, a: Any) -> Any:
    return smooth(a)


def march(xp: Any, a: Any) -> Any:
    a = xp.array(a)
    for _ in range(STEPS):
        a[1:-1, 1:-1] = smooth(a)
    return a


def march_torch(xp: Any, a: Any) -> Any:
    a = a.clone()
    for _ in range(STEPS):
        a[1:-1, 1:-1] = smooth(a)
    return a


def march_compiled(torch: Any, a: Any) -> Any:
    a = a.clone()
    for _ in range(STEPS):
        _smooth_in_place(torch)(a)
    return a


def _smooth_in_place(torch: Any, compiled: list[Form] = []) -> Form:  # noqa: B006
    def update(a: Any) -> None:
        a[1:-1, 1:-1] = smooth(a)

    if not compiled:
        compiled.append(torch.compile(update))
    return compiled[0]


def march_jax(xp: Any, a: Any) -> Any:
    import jax

    return jax.lax.fori_loop(0, STEPS, lambda _, a: a.at[1:-1, 1:-1].set(smooth(a)), a)


SMOOTH = "m + 0.125*(u + d + l + r - 4.0*m)"


def neighbours(a: Any) -> dict[str, Any]:
    return {"m": a[1:-1, 1:-1], "u": a[:-2, 1:-1], "d": a[2:, 1:-1], "l": a[1:-1, :-2], "r": a[1:-1, 2:]}


def march_numexpr(numexpr: Any, a: Any) -> Any:
    a = a.copy()
    fresh = np.empty_like(a[1:-1, 1:-1])
    for _ in range(STEPS):
        a[1:-1, 1:-1] = numexpr.evaluate(SMOOTH, neighbours(a), out=fresh)
    return a

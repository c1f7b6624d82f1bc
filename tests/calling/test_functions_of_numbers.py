"""Functions of Python numbers are 0-d, and take any shape of one element that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

NUMBERS: dict[str, Callable[[Any], Any]] = {
    "one": lambda xp: xp.sqrt(2.0),
    "two": lambda xp: xp.maximum(2.0, 3),
    "nested": lambda xp: xp.add(xp.sqrt(4.0), xp.square(3)),
    "integer": lambda xp: xp.negative(3),
    "choice": lambda xp: xp.where(True, 2.0, 3.0),
}

USES: dict[str, Callable[[Any, Any], Any]] = {
    "axis": lambda xp, s: s[None],
    "axis, computed with": lambda xp, s: s[None] + 0,
    "axes": lambda xp, s: s[None, None] * xp.ones((1, 1)),
    "reshaped": lambda xp, s: xp.reshape(s, (1, 1, 1)) - 1,
    "spread over one": lambda xp, s: xp.broadcast_to(s, (1,)) + 0.5,
    "spread over three": lambda xp, s: xp.broadcast_to(s, (3,)) + 0.5,
    "spread over none": lambda xp, s: xp.broadcast_to(s, (0,)) + 0.5,
    "expanded": lambda xp, s: xp.expand_dims(s, 0).T,
    "stored": lambda xp, s: _stored(xp, (1,), np.s_[:], s),
    "stored with an ellipsis": lambda xp, s: _stored(xp, (1, 1), np.s_[...], s),
    "stored in a 0-d array": lambda xp, s: _stored(xp, (), np.s_[...], s),
    "stored in one place": lambda xp, s: _stored(xp, (4,), np.s_[2], s),
    "stored in a part": lambda xp, s: _stored(xp, (4, 3), np.s_[1:2, ::-1], s),
    "stored turned": lambda xp, s: _stored(xp, (1, 1), np.s_[::-1, None], s[None]),
    "summed": lambda xp, s: xp.sum(s[None] * 2, axis=0),
    "kept dims": lambda xp, s: xp.sum(xp.reshape(s, (1, 1)), axis=0, keepdims=True) + 1,
    "running": lambda xp, s: xp.cumsum(s[None]),
    "sorted": lambda xp, s: xp.sort(s[None] + 1),
    "joined": lambda xp, s: xp.concatenate([s[None], s[None] * 2]),
    "stacked": lambda xp, s: xp.stack([s, s + 1]),
    "multiplied": lambda xp, s: xp.reshape(s, (1, 1)) @ xp.ones((1, 2)),
    "gathered": lambda xp, s: s[None][[0, 0]],
    "row": lambda xp, s: xp.ones((2, 3)) - xp.sum(xp.broadcast_to(s, (2, 3)), axis=1, keepdims=True),
    "in place": lambda xp, s: _added(xp, s),
}


def _stored(xp: Any, shape: tuple[int, ...], key: Any, s: Any) -> Any:
    x = xp.zeros(shape)
    x[key] = s
    return x


def _added(xp: Any, s: Any) -> Any:
    x = xp.ones((1, 1))
    x += s
    x[0] *= s[None]
    return x


@pytest.mark.parametrize("cse", [True, False])
@pytest.mark.parametrize("use", USES)
def test_shapes_of_one_element(use: str, cse: bool, tier: str) -> None:
    for name, number in NUMBERS.items():
        with lt.config.override(cse=cse):
            # A value of NumPy's for a result that stands for a scalar: there it has no axes to index.
            expected = USES[use](np, np.asarray(number(np)))
            found = USES[use](lt, number(lt))
            assert found.numpy().shape == found.shape == np.shape(expected), name
            np.testing.assert_allclose(found.numpy(), expected, rtol=1e-15, err_msg=name)

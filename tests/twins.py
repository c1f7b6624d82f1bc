"""The same call of another library, once with NumPy arrays and once with tensors, and the comparison of what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import lazytensor as lt

Call = Callable[[Callable[[Any], Any]], Any]
SCALARS = (bool, int, float, complex, str, np.generic, type(None))


def tensor(value: Any) -> lt.Tensor:
    """What a call gets in the place of an array."""
    return lt.asarray(np.asarray(value))


def leaves(value: Any) -> Iterator[Any]:
    """The arrays and scalars in nested tuples, lists and dicts."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def assert_twins(call: Call, rtol: float = 1e-9, atol: float = 1e-10, kinds: tuple[type, ...] = (lt.Tensor,)) -> None:
    """`call(convert)` answers the same with tensors as with arrays: a Tensor for every array, of the same shape, dtype and values.

    Where the answer with arrays is a scalar of NumPy's, Python's scalars and 0-d tensors are the same. `kinds` says what
    else stands for an array.
    """
    wanted, found = list(leaves(call(np.asarray))), list(leaves(call(tensor)))
    assert len(found) == len(wanted)
    for ours, theirs in zip(found, wanted, strict=True):
        if isinstance(theirs, np.ndarray):
            assert isinstance(ours, kinds)
            assert ours.shape == theirs.shape
            assert ours.dtype == theirs.dtype
        else:
            assert isinstance(theirs, SCALARS)
            assert isinstance(ours, (lt.Tensor, *SCALARS))
        if isinstance(theirs, (str, type(None))) or np.asarray(theirs).dtype.kind in "OU":
            assert ours == theirs
        else:
            np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=rtol, atol=atol)


def assert_pending(call: Call) -> None:
    """`call(convert)` returns before any of the floating-point tensors it was given has been computed."""
    made: list[lt.Tensor] = []

    def convert(value: Any) -> lt.Tensor:
        found = tensor(value)
        if found.dtype.kind == "f":
            found = found * 1
            made.append(found)
        return found

    with lt.config.override(background=False, strict=True):
        answer = call(convert)
    assert made
    assert all(t._base().result is None for t in made)
    assert any(isinstance(item, lt.Tensor) for item in leaves(answer))

"""One call made of NumPy and of lazytensor: the same values, types, containers and kinds of errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparison import assert_same

import lazytensor as lt


def assert_agree(call: Callable[..., Any], *arrays: Any, ulp: float = 0.0) -> None:
    """`call(namespace, *arrays)` gives the same in both namespaces, or raises an error of the same kind in both."""
    try:
        expected = call(np, *[array.copy() for array in arrays])
    except Exception as error:
        with pytest.raises(type(error)):
            wait(call(lt, *[lt.asarray(array.copy()) for array in arrays]))
        return
    compare(call(lt, *[lt.asarray(array.copy()) for array in arrays]), expected, ulp)


def compare(found: Any, expected: Any, ulp: float = 0.0) -> None:
    """Arrays by `assert_same`, tuples and lists by their items, everything else by equality and type."""
    if isinstance(expected, (tuple, list)):
        assert type(found) is type(expected)
        assert len(found) == len(expected)
        for ours, theirs in zip(found, expected, strict=True):
            compare(ours, theirs, ulp)
    elif isinstance(expected, (np.ndarray, np.generic)):
        assert_same(found, expected, ulp)
    else:
        assert found == expected
        assert type(found) is type(expected)


def wait(found: Any) -> None:
    """Wait for the tensors in a result, so that what failed in them is raised."""
    for item in found if isinstance(found, (tuple, list)) else (found,):
        if isinstance(item, lt.Tensor):
            item.wait()

"""What leaves the graph: functions that wait because a shape depends on values, and NumPy's functions run on computed values.

Every such call goes through this module. `waits` marks the functions that are documented to wait; `run` is the fallback for what
has no lazy form: `explain` shows it, and `config.strict` makes it an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import structural
from lazytensor.config import config
from lazytensor.errors import FallbackError
from lazytensor.handle import SUPPORTED, Handle, constant, wrap
from lazytensor.sites import user_site

F = TypeVar("F", bound=Callable[..., Any])


def waits(function: F) -> F:
    """Mark a function whose result's shape, or whose answer, depends on values: it waits for its arguments."""
    function.waits = True  # type: ignore[attr-defined]
    return function


def values(x: Handle) -> np.ndarray[Any, Any]:
    """The computed array of a tensor, waited for. Not to be written to."""
    return x._value()


def found(value: Any, device: str | None = None) -> Any:
    """A tensor of an array that was computed outside the graph."""
    return wrap(constant(np.array(value, order="C", copy=None), device))


def run(name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a NumPy function on the values of the tensors among its arguments: waits, and leaves the graph.

    Arrays in the result become tensors again, which remember `name` for `explain`. What NumPy answers in a dtype that tensors do
    not have is returned as it is.

    Raises
    ------
    FallbackError
        Under `config.strict`.
    """
    if config.strict:
        raise FallbackError(f"{name} has no lazy form and would leave the graph, which config.strict forbids")
    made = function(*_arrays(args), **{key: _arrays(value) for key, value in kwargs.items()})
    out = kwargs.get("out")
    # Somebody's array that was written to stays what it is: `x += t` must not make x a tensor.
    return made if any(made is item for item in (out if type(out) is tuple else (out,))) else _tensors(made, name)


def _arrays(value: Any) -> Any:
    if isinstance(value, Handle):
        return value.numpy()  # type: ignore[attr-defined]
    if type(value) in (list, tuple):
        return type(value)([_arrays(item) for item in value])
    return value


def _tensors(value: Any, name: str) -> Any:
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype in SUPPORTED:
        array = np.array(value, order="C", subok=False)
        return wrap(Node(structural.outside, (), (name,), array.shape, array.dtype, None, user_site(), array))
    if isinstance(value, tuple):
        items = [_tensors(item, name) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if type(value) is list:
        return [_tensors(item, name) for item in value]
    return value

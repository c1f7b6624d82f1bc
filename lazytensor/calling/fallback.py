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
from lazytensor.core.dtypes import SUPPORTED
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.sites import user_site
from lazytensor.core.storage import constant
from lazytensor.errors import FallbackError

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
    out = kwargs.pop("out", None)
    given = out if type(out) is tuple else (out,)
    # What a tensor shows is not to be written to: a copy of it is, and then stored.
    written = tuple([np.array(values(item)) if isinstance(item, Handle) else item for item in given])
    if out is not None:
        kwargs["out"] = written if type(out) is tuple else written[0]
    made = function(*_arrays(args), **{key: _arrays(value) if key != "out" else value for key, value in kwargs.items()})
    for item, array in zip(given, written, strict=True):
        if isinstance(item, Handle):
            item[...] = array  # type: ignore[index]

    def returned(value: Any) -> Any:
        # Somebody's array that was written to stays what it is: `x += t` must not make x a tensor.
        return next((item for item, array in zip(given, written, strict=True) if value is array), None)

    if type(made) is tuple and out is not None:
        return tuple([_tensors(value, name) if returned(value) is None else returned(value) for value in made])
    return _tensors(made, name) if out is None or returned(made) is None else returned(made)


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

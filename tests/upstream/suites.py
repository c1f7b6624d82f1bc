"""The suites, and what replaces the imports of their test modules."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy_names
from adapted import pytest_module, unittest_module
from substitution import Resolve

exchange = numpy_names.exchange
_adapted = {"pytest": pytest_module(), "unittest": unittest_module()}


def _names(full: str) -> Any:
    return _adapted.get(full) or importlib.import_module(full)


def replaced(suite: str) -> Mapping[str, Resolve]:
    """The packages that a suite's modules see differently."""
    if suite == "numpy":
        return {"numpy": numpy_names.names, "pytest": _names}
    if suite == "cupy":
        import cupy_names  # delayed: it looks for the checkout

        return {**cupy_names.REPLACED, "cupy_tests": cupy_names.tests, "pytest": _names, "unittest": _names}
    raise ValueError(f"no such suite: {suite!r}; there are numpy and cupy")

"""What is used of Numba beyond its public interface is there; where it is not, NumPy computes, and a line says why."""

from __future__ import annotations

import logging
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

import lazytensor as lt
from lazytensor.compiler.codegen import numba_internals


@pytest.mark.versions
def test_this_numba_has_everything() -> None:
    numba_internals.check()


@pytest.mark.versions
def test_this_numba_is_within_the_bounds() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    (bounds,) = [item.specifier for item in map(Requirement, project["dependencies"]) if item.name == "numba"]
    assert version("numba") in bounds
    assert any(bound.operator == "<" for bound in bounds)


def test_what_is_missing_is_named_and_costs_no_value(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, noted: list[str]
) -> None:
    monkeypatch.setattr(numba_internals, "_LIBRARY", ("finalize", "_no_such_thing"))
    x = np.linspace(0, 3, 1007)
    with lt.config.override(tier="compile"), caplog.at_level(logging.WARNING, logger="lazytensor"):
        found = (lt.sin(lt.asarray(x)) * 0.731 + lt.cos(lt.asarray(x))).numpy()
    np.testing.assert_allclose(found, np.sin(x) * 0.731 + np.cos(x), rtol=1e-12)
    assert "has no _no_such_thing in" in caplog.text
    noted.clear()
    lt.clear_caches()

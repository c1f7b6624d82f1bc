"""SciPy and scikit-learn take tensors only if SCIPY_ARRAY_API=1 is set before they are imported: a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.ndimage
import scipy.sparse.linalg
import scipy.special
import scipy.stats
from numpy.lib import NumpyVersion
from sklearn.ensemble import RandomForestRegressor
from sklearn.preprocessing import StandardScaler

import lazytensor as lt

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["test_interop_page.py", "test_scipy.py", "test_sklearn.py"])
def test_under_the_switch(name: str) -> None:
    # In one process, whatever this one's settings: it may itself be one of several.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", str(HERE / name)]
    done = subprocess.run(command, env=kept | {"SCIPY_ARRAY_API": "1"}, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "passed" in done.stdout


X = np.linspace(0.1, 0.9, 16).reshape(8, 2)


@pytest.mark.recorded
def test_scipys_ufuncs_without_the_switch() -> None:
    """`scipy.special` stays lazy where there is a function of ours, and leaves the graph elsewhere."""
    t = lt.asarray(X) * 1
    with lt.config.override(background=False, strict=True):
        found = scipy.special.gammainc(t, 2.0)
        assert isinstance(found, lt.Tensor)
        assert not found.is_ready()
        np.testing.assert_allclose(found, scipy.special.gammainc(X, 2.0), rtol=1e-12)
        with pytest.raises(lt.errors.FallbackError, match="elliprc"):
            scipy.special.elliprc(t, t)
    outside = scipy.special.elliprc(t, t)
    assert isinstance(outside, lt.Tensor)
    assert "elliprc" in lt.explain(outside).outside[0]
    np.testing.assert_array_equal(outside, scipy.special.elliprc(X, X))


@pytest.mark.parametrize("call", [
    scipy.fft.fft2,
    lambda x: scipy.ndimage.gaussian_filter(x, 1.0),
    lambda x: scipy.stats.zscore(x),
    lambda x: StandardScaler().fit_transform(x),
    lambda x: RandomForestRegressor(3, random_state=0).fit(x, x[:, 0]).predict(x),
])  # fmt: skip
def test_the_rest_takes_tensors_for_arrays(call: Callable[[Any], Any]) -> None:
    found = call(lt.asarray(X))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, call(X))


def test_solvers_of_sparse_systems_ask_for_the_type() -> None:
    if NumpyVersion(scipy.__version__) < "1.18.0":
        with pytest.raises(TypeError, match="type not understood"):
            scipy.sparse.linalg.cg(lt.eye(4), lt.ones(4))
    assert scipy.sparse.linalg.cg(lt.eye(4).numpy(), lt.ones(4))[0].tolist() == [1, 1, 1, 1]

"""Libraries that ask for nothing but what np.asarray makes of a tensor: pandas, Matplotlib, Numba, SciPy's sparse arrays, NumPy's
own helpers and Python's."""

from __future__ import annotations

import bisect
import math
import statistics
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pandas
import pytest
import scipy.sparse

import lazytensor as lt

X = np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize("name", ["assert_allclose", "assert_equal", "assert_array_equal", "assert_array_almost_equal",
                                  "assert_almost_equal", "assert_array_almost_equal_nulp", "assert_array_max_ulp"])  # fmt: skip
def test_numpys_assertions(name: str) -> None:
    check = getattr(np.testing, name)
    check(lt.asarray(X), X)
    check(X, lt.asarray(X) * 1)
    with pytest.raises(AssertionError):
        check(lt.asarray(X), X + 1)


def test_less_and_approx() -> None:
    np.testing.assert_array_less(lt.asarray(X), X + 1)
    total = lt.asarray(X).sum()
    np.testing.assert_approx_equal(total, 66)
    assert total == pytest.approx(66)
    assert total != pytest.approx(67)
    assert lt.asarray(X) == pytest.approx(X)
    assert pytest.approx(X) == lt.asarray(X)


def test_numpys_arrays_take_tensors() -> None:
    x = X.copy()
    x[0] = lt.ones(4)
    assert x[0].tolist() == [1, 1, 1, 1]
    assert X[lt.asarray([0, 2])].shape == (2, 4)
    assert X[: lt.asarray(2)].shape == (2, 4)
    assert X[lt.asarray(X) > 5].tolist() == X[X > 5].tolist()
    rng = np.random.default_rng(0)
    assert type(rng.normal(lt.arange(4.0))) is np.ndarray
    assert rng.choice(lt.arange(4.0), p=lt.full(4, 0.25)) in range(4)
    assert sorted(rng.permutation(lt.arange(4)).tolist()) == [0, 1, 2, 3]


SERIES = pandas.Series([1.0, 2.0, 3.0])
PANDAS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "Series": (pandas.Series, np.arange(3.0)),
    "DataFrame": (pandas.DataFrame, X),
    "DataFrame of columns": (lambda t: pandas.DataFrame({"a": t, "b": 2}), np.arange(3)),
    "Index": (pandas.Index, np.arange(3)),
    "Series + tensor": (lambda t: SERIES + t, np.arange(3.0)),
    "tensor + Series": (lambda t: t + SERIES, np.arange(3.0)),
    "ufunc": (lambda t: np.add(t, SERIES), np.arange(3.0)),
    "iloc": (lambda t: SERIES.iloc[t], np.array([0, 2])),
    "assign": (lambda t: pandas.DataFrame({"a": SERIES}).assign(b=t), np.arange(3.0)),
    "cut": (lambda t: pandas.cut(t, 2), np.arange(3.0)),
}


@pytest.mark.parametrize("name", PANDAS)
def test_pandas(name: str) -> None:
    call, values = PANDAS[name]
    found, wanted = call(lt.asarray(values) * 1), call(values)
    assert type(found) is type(wanted)
    assert found.equals(wanted)


def test_pandas_to_tensors_and_what_it_does_not_take() -> None:
    assert lt.asarray(SERIES).tolist() == [1, 2, 3]
    assert lt.sqrt(SERIES).tolist() == np.sqrt([1.0, 2, 3]).tolist()
    assert lt.asarray(pandas.DataFrame(X)).shape == (3, 4)
    mask = lt.asarray([True, False, True])
    with pytest.raises(KeyError):
        SERIES[mask]
    assert SERIES[mask.numpy()].tolist() == [1, 3]
    with pytest.raises(TypeError, match="unique requires"):
        pandas.unique(lt.arange(3))


def test_matplotlib() -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    x, image = lt.linspace(0, 1, 9), lt.asarray(X)
    (line,) = axes.plot(x, x**2)
    assert line.get_ydata()[-1] == 1
    axes.scatter(x, x, c=x, s=x * 3)
    axes.hist(x, bins=3)
    axes.fill_between(x, x, x * 2)
    axes.errorbar(x, x, yerr=x)
    axes.imshow(image)
    axes.contourf(image)
    axes.pcolormesh(image)
    axes.set_xlim(x[0], x[-1])
    axes.axhline(x.mean())
    axes.bar(x.numpy(), x.numpy())
    figure.canvas.draw()
    plt.close(figure)


def test_compiled_code_takes_numpys_view() -> None:
    @numba.njit
    def total(a: Any) -> Any:
        return a.sum()

    t = lt.asarray(X)
    with pytest.raises(numba.TypingError):
        total(t)
    assert total(t.numpy()) == 66


def test_sparse_arrays() -> None:
    t = lt.asarray(X)
    assert scipy.sparse.csr_array(t).shape == (3, 4)
    assert type(scipy.sparse.csr_array(X) @ t.T) is np.ndarray
    assert type(t.T @ scipy.sparse.csr_array(X)) is np.ndarray


def test_pythons_own() -> None:
    t = lt.asarray([3.0, 1.0, 2.0])
    assert [float(item) for item in sorted(t)] == [1, 2, 3]
    assert float(sum(t)) == 6
    assert float(max(t)) == 3
    assert math.sqrt(t[0] + 1) == 2
    assert statistics.fmean(t) == 2
    assert bisect.bisect(lt.arange(4.0), 2) == 3
    assert f"{t.sum():.2f}" == "6.00"

"""xarray's DataArray and Dataset around a tensor: the data stay a tensor, and pending where no index needs a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas
import pytest
import xarray
from twins import assert_pending, assert_twins

import lazytensor as lt

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 4))
GAPS = A.copy()
GAPS[1, 2] = GAPS[4, 0] = np.nan
GROUPS = ("t", np.array([0, 1, 0, 2, 1, 0]))

Convert = Callable[[Any], Any]


def array(c: Convert, values: Any = A, **more: Any) -> Any:
    """Six times by four places."""
    coords = {"t": np.arange(6.0), "x": [10.0, 20.0, 30.0, 40.0]}
    return xarray.DataArray(c(values.copy()), dims=("t", "x"), coords=coords | more, name="v")


def dated(c: Convert) -> Any:
    return array(c, t=pandas.date_range("2020-01-01", periods=6))


def dataset(c: Convert) -> Any:
    return xarray.Dataset({"a": array(c), "b": array(c, B)})


def weights(c: Convert) -> Any:
    return xarray.DataArray(c(np.arange(1.0, 7)), dims="t")


CASES: dict[str, Callable[[Convert], Any]] = {
    "scalar": lambda c: array(c) + 1,
    "arithmetic": lambda c: (array(c) * 2 - array(c, B)) / array(c, B) ** 2,
    "ufuncs": lambda c: np.add(np.exp(array(c)), abs(-array(c, B))),
    "comparison": lambda c: array(c) > 0,
    "any": lambda c: (array(c) > 0).any("x"),
    "all": lambda c: (array(c) > 0).all(),
    "sum of gaps kept": lambda c: array(c, GAPS).sum("t", skipna=False),
    "sum min_count": lambda c: array(c, GAPS).sum("t", min_count=6),
    "mean of all": lambda c: array(c).mean(),
    "quantile": lambda c: array(c).quantile([0.2, 0.7], dim="t"),
    "quantile of all": lambda c: array(c, GAPS).quantile(0.5),
    "isel": lambda c: array(c).isel(t=2),
    "isel slices and lists": lambda c: array(c).isel(t=slice(1, 5, 2), x=[0, 2]),
    "sel": lambda c: array(c).sel(x=20.0),
    "sel slice": lambda c: array(c).sel(t=slice(1, 3)),
    "sel nearest": lambda c: array(c).sel(x=21.0, method="nearest"),
    "sel list": lambda c: array(c).sel(x=[40.0, 10.0]),
    "sel date": lambda c: dated(c).sel(t="2020-01-03"),
    "resample": lambda c: dated(c).resample(t="2D").mean(),
    "where": lambda c: array(c).where(array(c) > 0),
    "where other": lambda c: array(c).where(array(c) > 0, 0),
    "where drop": lambda c: array(c).where(array(c).x > 15, drop=True),
    "xarray.where": lambda c: xarray.where(array(c) > 0, array(c), array(c, B)),
    "concat": lambda c: xarray.concat([array(c), array(c, B)], dim="t"),
    "concat new": lambda c: xarray.concat([array(c), array(c, B)], dim="k"),
    "merge": lambda c: xarray.merge([array(c), array(c, B).rename("w")]),
    "aligned": lambda c: array(c) + array(c, B).isel(t=slice(2, 5)),
    "align outer": lambda c: xarray.align(array(c).isel(t=slice(0, 4)), array(c, B).isel(t=slice(2, 6)), join="outer")[0],
    "groupby sum": lambda c: array(c, g=GROUPS).groupby("g").sum(),
    "groupby mean": lambda c: array(c, g=GROUPS).groupby("g").mean(),
    "groupby max": lambda c: array(c, g=GROUPS).groupby("g").max(),
    "groupby map": lambda c: array(c, g=GROUPS).groupby("g").map(lambda v: v - v.mean("t")),
    "groupby arithmetic": lambda c: (lambda groups: groups - groups.mean())(array(c, g=GROUPS).groupby("g")),
    "groupby_bins": lambda c: array(c).groupby_bins("x", [0, 25, 50]).mean(),
    "rolling mean": lambda c: array(c).rolling(t=3).mean(),
    "rolling sum": lambda c: array(c).rolling(t=3, center=True, min_periods=1).sum(),
    "rolling max": lambda c: array(c).rolling(t=2).max(),
    "rolling std": lambda c: array(c).rolling(t=3).std(),
    "rolling median": lambda c: array(c).rolling(t=3).median(),
    "rolling construct": lambda c: array(c).rolling(t=3).construct("w"),
    "transpose": lambda c: array(c).transpose("x", "t"),
    "stack": lambda c: array(c).stack(z=("t", "x")),
    "unstack": lambda c: array(c).stack(z=("t", "x")).unstack("z"),
    "expand_dims": lambda c: array(c).expand_dims(k=2),
    "squeeze": lambda c: array(c).isel(t=[0]).squeeze(),
    "apply_ufunc": lambda c: xarray.apply_ufunc(lambda a, b: a * b + 1, array(c), array(c, B)),
    "apply_ufunc core": lambda c: xarray.apply_ufunc(lambda a: a.mean(axis=-1), array(c), input_core_dims=[["t"]]),
    "dot": lambda c: xarray.dot(array(c), array(c, B), dim="x"),
    "matmul": lambda c: array(c) @ array(c, B),
    "coarsen": lambda c: array(c).coarsen(t=2, x=2).mean(),
    "coarsen pad": lambda c: array(c).coarsen(t=4, boundary="pad").sum(),
    "reindex": lambda c: array(c).reindex(x=[10.0, 25.0, 40.0]),
    "reindex fill": lambda c: array(c).reindex(x=[10.0, 25.0, 40.0], fill_value=0.0),
    "reindex nearest": lambda c: array(c).reindex(x=[11.0, 39.0], method="nearest"),
    "fillna": lambda c: array(c, GAPS).fillna(0),
    "fillna array": lambda c: array(c, GAPS).fillna(array(c, B)),
    "combine_first": lambda c: array(c, GAPS).combine_first(array(c, B)),
    "dropna": lambda c: array(c, GAPS).dropna("t"),
    "isnull": lambda c: array(c, GAPS).isnull(),
    "notnull": lambda c: array(c, GAPS).notnull(),
    "weighted mean": lambda c: array(c).weighted(weights(c)).mean("t"),
    "weighted sum": lambda c: array(c, GAPS).weighted(weights(c)).sum("t"),
    "weighted std": lambda c: array(c).weighted(weights(c)).std("t"),
    "diff": lambda c: array(c).diff("t"),
    "shift": lambda c: array(c).shift(t=1),
    "roll": lambda c: array(c).roll(t=2),
    "pad": lambda c: array(c).pad(t=1, constant_values=0),
    "pad edge": lambda c: array(c).pad(t=1, mode="edge"),
    "differentiate": lambda c: array(c).differentiate("t"),
    "integrate": lambda c: array(c).integrate("t"),
    "cumulative_integrate": lambda c: array(c).cumulative_integrate("t"),
    "cumulative": lambda c: array(c).cumulative("t").sum(),
    "clip": lambda c: array(c).clip(-1, 1),
    "round": lambda c: array(c).round(1),
    "astype": lambda c: array(c).astype("float32"),
    "sortby": lambda c: array(c).sortby("x", ascending=False),
    "sortby values": lambda c: array(c).sortby(array(c).isel(x=0)),
    "argsort": lambda c: array(c).isel(x=0).argsort(),
    "isin": lambda c: array(c).isin([A[0, 0], 2.0]),
    "cov": lambda c: xarray.cov(array(c), array(c, B), dim="t"),
    "corr": lambda c: xarray.corr(array(c), array(c, B), dim="t"),
    "polyfit": lambda c: array(c).polyfit("t", 1),
    "broadcast": lambda c: xarray.broadcast(array(c).isel(t=0, drop=True), array(c))[0],
    "zeros_like": lambda c: xarray.zeros_like(array(c)),
    "full_like": lambda c: xarray.full_like(array(c), 2.0),
    "copy": lambda c: array(c).copy(),
    "reduce": lambda c: array(c).reduce(np.sum, "t"),
    "dataset mean": lambda c: dataset(c).mean("t"),
    "dataset arithmetic": lambda c: dataset(c) * 2 + 1,
    "dataset to_array": lambda c: dataset(c).to_array(),
    "dataset where": lambda c: dataset(c).where(lambda d: d.a > 0),
    "dataset assign": lambda c: dataset(c).assign(z=lambda d: d.a**2),
    "dataset isel": lambda c: dataset(c).isel(t=[1, 2]).sel(x=20.0),
}
for _name in ("sum", "mean", "std", "var", "min", "max", "prod", "count", "median", "argmax", "argmin", "cumsum", "cumprod",
              "idxmax"):  # fmt: skip
    CASES[_name] = lambda c, name=_name: getattr(array(c, GAPS if name != "idxmax" else A), name)("t")
# xarray asks for a value: whether weights are NaN, which rows to drop, in which order, what the condition of a matrix is.
WAIT = {"dropna", "weighted mean", "weighted sum", "weighted std", "sortby values", "polyfit"}


def data(found: Any) -> Any:
    """What is wrapped."""
    return {name: found[name].data for name in found} if isinstance(found, xarray.Dataset) else found.data


@pytest.mark.parametrize("name", CASES)
def test_the_same_as_around_arrays(name: str) -> None:
    with lt.config.override(strict=True):
        assert_twins(lambda c: data(CASES[name](c)))


@pytest.mark.parametrize("name", sorted(CASES.keys() - WAIT))
@pytest.mark.recorded
def test_nothing_waits(name: str) -> None:
    assert_pending(lambda c: data(CASES[name](c)))


@pytest.mark.parametrize("name", ["arithmetic", "rolling mean", "groupby mean"])
def test_in_both_tiers(name: str, tier: str) -> None:
    assert_twins(lambda c: data(CASES[name](c)))


def test_values_are_arrays() -> None:
    found = array(lt.asarray) * 2
    assert type(found.values) is np.ndarray
    assert type(found.to_numpy()) is np.ndarray
    assert type(found.to_pandas()) is pandas.DataFrame
    assert found.isel(t=0, x=0).item() == A[0, 0] * 2
    assert bool(found.equals(found.copy()))
    assert "Tensor" in repr(found)


def test_assignment() -> None:
    found = array(lt.asarray)
    found[{"t": 0}] = 5.0
    found.loc[{"x": 20.0}] = 7.0
    wanted = array(np.asarray)
    wanted[{"t": 0}] = 5.0
    wanted.loc[{"x": 20.0}] = 7.0
    assert isinstance(found.data, lt.Tensor)
    np.testing.assert_array_equal(found, wanted)


def test_vectorised_indexing_is_not_there() -> None:
    """xarray has it for NumPy's arrays only; positions of one array by another must go through the tensor itself."""
    pick = {"t": xarray.DataArray([0, 1], dims="p"), "x": xarray.DataArray([2, 3], dims="p")}
    with pytest.raises(TypeError, match="Vectorized indexing is not supported"):
        array(lt.asarray).isel(pick)
    np.testing.assert_array_equal(array(lt.asarray).data[[0, 1], [2, 3]], array(np.asarray).isel(pick))


def test_assignment_by_several_lists_is_pointwise() -> None:
    """xarray hands the lists on as one key, which NumPy and tensors take pointwise; for NumPy's arrays it makes them orthogonal."""
    found, wanted = array(lt.asarray, A * 0), array(np.asarray, A * 0)
    for target in (found, wanted):
        target[{"t": [0, 2], "x": [1, 3]}] = 1
    assert (float(found.sum()), float(wanted.sum())) == (2, 4)


def test_interpolation_and_callbacks_answer_arrays() -> None:
    """These call SciPy's interpolators or NumPy's vectorize on np.asarray of the data."""
    found = array(lt.asarray)
    wanted = array(np.asarray)
    for call in (
        lambda v: v.interp(x=[15.0, 35.0]),
        lambda v: v.interp(x=[15.0, 36.0], method="nearest"),
        lambda v: xarray.apply_ufunc(np.sum, v, input_core_dims=[["t"]], vectorize=True),
    ):
        answer = call(found)
        assert type(answer.data) is np.ndarray
        np.testing.assert_allclose(answer, call(wanted))

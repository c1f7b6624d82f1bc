"""Every reduction and running reduction of the op table against its NumPy reference, over axes, layouts and dtypes, in both tiers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from draws import DTYPES, assert_within, draw

import lazytensor as lt
from lazytensor.compiler.ops import reductions as ops
from lazytensor.compiler.ops.row import Domain, Kind, Op
from lazytensor.compiler.ops.table import ROWS
from lazytensor.core import planning
from lazytensor.core.operands import apply

Array = np.ndarray[Any, Any]
REDUCTIONS = [row for row in ROWS if row.kind is Kind.REDUCE]
SCANS = [row for row in ROWS if row.kind is Kind.SCAN]
POSITIONS = (ops.argmax, ops.argmin)
# Shape, whether it is read through a transposed view with steps, axes, keepdims. Blocks are 1024 elements long.
CASES: list[tuple[tuple[int, ...], bool, tuple[int, ...], bool]] = [
    ((5000,), False, (0,), False),
    ((37, 41), False, (0,), False),
    ((37, 41), False, (1,), True),
    ((37, 41), False, (0, 1), False),
    ((22, 62), True, (0,), False),
    ((22, 62), True, (1,), False),
    ((4, 5, 6), False, (1,), True),
    ((4, 5, 6), False, (0, 2), False),
    ((2, 3000), False, (1,), False),
    ((3000, 2), False, (0,), False),
    ((7, 1), False, (1,), False),
    ((), False, (), False),
    ((1, 1), False, (0, 1), False),
    ((3, 0), False, (0,), False),
]


def source(dtype: np.dtype[Any], shape: tuple[int, ...], strided: bool, domain: Domain) -> tuple[Array, Any]:
    array = draw(domain, dtype, shape, seed=len(shape))
    tensor = lt.asarray(array)
    if strided:
        array, tensor = array.T[::2, ::-1], tensor.T[::2, ::-1]
    # A copy, so that the rows share a kernel.
    return array, lt.copy(tensor)


def domain_of(row: Op, dtype: np.dtype[Any]) -> Domain:
    finite = (0.0, -0.0, 1.0, -1.0)
    if row.name in ("prod", "cumulative_prod"):
        return Domain(-1.5, 1.5, (1.0, -1.0) if dtype.kind == "c" else row.domain[0].specials[2:])
    return Domain(specials=finite) if dtype.kind == "c" or row.kind is Kind.SCAN else row.domain[0]


def tolerance(row: Op, array: Array, axes: tuple[int, ...]) -> float:
    """Units in the last place: a product of n numbers has n roundings, in double for single precision."""
    count = int(np.prod([array.shape[axis] for axis in axes], dtype=int))
    if row.name == "prod" and array.dtype.itemsize in (8, 16):
        return max(row.ulp, count)
    return row.ulp


def accepts(row: Op, dtype: np.dtype[Any], axes: tuple[int, ...], rank: int) -> bool:
    return row not in POSITIONS or len(axes) == 1 or axes == tuple(range(rank))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_reductions(dtype: np.dtype[Any], tier: str) -> None:
    calls, results = [], []
    sources: dict[Any, Any] = {}
    # A kernel of seven reductions takes a second to compile: every case for one dtype, every dtype for some cases.
    place = DTYPES.index(dtype)
    for shape, strided, axes, keepdims in CASES if tier == "interpret" or dtype == np.float32 else CASES[place % 6 :: 6]:
        for row in REDUCTIONS:
            if not accepts(row, dtype, axes, len(shape)) or (0 in shape and row in POSITIONS):
                continue
            key = (shape, strided, domain_of(row, dtype))
            if key not in sources:
                sources[key] = source(dtype, *key)
            array, tensor = sources[key]
            results.append(apply(row, tensor, params=(axes, keepdims)))
            calls.append((row, array, axes, keepdims))
    if tier == "compile":
        check_compiled(dtype, results)
    lt.materialize(*results)
    for (row, array, axes, keepdims), tensor in zip(calls, results, strict=True):
        what = f"{row.name} of {dtype}{array.shape} over {axes}"
        found = tensor.numpy()
        with np.errstate(all="ignore"):
            expected = np.asarray(row.reference(array, axes, keepdims))
            # Zeros of either sign are equal to NumPy too.
            if row.name in ("max", "min", "sum") and dtype.kind in "fc":
                expected, found = expected + 0, found + 0
            size = None
            if row.name == "sum" and dtype.kind in "fc":
                size = np.abs(array).sum(axis=axes, keepdims=keepdims)
        ulp = 0 if dtype.kind in "biu" else tolerance(row, array, axes)
        assert_within(found, expected, ulp, what, size=size)
    assert {row for row, *_ in calls} >= set(REDUCTIONS) - set(POSITIONS)


def check_compiled(dtype: np.dtype[Any], results: list[Any]) -> None:
    planned = planning.pending_plan([tensor._base() for tensor in results])
    assert planned is not None
    compiled = {name for kernel in planned[2].kernels if kernel.tier == "compiled" for name in kernel.operations}
    for row in REDUCTIONS:
        if row in POSITIONS and row.cpu is None:
            assert row.name not in compiled
            continue
        expression = row.expression(row.resolve(dtype, (0,), False).operands)
        assert (row.name in compiled) == (expression is not None), row.name


@pytest.mark.parametrize("row", REDUCTIONS, ids=lambda row: row.name)
def test_reductions_of_nothing(row: Op, tier: str) -> None:
    for dtype in (np.dtype("f4"), np.dtype("i8"), np.dtype(bool)):
        for shape, axes in (((0,), (0,)), ((0, 3), (0,)), ((2, 0), (0, 1))):
            empty = np.ones(shape, dtype)
            try:
                expected = row.reference(empty, axes, True)
            except ValueError:
                assert row.identity is None
                with pytest.raises(ValueError, match=f"^{row.name}: .*{shape[axes[0]]}"):
                    apply(row, lt.asarray(empty), params=(axes, True))
            else:
                assert_within(
                    apply(row, lt.asarray(empty), params=(axes, True)).numpy(), expected, 0, f"{row.name} of {dtype}{shape}"
                )


@pytest.mark.parametrize("row", SCANS, ids=lambda row: row.name)
def test_scans(row: Op, tier: str) -> None:
    calls, results = [], []
    for dtype in DTYPES:
        for shape, axis in (((50,), 0), ((7, 9), 0), ((7, 9), 1), ((3, 0), 1), ((0, 2), 0)):
            for initial in (False, True):
                array = draw(domain_of(row, dtype), dtype, shape, seed=3)
                calls.append((array, axis, initial))
                results.append(apply(row, lt.asarray(array), params=(axis, initial)))
    lt.materialize(*results)
    for (array, axis, initial), tensor in zip(calls, results, strict=True):
        with np.errstate(all="ignore"):
            expected = (np.cumulative_sum if row is ops.cumulative_sum else np.cumulative_prod)(
                array, axis=axis, include_initial=initial, dtype=row.resolve(array.dtype, axis, initial).result
            )
        assert_within(tensor.numpy(), expected, 0, f"{row.name} of {array.dtype}{array.shape} along {axis}")
    assert len(calls) == len(DTYPES) * 10


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_single_precision_is_summed_in_double(dtype: str, tier: str) -> None:
    """A million times 0.1, for which a float32 accumulator would be off by 1%."""
    x = np.full(1_000_000, 0.1, dtype)
    exact = float(x[0]) * 1_000_000
    assert abs(lt.asarray(x).sum().item() - exact) <= abs(exact) * np.finfo(dtype).eps * 4


def test_work_before_and_after_a_reduction(tier: str) -> None:
    x = np.random.default_rng(0).normal(size=(60, 50))
    t = lt.asarray(x)
    found = lt.sqrt(((t - 1) * t).sum(axis=1) ** 2 + 1)
    np.testing.assert_allclose(found.numpy(), np.sqrt(((x - 1) * x).sum(axis=1) ** 2 + 1), rtol=1e-12)
    normal = (t - t.mean(axis=0)) / t.std(axis=0)
    np.testing.assert_allclose(normal.numpy(), (x - x.mean(axis=0)) / x.std(axis=0), rtol=1e-10, atol=1e-12)

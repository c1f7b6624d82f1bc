"""Every elementwise row of the op table against its NumPy reference: dtypes, layouts and special values, in both tiers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from draws import DTYPES, assert_within, draw, operand_domains

import lazytensor as lt
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops.row import Domain, Kind, Op
from lazytensor.compiler.ops.table import ROWS
from lazytensor.core import planning
from lazytensor.core.operands import apply

Array = np.ndarray[Any, Any]
ELEMENTWISE = [row for row in ROWS if row.kind is Kind.ELEMENTWISE and row is not ops.astype]
# The shape of results. In a matrix the first operand is a transposed view with steps, the second a row read backwards, which is
# broadcast as is the third, a column.
SHAPES = {"vector": (203,), "matrix": (14, 11), "0-d": (), "empty": (3, 0)}


def accepts(row: Op, dtype: np.dtype[Any]) -> bool:
    """Does NumPy compute this for operands of the dtype? (SciPy's functions have complex forms, and helpers take anything.)"""
    if row.name in ("erf", "erfc", "expit"):
        return dtype.kind != "c"
    if row is ops.multiply_high:
        return dtype.kind in "iu"
    try:
        with np.errstate(all="ignore"):
            row.reference(*(np.ones(1, dtype) for _ in range(row.arity)))
    except TypeError:
        return False
    return True


def layout(name: str, x: Any, place: int) -> Any:
    """An array (or tensor) of twice as many elements along each axis, as operand number `place`."""
    if name != "matrix":
        return x
    if place == 0:
        return x.T[::2, ::-2]
    return x[::-2] if place == 1 else x[::2, ::2]


def stored(name: str, place: int) -> tuple[int, ...]:
    shape = SHAPES[name]
    if name == "matrix":
        rows, columns = shape
        return [(2 * columns, 2 * rows), (2 * columns,), (2 * rows, 2)][place]
    return shape


class Bench:
    """Operands by row, one array for all rows of a domain; tensors of first operands are results, so that their readers share a
    kernel."""

    def __init__(self, dtype: np.dtype[Any], name: str) -> None:
        self.dtype, self.name = dtype, name
        self.made: dict[Any, tuple[Array, lt.Tensor]] = {}

    def operand(self, domain: Domain, dtype: np.dtype[Any], place: int) -> tuple[Array, lt.Tensor]:
        key = (domain, dtype, place)
        if key not in self.made:
            array = draw(domain, dtype, stored(self.name, place), seed=place)
            tensor = layout(self.name, lt.asarray(array), place)
            self.made[key] = layout(self.name, array, place), lt.copy(tensor) if place == 0 else tensor
        return self.made[key]

    def operands(self, row: Op) -> list[tuple[Array, lt.Tensor]]:
        kinds = dtypes_of(row, self.dtype)
        return [self.operand(domain, kinds[place], place) for place, domain in enumerate(operand_domains(row, self.dtype))]


def dtypes_of(row: Op, dtype: np.dtype[Any]) -> tuple[np.dtype[Any], ...]:
    return (np.dtype(bool), dtype, dtype) if row is ops.where else (dtype,) * row.arity


# Dtypes of a kind differ in arithmetic, not in layout. Vectors, single elements and nothing share kernels; to compile all rows takes 10 s.
CASES = [
    (tier, dtype, name)
    for tier in ("interpret", "compile")
    for dtype in DTYPES
    for name in SHAPES
    if name == "vector" or dtype.char in ("?qfD" if tier == "compile" and name == "matrix" else "?qQfdFD")
]


@pytest.mark.parametrize(("tier", "dtype", "name"), CASES, ids=str, indirect=["tier"])
def test_rows(tier: str, dtype: np.dtype[Any], name: str) -> None:
    bench = Bench(dtype, name)
    accepted = [row for row in ELEMENTWISE if accepts(row, dtype)]
    for row in ELEMENTWISE:
        if row not in accepted:
            with pytest.raises(TypeError, match=f"^{row.name}: "):
                apply(row, *(lt.ones(1, dtype=kind) for kind in dtypes_of(row, dtype)))
    results = [apply(row, *(tensor for _, tensor in bench.operands(row))) for row in accepted]
    if tier == "compile" and name == "vector":
        check_compiled(accepted, dtype, results)
    lt.materialize(*results)
    for row, tensor in zip(accepted, results, strict=True):
        arrays = [array for array, _ in bench.operands(row)]
        signature = row.resolve(*dtypes_of(row, dtype))
        with np.errstate(all="ignore"):
            expected = np.asarray(row.bind(*dtypes_of(row, dtype))(*arrays)).astype(signature.result)
        assert expected.shape == SHAPES[name]
        if row in EITHER_ZERO:
            # Which of two zeros is the larger depends, in NumPy too, on the place in the array.
            expected, found = expected + 0, tensor.numpy() + 0
        else:
            found = tensor.numpy()
        assert_within(
            found, expected, COMPLEX_ULP.get(row, 0) if dtype.kind == "c" else row.ulp, f"{row.name} of {dtype}, {name}"
        )


EITHER_ZERO = (ops.maximum, ops.minimum, ops.fmax, ops.fmin, ops.clip)
# NumPy contracts the products of complex numbers, kernels never do; the rest has no expression.
COMPLEX_ULP = {ops.multiply: 2.0, ops.square: 2.0, ops.abs: 2.0}


def check_compiled(rows: list[Op], dtype: np.dtype[Any], results: list[lt.Tensor]) -> None:
    """What has a kernel expression is in a compiled kernel; the rest is not."""
    planned = planning.pending_plan([tensor._base() for tensor in results])
    assert planned is not None
    compiled = {name for kernel in planned[2].kernels if kernel.tier == "compiled" for name in kernel.operations}
    for row in rows:
        signature = row.resolve(*dtypes_of(row, dtype))
        assert (row.name in compiled) == (row.expression(signature.operands) is not None), row.name


PAIRS = (ops.add, ops.less)


def test_mixed_dtypes(tier: str) -> None:
    """Operands of every two dtypes, among them pairs that promote to neither (int64 and uint64, int32 and float32)."""
    compared = 0
    values = {dtype: draw(Domain(), dtype, (40,), seed=place) for place, dtype in enumerate(DTYPES)}
    for first in DTYPES:
        x = lt.copy(lt.asarray(values[first]))
        pairs = [(row, second) for row in PAIRS for second in DTYPES if "c" not in first.kind + second.kind or row is ops.add]
        results = [apply(row, x, values[second]) for row, second in pairs]
        lt.materialize(*results)
        for (row, second), tensor in zip(pairs, results, strict=True):
            with np.errstate(all="ignore"):
                expected = row.bind(first, second)(values[first], values[second])
            assert_within(tensor.numpy(), expected, row.ulp, f"{row.name} of {first} and {second}")
            compared += 1
    assert compared == 2 * 11 * 11 + (13 * 13 - 11 * 11)


def representable(values: Array, dtype: np.dtype[Any]) -> Array:
    """Without what C leaves undefined: floats beyond the range of the integers they become."""
    if values.dtype.kind not in "fc" or dtype.kind not in "iu":
        return values
    limits = np.iinfo(dtype)
    good = np.isfinite(values) & (values.real >= limits.min) & (values.real < float(limits.max))
    return np.where(good, values, values.dtype.type(3))


def test_astype_of_every_dtype_to_every_other(tier: str) -> None:
    compared = 0
    for first in DTYPES:
        source = draw(Domain(), first, (60,), seed=1)
        arrays = [representable(source, dtype) for dtype in DTYPES]
        results = [lt.astype(lt.asarray(array), dtype) for array, dtype in zip(arrays, DTYPES, strict=True)]
        lt.materialize(*results)
        for array, dtype, tensor in zip(arrays, DTYPES, results, strict=True):
            real = array.real if first.kind == "c" and dtype.kind not in "bc" else array
            with np.errstate(all="ignore"):
                assert_within(tensor.numpy(), real.astype(dtype), 0, f"{first} to {dtype}")
            compared += 1
    assert compared == len(DTYPES) ** 2


@pytest.mark.parametrize("dtype", [item for item in DTYPES if item.kind in "iufc"], ids=str)
def test_python_scalars_are_weak_operands(dtype: np.dtype[Any], tier: str) -> None:
    values = draw(Domain(0, 10, (0.0, 1.0)), dtype, (30,), seed=2)
    x = lt.copy(lt.asarray(values))
    rows = [row for row in (ops.add, ops.multiply, ops.subtract, ops.divide, ops.maximum) if accepts(row, dtype)]
    scalars: list[Any] = [True, 3, 0.25] + ([1 - 2j] if dtype.kind == "c" else [])
    calls = [(row, scalar, flip) for row in rows for scalar in scalars for flip in (False, True)]
    results = [apply(row, *((scalar, x) if flip else (x, scalar))) for row, scalar, flip in calls]
    lt.materialize(*results)
    for (row, scalar, flip), tensor in zip(calls, results, strict=True):
        with np.errstate(all="ignore"):
            expected = row.reference(scalar, values) if flip else row.reference(values, scalar)
        assert_within(tensor.numpy(), expected, row.ulp, f"{row.name} of {dtype} and {scalar}")

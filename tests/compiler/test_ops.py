"""The op table against NumPy: every row is complete, and promotes and shapes as NumPy does."""

from __future__ import annotations

import itertools
import string
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from lazytensor import compiler
from lazytensor.compiler.ops import (
    decompositions,
    elementwise,
    indexing,
    library,
    reductions,
    rules,
    shapes,
    sorting,
    sources,
    structural,
)
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.compiler.ops.table import ROWS, TABLE

DTYPES = [np.dtype(code) for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16")]
WEAK = {bool: True, int: 1, float: 1.0, complex: 1j}
ELEMENTWISE = [row for row in ROWS if row.kind is Kind.ELEMENTWISE and row.name != "astype"]
WITHOUT_REFERENCE = {"leaf", "scalar", "outside"}
FUNCTIONS = """
exp exp2 expm1 log log2 log10 log1p sin cos tan sinh cosh tanh asin acos atan atan2 asinh acosh atanh pow sqrt
cbrt hypot erf erfc sigmoid logaddexp floor ceil trunc rint sign copysign nextafter abs isnan isinf isfinite
signbit reciprocal maximum minimum fmax fmin floor_divide remainder fmod left_shift right_shift real imag conj
select fill_uniform fill_normal fill_bits frexp_mantissa frexp_exponent ldexp spacing complex radians degrees heaviside
logaddexp2 i0 gcd lcm bitwise_count multiply square
"""
STANDARD = """
abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_invert bitwise_or
bitwise_right_shift bitwise_xor ceil clip conj copysign cos cosh divide equal exp expm1 floor floor_divide
greater greater_equal hypot imag isfinite isinf isnan less less_equal log log1p log2 log10 logaddexp
logical_and logical_not logical_or logical_xor maximum minimum multiply negative nextafter not_equal positive
pow real reciprocal remainder round sign signbit sin sinh square sqrt subtract tan tanh trunc where
"""


def ids(value: object) -> str | None:
    return value.name if isinstance(value, Op) else None


def sample(kind: object, size: int = 1) -> object:
    return WEAK[kind] if isinstance(kind, type) else np.ones(size, kind)


def test_the_table_lists_every_row() -> None:
    folder = Path(compiler.ops.__file__).parent
    modules = [import_module(f"{compiler.ops.__name__}.{path.stem}") for path in folder.glob("*.py") if path.stem != "__init__"]
    rows = {id(value): name for module in modules for name, value in vars(module).items() if isinstance(value, Op)}
    assert set(rows) == {id(row) for row in ROWS}
    assert all(rows[id(row)] == row.name for row in ROWS)
    assert len(TABLE) == len(ROWS)
    assert set(TABLE) >= set(STANDARD.split())


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_row_is_complete(row: Op) -> None:
    assert (row.reference is None) == (row.name in WITHOUT_REFERENCE)
    assert row.doc.endswith(".")
    assert len(row.domain) == row.arity if row.arity >= 0 else row.domain
    assert row.cpu is not None or row.kind not in (Kind.ELEMENTWISE, Kind.SOURCE)
    texts = [] if row.cpu is None else [row.cpu] if isinstance(row.cpu, str) else list(row.cpu.values())
    for text in texts:
        fields = list(string.Formatter().parse(text))
        assert {field for _, field, _, _ in fields if field} <= set("xyz"[: max(row.arity, 1) + (row.kind is Kind.REDUCE)]) | {
            "t"
        }
        called = {before.split("(")[-1].rstrip("_") for before, field, _, _ in fields if field == "t"}
        assert called <= set(FUNCTIONS.split())
    if not isinstance(row.cpu, (str, type(None))):
        letters = "".join(row.cpu)
        assert set(letters) <= set("biufc")
        assert len(set(letters)) == len(letters)


def numpy_dtype(row: Op, kinds: tuple[object, ...]) -> np.dtype | None:
    """The dtype NumPy gives, float32 for its float16; None for TypeError."""
    try:
        with np.errstate(all="ignore"):
            dtype = np.asarray(row.reference(*(sample(kind) for kind in kinds))).dtype
    except TypeError:
        return None
    return np.dtype(np.float32) if dtype == np.float16 else dtype


@pytest.mark.versions
@pytest.mark.newest
@pytest.mark.parametrize("row", ELEMENTWISE, ids=ids)
def test_promotion_is_numpys(row: Op) -> None:
    choices: list[object] = [*DTYPES, *WEAK]
    if row.arity == 3:
        choices = [np.dtype(code) for code in ("?", "i1", "i8", "u8", "f4", "f8", "c8")] + [int, float]
    special = row.name in ("erf", "erfc", "expit")
    for kinds in itertools.product(choices, repeat=row.arity):
        if special and kinds[0] in (np.dtype("c8"), np.dtype("c16"), complex):
            continue
        expected = numpy_dtype(row, kinds)
        if expected is None:
            with pytest.raises(TypeError, match=f"^{row.name}: "):
                row.resolve(*kinds)
            continue
        signature = row.resolve(*kinds)
        assert signature.result == expected, kinds
        assert len(signature.operands) == row.arity
        assert np.float16 not in (*signature.operands, signature.result)


@pytest.mark.parametrize("row", [row for row in ELEMENTWISE if type(row.reference) is np.ufunc], ids=ids)
def test_bound_references_never_compute_in_float16(row: Op) -> None:
    narrow = (np.dtype("?"), np.dtype("i1"), np.dtype("u1"))
    for kinds in itertools.product((*narrow, np.dtype("f8")), repeat=row.arity):
        try:
            signature = row.resolve(*kinds)
        except TypeError:
            continue
        values = [np.ones(2, kind) for kind in kinds]
        with np.errstate(all="ignore"):
            assert row.bind(*kinds)(*values).dtype == signature.result, kinds
            np.testing.assert_array_equal(
                row.bind(*kinds)(*values), row.reference(*(v.astype(t) for v, t in zip(values, signature.operands, strict=True)))
            )


@pytest.mark.parametrize("bad", [np.dtype("f2"), np.dtype(object), np.dtype("M8[s]"), np.dtype("U3"), np.dtype("g")], ids=str)
def test_unsupported_dtypes(bad: np.dtype) -> None:
    for row in ELEMENTWISE:
        with pytest.raises(TypeError, match=f"^{row.name}: expects .* dtypes, got"):
            row.resolve(*(bad,) * row.arity)
    for row in (reductions.sum, reductions.max, reductions.any):
        with pytest.raises(TypeError, match="not supported"):
            row.resolve(bad, (0,), False)


def test_messages() -> None:
    with pytest.raises(TypeError) as caught:
        elementwise.bitwise_and.resolve(np.dtype("f4"), np.dtype("i8"))
    assert str(caught.value) == "bitwise_and: expects boolean or integer dtypes, got float32 and int64"
    with pytest.raises(TypeError, match="floor: expects boolean, integer or real floating dtypes, got complex64"):
        elementwise.floor.resolve(np.dtype("c8"))
    with pytest.raises(ValueError, match=r"^add: shapes \(2, 3\) and \(4,\) cannot be broadcast$"):
        elementwise.add.shape((2, 3), (4,))


def test_mixed_sign_comparisons_stay_with_the_reference() -> None:
    mixed = elementwise.less.resolve(np.dtype("i8"), np.dtype("u8"))
    assert mixed.operands == (np.dtype("i8"), np.dtype("u8"))
    assert elementwise.less.expression(mixed.operands) is None
    same = elementwise.less.resolve(np.dtype("i4"), np.dtype("u4"))
    assert elementwise.less.expression(same.operands) == "{x} < {y}"
    chosen = elementwise.where.resolve(np.dtype("?"), np.dtype("f4"), int)
    assert elementwise.where.expression(chosen.operands) is not None


SCALARS = [
    0,
    1,
    -1,
    127,
    128,
    255,
    256,
    -128,
    -129,
    2**31,
    2**32,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    2**64,
    2**70,
    -(2**70),
    2**2000,
]


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype.kind in "iufc"], ids=str)
@pytest.mark.parametrize("row", [elementwise.add, elementwise.divide, elementwise.pow, elementwise.maximum], ids=ids)
@pytest.mark.parametrize("first", [False, True])
def test_scalar_range_errors_are_numpys(row: Op, dtype: np.dtype, first: bool) -> None:
    # Ones: NumPy's power of integers looks at exponents only.
    array = np.ones(2, dtype)
    operand = row.resolve(int, dtype).operands[0] if first else row.resolve(dtype, int).operands[1]
    for value in SCALARS:
        errors: list[type | None] = []
        for call in (
            lambda value=value: row.reference(value, array) if first else row.reference(array, value),
            lambda value=value: rules.check_scalar(row, value, operand, 0 if first else 1),
        ):
            try:
                with np.errstate(all="ignore"):
                    call()
                errors.append(None)
            except (OverflowError, ValueError) as error:
                errors.append(type(error))
        assert errors[0] == errors[1], value


@pytest.mark.parametrize("dtype", rules.INTEGERS, ids=str)
def test_comparisons_with_any_integer(dtype: np.dtype) -> None:
    low, high = rules.INTEGER_LIMITS[dtype]
    ends = np.array([low, high], dtype)
    for name in rules.COMPARISONS:
        row = TABLE[name]
        for value in SCALARS:
            if abs(value) > 2**100:
                continue
            for first in (False, True):
                answer = rules.comparison_constant(row, value, dtype, first=first)
                assert (answer is None) == (low <= value <= high)
                if answer is not None:
                    assert list(row.reference(value, ends) if first else row.reference(ends, value)) == [answer] * 2
    assert rules.comparison_constant(elementwise.add, 2**70, dtype) is None


SHAPES = [(), (0,), (1,), (3,), (2, 3), (1, 3), (2, 1), (4, 2, 3), (4, 0, 3), (2,)]


def agree(rule: object, oracle: object) -> None:
    """Both give the same shape, or both raise an error of the same family."""
    try:
        expected = oracle()  # type: ignore[operator]
    except (ValueError, IndexError) as error:
        family = IndexError if isinstance(error, IndexError) and not isinstance(error, ValueError) else ValueError
        with pytest.raises(family):
            rule()  # type: ignore[operator]
        return
    assert rule() == expected  # type: ignore[operator]


def test_broadcasting() -> None:
    for x, y in itertools.product(SHAPES, repeat=2):
        agree(lambda x=x, y=y: elementwise.add.shape(x, y), lambda x=x, y=y: np.broadcast_shapes(x, y))
        agree(lambda x=x, y=y: elementwise.where.shape(x, y, (1,)), lambda x=x, y=y: np.broadcast_shapes(x, y, (1,)))


@pytest.mark.parametrize("row", [row for row in ROWS if row.kind is Kind.REDUCE], ids=ids)
def test_reductions(row: Op) -> None:
    for shape in SHAPES:
        every = [axes for count in range(len(shape) + 1) for axes in itertools.combinations(range(len(shape)), count)]
        for axes, keepdims in itertools.product(every, (False, True)):
            if row.name.startswith("arg") and len(axes) != 1 and len(axes) != len(shape):
                with pytest.raises(ValueError, match="one axis or all"):
                    row.shape(shape, axes, keepdims)
                continue
            agree(
                lambda s=shape, a=axes, k=keepdims: row.shape(s, a, k),
                lambda s=shape, a=axes, k=keepdims: np.shape(row.reference(np.ones(s), a, k)),
            )
    with pytest.raises(np.exceptions.AxisError, match=row.name):
        row.shape((2,), (1,), False)
    for dtype in DTYPES:
        signature = row.resolve(dtype, (0,), False)
        assert signature.result == np.asarray(row.reference(np.ones(3, dtype), (0,), False)).dtype
        assert signature.result == getattr(np, row.name)(np.ones(3, dtype)).dtype
    assert reductions.sum.resolve(np.dtype("f4"), (0,), False).operands == (np.dtype("f8"),)


def test_sums_do_not_depend_on_strides() -> None:
    x = np.random.default_rng(0).normal(size=(37, 53))
    for axes in ((0,), (1,), (0, 1)):
        np.testing.assert_array_equal(
            reductions.sum.reference(x, axes, False), reductions.sum.reference(np.asfortranarray(x), axes, False)
        )


@pytest.mark.parametrize("row", [reductions.cumulative_sum, reductions.cumulative_prod], ids=ids)
def test_scans(row: Op) -> None:
    oracle = {"cumulative_sum": np.cumsum, "cumulative_prod": np.cumprod}[row.name]
    for dtype in DTYPES:
        x = (np.arange(6) % 4).reshape(2, 3).astype(dtype)
        for axis in (0, 1):
            found = row.reference(x, axis, False)
            np.testing.assert_array_equal(found, oracle(x, axis=axis))
            assert found.dtype == oracle(x, axis=axis).dtype == row.resolve(dtype, axis, False).result
            longer = row.reference(x, axis, True)
            assert longer.shape == row.shape(x.shape, axis, True)
            np.testing.assert_array_equal(np.take(longer, range(1, x.shape[axis] + 1), axis), found)
            assert (np.take(longer, 0, axis) == (row.name == "cumulative_prod")).all()


def test_views_and_updates() -> None:
    base = np.arange(12.0).reshape(3, 4)
    part = structural.view.reference(base, (2, 2), (4, -2), 3)
    np.testing.assert_array_equal(part, base[:2, 3::-2])
    assert structural.view.reference(base, (0, 4), (4, 1), 12).shape == (0, 4)
    new = structural.update.reference(base, np.array([10, 20]), (2, 2), (4, -2), 3)
    expected = base.copy()
    expected[:2, 3::-2] = [10, 20]
    np.testing.assert_array_equal(new, expected)
    assert base[0, 3] == 3
    assert structural.update.resolve(np.dtype("i4"), float, (2,), (1,), 0).result == np.int32
    assert structural.update.shape((3, 4), (1, 1, 2), (2, 2), (4, -2), 3) == (3, 4)
    with pytest.raises(ValueError, match=r"update: a value of shape \(3,\)"):
        structural.update.shape((3, 4), (3,), (2, 2), (4, -2), 3)
    with pytest.raises(TypeError, match="complex"):
        structural.update.resolve(np.dtype("f8"), complex, (2,), (1,), 0)
    assert structural.update.reference(base, np.array([1 + 2j]), (1,), (1,), 0)[0, 0] == 1


def test_sources() -> None:
    found = sources.iota.reference((2, 3, 4), 1, np.dtype("f4"))
    np.testing.assert_array_equal(found, np.indices((2, 3, 4))[1])
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert sources.iota.shape((2, 3), 1, np.dtype("i8")) == (2, 3)
    assert sources.full.reference(300, (2,), np.dtype("f8")).tolist() == [300.0, 300.0]
    assert sources.random_normal.resolve(int, int, (3,), np.dtype("f4")).result == np.float32
    for row, bad in ((sources.random_uniform, "i8"), (sources.random_bits, "u4")):
        with pytest.raises(TypeError, match=row.name):
            row.resolve(int, int, (3,), np.dtype(bad))


ITEMS: list[tuple[object, ...]] = [
    ("slice", None, None, -1),
    ("int", -1),
    ("none",),
    ("ellipsis",),
    ("array", (2,)),
    ("array", (3, 1)),
]


def test_gathers_have_numpys_shapes() -> None:
    x = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    rng = np.random.default_rng(0)
    for length in (1, 2, 3, 4):
        for items in itertools.product(ITEMS, repeat=length):
            if sum(item == ("ellipsis",) for item in items) > 1 or not any(item[0] == "array" for item in items):
                continue
            arrays, key = [], []
            for item in items:
                if item[0] == "array":
                    arrays.append(rng.integers(0, 2, item[1]))
                    item = ("array", len(arrays))
                key.append(item)
            template = tuple(key)
            agree(
                lambda t=template, a=arrays: indexing.gather.shape(x.shape, *(item.shape for item in a), t),
                lambda t=template, a=arrays: indexing.gather.reference(x, *a, t).shape,
            )
    with pytest.raises(IndexError):
        indexing.gather.reference(x, np.array([5]), (("array", 1),))


def test_gather_and_put_values() -> None:
    x = np.arange(12.0).reshape(3, 4)
    rows, mask = np.array([2, 0, 2]), x % 2 == 0
    key = (("slice", None, None, 2), ("array", 1))
    found = indexing.gather.reference(x, rows, key)
    np.testing.assert_array_equal(found, x[::2, rows])
    assert found.flags.c_contiguous
    assert not np.shares_memory(found, x)
    assert not np.shares_memory(indexing.gather.reference(x, np.array(1), (("array", 1),)), x)
    expected = x.copy()
    expected[mask] = -1
    np.testing.assert_array_equal(indexing.put.reference(x, -1, mask, (("array", 1),)), expected)
    assert indexing.put.resolve(np.dtype("f4"), int, np.dtype("?"), (("array", 1),)).result == np.float32
    np.testing.assert_array_equal(indexing.take.reference(x, rows.astype("u8"), 0), x[rows])
    assert indexing.take.shape((3, 4), (5, 6), 1) == (3, 5, 6)
    with pytest.raises(TypeError, match="gather: expects boolean or integer dtypes, got float64"):
        indexing.gather.resolve(np.dtype("f8"), np.dtype("f8"), (("array", 1),))


@pytest.mark.parametrize("row", [library.matmul, library.vecdot, decompositions.solve], ids=ids)
def test_products_have_numpys_shapes(row: Op) -> None:
    some = [
        (),
        (2,),
        (3,),
        (2, 2),
        (3, 2),
        (2, 3),
        (1, 2, 2),
        (4, 2, 2),
        (4, 2, 3),
        (5, 1, 3, 2),
        (0, 2),
        (2, 0),
        (3, 3),
        (1, 2),
        (5, 2, 2),
    ]
    for x, y in itertools.product(some, repeat=2):
        left = np.broadcast_to(np.eye(x[-1]), x) if len(x) >= 2 and x[-1] == x[-2] else np.ones(x)
        agree(lambda x=x, y=y: row.shape(x, y), lambda left=left, y=y: row.reference(left, np.ones(y)).shape)


@pytest.mark.parametrize(
    "subscripts",
    [
        "ij,jk->ik",
        "ij,jk",
        "ii",
        "ii->i",
        "ba",
        "...i,...i",
        "i...->...i",
        "...ij,...jk->...ik",
        "i,j->ij",
        "ij->",
        "a,a->a",
        "i j -> j i",
    ],
)
def test_einsum(subscripts: str) -> None:
    count = subscripts.count(",") + 1
    some = [(), (1,), (2,), (3,), (2, 2), (2, 3), (3, 2), (4, 2, 2), (1, 3, 2), (2, 3, 5)]
    for operands in itertools.product(some, repeat=count):
        arrays = [np.ones(shape) for shape in operands]
        agree(
            lambda o=operands: library.einsum.shape(*o, subscripts),
            lambda a=arrays: np.einsum(subscripts, *a).shape,
        )
    transposed = library.einsum.reference(np.ones((2, 3)), "ij->ji")
    assert transposed.flags.c_contiguous
    assert transposed.base is None


def test_joining_sorting_and_linear_algebra() -> None:
    for x, y, axis in itertools.product(SHAPES, SHAPES, (-3, -1, 0, 1, 2)):
        pair = [np.ones(x), np.ones(y)]
        agree(lambda x=x, y=y, a=axis: library.concat.shape(x, y, a), lambda p=pair, a=axis: np.concatenate(p, axis=a).shape)
        agree(lambda x=x, y=y, a=axis: library.stack.shape(x, y, a), lambda p=pair, a=axis: np.stack(p, axis=a).shape)
        axes = ((len(x) - 1,), (0,))
        agree(lambda x=x, y=y, a=axes: library.tensordot.shape(x, y, *a), lambda p=pair, a=axes: np.tensordot(*p, axes=a).shape)
    for a, b in itertools.product(DTYPES, repeat=2):
        assert library.concat.resolve(a, b, 0).result == np.result_type(a, b)
        assert library.matmul.resolve(a, b).result == np.matmul(np.ones((1, 1), a), np.ones((1, 1), b)).dtype
        assert decompositions.solve.resolve(a, b).result == np.linalg.solve(np.ones((1, 1), a), np.ones((1, 1), b)).dtype
    with pytest.raises(np.linalg.LinAlgError, match="inv: expects square"):
        decompositions.inv.shape((2, 3))
    x = np.array([[3.0, 1.0, 3.0, 2.0]])
    assert sorting.sort.reference(x, 1, True, True).tolist() == [[3.0, 3.0, 2.0, 1.0]]
    assert sorting.argsort.reference(x, 1, True, True).tolist() == [[0, 2, 3, 1]]
    assert sorting.argsort.reference(x, -1, False, True).tolist() == [[1, 3, 0, 2]]
    assert sorting.searchsorted.shape((5,), (2, 3), "left") == (2, 3)
    np.testing.assert_allclose(decompositions.cholesky.reference(np.diag([4.0, 9.0]), True), np.diag([2.0, 3.0]))


def test_conversions() -> None:
    for have, want in itertools.product(DTYPES, repeat=2):
        x = np.asfortranarray(np.ones((2, 3), have))
        found = elementwise.astype.reference(x, want)
        assert found.dtype == elementwise.astype.resolve(have, want).result == want
        assert found.flags.c_contiguous
        assert not np.shares_memory(found, x)
    for row in (elementwise.copy, elementwise.real, elementwise.imag, structural.to_device):
        x = np.ones((2, 3), "c16")
        params = ("cpu:0",) if row is structural.to_device else ()
        assert not np.shares_memory(row.reference(x, *params), x)


def test_assignable_shapes() -> None:
    for value, region in itertools.product(SHAPES, repeat=2):

        def assign(value: tuple[int, ...] = value, region: tuple[int, ...] = region) -> None:
            np.empty(region)[...] = np.ones(value)

        agree(lambda v=value, r=region: shapes.check_assignable("update", v, r), assign)


def test_the_table_is_cheap_to_import() -> None:
    code = (
        "import sys, lazytensor.compiler.ops.table; "
        "print(*sorted({'scipy', 'numba', 'asyncio', 'networkx', 'llvmlite'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

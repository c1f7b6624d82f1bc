"""Every function of kernel expressions: error against mpmath, special values and integers against NumPy, and the object code."""

from __future__ import annotations

import itertools
import subprocess
import sys
import textwrap
from typing import Any

import mpmath
import numpy as np
import pytest
from vector_kernels import DTYPES, callable_of, compiled, evaluate, source_of

FLOATS = ("f32", "f64")
INTEGERS = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
COUNT = 500


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def logaddexp(x: Any, y: Any) -> Any:
    return mpmath.log(mpmath.exp(x) + mpmath.exp(y))


def logaddexp2(x: Any, y: Any) -> Any:
    return mpmath.log(mpmath.power(2, x) + mpmath.power(2, y), 2)


def signed_cbrt(x: Any) -> Any:
    return mpmath.cbrt(x) if x >= 0 else -mpmath.cbrt(-x)


# Name, mpmath's function, and the interval sampled; None for magnitudes over the whole range of exponents.
UNARY: list[tuple[str, Any, tuple[float, float] | None]] = [
    ("exp", mpmath.exp, (-87, 88)), ("exp2", lambda x: mpmath.mpf(2) ** x, (-126, 127)), ("expm1", mpmath.expm1, (-5, 5)),
    ("log", mpmath.log, (0, 10)), ("log2", lambda x: mpmath.log(x, 2), (0, 10)), ("log10", mpmath.log10, (0, 10)),
    ("log1p", mpmath.log1p, (-1, 3)), ("sin", mpmath.sin, (-10, 10)), ("cos", mpmath.cos, (-10, 10)),
    ("tan", mpmath.tan, (-10, 10)),
    ("sin", mpmath.sin, None), ("cos", mpmath.cos, None), ("tan", mpmath.tan, None),
    ("sinh", mpmath.sinh, (-20, 20)), ("cosh", mpmath.cosh, (-88, 88)), ("tanh", mpmath.tanh, (-3, 3)),
    ("asinh", mpmath.asinh, (-10, 10)), ("acosh", mpmath.acosh, (1, 10)), ("atanh", mpmath.atanh, (-1, 1)),
    ("asin", mpmath.asin, (-1, 1)), ("acos", mpmath.acos, (-1, 1)), ("atan", mpmath.atan, (-10, 10)),
    ("i0", lambda x: mpmath.besseli(0, x), (-60, 60)), ("i0", lambda x: mpmath.besseli(0, x), (-8, 8)),
    ("erf", mpmath.erf, (-5, 5)), ("erfc", mpmath.erfc, (-5, 8)), ("sigmoid", sigmoid, (-20, 20)),
    ("cbrt", signed_cbrt, (-10, 10)), ("sinh", mpmath.sinh, (-88, 88)), ("asinh", mpmath.asinh, None),
    ("atan", mpmath.atan, None),
    ("tanh", mpmath.tanh, (-1e-3, 1e-3)), ("expm1", mpmath.expm1, (-1e-3, 1e-3)), ("log1p", mpmath.log1p, (-1e-3, 1e-3)),
]  # fmt: skip
BINARY: list[tuple[str, Any, tuple[float, float], tuple[float, float]]] = [
    ("pow", mpmath.power, (0, 10), (-30, 30)), ("pow", mpmath.power, (0.99, 1.01), (-5000, 5000)),
    ("atan2", mpmath.atan2, (-3, 3), (-3, 3)), ("hypot", mpmath.hypot, (-3, 3), (-3, 3)),
    ("logaddexp", logaddexp, (0, 30), (0, 30)), ("logaddexp2", logaddexp2, (0, 30), (0, 30)),
]  # fmt: skip
LIMITS = {
    "erfc": 4.0,
    "sigmoid": 2.5,
    "atan": 2.1,
    "atan2": 2.1,
    "log2": 2.0,
    "log10": 2.1,
    "tan": 2.3,
    "logaddexp": 2.6,
    "logaddexp2": 2.6,
    "i0": 8.0,
}
LIMIT = 1.6


def errors(found: np.ndarray[Any, Any], exact: list[Any]) -> np.ndarray[Any, Any]:
    """In units of the last place of the exact value's format."""
    tiny = np.finfo(found.dtype).smallest_subnormal
    result = []
    for have, want in zip(found, exact, strict=True):
        spacing = max(abs(float(np.spacing(found.dtype.type(want)))), float(tiny))
        result.append(float(abs(mpmath.mpf(float(have)) - want) / spacing))
    return np.array(result)


def samples(suffix: str, interval: tuple[float, float] | None, seed: int) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(seed)
    dtype = np.dtype(DTYPES[suffix])
    if interval is not None:
        return rng.uniform(*interval, COUNT).astype(dtype)
    form = np.finfo(dtype)
    exponents = rng.integers(form.minexp, form.maxexp, COUNT)
    return np.ldexp(rng.uniform(1, 2, COUNT).astype(dtype), exponents) * rng.choice([-1, 1], COUNT).astype(dtype)


@pytest.mark.parametrize("suffix", FLOATS)
@pytest.mark.parametrize(("name", "exact", "interval"), UNARY)
def test_unary_error(name: str, exact: Any, interval: tuple[float, float] | None, suffix: str) -> None:
    x = samples(suffix, interval, 1)
    found = evaluate(f"{name}_{suffix}", x)
    with mpmath.workprec(1400 if interval is None else 200):
        worst = errors(found, [exact(mpmath.mpf(float(value))) for value in x]).max()
    assert worst <= LIMITS.get(name, LIMIT), f"{name}_{suffix}: {worst:.2f} ulp"


@pytest.mark.parametrize("suffix", FLOATS)
@pytest.mark.parametrize(("name", "exact", "first", "second"), BINARY)
def test_binary_error(name: str, exact: Any, first: tuple[float, float], second: tuple[float, float], suffix: str) -> None:
    x, y = samples(suffix, first, 2), samples(suffix, second, 3)
    found = evaluate(f"{name}_{suffix}", x, y)
    with mpmath.workprec(200):
        want = [exact(mpmath.mpf(float(a)), mpmath.mpf(float(b))) for a, b in zip(x, y, strict=True)]
        worst = errors(found, want).max()
    assert worst <= LIMITS.get(name, LIMIT), f"{name}_{suffix}: {worst:.2f} ulp"


def specials(suffix: str) -> np.ndarray[Any, Any]:
    dtype = DTYPES[suffix]
    form = np.finfo(dtype)
    positive = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 1e-3, 30.0, 1e9, 1e30, np.inf, np.nan]
    positive += [
        form.tiny,
        form.smallest_subnormal,
        form.max,
        1 - form.epsneg,
        1 + form.eps,
        form.tiny / 8,
        1 / form.eps,
        2 / form.eps + 1,
    ]
    values = np.array(positive, dtype)
    return np.concatenate([values, -values])


def reference(name: str) -> Any:
    import scipy.special

    from lazytensor.compiler.ops import standard

    found = {"erf": scipy.special.erf, "erfc": scipy.special.erfc, "sigmoid": scipy.special.expit, "abs": np.abs}
    found["floor_divide"] = standard.floor_divide
    special = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
               "atan2": "arctan2", "pow": "power"}  # fmt: skip
    return found[name] if name in found else getattr(np, special.get(name, name))


def agree(found: np.ndarray[Any, Any], want: np.ndarray[Any, Any], ulps: float, what: str) -> None:
    """Equal NaN, infinities and signs of zero; else within some ulps."""
    with np.errstate(all="ignore"):
        form = np.finfo(want.dtype)
        near = np.abs(found - want) <= ulps * np.maximum(np.abs(np.spacing(want)), form.smallest_subnormal)
        fine = (np.isnan(found) & np.isnan(want)) | ((found == want) | near) & (np.signbit(found) == np.signbit(want))
        fine &= np.isinf(found) == np.isinf(want)
    assert fine.all(), f"{what}: {np.flatnonzero(~fine)} {found[~fine]} {want[~fine]}"


TWO_OPERANDS = ("pow", "atan2", "hypot", "logaddexp", "logaddexp2", "copysign", "nextafter", "maximum", "minimum", "fmax", "fmin",
                "floor_divide", "remainder", "fmod", "heaviside")  # fmt: skip
EXACT = ("sqrt", "reciprocal", "floor", "ceil", "trunc", "rint", "abs", "sign", "spacing", "radians", "degrees")


@pytest.mark.parametrize("suffix", FLOATS)
@pytest.mark.parametrize("name", [*dict.fromkeys(row[0] for row in UNARY), *EXACT])
def test_unary_specials(name: str, suffix: str) -> None:
    x = specials(suffix)
    with np.errstate(all="ignore"):
        want = reference(name)(x)
    agree(evaluate(f"{name}_{suffix}", x), want.astype(x.dtype), 0 if name in EXACT else 6, f"{name}_{suffix}")


@pytest.mark.parametrize("suffix", FLOATS)
@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_binary_specials(name: str, suffix: str) -> None:
    values = specials(suffix)
    x, y = (np.ascontiguousarray(part.ravel()) for part in np.meshgrid(values, values))
    with np.errstate(all="ignore"):
        want = reference(name)(x, y)
    if name in ("maximum", "minimum", "fmax", "fmin"):
        zeros = (x == 0) & (y == 0)  # NumPy gives either zero, by the position in the array
        x, y, want = x[~zeros], y[~zeros], want[~zeros]
    if name == "logaddexp2":
        cancelled = np.abs(want) < np.abs(np.maximum(x, y)) / 4  # the error is of the operands' size, in NumPy too
        x, y, want = x[~cancelled], y[~cancelled], want[~cancelled]
    agree(
        evaluate(f"{name}_{suffix}", x, y),
        want,
        4 if name in ("pow", "atan2", "hypot", "logaddexp", "logaddexp2") else 0,
        f"{name}_{suffix}",
    )


@pytest.mark.parametrize("suffix", FLOATS)
@pytest.mark.parametrize("name", [*dict.fromkeys([row[0] for row in UNARY] + [row[0] for row in BINARY]), *TWO_OPERANDS[5:]])
def test_bits_do_not_depend_on_position(name: str, suffix: str) -> None:
    """Vectors and the loop's scalar remainder compute the same: every element alone, and all at once."""
    two = name in TWO_OPERANDS
    values = np.concatenate([samples(suffix, (-5, 5), 21)[:90], samples(suffix, None, 22)[:45], specials(suffix)])
    operands = [values, np.roll(values, 41)][: 1 + two]
    together = evaluate(f"{name}_{suffix}", *operands)
    alone = [evaluate(f"{name}_{suffix}", *(operand[i : i + 1] for operand in operands)) for i in range(len(values))]
    single = np.concatenate(alone)
    same = together.view(f"u{together.itemsize}") == single.view(f"u{single.itemsize}")
    fine = same | (np.isnan(together) & np.isnan(single))
    assert fine.all(), f"{name}_{suffix}: {[operand[~fine] for operand in operands]} {together[~fine]} {single[~fine]}"


@pytest.mark.parametrize("suffix", FLOATS)
def test_predicates(suffix: str) -> None:
    x = specials(suffix)
    for name in ("isnan", "isinf", "isfinite", "signbit"):
        assert np.array_equal(evaluate(f"{name}_{suffix}", x, result="b1"), getattr(np, name)(x)), name


@pytest.mark.parametrize("suffix", FLOATS)
def test_float_division_matches_numpy(suffix: str) -> None:
    rng = np.random.default_rng(5)
    x = (rng.standard_normal(5000) * 10.0 ** rng.integers(-5, 6, 5000)).astype(DTYPES[suffix])
    y = (rng.standard_normal(5000) * 10.0 ** rng.integers(-5, 6, 5000)).astype(DTYPES[suffix])
    for name in ("floor_divide", "remainder", "fmod"):
        agree(evaluate(f"{name}_{suffix}", x, y), getattr(np, name)(x, y), 0, name)


@pytest.mark.parametrize("suffix", INTEGERS)
def test_integers_match_numpy(suffix: str) -> None:
    dtype = np.dtype(DTYPES[suffix])
    info = np.iinfo(dtype)
    rng = np.random.default_rng(7)
    ends = np.array([info.min, info.min + 1, info.max, info.max - 1, 0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 65, 100], dtype)
    ends = np.concatenate([ends, (0 - ends).astype(dtype), rng.integers(info.min, info.max, 40, dtype, endpoint=True)])
    x, y = (np.array(part) for part in zip(*itertools.product(ends, ends), strict=True))
    with np.errstate(all="ignore"):
        for name in (
            "floor_divide",
            "remainder",
            "fmod",
            "left_shift",
            "right_shift",
            "maximum",
            "minimum",
            "fmax",
            "fmin",
            "gcd",
            "lcm",
        ):
            assert np.array_equal(evaluate(f"{name}_{suffix}", x, y), getattr(np, name)(x, y)), name
        for name in ("abs", "sign"):
            assert np.array_equal(evaluate(f"{name}_{suffix}", x), getattr(np, name)(x)), name
        assert np.array_equal(evaluate(f"bitwise_count_{suffix}", x, result="u8"), np.bitwise_count(x))


@pytest.mark.parametrize("suffix", ["i64", "u64"])
def test_wide_integers_beside_multiples(suffix: str) -> None:
    """Where a quotient by way of floats is most easily one off: multiples of divisors of all lengths, and what is beside them."""
    rng = np.random.default_rng(8)
    bits = rng.integers(0, 64, 100_000).astype(np.uint64)
    y = np.maximum(rng.integers(0, 1 << 64, 100_000, np.uint64, endpoint=False) >> bits, 1)
    with np.errstate(all="ignore"):
        times = rng.integers(0, 1 << 64, 100_000, np.uint64, endpoint=False) % (np.uint64(2**64 - 1) // y + 1)
        x = (y * times + rng.integers(-2, 3, 100_000).astype(np.uint64)).astype(DTYPES[suffix])
        y = y.astype(DTYPES[suffix]) * rng.choice(np.array([1, -1]).astype(DTYPES[suffix]), 100_000)
        for name in ("floor_divide", "remainder", "fmod"):
            assert np.array_equal(evaluate(f"{name}_{suffix}", x, y), getattr(np, name)(x, y)), name


@pytest.mark.parametrize("suffix", FLOATS)
def test_parts_of_floats(suffix: str) -> None:
    """Every exponent, subnormal numbers among them, taken apart and put together."""
    form = np.finfo(DTYPES[suffix])
    rng = np.random.default_rng(15)
    powers = np.arange(form.minexp - form.nmant, form.maxexp)
    x = np.concatenate([np.ldexp(rng.uniform(1, 2, len(powers)), powers).astype(DTYPES[suffix]), specials(suffix)])
    mantissas, exponents = np.frexp(x)
    agree(evaluate(f"frexp_mantissa_{suffix}", x), mantissas, 0, "mantissas")
    assert np.array_equal(evaluate(f"frexp_exponent_{suffix}", x, result="i32"), exponents)
    both = np.concatenate([x, -x])
    with np.errstate(all="ignore"):
        steps = np.spacing(both)
    agree(evaluate(f"spacing_{suffix}", both), steps, 0, "spacing")
    shifts = np.concatenate([rng.integers(-2 * form.maxexp - 60, 2 * form.maxexp + 60, 4000), [10**9, -(10**9), 0, 1, -1]])
    values, counts = np.resize(x, 9 * len(shifts)), np.resize(shifts, 9 * len(shifts))
    with np.errstate(all="ignore"):
        want = np.ldexp(values, counts)
    agree(evaluate(f"ldexp_{suffix}", values, counts.astype(DTYPES[suffix])), want, 0, "ldexp")


def test_high_product() -> None:
    x, y = np.random.default_rng(9).integers(0, 2**64, (2, 1000), np.uint64)
    want = [int(a) * int(b) >> 64 for a, b in zip(x, y, strict=True)]
    assert evaluate("mulhi_u64", x, y).tolist() == want


@pytest.mark.parametrize(("suffix", "part"), [("c64", "f32"), ("c128", "f64")])
def test_complex_parts(suffix: str, part: str) -> None:
    rng = np.random.default_rng(11)
    x = (rng.standard_normal(1000) + 1j * rng.standard_normal(1000)).astype(DTYPES[suffix])
    assert np.array_equal(evaluate(f"real_{suffix}", x, result=part), x.real)
    assert np.array_equal(evaluate(f"imag_{suffix}", x, result=part), x.imag)
    assert np.array_equal(evaluate(f"conj_{suffix}", x), x.conj())
    agree(evaluate(f"abs_{suffix}", x, result=part), np.abs(x), 2, "abs")


@pytest.mark.parametrize("suffix", list(DTYPES))
def test_select(suffix: str) -> None:
    rng = np.random.default_rng(13)
    condition = rng.random(100) < 0.5
    x, y = (rng.integers(0, 2, (2, 100)) * 3).astype(DTYPES[suffix])
    assert np.array_equal(evaluate(f"select_{suffix}", condition, x, y), np.where(condition, x, y))


def test_block_readers() -> None:
    source = textwrap.dedent("""
        def kernel(block, start, stop, memory):
            out = pointer(block, 0, f64, word(block, 1))
            buffer = stack_buffer(1024, b1)
            scale = number(block, 2, f32)
            z = number(block, 3, c128)
            for i in range(start, stop):
                buffer[i] = i % 2 == 0
            for i in range(start, stop):
                out[i] = scale * i + z.imag if buffer[i] else z.real
    """)
    out = np.zeros(12)
    block = np.zeros(5, np.int64)
    block[0], block[1] = out.ctypes.data, 2
    block[2:3].view(np.float32)[0] = 0.5
    block[3:5].view(np.float64)[:] = 7, 9
    callable_of(source)[1](block, 0, 4)
    assert out.tolist() == [0, 0, 9, 7, 10, 7, 0, 0, 0, 0, 0, 0]


def test_object_code_runs_without_numba(tmp_path: Any) -> None:
    """One kernel that calls every float function: all that its object needs is the C library."""
    from lazytensor.compiler.codegen.elementary.vectormath import namespace

    names = [
        name for name in namespace() if name.endswith(("_f32", "_f64")) and not name.startswith(("fill", "select", "complex"))
    ]
    two = {name for name in names if name.rsplit("_", 1)[0] in (*TWO_OPERANDS, "ldexp")}
    total = " + ".join(f"f64({name}({'x, y' if name in two else 'x'}))" for name in names)
    result = compiled(source_of(total, ("f64", "f64"), "f64"))
    library = result.library
    (tmp_path / "kernel.o").write_bytes(library._codegen._tm.emit_object(library._final_module))
    script = f"""
        import ctypes, sys
        import llvmlite.binding as llvm
        llvm.initialize_native_target(); llvm.initialize_native_asmprinter()
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), llvm.Target.from_default_triple().create_target_machine())
        engine.add_object_file({str(tmp_path / "kernel.o")!r})
        engine.finalize_object()
        address = engine.get_function_address({result.fndesc.llvm_func_name!r})
        call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_int64,) * 4)(address)
        x = (ctypes.c_double * 1)(0.5); out = (ctypes.c_double * 1)()
        at = ctypes.addressof
        block = (ctypes.c_int64 * 3)(at(x), at(x), at(out))
        assert call(at((ctypes.c_void_p * 1)()), at((ctypes.c_void_p * 1)()), at(block), 0, 1, 0) == 0
        assert "numba" not in sys.modules
        print(out[0])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    x = np.array([0.5])
    want = np.empty(1)
    callable_of(source_of(total, ("f64", "f64"), "f64"))[1](np.array([x.ctypes.data, x.ctypes.data, want.ctypes.data]), 0, 1)
    assert np.array_equal(want, [float(done.stdout)], equal_nan=True)

"""The names that kernel expressions use, as functions that Numba compiles and inlines, and the settings for full-width vectors.

`namespace()` maps every name ("exp_f32", "maximum_i64", "fill_normal_f64", ...) to its function; the functions themselves are in
the sibling modules. Nothing is compiled before a kernel uses it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lazytensor.compiler.codegen import numba_internals

FLOATS = ("f32", "f64")
SIGNED = ("i8", "i16", "i32", "i64")
UNSIGNED = ("u8", "u16", "u32", "u64")
INTEGERS = SIGNED + UNSIGNED
COMPLEX = ("c64", "c128")


@cache
def namespace() -> dict[str, Any]:
    """All that a kernel's source may name: functions by name and suffix, dtypes by suffix, readers of the argument block."""
    numba_internals.configure()
    from lazytensor.compiler.codegen.elementary import (
        arithmetic,
        bessel,
        intrinsics,
        logarithmic,
        numerics,
        philox,
        powers,
        trigonometric,
    )
    from lazytensor.compiler.codegen.elementary import exponential as elementary

    unary = {
        "exp": elementary.exp, "exp2": elementary.exp2, "expm1": elementary.expm1,
        "log": logarithmic.log, "log2": logarithmic.log2, "log10": logarithmic.log10, "log1p": logarithmic.log1p,
        "sinh": elementary.sinh, "cosh": elementary.cosh, "tanh": elementary.tanh,
        "asinh": logarithmic.asinh, "acosh": logarithmic.acosh, "atanh": logarithmic.atanh,
        "sigmoid": elementary.sigmoid, "erf": elementary.erf, "erfc": elementary.erfc, "cbrt": powers.cube_root,
        "sin": trigonometric.sin, "cos": trigonometric.cos, "tan": trigonometric.tan,
        "asin": trigonometric.asin, "acos": trigonometric.acos, "atan": trigonometric.atan,
        "sqrt": arithmetic.square_root, "reciprocal": arithmetic.reciprocal,
        "floor": arithmetic.floor, "ceil": arithmetic.ceil, "trunc": arithmetic.trunc, "rint": arithmetic.rint,
        "frexp_mantissa": numerics.frexp_mantissa, "spacing": numerics.spacing, "radians": numerics.radians,
        "degrees": numerics.degrees, "i0": bessel.i0,
    }  # fmt: skip
    binary = {
        "pow": powers.power, "logaddexp": logarithmic.logaddexp, "atan2": trigonometric.atan2,
        "hypot": arithmetic.hypotenuse, "copysign": arithmetic.copysign, "nextafter": arithmetic.nextafter,
        "logaddexp2": logarithmic.logaddexp2, "heaviside": numerics.heaviside, "ldexp": numerics.ldexp,
    }  # fmt: skip
    predicates = {
        "isnan": arithmetic.isnan, "isinf": arithmetic.isinf, "isfinite": arithmetic.isfinite, "signbit": arithmetic.signbit,
    }  # fmt: skip
    extremes = {
        "maximum": arithmetic.maximum, "minimum": arithmetic.minimum, "fmax": arithmetic.fmax, "fmin": arithmetic.fmin,
    }  # fmt: skip
    divisions = {"floor_divide": arithmetic.floor_divide, "remainder": arithmetic.remainder, "fmod": arithmetic.fmod}
    shifts = {"left_shift": arithmetic.left_shift, "right_shift": arithmetic.right_shift}

    names: dict[str, Any] = dict(intrinsics.NUMBA_TYPES)

    def add(table: dict[str, Any], suffixes: tuple[str, ...], arity: int, result: str | None = None) -> None:
        for name, body in table.items():
            for suffix in suffixes:
                full = f"{name}_{suffix}"
                names[full] = intrinsics.function(full, body, (suffix,) * arity, result or suffix)

    add(unary, FLOATS, 1)
    add(binary, FLOATS, 2)
    add(predicates, FLOATS, 1, "b1")
    add(extremes, FLOATS + INTEGERS + ("b1",), 2)
    add(divisions, FLOATS + INTEGERS, 2)
    add(shifts, INTEGERS, 2)
    add({"abs": arithmetic.absolute}, FLOATS + INTEGERS + ("b1",), 1)
    add({"sign": arithmetic.sign}, FLOATS + INTEGERS, 1)
    add({"frexp_exponent": numerics.frexp_exponent}, FLOATS, 1, "i32")
    add({"gcd": numerics.gcd, "lcm": numerics.lcm}, INTEGERS, 2)
    add({"bitwise_count": numerics.bitwise_count}, INTEGERS, 1, "u8")
    add({"mulhi": arithmetic.multiply_high}, ("u64",), 2)
    add({"conj": arithmetic.conj, "square": arithmetic.complex_square}, COMPLEX, 1)
    add({"multiply": arithmetic.complex_multiply}, COMPLEX, 2)
    for suffix, part in (("c64", "f32"), ("c128", "f64")):
        add({"abs": arithmetic.complex_absolute, "real": arithmetic.real, "imag": arithmetic.imag}, (suffix,), 1, part)
        add({"complex": numerics.complex_of}, (part,), 2, suffix)
    for suffix in intrinsics.NUMBA_TYPES:
        full = f"select_{suffix}"
        names[full] = intrinsics.function(full, arithmetic.chosen, ("b1", suffix, suffix), suffix)
    for reader in ("pointer", "word", "number", "stack_buffer", "thread_buffer", "load", "store", "prefetch", "to_line"):
        names[reader] = getattr(intrinsics, reader)
    names.update(philox.fillers())
    return names

"""Functions that are exact or nearly so: rounding, comparison, sign, shifts, floored division, hypotenuse, complex parts."""

from __future__ import annotations

from lazytensor.compiler.codegen.elementary.values import Complex, Value, fma, select


def absolute(x: Value) -> Value:
    if x.kind == "f":
        return x.called("llvm.fabs")
    return x if x.kind in "ub" else select(x < 0, -x, x)


def square_root(x: Value) -> Value:
    return x.called("llvm.sqrt")


def floor(x: Value) -> Value:
    return x.called("llvm.floor")


def ceil(x: Value) -> Value:
    return x.called("llvm.ceil")


def trunc(x: Value) -> Value:
    return x.called("llvm.trunc")


def rint(x: Value) -> Value:
    return x.called("llvm.rint")


def copysign(x: Value, y: Value) -> Value:
    return x.called("llvm.copysign", y)


def reciprocal(x: Value) -> Value:
    return 1.0 / x


def ratio(x: Value, x_rest: Value, y: Value, y_rest: Value) -> tuple[Value, Value]:
    """(x + x_rest) / (y + y_rest) and what its rounding lost, each operand a sum with the larger part first.

    What is lost is 0 in float32, whose peers err by more. In float64, without it tan errs by 2.1 ulp and atan by 1.6.
    """
    above, below = x + x_rest, y + y_rest
    if x.bits == 32:
        return above / below, x.like(0.0)
    above_rest, below_rest = x_rest - (above - x), y_rest - (below - y)
    inverse = 1.0 / below
    near = above * inverse
    left = fma(-near, below, above) + fma(-near, below_rest, above_rest)
    return near, left * inverse


def sign(x: Value) -> Value:
    """1, 0 or -1; NaN for NaN, and +0 for -0 as NumPy gives."""
    if x.kind == "u":
        return select(x == 0, x, x.like(1))
    of_zero = select(x == 0, x.like(0), x)
    return select(x > 0, x.like(1), select(x < 0, x.like(-1), of_zero))


def isnan(x: Value) -> Value:
    return x != x


def isinf(x: Value) -> Value:
    return absolute(x) == float("inf")


def isfinite(x: Value) -> Value:
    return absolute(x) < float("inf")


def signbit(x: Value) -> Value:
    return x.pattern() < 0


def maximum(x: Value, y: Value) -> Value:
    """The larger; NaN if either is. `llvm.maximum` vectorises where a comparison with branches does not."""
    if x.kind == "f":
        return x.called("llvm.maximum", y)
    return x | y if x.kind == "b" else select(x > y, x, y)


def minimum(x: Value, y: Value) -> Value:
    """The smaller; NaN if either is."""
    if x.kind == "f":
        return x.called("llvm.minimum", y)
    return x & y if x.kind == "b" else select(x < y, x, y)


def fmax(x: Value, y: Value) -> Value:
    """The larger; the other one if one is NaN."""
    if x.kind != "f":
        return maximum(x, y)
    return select(isnan(x), y, select(isnan(y), x, maximum(x, y)))


def fmin(x: Value, y: Value) -> Value:
    """The smaller; the other one if one is NaN."""
    if x.kind != "f":
        return minimum(x, y)
    return select(isnan(x), y, select(isnan(y), x, minimum(x, y)))


def nextafter(x: Value, y: Value) -> Value:
    """The next float after x towards y, by steps of the bit pattern."""
    form = x.format
    pattern = x.pattern()
    away = (x < y).to("u8") == (x > 0.0).to("u8")
    stepped = (pattern + select(away, pattern.like(1), pattern.like(-1))).from_pattern()
    smallest = ((y.pattern() & form.sign_mask) | 1).from_pattern()
    moved = select(x == 0.0, smallest, stepped)
    return select(isnan(x) | isnan(y), x + y, select(x == y, y, moved))


def quotient(x: Value, y: Value) -> Value:
    """x / y of integers of up to 32 bits towards zero, for y other than 0, without the instruction that traps on INT_MIN / -1.

    Through floats, which vectorise: the quotient's distance from the next integer, at least 1 / y, exceeds the rounding error, so that
    truncation is exact.
    """
    wide, whole = ("f64", "i64") if x.bits == 32 else ("f32", "i32")
    return (x.to(wide) / y.to(wide)).to(whole).to(f"{x.kind}{x.bits}")


def divided_wide(x: Value, y: Value) -> tuple[Value, Value]:
    """Floored quotient and remainder of integers of 64 bits, y being neither 0, 1 nor -1, and below 2**62 where it has no sign.

    Through floats, because the processor's own division does not vectorise: a quotient, that of what it left, each of which errs by
    2**-51 of itself, and one less or more. (1,000,000 by a scalar, 2 threads, a processor whose division takes 10 cycles: 1.6 ms by it,
    0.9 so.)
    """
    suffix = f"{x.kind}64"
    inverse = 1.0 / y.to("f64")
    whole = (x.to("f64") * inverse).to(suffix)
    rest = (x - whole * y).signed()  # of less than 2 * 2**62 either way
    more = floor(rest.to("f64") * inverse).to("i64")
    whole = (whole.signed() + more).to(suffix)
    rest = rest - more * y.signed()
    signs = rest ^ y.signed() if x.kind == "i" else rest
    below = (rest != 0) & (signs < 0)
    whole = select(below, whole - 1, whole)
    rest = select(below, rest + y.signed(), rest)
    above = absolute(rest).unsigned() >= absolute(y).unsigned()
    return select(above, whole + 1, whole), select(above, rest - y.signed(), rest).to(suffix)


def divided(x: Value, y: Value) -> tuple[Value, Value]:
    """Floored quotient and remainder of integers; both 0 for y = 0, and INT_MIN // -1 wraps around."""
    none = y == 0
    if x.bits == 64:
        itself = y == 1
        if x.kind == "i":
            itself = itself | (y == -1)
            whole, rest = divided_wide(x, select(none | itself, y.like(2), y))
        else:
            large = y >= 1 << 62
            whole, rest = divided_wide(x, select(none | itself | large, y.like(2), y))
            many, left = x.like(0), x
            for _ in range(3):
                fits = left >= y
                many, left = select(fits, many + 1, many), select(fits, left - y, left)
            whole, rest = select(large, many, whole), select(large, left, rest)
        whole, rest = select(itself, x * y, whole), select(itself, y.like(0), rest)
    else:
        safe = select(none, y.like(1), y)
        whole = quotient(x, safe)
        rest = x - whole * safe
        if x.kind == "i":
            below = (rest != 0) & ((rest ^ safe) < 0)
            whole = select(below, whole - 1, whole)
            rest = select(below, rest + safe, rest)
    return select(none, y.like(0), whole), select(none, y.like(0), rest)


def float_divided(x: Value, y: Value) -> tuple[Value, Value]:
    """Floored quotient and remainder of floats, step for step as NumPy's npy_divmod (npy_math_internal.h.src)."""
    rest = x % y
    whole = (x - rest) / y
    adjust = (rest != 0.0) & ((y < 0.0) ^ (rest < 0.0))
    whole = select(adjust, whole - 1.0, whole)
    rest = select(adjust, rest + y, rest)
    rest = select(rest == 0.0, copysign(rest.like(0.0), y), rest)
    floored = floor(whole)
    floored = select(whole - floored > 0.5, floored + 1.0, floored)
    floored = select(whole == 0.0, copysign(whole.like(0.0), x / y), floored)
    return floored, rest


def floor_divide(x: Value, y: Value) -> Value:
    """The floored quotient; where the array API asks for it (an infinite operand, where NumPy has NaN or -1), the quotient."""
    if x.kind != "f":
        return divided(x, y)[0]
    return select((y == 0.0) | isinf(x) | isinf(y), x / y, float_divided(x, y)[0])


def remainder(x: Value, y: Value) -> Value:
    """x - y * floor(x / y), with the divisor's sign."""
    if x.kind != "f":
        return divided(x, y)[1]
    return select(y == 0.0, x % y, float_divided(x, y)[1])


def fmod(x: Value, y: Value) -> Value:
    """The remainder with the dividend's sign."""
    if x.kind == "f":
        return x % y
    rest = divided(x, y)[1]
    return select((rest != 0) & ((x ^ y) < 0), rest - y, rest) if x.kind == "i" else rest


def left_shift(x: Value, y: Value) -> Value:
    """Bits shifted out are lost, and all are for a shift by the width or more, or by a negative count."""
    fits = y.unsigned() < y.bits
    return select(fits, x << select(fits, y, y.like(0)), x.like(0))


def right_shift(x: Value, y: Value) -> Value:
    """Keeps the sign; a shift by the width or more, or by a negative count, leaves only that."""
    fits = y.unsigned() < y.bits
    return x >> select(fits, y, y.like(y.bits - 1)) if x.kind == "i" else select(fits, x >> select(fits, y, y.like(0)), x.like(0))


def multiply_high(x: Value, y: Value) -> Value:
    """The high 64 bits of the product, from 32-bit halves: a 128-bit product does not vectorise."""
    mask = 0xFFFFFFFF
    x_low, x_high, y_low, y_high = x & mask, x >> 32, y & mask, y >> 32
    crossed = x_high * y_low + (x_low * y_low >> 32)
    middle = (crossed & mask) + x_low * y_high
    return x_high * y_high + (crossed >> 32) + (middle >> 32)


def chosen(condition: Value, x: Value | Complex, y: Value | Complex) -> Value | Complex:
    """x where the condition holds, else y."""
    if isinstance(x, Complex) and isinstance(y, Complex):
        return Complex(select(condition, x.real, y.real), select(condition, x.imag, y.imag))
    if isinstance(x, Value) and isinstance(y, Value):
        return select(condition, x, y)
    raise TypeError("select needs two values of one type")


def hypotenuse(x: Value, y: Value) -> Value:
    """sqrt(x*x + y*y) without overflow: in float64 for float32, else scaled by powers of two."""
    if x.bits == 32:
        wide, tall = x.to("f64"), y.to("f64")
        root = square_root(fma(wide, wide, tall * tall)).to("f32")
    else:
        x, y = absolute(x), absolute(y)
        long, short = select(x > y, x, y), select(x > y, y, x)
        # A leg that underflows when squared beside one of 2**-300 or more changes nothing.
        scale = select(long > 2.0**500, x.like(2.0**-600), select(long < 2.0**-300, x.like(2.0**600), x.like(1.0)))
        inverse = select(scale == 1.0, x.like(1.0), select(scale < 1.0, x.like(2.0**600), x.like(2.0**-600)))
        long, short = long * scale, short * scale
        square = long * long
        total = fma(short, short, square)
        root = square_root(total)
        # One Newton step with the rounding errors of the squares halves the error.
        lost = fma(short, short, square - total) + fma(long, long, -square)
        corrected = root + (fma(-root, root, total) + lost) / (root + root)
        root = select((root > 0.0) & (root < float("inf")), corrected, root) * inverse
    return select(isinf(x) | isinf(y), root.like(float("inf")), root)


def real(x: Complex) -> Value:
    return x.real


def imag(x: Complex) -> Value:
    return x.imag


def conj(x: Complex) -> Complex:
    return Complex(x.real, -x.imag)


def complex_multiply(x: Complex, y: Complex) -> Complex:
    """As NumPy's loops have it, with one rounding less for each part: where a product overflows, that is seen."""
    return Complex(fma(x.real, y.real, -(x.imag * y.imag)), fma(x.real, y.imag, x.imag * y.real))


def complex_square(x: Complex) -> Complex:
    return complex_multiply(x, x)


def complex_absolute(x: Complex) -> Value:
    return hypotenuse(*x)

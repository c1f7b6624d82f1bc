"""Exponentials, logarithms, powers, hyperbolic functions and the error function, without branches, so that loops vectorise.

Each works in the precision of its argument with the coefficients of its format; errors are below 3 ulp, special cases
C99's (Annex F). Rounding by a magic number, scaling in two steps and the logarithm's range follow common practice (W. J. Cody and
W. Waite, Software Manual for the Elementary Functions, 1980; FreeBSD's msun).
"""

from __future__ import annotations

from lazytensor.compiler.codegen.arithmetic import absolute, copysign, rint, square_root
from lazytensor.compiler.codegen.coefficients import EXP2_WIDE, FLOAT64, LOG_POW, LOG_WIDE, TWO_THIRDS, Pair
from lazytensor.compiler.codegen.values import Value, fma, polynomial, select

INFINITY = float("inf")
NAN = float("nan")


def clamped(x: Value, low: float, high: float) -> Value:
    """Within bounds; NaN stays."""
    x = select(x > high, x.like(high), x)
    return select(x < low, x.like(low), x)


def rounded(x: Value) -> tuple[Value, Value]:
    """The nearest integer, as a float and as an integer. (A conversion to integer would be undefined for NaN.)"""
    form = x.format
    shifted = x + form.magic
    return shifted - form.magic, shifted.pattern() - form.magic_pattern


def power_of_two(exponent: Value) -> Value:
    form = exponent.format
    return (exponent + form.bias << form.mantissa).from_pattern()


def scaled(x: Value, exponent: Value) -> Value:
    """x * 2**exponent in two steps, so that subnormal and huge results come out right."""
    half = exponent >> 1
    return x * power_of_two(half) * power_of_two(exponent - half)


def natural_reduced(x: Value) -> tuple[Value, Value]:
    """r and integer k with x = r + k log(2), |r| <= log(2) / 2."""
    form = x.format
    shifted = fma(x, form.log2_e[0], form.magic)
    n = shifted - form.magic
    r = fma(n, -form.ln2[1], fma(n, -form.ln2[0], x))
    return r, shifted.pattern() - form.magic_pattern


def exp_parts(x: Value) -> tuple[Value, Value]:
    """y and integer k with exp(x) = y * 2**k."""
    r, k = natural_reduced(x)
    return fma(r * r, polynomial(r, x.format.exp), r) + 1.0, k


def exp(x: Value) -> Value:
    return scaled(*exp_parts(clamped(x, *x.format.exp_range)))


def exp2(x: Value) -> Value:
    x = clamped(x, *x.format.exp2_range)
    n, k = rounded(x)
    r = x - n
    return scaled(fma(polynomial(r, x.format.exp2), r, 1.0), k)


def expm1(x: Value) -> Value:
    form = x.format
    r, k = natural_reduced(clamped(x, form.expm1_low, form.exp_range[1]))
    p = fma(r * r, polynomial(r, form.expm1), r)
    half = power_of_two(k - 1)
    y = fma(half, p, half - 0.5)
    return select(absolute(x) < form.identity, x, y + y)


def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x)), from the exponential that does not overflow."""
    low = x.format.exp_range[0]
    a = -absolute(x)
    e = scaled(*exp_parts(select(a < low, x.like(low), a)))
    return select(x > 0.0, x.like(1.0), select(x <= 0.0, e, x + 1.0)) / (1.0 + e)


def tanh(x: Value) -> Value:
    a = absolute(x)
    a = select(a > x.format.tanh_high, x.like(x.format.tanh_high), a)
    r, k = natural_reduced(a + a)
    p = fma(r * r, polynomial(r, x.format.expm1), r)
    power = power_of_two(k)
    e = fma(power, p, power - 1.0)
    return copysign(select(a < x.format.identity, a, e / (e + 2.0)), x)


def half_exp(a: Value) -> Value:
    """exp(a) / 2 for a >= 0: overflows only where sinh and cosh do."""
    y, k = exp_parts(clamped(a, 0.0, a.format.exp_range[1] + 1.0))
    return scaled(y, k - 1)


def sinh(x: Value) -> Value:
    a = absolute(x)
    e = expm1(a)
    small = (e + e / (e + 1.0)) * 0.5
    small = select(a < x.format.identity, a, small)
    return copysign(select(a > x.format.sinh_large, half_exp(a), small), x)


def cosh(x: Value) -> Value:
    half = half_exp(absolute(x))
    return half + 0.25 / half


def split_float(x: Value) -> tuple[Value, Value]:
    """f and k, a float, with x = (1 + f) * 2**k and sqrt(1/2) <= 1 + f < sqrt(2), for positive finite x."""
    form = x.format
    small = x < form.tiny
    normal = select(small, x * form.subnormal_scale, x)
    moved = normal.pattern() + (form.one_pattern - form.sqrt_half)
    mantissa = ((moved & form.mantissa_mask) + form.sqrt_half).from_pattern()
    reader = (moved.unsigned() >> form.mantissa | form.exponent_reader).from_pattern()
    offset = 2.0**form.mantissa + form.bias
    return mantissa - 1.0, reader - select(small, x.like(offset + form.subnormal_shift), x.like(offset))


def log_special(x: Value, y: Value) -> Value:
    """y, a logarithm of x, for positive finite x; else what the special case asks for."""
    special = select(x == 0.0, x.like(-INFINITY), select(x < 0.0, x.like(NAN), x))
    ordinary = (x.pattern() - 1).unsigned() < x.format.infinity_pattern - 1
    return select(ordinary, y, special)


def log_parts(f: Value) -> tuple[Value, Value, Value]:
    """log(1 + f) as f - a + b: a = f*f/2, and b, with s = f / (2 + f) or f itself, so that the caller orders the sums."""
    form = f.format
    if f.bits == 32:
        square = f * f
        return f, square * 0.5, f * square * polynomial(f, form.log)
    s = f / (2.0 + f)
    z = s * s
    a = 0.5 * f * f
    return f, a, s * (a + z * polynomial(z, form.log))


def log_of(f: Value, k: Value, correction: Value | None = None) -> Value:
    """log(1 + f) + k log(2) + correction."""
    form = f.format
    high, low = form.ln2_short
    f, a, b = log_parts(f)
    rest = k * low if correction is None else fma(k, low, correction)
    if f.bits == 32:
        return fma(k, high, f + ((b - a) + rest))
    return fma(k, high, f - (a - (b + rest)))


def log(x: Value) -> Value:
    return log_special(x, log_of(*split_float(x)))


def log_to_base(x: Value, factor: Pair, exponent: Pair) -> Value:
    """log(1 + f) * factor + k * exponent, each pair a constant in two parts, with the products' rounding errors kept."""
    f, k = split_float(x)
    f, a, b = log_parts(f)
    high = f - a
    low = ((f - high) - a) + b
    product = high * factor[0]
    lost = fma(high, factor[0], -product) + fma(high, factor[1], low * factor[0])
    whole = k * exponent[0]
    total = whole + product
    return log_special(x, total + (lost + ((whole - total) + product) + k * exponent[1]))


def log2(x: Value) -> Value:
    return log_to_base(x, x.format.log2_e, (1.0, 0.0))


def log10(x: Value) -> Value:
    return log_to_base(x, x.format.log10_e, x.format.log10_2_short)


def log1p(x: Value) -> Value:
    form = x.format
    u = 1.0 + x
    near = u - 1.0
    lost = (1.0 - (u - near)) + (x - near)
    moved = u.pattern() + (form.one_pattern - form.sqrt_half)
    f = ((moved & form.mantissa_mask) + form.sqrt_half).from_pattern() - 1.0
    exponent = moved.unsigned() >> form.mantissa
    k = (exponent | form.exponent_reader).from_pattern() - (2.0**form.mantissa + form.bias)
    # What the rounding of 1 + x lost, over 1 + f; beyond 2**60 it is nothing.
    far = k > 60.0
    scale = (2 * form.bias - select(far, exponent.like(form.bias), exponent) << form.mantissa).from_pattern()
    correction = select(far, x.like(0.0), lost * scale) * fma(f, fma(f, 1.0 - f, -1.0), 1.0)
    return select(absolute(x) < form.log1p_identity, x, log_special(u, log_of(f, k, correction)))


def asinh(x: Value) -> Value:
    a = absolute(x)
    large = a > x.format.square_large
    b = select(large, x.like(1.0), a)
    near = log1p(b + b * b / (1.0 + square_root(fma(b, b, 1.0))))
    return copysign(select(large, log(a) + x.format.ln2[0], near), x)


def acosh(x: Value) -> Value:
    large = x > x.format.square_large
    t = select(large, x.like(1.0), x - 1.0)
    near = log1p(t + square_root(fma(t, t, t + t)))
    return select(x < 1.0, x.like(NAN), select(large, log(x) + x.format.ln2[0], near))


def atanh(x: Value) -> Value:
    a = absolute(x)
    return copysign(0.5 * log1p((a + a) / (1.0 - a)), x)


def logaddexp(x: Value, y: Value) -> Value:
    """log(exp(x) + exp(y))."""
    high = x.called("llvm.maximum", y)
    difference = x - y
    far = high + log1p(exp(-absolute(difference)))
    return select(x == y, x + x.format.ln2[0], far)


def power_special(x: Value, y: Value, of_absolute: Value) -> Value:
    """x**y from |x|**y, with C99's special cases."""
    form = x.format
    odd_limit = 2.0 ** (form.mantissa + 1)
    integral = rint(y) == y
    half = y * 0.5
    odd = integral & (rint(half) != half) & (absolute(y) < odd_limit)
    negative = x.pattern() < 0
    sign = select(negative & odd, x.pattern().like(form.sign_mask), x.pattern().like(0))
    result = (of_absolute.pattern() | sign).from_pattern()
    result = select((x < 0.0) & ~integral & (x > -INFINITY), x.like(NAN), result)
    result = select((x != x) | (y != y), x + y, result)
    one = (y == 0.0) | (x == 1.0) | ((x == -1.0) & (absolute(y) == INFINITY))
    return select(one, x.like(1.0), result)


def log2_ends(a: Value, logarithm: Value) -> Value:
    """The logarithm of |x| with its limits at 0 and infinity."""
    return select(a == INFINITY, a.like(INFINITY), select(a == 0.0, a.like(-INFINITY), logarithm))


def power(x: Value, y: Value) -> Value:
    return power_special(x, y, power_narrow(x, y) if x.bits == 32 else power_wide(absolute(x), y))


def power_narrow(x: Value, y: Value) -> Value:
    """|x|**y for float32, in float64."""
    a = absolute(x).to("f64")
    f, k = split_float(a)
    s = f / (2.0 + f)
    z = s * s
    logarithm = fma(fma(s * z, polynomial(z, LOG_WIDE), s + s), FLOAT64.log2_e[0], k)
    t = clamped(y.to("f64") * log2_ends(a, logarithm), -160.0, 130.0)
    n, k_result = rounded(t)
    r = t - n
    return (fma(polynomial(r, EXP2_WIDE), r, 1.0) * power_of_two(k_result)).to("f32")


def power_wide(a: Value, y: Value) -> Value:
    """a**y for float64 a >= 0: the logarithm in two floats, as y may multiply its error by 700."""
    f, k = split_float(a)
    m = f + 1.0
    denominator = m + 1.0
    denominator_low = m - (denominator - 1.0)
    inverse = 1.0 / denominator
    s = f * inverse
    s_low = (fma(-s, denominator, f) - s * denominator_low) * inverse
    z = s * s
    z_low = fma(s, s, -z) + (s + s) * s_low
    q = z * polynomial(z, LOG_POW)
    c = TWO_THIRDS[0] + q
    c_low = ((TWO_THIRDS[0] - c) + q) + TWO_THIRDS[1]
    cube = s * z
    cube_low = fma(s, z, -cube) + fma(s, z_low, s_low * z)
    term = cube * c
    term_low = fma(cube, c, -term) + fma(cube, c_low, cube_low * c)
    whole = k * FLOAT64.ln2_short[0]
    double = s + s
    head = whole + double
    head_low = double - (head - whole)
    sum_ = head + term
    sum_low = term - (sum_ - head)
    low = fma(k, FLOAT64.ln2_short[1], head_low + sum_low + ((s_low + s_low) + term_low))
    high = sum_ + low
    low = low - (high - sum_)
    high = log2_ends(a, high)
    product = y * high
    product_low = fma(y, high, -product) + y * low
    product_low = select(absolute(product) < 800.0, product_low, a.like(0.0))
    r, k = natural_reduced(clamped(product, *FLOAT64.exp_range))
    r = r + product_low
    return scaled(fma(r * r, polynomial(r, FLOAT64.exp), r) + 1.0, k)


def erf(x: Value) -> Value:
    """By x + x P(x*x) below 1, else 1 - exp(-Q(|x|))."""
    form = x.format
    a = absolute(x)
    small = fma(a, polynomial(a * a, form.erf_small), a)
    bounded = select(a > form.erf_high, x.like(form.erf_high), a)
    large = 1.0 - scaled(*exp_parts(-polynomial(bounded, form.erf_large)))
    return copysign(select(a < 1.0, small, large), x)


def erfc(x: Value) -> Value:
    return x.called_libm("erfc")


def cbrt(x: Value) -> Value:
    return x.called_libm("cbrt")

"""Exponentials, hyperbolic functions and the error function, without branches, so that loops vectorise.

Each works in the precision of its argument with the coefficients of its format; docs/accuracy.md has the errors, special cases
are C99's (Annex F). Rounding by a magic number and scaling in two steps follow common practice (W. J. Cody and W. Waite, Software
Manual for the Elementary Functions, 1980; FreeBSD's msun).
"""

from __future__ import annotations

from lazytensor.compiler.codegen.elementary.arithmetic import absolute, copysign
from lazytensor.compiler.codegen.elementary.coefficients import ERFC_NARROW, ERFC_WIDE
from lazytensor.compiler.codegen.elementary.values import Value, fma, polynomial, select


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


def exact_reduced(x: Value) -> tuple[Value, Value, Value]:
    """As `natural_reduced`, with what r's rounding lost between them."""
    form = x.format
    shifted = fma(x, form.log2_e[0], form.magic)
    n = shifted - form.magic
    near = fma(n, -form.ln2_short[0], x)
    r = fma(n, -form.ln2_short[1], near)
    return r, fma(n, -form.ln2_short[1], near - r), shifted.pattern() - form.magic_pattern


def expm1(x: Value) -> Value:
    """2**k (1 + p) - 1 by halves, with what the first sum loses; without that float64 errs by 1.9 ulp, with it by 1.3."""
    form = x.format
    r, lost, k = exact_reduced(clamped(x, form.expm1_low, form.exp_range[1]))
    half = power_of_two(k - 1)
    tail = half * fma(r * r, polynomial(r, form.expm1), lost)
    base = half - 0.5
    r = half * r
    near = base + r
    y = near + (((base - near) + r) + tail)
    return select(absolute(x) < form.identity, x, y + y)


def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x)), from the exponential that does not overflow."""
    low = x.format.exp_range[0]
    a = -absolute(x)
    e = scaled(*exp_parts(select(a < low, x.like(low), a)))
    return select(x > 0.0, x.like(1.0), select(x <= 0.0, e, x + 1.0)) / (1.0 + e)


def tanh(x: Value) -> Value:
    """By x + x**3 P(x*x) below 0.6, else 1 - 2 / (exp(2 |x|) + 1)."""
    form = x.format
    a = absolute(x)
    bounded = select(a > form.tanh_high, x.like(form.tanh_high), a)
    y, k = exp_parts(bounded + bounded)
    z = a * a
    large = 1.0 - 2.0 / fma(y, power_of_two(k), 1.0)
    return copysign(select(a < 0.6, fma(a * z, polynomial(z, form.tanh), a), large), x)


def hyperbolic(a: Value) -> tuple[Value, Value, Value, Value, Value]:
    """s, c, s_rest, u and v with sinh(a) = 4 (u (s + s_rest) + v c) and cosh(a) = 4 (u c + v (s + s_rest)), for a >= 0.

    s + s_rest and c are sinh and cosh of the reduced argument, u and v cosh and sinh of k log(2), over 4 as not to overflow early.
    """
    form = a.format
    r, lost, k = exact_reduced(clamped(a, 0.0, form.exp_range[1] + 1.0))
    z = r * r
    rest = fma(r * z, polynomial(z, form.sinh), lost)
    c = fma(z * z, polynomial(z, form.cosh), z * 0.5)
    growing = power_of_two(k - 3)
    # Beside 2**k, 2**-k vanishes long before its exponent would leave the format.
    fading = power_of_two(-3 - select(k > form.bias // 2, k.like(form.bias // 2), k))
    return r, rest, c, growing + fading, growing - fading


def sinh(x: Value) -> Value:
    a = absolute(x)
    r, rest, c, u, v = hyperbolic(a)
    near = fma(u, r, v)
    y = near + (fma(u, r, v - near) + fma(u, rest, v * c))
    return copysign(select(a < x.format.identity, a, y * 4.0), x)


def cosh(x: Value) -> Value:
    r, rest, c, u, v = hyperbolic(absolute(x))
    return (u + fma(v, r, fma(v, rest, u * c))) * 4.0


def erf(x: Value) -> Value:
    """By x + x P(x*x) below 1, else 1 - exp(-Q(|x|))."""
    form = x.format
    a = absolute(x)
    small = fma(a, polynomial(a * a, form.erf_small), a)
    bounded = select(a > form.erf_high, x.like(form.erf_high), a)
    large = 1.0 - scaled(*exp_parts(-polynomial(bounded, form.erf_large)))
    return copysign(select(a < 1.0, small, large), x)


def erfc(x: Value) -> Value:
    """By 1 - erf(x) near 0, else exp(-x*x) G(t) / (|x| + b), t = (|x| - b) / (|x| + b) after M. M. Shepherd
    and J. G. Laframboise, Chebyshev approximation of (1 + 2x) exp(x*x) erfc(x), Math. Comp. 1981; for float32 in float64.
    """
    a = absolute(x)
    if x.bits == 32:
        wide = clamped(a, 0.0, 11.0).to("f64")
        y, k = exp_parts(-(wide * wide))
        inverse = 1.0 / (wide + ERFC_NARROW[0])
        tail = y * power_of_two(k) * (polynomial(fma(inverse, -2 * ERFC_NARROW[0], 1.0), ERFC_NARROW[1]) * inverse)
        tail = select(x < 0.0, 2.0 - tail, tail).to("f32")
    else:
        a = clamped(a, 0.0, 28.0)
        square = a * a
        y, k = exp_parts(-square)
        below = a + ERFC_WIDE[0]
        inverse = 1.0 / below
        t = fma(inverse, -2 * ERFC_WIDE[0], 1.0)
        g = polynomial(t, ERFC_WIDE[1]) * inverse
        # What the roundings of the square, the inverse and t lost; G'/G is about -1.3 where that of t matters.
        lost = fma(-inverse, below, 1.0) - inverse * (a - (below - ERFC_WIDE[0]))
        t_lost = fma(inverse * lost, -2 * ERFC_WIDE[0], fma(inverse, -2 * ERFC_WIDE[0], 1.0 - t))
        lost = fma(t_lost, -1.3, lost) + fma(-a, a, square)
        tail = scaled(y * fma(g, lost, g), k)
        tail = select(x < 0.0, 2.0 - tail, tail)
    small = 1.0 - fma(x, polynomial(x * x, x.format.erf_small), x)
    return select(absolute(x) < (0.5 if x.bits == 32 else 0.8), small, select(x != x, x, tail))

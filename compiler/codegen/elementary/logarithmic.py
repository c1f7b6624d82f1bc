"""Logarithms and the inverse hyperbolic functions, without branches, so that loops vectorise.

Each works in the precision of its argument; docs/accuracy.md has the errors, special cases are C99's (Annex F). The ranges follow
FreeBSD's msun.
"""

from __future__ import annotations

from lazytensor.compiler.codegen.elementary.arithmetic import absolute, copysign, square_root
from lazytensor.compiler.codegen.elementary.coefficients import Pair
from lazytensor.compiler.codegen.elementary.exponential import exp, exp2
from lazytensor.compiler.codegen.elementary.values import Value, fma, polynomial, select

INFINITY = float("inf")
NAN = float("nan")


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
    """log(1 + f) * factor + k * exponent, each pair a constant in two parts; in float64 with the products' rounding errors."""
    f, k = split_float(x)
    f, a, b = log_parts(f)
    whole, whole_rest = (k * exponent[0], k * exponent[1]) if exponent[1] else (k, None)
    if x.bits == 32:
        product = (f + (b - a)) * factor[0]
        return log_special(x, whole + (product if whole_rest is None else product + whole_rest))
    high = f - a
    low = ((f - high) - a) + b
    product = high * factor[0]
    lost = fma(high, factor[0], -product) + fma(high, factor[1], low * factor[0])
    total = whole + product
    lost = lost + ((whole - total) + product)
    return log_special(x, total + (lost if whole_rest is None else lost + whole_rest))


def log2(x: Value) -> Value:
    return log_to_base(x, x.format.log2_e, (1.0, 0.0))


def log10(x: Value) -> Value:
    return log_to_base(x, x.format.log10_e, x.format.log10_2_short)


def log_of_sum(u: Value, lost: Value, doublings: Value | None = None) -> Value:
    """log(u + lost) for normal u, and lost below u's last place or so; `doublings` times log(2) are added."""
    form = u.format
    moved = u.pattern() + (form.one_pattern - form.sqrt_half)
    f = ((moved & form.mantissa_mask) + form.sqrt_half).from_pattern() - 1.0
    exponent = moved.unsigned() >> form.mantissa
    k = (exponent | form.exponent_reader).from_pattern() - (2.0**form.mantissa + form.bias)
    # What is lost, over 1 + f; beyond 2**60 it is nothing.
    far = k > 60.0
    scale = (2 * form.bias - select(far, exponent.like(form.bias), exponent) << form.mantissa).from_pattern()
    correction = select(far, u.like(0.0), lost * scale) * fma(f, fma(f, 1.0 - f, -1.0), 1.0)
    return log_special(u, log_of(f, k if doublings is None else k + doublings, correction))


def log1p(x: Value) -> Value:
    u = 1.0 + x
    near = u - 1.0
    lost = (1.0 - (u - near)) + (x - near)
    return select(absolute(x) < x.format.log1p_identity, x, log_of_sum(u, lost))


def log_raised(x: Value, rest: Value, large: Value, doubled: Value) -> Value:
    """log(1 + x + rest) for x >= rest >= 0, or log(2 doubled) where it is large."""
    u = 1.0 + x
    near = u - 1.0
    lost = ((1.0 - (u - near)) + (x - near)) + rest
    zero = x.like(0.0)
    return log_of_sum(select(large, doubled, u), select(large, zero, lost), select(large, x.like(1.0), zero))


def asinh(x: Value) -> Value:
    a = absolute(x)
    large = a > x.format.square_large
    b = select(large, x.like(1.0), a)
    second = b * b / (1.0 + square_root(fma(b, b, 1.0)))
    sum_ = b + second
    near = log_raised(sum_, (b - sum_) + second, large, a)
    return copysign(select(a < x.format.log1p_identity, a, near), x)


def acosh(x: Value) -> Value:
    large = x > x.format.square_large
    t = select(large, x.like(1.0), x - 1.0)
    square = fma(t, t, t + t)
    root = square_root(square)
    # What the root lost: 0.5 ulp of the result.
    rest = (fma(-root, root, square) + fma(t, t, (t + t) - square)) * 0.5 / select(root > 0.0, root, x.like(1.0))
    sum_ = t + root
    return select(x < 1.0, x.like(NAN), log_raised(sum_, ((root - sum_) + t) + rest, large, x))


def atanh(x: Value) -> Value:
    """Half of log1p(2 |x| / (1 - |x|)), with the quotient's rounding error."""
    a = absolute(x)
    below = 1.0 - a
    below_rest = (1.0 - below) - a
    inverse = 1.0 / below
    near = (a + a) * inverse
    left = fma(-near, below_rest, fma(-near, below, a + a)) * inverse
    u = 1.0 + near
    part = u - 1.0
    lost = (1.0 - (u - part)) + (near - part)
    return copysign(select(a < x.format.log1p_identity, a, 0.5 * log_of_sum(u, lost + left)), x)


def logaddexp(x: Value, y: Value) -> Value:
    """log(exp(x) + exp(y))."""
    high = x.called("llvm.maximum", y)
    difference = x - y
    far = high + log1p(exp(-absolute(difference)))
    return select(x == y, x + x.format.ln2[0], far)


def logaddexp2(x: Value, y: Value) -> Value:
    """log2(2**x + 2**y)."""
    high = x.called("llvm.maximum", y)
    difference = x - y
    far = high + log1p(exp2(-absolute(difference))) * x.format.log2_e[0]
    return select(x == y, x + 1.0, far)

"""Sine, cosine, tangent and their inverses, without branches; the argument reduction is exact for every argument.

Reduction by a table of 2/pi after M. H. Payne and R. N. Hanek, Radian reduction for trigonometric functions, SIGNUM 1983.
"""

from __future__ import annotations

from lazytensor.compiler.codegen.elementary.arithmetic import absolute, copysign, ratio, rint, square_root
from lazytensor.compiler.codegen.elementary.coefficients import (
    FLOAT64,
    NARROW_FIRST,
    NARROW_PARTS,
    NARROW_STEP,
    REDUCTION_START,
    reduction_table,
    reduction_text,
)
from lazytensor.compiler.codegen.elementary.exponential import rounded
from lazytensor.compiler.codegen.elementary.values import Value, fma, polynomial, select, table_row


def two_sum(x: Value, y: Value) -> tuple[Value, Value]:
    """x + y and its rounding error (Knuth)."""
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)


def reduced(x: Value) -> tuple[Value, Value, Value]:
    """r, what r's rounding lost, and the quadrant, with |x| = (r + lost) + quadrant pi/2, |r| <= pi/4; the quadrant modulo 4."""
    return reduced_narrow(absolute(x)) if x.bits == 32 else reduced_wide(*table_parts(absolute(x)))


def reduced_narrow(a: Value) -> tuple[Value, Value, Value]:
    """In float64, by the part of 2/pi that the argument's size asks for; five parts are cheaper to select than to gather."""
    first, second = (a.to("f64").like(part) for part in NARROW_PARTS[0])
    for step, parts in enumerate(NARROW_PARTS[1:]):
        above = a >= 2.0 ** (NARROW_FIRST + NARROW_STEP * step)
        first, second = (select(above, part, old) for part, old in zip(parts, (first, second), strict=True))
    wide = a.to("f64")
    shifted = fma(wide, first, FLOAT64.magic)
    # One rounding for each of the two, whatever cancels.
    turn = fma(wide, second, fma(wide, first, -(shifted - FLOAT64.magic)))
    r = turn * FLOAT64.half_pi[0]
    near = r.to("f32")
    return near, (r - near.to("f64")).to("f32"), shifted.pattern().to("i32")


def table_parts(a: Value) -> tuple[Value, list[Value]]:
    """The argument as an integer, and the parts of 2/pi that its exponent asks for."""
    form = a.format
    field = a.pattern() >> form.mantissa
    field = select(field < REDUCTION_START, field.like(REDUCTION_START), field)
    # Below 2**(mantissa + 1). No integer for arguments under the table's start, but those are far from the next quadrant.
    integer = a * (2 * form.bias + form.mantissa - field << form.mantissa).from_pattern()
    rows = len(reduction_table())
    return integer, table_row(field - REDUCTION_START, "lazytensor.two_over_pi", rows, 4, reduction_text())


def reduced_wide(integer: Value, parts: list[Value]) -> tuple[Value, Value, Value]:
    """By exact products, summed from the largest with their rounding errors kept."""
    first = integer * parts[0]
    first_low = fma(integer, parts[0], -first)
    second = integer * parts[1]
    second_low = fma(integer, parts[1], -second)
    third = integer * parts[2]
    third_low = fma(integer, parts[2], -third)
    # Whole turns of the first product go before anything is added: what is left fits one float exactly.
    left = fma(rint(first * 0.25), -4.0, first)
    total, lost = two_sum(left + first_low, second)
    n, quadrant = rounded(total)
    total, lost = two_sum(total - n, lost)
    small, small_low = two_sum(second_low, third)
    total, next_lost = two_sum(total, small)
    low = ((lost + next_lost) + small_low) + fma(integer, parts[3], third_low)
    total, low = two_sum(total, low)
    high_pi, low_pi = FLOAT64.half_pi
    r = total * high_pi
    tail = fma(total, high_pi, -r) + fma(total, low_pi, low * high_pi)
    return r, tail, quadrant


def sine_parts(r: Value, lost: Value) -> tuple[Value, Value]:
    """sin(r + lost) as a sum, |r| <= pi/4."""
    z = r * r
    return r, fma(r * z, polynomial(z, r.format.sin), fma(z * 0.5, -lost, lost))


def cosine_parts(r: Value, lost: Value) -> tuple[Value, Value]:
    """cos(r + lost) as a sum, |r| <= pi/4."""
    z = r * r
    half = z * 0.5
    near = 1.0 - half
    return near, ((1.0 - near) - half) + fma(z * z, polynomial(z, r.format.cos), -(r * lost))


def sine_cosine(r: Value, lost: Value) -> tuple[Value, Value]:
    """Of r + lost, |r| <= pi/4."""
    sine, sine_rest = sine_parts(r, lost)
    cosine, cosine_rest = cosine_parts(r, lost)
    return sine + sine_rest, cosine + cosine_rest


def circular(x: Value, advance: int) -> Value:
    """sin(|x| + advance pi/2)."""
    r, lost, quadrant = reduced(x)
    sine, cosine = sine_cosine(r, lost)
    quadrant = quadrant + advance
    value = select((quadrant & 1) == 0, sine, cosine)
    return (value.pattern() ^ ((quadrant & 2) << (x.bits - 2))).from_pattern()


def sin(x: Value) -> Value:
    value = circular(x, 0)
    signed = (value.pattern() ^ (x.pattern() & x.format.sign_mask)).from_pattern()
    return select(absolute(x) < 2.0**-28, x, signed)


def cos(x: Value) -> Value:
    return select(absolute(x) < 2.0**-28, x.like(1.0), circular(x, 1))


def tan(x: Value) -> Value:
    r, lost, quadrant = reduced(x)
    sine, cosine = sine_parts(r, lost), cosine_parts(r, lost)
    odd = (quadrant & 1) != 0
    above, above_rest = (select(odd, c, s) for s, c in zip(sine, cosine, strict=True))
    below, below_rest = (select(odd, s, c) for s, c in zip(sine, cosine, strict=True))
    near, rest = ratio(above, above_rest, below, below_rest)
    value = near + rest
    signed = (value.pattern() ^ ((x.pattern() & x.format.sign_mask) ^ (quadrant & 1) << (x.bits - 1))).from_pattern()
    return select(absolute(x) < 2.0**-28, x, signed)


def atan(x: Value) -> Value:
    form = x.format
    a = absolute(x)
    high, low = form.half_pi
    big, middle = a > form.tan_3_pi_8, a > form.tan_pi_8
    # (a - 1) / (a + 1) in the middle, -1 / a above it (beyond 2**60 it is nothing), and a / 1 below.
    zero, one = x.like(0.0), x.like(1.0)
    outside = ~middle | big
    finite = select(a > 2.0**60, x.like(2.0**60), a)
    above = select(middle, -one, a), select(outside, zero, a)
    below = select(big, finite, one), select(outside, zero, a)
    base = select(big, x.like(high), select(middle, x.like(high / 2), x.like(0.0)))
    base_low = select(big, x.like(low), select(middle, x.like(low / 2), x.like(0.0)))
    t, rest = ratio(*above, *below)
    z = t * t
    return copysign(base + (t + (fma(t * z, polynomial(z, form.atan), base_low) + rest)), x)


def atan2(y: Value, x: Value) -> Value:
    """Of the quotient's smaller form, |t| <= 1, then moved to its octant."""
    form = x.format
    infinity = float("inf")
    ay, ax = absolute(y), absolute(x)
    # Both scaled, so that neither quotient of tiny values nor their ratio is rounded twice.
    tiny = (ay < form.tiny * 2.0**30) & (ax < form.tiny * 2.0**30)
    lift = select(tiny, x.like(2.0**60), x.like(1.0))
    ay, ax = ay * lift, ax * lift
    steep = ay > ax
    small, large = select(steep, ax, ay), select(steep, ay, ax)
    equal = small == large
    t = select(equal, select(large == 0.0, x.like(0.0), x.like(1.0)), small / large)
    # Above tan(pi/8), atan(t) = pi/4 + atan((small - large) / (small + large)), from the operands and not the rounded t.
    middle = (t > form.tan_pi_8) & (large < infinity)
    scale = select(large > 1.0, x.like(0.25), x.like(1.0))
    lower, upper = small * scale, large * scale
    reduced_t = select(equal, x.like(0.0), (lower - upper) / (lower + upper))
    u = select(middle | (equal & (large > 0.0)), reduced_t, t)
    quarter = middle | (equal & (large > 0.0))
    z = u * u
    high, low = form.half_pi
    core = fma(u * z, polynomial(z, form.atan), x.like(0.0))
    # The result is base +- (u + core), base a multiple of pi/4.
    left = x.pattern() < 0
    octants = select(quarter, x.like(0.5), x.like(0.0))
    flip = steep
    octants = select(flip, 1.0 - octants, octants)
    octants = select(left, 2.0 - octants, octants)
    turned = select(flip, -u, u), select(flip, -core, core)
    u, core = select(left, -turned[0], turned[0]), select(left, -turned[1], turned[1])
    angle = octants * high + (u + (core + octants * low))
    angle = select((x != x) | (y != y), x + y, angle)
    return copysign(angle, y)


def asin_parts(x: Value) -> tuple[Value, Value, Value]:
    """Whether |x| > 1/2, s, and asin(s) - s, where s is |x| or else sqrt((1 - |x|) / 2)."""
    a = absolute(x)
    big = a > 0.5
    z = select(big, (1.0 - a) * 0.5, a * a)
    s = select(big, square_root(z), a)
    return big, s, s * z * polynomial(z, x.format.asin)


def asin(x: Value) -> Value:
    big, s, rest = asin_parts(x)
    high, low = x.format.half_pi
    double = s + s
    # pi/2 - 2 asin(s), the large terms first and with what their difference loses.
    near = high - double
    lost = (high - near) - double
    return copysign(select(big, near, s) + select(big, (lost + low) - (rest + rest), rest), x)


def acos(x: Value) -> Value:
    big, s, rest = asin_parts(x)
    high, low = x.format.half_pi
    angle = s + rest
    double = angle + angle
    outer = select(x < 0.0, 2 * high - (double - 2 * low), double)
    return select(big, outer, high - (copysign(angle, x) - low))

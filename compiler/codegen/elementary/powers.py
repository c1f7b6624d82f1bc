"""Powers and the cube root, without branches, so that loops vectorise; special cases are C99's (Annex F)."""

from __future__ import annotations

from lazytensor.compiler.codegen.elementary.arithmetic import absolute, copysign, rint
from lazytensor.compiler.codegen.elementary.coefficients import FLOAT64, LOG2_POW, LOG_POW, TWO_THIRDS
from lazytensor.compiler.codegen.elementary.exponential import clamped, natural_reduced, power_of_two, rounded, scaled
from lazytensor.compiler.codegen.elementary.logarithmic import split_float
from lazytensor.compiler.codegen.elementary.values import Value, fma, polynomial, select

INFINITY = float("inf")
NAN = float("nan")


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
    """|x|**y for float32: the logarithm in float64, to 33 bits, as y may multiply its error by 100."""
    a = absolute(x)
    f, k = split_float(a)
    f, k = f.to("f64"), log2_ends(a, k).to("f64")
    product = y.to("f64") * fma(f, polynomial(f, LOG2_POW), k)
    product = clamped(product, -160.0, 130.0)
    n, exponent = rounded(product)
    r = (product - n).to("f32")
    return scaled(fma(r, polynomial(r, x.format.exp2), 1.0), exponent.to("i32"))


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


def cube_root(x: Value) -> Value:
    """m * y * y with y = m**(-1/3) by a polynomial and one step of third order, then one step for the rounding error."""
    form = x.format
    a = absolute(x)
    f, k = split_float(a)
    third, exponent = rounded(k * (1.0 / 3.0))
    rest = k - 3.0 * third
    above, below = rest > 0.0, rest < 0.0
    m = (f + 1.0) * select(above, x.like(2.0), select(below, x.like(0.5), x.like(1.0)))
    start = select(above, x.like(2.0 ** (-1 / 3)), select(below, x.like(2.0 ** (1 / 3)), x.like(1.0)))
    y = polynomial(f, form.cube_root) * start
    h = fma(-m * y, y * y, 1.0)
    y = fma(y * h, fma(h, 2.0 / 9.0, 1.0 / 3.0), y)
    square = y * y
    root = m * square
    root = fma(fma(-root * root, root, m) * square, 1.0 / 3.0, root) * power_of_two(exponent)
    return select((a > 0.0) & (a < INFINITY), copysign(root, x), x)

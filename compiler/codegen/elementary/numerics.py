"""The parts and neighbours of floats, angles, steps, and the bits and divisors of integers.

All but the divisors, which take a loop for each element, are without branches, so that loops vectorise.
"""

from __future__ import annotations

import math

from lazytensor.compiler.codegen.elementary.arithmetic import absolute
from lazytensor.compiler.codegen.elementary.exponential import clamped, power_of_two, rounded
from lazytensor.compiler.codegen.elementary.values import Complex, Value, select


def frexp_parts(x: Value) -> tuple[Value, Value, Value]:
    """The mantissa and the exponent of a finite x other than 0, and whether x is that."""
    form = x.format
    size = absolute(x)
    small = size < form.tiny
    pattern = select(small, x * form.subnormal_scale, x).pattern()
    half = form.bias - 1 << form.mantissa
    mantissa = (pattern & ~form.infinity_pattern | half).from_pattern()
    biased = (pattern & form.infinity_pattern) >> form.mantissa
    exponent = biased - select(small, biased.like(form.bias - 1 + form.subnormal_shift), biased.like(form.bias - 1))
    return mantissa, exponent, (size > 0.0) & (size < math.inf)


def frexp_mantissa(x: Value) -> Value:
    mantissa, _, ordinary = frexp_parts(x)
    return select(ordinary, mantissa, x)


def frexp_exponent(x: Value) -> Value:
    """0 for 0, infinities and NaN, as glibc gives."""
    _, exponent, ordinary = frexp_parts(x)
    return select(ordinary, exponent, exponent.like(0)).to("i32")


def ldexp(x: Value, exponent: Value) -> Value:
    """x * 2**exponent, for an exponent that is a whole float.

    In three multiplications by powers of two, of which only the last rounds: what the others make subnormal ends as 0 or as the
    smallest number. (musl's scalbn.)
    """
    form = x.format
    up = form.bias
    down = 2 + form.mantissa - form.bias
    _, left = rounded(clamped(exponent, -4.0 * up, 4.0 * up))
    for _ in range(2):
        above, below = left > form.bias, left < 1 - form.bias
        x = x * select(above, x.like(2.0**up), select(below, x.like(2.0**down), x.like(1.0)))
        left = left - select(above, left.like(up), select(below, left.like(down), left.like(0)))
    left = select(left > form.bias, left.like(form.bias), select(left < 1 - form.bias, left.like(1 - form.bias), left))
    return x * power_of_two(left)


def spacing(x: Value) -> Value:
    """The step to the next float away from 0."""
    pattern = x.pattern()
    smallest = pattern.like(1).from_pattern()
    step = (pattern + 1).from_pattern() - x
    return select(x == 0.0, smallest, select(absolute(x) < math.inf, step, x.like(math.nan)))


def complex_of(real: Value, imag: Value) -> Complex:
    return Complex(real, imag)


def heaviside(x: Value, y: Value) -> Value:
    """0, y or 1, as x is below, at or above 0; NaN for NaN."""
    return select(x != x, x, select(x == 0.0, y, select(x < 0.0, x.like(0.0), x.like(1.0))))


def radians(x: Value) -> Value:
    return x * (x.like(math.pi) / 180.0)


def degrees(x: Value) -> Value:
    return x * (180.0 / x.like(math.pi))


def bitwise_count(x: Value) -> Value:
    return absolute(x).called("llvm.ctpop").to("u8")


def magnitudes(x: Value, y: Value) -> tuple[Value, Value]:
    """The absolute values, unsigned: that of the smallest integer fits too."""
    return absolute(x).unsigned(), absolute(y).unsigned()


def divisor(x: Value, y: Value) -> Value:
    """The greatest common divisor of unsigned integers, by Euclid's algorithm."""
    builder = x.builder
    before = builder.block
    head, step, done = (builder.append_basic_block(name) for name in ("gcd", "gcd.step", "gcd.done"))
    builder.branch(head)
    builder.position_at_end(head)
    a, b = builder.phi(x.ir.type), builder.phi(x.ir.type)
    builder.cbranch((x.made(b) == 0).ir, done, step)
    builder.position_at_end(step)
    rest = x.made(a) % x.made(b)
    builder.branch(head)
    for node, first, next_ in ((a, x, b), (b, y, rest.ir)):
        node.add_incoming(first.ir, before)
        node.add_incoming(next_, step)
    builder.position_at_end(done)
    return x.made(a)


def gcd(x: Value, y: Value) -> Value:
    found = divisor(*magnitudes(x, y))
    return found.signed() if x.kind == "i" else found


def lcm(x: Value, y: Value) -> Value:
    """0 where either is 0."""
    first, second = magnitudes(x, y)
    common = divisor(first, second)
    found = first / select(common == 0, common.like(1), common) * second
    return found.signed() if x.kind == "i" else found

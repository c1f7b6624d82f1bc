"""Random numbers: Philox4x32-10, its uniform and normal transforms, and the functions that fill a block of 1,024 elements.

Element i depends on (seed, draw, i) only. The counter is (block and position, draw), the key the seed. Philox is by J. K. Salmon,
M. A. Moraes, R. O. Dror and D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011; the normal transform by G. E. P.
Box and M. E. Muller (1958). No transform calls the C library, so that the loops vectorise.
"""

from __future__ import annotations

from typing import Any

from lazytensor.compiler.codegen.elementary.arithmetic import square_root
from lazytensor.compiler.codegen.elementary.coefficients import FLOAT64
from lazytensor.compiler.codegen.elementary.logarithmic import log_of, split_float
from lazytensor.compiler.codegen.elementary.trigonometric import sine_cosine
from lazytensor.compiler.codegen.elementary.values import Value, select

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
LOW = 0xFFFFFFFF


def philox(counter: Value, draw: Value, seed: Value) -> tuple[Value, Value, Value, Value]:
    """Four random 32-bit words, held in 64 bits as the products are: one vector multiplication gives both halves."""
    words = [counter & LOW, counter >> 32, draw & LOW, draw >> 32]
    keys = [seed & LOW, seed >> 32]
    for _ in range(ROUNDS):
        first, second = words[0] * MULTIPLIERS[0], words[2] * MULTIPLIERS[1]
        words = [(second >> 32) ^ words[1] ^ keys[0], second & LOW, (first >> 32) ^ words[3] ^ keys[1], first & LOW]
        keys = [key + weyl & LOW for key, weyl in zip(keys, WEYL, strict=True)]
    return words[0], words[1], words[2], words[3]


def bits(counter: Value, draw: Value, seed: Value) -> tuple[Value, Value]:
    """Two random 64-bit words."""
    a, b, c, d = philox(counter, draw, seed)
    return b << 32 | a, d << 32 | c


def uniform_wide(counter: Value, draw: Value, seed: Value) -> tuple[Value, Value]:
    """Two float64 in [0, 1), multiples of 2**-53."""
    first, second = bits(counter, draw, seed)
    return (first >> 11).signed().to("f64") * 2.0**-53, (second >> 11).signed().to("f64") * 2.0**-53


def uniform_narrow(counter: Value, draw: Value, seed: Value) -> tuple[Value, ...]:
    """Four float32 in [0, 1), multiples of 2**-24."""
    return tuple((word >> 8).to("i32").to("f32") * 2.0**-24 for word in philox(counter, draw, seed))


def box_muller(uniform: Value, quadrant: Value, turn: Value) -> tuple[Value, Value]:
    """Two normals from a uniform in (0, 1], a quadrant (the low two bits) and an angle in it, turn * pi/2 with |turn| <= 1/2."""
    radius = square_root(-2.0 * log_of(*split_float(uniform)))
    sine, cosine = sine_cosine(turn * uniform.format.half_pi[0], turn.like(0.0))
    odd = (quadrant & 1) != 0
    sign_of_sine = (quadrant & 2) << (uniform.bits - 2)
    sign_of_cosine = (quadrant + 1 & 2) << (uniform.bits - 2)
    y = (select(odd, cosine, sine).pattern() ^ sign_of_sine).from_pattern()
    x = (select(odd, sine, cosine).pattern() ^ sign_of_cosine).from_pattern()
    return radius * x, radius * y


def normal_wide(counter: Value, draw: Value, seed: Value) -> tuple[Value, Value]:
    """Two float64 normals."""
    first, second = bits(counter, draw, seed)
    uniform = ((first >> 11).signed() + 1).to("f64") * 2.0**-53
    # The low 52 bits as the mantissa of a float in [1, 2); the top two choose the quadrant.
    turn = ((second & FLOAT64.mantissa_mask) | FLOAT64.one_pattern).from_pattern() - 1.5
    return box_muller(uniform, (second >> 62).signed(), turn)


def normal_narrow(counter: Value, draw: Value, seed: Value) -> tuple[Value, ...]:
    """Four float32 normals. The uniform keeps all 32 bits of its word, so that the tail reaches 6.6."""
    words = [word.to("u32") for word in philox(counter, draw, seed)]
    result: list[Value] = []
    for radial, angular in ((words[0], words[1]), (words[2], words[3])):
        # Twice 31 bits and a half: a signed conversion, as unsigned ones are slow without AVX-512.
        uniform = ((radial >> 1).signed().to("f32") + 0.5) * 2.0**-31
        turn = (angular & 0x3FFFFFFF).signed().to("f32") * 2.0**-30 - 0.5
        result.extend(box_muller(uniform, (angular >> 30).signed(), turn))
    return tuple(result)


def fillers() -> dict[str, Any]:
    """The functions fill(pointer, block, seed, draw), each writing elements block*1024 to block*1024 + 1023 of the stream."""
    import numba  # delayed: start-up time

    from lazytensor.compiler.codegen.elementary.intrinsics import function

    def filler(generate: Any, count: int) -> Any:
        each = 1024 // count

        # A result's elements lie `each` apart, so that neighbouring counters fill whole vectors.
        def fill_two(pointer, block, seed, draw):  # type: ignore[no-untyped-def]
            for index in range(each):
                first, second = generate(block * each + index, draw, seed)
                pointer[index] = first
                pointer[each + index] = second

        def fill_four(pointer, block, seed, draw):  # type: ignore[no-untyped-def]
            for index in range(each):
                first, second, third, fourth = generate(block * each + index, draw, seed)
                pointer[index] = first
                pointer[each + index] = second
                pointer[2 * each + index] = third
                pointer[3 * each + index] = fourth

        wrappers: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        # fastmath is named, as otherwise the first caller's setting would be taken over and kept.
        options: dict[str, Any] = {"nogil": True, "fastmath": False, "error_model": "numpy", **wrappers}
        return numba.njit(**options)(fill_two if count == 2 else fill_four)

    names = {}
    for name, body, suffix, count in (
        ("bits", bits, "u64", 2),
        ("uniform", uniform_wide, "f64", 2),
        ("uniform", uniform_narrow, "f32", 4),
        ("normal", normal_wide, "f64", 2),
        ("normal", normal_narrow, "f32", 4),
    ):
        generate = function(f"{name}_words_{suffix}", body, ("u64",) * 3, *(suffix,) * count)
        names[f"fill_{name}_{suffix}"] = filler(generate, count)
    names["philox_words"] = function("philox_words", philox, ("u64",) * 3, *("u64",) * 4)
    return names

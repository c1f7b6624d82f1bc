"""Constants of the elementary functions: float formats, split constants, and minimax polynomials.

The polynomials are our own Remez fits, lowest coefficient first, rounded one coefficient at a time to the precision evaluating
them. A pair (high, low) is one constant in two floats of that precision; a short high part ends in zeros, so that its product
with an exponent is exact.
"""

from __future__ import annotations

from functools import cache
from struct import pack
from typing import NamedTuple

Polynomial = tuple[float, ...]
Pair = tuple[float, float]


class Format(NamedTuple):
    """A float format and the coefficients for its precision."""

    bits: int
    mantissa: int
    bias: int
    tiny: float
    subnormal_scale: float
    subnormal_shift: int
    log2_e: Pair
    log10_e: Pair
    ln2: Pair
    ln2_short: Pair
    log10_2_short: Pair
    half_pi: Pair
    tan_pi_8: float
    tan_3_pi_8: float
    sqrt_half: int
    exp_range: Pair
    exp2_range: Pair
    expm1_low: float
    identity: float
    tanh_high: float
    log1p_identity: float
    square_large: float
    erf_high: float
    exp: Polynomial
    expm1: Polynomial
    exp2: Polynomial
    log: Polynomial
    sin: Polynomial
    cos: Polynomial
    atan: Polynomial
    asin: Polynomial
    sinh: Polynomial
    cosh: Polynomial
    tanh: Polynomial
    cube_root: Polynomial
    erf_small: Polynomial
    erf_large: Polynomial

    @property
    def suffix(self) -> str:
        return f"f{self.bits}"

    @property
    def magic(self) -> float:
        """Added to a float, leaves its nearest integer in the low bits of the sum's pattern."""
        return 1.5 * 2.0**self.mantissa

    @property
    def magic_pattern(self) -> int:
        return ((self.bias + self.mantissa) << self.mantissa) | (1 << (self.mantissa - 1))

    @property
    def one_pattern(self) -> int:
        return self.bias << self.mantissa

    @property
    def infinity_pattern(self) -> int:
        return (2 * self.bias + 1) << self.mantissa

    @property
    def mantissa_mask(self) -> int:
        return (1 << self.mantissa) - 1

    @property
    def sign_mask(self) -> int:
        return 1 << (self.bits - 1)

    @property
    def exponent_reader(self) -> int:
        """Pattern of 2**mantissa: or-ed with a small integer it makes the float 2**mantissa + integer."""
        return (self.bias + self.mantissa) << self.mantissa


hexadecimal = float.fromhex

# fmt: off
FLOAT32 = Format(
    bits=32,
    mantissa=23,
    bias=127,
    tiny=2.0**-126,
    subnormal_scale=2.0**23,
    subnormal_shift=23,
    log2_e=(hexadecimal("0x1.715476p+0"), hexadecimal("0x1.4ae0cp-26")),
    log10_e=(hexadecimal("0x1.bcb7b2p-2"), hexadecimal("-0x1.5b235ep-27")),
    ln2=(hexadecimal("0x1.62e430p-1"), hexadecimal("-0x1.05c61p-29")),
    ln2_short=(hexadecimal("0x1.62e8p-1"), hexadecimal("-0x1.e8082ep-16")),
    log10_2_short=(hexadecimal("0x1.344p-2"), hexadecimal("0x1.3509f8p-18")),
    half_pi=(hexadecimal("0x1.921fb6p+0"), hexadecimal("-0x1.777a5cp-25")),
    tan_pi_8=0.4142135679721832,
    tan_3_pi_8=2.4142136573791504,
    sqrt_half=0x3F3504F3,
    exp_range=(-104.0, 89.0),
    exp2_range=(-151.0, 129.0),
    expm1_low=-20.0,
    identity=1e-30,
    tanh_high=10.0,
    log1p_identity=2.0**-26,
    square_large=2.0**14,
    erf_high=4.0,
    exp=(
        0.4999999403953552, 0.16666515171527863, 0.041668083518743515, 0.008369348011910915, 0.0013840366154909134,
    ),
    expm1=(
        0.5, 0.1666666567325592, 0.04166646674275398, 0.008333642035722733, 0.0013934988528490067, 0.00019667446031235158,
    ),
    exp2=(
        0.6931471824645996, 0.24022650718688965, 0.05550400912761688, 0.009618083015084267, 0.0013342777965590358,
        0.0001545389968669042, 1.3013868738198653e-05,
    ),
    log=(
        0.3333331048488617, -0.25000321865081787, 0.20002509653568268, -0.16651156544685364, 0.14197379350662231,
        -0.12682901322841644, 0.12327557057142258, -0.10231085121631622, 0.04044737666845322,
    ),
    sin=(-0.1666666716337204, 0.008333378471434116, -0.00019852464902214706, 2.824350303853862e-06),
    cos=(0.04166664555668831, -0.0013887288514524698, 2.4428207325399853e-05),
    atan=(
        -0.33333316445350647, 0.19998528063297272, -0.14244377613067627, 0.10598943382501602, -0.060891516506671906,
    ),
    asin=(
        0.16666659712791443, 0.07500521093606949, 0.04451363533735275, 0.03183605149388313, 0.014329235069453716,
        0.0376729890704155,
    ),
    sinh=(0.1666666716337204, 0.008333176374435425, 0.0001997301005758345),
    cosh=(0.04166645556688309, 0.0013935841852799058),
    tanh=(
        -0.33333298563957214, 0.13331936299800873, -0.05378471687436104, 0.02079862542450428, -0.005897966679185629,
    ),
    cube_root=(0.999776303768158, -0.3364551067352295, 0.2363927662372589, -0.13704217970371246),
    erf_small=(
        0.12837916612625122, -0.3761262595653534, 0.11283578723669052, -0.026853347197175026, 0.005187162198126316,
        -0.0007997853099368513, 7.806903886375949e-05,
    ),
    erf_large=(
        -0.0001824592618504539, 1.1295521259307861, 0.6332720518112183, 0.10836217552423477, -0.025172367691993713,
        0.004191131796687841, -0.00043860115692950785, 2.1453079170896672e-05,
    ),
)

FLOAT64 = Format(
    bits=64,
    mantissa=52,
    bias=1023,
    tiny=2.0**-1022,
    subnormal_scale=2.0**54,
    subnormal_shift=54,
    log2_e=(hexadecimal("0x1.71547652b82fep+0"), hexadecimal("0x1.777d0ffda0d24p-56")),
    log10_e=(hexadecimal("0x1.bcb7b1526e50ep-2"), hexadecimal("0x1.95355baaafad3p-57")),
    ln2=(hexadecimal("0x1.62e42fefa39efp-1"), hexadecimal("0x1.abc9e3b39803fp-56")),
    ln2_short=(hexadecimal("0x1.62e42fefa4p-1"), hexadecimal("-0x1.8432a1b0e2634p-43")),
    log10_2_short=(hexadecimal("0x1.34413509f8p-2"), hexadecimal("-0x1.80433b83b532ap-44")),
    half_pi=(hexadecimal("0x1.921fb54442d18p+0"), hexadecimal("0x1.1a62633145c07p-54")),
    tan_pi_8=0.41421356237309503,
    tan_3_pi_8=2.414213562373095,
    sqrt_half=0x3FE6A09E667F3BCD,
    exp_range=(-746.0, 710.0),
    exp2_range=(-1076.0, 1025.0),
    expm1_low=-40.0,
    identity=1e-290,
    tanh_high=22.0,
    log1p_identity=2.0**-55,
    square_large=2.0**28,
    erf_high=6.0,
    exp=(
        0.5000000000000011, 0.16666666666666335, 0.04166666666652444, 0.008333333333456802, 0.0013888888946214275,
        0.00019841269727186568, 2.4801489319618138e-05, 2.7557290318945812e-06, 2.7631936413578875e-07,
        2.5119862548065646e-08,
    ),
    expm1=(
        0.5000000000000001, 0.1666666666666667, 0.041666666666642815, 0.008333333333323565, 0.0013888888901359604,
        0.00019841269887839875, 2.480156168071663e-05, 2.7557236133370155e-06, 2.7579950643014115e-07,
        2.511385612265219e-08, 1.3693502204453218e-09,
    ),
    exp2=(
        0.6931471805599453, 0.2402265069591007, 0.05550410866482337, 0.009618129107630217, 0.0013333558146036383,
        0.00015403530388958525, 1.5252734162523251e-05, 1.3215491194302148e-06, 1.017793447022395e-07,
        7.0530594812190274e-09, 4.4729560875306445e-10, 2.8457100912489404e-11,
    ),
    log=(
        0.6666666666666735, 0.3999999999940874, 0.28571428743912924, 0.2222219839860598, 0.1818357424055935,
        0.1531377710326936, 0.1479887071731635,
    ),
    sin=(
        -0.16666666666666624, 0.008333333333320264, -0.0001984126982799132, 2.7557313037445414e-06, -2.505065270752075e-08,
        1.589055094661448e-10,
    ),
    cos=(
        0.04166666666666658, -0.0013888888888870827, 2.480158728736453e-05, -2.755731372648096e-07, 2.087563660290883e-09,
        -1.1355091308730452e-11,
    ),
    atan=(
        -0.333333333333332, 0.1999999999995363, -0.1428571428017746, 0.11111110781458457, -0.09090897674426696,
        0.07692058340357583, -0.06663078862042339, 0.05847681183685942, -0.05038267266518632, 0.038035928846712315,
        -0.01787360196189158,
    ),
    asin=(
        0.16666666666666763, 0.07499999999970118, 0.044642857175278924, 0.030381942675127314, 0.02237221592195379,
        0.01735159503429987, 0.013981025925760227, 0.01139721987312152, 0.010789793279352203, 0.003670196041008598,
        0.021795929498608795, -0.021124751788785468, 0.03270749595067837,
    ),
    sinh=(
        0.16666666666666677, 0.00833333333332137, 0.00019841269886883698, 2.75572433607722e-06, 2.510935944649663e-08,
    ),
    cosh=(
        0.041666666666666685, 0.0013888888888873242, 2.480158734935727e-05, 2.755725163331595e-07, 2.0921841926890702e-09,
    ),
    tanh=(
        -0.33333333333333126, 0.13333333333299813, -0.053968253949361486, 0.021869488003971965, -0.008863226794866105,
        0.003592037513371583, -0.0014552160278776835, 0.0005871905308214555, -0.00023040104378763064,
        7.931873052345572e-05, -1.7181063268148824e-05,
    ),
    cube_root=(0.9999761933233939, -0.33289729479614594, 0.22438618236271782, -0.18898732210597277, 0.1282845895210047),
    erf_small=(
        0.1283791670955126, -0.376126389031841, 0.11283791670971098, -0.026866170648031023, 0.005223977652694219,
        -0.0008548328536458402, 0.00012055386256247848, -1.4926884380265708e-05, 1.6481135627048068e-06,
        -1.6558332186519112e-07, 1.6024334472658674e-08, -1.6520552211116439e-09, 1.4461262734676854e-10,
    ),
    erf_large=(
        -2.7381848997136868e-08, 1.128379514957242, 0.636617681272187, 0.10278051655368363, -0.019149602845157133,
        -0.00016669507883261921, 0.0016296085011456357, -0.0005067492929445237, -5.878208917037332e-05,
        0.00013478607383823622, -7.751200849784426e-05, 2.9802644129712483e-05, -8.730539682215886e-06,
        2.0249279933002305e-06, -3.75069900501869e-07, 5.5092649058713e-08, -6.291350587610451e-09, 5.391817354606507e-10,
        -3.2638905002867794e-11, 1.2441242776322949e-12, -2.2448375170825413e-14,
    ),
)

FORMATS: dict[int, Format] = {32: FLOAT32, 64: FLOAT64}

# For pow of float32, in float64: log2(1 + f) / f.
LOG2_POW: Polynomial = (
    1.4426950409394064, -0.721347525218719, 0.4808983207061981, -0.36067279966965476, 0.2885406444945884, -0.24050421261377058,
    0.20609626845524637, -0.17904632184858268, 0.15900075384639956, -0.15698567420299353, 0.15486368632943637,
    -0.08634663200710238,
)

# For pow: log(1 + f) = 2 s + s**3 (2/3 + s**2 P(s**2)), s = f / (2 + f).
LOG_POW: Polynomial = (
    0.39999999999999974, 0.28571428571447044, 0.22222222217070128, 0.1818181892711323, 0.15384553023690137,
    0.1333646441862084, 0.11671854259233627, 0.12013542222963995,
)
TWO_THIRDS: Pair = (hexadecimal("0x1.5555555555555p-1"), hexadecimal("0x1.5555555555555p-55"))

# For erfc: b, and exp(x*x) erfc(x) (x + b) by (x - b) / (x + b) for x >= 0.48, up to where a float32 or a float64 underflows.
ERFC_NARROW: tuple[float, Polynomial] = (
    2.0,
    (
        1.021582705268349, -0.6871606824852773, 0.2794720869827121, -0.036442332981986694, -0.021510481384682,
        0.006480687642281569, 0.0030885319945521297, -0.00084657584746694, -0.000652397053231535, 6.099761976586377e-05,
        0.00011944123364184407,
    ),
)
ERFC_WIDE: tuple[float, Polynomial] = (
    4.0,
    (
        1.095995661000491, -0.976548729080882, 0.7732087022652362, -0.5408538313132353, 0.3308515878780741,
        -0.17401093723993857, 0.07638151490772851, -0.026370053340066566, 0.006112055676391645, -0.0002809588697280919,
        -0.0004550528429010128, 0.00017681285244681698, -3.634408887779137e-06, -1.886103981990429e-05,
        4.692073121190336e-06, 1.4245954740521192e-06, -8.416275447237254e-07, -7.612826159610218e-08,
        1.1870004784549152e-07, 1.3269799202854875e-09, -1.187052526190558e-08,
    ),
)
# fmt: on

# The first 1216 binary digits of 2/pi.
TWO_OVER_PI_DIGITS = 1216
TWO_OVER_PI = int(
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424d"
    "d2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639"
    "835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f46"
    "3f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6bab",
    16,
)

# For float32: 2/pi for arguments below 2**47, then 2/pi for each further 21 exponents without the multiples of 4 / (their last
# bit), which change no quadrant. The second part's product stays below 2**-6.
NARROW_FIRST = 47
NARROW_STEP = 21


def two_over_pi_parts(shift: int, modulus: int, positions: tuple[int, ...]) -> tuple[float, ...]:
    """2/pi * 2**shift modulo 2**modulus as a sum of floats: one down to each binary place, and one for the rest."""
    kept = TWO_OVER_PI_DIGITS
    rest = (TWO_OVER_PI << shift if shift >= 0 else TWO_OVER_PI >> -shift) & ((1 << (kept + modulus)) - 1)
    parts = []
    for position in (*positions, kept):
        part = rest >> (kept - position) << (kept - position)
        parts.append(part / (1 << kept))
        rest -= part
    return tuple(parts)


def narrow_parts(step: int) -> Pair:
    """2/pi in two floats, for the arguments of one step."""
    if step == 0:
        high, low = two_over_pi_parts(0, 0, (53,))
        return high, low
    last = NARROW_FIRST + NARROW_STEP * (step - 1) - FLOAT32.mantissa
    high, low = two_over_pi_parts(last, 2, (51,))
    return high * 2.0**-last, low * 2.0**-last


NARROW_PARTS = tuple(narrow_parts(step) for step in range(5))

# The table for float64 starts at the exponent below which an argument's quadrant is 0 whatever is done.
REDUCTION_START = 1023 - 30


@cache
def reduction_table() -> tuple[tuple[float, ...], ...]:
    """For each exponent field from REDUCTION_START, 2/pi * 2**(exponent of the argument's last bit), modulo 4, in four parts.

    The mantissa is an integer, so the multiples of 4 left out change no quadrant. Parts of 53 bits, enough for 115 correct ones
    after the worst cancellation of a float64 argument (61 bits).
    """
    fields = range(REDUCTION_START, 2 * FLOAT64.bias + 1)
    return tuple(two_over_pi_parts(field - FLOAT64.bias - FLOAT64.mantissa, 2, (51, 104, 157)) for field in fields)


@cache
def reduction_text() -> str:
    """The table as LLVM writes a constant."""
    rows = (", ".join(f"double {part_text(part)}" for part in row) for row in reduction_table())
    return "[" + ", ".join(f"[4 x double] [{row}]" for row in rows) + "]"


def part_text(part: float) -> str:
    return "0x" + pack(">d", part).hex()

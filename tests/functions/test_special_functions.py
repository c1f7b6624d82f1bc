"""Every name of `lazytensor.special` against SciPy: the rows that call it, which must agree exactly, and the compositions."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.special
from comparison import FLOATS, LAYOUTS, assert_same, sample

import lazytensor as lt
from lazytensor.compiler.ops import special as ops
from lazytensor.compiler.ops.row import Kind, Op

CALLING = [row for row in vars(ops).values() if isinstance(row, Op) and row.kind is Kind.LIBRARY]
NAMES = [row.name for row in CALLING if row.name not in ("riemann_zeta", "hurwitz_zeta")]
ARITY = {row.name: row.arity for row in CALLING}
SPECIALS = (0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 2.0)
# A degree is a signed integer here.
INTEGER_ORDER = ("eval_hermite", "eval_hermitenorm")
# Of infinite operands SciPy's own does not come back.
FINITE = ("hyp1f1",)
# SciPy's complex loops would need complex samples.
ONLY_COMPLEX = ("wofz",)


def oracle(name: str, *args: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.asarray(getattr(scipy.special, name)(*args))


def operands(name: str, dtype: str, shape: tuple[int, ...]) -> list[Any]:
    """Samples on which SciPy does not warn: orders are whole."""
    found = []
    for place in range(ARITY[name]):
        values = sample(dtype, shape, seed=place, low=0.05, high=3, specials=() if name in FINITE else SPECIALS)
        whole = place in WHOLE.get(name, ())
        if name in INTEGER_ORDER and place == 0:
            values = sample("int64", shape, seed=place, low=0, high=6)
        elif whole and np.dtype(dtype).kind == "f":
            values = sample("int64", shape, seed=place, low=0, high=6).astype(dtype)
        found.append(values)
    return found


WHOLE = {"kn": (0,), "yn": (0,), "expn": (0,), "nbdtr": (0, 1)}


@pytest.mark.parametrize("name", NAMES)
def test_rows(name: str) -> None:
    function = getattr(lt.special, name)
    for dtype in ("float32", "float64", "int32", "int8", "bool"):
        arrays = operands(name, dtype, (5, 8))
        if name in ONLY_COMPLEX:
            arrays = [x.astype("complex64" if dtype == "float32" else "complex128") for x in arrays]
        assert_same(function(*[lt.asarray(x) for x in arrays]), oracle(name, *arrays))
    arrays = [x.astype("complex128") if name in ONLY_COMPLEX else x for x in operands(name, "float64", (3, 4))]
    for layout in LAYOUTS.values():
        assert_same(function(*[layout(lt.asarray(x)) for x in arrays]), oracle(name, *[layout(x) for x in arrays]))
    for x in (arrays[-1][0, 0], arrays[-1][:0]):
        args = [*[item[0, 0] for item in arrays[:-1]], x]
        assert_same(function(*[lt.asarray(item) for item in args]), oracle(name, *args))
    if len(arrays) > 1:
        rows = [item[:, :1] for item in arrays[:-1]]
        assert_same(function(*[lt.asarray(item) for item in rows], arrays[-1]), oracle(name, *rows, arrays[-1]))
        with pytest.raises(ValueError, match=name):
            function(*[np.ones(2) if place else np.ones(3, int) for place in range(len(arrays))])


@pytest.mark.parametrize("name", ["gammaln", "betainc", "expn", "jv", "hyp2f1", "ndtri", "psi", "i0e"])
def test_in_both_tiers_among_other_operations(tier: str, name: str) -> None:
    for dtype in FLOATS:
        arrays = [x[:, :4] for x in operands(name, dtype, (5, 8))]
        made = getattr(lt.special, name)(*[lt.asarray(x) * 1 for x in arrays])
        assert_same(made * 2 + 1, oracle(name, *arrays) * 2 + 1)


def test_python_scalars_are_weak(tier: str) -> None:
    x = sample("float32", (6,), low=0.1, high=3)
    t = lt.asarray(x)
    calls: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]] = [
        ("expn", (2, t), (2, x)),
        ("jv", (1.5, t), (1.5, x)),
        ("betainc", (2, 3.5, t / 4), (2, 3.5, x / 4)),
        ("gammaincc", (t, 2), (x, 2)),
        ("hyp2f1", (1, 2.0, t, 0.25), (1, 2.0, x, 0.25)),
        ("eval_legendre", (3, t), (3, x)),
        ("kn", (2, t), (2, x)),
    ]
    for name, ours, theirs in calls:
        assert_same(getattr(lt.special, name)(*ours), oracle(name, *theirs))
    for name, args in [("gamma", (3,)), ("gamma", (0.5,)), ("beta", (1.5, 2)), ("betainc", (1, 2, 0.5)), ("digamma", (True,))]:
        assert_same(getattr(lt.special, name)(*args), oracle(name, *args))
    for name in ("huber", "xlogy", "rel_entr", "boxcox", "polygamma", "inv_boxcox1p"):
        assert getattr(lt.special, name)(2.0, t).dtype == np.float32


def test_orders_that_are_not_whole_do_not_warn() -> None:
    for name in ("kn", "yn", "expn"):
        assert_same(getattr(lt.special, name)(lt.asarray([2.5, 3.0]), 1.5), oracle(name, np.asarray([2.0, 3.0]), 1.5))
        assert_same(getattr(lt.special, name)(2.5, 1.5), oracle(name, 2, 1.5))


def test_errors() -> None:
    calls: list[tuple[Any, type[Exception], str]] = [
        (lambda: lt.special.betainc(1.0, 2.0), TypeError, "betainc: expects 3 operands"),
        (lambda: lt.special.gammaln(lt.asarray([1j])), TypeError, "gammaln: expects"),
        (lambda: lt.special.zeta(lt.asarray([1j])), TypeError, "zeta: expects"),
        (lambda: lt.special.eval_hermite(1.5, 2.0), TypeError, "eval_hermite: expects"),
        (lambda: lt.special.multigammaln(3.0, 1.5), ValueError, "positive integer"),
        (lambda: lt.special.comb(3, 2, exact=True), ValueError, "exact"),
        (lambda: lt.special.perm(3, 2, exact=True), ValueError, "exact"),
        (lambda: lt.special.factorial(3, exact=True), ValueError, "exact"),
        (lambda: lt.special.gamaln, AttributeError, "the nearest there is: gammaln"),
    ]
    for call, error, match in calls:
        with pytest.raises(error, match=match):
            call()


@pytest.mark.parametrize("shapes", [((150_000,),), ((3, 50_000), (50_000,)), ((400, 300), (400, 1)), ((1, 120_000), ())])
def test_large_arrays_are_shared_between_threads(shapes: tuple[tuple[int, ...], ...]) -> None:
    arrays = [sample("float64", shape, seed=place, low=0.1, high=5) for place, shape in enumerate(shapes)]
    name = "gammaln" if len(arrays) == 1 else "gammainc"
    for threads in (1, 3):
        with lt.config.override(threads=threads):
            for turn in (lambda x: x, lambda x: x.T if x.ndim == 2 else x[::-1]):
                if len({np.ndim(x) for x in arrays}) > 1 and turn(arrays[0]) is not arrays[0]:
                    continue
                made = getattr(lt.special, name)(*[turn(lt.asarray(x)) for x in arrays])
                assert_same(made, oracle(name, *[turn(x) for x in arrays]))


# name: bounds of each operand, and units in the last place
COMPOSED: dict[str, tuple[tuple[tuple[float, float], ...], float]] = {
    "entr": (((-1, 5),), 8),
    "kl_div": (((-0.5, 5), (-0.5, 5)), 64),
    "rel_entr": (((-0.5, 5), (-0.5, 5)), 16),
    "xlogy": (((-2, 2), (0, 5)), 8),
    "xlog1py": (((-2, 2), (-0.9, 5)), 8),
    "huber": (((-1, 3), (-5, 5)), 8),
    "pseudo_huber": (((-1, 3), (-5, 5)), 16),
    "boxcox": (((0.1, 5), (-2, 2)), 32),
    "boxcox1p": (((-0.9, 5), (-2, 2)), 32),
    "inv_boxcox": (((0.1, 2), (-0.4, 2)), 64),
    "inv_boxcox1p": (((0.1, 2), (-0.4, 2)), 64),
    "softplus": (((-30, 30),), 8),
    "log_expit": (((-30, 30),), 8),
    "ndtr": (((-5, 5),), 128),
    "exp10": (((-5, 5),), 16),
    "exp2": (((-5, 5),), 8),
    "expm1": (((-5, 5),), 8),
    "log1p": (((-0.9, 5),), 8),
    "cbrt": (((-5, 5),), 8),
    "sinc": (((-0.9, 0.9),), 16),
    "round": (((-5, 5),), 0),
    "multigammaln": (((3, 9), (3, 3)), 32),
    "digamma": (((0.1, 5),), 32),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_compositions(tier: str, name: str) -> None:
    bounds, ulp = COMPOSED[name]
    for dtype in FLOATS:
        arrays = [sample(dtype, (6, 9), seed=place, low=low, high=high) for place, (low, high) in enumerate(bounds)]
        if name == "multigammaln":
            arrays[1] = 3
        args = [lt.asarray(x) if isinstance(x, np.ndarray) else x for x in arrays]
        wide = [x.astype("float64") if isinstance(x, np.ndarray) else x for x in arrays]
        assert_same(getattr(lt.special, name)(*args), oracle(name, *wide).astype(dtype), ulp, 1.0)
    whole = sample("int32", (20,), low=1, high=4)
    args = [whole + 1] if len(bounds) == 1 else [whole + 1, 2 if name == "multigammaln" else whole[::-1].copy()]
    found = getattr(lt.special, name)(*[lt.asarray(x) if isinstance(x, np.ndarray) else x for x in args])
    if name != "round":
        assert_same(found, oracle(name, *[x.astype("float64") if isinstance(x, np.ndarray) else x for x in args]), ulp, 1.0)


# NumPy's ufuncs, whose promotion is NumPy's.
NUMPYS = ("cbrt", "exp2", "expm1", "log1p", "round")
NARROW = ("bool", "int8", "uint8", "int16", "uint16")


PROMOTED = [*sorted(set(COMPOSED) - {"multigammaln", *NUMPYS}), "erf", "erfc", "expit", "i0", "zeta", "comb", "perm"]


def wide_oracle(name: str, *args: Any) -> Any:
    """SciPy's answer, in float32 where it is float16, which no tensor has."""
    found = oracle(name, *args)
    return oracle(name, *[x.astype("float32") for x in args]) if found.dtype == np.float16 else found


def promoted_operands(name: str, dtypes: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not hasattr(scipy.special, name):
        pytest.skip(f"this SciPy has no {name}")
    arity = len(COMPOSED[name][0]) if name in COMPOSED else 2 if name in ("comb", "perm", "zeta") else 1
    return list(itertools.product(dtypes, repeat=arity))


@pytest.mark.versions
@pytest.mark.parametrize("name", PROMOTED)
def test_promotion_is_that_of_the_installed_scipy(name: str) -> None:
    for dtypes in promoted_operands(name, (*NARROW, "int32", "float32", "float64")):
        arrays = [np.ones(3, dtype) for dtype in dtypes]
        try:
            expected = wide_oracle(name, *arrays)
        except TypeError:  # a subtraction of booleans
            continue
        assert getattr(lt.special, name)(*[lt.asarray(x) for x in arrays]).dtype == expected.dtype, dtypes
    assert lt.special.logit(lt.asarray([True])).dtype == oracle("logit", np.ones(1, bool)).dtype
    x = lt.ones(2, dtype=lt.int8)
    assert lt.special.xlogy(x, 2.0).dtype == scipy.special.xlogy(np.ones(2, np.int8), 2.0).dtype


@pytest.mark.versions
@pytest.mark.parametrize("name", PROMOTED)
def test_values_of_small_integers(tier: str, name: str) -> None:
    for dtypes in promoted_operands(name, ("uint8",)):
        arrays = [np.arange(1, 4, dtype=dtype)[::step].copy() for dtype, step in zip(dtypes, (1, -1), strict=False)]
        ulp = COMPOSED[name][1] if name in COMPOSED else 70
        assert_same(getattr(lt.special, name)(*[lt.asarray(x) for x in arrays]), wide_oracle(name, *arrays), ulp, 1.0)


@pytest.mark.parametrize(
    "name", ["entr", "kl_div", "rel_entr", "xlogy", "xlog1py", "huber", "pseudo_huber", "softplus", "log_expit"]
)
def test_edges(tier: str, name: str) -> None:
    values = np.asarray([0.0, 1.0, -1.0, 2.0, np.inf, -np.inf, np.nan, 1e-300, 1e300, 1 + 1e-12])
    arrays = [values] if name in ("entr", "softplus", "log_expit") else [values[:, None], values]
    if name in ("huber", "pseudo_huber"):
        arrays = [x[np.isfinite(x) & (np.abs(x) < 1e100) & (np.abs(x) != 1e-300)] for x in (values, values)]
        arrays[0] = arrays[0][:, None]
    if name in ("kl_div", "rel_entr"):
        arrays = [x[~np.isinf(x)] for x in (values, values)]
        if name == "kl_div":  # SciPy's quotient overflows
            arrays = [x[(x != 1e300) & (x != 1e-300)] for x in arrays]
        arrays[0] = arrays[0][:, None]
    assert_same(getattr(lt.special, name)(*[lt.asarray(x) for x in arrays]), oracle(name, *arrays), 8)


@pytest.mark.newest
def test_gamma_and_zeta(tier: str) -> None:
    n, k = np.arange(-1, 9), np.arange(-1, 9)[:, None]
    for repetition in (False, True):
        expected = scipy.special.comb(n, k, repetition=repetition)
        assert_same(lt.special.comb(lt.asarray(n), lt.asarray(k), repetition=repetition), expected, 4)
    assert_same(lt.special.perm(lt.asarray(n), lt.asarray(k)), scipy.special.perm(n, k), 4)
    assert_same(lt.special.factorial(lt.asarray(n)), scipy.special.factorial(n), 4)
    x = sample("float64", (20,), low=1.1, high=9)
    assert_same(lt.special.zeta(lt.asarray(x)), scipy.special.zeta(x))
    assert_same(lt.special.zeta(lt.asarray(x), 2), scipy.special.zeta(x, 2))
    assert lt.special.zeta(lt.asarray(x.astype("float32"))).dtype == np.float32
    for order in (0, 1, 2, 5):
        assert_same(lt.special.polygamma(order, lt.asarray(x)), scipy.special.polygamma(order, x), 4)
    assert np.isnan(lt.special.multigammaln(lt.asarray([0.5, 2.0]), 3).numpy()[0])


def test_logsumexp_with_signs(tier: str) -> None:
    x, b = sample("float64", (4, 5)), sample("float64", (4, 5), seed=1)
    for axis, keepdims in [(None, False), (1, False), (0, True)]:
        ours = lt.special.logsumexp(lt.asarray(x), axis, b, keepdims, return_sign=True)
        theirs = scipy.special.logsumexp(x, axis, b, keepdims, return_sign=True)
        for found, wanted in zip(ours, theirs, strict=True):
            assert_same(found, np.asarray(wanted), 64)


@pytest.mark.versions
def test_every_name_is_tested() -> None:
    elsewhere = {
        "erf",
        "erfc",
        "expit",
        "i0",
        "logit",
        "logsumexp",
        "softmax",
        "log_softmax",
        "comb",
        "perm",
        "factorial",
        "zeta",
        "polygamma",
    }
    assert set(lt.special.__all__) == {*NAMES, *COMPOSED, *elsewhere}
    assert {name for name in lt.special.__all__ if not hasattr(scipy.special, name)} <= {"softplus"}  # SciPy has it since 1.15
    assert all(callable(getattr(lt.special, name)) for name in lt.special.__all__)

"""Rows of SciPy's special functions, which is imported when one is first needed.

Those with a kernel expression are elementwise; the rest call SciPy on whole arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.executors import load_executors
from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import by_rows, call, elementwise, reals
from lazytensor.compiler.ops.row import Domain, Kind, Op, Signature
from lazytensor.compiler.shield import complete
from lazytensor.compiler.tuning import ROWS_GRAIN


def _scipy(name: str) -> Any:
    """SciPy's function, under SCIPY_ARRAY_API=1 without the wrapper that looks for the library of its operands."""
    load_executors()
    complete("scipy.special")
    import scipy.special  # delayed: start-up time

    function = getattr(scipy.special, name)
    return getattr(function, "__wrapped__", function)


def _narrow(argument: Any) -> bool:
    """Whether an operand is a boolean, or an integer that every float32 can stand for."""
    return argument is bool or (isinstance(argument, np.dtype) and argument.kind in "biu" and argument.itemsize <= 2)


def promotion(name: str, accepted: str = "biufc") -> rules.Rule:
    """The promotion of SciPy's function, all operands being computed in the dtype of the result.

    Booleans and integers of 8 and 16 bits give float32 in some functions and releases, float64 in others: SciPy is asked. What else
    there is gives the common dtype, float64 in the place of integers, and SciPy need not be imported for that.
    """
    common = rules.inexact(name, accepted)

    def rule(*arguments: Any) -> Signature:
        found = common(*arguments)
        if not any(map(_narrow, arguments)):
            return found
        try:
            dtype = _answer(name, arguments)
        except (AttributeError, TypeError):  # SciPy does not have it yet, or refuses to subtract booleans
            return found
        return Signature((dtype,) * len(arguments), dtype)

    return rule


def _answer(name: str, arguments: tuple[Any, ...]) -> np.dtype[Any]:
    """The dtype of SciPy's result: by the loops of a ufunc, else by calling it."""
    function = _scipy(name)
    if isinstance(function, np.ufunc):
        return rules.by_ufunc(name, function)(*arguments).result
    with np.errstate(all="ignore"):
        dtype: np.dtype[Any] = np.asarray(
            function(*[item(1) if isinstance(item, type) else np.ones(1, item) for item in arguments])
        ).dtype
    return rules.FLOAT32 if dtype.char == "e" else dtype


def special(name: str, *, kernel: str, domain: Domain, flops: float, ulp: float, doc: str) -> Op:
    """A row of SciPy's function of that name, on real operands."""

    def reference(x: Any) -> Any:
        return _scipy(name)(x)

    return elementwise(
        name,
        reference,
        into=by_rows(reference),
        cpu=call(kernel),
        signature=promotion(name, "biuf"),
        arity=1,
        domain=domain,
        flops=flops,
        ulp=ulp,
        doc=doc,
    )


erf = special("erf", kernel="erf", domain=reals(-5, 5), flops=30, ulp=4, doc="Return the error function, element-wise.")
erfc = special(
    "erfc",
    kernel="erfc", domain=reals(-5, 9), flops=40, ulp=70,  # SciPy is 65 off at 8.6, the kernel 2
    doc="Return the complementary error function, 1 - erf(x), accurately.",
)  # fmt: skip
expit = special(
    "expit",
    kernel="sigmoid", domain=reals(-80, 80), flops=25, ulp=5,
    doc="Return the logistic sigmoid, 1 / (1 + exp(-x)).",
)  # fmt: skip


# Without a kernel


def _asked(name: str) -> rules.Rule:
    """The promotion of SciPy's ufunc."""

    def rule(*arguments: Any) -> Signature:
        return rules.by_ufunc(name, _scipy(name))(*arguments)

    return rule


def _shared(function: Callable[..., Any]) -> Callable[..., None]:
    """The `into` of a function of broadcast operands: a part of the first axis, or of all elements, at a time."""

    def into(out: Any, split: Callable[..., None], *operands: Any) -> None:
        arrays = [np.asarray(item) if np.ndim(item) else item for item in operands]
        if all(np.ndim(item) == 0 or (item.shape == out.shape and item.flags.c_contiguous) for item in arrays):
            out = out.reshape(-1)
            arrays = [item.reshape(-1) if np.ndim(item) else item for item in arrays]
        moving = [np.ndim(item) == out.ndim and item.shape[0] == len(out) for item in arrays]

        def some(start: int, stop: int) -> None:
            parts = [item[start:stop] if moves else item for item, moves in zip(arrays, moving, strict=True)]
            out[start:stop] = function(*parts)

        split(some, len(out), max(1, len(out) * ROWS_GRAIN // max(out.size, 1)))

    return into


def _truncated(x: Any) -> Any:
    """The whole part, of the same type: SciPy warns of orders that are not whole before it takes that."""
    if isinstance(x, (bool, int)):
        return x
    return (float(int(x)) if math.isfinite(x) else x) if isinstance(x, float) else np.trunc(x)


def by_scipy(
    name: str,
    doc: str,
    *,
    arity: int = 1,
    function: str = "",
    signature: rules.Rule | None = None,
    whole: tuple[int, ...] = (),
) -> Op:
    """A row of SciPy's function of that name (or of the name `function`), with a ufunc's promotion unless told otherwise; the
    operands numbered in `whole` are truncated."""

    def reference(*operands: Any) -> Any:
        values = [_truncated(item) if place in whole else item for place, item in enumerate(operands)]
        return _scipy(function or name)(*values)

    return Op(
        name=name,
        kind=Kind.LIBRARY,
        arity=arity,
        signature=signature or _asked(name),
        shape=shapes.one if arity == 1 else shapes.broadcast(name),
        reference=reference,
        into=_shared(reference),
        flops=100,
        domain=(Domain(),) * arity,
        doc=doc,
    )


# Error functions

erfcx = by_scipy("erfcx", "exp(x**2) * erfc(x): the scaled complementary error function.")
erfi = by_scipy("erfi", "The imaginary error function, -i * erf(i * x).")
erfinv = by_scipy("erfinv", "The inverse of the error function.")
erfcinv = by_scipy("erfcinv", "The inverse of the complementary error function.")
dawsn = by_scipy("dawsn", "Dawson's integral.")
wofz = by_scipy("wofz", "The Faddeeva function, exp(-z**2) * erfc(-i * z).")
voigt_profile = by_scipy(
    "voigt_profile", "The Voigt profile: a normal of deviation y convolved with a Cauchy of half-width z.", arity=3
)
log_ndtr = by_scipy("log_ndtr", "The logarithm of the standard normal's distribution function.")
ndtri = by_scipy("ndtri", "The inverse of the standard normal's distribution function.")
ndtri_exp = by_scipy("ndtri_exp", "The inverse of log_ndtr.")
owens_t = by_scipy("owens_t", "Owen's T function.", arity=2)

# Gamma and beta functions

gamma = by_scipy("gamma", "The gamma function.")
gammaln = by_scipy("gammaln", "The logarithm of the absolute value of the gamma function.")
gammasgn = by_scipy("gammasgn", "The sign of the gamma function.")
loggamma = by_scipy("loggamma", "The principal branch of the logarithm of the gamma function.")
rgamma = by_scipy("rgamma", "The reciprocal of the gamma function.")
psi = by_scipy("psi", "The digamma function: the derivative of gammaln.")
poch = by_scipy("poch", "The rising factorial gamma(x + y) / gamma(x).", arity=2)
binom = by_scipy("binom", "The binomial coefficient, for real arguments too.", arity=2)
gammainc = by_scipy("gammainc", "The regularised lower incomplete gamma function.", arity=2)
gammaincc = by_scipy("gammaincc", "The regularised upper incomplete gamma function.", arity=2)
gammaincinv = by_scipy("gammaincinv", "The inverse of gammainc in its second argument.", arity=2)
gammainccinv = by_scipy("gammainccinv", "The inverse of gammaincc in its second argument.", arity=2)
beta = by_scipy("beta", "The beta function.", arity=2)
betaln = by_scipy("betaln", "The logarithm of the absolute value of the beta function.", arity=2)
betainc = by_scipy("betainc", "The regularised incomplete beta function.", arity=3)
betaincc = by_scipy("betaincc", "One minus the regularised incomplete beta function.", arity=3)
betaincinv = by_scipy("betaincinv", "The inverse of betainc in its last argument.", arity=3)
betainccinv = by_scipy("betainccinv", "The inverse of betaincc in its last argument.", arity=3)
zetac = by_scipy("zetac", "Riemann's zeta function less 1.")

# Bessel functions

i0e = by_scipy("i0e", "The modified Bessel function of the first kind of order 0, exponentially scaled.")
i1 = by_scipy("i1", "The modified Bessel function of the first kind of order 1.")
i1e = by_scipy("i1e", "The modified Bessel function of the first kind of order 1, exponentially scaled.")
k0 = by_scipy("k0", "The modified Bessel function of the second kind of order 0.")
k0e = by_scipy("k0e", "The modified Bessel function of the second kind of order 0, exponentially scaled.")
k1 = by_scipy("k1", "The modified Bessel function of the second kind of order 1.")
k1e = by_scipy("k1e", "The modified Bessel function of the second kind of order 1, exponentially scaled.")
iv = by_scipy("iv", "The modified Bessel function of the first kind of real order x.", arity=2)
ive = by_scipy("ive", "The modified Bessel function of the first kind of real order x, exponentially scaled.", arity=2)
kn = by_scipy("kn", "The modified Bessel function of the second kind of integer order x.", arity=2, whole=(0,))
kv = by_scipy("kv", "The modified Bessel function of the second kind of real order x.", arity=2)
kve = by_scipy("kve", "The modified Bessel function of the second kind of real order x, exponentially scaled.", arity=2)
j0 = by_scipy("j0", "The Bessel function of the first kind of order 0.")
j1 = by_scipy("j1", "The Bessel function of the first kind of order 1.")
y0 = by_scipy("y0", "The Bessel function of the second kind of order 0.")
y1 = by_scipy("y1", "The Bessel function of the second kind of order 1.")
jv = by_scipy("jv", "The Bessel function of the first kind of real order x.", arity=2)
jve = by_scipy("jve", "The Bessel function of the first kind of real order x, exponentially scaled.", arity=2)
yn = by_scipy("yn", "The Bessel function of the second kind of integer order x.", arity=2, whole=(0,))
yv = by_scipy("yv", "The Bessel function of the second kind of real order x.", arity=2)
yve = by_scipy("yve", "The Bessel function of the second kind of real order x, exponentially scaled.", arity=2)
struve = by_scipy("struve", "The Struve function of order x.", arity=2)

# Elliptic, hypergeometric and exponential integrals

ellipk = by_scipy("ellipk", "The complete elliptic integral of the first kind.")
ellipkm1 = by_scipy("ellipkm1", "The complete elliptic integral of the first kind, around m = 1.")
ellipe = by_scipy("ellipe", "The complete elliptic integral of the second kind.")
ellipkinc = by_scipy("ellipkinc", "The incomplete elliptic integral of the first kind.", arity=2)
ellipeinc = by_scipy("ellipeinc", "The incomplete elliptic integral of the second kind.", arity=2)
agm = by_scipy("agm", "The arithmetic-geometric mean.", arity=2)
hyp0f1 = by_scipy("hyp0f1", "The confluent hypergeometric limit function.", arity=2)
hyp1f1 = by_scipy("hyp1f1", "The confluent hypergeometric function.", arity=3)
hyp2f1 = by_scipy("hyp2f1", "Gauss's hypergeometric function.", arity=4)
exp1 = by_scipy("exp1", "The exponential integral E1.")
expi = by_scipy("expi", "The exponential integral Ei.")
expn = by_scipy("expn", "The generalised exponential integral of order x.", arity=2, whole=(0,))
exprel = by_scipy("exprel", "(exp(x) - 1) / x, accurately.")
cosm1 = by_scipy("cosm1", "cos(x) - 1, accurately.")
powm1 = by_scipy("powm1", "x**y - 1, accurately.", arity=2)
spence = by_scipy("spence", "Spence's function, the dilogarithm.")
wrightomega = by_scipy("wrightomega", "Wright's omega function.")

# Distribution functions

chdtr = by_scipy("chdtr", "The chi-square distribution function.", arity=2)
chdtrc = by_scipy("chdtrc", "The chi-square survival function.", arity=2)
chdtri = by_scipy("chdtri", "The inverse of chdtrc in its second argument.", arity=2)
fdtr = by_scipy("fdtr", "The F distribution function.", arity=3)
fdtrc = by_scipy("fdtrc", "The F survival function.", arity=3)
fdtri = by_scipy("fdtri", "The inverse of fdtr in its last argument.", arity=3)
gdtr = by_scipy("gdtr", "The gamma distribution function.", arity=3)
gdtrc = by_scipy("gdtrc", "The gamma survival function.", arity=3)
nbdtr = by_scipy("nbdtr", "The negative binomial distribution function.", arity=3, whole=(0, 1))
pdtr = by_scipy("pdtr", "The Poisson distribution function.", arity=2)
pdtrc = by_scipy("pdtrc", "The Poisson survival function.", arity=2)
stdtr = by_scipy("stdtr", "Student's t distribution function.", arity=2)
stdtrit = by_scipy("stdtrit", "The inverse of stdtr in its second argument.", arity=2)
kolmogorov = by_scipy("kolmogorov", "The survival function of Kolmogorov's distribution.")
kolmogi = by_scipy("kolmogi", "The inverse of kolmogorov.")

# Polynomials

eval_chebyt = by_scipy("eval_chebyt", "The Chebyshev polynomial of the first kind of degree x.", arity=2)
eval_chebyu = by_scipy("eval_chebyu", "The Chebyshev polynomial of the second kind of degree x.", arity=2)
eval_hermite = by_scipy("eval_hermite", "The physicists' Hermite polynomial of degree x.", arity=2)
eval_hermitenorm = by_scipy("eval_hermitenorm", "The probabilists' Hermite polynomial of degree x.", arity=2)
eval_laguerre = by_scipy("eval_laguerre", "The Laguerre polynomial of degree x.", arity=2)
eval_legendre = by_scipy("eval_legendre", "The Legendre polynomial of degree x.", arity=2)

# Zeta functions, which are no ufuncs

riemann_zeta = by_scipy(
    "riemann_zeta", "Riemann's zeta function.",
    function="zeta", signature=promotion("zeta", "biuf"),
)  # fmt: skip
hurwitz_zeta = by_scipy(
    "hurwitz_zeta", "Hurwitz's zeta function.",
    arity=2, function="zeta", signature=promotion("zeta", "biuf"),
)  # fmt: skip

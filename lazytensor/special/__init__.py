"""Special functions, by SciPy's names. Nothing here waits.

Compositions fuse with their surroundings, and so do `erf`, `erfc` and `expit`, which have kernels; the other rows of the op table call
SciPy, whose import takes the first of them longer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.bind import binary, unary
from lazytensor.calling.public import publish
from lazytensor.calling.ufunc_class import equip, unbound
from lazytensor.calling.ufuncs import call
from lazytensor.compiler.ops import special as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.core import views
from lazytensor.core.operands import apply
from lazytensor.functions import elementwise, numerics, statistics
from lazytensor.functions.manipulation import reshape, squeeze
from lazytensor.special.entropies import (
    boxcox,
    boxcox1p,
    common,
    entr,
    floating,
    huber,
    inv_boxcox,
    inv_boxcox1p,
    kl_div,
    pseudo_huber,
    rel_entr,
    xlog1py,
    xlogy,
)

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "agm", "beta", "betainc", "betaincc", "betainccinv", "betaincinv", "betaln", "binom", "boxcox", "boxcox1p",
    "cbrt", "chdtr", "chdtrc", "chdtri", "comb", "cosm1", "dawsn", "digamma", "ellipe", "ellipeinc", "ellipk", "ellipkinc",
    "ellipkm1", "entr", "erf", "erfc", "erfcinv", "erfcx", "erfi", "erfinv", "eval_chebyt", "eval_chebyu", "eval_hermite",
    "eval_hermitenorm", "eval_laguerre", "eval_legendre", "exp1", "exp10", "exp2", "expi", "expit", "expm1", "expn",
    "exprel", "factorial", "fdtr", "fdtrc", "fdtri", "gamma", "gammainc", "gammaincc", "gammainccinv", "gammaincinv",
    "gammaln", "gammasgn", "gdtr", "gdtrc", "huber", "hyp0f1", "hyp1f1", "hyp2f1", "i0", "i0e", "i1", "i1e", "inv_boxcox",
    "inv_boxcox1p", "iv", "ive", "j0", "j1", "jv", "jve", "k0", "k0e", "k1", "k1e", "kl_div", "kn", "kolmogi", "kolmogorov",
    "kv", "kve", "log1p", "log_expit", "log_ndtr", "log_softmax", "loggamma", "logit", "logsumexp", "multigammaln", "nbdtr",
    "ndtr", "ndtri", "ndtri_exp", "owens_t", "pdtr", "pdtrc", "perm", "poch", "polygamma", "powm1", "pseudo_huber", "psi",
    "rel_entr", "rgamma", "round", "sinc", "softmax", "softplus", "spence", "stdtr", "stdtrit", "struve", "voigt_profile",
    "wofz", "wrightomega", "xlog1py", "xlogy", "y0", "y1", "yn", "yv", "yve", "zeta", "zetac",
]  # fmt: skip


def several(op: Op) -> Callable[..., Tensor]:
    """The function of a row of three operands or more."""

    def function(*operands: Any, out: Any = None, **keywords: Any) -> Tensor:
        if len(operands) != op.arity:
            raise TypeError(f"{op.name}: expects {op.arity} operands, got {len(operands)}")
        if out is not None or keywords:
            return call(function, operands, out, **keywords)  # type: ignore[no-any-return]
        return apply(op, *operands)

    made: Callable[..., Tensor] = equip(function, op)
    return made


# Error functions with kernels

erf = unary(ops.erf)
erfc = unary(ops.erfc)
expit = unary(ops.expit)

# Error functions

erfcx = unary(ops.erfcx)
erfi = unary(ops.erfi)
erfinv = unary(ops.erfinv)
erfcinv = unary(ops.erfcinv)
dawsn = unary(ops.dawsn)
wofz = unary(ops.wofz)
voigt_profile = several(ops.voigt_profile)
log_ndtr = unary(ops.log_ndtr)
ndtri = unary(ops.ndtri)
ndtri_exp = unary(ops.ndtri_exp)
owens_t = binary(ops.owens_t)

# Gamma and beta functions

gamma = unary(ops.gamma)
gammaln = unary(ops.gammaln)
gammasgn = unary(ops.gammasgn)
loggamma = unary(ops.loggamma)
rgamma = unary(ops.rgamma)
psi = digamma = unary(ops.psi)
poch = binary(ops.poch)
binom = binary(ops.binom)
gammainc = binary(ops.gammainc)
gammaincc = binary(ops.gammaincc)
gammaincinv = binary(ops.gammaincinv)
gammainccinv = binary(ops.gammainccinv)
beta = binary(ops.beta)
betaln = binary(ops.betaln)
betainc = several(ops.betainc)
betaincc = several(ops.betaincc)
betaincinv = several(ops.betaincinv)
betainccinv = several(ops.betainccinv)
zetac = unary(ops.zetac)

# Bessel functions

i0e = unary(ops.i0e)
i1 = unary(ops.i1)
i1e = unary(ops.i1e)
k0 = unary(ops.k0)
k0e = unary(ops.k0e)
k1 = unary(ops.k1)
k1e = unary(ops.k1e)
iv = binary(ops.iv)
ive = binary(ops.ive)
kn = binary(ops.kn)
kv = binary(ops.kv)
kve = binary(ops.kve)
j0 = unary(ops.j0)
j1 = unary(ops.j1)
y0 = unary(ops.y0)
y1 = unary(ops.y1)
jv = binary(ops.jv)
jve = binary(ops.jve)
yn = binary(ops.yn)
yv = binary(ops.yv)
yve = binary(ops.yve)
struve = binary(ops.struve)

# Elliptic, hypergeometric and exponential integrals

ellipk = unary(ops.ellipk)
ellipkm1 = unary(ops.ellipkm1)
ellipe = unary(ops.ellipe)
ellipkinc = binary(ops.ellipkinc)
ellipeinc = binary(ops.ellipeinc)
agm = binary(ops.agm)
hyp0f1 = binary(ops.hyp0f1)
hyp1f1 = several(ops.hyp1f1)
hyp2f1 = several(ops.hyp2f1)
exp1 = unary(ops.exp1)
expi = unary(ops.expi)
expn = binary(ops.expn)
exprel = unary(ops.exprel)
cosm1 = unary(ops.cosm1)
powm1 = binary(ops.powm1)
spence = unary(ops.spence)
wrightomega = unary(ops.wrightomega)

# Distribution functions

chdtr = binary(ops.chdtr)
chdtrc = binary(ops.chdtrc)
chdtri = binary(ops.chdtri)
fdtr = several(ops.fdtr)
fdtrc = several(ops.fdtrc)
fdtri = several(ops.fdtri)
gdtr = several(ops.gdtr)
gdtrc = several(ops.gdtrc)
nbdtr = several(ops.nbdtr)
pdtr = binary(ops.pdtr)
pdtrc = binary(ops.pdtrc)
stdtr = binary(ops.stdtr)
stdtrit = binary(ops.stdtrit)
kolmogorov = unary(ops.kolmogorov)
kolmogi = unary(ops.kolmogi)

# Polynomials

eval_chebyt = binary(ops.eval_chebyt)
eval_chebyu = binary(ops.eval_chebyu)
eval_hermite = binary(ops.eval_hermite)
eval_hermitenorm = binary(ops.eval_hermitenorm)
eval_laguerre = binary(ops.eval_laguerre)
eval_legendre = binary(ops.eval_legendre)

# NumPy's

cbrt = elementwise.cbrt
exp2 = elementwise.exp2
expm1 = elementwise.expm1
log1p = elementwise.log1p
round = elementwise.rint

# Compositions


@unbound
def i0(x: Any, /) -> Tensor:
    """The modified Bessel function of the first kind of order 0."""
    return numerics.i0(floating(x, "i0"))


@unbound
def logit(x: Any, /) -> Tensor:
    """log(x / (1 - x)), the inverse of `expit`; accurate around 1/2 too, infinite at 0 and 1, NaN outside.

    >>> import lazytensor as lt
    >>> print(lt.special.logit(lt.asarray(0.5)))
    0.0
    """
    p = floating(x, "logit")
    centred = 2.0 * (p - 0.5)
    middle = elementwise.log1p(centred) - elementwise.log1p(-centred)
    return results.where((p < 0.3) | (p > 0.65), elementwise.log(p / (1.0 - p)), middle)


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log(sum(b * exp(a))) over axes, without overflow.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes when None.
    b : array_like, optional
        Factors, 1 when None. A negative sum gives NaN, unless `return_sign`.
    keepdims : bool
    return_sign : bool
        Return a pair: the logarithm of the sum's absolute value, and its sign.

    >>> import lazytensor as lt
    >>> print(lt.special.logsumexp(lt.asarray([1000.0, 1000.0, -1e9])).round(4))
    1000.6931
    """
    values = floating(a, "logsumexp")
    if b is not None:
        values, factors = common("logsumexp", values, b)
        # A factor of 0 must also silence an infinite value.
        values = results.where(factors == 0, -np.inf, values)
    largest = statistics.max(values, axis=axis, keepdims=True)
    shift = results.where(elementwise.isfinite(largest), largest, 0.0)
    terms = elementwise.exp(values - shift)
    total = statistics.sum(terms if b is None else factors * terms, axis=axis, keepdims=True)
    if not return_sign:
        return _dropped(elementwise.log(total) + shift, axis, keepdims)
    result = elementwise.log(elementwise.abs(total)) + shift
    return _dropped(result, axis, keepdims), _dropped(elementwise.sign(total), axis, keepdims)


def _dropped(result: Tensor, axis: Any, keepdims: bool) -> Tensor:
    if keepdims:
        return result
    return reshape(result, ()) if axis is None else squeeze(result, axis=axis)


def softmax(x: Any, axis: Any = None) -> Tensor:
    """exp(x) / sum(exp(x)) over axes, without overflow."""
    values = floating(x, "softmax")
    terms = elementwise.exp(values - statistics.max(values, axis=axis, keepdims=True))
    return terms / statistics.sum(terms, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: Any = None) -> Tensor:
    """log(softmax(x)), accurate where the softmax is small."""
    values = floating(x, "log_softmax")
    largest = statistics.max(values, axis=axis, keepdims=True)
    shifted = values - results.where(elementwise.isfinite(largest), largest, 0.0)
    return shifted - elementwise.log(statistics.sum(elementwise.exp(shifted), axis=axis, keepdims=True))


def softplus(x: Any, /) -> Tensor:
    """log(1 + exp(x)), without overflow."""
    return elementwise.logaddexp(floating(x, "softplus"), 0.0)


@unbound
def log_expit(x: Any, /) -> Tensor:
    """log(expit(x)), accurate where that is small."""
    return -softplus(-floating(x, "log_expit"))


@unbound
def ndtr(x: Any, /) -> Tensor:
    """The distribution function of the standard normal."""
    return 0.5 * erfc(floating(x, "ndtr") * -math.sqrt(0.5))


@unbound
def exp10(x: Any, /) -> Tensor:
    """10 to the power of x."""
    return elementwise.pow(10.0, floating(x, "exp10"))


def sinc(x: Any, /) -> Tensor:
    """sin(pi x) / (pi x), and 1 at 0."""
    angle = floating(x, "sinc") * math.pi
    return results.where(angle == 0, 1.0, elementwise.sin(angle) / angle)


# -- gamma and zeta -------------------------------------------------------------------------------------------------------------


def zeta(x: Any, q: Any = None) -> Tensor:
    """Riemann's zeta function, or Hurwitz's with an offset `q`."""
    return apply(ops.riemann_zeta, x) if q is None else apply(ops.hurwitz_zeta, x, q)


def polygamma(n: Any, x: Any) -> Tensor:
    """The derivative of order `n` of `psi`."""
    order, values = common("polygamma", n, x)
    sign = 1.0 - 2.0 * elementwise.remainder(order + 1.0, 2.0)
    return results.where(order == 0, psi(values), sign * gamma(order + 1.0) * zeta(order + 1.0, values))


def multigammaln(a: Any, d: Any) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `d`; NaN where a <= (d - 1) / 2, for which SciPy raises."""
    if not views.is_integer(d) or d < 1:
        raise ValueError(f"multigammaln: d must be a positive integer, got {d}")
    d = int(d)
    values = floating(a, "gammaln")
    result = gammaln(values) + 0.25 * d * (d - 1) * math.log(math.pi)
    for step in range(1, d):
        result = result + gammaln(values - step / 2)
    return results.where(values > 0.5 * (d - 1), result, np.nan)


def _inexact(exact: Any, name: str) -> None:
    if exact:
        raise ValueError(f"{name}: exact must be False: tensors hold no integers of any length")


def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Tensor:
    """The number of ways to choose `k` of `N` things, in floats; 0 where that is not possible (with `repetition`, what `binom` gives)."""
    _inexact(exact, "comb")
    total, taken = common("comb", N, k)
    if repetition:
        return results.where((taken == 0) & (total >= 0), 1.0, binom(total + taken - 1.0, taken))
    return results.where((taken <= total) & (total >= 0) & (taken >= 0), binom(total, taken), 0.0)


def perm(N: Any, k: Any, exact: bool = False) -> Tensor:
    """The number of ordered ways to choose `k` of `N` things, in floats; 0 where that is not possible."""
    _inexact(exact, "perm")
    total, taken = common("perm", N, k)
    return results.where((taken <= total) & (total >= 0) & (taken >= 0), poch(total - taken + 1.0, taken), 0.0)


def factorial(n: Any, exact: bool = False) -> Tensor:
    """The factorial, in float64 for integers; 0 for negative numbers.

    >>> import lazytensor as lt
    >>> print(lt.special.factorial(lt.asarray([0, 3, 5])))
    [  1.   6. 120.]
    """
    _inexact(exact, "factorial")
    values = floating(n, "factorial")
    return results.where(values < 0, 0.0, gamma(values + 1.0))


publish(globals(), __all__)

if not TYPE_CHECKING:  # a typed __getattr__ would make every misspelt name valid

    def __getattr__(name):
        from lazytensor.calling.names import missing  # delayed: start-up time

        raise missing(name, __name__, __all__)

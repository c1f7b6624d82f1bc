"""Compositions of `lazytensor.special`: entropies, divergences, losses and power transformations, by SciPy's names."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import special
from lazytensor.core.operands import as_tensor, operand
from lazytensor.functions import elementwise

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


@functools.lru_cache(maxsize=1024)
def promoted(name: str, *types: Any) -> np.dtype[Any]:
    """The dtype in which SciPy's function computes operands of these dtypes, or Python types."""
    return special.promotion(name)(*types).result


def floating(x: Any, name: str) -> Tensor:
    """A tensor of floats: in SciPy's dtype of booleans and integers."""
    source = as_tensor(x, name)
    return results.astype(source, promoted(name, source.dtype), copy=False)


def common(name: str, *values: Any) -> list[Tensor]:
    """Tensors of the operands' common floating dtype, in which Python scalars are weak."""
    found = [operand(value, name) for value in values]
    types: list[Any] = [item.dtype if type(item) is Node else type(item) for item in found]
    dtype = promoted(name, *types)
    return [results.astype(as_tensor(value, name), dtype, copy=False) for value in values]


# -- entropies ------------------------------------------------------------------------------------------------------------------


def xlogy(x: Any, y: Any, /) -> Tensor:
    """x * log(y), and 0 where x is 0 and y is not NaN."""
    factor, argument = common("xlogy", x, y)
    return results.where((factor == 0) & ~elementwise.isnan(argument), 0.0, factor * elementwise.log(argument))


def xlog1py(x: Any, y: Any, /) -> Tensor:
    """x * log(1 + y), and 0 where x is 0 and y is not NaN."""
    factor, argument = common("xlog1py", x, y)
    return results.where((factor == 0) & ~elementwise.isnan(argument), 0.0, factor * elementwise.log1p(argument))


def entr(x: Any, /) -> Tensor:
    """-x log(x); 0 at 0, and -inf below."""
    values = floating(x, "entr")
    return results.where(values == 0, 0.0, results.where(values < 0, -np.inf, -values * elementwise.log(values)))


def _relative(x: Tensor, y: Tensor) -> Tensor:
    """x log(x / y) for positive operands, without cancellation where they are near each other, nor overflow of the quotient."""
    ratio = x / y
    tiny = float(np.finfo(ratio.dtype).tiny)
    apart = results.where((ratio > tiny) & (ratio < np.inf), elementwise.log(ratio), elementwise.log(x) - elementwise.log(y))
    return x * results.where((ratio > 0.5) & (ratio < 2), elementwise.log1p((x - y) / y), apart)


def rel_entr(x: Any, y: Any, /) -> Tensor:
    """x log(x / y); 0 where x is 0 and y is not negative, else infinite where one is not positive."""
    p, q = common("rel_entr", x, y)
    edge = results.where((p == 0) & (q >= 0), 0.0, results.where(elementwise.isnan(p + q), p + q, np.inf))
    return results.where((p > 0) & (q > 0), _relative(p, q), edge)


def kl_div(x: Any, y: Any, /) -> Tensor:
    """x log(x / y) - x + y; y where x is 0 and y is not negative, else infinite where one is not positive."""
    p, q = common("kl_div", x, y)
    edge = results.where((p == 0) & (q >= 0), q, results.where(elementwise.isnan(p + q), p + q, np.inf))
    return results.where((p > 0) & (q > 0), _relative(p, q) - p + q, edge)


# -- losses and transformations -------------------------------------------------------------------------------------------------


def huber(delta: Any, r: Any, /) -> Tensor:
    """The Huber loss: r**2 / 2 up to `delta`, linear beyond; infinite where `delta` is negative."""
    bound, residual = common("huber", delta, r)
    residual = elementwise.abs(residual)
    loss = results.where(residual <= bound, 0.5 * residual * residual, bound * (residual - 0.5 * bound))
    return results.where(bound < 0, np.inf, loss)


def pseudo_huber(delta: Any, r: Any, /) -> Tensor:
    """The smooth Huber loss, delta**2 * (sqrt(1 + (r / delta)**2) - 1); infinite where `delta` is negative."""
    bound, residual = common("pseudo_huber", delta, r)
    ratio = residual / bound
    loss = bound * bound * elementwise.expm1(0.5 * elementwise.log1p(ratio * ratio))
    return results.where(bound < 0, np.inf, results.where((bound == 0) | (residual == 0), 0.0, loss))


def boxcox(x: Any, lmbda: Any, /) -> Tensor:
    """(x**lmbda - 1) / lmbda; log(x) where lmbda is 0."""
    values, power = common("boxcox", x, lmbda)
    return _boxcox(elementwise.log(values), power)


def boxcox1p(x: Any, lmbda: Any, /) -> Tensor:
    """`boxcox` of 1 + x, accurate for small x."""
    values, power = common("boxcox1p", x, lmbda)
    return _boxcox(elementwise.log1p(values), power)


def _boxcox(logarithm: Tensor, power: Tensor) -> Tensor:
    return results.where(power == 0, logarithm, elementwise.expm1(power * logarithm) / power)


def inv_boxcox(y: Any, lmbda: Any, /) -> Tensor:
    """The inverse of `boxcox` in its first argument."""
    return elementwise.exp(_powered(*common("inv_boxcox", y, lmbda)))


def inv_boxcox1p(y: Any, lmbda: Any, /) -> Tensor:
    """The inverse of `boxcox1p` in its first argument."""
    return elementwise.expm1(_powered(*common("inv_boxcox1p", y, lmbda)))


def _powered(y: Tensor, power: Tensor) -> Tensor:
    return results.where(power == 0, y, elementwise.log1p(power * y) / power)

"""The continuous distributions of `lazytensor.random`, with NumPy's names and parameters.

What has a closed inverse is a composition of uniform or normal numbers, which fuses with its consumers; the rest are rows of
compiler/ops/samplers.py.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise
from lazytensor.compiler.ops import samplers as ops
from lazytensor.generator import (
    NONNEGATIVE,
    POSITIVE,
    WIDTH,
    Rule,
    Stream,
    check,
    delivered,
    half_step,
    parameter,
    real,
    scaled,
    sized,
    target,
    valid,
)
from lazytensor.handle import Handle

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

FLOAT64 = np.dtype(np.float64)


class Continuous(Stream):
    """The methods of a generator that draw real numbers."""

    __slots__ = ()

    # -- uniform, normal, exponential, gamma ----------------------------------------------------------------------------------

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None, *, device: Any = None) -> Tensor:
        """Uniform in [0, 1).

        >>> import lazytensor as lt
        >>> lt.random.default_rng(1).random((2, 3)).shape
        (2, 3)
        """
        kind = real(dtype, "random")
        shape = sized(target(size, out, kind, "random"), "random")
        return delivered(self._uniform(shape, kind, device), out, "random")  # type: ignore[no-any-return]

    def uniform(
        self, low: Any = 0.0, high: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Uniform in [low, high).

        Raises
        ------
        ValueError
            If `high` is less than `low`. In tensors that gives NaN.
        OverflowError
            If their difference is infinite or NaN.
        """
        if not isinstance(low, Handle) and not isinstance(high, Handle):
            with np.errstate(all="ignore"):
                width = np.subtract(high, low, dtype=FLOAT64)
            if not np.isfinite(width).all():
                raise OverflowError("uniform: high - low range exceeds valid bounds")
            if (width < 0).any():
                raise ValueError("uniform: high must not be less than low")
        return self._between(low, high, size, dtype, device, WIDTH)

    def _between(self, low: Any, high: Any, size: Any, dtype: Any, device: Any, rule: Rule | None = None) -> Tensor:
        kind = real(dtype, "uniform")
        first, last = parameter(low, kind, "uniform", "low"), parameter(high, kind, "uniform", "high")
        made = self._uniform(sized(size, "uniform", first, last), kind, device)
        return scaled(made, first, last - first if rule is None else valid(last - first, rule))

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None, *, device: Any = None) -> Tensor:
        """Normal with mean 0 and standard deviation 1."""
        kind = real(dtype, "standard_normal")
        shape = sized(target(size, out, kind, "standard_normal"), "standard_normal")
        return delivered(self._normal(shape, kind, device), out, "standard_normal")  # type: ignore[no-any-return]

    def normal(
        self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Normal with mean `loc` and standard deviation `scale`.

        Raises
        ------
        ValueError
            If `scale` is a negative number, or an array with one in it. In a tensor it gives NaN.
        """
        kind = real(dtype, "normal")
        mean = parameter(loc, kind, "normal", "loc")
        deviation = valid(parameter(scale, kind, "normal", "scale", NONNEGATIVE), NONNEGATIVE)
        return scaled(self._normal(sized(size, "normal", mean, deviation), kind, device), mean, deviation)

    def standard_exponential(
        self, size: Any = None, dtype: Any = np.float64, method: str = "zig", out: Any = None, *, device: Any = None
    ) -> Tensor:
        """Exponential of mean 1. Both methods, "zig" and "inv", invert the distribution function."""
        if method not in ("zig", "inv"):
            raise ValueError(f"standard_exponential: method must be 'zig' or 'inv', got {method!r}")
        kind = real(dtype, "standard_exponential")
        shape = sized(target(size, out, kind, "standard_exponential"), "standard_exponential")
        made = self._exponential(shape, kind, device)
        return delivered(made, out, "standard_exponential")  # type: ignore[no-any-return]

    def exponential(self, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Exponential of mean `scale`."""
        kind = real(dtype, "exponential")
        mean = valid(parameter(scale, kind, "exponential", "scale", NONNEGATIVE), NONNEGATIVE)
        return scaled(self._exponential(sized(size, "exponential", mean), kind, device), 0, mean)

    def standard_gamma(
        self, shape: Any, size: Any = None, dtype: Any = np.float64, out: Any = None, *, device: Any = None
    ) -> Tensor:
        """Gamma of scale 1; `shape` is the distribution's parameter, not the array's shape."""
        kind = real(dtype, "standard_gamma")
        form = parameter(shape, FLOAT64, "standard_gamma", "shape", NONNEGATIVE)
        wanted = sized(target(size, out, kind, "standard_gamma"), "standard_gamma", form)
        made = self._sample(ops.random_gamma, wanted, kind, device, form)
        return delivered(made, out, "standard_gamma")  # type: ignore[no-any-return]

    def gamma(self, shape: Any, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Gamma; `shape` is the distribution's parameter, not the array's shape."""
        kind = real(dtype, "gamma")
        form = parameter(shape, FLOAT64, "gamma", "shape", NONNEGATIVE)
        factor = valid(parameter(scale, kind, "gamma", "scale", NONNEGATIVE), NONNEGATIVE)
        return scaled(self._sample(ops.random_gamma, sized(size, "gamma", form, factor), kind, device, form), 0, factor)

    # -- by inverting the distribution function ---------------------------------------------------------------------------------

    def laplace(
        self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Laplace (double exponential) around `loc`."""
        kind, origin, width = _located(loc, scale, dtype, "laplace")
        made = self._inside(sized(size, "laplace", origin, width), kind, device)
        upper = elementwise.log(2.0 * (1.0 - made))
        return scaled(elementwise.where(made < 0.5, elementwise.log(2.0 * made), -upper), origin, width)

    def logistic(
        self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Logistic around `loc`."""
        kind, origin, width = _located(loc, scale, dtype, "logistic")
        made = self._inside(sized(size, "logistic", origin, width), kind, device)
        return scaled(elementwise.log(made) - elementwise.log1p(-made), origin, width)

    def gumbel(
        self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Gumbel (of largest values) with mode `loc`."""
        kind, origin, width = _located(loc, scale, dtype, "gumbel")
        made = self._inside(sized(size, "gumbel", origin, width), kind, device)
        return scaled(-elementwise.log(-elementwise.log1p(-made)), origin, width)

    def lognormal(
        self, mean: Any = 0.0, sigma: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """The exponential of a normal with mean `mean` and standard deviation `sigma`."""
        kind = real(dtype, "lognormal")
        centre = parameter(mean, kind, "lognormal", "mean")
        deviation = valid(parameter(sigma, kind, "lognormal", "sigma", NONNEGATIVE), NONNEGATIVE)
        made = self._normal(sized(size, "lognormal", centre, deviation), kind, device)
        return elementwise.exp(scaled(made, centre, deviation))

    def pareto(self, a: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Pareto II (Lomax): Pareto less 1, of index `a`."""
        kind = real(dtype, "pareto")
        index = valid(parameter(a, kind, "pareto", "a", POSITIVE), POSITIVE)
        return elementwise.expm1(self._exponential(sized(size, "pareto", index), kind, device) / index)

    def power(self, a: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """In [0, 1] with density a * x**(a - 1)."""
        kind = real(dtype, "power")
        index = valid(parameter(a, kind, "power", "a", POSITIVE), POSITIVE)
        return elementwise.pow(self._inside(sized(size, "power", index), kind, device), 1.0 / index)

    def rayleigh(self, scale: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Rayleigh with mode `scale`."""
        kind = real(dtype, "rayleigh")
        mode = valid(parameter(scale, kind, "rayleigh", "scale", NONNEGATIVE), NONNEGATIVE)
        made = self._exponential(sized(size, "rayleigh", mode), kind, device)
        return scaled(elementwise.sqrt(2.0 * made), 0, mode)

    def standard_cauchy(self, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Cauchy with mode 0."""
        kind = real(dtype, "standard_cauchy")
        made = self._uniform(sized(size, "standard_cauchy"), kind, device)
        # The cotangent, which is accurate near its pole at 0; half a step makes the angles symmetric, and none of them 0.
        return 1.0 / elementwise.tan(((made - 0.5) + half_step(kind)) * math.pi)

    def triangular(
        self, left: Any, mode: Any, right: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Triangular between `left` and `right`, most dense at `mode`."""
        if not any(isinstance(item, Handle) for item in (left, mode, right)):
            check(np.subtract(mode, left), NONNEGATIVE, "triangular", "mode - left")
            check(np.subtract(right, mode), NONNEGATIVE, "triangular", "right - mode")
            check(np.subtract(right, left), POSITIVE, "triangular", "right - left")
        kind = real(dtype, "triangular")
        low, top, high = (
            parameter(item, kind, "triangular", argument) for item, argument in ((left, "left"), (mode, "mode"), (right, "right"))
        )
        made = self._uniform(sized(size, "triangular", low, top, high), kind, device)
        width = high - low
        if any(isinstance(item, Handle) for item in (low, top, high)):
            top = elementwise.where((top >= low) & (top <= high) & (low < high), top, np.nan)
        rising = low + elementwise.sqrt(made * ((top - low) * width))
        falling = high - elementwise.sqrt((1.0 - made) * ((high - top) * width))
        return elementwise.where(made <= (top - low) / width, rising, falling)

    def weibull(self, a: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Weibull of scale 1 and shape `a`; 0 where that is 0."""
        kind = real(dtype, "weibull")
        form = valid(parameter(a, kind, "weibull", "a", NONNEGATIVE), NONNEGATIVE)
        made = self._exponential(sized(size, "weibull", form), kind, device)
        if isinstance(form, Handle):
            return elementwise.where(elementwise.equal(form, 0), 0.0, elementwise.pow(made, 1.0 / form))  # type: ignore[operator]
        return elementwise.pow(made, 1.0 / form) if form else made * 0.0

    # -- of gamma and others ----------------------------------------------------------------------------------------------------

    def chisquare(self, df: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Chi-square with `df` degrees of freedom."""
        kind = real(dtype, "chisquare")
        freedom = valid(parameter(df, FLOAT64, "chisquare", "df", POSITIVE), POSITIVE)
        return self._chisquare(freedom, size, kind, device, "chisquare")

    def _chisquare(self, freedom: Any, size: Any, kind: np.dtype[Any], device: Any, name: str) -> Tensor:
        return 2.0 * self._sample(ops.random_gamma, sized(size, name, freedom), kind, device, freedom / 2.0)

    def f(self, dfnum: Any, dfden: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """F, the ratio of two chi-squares divided by their degrees of freedom."""
        kind = real(dtype, "f")
        above = parameter(dfnum, FLOAT64, "f", "dfnum", POSITIVE)
        below = parameter(dfden, FLOAT64, "f", "dfden", POSITIVE)
        shape = sized(size, "f", above, below)
        upper = self._chisquare(above, shape, FLOAT64, device, "f") / above
        return elementwise.astype(upper / (self._chisquare(below, shape, FLOAT64, device, "f") / below), kind, copy=False)

    def standard_t(self, df: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Student's t with `df` degrees of freedom."""
        kind = real(dtype, "standard_t")
        freedom = parameter(df, FLOAT64, "standard_t", "df", POSITIVE)
        shape = sized(size, "standard_t", freedom)
        spread = self._chisquare(freedom, shape, FLOAT64, device, "standard_t") / freedom
        made = self._normal(shape, FLOAT64, device) / elementwise.sqrt(spread)
        return elementwise.astype(made, kind, copy=False)

    def beta(self, a: Any, b: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Beta, in [0, 1].

        >>> import lazytensor as lt
        >>> made = lt.random.default_rng(1).beta([1.0, 5.0], 2.0, size=(100, 2))
        >>> bool(((made >= 0) & (made <= 1)).all())
        True
        """
        kind = real(dtype, "beta")
        first = parameter(a, FLOAT64, "beta", "a", POSITIVE)
        second = parameter(b, FLOAT64, "beta", "b", POSITIVE)
        return self._sample(ops.random_beta, sized(size, "beta", first, second), kind, device, first, second)

    def noncentral_chisquare(
        self, df: Any, nonc: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Noncentral chi-square with `df` degrees of freedom and noncentrality `nonc`."""
        name = "noncentral_chisquare"
        kind = real(dtype, name)
        freedom = parameter(df, FLOAT64, name, "df", POSITIVE)
        centre = parameter(nonc, FLOAT64, name, "nonc", NONNEGATIVE)
        return self._sample(ops.random_noncentral_chisquare, sized(size, name, freedom, centre), kind, device, freedom, centre)

    def noncentral_f(
        self, dfnum: Any, dfden: Any, nonc: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None
    ) -> Tensor:
        """Noncentral F."""
        name = "noncentral_f"
        kind = real(dtype, name)
        above, below = parameter(dfnum, FLOAT64, name, "dfnum", POSITIVE), parameter(dfden, FLOAT64, name, "dfden", POSITIVE)
        centre = parameter(nonc, FLOAT64, name, "nonc", NONNEGATIVE)
        shape = sized(size, name, above, below, centre)
        return self._sample(ops.random_noncentral_f, shape, kind, device, above, below, centre)

    def vonmises(self, mu: Any, kappa: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Von Mises: angles in [-pi, pi] around `mu`, more concentrated the larger `kappa`."""
        kind = real(dtype, "vonmises")
        mode = parameter(mu, FLOAT64, "vonmises", "mu")
        concentration = parameter(kappa, FLOAT64, "vonmises", "kappa", NONNEGATIVE)
        shape = sized(size, "vonmises", mode, concentration)
        return self._sample(ops.random_vonmises, shape, kind, device, mode, concentration)

    def wald(self, mean: Any, scale: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Wald, or inverse Gaussian."""
        kind = real(dtype, "wald")
        centre = parameter(mean, FLOAT64, "wald", "mean", POSITIVE)
        width = parameter(scale, FLOAT64, "wald", "scale", POSITIVE)
        return self._sample(ops.random_wald, sized(size, "wald", centre, width), kind, device, centre, width)


def _located(loc: Any, scale: Any, dtype: Any, name: str) -> tuple[np.dtype[Any], Any, Any]:
    """The dtype, and the parameters of a distribution that is moved and stretched."""
    kind = real(dtype, name)
    return kind, parameter(loc, kind, name, "loc"), valid(parameter(scale, kind, name, "scale", NONNEGATIVE), NONNEGATIVE)

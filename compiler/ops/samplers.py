"""The distributions that have no closed inverse: rows whose reference draws with NumPy's Generator over Philox.

Elements are drawn in blocks, each with a counter of its own under the key (seed, draw): bits depend neither on threads nor on the
tier, and a longer draw begins with a shorter one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules
from lazytensor.compiler.ops.row import Domain, Kind, Op, Signature
from lazytensor.compiler.order import SAMPLER_BLOCK
from lazytensor.compiler.shield import complete

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Sample = Callable[..., Any]


def _block(seed: Any, draw: Any, number: int) -> Any:
    """NumPy's Generator for one block; its counter leaves 2**128 steps to each."""
    complete("numpy.random")
    from numpy.random import Generator, Philox  # delayed: start-up time

    return Generator(Philox(key=np.array([seed, draw], np.uint64), counter=np.array([0, 0, number, 0], np.uint64)))


def _part(parameter: Any, shape: Shape, start: int, stop: int) -> Any:
    """Elements start to stop of a parameter broadcast to the shape; a number where it is but one."""
    if np.size(parameter) == 1:
        return np.asarray(parameter).item()
    return np.broadcast_to(parameter, shape).flat[start:stop]


def _whole(task: Callable[[int, int], None], count: int, grain: int) -> None:
    task(0, count)


def _random_shape(*arguments: Any) -> Shape:
    shape: Shape = arguments[-2]
    return shape


def sampler(name: str, sample: Sample, parameters: str, *, flops: float, doc: str) -> Op:
    """A row of (seed, draw, *parameters) and (shape, dtype). `sample(generator, count, *parameters)` draws `count` elements with
    parameters that are numbers or arrays of that length; `parameters` are their kinds, "f" or "i" each."""
    kinds = tuple([rules.INT64 if kind == "i" else rules.FLOAT64 for kind in parameters])

    def signature(*arguments: Any) -> Signature:
        *given, _, dtype = arguments[2:]
        rules.check_supported(name, "biuf", tuple(given))
        rules.check_supported(name, "iuf", (dtype,))
        return Signature((rules.UINT64, rules.UINT64, *kinds), dtype)

    def into(out: Array, split: Callable[..., None], seed: Any, draw: Any, *arguments: Any) -> None:
        *given, shape, _ = arguments
        cast = [np.asarray(item).astype(kind, copy=False) for item, kind in zip(given, kinds, strict=True)]
        flat = out.reshape(-1)

        def some(first: int, last: int) -> None:
            for number in range(first, last):
                start, stop = number * SAMPLER_BLOCK, min((number + 1) * SAMPLER_BLOCK, flat.size)
                values = [_part(item, shape, start, stop) for item in cast]
                flat[start:stop] = sample(_block(seed, draw, number), stop - start, *values)

        split(some, -(-flat.size // SAMPLER_BLOCK), 1)

    def reference(seed: Any, draw: Any, *arguments: Any) -> Array:
        *_, shape, dtype = arguments
        out = np.empty(shape, dtype)
        into(out, _whole, seed, draw, *arguments)
        return out

    return Op(
        name=name,
        kind=Kind.LIBRARY,
        arity=2 + len(kinds),
        signature=signature,
        shape=_random_shape,
        reference=reference,
        into=into,
        flops=flops,
        domain=(Domain(0, 100, ()),) * (2 + len(kinds)),
        doc=doc,
    )


def method(name: str) -> Sample:
    """Drawing with the method of NumPy's Generator."""

    def sample(generator: Any, count: int, *parameters: Any) -> Any:
        return getattr(generator, name)(*parameters, size=count)

    return sample


random_gamma = sampler(
    "random_gamma", method("standard_gamma"), "f",
    flops=60, doc="Gamma random numbers of scale 1; the parameter is the shape.",
)  # fmt: skip
random_beta = sampler(
    "random_beta", method("beta"), "ff",
    flops=120, doc="Beta random numbers.",
)  # fmt: skip
random_binomial = sampler(
    "random_binomial", method("binomial"), "if",
    flops=100, doc="Binomial random numbers; parameters are trials and probability.",
)  # fmt: skip
random_negative_binomial = sampler(
    "random_negative_binomial", method("negative_binomial"), "ff",
    flops=150, doc="Negative binomial random numbers; parameters are successes and probability.",
)  # fmt: skip
random_poisson = sampler(
    "random_poisson", method("poisson"), "f",
    flops=80, doc="Poisson random numbers; the parameter is the mean.",
)  # fmt: skip
random_hypergeometric = sampler(
    "random_hypergeometric", method("hypergeometric"), "iii",
    flops=150, doc="Hypergeometric random numbers; parameters are good, bad and drawn items.",
)  # fmt: skip
random_noncentral_chisquare = sampler(
    "random_noncentral_chisquare", method("noncentral_chisquare"), "ff",
    flops=120, doc="Noncentral chi-square random numbers.",
)  # fmt: skip
random_noncentral_f = sampler(
    "random_noncentral_f", method("noncentral_f"), "fff",
    flops=200, doc="Noncentral F random numbers.",
)  # fmt: skip
random_logseries = sampler(
    "random_logseries", method("logseries"), "f",
    flops=80, doc="Random numbers of the logarithmic series distribution.",
)  # fmt: skip
random_wald = sampler(
    "random_wald", method("wald"), "ff",
    flops=60, doc="Wald (inverse Gaussian) random numbers; parameters are mean and scale.",
)  # fmt: skip
random_vonmises = sampler(
    "random_vonmises", method("vonmises"), "ff",
    flops=150, doc="Von Mises random angles; parameters are mode and concentration.",
)  # fmt: skip
random_zipf = sampler(
    "random_zipf", method("zipf"), "f",
    flops=100, doc="Zipf random numbers; the parameter is the exponent.",
)  # fmt: skip


def vectors(name: str, method: str, *, doc: str) -> Op:
    """A row of (seed, draw, counts, weights), where each count, over the leading axes, gives a vector as long as the weights' last
    axis. Parameters are the shape and, for the method, keyword arguments in pairs."""

    def signature(seed: Any, draw: Any, counts: Any, weights: Any, shape: Shape, options: Any) -> Signature:
        rules.check_supported(name, "biu", (counts,))
        rules.check_supported(name, "biuf", (weights,))
        return Signature((rules.UINT64, rules.UINT64, rules.INT64, weights), rules.INT64)

    def result(seed: Shape, draw: Shape, counts: Shape, weights: Shape, shape: Shape, options: Any) -> Shape:
        return shape

    def into(
        out: Array, split: Callable[..., None], seed: Any, draw: Any, counts: Any, weights: Any, shape: Shape, options: Any
    ) -> None:
        length = max(shape[-1], 1)
        each = max(1, SAMPLER_BLOCK // length)
        rows = out.reshape(math.prod(shape[:-1]), shape[-1])
        wide = weights if weights.ndim == 1 else np.broadcast_to(weights, shape).reshape(rows.shape)

        def some(first: int, last: int) -> None:
            for number in range(first, last):
                start, stop = number * each, min((number + 1) * each, len(rows))
                count = _part(np.asarray(counts).astype(np.int64), shape[:-1], start, stop)
                draws = getattr(_block(seed, draw, number), method)
                if method == "multinomial":
                    rows[start:stop] = draws(count, wide if wide.ndim == 1 else wide[start:stop], size=stop - start)
                else:
                    rows[start:stop] = draws(wide, count, size=stop - start, **dict(options))

        split(some, -(-len(rows) // each), 1)

    def reference(seed: Any, draw: Any, counts: Any, weights: Any, shape: Shape, options: Any) -> Array:
        out = np.empty(shape, np.int64)
        into(out, _whole, seed, draw, counts, np.asarray(weights), shape, options)
        return out

    return Op(
        name=name,
        kind=Kind.LIBRARY,
        arity=4,
        signature=signature,
        shape=result,
        reference=reference,
        into=into,
        flops=100,
        domain=(Domain(0, 100, ()),) * 4,
        doc=doc,
    )


random_multinomial = vectors(
    "random_multinomial", "multinomial", doc="Multinomial random vectors; operands are trials and probabilities."
)
random_multivariate_hypergeometric = vectors(
    "random_multivariate_hypergeometric", "multivariate_hypergeometric",
    doc="Multivariate hypergeometric random vectors; operands are the drawn items and those of each colour.",
)  # fmt: skip


def _factor(covariance: Any, how: str, check: bool, tolerance: float) -> Array:
    """As numpy.random.Generator.multivariate_normal has it, on one matrix."""
    matrix = np.asarray(covariance)
    if how == "cholesky":
        return np.linalg.cholesky(matrix)
    if how == "eigh":
        values, left = np.linalg.eigh(matrix)
        if check and (values < -tolerance).any():
            raise ValueError("covariance is not symmetric positive-semidefinite")
        return rules.owned(left * np.sqrt(np.abs(values)))
    left, values, right = np.linalg.svd(matrix)
    if check and not np.allclose(right.T * values @ right, matrix, rtol=tolerance, atol=tolerance):
        raise ValueError("covariance is not symmetric positive-semidefinite")
    return rules.owned(right.T * np.sqrt(values))


def _factor_shape(covariance: Shape, how: str, check: bool, tolerance: float) -> Shape:
    return covariance


def _factor_work(covariance: Shape, how: str, check: bool, tolerance: float) -> float:
    return (2.0 if how == "cholesky" else 20.0) * math.prod(covariance) * covariance[-1]


covariance_factor = Op(
    name="covariance_factor",
    kind=Kind.LIBRARY,
    arity=1,
    signature=rules.inexact("covariance_factor", "biuf", params=3),
    shape=_factor_shape,
    reference=_factor,
    work=_factor_work,
    doc="A matrix that times its transpose is a covariance matrix; parameters are the method, whether to check, the tolerance.",
)

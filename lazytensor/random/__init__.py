"""Lazy, counter-based random numbers (Philox): element i depends on the seed, the number of the draw, and i alone.

The values are not NumPy's for the same seed, but the same on every run, thread count and tier. Methods are in the chapters
continuous, discrete and shuffling; the functions of this module are those of a generator that all share.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.public import publish
from lazytensor.calling.ufunc_class import unbound
from lazytensor.random.continuous import Continuous
from lazytensor.random.discrete import Discrete
from lazytensor.random.shuffling import Shuffling

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "Generator", "beta", "binomial", "bytes", "chisquare", "choice", "default_rng", "dirichlet", "exponential", "f", "gamma",
    "geometric", "gumbel", "hypergeometric", "integers", "laplace", "logistic", "lognormal", "logseries", "multinomial",
    "multivariate_hypergeometric", "multivariate_normal", "negative_binomial", "noncentral_chisquare", "noncentral_f", "normal",
    "pareto", "permutation", "permuted", "poisson", "power", "rand", "randint", "randn", "random", "random_sample", "ranf",
    "rayleigh", "seed", "shuffle", "standard_cauchy", "standard_exponential", "standard_gamma", "standard_normal", "standard_t",
    "triangular", "uniform", "vonmises", "wald", "weibull", "zipf",
]  # fmt: skip


class Generator(Continuous, Discrete, Shuffling):
    """A stream of random numbers; made by `default_rng`. Methods return at once, and may be called from several threads.

    They have the names and parameters of numpy.random.Generator's. Parameters broadcast; `size` is a shape, or None for the shape
    that they broadcast to. Real numbers are float64 or, with `dtype`, float32; counts are int64 or of another `dtype`. `device`
    says where the tensor is to live. A longer draw of one dimension begins with a shorter one.

    Bad parameters raise ValueError at the call where they are numbers or NumPy arrays. Tensors are not waited for: bad values give
    NaN, or raise ValueError at the wait in the distributions that have no closed inverse (beta, binomial, gamma, poisson, ...).
    """

    __slots__ = ()


def default_rng(seed: Any = None) -> Generator:
    """A generator of random numbers.

    Parameters
    ----------
    seed : int, sequence of int, numpy.random.SeedSequence or Generator, optional
        Equal seeds give equal streams; None takes the system's entropy. A Generator is returned as it is. NumPy's generators and bit
        generators, as PCG64(3), seed by their next numbers.

    >>> import lazytensor as lt
    >>> first, second = (lt.random.default_rng(7).normal(size=3) for _ in range(2))
    >>> bool((first == second).all())
    True
    """
    return seed if isinstance(seed, Generator) else Generator(seed)


# -- the module's own generator -------------------------------------------------------------------------------------------------

_shared = Generator()
_seeded = [False]


def _after_fork_in_child() -> None:
    # A stream that nobody seeded differs from the parent's; a seeded one goes on, as NumPy's.
    if not _seeded[0]:
        _shared._restart(None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)

beta = _shared.beta
binomial = _shared.binomial
bytes = _shared.bytes
chisquare = _shared.chisquare
choice = _shared.choice
dirichlet = _shared.dirichlet
exponential = _shared.exponential
f = _shared.f
gamma = _shared.gamma
geometric = _shared.geometric
gumbel = _shared.gumbel
hypergeometric = _shared.hypergeometric
integers = _shared.integers
laplace = _shared.laplace
logistic = _shared.logistic
lognormal = _shared.lognormal
logseries = _shared.logseries
multinomial = _shared.multinomial
multivariate_hypergeometric = _shared.multivariate_hypergeometric
multivariate_normal = _shared.multivariate_normal
negative_binomial = _shared.negative_binomial
noncentral_chisquare = _shared.noncentral_chisquare
noncentral_f = _shared.noncentral_f
normal = _shared.normal
pareto = _shared.pareto
permutation = _shared.permutation
permuted = _shared.permuted
poisson = _shared.poisson
power = _shared.power
random = random_sample = ranf = _shared.random
rayleigh = _shared.rayleigh
shuffle = _shared.shuffle
standard_cauchy = _shared.standard_cauchy
standard_exponential = _shared.standard_exponential
standard_gamma = _shared.standard_gamma
standard_normal = _shared.standard_normal
standard_t = _shared.standard_t
triangular = _shared.triangular
vonmises = _shared.vonmises
wald = _shared.wald
weibull = _shared.weibull
zipf = _shared.zipf


def seed(seed: Any = None) -> None:
    """Restart the stream of the functions of this module."""
    _shared._restart(seed)
    _seeded[0] = seed is not None


@unbound
def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
    """Uniform in [low, high). As in NumPy, whose function of this name is older than its generators, `high` may be less than `low`."""
    return _shared._between(low, high, size, dtype, device)


@unbound
def rand(*shape: int) -> Tensor:
    """NumPy's older name: uniform in [0, 1), with the lengths of the axes as arguments."""
    return _shared.random(shape)


@unbound
def randn(*shape: int) -> Tensor:
    """NumPy's older name: standard normal, with the lengths of the axes as arguments."""
    return _shared.standard_normal(shape)


@unbound
def randint(low: Any, high: Any = None, size: Any = None, dtype: Any = np.int64) -> Tensor:
    """NumPy's older name: `integers` without `endpoint`."""
    return _shared.integers(low, high, size, dtype)


publish(globals(), __all__)

if not TYPE_CHECKING:  # a typed __getattr__ would make every misspelt name valid

    def __getattr__(name):
        from lazytensor.calling.names import missing  # delayed: start-up time

        raise missing(name, __name__, __all__)

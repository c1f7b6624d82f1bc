"""The discrete distributions of `lazytensor.random`, and those of vectors, with NumPy's names and parameters."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, linalg, special, statistics
from lazytensor.arguments import truncated
from lazytensor.axes import as_index
from lazytensor.compiler.ops import elementwise as elementwise_ops
from lazytensor.compiler.ops import samplers as ops
from lazytensor.compiler.ops.rules import INTEGER_LIMITS
from lazytensor.creation import checked_shape
from lazytensor.devices import device_name
from lazytensor.dtypes import as_dtype
from lazytensor.fallback import waits
from lazytensor.generator import (
    ABOVE_ONE,
    BELOW_ONE,
    LIKELY,
    MEAN,
    NONNEGATIVE,
    POSITIVE,
    PROBABILITY,
    Stream,
    check,
    counting,
    parameter,
    real,
    sized,
    sized_as,
    valid,
    whole,
)
from lazytensor.handle import Handle, apply, contains_handle, record, wrap
from lazytensor.manipulation import as_tensor

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

FLOAT64 = np.dtype(np.float64)
_WORD = 1 << 64


class Discrete(Stream):
    """The methods of a generator that draw integers, and vectors."""

    __slots__ = ()

    def integers(
        self,
        low: Any,
        high: Any = None,
        size: Any = None,
        dtype: Any = np.int64,
        endpoint: bool = False,
        *,
        device: Any = None,
    ) -> Tensor:
        """Integers from `low` (0 if one bound is given) up to, not including unless `endpoint`, `high`.

        The bias of the multiply-high method is below (high - low) / 2**64.

        Raises
        ------
        ValueError
            If numbers or NumPy arrays as bounds are empty or leave the dtype. Bounds that are tensors are not waited for: where
            `low >= high`, the values are unspecified.

        >>> import lazytensor as lt
        >>> bool((lt.random.default_rng(1).integers(6, size=100) < 6).all())
        True
        """
        kind = as_dtype(dtype, "integers")
        if kind.kind not in "biu":
            raise TypeError(f"integers: expects an integer or boolean dtype, got {kind}")
        first, last = (0, low) if high is None else (low, high)
        first, last = _bound(first), _bound(last)
        if size is None or 0 not in checked_shape(size, "integers"):  # of no integers none is out of bounds
            _check_bounds(first, last, kind, endpoint)
        first, last = _word(first), _word(last)
        made = self._bits(sized(size, "integers", first, last), device)
        if isinstance(first, int) and isinstance(last, int):
            count: Any = (last - first + endpoint) % _WORD
            if count:  # 0 stands for all 2**64 integers
                made = apply(elementwise_ops.multiply_high, made, count)
        else:
            count = elementwise.subtract(last, first) + int(endpoint)
            bits = made
            made = apply(elementwise_ops.multiply_high, bits, count)
            made = elementwise.where(elementwise.equal(count, 0), bits, made)
        if not isinstance(first, int) or first:
            made = elementwise.add(made, first)
        return made if made.dtype == kind else elementwise.astype(made, kind)

    @waits
    def bytes(self, length: int) -> bytes:
        """Random bytes, as a Python object. Waits."""
        return self.integers(0, 256, truncated(length, "bytes", "length"), np.uint8).numpy().tobytes()

    def binomial(self, n: Any, p: Any, size: Any = None, dtype: Any = np.int64, *, device: Any = None) -> Tensor:
        """Successes in `n` trials of probability `p`.

        Raises
        ------
        ValueError
            If `n` is negative or `p` not between 0 and 1: at the call for numbers and NumPy arrays, at the wait for tensors.

        >>> import lazytensor as lt
        >>> lt.random.default_rng(1).binomial(10, [0.1, 0.9], size=(3, 2)).dtype
        dtype('int64')
        """
        kind = counting(dtype, "binomial")
        trials, chance = whole(n, "binomial", "n"), parameter(p, FLOAT64, "binomial", "p", PROBABILITY)
        return self._sample(ops.random_binomial, sized(size, "binomial", trials, chance), kind, device, trials, chance)

    def negative_binomial(self, n: Any, p: Any, size: Any = None, dtype: Any = np.int64, *, device: Any = None) -> Tensor:
        """Failures before `n` successes of probability `p`; `n` may be any positive number."""
        name = "negative_binomial"
        kind = counting(dtype, name)
        count, chance = parameter(n, FLOAT64, name, "n", POSITIVE), parameter(p, FLOAT64, name, "p", LIKELY)
        return self._sample(ops.random_negative_binomial, sized(size, name, count, chance), kind, device, count, chance)

    def geometric(self, p: Any, size: Any = None, dtype: Any = np.int64, *, device: Any = None) -> Tensor:
        """Trials up to the first success of probability `p`."""
        kind = counting(dtype, "geometric")
        chance = parameter(p, FLOAT64, "geometric", "p", LIKELY)
        made = self._exponential(sized(size, "geometric", chance), FLOAT64, device)
        # Ceilings of exponentials are geometric. The largest float64 below 2**63 is where NumPy ends too.
        rate = -elementwise.log1p(-chance if isinstance(chance, Handle) else as_tensor(-chance, "geometric"))  # type: ignore[operator]
        found = elementwise.clip(elementwise.ceil(made / rate), 1.0, float(2**63 - 1024))
        return elementwise.astype(found, kind, copy=False)

    def poisson(self, lam: Any = 1.0, size: Any = None, dtype: Any = np.int64, *, device: Any = None) -> Tensor:
        """Poisson of mean `lam`.

        >>> import lazytensor as lt
        >>> lt.random.default_rng(1).poisson(lt.asarray([1.0, 100.0]), size=(5, 2)).shape
        (5, 2)
        """
        kind = counting(dtype, "poisson")
        mean = parameter(lam, FLOAT64, "poisson", "lam", MEAN)
        return self._sample(ops.random_poisson, sized(size, "poisson", mean), kind, device, mean)

    def hypergeometric(
        self, ngood: Any, nbad: Any, nsample: Any, size: Any = None, dtype: Any = np.int64, *, device: Any = None
    ) -> Tensor:
        """Good ones among `nsample` items drawn from `ngood` good and `nbad` bad ones without putting back."""
        name = "hypergeometric"
        kind = counting(dtype, name)
        good, bad, drawn = whole(ngood, name, "ngood"), whole(nbad, name, "nbad"), whole(nsample, name, "nsample")
        if not any(isinstance(item, Handle) for item in (ngood, nbad, nsample)):
            check(np.subtract(np.add(ngood, nbad), nsample), NONNEGATIVE, name, "ngood + nbad - nsample")
        return self._sample(ops.random_hypergeometric, sized(size, name, good, bad, drawn), kind, device, good, bad, drawn)

    def logseries(self, p: Any, size: Any = None, dtype: Any = np.int64, *, device: Any = None) -> Tensor:
        """Logarithmic series distribution."""
        kind = counting(dtype, "logseries")
        form = parameter(p, FLOAT64, "logseries", "p", BELOW_ONE)
        return self._sample(ops.random_logseries, sized(size, "logseries", form), kind, device, form)

    def zipf(self, a: Any, size: Any = None, dtype: Any = np.int64, *, device: Any = None) -> Tensor:
        """Zipf: k with a probability proportional to k**-a."""
        kind = counting(dtype, "zipf")
        exponent = parameter(a, FLOAT64, "zipf", "a", ABOVE_ONE)
        return self._sample(ops.random_zipf, sized(size, "zipf", exponent), kind, device, exponent)

    # -- vectors ----------------------------------------------------------------------------------------------------------------

    def multinomial(self, n: Any, pvals: Any, size: Any = None, *, device: Any = None) -> Tensor:
        """How often each of the outcomes, of probabilities `pvals` along the last axis, occurs in `n` trials.

        `n` and the leading axes of `pvals` broadcast.

        >>> import lazytensor as lt
        >>> print(lt.random.default_rng(1).multinomial(20, [1 / 6] * 6, size=3).sum(axis=-1))
        [20 20 20]
        """
        trials = whole(n, "multinomial", "n")
        chances = parameter(pvals, FLOAT64, "multinomial", "pvals", PROBABILITY)
        length = _last_axis(chances, "multinomial", "pvals")
        if not isinstance(pvals, Handle) and (np.asarray(pvals, np.float64)[..., :-1].sum(axis=-1) > 1.0 + 1e-12).any():
            raise ValueError("multinomial: sum(pvals[..., :-1]) must not be above 1")
        shape = sized_as(size, "multinomial", trials.shape if isinstance(trials, Handle) else (), chances.shape[:-1])
        return self._vectors(ops.random_multinomial, trials, chances, (*shape, length), (), device)

    def multivariate_hypergeometric(
        self, colors: Any, nsample: int, size: Any = None, method: str = "marginals", *, device: Any = None
    ) -> Tensor:
        """How many of each colour there are among `nsample` items drawn from `colors` of each without putting back.

        Parameters
        ----------
        colors : one-dimensional array_like of int
        nsample : int
        method : {"marginals", "count"}
            As in NumPy: "count" needs memory for every item.
        """
        name = "multivariate_hypergeometric"
        if method not in ("marginals", "count"):
            raise ValueError(f"{name}: method must be 'marginals' or 'count', got {method!r}")
        number = as_index(nsample)
        if number is None:
            raise ValueError(f"{name}: nsample must be an integer, got {nsample!r}")
        items, drawn = whole(colors, name, "colors"), whole(number, name, "nsample")
        if not isinstance(items, Handle) or len(items.shape) != 1:
            raise ValueError(f"{name}: colors must be one-dimensional, got {colors}")
        if not isinstance(colors, Handle) and drawn > int(np.sum(colors)):
            raise ValueError(f"{name}: nsample {drawn} is more than there are items, {int(np.sum(colors))}")
        shape = (*sized(size, name), *items.shape)
        return self._vectors(ops.random_multivariate_hypergeometric, drawn, items, shape, (("method", method),), device)

    def _vectors(self, op: Any, counts: Any, weights: Any, shape: tuple[int, ...], options: Any, device: Any) -> Tensor:
        node = counts._read() if isinstance(counts, Handle) else counts
        return wrap(record(op, (*self._next(), node, weights._read()), (shape, options), device=device_name(device)))

    def dirichlet(self, alpha: Any, size: Any = None, dtype: Any = np.float64, *, device: Any = None) -> Tensor:
        """Points with coordinates that are positive and add up to 1; `alpha` along the last axis.

        Gamma numbers divided by their sum, by way of logarithms so that small `alpha` do not underflow; a gamma number of shape
        a is one of shape a + 1 times U**(1 / a) (G. Marsaglia and W. W. Tsang, A simple method for generating gamma variables,
        2000).
        """
        kind = real(dtype, "dirichlet")
        form = valid(parameter(alpha, FLOAT64, "dirichlet", "alpha", NONNEGATIVE), NONNEGATIVE)
        length = _last_axis(form, "dirichlet", "alpha")
        shape = (*sized_as(size, "dirichlet", form.shape[:-1]), length)
        large = elementwise.log(self._sample(ops.random_gamma, shape, FLOAT64, device, form + 1.0))
        small = elementwise.log(self._inside(shape, FLOAT64, device)) / form
        logarithms = large + small
        if not length:
            return elementwise.astype(logarithms, kind, copy=False)
        # Where every alpha is zero, there is nothing to divide by: the coordinates are zero, as NumPy's.
        some = elementwise.not_equal(statistics.max(form, axis=-1, keepdims=True), 0)
        return elementwise.astype(elementwise.where(some, special.softmax(logarithms, axis=-1), 0.0), kind, copy=False)

    def multivariate_normal(
        self,
        mean: Any,
        cov: Any,
        size: Any = None,
        check_valid: str = "warn",
        tol: float = 1e-8,
        *,
        method: str = "svd",
        dtype: Any = np.float64,
        device: Any = None,
    ) -> Tensor:
        """Normal vectors with a mean vector and a covariance matrix.

        Parameters
        ----------
        mean : array_like, (n,)
        cov : array_like, (n, n)
            Symmetric and positive semidefinite.
        size : int or tuple of int, optional
            Of how many; the result has a last axis of n.
        check_valid : {"warn", "raise", "ignore"}
            What to do if `cov` is not valid. A tensor is not waited for: "warn" does nothing then, and "raise" raises at the wait.
        tol : float
        method : {"svd", "eigh", "cholesky"}
            How `cov` is factored; "cholesky" raises LinAlgError at the wait unless it is positive definite.
        """
        name = "multivariate_normal"
        if method not in ("svd", "eigh", "cholesky"):
            raise ValueError(f"{name}: method must be 'svd', 'eigh' or 'cholesky', got {method!r}")
        if check_valid not in ("warn", "raise", "ignore"):
            raise ValueError(f"{name}: check_valid must be 'warn', 'raise' or 'ignore', got {check_valid!r}")
        kind = real(dtype, name)
        centre, spread = as_tensor(mean, name), as_tensor(cov, name)
        if centre.dtype.kind == "c" or spread.dtype.kind == "c":
            raise TypeError(f"{name}: mean and cov must not be complex, got {centre.dtype} and {spread.dtype}")
        if len(centre.shape) != 1 or spread.shape != (*centre.shape, *centre.shape):
            raise ValueError(
                f"{name}: expects a mean of shape (n,) and a cov of shape (n, n), got {centre.shape}, {spread.shape}"
            )
        if not isinstance(cov, Handle) and check_valid != "ignore" and method != "cholesky":
            try:
                ops.covariance_factor.reference(np.asarray(cov), method, True, float(tol))
            except ValueError:
                if check_valid == "raise":
                    raise ValueError(f"{name}: the covariance is not symmetric positive-semidefinite") from None
                warnings.warn(f"{name}: the covariance is not symmetric positive-semidefinite", RuntimeWarning, stacklevel=2)
        factor = wrap(record(ops.covariance_factor, (spread._read(),), (method, check_valid == "raise", float(tol))))
        made = self._normal((*sized(size, name), *centre.shape), FLOAT64, device)
        if made.shape[:-1] == ():
            product = linalg.matmul(factor, made)
        else:
            product = linalg.matmul(made, factor.T)
        return elementwise.astype(product + centre, kind, copy=False)


def _last_axis(value: Any, name: str, argument: str) -> int:
    if not isinstance(value, Handle) or not value.shape:
        raise ValueError(f"{name}: {argument} must have at least one dimension")
    return value.shape[-1]


def _bound(value: Any) -> Any:
    """A bound of `integers`: a Python integer, an array or a tensor of integers. Floating numbers are cut."""
    if isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating)):
        return int(value)
    number = as_index(value)
    if number is not None and not isinstance(value, Handle):
        return number
    if not isinstance(value, Handle):
        value = as_tensor(value, "integers") if contains_handle((value,)) else np.asarray(value)
    if value.dtype.kind == "f":
        if isinstance(value, Handle):
            return elementwise.astype(value, np.int64)
        # NumPy makes floats of integers on both sides of 2**63.
        value = np.asarray([int(item) for item in value.flat], object).reshape(value.shape)
    if value.dtype == object and all(isinstance(item, int) for item in value.flat):
        return value  # beyond 64 bits, as 2**64 is above the last of uint64
    if value.dtype.kind not in "biu":
        raise TypeError(f"integers: expects integer bounds, got dtype {value.dtype}")
    return int(value) if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _check_bounds(low: Any, high: Any, dtype: np.dtype[Any], endpoint: bool) -> None:
    least, most = (0, 1) if dtype.kind == "b" else INTEGER_LIMITS[dtype]
    known = [(name, item) for name, item in (("low", low), ("high", high)) if not isinstance(item, Handle)]
    for name, item in known:
        values = (item, item) if isinstance(item, int) else (int(item.min()), int(item.max())) if item.size else (0, 1)
        past = 1 if name == "high" and not endpoint else 0
        if values[0] < least or values[1] > most + past:
            raise ValueError(f"integers: {name} is out of bounds for {dtype}")
    if len(known) == 2 and (np.greater(low, high) if endpoint else np.greater_equal(low, high)).any():
        raise ValueError(f"integers: low {'>' if endpoint else '>='} high")


def _word(bound: Any) -> Any:
    """A bound modulo 2**64: a Python integer or a uint64 tensor. Differences of such are right whatever the signs."""
    if isinstance(bound, int):
        return bound % _WORD
    if isinstance(bound, np.ndarray) and bound.dtype == object:
        return as_tensor((bound % _WORD).astype(np.uint64), "integers")
    return elementwise.astype(bound, np.uint64)

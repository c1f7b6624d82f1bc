"""Every distribution: its moments and its distribution function against SciPy, parameters, reproducibility, errors."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy.stats

import lazytensor as lt
from lazytensor.core import planning

COUNT = 20_000

# name: (parameters, the distribution in SciPy)
CONTINUOUS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "beta": ((0.5, 2.5), scipy.stats.beta(0.5, 2.5)),
    "chisquare": ((3.5,), scipy.stats.chi2(3.5)),
    "exponential": ((2.5,), scipy.stats.expon(scale=2.5)),
    "f": ((5.0, 12.0), scipy.stats.f(5, 12)),
    "gamma": ((0.7, 3.0), scipy.stats.gamma(0.7, scale=3)),
    "gumbel": ((1.0, 2.0), scipy.stats.gumbel_r(1, 2)),
    "laplace": ((-1.0, 2.0), scipy.stats.laplace(-1, 2)),
    "logistic": ((1.0, 0.5), scipy.stats.logistic(1, 0.5)),
    "lognormal": ((0.3, 0.6), scipy.stats.lognorm(0.6, scale=np.exp(0.3))),
    "noncentral_chisquare": ((3.0, 2.0), scipy.stats.ncx2(3, 2)),
    "noncentral_f": ((6.0, 12.0, 1.5), scipy.stats.ncf(6, 12, 1.5)),
    "normal": ((1.0, 2.0), scipy.stats.norm(1, 2)),
    "pareto": ((4.5,), scipy.stats.lomax(4.5)),
    "power": ((3.0,), scipy.stats.powerlaw(3)),
    "random": ((), scipy.stats.uniform()),
    "rayleigh": ((2.0,), scipy.stats.rayleigh(scale=2)),
    "standard_cauchy": ((), scipy.stats.cauchy()),
    "standard_exponential": ((), scipy.stats.expon()),
    "standard_gamma": ((3.0,), scipy.stats.gamma(3)),
    "standard_normal": ((), scipy.stats.norm()),
    "standard_t": ((7.0,), scipy.stats.t(7)),
    "triangular": ((-1.0, 0.5, 3.0), scipy.stats.triang(1.5 / 4, -1, 4)),
    "uniform": ((-2.0, 3.0), scipy.stats.uniform(-2, 5)),
    "vonmises": ((0.5, 2.0), scipy.stats.vonmises(2.0, 0.5)),
    "wald": ((2.0, 3.0), scipy.stats.invgauss(2 / 3, scale=3)),
    "weibull": ((1.7,), scipy.stats.weibull_min(1.7)),
}
DISCRETE: dict[str, tuple[tuple[Any, ...], Any]] = {
    "binomial": ((12, 0.3), scipy.stats.binom(12, 0.3)),
    "geometric": ((0.3,), scipy.stats.geom(0.3)),
    "hypergeometric": ((8, 12, 7), scipy.stats.hypergeom(20, 8, 7)),
    "integers": ((3, 12), scipy.stats.randint(3, 12)),
    "logseries": ((0.6,), scipy.stats.logser(0.6)),
    "negative_binomial": ((3.5, 0.4), scipy.stats.nbinom(3.5, 0.4)),
    "poisson": ((4.5,), scipy.stats.poisson(4.5)),
    "zipf": ((3.2,), scipy.stats.zipf(3.2)),
}
VECTORS: dict[str, tuple[Any, ...]] = {
    "dirichlet": ([0.3, 1.0, 2.5],),
    "multinomial": (20, [0.2, 0.3, 0.5]),
    "multivariate_hypergeometric": ([6, 4, 9], 7),
    "multivariate_normal": ([1.0, -2.0], [[2.0, 0.6], [0.6, 1.0]]),
}
ALL = {name: args for name, (args, _) in {**CONTINUOUS, **DISCRETE}.items()} | VECTORS


@pytest.mark.parametrize("name", CONTINUOUS)
def test_continuous(name: str) -> None:
    args, wanted = CONTINUOUS[name]
    for dtype in ("float64", "float32"):
        made = getattr(lt.random.default_rng(20), name)(*args, size=COUNT, dtype=dtype)
        assert made.dtype == dtype
        values = made.numpy().astype(float)
        assert np.isfinite(values).all()
        assert scipy.stats.kstest(values, wanted.cdf).pvalue > 1e-3
        spread = wanted.std()
        if np.isfinite(spread) and name != "vonmises":
            assert abs(values.mean() - wanted.mean()) < 5 * spread / COUNT**0.5
            assert abs(values.std() / spread - 1) < 0.15


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete(name: str) -> None:
    args, wanted = DISCRETE[name]
    made = getattr(lt.random.default_rng(21), name)(*args, size=COUNT)
    assert made.dtype == np.int64
    values = made.numpy()
    low, high = int(wanted.ppf(0.0005)), int(wanted.ppf(0.9995))
    inside = np.arange(low, high + 1)
    expected = COUNT * np.concatenate([wanted.pmf(inside), [wanted.sf(high) + wanted.cdf(low - 1)]])
    found = np.bincount(np.clip(values, low - 1, high + 1) - low + 1, minlength=high - low + 3)
    found = np.concatenate([found[1:-1], [found[0] + found[-1]]])
    often = expected >= 5
    expected = np.append(expected[often], expected[~often].sum() + 1e-9)
    found = np.append(found[often], found[~often].sum())
    statistic = ((found - expected) ** 2 / np.maximum(expected, 1)).sum()
    assert scipy.stats.chi2(len(expected) - 1).sf(statistic) > 1e-3
    narrow = getattr(lt.random.default_rng(21), name)(*args, size=50, dtype="int16")
    assert narrow.dtype == np.int16
    assert (narrow.numpy() == values[:50]).all()


def test_vectors(tier: str) -> None:
    rng = lt.random.default_rng(22)
    points = rng.dirichlet(*VECTORS["dirichlet"], size=COUNT).numpy()
    wanted = scipy.stats.dirichlet([0.3, 1.0, 2.5])
    np.testing.assert_allclose(points.sum(axis=1), 1)
    np.testing.assert_allclose(points.mean(axis=0), wanted.mean(), atol=0.01)
    np.testing.assert_allclose(points.var(axis=0), wanted.var(), rtol=0.05)
    tiny = rng.dirichlet([1e-3, 1e-3], size=2000).numpy()
    assert np.isfinite(tiny).all()
    assert 0.4 < tiny[:, 0].mean() < 0.6
    counts = rng.multinomial(*VECTORS["multinomial"], size=COUNT)
    assert counts.shape == (COUNT, 3)
    assert (counts.sum(axis=1) == 20).all()
    np.testing.assert_allclose(counts.numpy().mean(axis=0), [4, 6, 10], atol=0.08)
    np.testing.assert_allclose(np.cov(counts.numpy().T), scipy.stats.multinomial(20, [0.2, 0.3, 0.5]).cov(), atol=0.15)
    for method in ("marginals", "count"):
        drawn = rng.multivariate_hypergeometric([6, 4, 9], 7, size=COUNT, method=method).numpy()
        assert (drawn.sum(axis=1) == 7).all()
        np.testing.assert_allclose(drawn.mean(axis=0), 7 * np.asarray([6, 4, 9]) / 19, atol=0.05)
    mean, covariance = VECTORS["multivariate_normal"]
    for method in ("svd", "eigh", "cholesky"):
        normal = rng.multivariate_normal(mean, lt.asarray(covariance), size=COUNT, method=method).numpy()
        np.testing.assert_allclose(normal.mean(axis=0), mean, atol=0.05)
        np.testing.assert_allclose(np.cov(normal.T), covariance, atol=0.06)


@pytest.mark.parametrize("name", ALL)
def test_shapes_and_seeds(tier: str, name: str) -> None:
    draw = lambda seed, size: getattr(lt.random.default_rng(seed), name)(*ALL[name], size=size)  # noqa: E731
    tail = (len(VECTORS[name][-1 if name == "dirichlet" else 0 if name != "multinomial" else 1]),) if name in VECTORS else ()
    for size, shape in [(None, ()), (3, (3,)), ((2, 3), (2, 3)), ((0, 4), (0, 4))]:
        assert draw(1, size).shape == (*shape, *tail)
        assert draw(1, size).numpy().shape == (*shape, *tail)
    long = draw(5, 900).numpy()
    assert (draw(5, 300).numpy() == long[:300]).all()
    assert (draw(5, (30, 30)).numpy().ravel() == long.ravel()).all()
    assert (draw(6, 900).numpy() != long).any()
    rng = lt.random.default_rng(5)
    twice = [getattr(rng, name)(*ALL[name], size=900) for _ in range(2)]
    lt.materialize(*twice)
    assert (twice[0].numpy() == long).all()
    assert (twice[1].numpy() != long).any()


def programs() -> list[lt.Tensor]:
    rng = lt.random.default_rng(9)
    size = (3, 50_000)
    found = [getattr(rng, name)(*args, size=size if name not in VECTORS else (2, 30_000)) for name, args in ALL.items()]
    wide = lt.linspace(0.5, 9.0, 50_000)
    return [*found, rng.poisson(wide, size), rng.gamma(wide[:3].reshape(3, 1), wide), rng.permutation(wide), rng.permuted(wide)]


def test_bits_depend_on_neither_threads_nor_tier() -> None:
    found = []
    for tier, threads in (("interpret", 1), ("interpret", 3), ("compile", 2)):
        with lt.config.override(tier=tier, threads=threads):
            made = programs()
            lt.materialize(*made)
            found.append([item.numpy() for item in made])
    names = [*ALL, "poisson", "gamma", "permutation", "permuted"]
    for name, one, other, compiled in zip(names, *found, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name)
        # Compositions differ between tiers as their functions do; samplers do not.
        close = {"rtol": 1e-12, "atol": 1e-14} if name in CONTINUOUS or name == "dirichlet" else {"rtol": 0}
        np.testing.assert_allclose(one, compiled, err_msg=name, **close)


SAMPLED = (
    "beta binomial gamma hypergeometric logseries negative_binomial noncentral_chisquare noncentral_f poisson vonmises wald zipf"
)


@pytest.mark.parametrize("name", SAMPLED.split())
def test_samplers_are_equal_in_both_tiers_and_longer_draws_begin_with_shorter(name: str) -> None:
    args = ALL[name]
    found = []
    for tier in ("interpret", "compile"):
        with lt.config.override(tier=tier):
            found.append(getattr(lt.random.default_rng(3), name)(*args, size=140_000).numpy())
    np.testing.assert_array_equal(*found)
    assert (found[0][: 1 << 16] != found[0][1 << 16 : 2 << 16]).any()
    np.testing.assert_array_equal(getattr(lt.random.default_rng(3), name)(*args, size=70_001).numpy(), found[0][:70_001])


@pytest.mark.parametrize("name", [name for name in {**CONTINUOUS, **DISCRETE} if ALL[name]])
def test_parameters_broadcast(name: str) -> None:
    args = ALL[name]
    first = np.full((2, 1), args[0])
    rest = [np.full(3, item) for item in args[1:]]
    for make in (lambda x: x, lt.asarray, lambda x: x.tolist(), lambda x: lt.asarray(np.repeat(x, 2, axis=-1))[..., ::2]):
        made = getattr(lt.random.default_rng(4), name)(make(first), *[make(item) for item in rest])
        assert made.shape == (2, 3 if rest else 1)
        again = getattr(lt.random.default_rng(4), name)(make(first), *[make(item) for item in rest], size=(2, 3))
        assert again.shape == again.numpy().shape == (2, 3)
        with pytest.raises(ValueError, match="size"):
            getattr(lt.random.default_rng(4), name)(make(first), *[make(item) for item in rest], size=(3, 3))
    # The parameter that belongs to a place is used there.
    if name in ("poisson", "gamma", "normal", "exponential", "chisquare", "rayleigh"):
        where = np.asarray([0.1, 100.0])
        second = {"normal": (0.01,), "gamma": (1.0,)}.get(name, ())
        made = getattr(lt.random.default_rng(4), name)(lt.asarray(where), *second, size=(4000, 2)).numpy()
        assert made[:, 0].mean() < 2
        assert made[:, 1].mean() > 50


ERRORS: list[tuple[str, tuple[Any, ...], str]] = [
    ("beta", (0.0, 1.0), "a must be positive"),
    ("beta", (1.0, np.asarray([1.0, -1.0])), "b must be positive"),
    ("binomial", (-1, 0.5), "n must not be negative"),
    ("binomial", (3, 1.5), "p must lie between"),
    ("binomial", (3, float("nan")), "p must lie between"),
    ("chisquare", (0.0,), "df must be positive"),
    ("dirichlet", ([1.0, -1.0],), "alpha must not be negative"),
    ("dirichlet", (1.0,), "dimension"),
    ("exponential", (-1.0,), "scale must not be negative"),
    ("f", (1.0, 0.0), "dfden must be positive"),
    ("gamma", ([1.0, -2.0],), "shape must not be negative"),
    ("gamma", (1.0, -2.0), "scale must not be negative"),
    ("geometric", (0.0,), "p must be above 0"),
    ("gumbel", (0.0, -1.0), "scale"),
    ("hypergeometric", (3, 4, 8), "ngood"),
    ("laplace", (0.0, -1.0), "scale"),
    ("logistic", (0.0, -1.0), "scale"),
    ("lognormal", (0.0, -1.0), "sigma"),
    ("logseries", (1.0,), "below 1"),
    ("multinomial", (3, [0.9, 0.5, 0.1]), "sum"),
    ("multinomial", (3, [-0.5, 1.5]), "pvals must lie"),
    ("multivariate_hypergeometric", ([3, 4], 8), "more than"),
    ("multivariate_hypergeometric", ([[3, 4]], 2), "one-dimensional"),
    ("multivariate_normal", ([0.0], [[1.0, 0.0], [0.0, 1.0]]), "shape"),
    ("negative_binomial", (0, 0.5), "n must be positive"),
    ("noncentral_chisquare", (1.0, -1.0), "nonc"),
    ("noncentral_f", (1.0, 1.0, -1.0), "nonc"),
    ("normal", (0.0, [1.0, -1.0]), "scale"),
    ("pareto", (0.0,), "a must be positive"),
    ("poisson", (-1.0,), "lam"),
    ("poisson", (float("nan"),), "lam"),
    ("power", (0.0,), "a must be positive"),
    ("rayleigh", (-1.0,), "scale"),
    ("standard_gamma", (-1.0,), "shape"),
    ("standard_t", (0.0,), "df"),
    ("triangular", (0.0, 2.0, 1.0), "right - mode"),
    ("triangular", (0.0, 0.0, 0.0), "right - left"),
    ("vonmises", (0.0, -1.0), "kappa"),
    ("wald", (0.0, 1.0), "mean"),
    ("weibull", (-1.0,), "a must not be negative"),
    ("zipf", (1.0,), "above 1"),
]


@pytest.mark.parametrize(("name", "args", "match"), ERRORS)
def test_bad_parameters_raise_at_the_call(name: str, args: tuple[Any, ...], match: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: .*{match}"):
        getattr(lt.random.default_rng(0), name)(*args)


def test_bad_parameters_in_tensors_are_found_later(tier: str) -> None:
    rng = lt.random.default_rng(0)
    made = rng.poisson(lt.asarray([1.0, -1.0]))
    with pytest.raises(ValueError, match="lam"):
        made.wait()
    assert np.isnan(rng.lognormal(lt.asarray(float("nan")), 1.0).item())
    bad = rng.multivariate_normal([0.0, 0.0], lt.asarray([[1.0, 2.0], [2.0, 1.0]]), check_valid="raise")
    with pytest.raises(ValueError, match="positive-semidefinite"):
        bad.wait()
    with pytest.raises(ValueError, match="positive-semidefinite"):
        rng.multivariate_normal([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], check_valid="raise", method="eigh")
    with pytest.warns(RuntimeWarning, match="positive-semidefinite"):
        rng.multivariate_normal([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]])


def test_other_errors() -> None:
    rng = lt.random.default_rng(0)
    calls: list[Any] = [
        (lambda: rng.gamma(2.0, dtype="int64"), TypeError, "float"),
        (lambda: rng.poisson(2.0, dtype="complex64"), TypeError, "integer or floating"),
        (lambda: rng.gamma(2j), TypeError, "gamma"),
        (lambda: rng.standard_exponential(method="other"), ValueError, "method"),
        (lambda: rng.multivariate_hypergeometric([1, 2], 1, method="other"), ValueError, "method"),
        (lambda: rng.multivariate_normal([0.0], [[1.0]], method="other"), ValueError, "method"),
        (lambda: rng.multivariate_normal([0.0], [[1.0]], check_valid="other"), ValueError, "check_valid"),
    ]
    for call, error, match in calls:
        with pytest.raises(error, match=match):
            call()


@pytest.mark.parametrize("name", ["random", "standard_normal", "standard_exponential", "standard_gamma"])
def test_out(tier: str, name: str) -> None:
    args = (2.0,) if name == "standard_gamma" else ()
    wanted = getattr(lt.random.default_rng(1), name)(*args, size=(2, 3), dtype="float32").numpy()
    for out in (lt.zeros((2, 3), dtype="float32"), np.zeros((2, 3), "float32")):
        assert getattr(lt.random.default_rng(1), name)(*args, dtype="float32", out=out) is out
        np.testing.assert_array_equal(np.asarray(out), wanted)
        with pytest.raises(TypeError, match="dtype"):
            getattr(lt.random.default_rng(1), name)(*args, out=out)
        with pytest.raises(ValueError, match="size"):
            getattr(lt.random.default_rng(1), name)(*args, size=3, dtype="float32", out=out)


def test_extremes(tier: str) -> None:
    rng = lt.random.default_rng(2)
    assert (rng.weibull(0.0, 5) == 0).all()
    assert (rng.weibull(lt.asarray([0.0, 0.0])) == 0).all()
    assert (rng.geometric(1.0, 50) == 1).all()
    assert (rng.geometric(1e-300, 5) > 2**62).all()
    assert (rng.poisson(0.0, 50) == 0).all()
    assert (rng.binomial(0, 0.5, 50) == 0).all()
    for name in ("laplace", "logistic", "gumbel", "standard_cauchy", "exponential"):
        assert np.isfinite(getattr(rng, name)(size=300_000, dtype="float32").numpy()).all()


def test_spawned_generators(tier: str) -> None:
    parent, same = lt.random.default_rng(1), lt.random.default_rng(1)
    children = [*parent.spawn(2), *parent.spawn(1)]
    again = same.spawn(3)
    values = [child.random(50).numpy() for child in children]
    assert all((value == other.random(50).numpy()).all() for value, other in zip(values, again, strict=True))
    assert len({value.tobytes() for value in [*values, parent.random(50).numpy()]}) == 4
    assert type(children[0]) is lt.random.Generator
    copied = pickle.loads(pickle.dumps(parent))
    assert (copied.spawn(1)[0].random(5) == parent.spawn(1)[0].random(5)).all()


def test_bytes() -> None:
    first, second = lt.random.default_rng(1).bytes(1000), lt.random.default_rng(1).bytes(1000)
    assert type(first) is bytes
    assert first == second
    assert len(first) == 1000
    assert len(set(first)) > 200
    assert lt.random.Generator.bytes.waits  # type: ignore[attr-defined]


@pytest.mark.recorded
def test_nothing_else_waits() -> None:
    rng = lt.random.default_rng(1)
    parameter = lt.exp(lt.zeros(4))
    made = [rng.poisson(parameter), rng.gamma(parameter), rng.geometric(parameter), rng.multinomial(lt.arange(3), parameter / 4)]
    assert not parameter.is_ready()
    assert not any(item.is_ready() for item in made)
    assert made[3].shape == (3, 4)
    lt.materialize(*made)
    assert (made[3].sum(axis=1) == lt.arange(3)).all()


def test_new_seeds_and_parameters_meet_the_same_plan() -> None:
    def draw(seed: int, scale: float) -> None:
        rng = lt.random.default_rng(seed)
        lt.materialize(rng.poisson(scale, 5), rng.beta(scale, 2, 5), rng.gumbel(scale, 2.5, 5), rng.binomial(int(scale), 0.5, 5))

    draw(1, 3.0)
    known = len(planning.plans)
    draw(2, 4.5)
    assert len(planning.plans) == known


def test_import_draws_nothing() -> None:
    code = "import sys, lazytensor; print('numpy.random' in sys.modules and 'numpy.random' not in before)"
    program = "import sys, numpy; before = set(sys.modules); " + code
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


BAD: dict[str, list[tuple[float, ...]]] = {
    "exponential": [(-1,)],
    "chisquare": [(0,), (-1,)],
    "pareto": [(0,), (-1,)],
    "power": [(0,), (-1,)],
    "rayleigh": [(-1,)],
    "weibull": [(-1,)],
    "gamma": [(1, -1)],
    "gumbel": [(0, -1)],
    "laplace": [(0, -1)],
    "logistic": [(0, -1)],
    "lognormal": [(0, -1)],
    "normal": [(0, -1), (0, np.nan)],
    "uniform": [(2, 1), (0, np.inf), (0, np.nan)],
    "triangular": [(2, 1, 3), (0, 3, 2), (1, 1, 1)],
}


@pytest.mark.parametrize("name", BAD)
def test_bad_parameters_in_tensors_give_nan(name: str, tier: str) -> None:
    draw = getattr(lt.random.default_rng(3), name)
    for parameters in BAD[name]:
        good = [0.25, 0.5, 1.0][-len(parameters) :]
        for number in range(len(parameters)):
            # The others as numbers, and a good one beside the bad one.
            given = [lt.asarray([float(item), good[number]]) if place == number else item for place, item in enumerate(good)]
            assert np.isfinite(draw(*given).numpy()[1])
        found = draw(*[lt.asarray([float(item), fine]) for item, fine in zip(parameters, good, strict=True)], size=(3, 2)).numpy()
        assert np.isnan(found[:, 0]).all()
        assert np.isfinite(found[:, 1]).all()


def test_kinds_of_errors_of_parameters() -> None:
    ours, theirs = lt.random.default_rng(3), np.random.default_rng(3)
    for call in (
        lambda rng: rng.normal(0, 10**400),
        lambda rng: rng.poisson(10**400),
        lambda rng: rng.binomial(np.inf, 0.5),
        lambda rng: rng.binomial(-np.inf, 0.5),
        lambda rng: rng.binomial(np.nan, 0.5),
        lambda rng: rng.binomial(2**70, 0.5),
        lambda rng: rng.binomial(1j, 0.5),
        lambda rng: rng.dirichlet([1.0, -1.0]),
        lambda rng: rng.dirichlet([1j, 1.0]),
        lambda rng: rng.uniform(2, 1),
        lambda rng: rng.uniform(0, np.inf),
        lambda rng: rng.multivariate_normal([0, 0], [[1, 1j], [-1j, 1]]),
        lambda rng: rng.multivariate_normal([0, 1j], np.eye(2)),
        lambda rng: rng.multivariate_normal([0, 1j], 1),
        lambda rng: rng.multivariate_hypergeometric([3, 4], 1.5),
    ):
        with pytest.raises(Exception) as wanted:  # noqa: PT011
            call(theirs)
        with pytest.raises(wanted.type):
            call(ours)
    assert np.isnan(lt.random.default_rng(3).dirichlet(lt.asarray([1.0, -1.0])).numpy()).all()
    with pytest.raises(TypeError, match="complex"):
        ours.multivariate_normal([0, 0], lt.asarray([[1, 1j], [-1j, 1]]))
    with pytest.raises(TypeError, match="out must be an array"):
        ours.random(out=[0.0])

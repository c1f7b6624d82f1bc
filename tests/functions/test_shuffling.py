"""Random orders and choices, and the functions of the module."""

from __future__ import annotations

import inspect
import itertools
from typing import Any

import numpy as np
import pytest
import scipy.stats

import lazytensor as lt


def test_permutation(tier: str) -> None:
    rng = lt.random.default_rng(1)
    order = rng.permutation(1000)
    assert order.dtype == np.int64
    assert not order.is_ready()
    assert sorted(order.tolist()) == list(range(1000))
    assert order.tolist() != list(range(1000))
    assert (rng.permutation(1000) != order).any()
    x = np.arange(12.0).reshape(3, 4)
    for axis in (0, 1, -1):
        made = rng.permutation(lt.asarray(x).T[::-1], axis).numpy()
        assert made.shape == (4, 3)
        np.testing.assert_array_equal(np.sort(made, axis), np.sort(x.T[::-1], axis))
        # Lines stay together.
        lines = {tuple(line) for line in np.moveaxis(x.T[::-1], axis, 0)}
        assert {tuple(line) for line in np.moveaxis(made, axis, 0)} == lines
    assert rng.permutation(0).shape == (0,)
    assert rng.permutation([]).shape == (0,)
    for bad in (-1, lt.asarray(3), 2.5):
        with pytest.raises(ValueError):  # noqa: PT011  (AxisError for an array without axes)
            rng.permutation(bad)
    with pytest.raises(np.exceptions.AxisError):
        rng.permutation(x, axis=2)


@pytest.mark.parametrize("draw", ["permutation", "shuffle", "permuted", "choice", "choice with p"])
def test_every_order_is_equally_likely(draw: str) -> None:
    rng = lt.random.default_rng(2)
    found = []
    for _ in range(1200):
        if draw == "shuffle":
            x = lt.arange(3)
            rng.shuffle(x)
        elif draw.startswith("choice"):
            x = rng.choice(3, 3, replace=False, p=[1 / 3] * 3 if "p" in draw.split() else None)
        else:
            x = getattr(rng, draw)(np.arange(3))
        found.append(x)
    lt.materialize(*found)
    counts = dict.fromkeys(itertools.permutations(range(3)), 0)
    for x in found:
        counts[tuple(x.tolist())] += 1
    assert scipy.stats.chisquare(list(counts.values())).pvalue > 1e-3


def test_shuffle_in_place(tier: str) -> None:
    rng = lt.random.default_rng(3)
    base = lt.reshape(lt.arange(40), (10, 4))
    before = base.numpy()
    view = base[2:8, ::2]
    assert rng.shuffle(view) is None  # type: ignore[func-returns-value]
    after = base.numpy()
    assert (after != before).any()
    untouched = np.ones((10, 4), bool)
    untouched[2:8, ::2] = False
    assert (after[untouched] == before[untouched]).all()
    np.testing.assert_array_equal(view.numpy(), after[2:8, ::2])
    assert {tuple(row) for row in after[2:8, ::2]} == {tuple(row) for row in before[2:8, ::2]}
    rng.shuffle(base.T, axis=1)
    assert {tuple(row) for row in base.numpy()} == {tuple(row) for row in after}
    result = lt.arange(100) * 2
    rng.shuffle(result)
    assert sorted(result.tolist()) == list(range(0, 200, 2))
    assert result.tolist() != list(range(0, 200, 2))


def test_shuffle_of_other_things() -> None:
    rng = lt.random.default_rng(4)
    array, items = np.arange(100), list("abcdefghijklmnopqrstuvwxyz")
    rng.shuffle(array)
    rng.shuffle(items)
    assert sorted(array) == list(range(100))
    assert list(array) != sorted(array)
    assert "".join(sorted(items)) == "abcdefghijklmnopqrstuvwxyz" != "".join(items)
    bad: list[tuple[Any, Any]] = [
        ((1, 2), TypeError),
        (lt.asarray(3), TypeError),
        (lt.arange(3).sum(), TypeError),
        (lt.broadcast_to(lt.arange(3), (2, 3)), ValueError),
        ("text", TypeError),
    ]
    for x, error in bad:
        with pytest.raises(error):
            rng.shuffle(x)
    with pytest.raises(NotImplementedError):
        rng.shuffle(items, axis=1)


def test_permuted(tier: str) -> None:
    rng = lt.random.default_rng(5)
    x = np.tile(np.arange(50), (4, 1))
    made = rng.permuted(lt.asarray(x), axis=1).numpy()
    np.testing.assert_array_equal(np.sort(made, axis=1), x)
    assert len({row.tobytes() for row in made}) == 4
    np.testing.assert_array_equal(np.sort(rng.permuted(x.T, axis=0).numpy(), axis=0), x.T)
    everywhere = rng.permuted(x).numpy()
    assert everywhere.shape == x.shape
    np.testing.assert_array_equal(np.sort(everywhere.ravel()), np.sort(x.ravel()))
    assert (np.sort(everywhere, axis=1) != x).any()
    for out in (lt.asarray(x), x.copy()):
        assert rng.permuted(x, axis=1, out=out) is out
        np.testing.assert_array_equal(np.sort(np.asarray(out), axis=1), x)
        assert (np.asarray(out) != x).any()


def test_choice(tier: str) -> None:
    rng = lt.random.default_rng(6)
    p = np.asarray([0.1, 0.0, 0.6, 0.3])
    for weights in (p, lt.asarray(p), p.tolist()):
        counts = np.bincount(rng.choice(4, 20_000, p=weights).numpy(), minlength=4)
        np.testing.assert_allclose(counts / 20_000, p, atol=0.02)
        assert counts[1] == 0
        some = lt.stack([rng.choice(4, 2, replace=False, p=weights) for _ in range(400)]).numpy()
        assert (some[:, 0] != some[:, 1]).all()
        assert not (some == 1).any()
        np.testing.assert_allclose(np.bincount(some[:, 0], minlength=4) / 400, p, atol=0.1)
    x = lt.asarray([[10, 20, 30], [40, 50, 60]])
    for size, shape in [(None, ()), (4, (4,)), ((2, 2), (2, 2))]:
        assert rng.choice(9, size).shape == shape
        assert rng.choice(x, size).shape == rng.choice(x, size).numpy().shape == (*shape, 3)
        assert rng.choice(x, size, axis=-1).shape == (2, *shape)
    assert rng.choice(5).item() in range(5)
    picked = rng.choice(x, 3, replace=False, axis=1).numpy()
    assert {tuple(column) for column in picked.T} == {(10, 40), (20, 50), (30, 60)}
    assert sorted(rng.choice(6, (2, 3), replace=False, shuffle=False).numpy().ravel()) == list(range(6))
    assert rng.choice(0, 0).shape == (0,)
    calls: list[Any] = [
        (lambda: rng.choice(3, 4, replace=False), "cannot take 4 of 3"),
        (lambda: rng.choice(0, 1), "positive"),
        (lambda: rng.choice(3, p=[0.5, 0.5]), "shape"),
        (lambda: rng.choice(2, p=[0.5, 0.4]), "sum to 1"),
        (lambda: rng.choice(2, p=[1.5, -0.5]), "negative"),
        (lambda: rng.choice(3, 3, replace=False, p=[0.5, 0.5, 0.0]), "not zero"),
    ]
    for call, match in calls:
        with pytest.raises(ValueError, match=f"^choice: .*{match}"):
            call()


def test_orders_are_drawn_where_the_tensor_lives() -> None:
    rng = lt.random.default_rng(7)
    with lt.config.override(cpu_devices=2):
        x = lt.asarray([1.0, 2.0, 3.0], device="cpu:1")
        with lt.default_device("cpu:0"):
            assert rng.permutation(x).wait().device == "cpu:1"
            assert rng.permuted(x, axis=0).wait().device == "cpu:1"
            assert rng.choice(x, 2).wait().device == "cpu:1"
            rng.shuffle(x)
            assert x.wait().device == "cpu:1"
            assert rng.poisson(x).wait().device == "cpu:1"
            assert rng.gumbel(device="cpu:1").wait().device == "cpu:1"


NAMES = [name for name in lt.random.__all__ if name not in ("Generator", "default_rng", "seed")]
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "beta": (1.0, 2.0), "binomial": (9, 0.5), "bytes": (9,), "chisquare": (3.0,), "choice": (900,), "dirichlet": ([1.0, 2.0],),
    "f": (3.0, 4.0), "gamma": (2.0,), "geometric": (0.01,), "hypergeometric": (50, 60, 70), "integers": (900,),
    "logseries": (0.99,), "multinomial": (900, [0.5, 0.5]), "multivariate_hypergeometric": ([300, 400], 500),
    "multivariate_normal": ([0.0], [[1.0]]), "negative_binomial": (9, 0.1), "noncentral_chisquare": (3.0, 1.0),
    "noncentral_f": (3.0, 4.0, 1.0), "pareto": (1.0,), "permutation": (99,), "permuted": (np.arange(99),), "poisson": (900.0,),
    "power": (2.0,), "randint": (900,), "shuffle": ([1, 2],), "standard_gamma": (2.0,), "standard_t": (3.0,),
    "triangular": (0.0, 1.0, 2.0), "vonmises": (0.0, 1.0), "wald": (1.0, 2.0), "weibull": (2.0,), "zipf": (1.2,),
}  # fmt: skip


def test_module_functions_share_a_stream() -> None:
    def draws() -> list[Any]:
        lt.random.seed(11)
        found = [getattr(lt.random, name)(*ARGUMENTS.get(name, ())) for name in NAMES]
        return [np.asarray(item).tolist() for item in found if item is not None and not isinstance(item, bytes)]

    first = draws()
    assert draws() == first
    assert len(first) == len(NAMES) - 2
    lt.random.seed(12)
    assert [lt.random.random().item()] != first[:1]


def test_names_and_parameters_are_numpys() -> None:
    theirs = {name for name in dir(np.random.Generator) if not name.startswith("_")} - {"bit_generator"}
    assert theirs <= set(dir(lt.random.Generator))
    assert theirs - {"spawn"} <= set(lt.random.__all__)
    for name in theirs:
        documented = (getattr(np.random.Generator, name).__doc__ or "").strip().splitlines()
        line = next(text for text in documented if text.startswith(f"{name}("))
        wanted = [part.split("=")[0].strip() for part in line[len(name) + 1 :].rstrip(")").split(",") if part.strip()]
        found = [item for item in inspect.signature(getattr(lt.random.Generator, name)).parameters if item != "self"]
        assert found[: len(wanted)] == [item for item in wanted if item not in ("*",)], name
    with pytest.raises(AttributeError, match="the nearest there is: normal"):
        lt.random.nromal  # noqa: B018  # type: ignore[attr-defined]


def test_older_names() -> None:
    lt.random.seed(1)
    assert lt.random.rand(2, 3).shape == lt.random.randn(2, 3).shape == (2, 3)
    assert lt.random.rand().shape == ()
    whole = lt.random.randint(5, 9, size=100, dtype="int8")
    assert whole.dtype == np.int8
    assert set(whole.tolist()) == {5, 6, 7, 8}
    assert lt.random.random_sample((2,)).shape == (2,)
    assert lt.random.ranf is lt.random.random
    assert lt.random.default_rng(np.random.SeedSequence(5)).random() == lt.random.default_rng(5).random()

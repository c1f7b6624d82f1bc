"""Reductions over short rows: values against NumPy; bits against other fusions, other threads, and kernels that go along the rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.compiler.codegen.forms import row_tiles, short
from lazytensor.compiler.codegen.source import assembly
from lazytensor.core import planning

LENGTHS = [0, 3, 16, 64]
Values = list[Any]
Program = Callable[[Callable[[Any], Any]], Values]


@pytest.fixture(autouse=True)
def _compiled() -> Iterator[None]:
    with lt.config.override(tier="compile"):
        planning.clear_plans()
        yield
        planning.clear_plans()


def samples(shape: tuple[int, ...], dtype: str, seed: int = 0) -> Any:
    values = np.random.default_rng([seed, *shape]).standard_normal(shape) * 2
    return np.asarray(np.abs(values) if dtype[0] == "u" else values).astype(dtype)


def across(*values: Any) -> bool:
    """Whether the values are computed by a kernel that goes across the results or rows."""
    return any("across the r" in source for source in lt.explain(*values).sources)


def bits(values: Values) -> list[bytes]:
    lt.materialize(*values)
    return [value.numpy().tobytes() for value in values]


def check_bits(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    want = bits(program(lambda value: value))
    for threads in (1, 2):
        with lt.config.override(threads=threads):
            assert bits(program(lambda value: value)) == want
    with monkeypatch.context() as patch:
        patch.setattr(short, "SHORT_MOST", 0)
        patch.setattr(row_tiles, "TILED_MOST", 0)
        planning.clear_plans()
        # Along the rows, and from memory.
        assert bits(program(lambda value: value.wait())) == want
    planning.clear_plans()


def close(have: Any, want: Any, terms: Any) -> None:
    """Both sides round: by a few units in the last place of a sum's terms taken together."""
    assert have.shape == want.shape
    if have.dtype.kind not in "fc":
        assert np.array_equal(have, want)
        return
    scale = np.abs(terms).sum(axis=-1).max(initial=0)
    np.testing.assert_allclose(
        have, want, rtol=1e-5 if have.itemsize in (4, 8) and have.dtype != "f8" else 1e-14, atol=scale * 1e-7
    )


@pytest.mark.parametrize(
    ("dtype", "length"),
    [("f4", length) for length in LENGTHS] + [("?", 16), ("u2", 3), ("c8", 3)],
)
def test_rows(dtype: str, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = samples((3, 170, length), dtype), samples((170, length), dtype, 1)
    x, y = lt.asarray(a), lt.asarray(b)

    def program(see: Callable[[Any], Any]) -> Values:
        product = see(x * y)
        found = [lt.sum(product, axis=-1), lt.any(product, axis=-1)]
        if length and dtype[0] != "c":
            found += [lt.max(product, axis=-1), lt.min(product, axis=-1)]
        return found

    check_bits(program, monkeypatch)
    values = program(lambda value: value)
    assert across(*values) == (1 < length < 64)  # longer rows are not packed for one line's sake
    product = a * b
    close(values[0].numpy(), product.sum(axis=-1), product)
    assert np.array_equal(values[1].numpy(), product.any(axis=-1))
    if len(values) > 2:
        assert np.array_equal(values[2].numpy(), product.max(axis=-1))
        assert np.array_equal(values[3].numpy(), product.min(axis=-1))


@pytest.mark.parametrize("length", [2, 33, 64])
def test_nothing_before_the_reduction(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    a = samples((5000, length), "f4")
    x = lt.asarray(a)
    check_bits(lambda see: [x.sum(axis=1), x.prod(axis=1), (x > 0).all(axis=1)], monkeypatch)
    close(lt.sum(x, axis=1).numpy(), a.sum(axis=1), a)
    np.testing.assert_allclose(x.prod(axis=1).numpy(), a.prod(axis=1), rtol=1e-5)
    assert np.array_equal((x > 0).all(axis=1).numpy(), (a > 0).all(axis=1))


@pytest.mark.parametrize(("dtype", "length"), [("f4", 3), ("f4", 8), ("f4", 12), ("f8", 64)])
def test_pairwise_distances(length: int, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = samples((300, length), dtype), samples((201, length), dtype, 1)
    x, y, s = lt.asarray(a), lt.asarray(b), lt.asarray(samples((201,), dtype, 2))

    def program(see: Callable[[Any], Any]) -> Values:
        difference = see(x[:, None, :] - y[None, :, :])
        return [lt.sqrt(lt.sum(difference * difference, axis=2)) + s]

    check_bits(program, monkeypatch)
    square = (a[:, None] - b) ** 2
    (value,) = program(lambda value: value)
    assert across(value)
    close(value.numpy(), np.sqrt(square.sum(axis=2)) + s.numpy(), square)


@pytest.mark.parametrize(
    ("view", "dtype", "axis"),
    [
        (lambda x: x[::-1, ::-1], "f8", -1),
        (lambda x: x.reshape(24, 400).T[1:, ::-1], "f4", -1),
        (lambda x: x.reshape(20, 4, 5, 24).transpose(2, 0, 1, 3), "f8", -1),
        (lambda x: x.reshape(200, 2, 4, 6).transpose(1, 0, 3, 2)[..., 0:4], "f4", (-2, -1)),
        (lambda x: x[:, :1], "f4", -1),
    ],
)
def test_views(view: Callable[[Any], Any], dtype: str, axis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a = samples((400, 24), dtype)
    x = lt.asarray(a)
    check_bits(lambda see: [view(x).sum(axis=axis), lt.max(view(x), axis=axis)], monkeypatch)
    np.testing.assert_allclose(view(x).sum(axis=axis).numpy(), view(a).sum(axis=axis), rtol=1e-4, atol=1e-4)
    assert np.array_equal(lt.max(view(x), axis=axis).numpy(), view(a).max(axis=axis))


def test_broadcast_and_counted_operands(monkeypatch: pytest.MonkeyPatch) -> None:
    a, rows, columns = samples((90, 70, 10), "f8"), samples((90, 1, 1), "f8", 1), samples((70, 1), "f8", 2)
    x, u, v = lt.asarray(a), lt.asarray(rows), lt.asarray(columns)
    w = lt.asarray(samples((10,), "f8", 3))

    def program(see: Callable[[Any], Any]) -> Values:
        count = lt.arange(10, dtype=lt.float64)
        return [see(x * u + v * w + count).sum(axis=2, keepdims=True) * u + v]

    check_bits(program, monkeypatch)
    want = (a * rows + columns * w.numpy() + np.arange(10.0)).sum(axis=2, keepdims=True) * rows + columns
    np.testing.assert_allclose(program(lambda value: value)[0].numpy(), want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("dtype", "length"), [("f4", 16), ("f8", 7)])
def test_values_that_are_stored_too(dtype: str, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = samples((60, length), dtype), samples((201, length), dtype, 1)
    x, y = lt.asarray(a), lt.asarray(b)

    def program(see: Callable[[Any], Any]) -> Values:
        difference = see(x[:, None, :] - y[None, :, :])
        return [difference, difference > 0, lt.sum(difference * difference, axis=2), lt.max(difference, axis=2)]

    check_bits(program, monkeypatch)
    values = program(lambda value: value)
    assert across(*values)
    difference = a[:, None] - b
    assert np.array_equal(values[0].numpy(), difference)
    assert np.array_equal(values[1].numpy(), difference > 0)
    assert np.array_equal(values[3].numpy(), difference.max(axis=2))


@pytest.mark.parametrize(("dtype", "length"), [("f4", 2), ("f8", 7)])
def test_passes(dtype: str, length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads the results of reductions again, with operands of every kind, reversed, broadcast, counted, and one for each row."""
    a = samples((300, 2, length), dtype)
    x, shift = lt.asarray(a), lt.asarray(samples((300, 1, 1), dtype, 1))
    weight, valid = lt.asarray(samples((length,), dtype, 2)), lt.asarray(samples((300, 1, length), dtype, 3) > -1)

    def program(see: Callable[[Any], Any]) -> Values:
        turned = x[::-1, :, ::-1]
        powers = see(lt.exp(turned - lt.max(turned, axis=-1, keepdims=True)))
        shares = powers / see(lt.sum(powers, axis=-1, keepdims=True) + shift * shift)
        centred = see(shares - lt.mean(shares, axis=-1, keepdims=True))
        count = lt.astype(lt.arange(length), x.dtype)
        return [lt.where(valid, centred * weight, count), lt.sum(centred * centred, axis=-1), lt.var(x, axis=-1)]

    check_bits(program, monkeypatch)
    values = program(lambda value: value)
    assert across(*values)
    turned = a[::-1, :, ::-1]
    powers = np.exp(turned - turned.max(axis=-1, keepdims=True))
    shares = powers / (powers.sum(axis=-1, keepdims=True) + shift.numpy() ** 2)
    centred = shares - shares.mean(axis=-1, keepdims=True)
    want = np.where(valid.numpy(), centred * weight.numpy(), np.arange(length).astype(dtype))
    np.testing.assert_allclose(values[0].numpy(), want, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(values[1].numpy(), (centred * centred).sum(axis=-1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(values[2].numpy(), a.var(axis=-1), rtol=1e-4)


def test_long_bodies_are_computed_two_by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    a = np.abs(samples((700, 16), "f4")) + 1
    x = lt.asarray(a)
    check_bits(lambda see: [see(lt.exp(-x) * lt.log(x) + lt.sin(x) / lt.sqrt(x)).sum(axis=1)], monkeypatch)


def test_special_values(monkeypatch: pytest.MonkeyPatch) -> None:
    a = samples((600, 16), "f4")
    a[::7, 3], a[::5, 9], a[::3, 15], a[::11] = np.nan, np.inf, -np.inf, -0.0
    x = lt.asarray(a)
    check_bits(lambda see: [lt.max(x, axis=1), lt.min(x, axis=1), lt.sum(x, axis=1)], monkeypatch)
    assert np.array_equal(lt.max(x, axis=1).numpy(), a.max(axis=1), equal_nan=True)
    assert np.array_equal(lt.min(x, axis=1).numpy(), a.min(axis=1), equal_nan=True)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(lt.sum(x, axis=1).numpy(), a.sum(axis=1), rtol=1e-5, atol=1e-5)
    assert not np.signbit(lt.sum(lt.asarray(np.full((50, 8), -0.0)), axis=1).numpy()).any()


def test_sum_is_as_accurate_as_numpys() -> None:
    """Also where the first levels of the tree are in single precision."""
    for length in (7, 16, 24, 33, 48, 64):
        a = np.random.default_rng(length).standard_normal((5000, length), dtype=np.float32)
        exact = np.array([math.fsum(row) for row in a.tolist()])
        ours = np.square(lt.sum(lt.asarray(a), axis=1).numpy() - exact).mean()
        assert ours <= np.square(a.sum(axis=1) - exact).mean()


def test_kernel_is_shared_by_sizes_of_a_class() -> None:
    def source(rows: int, columns: int, length: int) -> str:
        x, y = lt.zeros((rows, 1, length)).wait(), lt.zeros((columns, length)).wait()
        (text,) = lt.explain(((x - y) * 2).sum(axis=2)).sources
        return text

    assert source(30, 40, 8) == source(500, 300, 24)
    assert source(30, 40, 7) == source(40, 50, 42)
    assert source(30, 40, 8) != source(30, 40, 7)


def test_kernels_are_vectorised() -> None:
    x, y = lt.zeros((30, 1, 16), dtype=lt.float32).wait(), lt.zeros((40, 16), dtype=lt.float32).wait()
    difference = x - y
    value = (difference * difference).sum(axis=2)
    del difference
    (source,) = lt.explain(value).sources
    assert any(register in assembly(source) for register in ("subps", "fsub\tv"))

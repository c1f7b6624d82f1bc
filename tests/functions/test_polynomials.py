"""Polynomials and windows against NumPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from comparison import assert_same, sample

import lazytensor as lt

DTYPES = ["bool", "int32", "float32", "complex64"]
P = [0, 3, -1, 0, 2]
Q = [2, 0, 1]


def compare(found: Any, expected: Any, ulp: float = 0) -> None:
    """One result or several."""
    if isinstance(expected, tuple):
        assert isinstance(found, tuple)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            compare(one, other, ulp)
    elif isinstance(found, float):  # rcond
        assert found == expected
    else:
        assert_same(found, expected, ulp, scale=10 if ulp else 0)


ARITHMETIC: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("polyadd", (P, Q), {}), ("polyadd", (Q, P), {}), ("polyadd", (Q, Q), {}), ("polyadd", (3, P), {}), ("polyadd", ([], Q), {}),
    ("polysub", (P, Q), {}), ("polysub", (Q, P), {}),
    ("polymul", (P, Q), {}), ("polymul", (P, [0, 0]), {}), ("polymul", ([], Q), {}), ("polymul", (3, P), {}),
    ("polydiv", (P, Q), {}), ("polydiv", (Q, P[1:]), {}), ("polydiv", (P, 2), {}),
    ("polyder", (P,), {}), ("polyder", (P, 2), {}), ("polyder", (P, 0), {}), ("polyder", (P,), {"m": 7}),
    ("polyint", (P,), {}), ("polyint", (P, 2), {"k": 3}), ("polyint", (P,), {"m": 2, "k": [1, 2, 3]}), ("polyint", (P, 0), {}),
    ("polyint", (P, 3), {}),
    ("polyval", (P, [[0, 1], [2, 3]]), {}), ("polyval", (P, 2), {}), ("polyval", ([], [1, 2]), {}), ("polyval", (Q, []), {}),
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "operands", "options"), ARITHMETIC)
def test_arithmetic(name: str, operands: tuple[Any, ...], options: dict[str, Any], dtype: str, tier: str) -> None:
    arrays = [np.asarray(item).astype(dtype) if isinstance(item, (list,)) else item for item in operands]
    if name == "polysub" and dtype == "bool":
        with pytest.raises(TypeError):
            lt.polysub(*map(lt.asarray, arrays))
        return
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        expected = getattr(np, name)(*arrays, **options)
    given = [lt.asarray(item) if isinstance(item, np.ndarray) else item for item in arrays]
    compare(getattr(lt, name)(*given, **options), expected, 8 if dtype == "complex64" else 2)


def test_strided_coefficients(tier: str) -> None:
    p = sample("float64", (9,))
    for view in (slice(None, None, -1), slice(1, None, 2)):
        compare(lt.polyadd(lt.asarray(p)[view], Q), np.polyadd(p[view], Q))
        compare(lt.polyval(lt.asarray(p)[view], p), np.polyval(p[view], p))
        compare(lt.polyder(lt.asarray(p)[view]), np.polyder(p[view]))


ZEROS = [
    [], [2.0], [1, 2, 3], [1.5, -1.5, 0], [1j, -1j], [1j, 2], [True, False], [[1, 2], [3, 4]], [[0, 1], [-1, 0]],
    [[1, 2j], [0, 3]],
]  # fmt: skip


@pytest.mark.parametrize("zeros", ZEROS)
@pytest.mark.parametrize("narrow", [False, True])
def test_poly(zeros: Any, narrow: bool) -> None:
    x = np.asarray(zeros)
    if narrow:
        x = x.astype(np.complex64 if x.dtype.kind == "c" else np.float32)
    compare(lt.poly(lt.asarray(x)), np.asarray(np.poly(x)), 32)


COEFFICIENTS = [
    [], [0], [5], [0, 0, 4, 0, 0], [1, -3, 2], [0, 1, -6, 11, -6, 0], [1, 0, 1], [1, 0, 1, 0], [2, 1j], [1j, 2, 3],
]  # fmt: skip


@pytest.mark.parametrize("p", COEFFICIENTS)
@pytest.mark.parametrize("narrow", [False, True])
def test_roots(p: Any, narrow: bool) -> None:
    x = np.asarray(p)
    if narrow:
        x = x.astype(np.complex64 if x.dtype.kind == "c" else np.float32)
    compare(lt.roots(lt.asarray(x)), np.roots(x), 64)


X = np.linspace(-1, 2, 12)
Y = 2 * X**2 - X + 0.1 * np.sin(9 * X)
FITS: list[dict[str, Any]] = [
    {}, {"w": np.arange(1, 13)}, {"full": True}, {"cov": True}, {"cov": "unscaled"}, {"w": np.ones(12), "cov": True}, {"rcond": 1e-3},
    {"full": True, "rcond": 1e-9},
]  # fmt: skip


@pytest.mark.parametrize("options", FITS)
@pytest.mark.parametrize("y", [Y, np.stack([Y, Y**2], 1)], ids=["one", "two"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_polyfit(options: dict[str, Any], y: Any, dtype: str) -> None:
    arrays = X.astype(dtype), y.astype(dtype)
    expected = np.polyfit(*arrays, 2, **options)
    given = {key: lt.asarray(value) if isinstance(value, np.ndarray) else value for key, value in options.items()}
    found = lt.polyfit(*map(lt.asarray, arrays), 2, **given)
    if dtype == "float64":
        compare(found, expected, 2000)
        return
    # float32 operands, computed in float64 but for what is rounded on the way.
    found, expected = ([item] if not isinstance(item, tuple) else item for item in (found, expected))
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == np.asarray(other).dtype if isinstance(one, lt.Tensor) else one == other
        np.testing.assert_allclose(np.asarray(one), other, rtol=1e-4, atol=1e-6)


@pytest.mark.recorded
def test_what_waits() -> None:
    x, y = lt.asarray(X) + 0, lt.asarray(Y) + 0
    for made in (
        lt.polyfit(x, y, 2), lt.polyfit(x, y, 2, cov=True), lt.polyadd(x, y), lt.polysub(x, y), lt.polyder(x), lt.polyint(x),
        lt.polyval(x, y), lt.poly(x),
    ):  # fmt: skip
        for part in made if isinstance(made, tuple) else (made,):
            assert not part.is_ready()
    assert not x.is_ready()
    for call in (
        lambda x: lt.roots(x),
        lambda x: lt.polymul(x, x),
        lambda x: lt.polydiv(x, x),
        lambda x: lt.polyfit(x, x, 1, full=True),
    ):
        z = lt.asarray(X) + 0
        call(z)
        assert z.is_ready()


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: lt.poly(lt.ones((2, 3))), ValueError, "square matrix"),
        (lambda: lt.poly(lt.ones((0, 0))), ValueError, "not empty"),
        (lambda: lt.roots(lt.ones((2, 3))), ValueError, "one dimension"),
        (lambda: lt.polymul(lt.ones((2, 3)), [1]), ValueError, "one dimension"),
        (lambda: lt.polyder([1, 2], -1), ValueError, "m must not be negative, got -1"),
        (lambda: lt.polyint([1, 2], -1), ValueError, "m must not be negative, got -1"),
        (lambda: lt.polyint([1, 2], 3, [1, 2]), ValueError, "one constant, or 3, got 2"),
        (lambda: lt.polyval([1, 2], np.poly1d([1, 2])), TypeError, "poly1d"),
        (lambda: lt.polyfit([1, 2], [1, 2], -1), ValueError, "deg"),
        (lambda: lt.polyfit([], [], 1), TypeError, "not empty"),
        (lambda: lt.polyfit([[1]], [1], 1), TypeError, "vector"),
        (lambda: lt.polyfit([1, 2], [1, 2, 3], 1), TypeError, "as long as x"),
        (lambda: lt.polyfit([1, 2], [1, 2], 1, w=[1]), TypeError, "w must have the shape"),
        (lambda: lt.polyfit([1, 2], [1, 2], 1, w=[1j, 2]), TypeError, "weights of dtype complex128"),
        (lambda: lt.polyfit([1, 2], [1, 2], 1, cov=True), ValueError, "more than 2 points"),
    ],
)
def test_errors(call: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        call()


def test_covariances_below_full_rank_are_nan() -> None:
    coefficients, spread = lt.polyfit([1.0, 2.0, 3.0, 5.0], [1.0, 2.0, 3.0, 4.0], 2, cov=True, rcond=0.5)
    assert lt.all(lt.isfinite(coefficients))
    assert_same(spread, np.full((3, 3), np.nan))


@pytest.mark.parametrize("count", [0, 1, 2, 51, -2, 2.5, True])
@pytest.mark.parametrize("name", ["bartlett", "blackman", "hamming", "hanning"])
def test_windows(name: str, count: Any, tier: str) -> None:
    found = getattr(lt, name)(count)
    assert_same(found, getattr(np, name)(count), 4, scale=1)


@pytest.mark.parametrize("count", [0, 1, 2, 51, -2, 2.5])
@pytest.mark.parametrize("beta", [0, 8.6])
def test_kaiser(count: Any, beta: Any, tier: str) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        expected = np.kaiser(count, beta)
    assert_same(lt.kaiser(count, beta), expected, 32)


@pytest.mark.recorded
def test_windows_are_lazy() -> None:
    beta = lt.asarray(5.0) + 0
    found = lt.kaiser(8, beta)
    assert not beta.is_ready()
    assert_same(found, np.kaiser(8, 5.0), 32)
    for name in ("bartlett", "blackman", "hamming", "hanning"):
        assert not getattr(lt, name)(8).is_ready()

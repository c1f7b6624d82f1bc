"""Programs as people write them for NumPy: each is run with NumPy and with lazytensor on the same data, and gives the same results.

Every function takes the namespace as `xp` and a NumPy generator for its data, and returns one array or several.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

PROGRAMS: list[Callable[[Any, np.random.Generator], Any]] = []


def program(function: Callable[[Any, np.random.Generator], Any]) -> Callable[[Any, np.random.Generator], Any]:
    PROGRAMS.append(function)
    return function


# -- simulation -----------------------------------------------------------------------------------------------------------------


@program
def game_of_life(xp: Any, rng: np.random.Generator) -> Any:
    world = xp.asarray(rng.integers(0, 2, (24, 24)))
    for _ in range(6):
        around = sum(xp.roll(world, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j)
        world = ((around == 3) | ((world == 1) & (around == 2))).astype(int)
    return world, world.sum()


@program
def mandelbrot(xp: Any, rng: np.random.Generator) -> Any:
    y, x = xp.ogrid[-1.4:1.4:24j, -2:0.8:24j]
    c = x + 1j * y
    z = xp.zeros(c.shape, dtype=complex)
    steps = xp.full(c.shape, 12)
    for step in range(12):
        z = z**2 + c
        gone = z * xp.conj(z) > 4
        steps[gone & (steps == 12)] = step
        z[gone] = 2
    return steps


@program
def sieve(xp: Any, rng: np.random.Generator) -> Any:
    prime = xp.ones(200, dtype=bool)
    prime[:2] = False
    for number in range(2, 15):
        if prime[number]:
            prime[number * number :: number] = False
    return xp.nonzero(prime)[0], xp.flatnonzero(~prime)[-3:]


@program
def random_walk(xp: Any, rng: np.random.Generator) -> Any:
    steps = xp.where(xp.asarray(rng.random((5, 300))) > 0.5, 1, -1)
    walk = steps.cumsum(axis=1)
    hits = (xp.abs(walk) >= 10).any(1)
    crossing = (xp.abs(walk[hits]) >= 10).argmax(1)
    return walk.max(axis=1), walk.min(axis=1), hits, crossing


@program
def heat_equation(xp: Any, rng: np.random.Generator) -> Any:
    u = xp.array(rng.random((20, 20)))
    for _ in range(10):
        u[1:-1, 1:-1] += 0.2 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        u[0], u[-1] = u[1], u[-2]
    return u


@program
def gravity(xp: Any, rng: np.random.Generator) -> Any:
    place, speed, mass = xp.array(rng.normal(size=(6, 3))), xp.zeros((6, 3)), xp.asarray(rng.uniform(1, 2, 6))
    energies = []
    for _ in range(4):
        apart = place[None, :, :] - place[:, None, :]
        distance = xp.sqrt((apart**2).sum(axis=-1) + 0.01)
        speed += 0.01 * (apart * (mass / distance**3)[..., xp.newaxis]).sum(axis=1)
        place += 0.01 * speed
        energies.append(0.5 * xp.sum(mass * xp.sum(speed * speed, axis=1)))
    return place, xp.array(energies), xp.mean(energies)


@program
def markov_chain(xp: Any, rng: np.random.Generator) -> Any:
    transitions = xp.asarray(rng.random((4, 4)))
    transitions /= transitions.sum(axis=1, keepdims=True)
    return xp.linalg.matrix_power(transitions, 50)[0], xp.array([1.0, 0, 0, 0]) @ transitions @ transitions


# -- learning -------------------------------------------------------------------------------------------------------------------


@program
def k_means(xp: Any, rng: np.random.Generator) -> Any:
    points = xp.asarray(np.concatenate([rng.normal(center, 0.3, (30, 2)) for center in (-3, 0, 3)]))
    centers = points[[0, 30, 60]]
    for _ in range(5):
        distances = ((points[:, None] - centers) ** 2).sum(-1)
        labels = distances.argmin(axis=1)
        centers = xp.stack([points[labels == k].mean(axis=0) for k in range(3)])
    return centers, labels, xp.bincount(labels)


@program
def softmax_regression(xp: Any, rng: np.random.Generator) -> Any:
    x, labels = xp.asarray(rng.normal(size=(60, 4))), xp.asarray(rng.integers(0, 3, 60))
    weights, losses = xp.zeros((4, 3)), []
    wanted = xp.eye(3)[labels]
    for _ in range(15):
        scores = x @ weights
        scores = xp.exp(scores - scores.max(axis=1, keepdims=True))
        chances = scores / scores.sum(axis=1, keepdims=True)
        losses.append(-xp.mean(xp.log(chances[xp.arange(60), labels])))
        weights -= 0.5 * x.T @ (chances - wanted) / len(x)
    return weights, xp.stack(losses), (xp.argmax(x @ weights, 1) == labels).mean()


@program
def two_layers(xp: Any, rng: np.random.Generator) -> Any:
    x, y = xp.asarray(rng.normal(size=(32, 5)).astype("f4")), xp.asarray(rng.normal(size=(32, 1)).astype("f4"))
    first, second = xp.asarray(rng.normal(size=(5, 8)).astype("f4")), xp.asarray(rng.normal(size=(8, 1)).astype("f4"))
    for _ in range(8):
        hidden = xp.maximum(x @ first, 0)
        error = hidden @ second - y
        back = error @ second.T
        back[hidden <= 0] = 0
        second -= 0.001 * hidden.T @ error
        first -= 0.001 * x.T @ back
    return first, second


@program
def principal_components(xp: Any, rng: np.random.Generator) -> Any:
    data = xp.asarray(rng.normal(size=(40, 4)) * [5, 3, 1, 0.1])
    data = data - data.mean(axis=0)
    _, s, vt = xp.linalg.svd(data, full_matrices=False)
    values, _ = xp.linalg.eigh(xp.cov(data, rowvar=False))
    return xp.abs(data @ vt[:2].T), s**2 / xp.sum(s**2), values[::-1]


@program
def one_hot_and_confusion(xp: Any, rng: np.random.Generator) -> Any:
    labels, guesses = xp.asarray(rng.integers(0, 4, 50)), xp.asarray(rng.integers(0, 4, 50))
    hot = xp.zeros((labels.size, 4), dtype=xp.float32)
    hot[xp.arange(labels.size), labels] = 1
    confusion = xp.zeros((4, 4), dtype=int)
    xp.add.at(confusion, (labels, guesses), 1)
    return hot, confusion, xp.diag(confusion) / confusion.sum(axis=1)


@program
def attention(xp: Any, rng: np.random.Generator) -> Any:
    q, k, v = (xp.asarray(rng.normal(size=(2, 3, 6, 4))) for _ in range(3))
    scores = xp.einsum("bhqd,bhkd->bhqk", q, k) / np.sqrt(q.shape[-1])
    scores = xp.where(xp.tril(xp.ones((6, 6), dtype=bool)), scores, -xp.inf)
    weights = xp.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return xp.einsum("bhqk,bhkd->bqhd", weights, v).reshape(2, 6, -1)


# -- signals and images ---------------------------------------------------------------------------------------------------------


@program
def moving_averages(xp: Any, rng: np.random.Generator) -> Any:
    x = xp.asarray(rng.normal(size=50))
    total = xp.cumsum(xp.insert(x, 0, 0))
    windows = xp.lib.stride_tricks.sliding_window_view(x, 5)
    return (total[5:] - total[:-5]) / 5, xp.convolve(x, xp.ones(5) / 5, mode="valid"), windows.mean(-1), windows.max(axis=1)


@program
def low_pass(xp: Any, rng: np.random.Generator) -> Any:
    t = xp.linspace(0, 1, 128, endpoint=False)
    signal = xp.sin(2 * xp.pi * 3 * t) + 0.5 * xp.sin(2 * xp.pi * 40 * t) + xp.asarray(rng.normal(0, 0.1, 128))
    spectrum = xp.fft.rfft(signal)
    spectrum[xp.fft.rfftfreq(signal.size, d=1 / 128) > 10] = 0
    return xp.fft.irfft(spectrum, n=signal.size), xp.abs(xp.fft.fftshift(xp.fft.fft(signal)))


@program
def histogram_equalisation(xp: Any, rng: np.random.Generator) -> Any:
    image = xp.asarray((rng.beta(2, 5, (32, 32)) * 255).astype(np.uint8))
    counts, edges = xp.histogram(image.ravel(), bins=256, range=(0, 256))
    cdf = counts.cumsum()
    cdf = (cdf - cdf.min()) * 255 // (cdf.max() - cdf.min())
    return cdf.astype(xp.uint8)[image], edges[:3]


@program
def blur_and_edges(xp: Any, rng: np.random.Generator) -> Any:
    image = xp.asarray(rng.random((16, 16)))
    padded = xp.pad(image, 1, mode="edge")
    blurred = sum(padded[i : i + 16, j : j + 16] for i in range(3) for j in range(3)) / 9
    gy, gx = xp.gradient(blurred)
    edges = xp.hypot(gx, gy)
    return edges > xp.percentile(edges, 80), xp.rot90(image)[::2, ::-1], image.reshape(4, 4, 4, 4).mean(axis=(1, 3))


@program
def interpolation(xp: Any, rng: np.random.Generator) -> Any:
    at = xp.sort(xp.asarray(rng.uniform(0, 10, 20)))
    values = xp.sin(at)
    fine = xp.linspace(-1, 11, 40)
    return xp.interp(fine, at, values, left=0.0), xp.trapezoid(values, at), xp.diff(values, n=2), xp.searchsorted(at, fine)


# -- statistics -----------------------------------------------------------------------------------------------------------------


@program
def bootstrap(xp: Any, rng: np.random.Generator) -> Any:
    sample = xp.asarray(rng.normal(10, 2, 40))
    draws = sample[rng.choice(40, size=(200, 40))]
    means = draws.mean(axis=1)
    return xp.percentile(means, [2.5, 97.5]), means.std(ddof=1), xp.median(draws, axis=1)[:5]


@program
def masked_statistics(xp: Any, rng: np.random.Generator) -> Any:
    x = xp.array(rng.normal(size=(8, 6)))
    x[x < -1] = xp.nan
    good = ~xp.isnan(x)
    filled = xp.where(good, x, xp.nanmean(x, axis=0))
    return xp.nanstd(x, axis=0), x[good].mean(), xp.mean(x, where=good, axis=1), filled, xp.count_nonzero(good, axis=0)


@program
def standardise(xp: Any, rng: np.random.Generator) -> Any:
    x = xp.array(rng.normal(3, 5, (30, 4)), dtype=xp.float32)
    x -= x.mean(axis=0)
    x /= x.std(axis=0)
    np.testing.assert_allclose(np.asarray(x).mean(axis=0), 0, atol=1e-5)
    return x.clip(-2, 2), xp.corrcoef(x.T, dtype=xp.float32), (x > 0).sum(0)


@program
def group_by(xp: Any, rng: np.random.Generator) -> Any:
    keys, values = xp.asarray(rng.integers(0, 5, 40)), xp.asarray(rng.normal(size=40))
    names, inverse, counts = xp.unique(keys, return_inverse=True, return_counts=True)
    sums = xp.zeros(len(names))
    xp.add.at(sums, inverse, values)
    order = xp.argsort(keys, kind="stable")
    starts = xp.flatnonzero(xp.diff(keys[order], prepend=-1))
    return names, counts, sums / counts, xp.bincount(keys, weights=values), xp.add.reduceat(values[order], starts)


@program
def ranks(xp: Any, rng: np.random.Generator) -> Any:
    scores = xp.asarray(rng.permuted(np.tile(np.arange(6.0), (4, 1)), axis=1))
    order = xp.argsort(-scores, axis=1)
    top = xp.take_along_axis(scores, order[:, :3], axis=1)
    place = xp.empty_like(order)
    xp.put_along_axis(place, order, xp.arange(6)[None, :], axis=1)
    return order, top, place, xp.lexsort((scores[0], scores[1] % 2)), xp.sort(xp.partition(scores, 2, axis=1)[:, :2], axis=1)


# -- algebra and geometry -------------------------------------------------------------------------------------------------------


@program
def linear_systems(xp: Any, rng: np.random.Generator) -> Any:
    a, b = xp.asarray(rng.normal(size=(5, 5)) + 5 * np.eye(5)), xp.asarray(rng.normal(size=5))
    q, r = xp.linalg.qr(a)
    low = xp.linalg.cholesky(a @ a.T)
    return xp.linalg.solve(a, b), xp.linalg.solve(r, q.T @ b), xp.linalg.inv(a) @ b, low, xp.linalg.det(a), xp.linalg.norm(b)


@program
def elimination(xp: Any, rng: np.random.Generator) -> Any:
    a = xp.array(rng.normal(size=(4, 5)))
    for column in range(4):
        pivot = column + int(xp.argmax(xp.abs(a[column:, column])))
        a[[column, pivot]] = a[[pivot, column]]
        a[column + 1 :] -= xp.outer(a[column + 1 :, column] / a[column, column], a[column])
    x = xp.zeros(4)
    for row in range(3, -1, -1):
        x[row] = (a[row, -1] - a[row, row + 1 : -1] @ x[row + 1 :]) / a[row, row]
    return xp.triu(a), x


@program
def polynomial(xp: Any, rng: np.random.Generator) -> Any:
    t = xp.linspace(-1, 1, 25)
    y = 3 * t**2 - t + 0.5 + xp.asarray(rng.normal(0, 0.01, 25))
    found, residual, rank, _ = xp.linalg.lstsq(xp.vander(t, 3), y, rcond=None)
    return found, residual, rank


@program
def gram_schmidt(xp: Any, rng: np.random.Generator) -> Any:
    rows = xp.array(rng.normal(size=(4, 6)))
    for i in range(len(rows)):
        for j in range(i):
            rows[i] -= (rows[i] @ rows[j]) * rows[j]
        rows[i] /= xp.linalg.norm(rows[i])
    return rows, xp.allclose(rows @ rows.T, xp.eye(4))


@program
def distances(xp: Any, rng: np.random.Generator) -> Any:
    a, b = xp.asarray(rng.normal(size=(7, 3))), xp.asarray(rng.normal(size=(5, 3)))
    d = xp.sqrt(((a[:, xp.newaxis, :] - b[xp.newaxis]) ** 2).sum(axis=2))
    fast = xp.sqrt(xp.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0))
    nearest = xp.unravel_index(d.argmin(), d.shape)
    return d, fast, nearest[0], nearest[1], xp.linalg.norm(a[:, None] - b, axis=-1)


@program
def rotation(xp: Any, rng: np.random.Generator) -> Any:
    angle = xp.deg2rad(30)
    turn = xp.array([[xp.cos(angle), -xp.sin(angle)], [xp.sin(angle), xp.cos(angle)]])
    points = xp.asarray(rng.normal(size=(10, 2)))
    turned = points @ turn.T
    x, y = turned.T
    return turned, xp.arctan2(y, x), 0.5 * xp.abs(xp.dot(x, xp.roll(y, 1)) - xp.dot(y, xp.roll(x, 1)))


@program
def surface(xp: Any, rng: np.random.Generator) -> Any:
    x, y = xp.meshgrid(xp.linspace(-2, 2, 9), xp.arange(-1, 1.5, 0.5))
    z = xp.exp(-(x**2) - y**2) * xp.sinc(x)
    row, column = divmod(int(z.argmax()), z.shape[1])
    return z, x[row, column], y[row, column], xp.column_stack((x.ravel(), y.ravel()))


@program
def views_and_masks(xp: Any, rng: np.random.Generator) -> Any:
    board = xp.zeros((6, 6), dtype=int)
    board[::2, 1::2] = 1
    board[1::2, ::2] = 1
    middle = board[2:4]
    middle += 10
    middle.T[0] = -1
    xp.fill_diagonal(board, 7)
    flat = board.reshape(-1)
    flat[-3:] *= 2
    board[board == 1] = xp.arange((board == 1).sum())
    board[[0, 5], :] = board[[5, 0], :]
    return board, middle, xp.tri(3, k=-1), xp.concatenate([board[:1], board[-1:]]).tolist()


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda function: function.__name__)
def test_program(tier: str, function: Callable[[Any, np.random.Generator], Any]) -> None:
    expected, found = (function(xp, np.random.default_rng(7)) for xp in (np, lt))
    if not isinstance(expected, tuple):
        expected, found = (expected,), (found,)
    assert len(expected) == len(found)
    for wanted, value in zip(expected, found, strict=True):
        if isinstance(wanted, list):
            assert value == wanted
            continue
        wanted = np.asarray(wanted)
        assert isinstance(value, lt.Tensor)
        assert value.shape == wanted.shape
        assert value.dtype == wanted.dtype
        tolerance = 1e-4 if wanted.dtype == np.float32 else 1e-9
        np.testing.assert_allclose(value.numpy(), wanted, rtol=tolerance, atol=tolerance)

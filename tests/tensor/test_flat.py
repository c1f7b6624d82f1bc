"""`x.flat`: NumPy's iterator over the elements in C order, which reads, writes and compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree

import lazytensor as lt

M = np.arange(12).reshape(3, 4)

# Contiguous, and views whose elements lie in another order or apart.
VIEWS: dict[str, Callable[[Any], Any]] = {
    "whole": lambda x: x,
    "transposed": lambda x: x.T,
    "strided": lambda x: x[::2, 1::2],
    "reversed": lambda x: x[::-1, ::-1],
    "one axis": lambda x: x[1],
}
KEYS: list[Any] = [
    0, -1, 5, 12, -13, slice(1, 5), slice(None), slice(None, None, -1), slice(5, 1, -2), slice(3, 3), [0, 1], [[0, 1], [1, 0]], [],
    (0,), (0, 1), ..., "a", np.int64(1), np.array([0, 1, 1]), range(2), [99], np.array([0.5]), (slice(0, 2),),
]  # fmt: skip
# NumPy took these for something else before 2.4.
REFUSED: list[Any] = [None, (None,), [True, False], np.array([[True] * 4] * 3), np.True_]
VALUES: list[Any] = [7, [1, 2], [1, 2, 3], np.array([4, 5]), [], [[1, 2], [3, 4]], range(3), 2.7, np.arange(20)]


@pytest.mark.parametrize("view", VIEWS)
def test_indices_read_copies(view: str) -> None:
    for key in KEYS:
        assert_agree(lambda xp, x, key=key: VIEWS[view](x).flat[key], M)
    x = lt.asarray(M)
    taken = x.flat[:3]
    x[...] = 0
    assert taken.tolist() == [0, 1, 2]


@pytest.mark.parametrize("view", VIEWS)
def test_assignment_repeats_values(view: str) -> None:
    for value in VALUES:
        for key in KEYS:

            def store(xp: Any, x: Any, key: Any = key, value: Any = value) -> Any:
                VIEWS[view](x).flat[key] = value
                return x

            assert_agree(store, M)

        def fill(xp: Any, x: Any, value: Any = value) -> Any:
            VIEWS[view](x).flat = value
            return x

        assert_agree(fill, M)


def test_assignment_by_masks_and_tensors(tier: str) -> None:
    for view in VIEWS.values():
        expected, x = M.copy(), lt.asarray(M)
        chosen = view(expected).ravel() % 3 == 0
        view(expected).flat[chosen] = [-1, -2]
        view(x).flat[lt.asarray(chosen)] = lt.asarray([-1, -2])
        places = np.array([1, 0, 1])
        view(expected).flat[places] = [7, 8]
        view(x).flat[lt.asarray(places)] = [lt.asarray(7), 8]
        np.testing.assert_array_equal(x.numpy(), expected)
    for key in REFUSED:
        with pytest.raises(IndexError):
            x.flat[key]
        with pytest.raises(IndexError):
            x.flat[key] = 1
    for key in ((), (...,)):
        assert x.flat[key].shape == (12,)
        with pytest.raises(IndexError, match="0-d"):
            x.flat[key] = 1
    assert x.flat[True].shape == ()
    assert x.flat[False].shape == (0,)
    with pytest.raises(IndexError, match="did not match"):
        x.flat[np.array([True])] = 1
    with pytest.raises(ValueError, match="read-only"):
        lt.broadcast_to(lt.zeros(2), (3, 2)).flat = 1
    with pytest.raises(TypeError, match="scalar"):
        x[0, 0].flat[0] = 1
    with pytest.raises(IndexError):
        lt.zeros((0, 3)).flat[[0]] = 1


@pytest.mark.parametrize("view", VIEWS)
def test_iteration(view: str) -> None:
    def walk(xp: Any, x: Any) -> Any:
        it = VIEWS[view](x).flat
        found = [(next(it), it.index, it.coords) for _ in range(3)]
        found.append((len(it), it.index))
        it == it  # noqa: B015
        it.copy()
        np.asarray(it)
        rest = list(it)
        return found, rest, it.index, it.coords, len(it)

    assert_agree(walk, M)

    def restart(xp: Any, x: Any) -> Any:
        it = VIEWS[view](x).flat
        next(it)
        first = it[1:3]
        after = it.index
        next(it)
        it[0] = 5
        return first, after, it.index, next(it)

    assert_agree(restart, M)

    def write_on_the_way(xp: Any, x: Any) -> Any:
        shown = VIEWS[view](x)
        seen = []
        for value in shown.flat:
            seen.append(value)
            shown[...] = shown + 1
        return seen, x

    assert_agree(write_on_the_way, M)
    assert_agree(lambda xp, x: next(VIEWS[view](x[:, :0]).flat, "end") if view != "one axis" else 0, M)


def test_attributes_and_comparisons() -> None:
    for x in (M, M.T, np.array(5), np.zeros((0, 3))):
        for call in (
            lambda xp, x: x.flat == 3,
            lambda xp, x: x.flat != x.flat,
            lambda xp, x: x.flat < 4,
            lambda xp, x: x.flat >= 4,
            lambda xp, x: x.flat > x.flat,
            lambda xp, x: x.flat == None,  # noqa: E711
            lambda xp, x: x.flat == "a",
            lambda xp, x: x.flat.copy(),
            lambda xp, x: xp.asarray(x.flat),
            lambda xp, x: xp.sum(x.flat),
            lambda xp, x: xp.concatenate([x.flat, [1]]),
            lambda xp, x: xp.asarray(x.ravel()) + x.flat,
            lambda xp, x: (x.flat.index, x.flat.coords, len(x.flat)),
            lambda xp, x: x.flat.base is x,
            lambda xp, x: hash(x.flat),
            lambda xp, x: reversed(x.flat),
            lambda xp, x: x.flat + 1,
        ):
            assert_agree(call, x)
    with pytest.raises(AttributeError):
        lt.asarray(M).flat.base = 1  # type: ignore[misc]


@pytest.mark.recorded
def test_reading_does_not_wait() -> None:
    x = lt.asarray(M) * 2
    made = [
        x.flat[1:3],
        next(x.flat),
        lt.sum(x.flat),
        lt.asarray(x.flat),
        x.flat == 2,
        lt.stack([x.flat, x.flat]),
        x[0, 0] + x.flat,
    ]
    assert x._base().result is None
    assert made[2].item() == M.sum() * 2

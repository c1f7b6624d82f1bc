"""Positions of elements, elements by position and by condition, and writing to them, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import FEW, LAYOUTS, assert_same, sample

import lazytensor as lt

MODES = ["raise", "wrap", "clip"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nonzero(tier: str, layout: str) -> None:
    base = sample("int8", (4, 5), low=-1, high=1)
    x, t = LAYOUTS[layout](base), LAYOUTS[layout](lt.asarray(base))
    for ours, theirs in zip(lt.nonzero(t), np.nonzero(x), strict=True):
        assert_same(ours, theirs)
    assert_same(lt.argwhere(t), np.argwhere(x))
    assert_same(lt.flatnonzero(t), np.flatnonzero(x))


def test_nonzero_of_scalars() -> None:
    with pytest.raises(ValueError, match="dimension"):
        lt.nonzero(lt.asarray(1))
    for value in (0, 1):
        assert_same(lt.argwhere(value), np.argwhere(value))
        assert_same(lt.flatnonzero(value), np.flatnonzero(value))


@pytest.mark.parametrize("name", ["nonzero", "argwhere", "flatnonzero", "extract", "compress", "unique", "union1d", "setxor1d"])
def test_what_waits_says_so(name: str) -> None:
    function = getattr(lt, name)
    assert function.waits
    assert "Waits" in function.__doc__


def test_take_along_axis(tier: str) -> None:
    x = sample("float32", (3, 4, 5))
    t = lt.asarray(x)
    for axis in (0, 1, -1):
        assert_same(lt.take_along_axis(t, lt.argsort(t, axis=axis), axis=axis), np.sort(x, axis=axis))
        best = lt.argmax(t, axis=axis, keepdims=True)
        assert_same(lt.take_along_axis(t, best, axis=axis), x.max(axis=axis, keepdims=True))
    assert_same(lt.take_along_axis(t, [3, 0], axis=None), np.take_along_axis(x, np.asarray([3, 0]), axis=None))
    assert_same(lt.take_along_axis(t, [[[0]]], axis=1), np.take_along_axis(x, np.asarray([[[0]]]), axis=1))
    with pytest.raises(ValueError, match="dimensions"):
        lt.take_along_axis(t, [0])
    with pytest.raises(IndexError, match="integers"):
        lt.take_along_axis(t, x)
    with pytest.raises(IndexError, match="shape mismatch"):
        lt.take_along_axis(t, np.zeros((2, 4, 1), int))


@pytest.mark.parametrize("mode", MODES)
def test_take(tier: str, mode: str) -> None:
    x = sample("int32", (3, 4))
    t = lt.asarray(x)
    for axis in (None, 0, -1):
        for places in ([0, 2], [[1], [-1]], 1, [True, False], [], np.zeros((0, 2), int), np.asarray([1], np.uint64)):
            assert_same(lt.take(t, places, axis, mode=mode), np.take(x, np.asarray(places, np.int64), axis, mode=mode))
            assert_same(lt.take(t.T, places, axis, mode=mode), np.take(x.T, np.asarray(places, np.int64), axis, mode=mode))
        if mode != "raise":
            for places in ([7, -9, 3], -1, [[100]]):
                assert_same(lt.take(t, places, axis, mode=mode), np.take(x, places, axis, mode=mode))
    out, expected = lt.zeros((2, 4), dtype=lt.int32), np.zeros((2, 4), np.int32)
    assert lt.take(t, [0, 1], 0, out, mode) is out
    np.take(x, [0, 1], 0, expected, mode)
    assert_same(out, expected)


def test_take_what_is_not_there() -> None:
    t = lt.zeros((3, 4))
    with pytest.raises(IndexError):
        lt.take(t, [7], axis=0).wait()
    with pytest.raises(IndexError, match="empty axis"):
        lt.take(lt.zeros(0), [0], mode="wrap")
    with pytest.raises(ValueError, match="mode"):
        lt.take(t, [0], mode="round")
    with pytest.raises(TypeError, match="integers"):
        lt.take(t, np.asarray([0.0]))
    with pytest.raises(np.exceptions.AxisError):
        lt.take(t, [0], axis=2)


def test_compress_and_extract(tier: str) -> None:
    x = sample("float64", (3, 4))
    t = lt.asarray(x)
    for condition in ([True, False, True], [False], [0, 2, 0.5], []):
        for axis in (0, 1, -1, None):
            assert_same(lt.compress(condition, t, axis), np.compress(condition, x, axis))
            assert_same(lt.compress(lt.asarray(condition), t.T, axis=axis), np.compress(condition, x.T, axis=axis))
    assert_same(lt.extract(t > 0, t), np.extract(x > 0, x))
    assert_same(lt.extract([1, 0], t), np.extract([1, 0], x))
    out = lt.zeros(2)
    assert lt.compress([True, True], t[0], out=out) is out
    assert_same(out, x[0, :2])
    with pytest.raises(ValueError, match="1-d"):
        lt.compress([[True]], t)
    with pytest.raises(IndexError, match="out of bounds"):
        lt.compress([True] * 4, t, axis=0)
    with pytest.raises(IndexError, match="out of bounds"):
        lt.extract([True] * 13, t)


@pytest.mark.parametrize("mode", MODES)
def test_choose(tier: str, mode: str) -> None:
    which = np.asarray([[0, 1, 2], [2, 1, 0]])
    choices = [np.arange(3), np.asarray([[10.5], [20.5]]), np.float32(7)]
    lazily = [lt.asarray(choice) for choice in choices]
    assert_same(lt.choose(lt.asarray(which), lazily, mode=mode), np.choose(which, choices, mode=mode))
    assert_same(lt.choose(which.astype("u4"), lt.asarray([1, 2, 3]), mode=mode), np.choose(which, [1, 2, 3], mode=mode))
    assert_same(lt.choose([True, False], [[1, 2], [3, 4]], mode=mode), np.choose([True, False], [[1, 2], [3, 4]], mode=mode))
    far = np.asarray([-1, 5, 3])
    if mode == "raise":
        with pytest.raises(ValueError, match="choice"):
            lt.choose(far, [1, 2, 3]).wait()
    else:
        assert_same(lt.choose(far, [1, 2, 3], mode=mode), np.choose(far, [1, 2, 3], mode=mode))
    out = lt.zeros(2)
    assert lt.choose([1, 0], [1.5, 2.5], out) is out
    assert_same(out, np.asarray([2.5, 1.5]))


def test_wrong_choices() -> None:
    with pytest.raises(ValueError, match="at least one"):
        lt.choose([0], [])
    with pytest.raises(ValueError, match="mode"):
        lt.choose([0], [1], mode="round")
    with pytest.raises(TypeError, match="choose"):
        lt.choose([0.0], [1])
    with pytest.raises(ValueError, match="broadcast"):
        lt.choose([0, 1], [[1, 2, 3]])


@pytest.mark.parametrize("dtype", FEW)
def test_select(tier: str, dtype: str) -> None:
    x = sample(dtype, (3, 4), seed=2)
    conditions = [sample("bool", (3, 4), seed) for seed in range(3)]
    ours = [lt.asarray(condition) for condition in conditions]
    # NumPy cannot store its own conversion of a Python integer in uint64.
    one: Any = x.dtype.type(1) if dtype == "uint64" else 1
    for choices, default in [([x, one, x * x], one), ([1, 2, 3], 0.5), ([x, x[0], x[:, :1]], x.dtype.type(1))]:
        lazily = [lt.asarray(choice) if isinstance(choice, np.ndarray) else choice for choice in choices]
        assert_same(lt.select(ours, lazily, default), np.select(conditions, choices, default))
    with pytest.raises(ValueError, match="as many conditions as choices, got 3 and 1"):
        lt.select(ours, [x])
    with pytest.raises(ValueError, match="at least one"):
        lt.select([], [])
    with pytest.raises(TypeError, match="boolean, got int64 in place 0"):
        lt.select([[1, 0]], [1])


# -- writing --------------------------------------------------------------------------------------------------------------------

WRITES: list[tuple[str, Any]] = [
    ("put", lambda xp, a, mask: xp.put(a, [0, -1, 3], [5, 6, 7])),
    ("put cycles", lambda xp, a, mask: xp.put(a, np.asarray([[0, 1], [2, 3]]), [5, 6, 7])),
    ("put too many", lambda xp, a, mask: xp.put(a, 2, [5, 6, 7])),
    ("put scalar", lambda xp, a, mask: xp.put(a, [1, 2], 8)),
    ("put nothing", lambda xp, a, mask: xp.put(a, [1, 2], [])),
    ("put nowhere", lambda xp, a, mask: xp.put(a, [], [1])),
    ("put wrap", lambda xp, a, mask: xp.put(a, [100, -100], [1, 2], mode="wrap")),
    ("put clip", lambda xp, a, mask: xp.put(a, [100, -100], [1, 2], "clip")),
    ("put twice", lambda xp, a, mask: xp.put(a, [1, 1], [1, 2])),
    ("putmask", lambda xp, a, mask: xp.putmask(a, mask, np.arange(a.size, dtype=a.dtype).reshape(a.shape))),
    ("putmask cycles", lambda xp, a, mask: xp.putmask(a, mask, [1, 2, 3])),
    ("putmask nothing", lambda xp, a, mask: xp.putmask(a, mask, [])),
    ("putmask flat", lambda xp, a, mask: xp.putmask(a, mask.reshape(-1), 2)),
    ("place", lambda xp, a, mask: xp.place(a, mask, [1, 2, 3])),
    ("place more", lambda xp, a, mask: xp.place(a, mask, np.arange(100, dtype=a.dtype))),
    ("place one", lambda xp, a, mask: xp.place(a, mask, [4])),
    ("along axis", lambda xp, a, mask: xp.put_along_axis(a, np.zeros((a.shape[0], 1), int), 9, 1)),
    (
        "along first",
        lambda xp, a, mask: xp.put_along_axis(a, np.asarray([[1] * a.shape[1]]), np.arange(a.shape[1])[None], axis=0),
    ),
]


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "strided"])
@pytest.mark.parametrize("write", [write for _, write in WRITES], ids=[name for name, _ in WRITES])
def test_writing(tier: str, write: Any, layout: str) -> None:
    for dtype in ("float32", "int64") if tier == "interpret" else ("float32",):
        x = sample(dtype, (4, 6))
        t = lt.asarray(x)
        shown, view = LAYOUTS[layout](x), LAYOUTS[layout](t)
        mask = shown > 0
        assert write(lt, view, lt.asarray(mask)) is None
        write(np, shown, mask)
        assert_same(t, x)


@pytest.mark.parametrize("write", [write for _, write in WRITES], ids=[name for name, _ in WRITES])
def test_writing_to_arrays(write: Any) -> None:
    x = sample("float64", (4, 6))
    y = x.copy()
    write(lt, y.T, lt.asarray(x.T > 0))
    write(np, x.T, x.T > 0)
    np.testing.assert_array_equal(y, x)


def test_writing_along_no_axis(tier: str) -> None:
    x = sample("float32", (4, 6))
    t = lt.asarray(x)
    lt.put_along_axis(t, lt.asarray([0, 3]), [1, 2], None)
    np.put_along_axis(x, np.asarray([0, 3]), [1, 2], None)
    assert_same(t, x)
    lt.put_along_axis(t.T, [1, -1], 5, axis=None)
    x[1, 0] = x[-1, -1] = 5
    assert_same(t, x)


def test_writing_casts() -> None:
    for name in ("putmask", "place", "put"):
        x = np.zeros(3, np.int64)
        t = lt.asarray(x)
        where: Any = [0, 2] if name == "put" else [True, False, True]
        getattr(np, name)(x, where, [1.5, 2.5])
        getattr(lt, name)(t, where, [1.5, 2.5])
        assert_same(t, x)


def test_wrong_writes() -> None:
    t = lt.zeros(3)
    for function in (lt.put, lt.place, lt.putmask):
        with pytest.raises(TypeError, match="to write to, got list"):
            function([1, 2], [0], [1])
        with pytest.raises(TypeError, match="to write to, got a scalar"):
            function(lt.ones(2).sum(), [0], [1])
        with pytest.raises(ValueError, match="read-only"):
            function(lt.broadcast_to(lt.zeros(()), (2,)), [0, 1], [1])
    for function in (lt.place, lt.putmask):
        with pytest.raises(ValueError, match="same size"):
            function(t, [True], [1])
    with pytest.raises(ValueError, match="empty"):
        lt.place(t, [True, False, True], [])
    with pytest.raises(IndexError, match="empty"):
        lt.put(lt.zeros(0), [0], [1])
    with pytest.raises(ValueError, match="mode"):
        lt.put(t, [0], [1], mode="round")
    lt.put(t, [7], [1])
    with pytest.raises(IndexError, match="out of bounds"):
        t.wait()


# -- argmax and argmin ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u1"])
def test_positions_in_large_arrays_are_looked_for_by_all_threads(name: str, dtype: str) -> None:
    draw = np.random.default_rng(1)
    for shape in [(1 << 19,), (1 << 19, 1), (3, 1 << 18), (1 << 18, 3), (70, 80, 90), (1, 400_000), (400_000, 1)]:
        x = draw.integers(0, 200, shape).astype(dtype)
        if x.dtype.kind == "f":
            x.flat[draw.integers(x.size, size=2)] = np.nan
        t = lt.asarray(x)
        function, expected = getattr(lt, name), getattr(np, name)
        for axis in (None, *range(-x.ndim, x.ndim)):
            for keepdims in (False, True):
                assert_same(function(t, axis=axis, keepdims=keepdims), expected(x, axis=axis, keepdims=keepdims))
        assert_same(function(t[::-1], axis=-1), expected(x[::-1], axis=-1))

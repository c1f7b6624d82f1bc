"""Shapes, joining and repeating against NumPy: values, and which results alias their argument."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import DTYPES, LAYOUTS, assert_same, sample

import lazytensor as lt

# name, shape of the argument, function of the namespace and the argument; all views where NumPy's are.
VIEWS = {
    "reshape": ((2, 6), lambda xp, x: xp.reshape(x, (3, 4))),
    "reshape -1": ((2, 6), lambda xp, x: xp.reshape(x, (-1, 2, 1))),
    "reshape int": ((2, 6), lambda xp, x: xp.reshape(x, 12)),
    "reshape empty": ((0, 3), lambda xp, x: xp.reshape(x, (3, 0, 2))),
    "ravel": ((2, 3), lambda xp, x: xp.ravel(x)),
    "ravel empty": ((2, 0), lambda xp, x: xp.ravel(x)),
    "reshape fortran": ((2, 6), lambda xp, x: xp.reshape(x, (3, 4), order="F")),
    "reshape fortran -1": ((2, 3, 4), lambda xp, x: xp.reshape(x, (-1, 6), "F")),
    "ravel fortran": ((2, 3), lambda xp, x: xp.ravel(x, order="F")),
    "flatten fortran": ((2, 3), lambda xp, x: x.flatten("F")),
    "transpose": ((2, 3, 4), lambda xp, x: xp.transpose(x)),
    "permute_dims": ((2, 3, 4), lambda xp, x: xp.permute_dims(x, (1, -1, 0))),
    "matrix_transpose": ((2, 3, 4), lambda xp, x: xp.matrix_transpose(x)),
    "swapaxes": ((2, 3, 4), lambda xp, x: xp.swapaxes(x, 0, -1)),
    "moveaxis": ((2, 3, 4), lambda xp, x: xp.moveaxis(x, 0, -1)),
    "moveaxis several": ((2, 3, 4, 5), lambda xp, x: xp.moveaxis(x, (0, 2), (-1, 0))),
    "rollaxis": ((2, 3, 4), lambda xp, x: xp.rollaxis(x, 2)),
    "rollaxis to the end": ((2, 3, 4), lambda xp, x: xp.rollaxis(x, 0, start=3)),
    "rollaxis from the end": ((2, 3, 4), lambda xp, x: xp.rollaxis(x, 1, -1)),
    "squeeze": ((1, 3, 1), lambda xp, x: xp.squeeze(x)),
    "squeeze axis": ((1, 3, 1), lambda xp, x: xp.squeeze(x, axis=-1)),
    "expand_dims": ((2, 3), lambda xp, x: xp.expand_dims(x, axis=1)),
    "expand_dims several": ((2, 3), lambda xp, x: xp.expand_dims(x, axis=(0, -1))),
    "broadcast_to": ((3, 1), lambda xp, x: xp.broadcast_to(x, (2, 3, 4))),
    "broadcast_to empty": ((1, 3), lambda xp, x: xp.broadcast_to(x, (0, 3))),
    "flip": ((2, 3), lambda xp, x: xp.flip(x)),
    "flip axis": ((2, 3), lambda xp, x: xp.flip(x, axis=(1,))),
    "atleast_2d": ((3,), lambda xp, x: xp.atleast_2d(x)),
    "atleast_3d": ((3,), lambda xp, x: xp.atleast_3d(x)),
    "atleast_3d of a matrix": ((3, 2), lambda xp, x: xp.atleast_3d(x)),
    "rot90": ((3, 4), lambda xp, x: xp.rot90(x)),
    "rot90 none": ((3, 4), lambda xp, x: xp.rot90(x, 4)),
    "rot90 twice": ((2, 3, 4), lambda xp, x: xp.rot90(x, -2, (2, 0))),
    "rot90 back": ((2, 3, 4), lambda xp, x: xp.rot90(x, k=3, axes=(0, 2))),
    "diagonal of reversed": ((3, 4), lambda xp, x: xp.flipud(xp.fliplr(x))),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("layout", ["contiguous", "reversed", "strided"])
def test_views(tier: str, name: str, layout: str) -> None:
    shape, function = VIEWS[name]
    if layout != "contiguous":
        if not shape:
            return
        shape = (*shape[:-1], shape[-1] * 2 + 1)
    change = {
        "contiguous": lambda x: x,
        "reversed": lambda x: x[..., ::-1][..., : shape[-1] // 2],
        "strided": LAYOUTS["strided"],
    }[layout]
    base = sample("int32", shape)
    tensor = lt.asarray(base)
    x, t = change(base), change(tensor)
    expected, found = function(np, x), function(lt, t)
    assert_same(found, expected)
    # A write to the base shows in views, exactly where NumPy's does.
    base[...] += 1
    tensor[...] += 1
    assert_same(found, expected)
    if expected.flags.writeable and expected.ndim:
        expected[..., :1] = 50
        found[..., :1] = 50
        assert_same(found, expected)
        assert_same(tensor, base)
    elif found.ndim and found.size and not name.startswith("broadcast_to empty"):
        with pytest.raises(ValueError, match="read-only"):
            found[...] = 1


def test_views_that_numpy_copies(tier: str) -> None:
    t = lt.reshape(lt.arange(6), (2, 3))
    flat = lt.ravel(t.T)
    assert_same(flat, np.arange(6).reshape(2, 3).T.ravel())
    flat[0] = 9
    assert t[0, 0].item() == 0
    copied = lt.reshape(t, (6,), copy=True)
    copied[0] = 9
    assert t[0, 0].item() == 0
    assert_same(t.flatten(), np.arange(6))
    with pytest.raises(ValueError, match="without a copy"):
        lt.reshape(t.T, (6,), copy=False)


def test_scalar_results_stay_scalars() -> None:
    total = lt.ones(3).sum()
    view = lt.broadcast_to(total, (2,))
    before = total
    total += 1
    assert before.item() == 3
    assert view.tolist() == [3, 3]


def test_shape_errors() -> None:
    x = lt.zeros((2, 3))
    for call, error, match in [
        (lambda: lt.reshape(x, (4,)), ValueError, "cannot reshape"),
        (lambda: lt.reshape(x, (-1, -1)), ValueError, "unknown"),
        (lambda: lt.reshape(x, (6,), order="K"), ValueError, "order"),
        (lambda: lt.transpose(x, (0, 0)), ValueError, "repeated"),
        (lambda: lt.transpose(x, (0,)), ValueError, "don't match"),
        (lambda: lt.squeeze(x, axis=0), ValueError, "squeeze"),
        (lambda: lt.broadcast_to(x, (2, 4)), ValueError, "broadcast"),
        (lambda: lt.expand_dims(x, axis=5), np.exceptions.AxisError, "expand_dims"),
        (lambda: lt.flip(x, axis=2), np.exceptions.AxisError, "flip"),
        (lambda: lt.moveaxis(x, (0, 1), (0,)), ValueError, "number"),
        (lambda: lt.matrix_transpose(lt.zeros(3)), ValueError, "two"),
        (lambda: lt.concat([x, lt.zeros((3, 3))], axis=1), ValueError, "concat"),
        (lambda: lt.concat([]), ValueError, "at least one"),
        (lambda: lt.stack([x, lt.zeros(3)]), ValueError, "stack"),
        (lambda: lt.concat([1, 2]), ValueError, "dimension"),
        (lambda: lt.broadcast_shapes((3,), (4,)), ValueError, "broadcast"),
        (lambda: lt.repeat(x, -1), ValueError, "negative"),
        (lambda: lt.split(x, 2, axis=1), ValueError, "equal"),
        (lambda: lt.vsplit(lt.zeros(3), 3), ValueError, "vsplit: only works on arrays of 2"),
        (lambda: lt.hsplit(lt.zeros(()), 3), ValueError, "hsplit: only works on arrays of 1"),
        (lambda: lt.dsplit(x, 3), ValueError, "dsplit: only works on arrays of 3"),
        (lambda: lt.rollaxis(x, 0, 4), np.exceptions.AxisError, "rollaxis"),
        (lambda: lt.rot90(x, 1, (0,)), ValueError, "rot90: axes must be two"),
        (lambda: lt.rot90(x, 1, (1, -1)), ValueError, "repeated"),
        (lambda: lt.concat([x, x], dtype="int8"), TypeError, "according to the rule 'same_kind'"),
        (lambda: lt.concat([x, x], 0, x, dtype="int8"), TypeError, "only one of out and dtype"),
        (lambda: lt.resize(x, (-1,)), ValueError, "resize"),
        (lambda: lt.block((x, x)), TypeError, "block: blocks are in lists"),
        (lambda: lt.block([x, []]), ValueError, "block: lists must not be empty"),
        (lambda: lt.block([x, [x]]), ValueError, "block: list depths are mismatched"),
    ]:
        with pytest.raises(error, match=match):
            call()


@pytest.mark.parametrize("dtype", DTYPES)
def test_joining(tier: str, dtype: str) -> None:
    x, y = sample(dtype, (2, 3)), sample("float32", (2, 3), 1)
    a, b = lt.asarray(x), lt.asarray(y)
    for axis in (0, 1, -1, None):
        assert_same(lt.concat([a, b[:, ::-1], a], axis=axis), np.concat([x, y[:, ::-1], x], axis=axis))
    for axis in (0, 1, 2, -1):
        assert_same(lt.stack([a, a.T.T, b], axis=axis), np.stack([x, x, y], axis=axis))


def test_joining_more(tier: str) -> None:
    x, y = np.arange(3.0), np.arange(6.0).reshape(2, 3)
    assert_same(lt.vstack([x, y]), np.vstack([x, y]))
    assert_same(lt.hstack([x, x]), np.hstack([x, x]))
    assert_same(lt.hstack([y, y]), np.hstack([y, y]))
    assert_same(lt.concatenate((x, [1, 2]), dtype="float32"), np.concatenate((x, [1, 2]), dtype="float32"))
    assert_same(lt.concat([np.zeros((0, 3)), y]), y)
    t = lt.asarray(y)
    for ours, theirs in zip(lt.unstack(t, axis=1), np.unstack(y, axis=1), strict=True):
        assert_same(ours, theirs)
    for sections in (2, [1], [0, 2, 5]):
        for ours, theirs in zip(lt.array_split(t, sections, axis=1), np.array_split(y, sections, axis=1), strict=True):
            assert_same(ours, theirs)
    lt.split(t, 3, axis=1)[0][...] = 7
    assert_same(t[:, 0], np.asarray([7.0, 7.0]))


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "reversed"])
def test_repeating(tier: str, layout: str) -> None:
    base = sample("int16", (3, 4))
    x, t = LAYOUTS[layout](base), LAYOUTS[layout](lt.asarray(base))
    for axis in (None, 0, -1):
        for count in (0, 1, 3):
            assert_same(lt.repeat(t, count, axis=axis), np.repeat(x, count, axis=axis))
    each = np.arange(x.shape[0])
    assert_same(lt.repeat(t, lt.asarray(each), axis=0), np.repeat(x, each, axis=0))
    for counts in (2, (1, 2), (2, 1, 3), (0, 2)):
        assert_same(lt.tile(t, counts), np.tile(x, counts))
    for shift, axis in [(1, None), (-5, 0), (2, 1), ((1, 2), (0, 1)), (1, (0, 1)), (0, 0), ((1, 1), 0)]:
        assert_same(lt.roll(t, shift, axis=axis), np.roll(x, shift, axis=axis))
    assert_same(lt.roll(lt.zeros((0, 2)), 1, axis=0), np.zeros((0, 2)))


STACKED = ("hstack", "vstack", "dstack", "column_stack")


@pytest.mark.newest
@pytest.mark.parametrize("shape", [(), (4,), (2, 4), (2, 4, 4)])
def test_stacking_and_splitting(tier: str, shape: tuple[int, ...]) -> None:
    x = sample("float32", shape)
    for name in STACKED:
        assert_agree(lambda xp, x: getattr(xp, name)((x, x)), x)  # noqa: B023
    for name in ("hsplit", "vsplit", "dsplit"):
        for parts in (2, [1, 3], 3):
            assert_agree(lambda xp, x: getattr(xp, name)(x, parts), x)  # noqa: B023
    for new in (7, (2, 5), 0, (0, 3), ()):
        assert_agree(lambda xp, x: xp.resize(x, new), x)  # noqa: B023
    assert_agree(lambda xp, x: xp.atleast_3d(x, 2.0), x)
    assert_agree(lambda xp, x: (xp.ndim(x), xp.shape(x), xp.size(x)), x)
    assert_agree(lambda xp, x: (xp.size(x, 0), xp.size(x, (0, -1))), x)
    for value in (
        None,
        "ab",
        object(),
        {1, 2},
        {1: 2},
        ...,
        ["a", "b"],
        [[None, 1]],
        np.float16(2),
        np.array(["2020"], "M8[Y]"),
        1 << 70,
    ):
        assert_agree(lambda xp: (xp.ndim(value), xp.shape(value), xp.size(value)))  # noqa: B023


def test_joining_into_an_array_and_a_dtype(tier: str) -> None:
    x = np.arange(6).reshape(2, 3)
    for call in (
        lambda xp, x: xp.concatenate((x, x), dtype="float32", casting="same_kind"),
        lambda xp, x: xp.concatenate((x, x), dtype="int32", casting="safe"),
        lambda xp, x: xp.concatenate((x, x * 1.5), casting="no"),
        lambda xp, x: xp.concatenate((x, x), 0, xp.zeros((4, 3))),
        lambda xp, x: xp.concatenate((x, x), 0, xp.zeros((3, 3))),
        lambda xp, x: xp.concatenate((x, 1.5, 2), axis=None),
        lambda xp, x: xp.concatenate((xp.astype(x, np.float32), 1.5, 2), axis=None),
        lambda xp, x: xp.stack((x * 1.5, x), out=xp.zeros((2, 2, 3), dtype=int)),
        lambda xp, x: xp.stack((x, x), -1, out=xp.zeros((2, 3, 2))),
        lambda xp, x: xp.hstack((x, x), dtype="float32"),
        lambda xp, x: xp.vstack((x, x), dtype="int8", casting="unsafe"),
    ):
        assert_agree(call, x)
    out = np.zeros((4, 3))
    assert lt.concat((x, lt.asarray(x)), out=out) is out
    assert out.tolist() == [*x.tolist()] * 2


BLOCKS: list[Any] = [
    lambda a, b, v: [[a, b], [b, a]],
    lambda a, b, v: [a, b],
    lambda a, b, v: a,
    lambda a, b, v: [[[a]]],
    lambda a, b, v: [[a, b], [b]],
    lambda a, b, v: [v, v, 10],
    lambda a, b, v: [[v], [v]],
]


@pytest.mark.parametrize("blocks", BLOCKS)
def test_block(tier: str, blocks: Any) -> None:
    assert_agree(lambda xp, *x: xp.block(blocks(*x)), np.ones((2, 2)), np.zeros((2, 2)), np.arange(3))


def test_broadcast_arrays(tier: str) -> None:
    x, y = np.arange(3), np.arange(2.0)[:, None]
    for ours, theirs in zip(lt.broadcast_arrays(lt.asarray(x), y), np.broadcast_arrays(x, y), strict=True):
        assert_same(ours, theirs)
    assert lt.broadcast_shapes((2, 1), (3,), ()) == (2, 3)


def test_copy_is_independent(tier: str) -> None:
    x: Any = lt.arange(4)
    y = lt.copy(x[::-1])
    x[0] = 9
    assert y.tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize("name", ["concatenate", "stack", "vstack", "hstack", "dstack", "column_stack"])
def test_what_is_joined_has_an_order(name: str) -> None:
    for joined in ((np.ones(2) for _ in range(2)), {1: np.ones(2)}.values(), {1, 2}):
        assert_agree(lambda xp, joined=joined: getattr(xp, name)(joined))


def test_resize_in_place() -> None:
    def resized(xp: Any, x: Any, *shape: Any, **keywords: Any) -> Any:
        x.resize(*shape, **keywords)
        return x

    x = np.arange(6.0).reshape(2, 3)
    for shape in ((), (None,), ((3, 2),), (2, 2), ((),), ("hi",), (-1,)):
        assert_agree(lambda xp, a, shape=shape: resized(xp, a, *shape, refcheck=False), x)
    assert_agree(lambda xp, a: resized(xp, a, (2, 2), refcheck="hi"), x)
    assert_agree(lambda xp, a: resized(xp, a[...], (3, 2)), x)
    assert_agree(lambda xp, a: resized(xp, a[1:], (7,)), x)
    assert_agree(lambda xp: resized(xp, xp.zeros(()), (1,)))
    assert_agree(lambda xp: resized(xp, xp.zeros((10, 0))[...], (0, 10)))
    whole = lt.arange(4)
    part = whole[:]
    part.resize((2, 2))
    part[1, 0] = 9
    assert whole.tolist() == [0, 1, 9, 3]


def test_choices_one_by_one() -> None:
    x = np.asarray([0, 3])
    assert_agree(lambda xp, a: a.choose([1, 2], [3, 4], mode="clip"), x)
    assert_agree(lambda xp, a: a.choose([[1, 2], [3, 4]], mode="clip", out=xp.zeros(2, dtype=int)), x)
    assert_agree(lambda xp, a: a.choose(), x)

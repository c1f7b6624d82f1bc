"""Attributes and plain conversions of tensors, against NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt


@pytest.mark.parametrize("layout", LAYOUTS)
def test_strides_flags_and_flat(layout: str) -> None:
    x = LAYOUTS[layout](sample("float32", (3, 4)))
    t = LAYOUTS[layout](lt.asarray(sample("float32", (3, 4))))
    assert t.strides == x.strides
    assert t.flags.c_contiguous == x.flags.c_contiguous
    assert t.flags["F"] == t.flags["F_CONTIGUOUS"] == x.flags.f_contiguous
    assert t.flags.writeable
    assert_same(t.flat[3], np.asarray(x.flat[3]))
    assert_same(t.flat[1:5], x.flat[1:5])
    assert_same(t.flat[[0, -1]], x.flat[[0, -1]])
    assert len(t.flat) == len(x.flat)
    assert [item.item() for item in t.flat] == x.flat[:].tolist()
    np.testing.assert_array_equal(np.asarray(t.flat), x.ravel())
    for key, value in ((2, 7.0), (slice(1, 3), [8.0, 9.0]), ([0, 4], -1.0)):
        x.flat[key] = value
        t.flat[key] = value
    assert_same(t, x)
    x.flat, t.flat = 3, 3
    assert_same(t, x)
    part = t.flat[0:2]
    part[0] = 5
    assert t.flat[0].item() == 3
    assert t.tobytes() == x.tobytes()
    assert t.tobytes("F") == x.tobytes("F")
    assert t.base is None


def test_flags_of_scalars_and_read_only_views() -> None:
    assert not lt.broadcast_to(lt.ones(3), (2, 3)).flags.writeable
    assert not lt.ones(3).sum().flags.writeable
    assert lt.zeros(()).flags.writeable
    assert lt.ones((3, 0)).flags.c_contiguous
    with pytest.raises(KeyError, match="unknown flag"):
        lt.ones(3).flags["NONE"]


def test_data_is_read_only_memory() -> None:
    t = lt.arange(3.0) * 1
    assert t.data.readonly
    assert t.data.tolist() == [0, 1, 2]


def test_missing_attributes_tell_what_to_do() -> None:
    t = lt.ones(3)
    with pytest.raises(AttributeError, match=r"no attribute 'ctypes': use Tensor.numpy\(\)"):
        t.ctypes  # noqa: B018
    assert not hasattr(t, "setflags")
    assert not hasattr(t, "__cuda_array_interface__")
    assert not hasattr(t, "qqqqqq")


def test_views_in_other_dtypes(tier: str) -> None:
    for dtype, other in (
        ("float32", "int32"),
        ("complex128", "float64"),
        ("float64", "complex128"),
        ("uint8", "uint64"),
        ("int64", "bool"),
    ):
        x = sample("uint8", (3, 16), low=0, high=1).view(dtype) if other != "float64" else sample(dtype, (3, 16))
        assert_same(lt.asarray(x).view(other), x.view(other))
        assert_same((lt.asarray(x)[::-1]).view(other), np.ascontiguousarray(x[::-1]).view(other))
    assert_same(lt.asarray(1.5).view("int64"), np.asarray(1.5).view("int64"))
    t = lt.zeros((2, 3))
    t.view()[0] = 1
    t.view("float64")[1, 1] = 2
    assert t.tolist() == [[1, 1, 1], [0, 2, 0]]
    with pytest.raises(ValueError, match="read-only"):
        t.view("int64")[0] = 1
    with pytest.raises(ValueError, match="24 bytes along the last axis"):
        t.view("complex128")
    with pytest.raises(ValueError, match="0-d"):
        lt.asarray(1.0).view("float32")


@pytest.mark.parametrize("shape", [(3,), (), (0,)])
def test_fill_takes_one_value(shape: tuple[int, ...]) -> None:
    def filled(xp: Any, x: Any, value: Any) -> Any:
        x.fill(value)
        return x

    for value in (
        4,
        2.5,
        np.float32(4),
        np.array(4),
        [4.0],
        [[4.0]],
        np.array([4]),
        np.array([4, 5]),
        np.zeros(0),
        np.ones((3, 1)),
    ):
        assert_agree(lambda xp, x: filled(xp, x, value), np.zeros(shape))  # noqa: B023
        assert_agree(lambda xp, x: filled(xp, x, xp.asarray(value)), np.zeros(shape))  # noqa: B023


def test_shapes_can_be_set() -> None:
    t = lt.arange(6)
    row = t[3:]
    t.shape = (2, -1)
    assert_same(t, np.arange(6).reshape(2, 3))
    t[1, 0] = 9
    assert row.tolist() == [9, 4, 5]
    row.shape = 3, 1
    assert row.shape == (3, 1)
    t.shape = 6
    t[4] = 8
    assert row.tolist() == [[9], [8], [5]]
    assert (t + 1).tolist() == [1, 2, 3, 10, 9, 6]
    with pytest.raises(ValueError, match="size"):
        t.shape = (4, 2)
    with pytest.raises(AttributeError, match="without a copy"):
        lt.arange(6).reshape(2, 3).T.shape = 6
    with pytest.raises(AttributeError, match="scalar"):
        t.sum().shape = (1,)


def test_a_set_shape_lifts_no_ban_on_writing() -> None:
    t = lt.broadcast_to(lt.arange(3.0), (2, 3))
    t.shape = (2, 3, 1)
    windows = lt.lib.stride_tricks.sliding_window_view(lt.arange(4.0), 2)
    windows.shape = (3, 2, 1)
    for view in (t, windows):
        with pytest.raises(ValueError, match="read-only"):
            view[0] = 1

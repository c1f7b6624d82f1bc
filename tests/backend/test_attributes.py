"""Attributes and plain conversions of tensors, against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
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


def test_missing_attributes_tell_the_nearest() -> None:
    t = lt.ones(3)
    with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'reshpe'; the nearest there is: reshape"):
        t.reshpe  # noqa: B018
    assert not hasattr(t, "__cuda_array_interface__")
    assert not hasattr(t, "qqqqqq")

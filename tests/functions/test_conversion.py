"""Data into tensors and tensors into text: `require`, `copyto`, buffers, iterators and printing, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import assert_same

import lazytensor as lt

X, SMALL = np.arange(12).reshape(3, 4), np.zeros(3, "int8")


def stored(xp: Any, x: Any, value: Any, **keywords: Any) -> Any:
    xp.copyto(x, value, **keywords)
    return x


COPIES: dict[str, Any] = {
    "number": lambda xp, x: stored(xp, x, 5),
    "bool": lambda xp, x: stored(xp, x, True),
    "float to int": lambda xp, x: stored(xp, x, 5.5),
    "float to int unsafe": lambda xp, x: stored(xp, x, 5.5, casting="unsafe"),
    "row": lambda xp, x: stored(xp, x, [1, 2, 3, 4], where=x > 5),
    "floats": lambda xp, x: stored(xp, x, [1.5, 2, 3, 4]),
    "wrong shape": lambda xp, x: stored(xp, x, [1, 2]),
    "mask of wrong shape": lambda xp, x: stored(xp, x, 1, where=[True, False]),
    "through a view": lambda xp, x: (xp.copyto(x[1, ::-1], [7, 8, 9, 6], where=[True, False, True, True]), x)[1],
    "more axes": lambda xp, x: stored(xp, x, xp.asarray([[[1, 2, 3, 4]]])),
    "more axes where": lambda xp, x: stored(xp, x, xp.asarray([[[1, 2, 3, 4]]]), where=[True, False, True, False]),
    "more axes in one": lambda xp, x: stored(xp, xp.zeros(()), [[4]]),
    "longer axes": lambda xp, x: stored(xp, xp.zeros(4), xp.zeros((2, 4))),
    "mask of more axes": lambda xp, x: stored(xp, x, 1, where=[[[True, False, True, False]]]),
    "overlapping": lambda xp, x: (xp.copyto(x[1:], x[:-1]), x)[1],
}


@pytest.mark.parametrize("name", COPIES)
def test_copyto(tier: str, name: str) -> None:
    for x in (X, X.astype("float32")):
        assert_agree(COPIES[name], x)


def test_copyto_more() -> None:
    assert_agree(lambda xp, x: stored(xp, x, 300), SMALL)
    assert_agree(lambda xp, x: stored(xp, x, np.int64(3)), SMALL)
    array = np.zeros(3)
    lt.copyto(array, lt.arange(3), where=lt.asarray([True, False, True]))
    assert array.tolist() == [0, 0, 2]
    lt.copyto(array, lt.asarray([[7, 8, 9]]))
    assert array.tolist() == [7, 8, 9]
    with pytest.raises(TypeError, match="copyto: dst"):
        lt.copyto([1], 2)
    with pytest.raises(ValueError, match="read-only"):
        lt.copyto(lt.broadcast_to(1.0, (2,)), 2)


def test_layouts() -> None:
    for name in ("ascontiguousarray", "asfortranarray", "asanyarray", "asarray_chkfinite"):
        for x in (np.asarray(3.0), X.T, [1, 2.5]):
            assert_same(getattr(lt, name)(x), getattr(np, name)(x))
        assert_same(getattr(lt, name)(X, "float32"), X.astype("float32"))
    for bad in (np.inf, np.nan):
        with pytest.raises(ValueError, match="asarray_chkfinite"):
            lt.asarray_chkfinite(lt.asarray([1.0, bad]))


def test_require() -> None:
    x = lt.zeros((2, 3))
    assert lt.require(x, requirements=["C", "A", "W", "O"]) is x
    assert lt.require(x, "float64", "AE") is x
    assert lt.require(x, "float64", "FE").flags.f_contiguous
    assert_agree(lambda xp, x: xp.require(x, "float32", ["F"]), X)
    for view, flag in ((x[0], "OWNDATA"), (lt.broadcast_to(x, (2, 2, 3)), "W")):
        made = lt.require(view, requirements=[flag])
        made[...] = 1
        assert x.sum().item() == 0
    assert lt.require(x[0], requirements="W")._shown() is not None
    with pytest.raises(ValueError, match="require: cannot specify both"):
        lt.require(x, requirements=["C", "F"])
    with pytest.raises(KeyError, match="require: unknown requirement 'Q'"):
        lt.require(x, requirements="Q")


def test_buffers_iterators_and_text() -> None:
    assert_agree(lambda xp: xp.frombuffer(b"abcdefgh", dtype="i2", count=2, offset=2))
    assert_agree(lambda xp: xp.frombuffer(b"abcdefgh"))
    assert_agree(lambda xp: xp.frombuffer(b"abc", dtype="i2"))
    assert_agree(lambda xp: xp.fromiter((i * i for i in range(5)), dtype=float))
    assert_agree(lambda xp: xp.fromiter(range(5), "i4", 3))
    assert_agree(lambda xp: xp.fromstring("1 2 3", sep=" "))
    assert_agree(lambda xp: xp.fromstring("1,2", dtype=int, sep=","))
    assert_agree(lambda xp: xp.fromstring("12", sep=""))
    memory = bytearray(b"ab")
    taken = lt.frombuffer(memory, dtype="u1")
    memory[0] = 0
    assert taken.tolist() == [97, 98]
    assert_same(lt.frombuffer(b"\x00\x01", dtype=">i2"), np.asarray([1], "int16"))
    assert_same(lt.fromiter(iter(lt.arange(3)), dtype="float32"), np.arange(3, dtype="float32"))


def test_text() -> None:
    for x in (X, X / 7, np.zeros((0, 2)), np.asarray(1.5)):
        assert_agree(lambda xp, x: xp.array2string(x, precision=2, separator=", ", floatmode="fixed"), x)
        assert_agree(lambda xp, x: xp.array_repr(x, 40), x)
        assert_agree(lambda xp, x: xp.array_str(x, precision=3), x)
    with lt.printoptions(precision=1):
        assert lt.get_printoptions()["precision"] == 1
        assert str(lt.asarray([0.125])) == "[0.1]"
        lt.set_printoptions(precision=2)
        assert str(lt.asarray([0.125])) == "[0.12]"
    assert np.get_printoptions()["precision"] == 8


def test_complex_numbers_are_true_by_both_parts() -> None:
    assert lt.full(2, 1j, dtype=bool).tolist() == [True, True]
    assert lt.array(np.complex64(1j), dtype=bool).tolist() is True
    assert lt.full_like(lt.zeros(2, dtype=bool), 1j).tolist() == [True, True]


def test_classes_of_dtypes_are_dtypes() -> None:
    assert lt.zeros(2, dtype=np.dtypes.Int8DType).dtype == np.int8
    assert lt.subtract(3, 1, dtype=np.dtypes.Float64DType).dtype == np.float64
    for kind in (np.dtypes.StrDType, np.dtypes.ObjectDType, np.dtype):
        with pytest.raises(TypeError, match="is not supported"):
            lt.zeros(2, dtype=kind)


def test_astype_takes_arrays() -> None:
    assert_agree(lambda xp: xp.astype([1, 2], "float64"))
    assert_agree(lambda xp: xp.astype(xp.arange(3), "float64"))

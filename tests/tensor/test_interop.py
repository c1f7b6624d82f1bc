"""NumPy's protocols, DLPack and buffers: NumPy's functions on tensors stay lazy, and operands mix on either side."""

from __future__ import annotations

import collections.abc
import hashlib
import io
import struct
import sys
from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, assert_same, sample

import lazytensor as lt
from lazytensor.tensor.interop import function_here

X = sample("float64", (3, 4), low=1, high=4)


def pending(t: lt.Tensor) -> bool:
    return t._base().result is None


CALLS: dict[str, Any] = {
    "sin": lambda x: np.sin(x),
    "add": lambda x: np.add(x, 1),
    "true_divide": lambda x: np.true_divide(2, x),
    "absolute": lambda x: np.absolute(x),
    "power": lambda x: np.power(x, x),
    "add.reduce": lambda x: np.add.reduce(x),
    "add.accumulate": lambda x: np.add.accumulate(x, axis=1),
    "maximum.reduce": lambda x: np.maximum.reduce(x, axis=None),
    "multiply.outer": lambda x: np.multiply.outer(x, x),
    "add.reduceat": lambda x: np.add.reduceat(x, [0, 2]),
    "matmul": lambda x: np.matmul(x, x.T),
    "concatenate": lambda x: np.concatenate([x, x], axis=1),
    "stack": lambda x: np.stack([x, x]),
    "sum": lambda x: np.sum(x, axis=0),
    "mean": lambda x: np.mean(x),
    "where": lambda x: np.where(x > 2, x, 0),
    "reshape": lambda x: np.reshape(x, (4, 3)),
    "transpose": lambda x: np.transpose(x),
    "linalg.norm": lambda x: np.linalg.norm(x),
    "einsum": lambda x: np.einsum("ij->j", x),
    "clip": lambda x: np.clip(x, 1, 2),
    "sort": lambda x: np.sort(x, axis=0),
    "zeros_like": lambda x: np.zeros_like(x),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.recorded
def test_numpys_functions_stay_lazy(name: str, tier: str) -> None:
    t = lt.asarray(X) * 1
    found = CALLS[name](t)
    assert isinstance(found, lt.Tensor)
    assert pending(found)
    assert pending(t)
    assert lt.explain(found).outside == ()
    assert_same(found, np.asarray(CALLS[name](X)), 8)


def test_operators_with_arrays_on_either_side(tier: str) -> None:
    t, y = lt.asarray(X), sample("float64", (4,), low=1, high=4)
    for found, wanted in [
        (y + t, y + X), (t + y, X + y), (y * t, y * X), (y - t, y - X), (y / t, y / X), (y**t, y**X), (y // t, y // X), (y % t, y % X),
        (y < t, y < X), (y == t, y == X), (y @ t.T, y @ X.T), (t @ y, X @ y), (np.float64(2) * t, 2 * X), (np.float32(2) - t, 2 - X),
        (np.asarray(3) + t, 3 + X), (np.int8(3) * lt.asarray([1, 2], dtype="int8"), np.asarray([3, 6], np.int8)),
    ]:  # fmt: skip
        assert_same(found, wanted, 8)


def test_arrays_updated_in_place_stay_arrays() -> None:
    x = np.ones((3, 4))
    y = x
    x += lt.asarray(X)
    assert type(x) is np.ndarray
    assert x is y
    np.testing.assert_array_equal(x, X + 1)
    np.add(lt.asarray(X), 1, out=x)
    np.testing.assert_array_equal(x, X + 1)
    np.add.at(x, [0, 0], lt.ones(4))
    np.testing.assert_array_equal(x[0], X[0] + 3)
    t = lt.zeros((3, 4))
    assert np.add(X, 1, out=t) is t
    assert_same(t, X + 1)


@pytest.mark.recorded
def test_what_numpy_alone_has_is_shown_and_can_be_forbidden() -> None:
    t = lt.asarray(X) * 2
    found = np.emath.sqrt(t)
    assert isinstance(found, lt.Tensor)
    assert lt.explain(found + 1).outside[0].startswith("numpy.lib.scimath.sqrt at ")
    with lt.config.override(strict=True), pytest.raises(lt.errors.FallbackError, match=r"config\.strict"):
        np.emath.sqrt(t)


class Stranger:
    """Somebody else's array, which knows what to do with ours."""

    __array_ufunc__ = None

    def __radd__(self, other: Any) -> str:
        return "theirs"


class Duck:
    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> str:
        return "theirs"

    def __array_function__(self, *args: Any, **kwargs: Any) -> str:
        return "theirs"


def test_other_libraries_are_asked() -> None:
    assert lt.ones(2) + Stranger() == "theirs"
    assert np.add(lt.ones(2), Duck()) == "theirs"
    assert np.concatenate([lt.ones(2), Duck()]) == "theirs"


@pytest.mark.versions
def test_conversions() -> None:
    t = lt.asarray(X)
    assert np.asarray(t).base is not None
    assert not np.asarray(t).flags.writeable
    assert np.array(t).flags.writeable
    assert np.asarray(t, dtype="float32").dtype == np.float32
    with pytest.raises(
        ValueError, match=r"without a copy|avoid copy"
    ):  # NumPy's words where it reads the buffer, since Python 3.12
        np.asarray(t, dtype="float32", copy=False)
    assert np.asarray([t[0], t[1]]).shape == (2, 4)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dlpack_both_ways(dtype: str) -> None:
    x = sample(dtype, (3, 4))
    t = lt.asarray(x)
    assert t.__dlpack_device__() == (1, 0)
    exported = np.from_dlpack(t)
    assert np.shares_memory(exported, t.numpy())
    assert not exported.flags.writeable
    np.testing.assert_array_equal(exported, x)
    np.testing.assert_array_equal(np.from_dlpack(t.T), x.T)
    copied = np.from_dlpack(t, copy=True)
    assert not np.shares_memory(copied, t.numpy())
    imported = lt.from_dlpack(x)
    assert np.shares_memory(imported.numpy(), x)
    assert_same(imported, x)
    assert not np.shares_memory(lt.from_dlpack(x, copy=True).numpy(), x)
    assert_same(lt.from_dlpack(t.T), x.T)


def test_exports_are_snapshots() -> None:
    t = lt.arange(4.0) * 1
    exported, array = np.from_dlpack(t), t.numpy()
    t += 1
    t[0] = 9
    assert exported.tolist() == array.tolist() == [0, 1, 2, 3]
    assert t.tolist() == [9, 2, 3, 4]


def test_old_consumers_get_a_copy_unless_they_insist() -> None:
    class Old:
        def __init__(self, source: lt.Tensor, **keywords: Any) -> None:
            self.source, self.keywords = source, keywords

        def __dlpack__(self, **_: Any) -> Any:
            return self.source.__dlpack__(**self.keywords)

        def __dlpack_device__(self) -> Any:
            return self.source.__dlpack_device__()

    t = lt.arange(4.0) * 1
    assert not np.shares_memory(np.from_dlpack(Old(t)), t.numpy())
    assert np.shares_memory(np.from_dlpack(Old(t, copy=False)), t.numpy())
    frozen = np.arange(3.0)
    frozen.flags.writeable = False
    with pytest.raises(BufferError, match="read-only"):
        lt.asarray(frozen).__dlpack__(copy=False)
    with pytest.raises(BufferError, match="stream"):
        t.__dlpack__(stream=1)
    with pytest.raises(BufferError, match="only the CPU"):
        t.__dlpack__(dl_device=(2, 0))
    t.__dlpack__(dl_device=(1, 0), max_version=(1, 0))


def read_by_buffer_clients(t: lt.Tensor) -> None:
    """What takes bytes-like objects takes tensors, and cannot write to them."""
    values = t.numpy()
    assert isinstance(t, collections.abc.Buffer)
    with memoryview(t) as view:
        assert view.tolist() == values.tolist()
        assert np.shares_memory(np.asarray(view), values)
        t[0] = 9
        assert view[0] == values[0] != t[0].item()
    assert bytearray(t) == t.tobytes()
    assert hashlib.sha256(t).digest() == hashlib.sha256(t.tobytes()).digest()
    assert io.BytesIO(t).getvalue() == b"".join([t])  # type: ignore[list-item]
    assert struct.unpack_from("d", t, 8) == (t[1].item(),)
    assert memoryview(t.T).tolist() == t.T.tolist()
    assert memoryview(lt.asarray(5)).tolist() == 5
    for write in (io.BytesIO(bytes(8)).readinto, lambda to: struct.pack_into("d", to, 0, 1.0)):
        with pytest.raises((TypeError, BufferError)):
            write(t)
    failed = lt.asarray([1])[lt.asarray([5])]
    with pytest.raises(IndexError):
        memoryview(failed)


@pytest.mark.versions
def test_buffers() -> None:
    t = lt.arange(4.0) * 1
    view = t.__buffer__(0)
    assert view.readonly
    assert view.tolist() == [0, 1, 2, 3]
    if sys.version_info >= (3, 12):
        read_by_buffer_clients(t)
    assert_same(lt.asarray(memoryview(np.arange(3))), np.arange(3))


def test_namespace() -> None:
    t = lt.ones(2)
    assert t.__array_namespace__() is lt
    assert t.__array_namespace__(api_version="2025.12") is lt
    with pytest.raises(ValueError, match="'1999' is not supported; supported are"):
        t.__array_namespace__(api_version="1999")
    info = lt.__array_namespace_info__()
    assert info.devices() == lt.devices()
    assert isinstance(info.devices(), tuple)
    assert type(lt.finfo(lt.float32).eps) is float
    assert (lt.float32(1) * lt.finfo("float64").eps).dtype == np.float32
    assert "float32" in repr(lt.finfo(lt.float32))


# -- every ufunc and every function ---------------------------------------------------------------------------------------------

UFUNCS = sorted({name for name in np.__all__ if isinstance(getattr(np, name), np.ufunc)})
INTEGERS = {
    "bitwise_and", "bitwise_count", "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "gcd", "invert", "lcm", "left_shift", "right_shift",
}  # fmt: skip
# Of dates.
NOT_HERE = {"isnat"}
SQUARE = np.arange(1, 10).reshape(3, 3)


def operands_of(name: str) -> list[Any]:
    ufunc = getattr(np, name)
    x = SQUARE if name in INTEGERS else SQUARE / 10
    made = [x + 1 if name in ("acosh", "arccosh") else x, x.T][: ufunc.nin]
    if name == "ldexp":
        made[1] = SQUARE
    if name == "matvec":
        made[1] = x[0]
    if name == "vecmat":
        made[0] = x[0]
    return made


def compare_all(found: Any, expected: Any, name: str) -> None:
    """One result or several, lazy and inside the graph."""
    pairs = list(zip(*(item if isinstance(item, tuple) else (item,) for item in (found, expected)), strict=True))
    for one, _ in pairs:
        assert isinstance(one, lt.Tensor), name
        assert pending(one), name
        assert lt.explain(one).outside == (), name
    for one, other in pairs:
        assert_same(one, other, 8)


@pytest.mark.parametrize("name", sorted(set(UFUNCS) - NOT_HERE))
@pytest.mark.recorded
def test_every_ufunc_stays_lazy(name: str) -> None:
    ufunc, arrays = getattr(np, name), operands_of(name)
    expected = ufunc(*arrays)
    compare_all(ufunc(*[lt.asarray(array) for array in arrays]), expected, name)
    if len(arrays) == 2:
        compare_all(ufunc(lt.asarray(arrays[0]), arrays[1]), expected, name)
        compare_all(ufunc(arrays[0], lt.asarray(arrays[1])), expected, name)
    results = expected if isinstance(expected, tuple) else (expected,)
    out = tuple([lt.zeros(item.shape, item.dtype) for item in results])
    made = ufunc(*[lt.asarray(array) for array in arrays], out=out)
    for one, target in zip(made if isinstance(made, tuple) else (made,), out, strict=True):
        assert one is target
    compare_all(out, results, name)
    function = getattr(lt, name)
    assert (function.nin, function.nout, function.nargs) == (ufunc.nin, ufunc.nout, ufunc.nargs)


@pytest.mark.recorded
def test_divmod() -> None:
    x, y = np.asarray([7, -7, 5]), np.asarray([2, 3, -2])
    for found, expected in [
        (divmod(lt.asarray(x), lt.asarray(y)), divmod(x, y)), (divmod(lt.asarray(x), 3), divmod(x, 3)),
        (divmod(9, lt.asarray(y)), divmod(9, y)), (divmod(x, lt.asarray(y)), divmod(x, y)),
    ]:  # fmt: skip
        compare_all(found, expected, "divmod")
    with pytest.raises(TypeError, match="unsupported operand"):
        divmod(lt.asarray(x), "a")


NAMESPACES = {"": (np, lt), "linalg.": (np.linalg, lt.linalg), "fft.": (np.fft, lt.fft)}
DISPATCHING = [
    (prefix, name)
    for prefix, (theirs, ours) in NAMESPACES.items()
    for name in sorted(ours.__all__)
    if type(getattr(theirs, name, None)).__name__ == "_ArrayFunctionDispatcher"
]


def test_there_are_functions_that_dispatch() -> None:
    assert len(DISPATCHING) > 250


@pytest.mark.parametrize(("prefix", "name"), DISPATCHING)
def test_every_function_that_dispatches_finds_ours(prefix: str, name: str) -> None:
    theirs, ours = NAMESPACES[prefix]
    assert function_here(getattr(theirs, name)) is getattr(ours, name)


def test_out_of_other_libraries_ufuncs() -> None:
    """Stored in the tensor, which is returned."""
    special = pytest.importorskip("scipy.special")
    x = lt.arange(3.0)
    whole = lt.zeros(6)
    part = whole[::2]
    assert special.j0(x, out=part) is part
    np.testing.assert_array_equal(whole.numpy()[::2], special.j0(np.arange(3.0)))
    first, array = lt.zeros(3), np.zeros(3)
    made = special.airy(x, out=(first, array, None, None))
    assert made[0] is first
    assert made[1] is array
    for found, expected in zip(made, special.airy(np.arange(3.0)), strict=True):
        np.testing.assert_array_equal(np.asarray(found), expected)
    assert isinstance(made[2], lt.Tensor)
    with pytest.raises(ValueError, match="read-only"):
        special.j0(x, out=lt.broadcast_to(lt.zeros(()), 3))


def test_bytes_are_the_memory() -> None:
    for array in (np.arange(6).reshape(2, 3), np.asarray(5), np.arange(6.0)[::2], np.arange(6).reshape(2, 3).T, np.zeros((0, 2))):
        assert bytes(lt.asarray(array)) == bytes(array)
    assert bytes(lt.arange(6).reshape(2, 3).T[::-1]) == bytes(np.arange(6).reshape(2, 3).T[::-1])
    assert int.from_bytes(lt.asarray([1, 2], dtype="uint8"), "little") == 513
    if sys.version_info >= (3, 12):
        assert bytearray(lt.arange(3)) == bytearray(np.arange(3))
        assert b"".join([lt.arange(3)]) == np.arange(3).tobytes()
    assert bytearray(lt.arange(3).data) == bytearray(np.arange(3))


def test_protocols_check_their_arguments() -> None:
    x = lt.ones(3)
    for call in (
        lambda: x.__array_ufunc__(1, 2),  # type: ignore[arg-type]
        lambda: x.__array_function__(np.reshape, (np.ndarray,), x, (3, 1)),
        lambda: x.__array_function__(np.reshape, (np.ndarray,), (x,), (3, 1)),
    ):
        with pytest.raises(TypeError):
            call()
    assert x.__array_function__(func=np.sum, types=(), args=(x,), kwargs={}).tolist() == 3
    with pytest.raises(ValueError, match="without a copy"):
        lt.asarray(np.float64(1), copy=False)


def test_positions_may_come_from_an_object_that_answers_a_tensor() -> None:
    class Position:
        def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
            return lt.asarray(1)

    assert lt.arange(6).reshape(2, 3)[0, Position()].tolist() == 1

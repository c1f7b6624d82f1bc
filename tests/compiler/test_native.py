"""What stands in C where the core is compiled, and in Python beside it: the lock of statements, scalars, holders of arrays."""

from __future__ import annotations

import gc
import operator
import sys
import threading
import weakref
from typing import Any

import numpy as np
import pytest
from comparison import DTYPES

import lazytensor as lt
from lazytensor import compiled
from lazytensor.calling.at_once import _OF_ONE, _OF_TWO, _OPERATORS
from lazytensor.compiler.native import Latch, alone
from lazytensor.compiler.scalars import element, on_scalar, on_scalars, set_element

LAST = np.iinfo(np.int64)
REALS = [0.0, -0.0, 1.5, -2.0, 1e308, -1e308, 5e-324, np.inf, -np.inf, np.nan, float(2**53)]
INTEGERS = [0, 1, -1, 7, 2**31, 2**53, 2**53 + 1, int(LAST.max), int(LAST.min)]
CLASSES = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.uint64]


def bits(value: Any) -> tuple[str, bytes]:
    array = np.asarray(value)
    return array.dtype.str, array.tobytes() if array == array else b"nan"


def edges(kind: Any) -> list[Any]:
    info = np.iinfo(kind)
    return [kind(value) for value in (0, 1, 2, 3, 7, info.max, info.max - 1, info.min, info.min + 1, info.max // 3)]


def operands() -> list[Any]:
    narrow = [value for kind in CLASSES for value in edges(kind)]
    others = [2**70, -1, 8, 200, 40_000, True, np.float32(2.5), np.True_, np.False_]
    return [*map(np.float64, REALS), *map(np.int64, INTEGERS), *REALS, *INTEGERS, *narrow, *others]


def expected(function: Any, *values: Any) -> Any:
    """NumPy's scalar; None where it refuses."""
    try:
        return function(*values)
    except (OverflowError, TypeError):
        return None


@pytest.mark.parametrize("code", range(len(_OF_TWO)), ids=[function.__name__ for function in _OF_TWO])
def test_scalars_have_the_bits_of_numpys(code: int) -> None:
    met = 0
    function = list(_OPERATORS.values())[code] if code < len(_OPERATORS) else _OF_TWO[code]
    with np.errstate(all="ignore"):
        for a in operands():
            for b in operands():
                found = on_scalars(code, a, b)
                if found is not None:
                    met += 1
                    wanted = expected(function, a, b)
                    assert type(found) is type(wanted), (a, b)
                    assert bits(found) == bits(wanted), (a, b)
    assert met > 100 or compiled.REASON


@pytest.mark.parametrize("code", range(len(_OF_ONE)), ids=[function.__name__ for function in _OF_ONE])
def test_one_scalar_has_the_bits_of_numpys(code: int) -> None:
    met = 0
    with np.errstate(all="ignore"):
        for a in operands():
            found = on_scalar(code, a)
            if found is not None:
                met += 1
                wanted = expected(_OF_ONE[code], a)
                assert type(found) is type(wanted), a
                assert bits(found) == bits(wanted), a
    assert met > 5 or compiled.REASON


@pytest.mark.parametrize("function", [operator.add, operator.sub, operator.mul, operator.truediv, operator.lt, operator.ne])
def test_elements_are_computed_as_numpys_are(function: Any) -> None:
    for kind, values in ((np.float64, REALS), (np.int64, INTEGERS)):
        array = np.array(values, kind)
        x = lt.asarray(array)
        with np.errstate(all="ignore"):
            for i in range(len(values)):
                for other, theirs in ((x[i - 1], array[i - 1]), (2, 2), (2.5, 2.5)):
                    assert bits(function(x[i], other).numpy()) == bits(function(array[i], theirs))
                    assert bits(function(other, x[i]).numpy()) == bits(function(theirs, array[i]))


def test_a_latch_is_taken_again_by_its_thread_alone() -> None:
    latch = Latch()
    with latch:
        assert latch.acquire()
        assert latch._is_owned()  # type: ignore[attr-defined]
        found: list[bool] = []
        thread = threading.Thread(target=lambda: found.extend([latch.acquire(False), latch.acquire(timeout=0.01)]))
        thread.start()
        thread.join()
        assert found == [False, False]
        latch.release()
        assert latch._is_owned()  # type: ignore[attr-defined]
    assert not latch._is_owned()  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="un-acquired"):
        latch.release()


def test_a_latch_lets_one_thread_in_at_a_time() -> None:
    latch = Latch()
    inside = most = count = 0

    def work() -> None:
        nonlocal inside, most, count
        for _ in range(2000):
            with latch:
                inside += 1
                most = max(most, inside)
                seen = count
                # Gives the interpreter to another thread.
                threading.Event().wait(0) if not seen % 50 else None
                count = seen + 1
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, count) == (1, 12_000)


def test_who_waits_for_a_latch_gets_it_when_it_is_free() -> None:
    latch = Latch()
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with latch:
            taken.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(60)
    assert not latch.acquire(timeout=0.05)
    done.set()
    assert latch.acquire(timeout=60)
    latch.release()
    thread.join()


def test_alone() -> None:
    environment: list[Any] = [np.zeros(3), np.float64(1)]
    assert alone(environment, 0)
    other = environment[0]
    assert not alone(environment, 0)
    assert alone(environment, 0, 1)
    other.flags.writeable = False
    assert not alone(environment, 0, 1)
    assert not alone(environment, 1)


def test_tensors_that_went_leave_nothing_for_the_next() -> None:
    x = lt.asarray(np.arange(5.0)) + 1
    gone: list[int] = []
    for round_number in range(5):
        # More than wait.
        tensors = [x * place for place in range(200)]
        watched = [weakref.ref(tensor, lambda _: gone.append(1)) for tensor in tensors]
        for place, tensor in enumerate(tensors):
            assert tensor.tolist() == [place * value for value in (1, 2, 3, 4, 5)]
        del tensors, tensor
        gc.collect()
        assert all(reference() is None for reference in watched)
        assert len(gone) == 200 * (round_number + 1)
    before = sys.getrefcount(lt.Tensor)
    for _ in range(1000):
        x[1:] + x[:-1]
    assert abs(sys.getrefcount(lt.Tensor) - before) < 10


def test_tensors_in_cycles_are_collected() -> None:
    x = lt.asarray(np.arange(5.0)) + 1
    holder: list[Any] = [x * 2]
    holder.append(holder)
    watched = weakref.ref(holder[0])
    del holder
    gc.collect()
    assert watched() is None
    assert (x * 3).tolist() == [3, 6, 9, 12, 15]


def test_threads_share_what_waits() -> None:
    x = lt.asarray(np.arange(5.0)) + 1
    wrong: list[int] = []

    def work(seed: int) -> None:
        for place in range(300):
            kept = [x * (seed + place + item) for item in range(5)]
            if any(tensor[1].item() != 2 * (seed + place + item) for item, tensor in enumerate(kept)):
                wrong.append(place)

    threads = [threading.Thread(target=work, args=(1000 * seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# -- elements ---------------------------------------------------------------------------------------------------------------------

KEYS: list[Any] = [
    0, 3, -1, -7, 6, 7, -8, 10**30, True, np.int64(2), slice(1), None, (1,), (1, 2), (-1, -2), (2, 5), (1, True), (1, slice(2)), (),
    (1, 2, 0), (10**30, 0), (0, -(10**30)),
]  # fmt: skip


def arrays_of(dtype: str) -> list[np.ndarray[Any, Any]]:
    line = np.arange(14).astype(dtype)
    square = np.arange(42).reshape(6, 7).astype(dtype)
    locked = line[:7].copy()
    locked.flags.writeable = False
    swapped = line[:7].astype(line.dtype.newbyteorder())
    unaligned = np.zeros(7 * line.itemsize + 1, np.uint8)[1:].view(line.dtype)
    return [
        line[::2], line[:7][::-1], square, square.T[:6, :5], square[::-1, ::2], line[3:4].reshape(()), locked, swapped, unaligned
    ]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_elements_are_numpys(dtype: str) -> None:
    """Read where that is one element, as NumPy's scalar of the same class, or not at all."""
    some = False
    for array in arrays_of(dtype):
        for key in KEYS:
            found = element(array, key)
            if found is not None:
                expected = array[key]
                assert type(found) is type(expected)
                assert found.tobytes() == expected.tobytes()
                some = True
    assert some is (not compiled.REASON and not dtype.startswith("complex"))


VALUES: list[Any] = [
    0, 1, -1, 127, 128, 255, 256, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64 - 1, 10**40, 0.5, -0.0, 1e300, float("nan"), True,
    False, np.True_, 1j, "1", None, np.float64(2.5), np.float32(2.5), np.int64(-3), np.int8(-3), np.uint8(200), np.uint64(2**63),
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_stores_are_numpys(dtype: str) -> None:
    """What is stored is what NumPy stores; all else is left to it, with nothing written."""
    some = False
    for array in arrays_of(dtype):
        for key in KEYS:
            for value in VALUES:
                before = array.tobytes()
                done = set_element(array, key, value)
                after = array.tobytes()
                if not done:
                    assert after == before
                    continue
                some = True
                with np.errstate(all="ignore"):
                    array[key] = value
                assert array.tobytes() == after, (dtype, key, value)
    assert some is (not compiled.REASON and dtype not in ("complex64", "complex128", "float32"))

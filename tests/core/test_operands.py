"""Operands of other types than arrays, numbers and lists: sequences, memory, objects with `__array__`, and what is no array at all."""

from __future__ import annotations

import datetime
import functools
import operator
from array import array
from collections import deque
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
import pytest
from agreement import assert_agree, compare
from comparison import REFUSES_CUT_INTEGERS

import lazytensor as lt

F = np.array([0.5, 1.5, 2.5])
I8 = np.array([3, 1, 2], np.int8)
M = np.arange(9.0).reshape(3, 3)


class Items:
    """A sequence that is only that."""

    def __init__(self, items: Any) -> None:
        self.items = list(items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: int) -> Any:
        return self.items[place]


class Exporter:
    """An object that only has `__array__`."""

    def __init__(self, items: Any) -> None:
        self.array = np.asarray(items)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self.array if dtype is None else self.array.astype(dtype)


class Interface:
    """An object that only has `__array_interface__`."""

    def __init__(self, items: Any) -> None:
        self.array = np.asarray(items)

    @property
    def __array_interface__(self) -> Any:
        return self.array.__array_interface__


OPERANDS: dict[str, Callable[[], Any]] = {
    "range": lambda: range(3),
    "deque": lambda: deque([0, 1, 2]),
    "deque of bools": lambda: deque([True, False, True]),
    "array of int16": lambda: array("h", [0, 1, 2]),
    "array of float32": lambda: array("f", [0, 1, 2]),
    "memoryview": lambda: memoryview(b"\x00\x01\x02"),
    "memoryview of float64": lambda: memoryview(array("d", [0, 1, 2])),
    "bytearray": lambda: bytearray(b"\x00\x01\x02"),
    "items": lambda: Items([0, 1, 2]),
    "items of several types": lambda: Items([0.5, 1, True]),
    "__array__": lambda: Exporter([0, 1, 2]),
    "__array_interface__": lambda: Interface(np.array([0, 1, 2], np.uint8)),
}
EMPTY: dict[str, Callable[[], Any]] = {
    "range": lambda: range(0),
    "deque": deque,
    "array of int16": lambda: array("h"),
    "memoryview": lambda: memoryview(b""),
    "items": lambda: Items([]),
    "__array__": lambda: Exporter(np.zeros(0, np.float32)),
}

# Calls with an operand of three elements, or of none.
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "asarray": lambda xp, s: xp.asarray(s),
    "array": lambda xp, s: xp.array(s, ndmin=2),
    "mean": lambda xp, s: xp.sum(s) if len(xp.asarray(s)) == 0 else xp.mean(s),
    "sum": lambda xp, s: xp.sum(s),
    "cumsum": lambda xp, s: xp.cumsum(s),
    "add": lambda xp, s: xp.add(s, 1),
    "maximum": lambda xp, s: xp.maximum(2, s),
    "concatenate": lambda xp, s: xp.concatenate([s, s]),
    "stack": lambda xp, s: xp.stack((s, s), axis=1),
    "vstack": lambda xp, s: xp.vstack([s, [1, 2, 3][: len(xp.asarray(s))]]),
    "hstack": lambda xp, s: xp.hstack([s, 1.5]),
    "block": lambda xp, s: xp.block([[s], [s]]),
    "where": lambda xp, s: xp.where(s, s, 7),
    "meshgrid": lambda xp, s: tuple(xp.meshgrid(s, [1, 2])),
    "broadcast_arrays": lambda xp, s: xp.broadcast_arrays(s, xp.zeros((2, 1))),
    "ix_": lambda xp, s: xp.ix_([0, 1], s),
    "einsum": lambda xp, s: xp.einsum("i,i->i", s, s),
    "outer": lambda xp, s: xp.outer(s, s),
    "dot": lambda xp, s: xp.dot(s, s),
    "sort": lambda xp, s: xp.sort(s),
    "lexsort": lambda xp, s: xp.lexsort([s, s]),
    "unique": lambda xp, s: xp.unique(s),
    "isin": lambda xp, s: xp.isin([1, 5], s),
    "searchsorted": lambda xp, s: xp.searchsorted([0.0, 1.0], s),
    "full_like": lambda xp, s: xp.full_like(s, 4),
    "tile": lambda xp, s: xp.tile(s, 2),
    "append": lambda xp, s: xp.append(s, s),
    "pad": lambda xp, s: xp.pad(s, 1),
    "isclose": lambda xp, s: xp.isclose(s, s),
    "interp": lambda xp, s: xp.interp(s, [0.0, 2.0], [1.0, 5.0]),
    "polyval": lambda xp, s: xp.polyval([1, 2], s),
    "astype": lambda xp, s: xp.asarray(s, dtype="float32"),
    "copyto": lambda xp, s: xp.copyto(xp.zeros(3), s) if len(xp.asarray(s)) == 3 else None,
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_take_what_numpy_takes(function: str) -> None:
    for make in (*OPERANDS.values(), *EMPTY.values()):
        assert_agree(lambda xp, make=make: FUNCTIONS[function](xp, make()))


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "**": lambda x, y: x**y,
    "@": lambda x, y: x @ y,
    "divmod": divmod,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", BINARY)
def test_operators_take_what_numpys_take(name: str) -> None:
    operator = BINARY[name]
    for kind, make in OPERANDS.items():
        for x in (F, I8):
            assert_agree(lambda xp, x, make=make: operator(x, make()), x)
            # Python asks memory itself before any array.
            if kind not in ("memoryview", "memoryview of float64", "bytearray") or name not in ("==", "!=", "<", "<=", ">", ">="):
                assert_agree(lambda xp, x, make=make: operator(make(), x), x)
    assert_agree(lambda xp, x: operator(x, range(2)), F)


def test_in_place_operators_and_assignment() -> None:
    for make in OPERANDS.values():
        for index in (slice(None), [0, 1, 2], ...):

            def store(xp: Any, x: Any, make: Any = make, index: Any = index) -> Any:
                x[index] = make()
                return x

            assert_agree(store, F)

        def add(xp: Any, x: Any, make: Any = make) -> Any:
            x += make()
            return x

        assert_agree(add, F)
        assert_agree(add, M)
    for index in (range(2), deque([0, 2]), array("b", [1, 1]), memoryview(b"\x01"), Items([]), deque([True, False, True])):
        assert_agree(lambda xp, x, index=index: x[index], M)
        assert_agree(lambda xp, x, index=index: x[1, index], M)


@pytest.mark.recorded
def test_tensors_in_a_sequence_are_not_waited_for() -> None:
    x = lt.asarray(F) * 2
    for sequence in (deque([x[0], x[1]]), Items([x, x])):
        made = lt.asarray(sequence)
        total = lt.ones(2)[:, None] + lt.asarray(sequence).reshape(2, -1)
        assert x._base().result is None
        assert made.shape[0] == 2
        assert total.shape[0] == 2
    np.testing.assert_array_equal((lt.zeros(3) + deque([x[0], 1, x[2]])).numpy(), [1, 1, 5])


@pytest.mark.parametrize(
    "value", [object(), {"a": 1}, {1, 2}, (item for item in [1]), "abc", b"abc", None, deque(["a"]), Items([None])]
)
def test_objects_raise_errors_that_name_the_operation(value: Any) -> None:
    x = lt.asarray(F)
    for name, call in {
        "add": lt.add,
        "concat": lambda a, b: lt.concat([a, b]),
        "where": lambda a, b: lt.where(a > 1, a, b),
    }.items():
        with pytest.raises(TypeError, match=name):
            call(x, value)
    with pytest.raises(TypeError):
        x + value
    with pytest.raises(TypeError):
        value * x


# -- what is left to the other operand ------------------------------------------------------------------------------------------


class Refuses:
    """Takes operators for itself, as NumPy lets it."""

    __array_ufunc__ = None

    def __radd__(self, other: Any) -> str:
        return "reflected"

    __rmatmul__ = __rpow__ = __rdivmod__ = __radd__

    def __eq__(self, other: object) -> Any:
        return "equal"

    def __gt__(self, other: Any) -> str:
        return "reflected"


class Prior(Exporter):
    __array_priority__ = 15

    def __radd__(self, other: Any) -> str:
        return "reflected"


class Meek(Exporter):
    """Has reflected operators, but no claim to come before arrays."""

    def __radd__(self, other: Any) -> str:
        return "reflected"

    def __eq__(self, other: object) -> Any:
        return "equal"


class OneOf:
    """Compares with the numbers that it stands for; Python makes its `!=` of that."""

    def __init__(self, *numbers: float) -> None:
        self.numbers = numbers

    def __eq__(self, other: object) -> Any:
        return functools.reduce(operator.or_, [other == number for number in self.numbers])


class Wraps:
    """Takes part in ufuncs, without operators of its own."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> str:
        return f"{ufunc.__name__} {method}"


def test_unequal_is_the_inverse_of_what_the_other_operand_finds_equal() -> None:
    for values in (np.arange(6).reshape(2, 3), F, np.asarray(4)):
        for call in (
            lambda xp, x: x == OneOf(2, 4),
            lambda xp, x: x != OneOf(2, 4),
            lambda xp, x: OneOf(4.0) == x,
        ):
            assert_agree(call, values)


def test_the_other_operand_has_its_say() -> None:
    for call in (
        lambda xp, x: x + Refuses(),
        lambda xp, x: x @ Refuses(),
        lambda xp, x: x ** Refuses(),
        lambda xp, x: divmod(x, Refuses()),
        lambda xp, x: x == Refuses(),
        lambda xp, x: x < Refuses(),
        lambda xp, x: x - Refuses(),
        lambda xp, x: x + Prior(F),
        lambda xp, x: x - Prior(F),
        lambda xp, x: x + Meek(F),
        lambda xp, x: x == Meek(F),
        lambda xp, x: Meek(F) + x,
        lambda xp, x: x + Wraps(),
        lambda xp, x: Wraps() + x,
        lambda xp, x: x @ Wraps(),
        lambda xp, x: x == mock.ANY,
        lambda xp, x: x + np.poly1d([1, 2, 3]),
        lambda xp, x: xp.add(x, Refuses()),
    ):
        try:
            expected = call(np, F)
        except TypeError:
            with pytest.raises(TypeError):
                call(lt, lt.asarray(F))
            continue
        found = call(lt, lt.asarray(F))
        if isinstance(expected, np.ndarray):
            # What answers for all elements at once is not asked about each, as NumPy does.
            np.testing.assert_array_equal(np.broadcast_to(np.asarray(found), expected.shape), expected)
        else:
            assert found == expected
    x = lt.asarray(F)
    with pytest.raises(TypeError, match="Refuses"):
        x += Refuses()


@pytest.mark.newest
@pytest.mark.parametrize(
    "value",
    [
        None,
        "a",
        b"a",
        object(),
        Ellipsis,
        ["a", "b", "c"],
        [["a"]],
        np.array(["a", "b", "c"]),
        deque(["x"]),
        {},
        datetime.date(2020, 1, 1),
    ],
)
def test_what_is_no_number_equals_no_element(value: Any) -> None:
    for x in (F, I8, M, np.array(2), np.zeros((0, 3))):
        assert_agree(lambda xp, x: (x == value, x != value), x)
        if not isinstance(value, np.ndarray):
            assert_agree(lambda xp, x: value == x, x)
        with pytest.raises(TypeError):
            lt.asarray(x) < value  # noqa: B015


# -- Python integers beyond the dtype ---------------------------------------------------------------------------------------------

BEYOND = [-1, -5, -129, 300, 2**31, 2**63, -(2**63), 2**70, 7, 255, 127]
SMALL = [
    np.array([0, 1, 2, 250], np.uint8),
    np.array([-128, 0, 5, 127], np.int8),
    np.array([0, 1, 2**64 - 1], np.uint64),
    np.array([1, -7]),
]
WITH_INTEGERS: dict[str, Callable[[Any, Any, int], Any]] = {
    "clip": lambda xp, x, n: xp.clip(x, n, 100),
    "clip both": lambda xp, x, n: xp.clip(x, -5, n),
    "clip from below": lambda xp, x, n: xp.clip(x, n, None),
    "clip from above": lambda xp, x, n: x.clip(max=n),
    "clip into": lambda xp, x, n: xp.clip(x, n, 300, out=xp.zeros(x.shape, x.dtype)),
    "clip a number": lambda xp, x, n: xp.clip(5, n, 2**70),
    "where": lambda xp, x, n: xp.where(x > 1, n, x),
    "where not": lambda xp, x, n: xp.where(x > 1, x, n),
    "select": lambda xp, x, n: xp.select([x > 1], [x], n),
    "select a number": lambda xp, x, n: xp.select([x > 1], [n], x),
    "choose": lambda xp, x, n: xp.choose(x > 1, [n, x]),
    "putmask": lambda xp, x, n: (y := x * 1, xp.putmask(y, y > 1, n))[0],
    "putmask by a list": lambda xp, x, n: (y := x * 1, xp.putmask(y, y > 1, [n, 1]))[0],
    "put": lambda xp, x, n: (y := x * 1, xp.put(y, [0, 1], [1, n]))[0],
    "place": lambda xp, x, n: (y := x * 1, xp.place(y, y > 1, [n]))[0],
    "piecewise": lambda xp, x, n: xp.piecewise(x, [x > 1], [n, 3]),
    "assignment": lambda xp, x, n: (y := x * 1, y.__setitem__(slice(2), [n, 1]))[0],
    "assignment of a range": lambda xp, x, n: (y := x * 1, y.__setitem__(slice(2), range(n, n + 2)))[0],
    "maximum": lambda xp, x, n: xp.maximum(x, n),
    "minimum": lambda xp, x, n: xp.minimum(n, x),
    "greater": lambda xp, x, n: x > n,
    "equal": lambda xp, x, n: n == x,
    "isin": lambda xp, x, n: xp.isin(x, n) if abs(n) < 2**63 else None,
    "max": lambda xp, x, n: xp.max(x, initial=n),
    "sum": lambda xp, x, n: xp.sum(x, initial=n),
}


@pytest.mark.newest
@pytest.mark.parametrize("name", WITH_INTEGERS)
def test_integers_beyond_the_dtype(name: str) -> None:
    if REFUSES_CUT_INTEGERS and name.startswith("where"):
        pytest.skip("as NumPy until 2.4")
    for x in SMALL:
        for number in BEYOND:
            assert_agree(lambda xp, x, number=number: WITH_INTEGERS[name](xp, x, number), x)


def test_integers_beyond_the_dtype_in_both_tiers(tier: str) -> None:
    x = lt.asarray(SMALL[0])
    assert lt.clip(x, -5, 300).tolist() == [0, 1, 2, 250]
    assert lt.where(x > 1, -1, x).tolist() == [0, 1, 255, 255]
    assert lt.choose(x > 1, [-1, x]).tolist() == [255, 255, 2, 250]


def test_objects_whose_array_is_a_tensor() -> None:
    """As code has them whose only change is the import."""

    def made(xp: Any) -> Any:
        class Wrapper:
            def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
                return xp.arange(3.0)

        return Wrapper()

    for call in (
        lambda xp: xp.maximum(made(xp), 1),
        lambda xp: xp.asarray(made(xp)),
        lambda xp: xp.concatenate([made(xp), xp.ones(1)]),
        lambda xp: xp.arange(3) + made(xp),
        lambda xp: made(xp) - xp.arange(3),
        lambda xp: xp.arange(3) == made(xp),
        lambda xp: xp.mean(made(xp)),
    ):
        compare(call(lt), call(np))

"""Numbers beyond a dtype: OverflowError where NumPy raises it, wrapped where it wraps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparison import REFUSES_CUT_INTEGERS

import lazytensor as lt

DTYPES = ["int8", "uint8", "int16", "uint32", "int64", "uint64", "float32"]
VALUES = [-1, 0, 1, 127, 128, 255, 256, -129, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]


def _wrote(action: Callable[[Any], Any]) -> Callable[[Any, Any, Any], Any]:
    def run(xp: Any, a: Any, v: Any) -> Any:
        action((xp, a, v))
        return a

    return run


FUNCTIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "setitem": _wrote(lambda c: c[1].__setitem__(0, c[2])),
    "setitem all": _wrote(lambda c: c[1].__setitem__(..., c[2])),
    "setitem scalar of NumPy": _wrote(lambda c: c[1].__setitem__(slice(1, 3), np.asarray(c[2])[()])),
    "setitem positions": _wrote(lambda c: c[1].__setitem__([0, 2], c[2])),
    "setitem list": _wrote(lambda c: c[1].__setitem__(slice(2), [c[2], 0])),
    "fill": _wrote(lambda c: c[1].fill(c[2])),
    "put": _wrote(lambda c: c[0].put(c[1], [0, 1], c[2])),
    "putmask": _wrote(lambda c: c[0].putmask(c[1], np.array([True, False, True, False]), c[2])),
    "place": _wrote(lambda c: c[0].place(c[1], np.array([True, False, True, False]), [c[2]])),
    "copyto": _wrote(lambda c: c[0].copyto(c[1], c[2])),
    "full": lambda xp, a, v: xp.full(3, v, dtype=a.dtype),
    "full_like": lambda xp, a, v: xp.full_like(a, v),
    "insert": lambda xp, a, v: xp.insert(a, 1, v),
    "insert list": lambda xp, a, v: xp.insert(a, [1, 2], [v, 1]),
    "append": lambda xp, a, v: xp.append(a, v),
    "r_": lambda xp, a, v: xp.r_[a, v],
    "r_ first": lambda xp, a, v: xp.r_[v, a],
    "c_": lambda xp, a, v: xp.c_[a[:1], v],
    "pad": lambda xp, a, v: xp.pad(a, 1, constant_values=v),
    "pad pair": lambda xp, a, v: xp.pad(a, 1, constant_values=(v, v)),
    "array": lambda xp, a, v: xp.array([v, 1], dtype=a.dtype),
    "fill_diagonal": lambda xp, a, v: _diagonal(xp, a.reshape(2, 2), v),
    "concatenate": lambda xp, a, v: xp.concatenate([a, [v]]),
}


def _diagonal(xp: Any, matrix: Any, value: Any) -> Any:
    xp.fill_diagonal(matrix, value)
    return matrix


def _outcome(library: Any, function: Any, dtype: str, value: int) -> Any:
    try:
        made = np.asarray(function(library, library.asarray([1, 2, 1, 2], dtype=dtype), value))
    except (OverflowError, TypeError) as error:
        return type(error)
    return made.dtype, made.tolist()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_integers_beyond_a_dtype(name: str) -> None:
    for dtype in DTYPES:
        for value in VALUES:
            expected, found = (_outcome(library, FUNCTIONS[name], dtype, value) for library in (np, lt))
            assert found == expected, (dtype, value)


# Numbers of every kind, as Python's, NumPy's scalars, results, arrays, and in lists.
NUMBERS = [300, -1, 1e30, np.nan, 2 + 3j]
FORMS: dict[str, Callable[[Any, Any], Any]] = {
    "a number": lambda xp, v: v,
    "a scalar": lambda xp, v: np.asarray(v)[()],
    "a result": lambda xp, v: xp.asarray([v])[0],
    "an array": lambda xp, v: xp.asarray(v),
    "a list": lambda xp, v: [v],
    "a list of a scalar": lambda xp, v: [np.asarray(v)[()]],
    "a list of a result": lambda xp, v: [xp.asarray([v])[0]],
    "a row": lambda xp, v: xp.asarray([v]),
    "a column": lambda xp, v: [[v]],
}
STORES: dict[str, Callable[[Any, Any, Any], Any]] = {
    **{name: FUNCTIONS[name] for name in ("setitem all", "setitem positions", "full", "full_like", "putmask", "fill")},
    "setitem one": _wrote(lambda c: c[1].__setitem__(0, c[2])),
    "flat one": _wrote(lambda c: c[1].flat.__setitem__(0, c[2])),
    "copyto": _wrote(lambda c: c[0].copyto(c[1], c[2], casting="unsafe")),
    "piecewise": lambda xp, a, v: xp.piecewise(a, [a > 1], [lambda x: v, 1]),
    "array": lambda xp, a, v: xp.array(v, dtype=a.dtype),
    "max": lambda xp, a, v: xp.max(a, initial=v),
    "sum": lambda xp, a, v: xp.sum(a, initial=v),
    "real": _wrote(lambda c: setattr(c[1], "real", c[2])),
}
# What is refused in two ways, or later than NumPy refuses it, or differs as differences.md says.
APART = {
    ("setitem all", "a column"),
    ("piecewise", "a column"),
    ("putmask", "an array"),
    ("putmask", "a row"),
    ("flat one", "a result"),
}


@pytest.mark.newest
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("form", FORMS)
def test_numbers_that_do_not_fit(name: str, form: str) -> None:
    if REFUSES_CUT_INTEGERS and name == "real":
        pytest.skip("as NumPy until 2.4")

    def outcome(xp: Any, dtype: str, value: Any) -> Any:
        try:
            made = np.asarray(STORES[name](xp, xp.asarray([1, 2, 1, 2], dtype=dtype), FORMS[form](xp, value)))
        except (OverflowError, TypeError, ValueError) as error:
            return type(error)
        return made.dtype, str(made.tolist())

    for dtype in ("int8", "uint8", "int64", "float32", "complex64"):
        for value in NUMBERS if (name, form) not in APART else ():
            assert outcome(lt, dtype, value) == outcome(np, dtype, value), (dtype, value)


def test_items_of_lists_are_stored_one_by_one() -> None:
    t = lt.asarray([300, 5])
    assert lt.array([t[1], 200], dtype="uint8").tolist() == [5, 200]
    for value in (300, -1):
        with pytest.raises(OverflowError):
            lt.array([t[1], value], dtype="uint8")
    found = lt.array([t[0], 1], dtype="int8")
    with pytest.raises(OverflowError, match="300 out of bounds for int8"):
        found.wait()
    x = lt.zeros(3, dtype="int8")
    x[0] = t[0]
    with pytest.raises(OverflowError, match="300 out of bounds for int8"):
        x.wait()
    assert lt.array([2**63, lt.asarray(1)], dtype="uint64").tolist() == [2**63, 1]
    assert lt.fromiter([t[0], lt.asarray(301)], dtype="uint8").tolist() == [44, 45]
    assert lt.nan_to_num(lt.asarray([np.nan]), nan=3).tolist() == [3]
    with pytest.raises(TypeError, match="complex"):
        lt.nan_to_num(lt.asarray([np.nan]), nan=3j)

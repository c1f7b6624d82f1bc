"""What moved NumPy code asks of names, classes and functions besides calling them, against NumPy."""

from __future__ import annotations

import copy
import io
import math
import pickle
import random
import statistics
import struct
import sys
import typing
from bisect import bisect
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from comparison import assert_same

import lazytensor as lt
from lazytensor.typing import NDArray

UFUNCS = [
    name
    for name in sorted(lt.__all__)
    if isinstance(getattr(np, name, None), np.ufunc) and isinstance(getattr(lt, name), lt.ufunc)
]
PAIRS: list[tuple[ModuleType, Any]] = [(np, lt), (np.linalg, lt.linalg), (np.fft, lt.fft)]
FUNCTIONS = [
    (theirs, ours, name)
    for theirs, ours in PAIRS
    for name in ours.__all__
    if callable(getattr(theirs, name, None)) and not isinstance(getattr(theirs, name), type)
]
# One function here, a ufunc; in NumPy linalg has a function of its own.
TWICE = {"matmul"}


def outcome(call: Any) -> Any:
    """The value, or the class of the error: of Python's, since NumPy's own below TypeError depend on what ran before."""
    try:
        return call()
    except Exception as error:
        return next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")


# -- the class, and annotations -------------------------------------------------------------------------------------------------


def test_the_class_is_for_annotations_and_isinstance() -> None:
    assert lt.ndarray is lt.Tensor
    assert isinstance(lt.ones(2), lt.ndarray)
    assert isinstance(lt.ones(2).sum(), lt.ndarray)
    assert not isinstance(np.ones(2), lt.ndarray)
    for call in (lambda: lt.ndarray((2, 3)), lambda: lt.ndarray(shape=(2,), dtype=float), lambda: lt.Tensor()):
        with pytest.raises(TypeError, match=r"lazytensor\.asarray"):
            call()
    with pytest.raises(TypeError, match="__array__"):

        class Mine(lt.ndarray):  # type: ignore[type-arg]
            pass


def test_annotations_are_accepted() -> None:
    def function(
        x: lt.ndarray[typing.Any, lt.dtype[lt.float64]], y: NDArray[lt.int64], z: lt.typing.ArrayLike, kind: lt.typing.DTypeLike
    ) -> lt.ndarray:  # type: ignore[type-arg]
        return lt.asarray(x)

    hints = typing.get_type_hints(function)
    assert typing.get_origin(hints["x"]) is typing.get_origin(hints["y"]) is lt.ndarray
    assert typing.get_args(hints["y"])[1] == np.dtype[np.int64]
    assert typing.get_args(lt.ndarray[tuple[int, int], np.dtype[np.float32]])[1] == np.dtype[np.float32]
    assert set(lt.typing.__all__) <= set(np.typing.__all__)

    def draw(rng: lt.random.Generator, kind: type[lt.floating] | lt.generic) -> lt.ufunc:
        return lt.add

    assert typing.get_type_hints(draw)["rng"] is lt.random.Generator
    assert isinstance(lt.finfo("float32"), lt.finfo)
    assert isinstance(lt.iinfo(lt.ones(2, dtype="int8")), lt.iinfo)


# -- functions ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("theirs", "ours", "name"), FUNCTIONS, ids=[f"{item[0].__name__}.{item[2]}" for item in FUNCTIONS])
def test_functions_bind_in_classes_where_numpys_do(theirs: ModuleType, ours: Any, name: str) -> None:
    if name in TWICE and theirs is not np:
        return

    def binds(function: Any) -> bool:
        held = type("Holder", (), {"function": function})()
        return getattr(held.function, "__self__", None) is held

    assert binds(getattr(ours, name)) == binds(getattr(theirs, name))


def test_ufuncs_in_class_bodies() -> None:
    class Layer:
        activation = lt.tanh
        make = lt.zeros
        loss = lt.mean

    layer = Layer()
    assert layer.activation(lt.zeros(2)).tolist() == [0, 0]
    assert layer.make(2).tolist() == [0, 0]
    assert Layer.activation is lt.tanh
    assert layer.activation.nin == 1
    with pytest.raises(TypeError):
        layer.loss(lt.ones(2))  # type: ignore[call-overload]


@pytest.mark.parametrize("name", UFUNCS)
def test_attributes_of_ufuncs(name: str) -> None:
    ours, theirs = getattr(lt, name), getattr(np, name)
    assert ours is not theirs
    for attribute in ("nin", "nout", "nargs", "identity", "signature"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    wanted = [text for text in theirs.types if not set(text) & set("egGOMmSUVT")]
    assert ours.types == wanted
    assert ours.ntypes == len(wanted)
    assert ours.__doc__
    assert pickle.loads(pickle.dumps(ours)) is copy.copy(ours) is copy.deepcopy(ours) is ours
    dtypes = tuple(
        np.dtype("f8" if "f8" in theirs.types[0] or "dd" in "".join(theirs.types) else "i8") for _ in range(theirs.nin)
    )
    for kinds in (dtypes, (np.dtype("f4"),) * theirs.nin, (np.dtype("i4"), float)[: theirs.nin]):
        asked = (*kinds, *(None,) * theirs.nout)
        assert outcome(lambda k=asked: ours.resolve_dtypes(k)) == outcome(lambda k=asked: theirs.resolve_dtypes(k))
    assert getattr(lt, name).__module__.startswith("lazytensor")
    assert repr(ours) == f"<ufunc {ours.__name__!r}>"


def test_resolved_dtypes_are_those_of_tensors() -> None:
    assert lt.exp.resolve_dtypes((np.dtype("i1"), None)) == (np.float32, np.float32)
    assert lt.add.resolve_dtypes((np.dtype("i4"), np.dtype("i4"), None), signature=(None, None, np.dtype("f8")))[2] == np.float64
    assert lt.special.erf.types == ["f->f", "d->d"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", UFUNCS)
def test_methods_that_a_ufunc_has_not_raise_as_numpys(name: str) -> None:
    ours, theirs = getattr(lt, name), getattr(np, name)
    x = np.ones((2, 2), "i8" if "d" not in "".join(theirs.types) else "f8")
    for method in ("reduce", "accumulate", "reduceat", "outer", "at"):

        def call(ufunc: Any, operand: Any, method: str = method) -> Any:
            arguments: dict[str, Any] = {"reduceat": (operand, [0]), "outer": (operand, operand), "at": (operand, [0])}
            getattr(ufunc, method)(*arguments.get(method, (operand,)))

        wanted = outcome(lambda call=call: call(theirs, x.copy()))
        assert outcome(lambda call=call: call(ours, lt.asarray(x))) == wanted
    if (theirs.nin, theirs.nout) == (2, 1):
        wanted = outcome(lambda: theirs.at(x.copy(), [0], 1, 1))
        assert outcome(lambda: ours.at(lt.asarray(x), [0], 1, 1)) == wanted


@pytest.mark.parametrize(
    "keywords",
    [
        {"signature": "dd->d"},
        {"sig": "ff->f"},
        {"signature": (None, None, np.float64)},
        {"signature": (np.float32, None, None)},
        {"signature": "d"},
        {"signature": ("d",)},
        {"signature": "dd->d", "dtype": "f8"},
        {"signature": "dd->d", "sig": "dd->d"},
        {"signature": "d->d"},
        {"signature": 3},
        {"signature": ("d", "d")},
        {"signature": "DD->D", "casting": "unsafe"},
        {"signature": "ll->l"},
        {"signature": "ll->l", "casting": "unsafe"},
        {"signature": "d?->d"},
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_signature(tier: str, keywords: dict[str, Any]) -> None:
    x, y = np.asarray([1.5, -2.5], "f4"), np.asarray([3, 4], "i4")
    for name in ("add", "power", "arctan2"):
        wanted = outcome(lambda n=name: getattr(np, n)(x, y, **keywords))
        found = outcome(lambda n=name: getattr(lt, n)(lt.asarray(x), lt.asarray(y), **keywords))
        if isinstance(wanted, type):
            assert issubclass(wanted, found) if isinstance(found, type) else False, (found, wanted)
        else:
            assert_same(found, wanted.astype(wanted.dtype.newbyteorder("=")), 4)
    assert_same(lt.sin(lt.asarray(y), signature="f->f", casting="unsafe"), np.sin(y, signature="f->f", casting="unsafe"), 4)


def test_second_results_by_position(tier: str) -> None:
    x, y = np.asarray([7.5, -2.25]), np.asarray([2.0, 3.0])
    for name, operands in (("modf", (x,)), ("frexp", (x,)), ("divmod", (x, y))):
        ours, theirs = getattr(lt, name), getattr(np, name)
        wanted = theirs(*operands)
        given = [lt.asarray(item) for item in operands]
        outs = [lt.zeros(2, item.dtype) for item in wanted]
        found = ours(*given, *outs)
        assert all(item is out for item, out in zip(found, outs, strict=True))
        first = lt.zeros(2, wanted[0].dtype)
        assert ours(*given, first)[0] is first
        assert ours(*given, None, outs[1])[1] is outs[1]
        assert ours(*given, out=(None, outs[1]))[1] is outs[1]
        for have in (found, outs, ours(*given), ours(*given, out=(None, None))):
            for item, want in zip(have, wanted, strict=True):
                assert_same(item, want)
        plain = np.zeros(2, wanted[1].dtype)
        assert ours(*given, None, plain)[1] is plain
        np.testing.assert_array_equal(plain, wanted[1])
        mask = np.asarray([True, False])
        for item, want in zip(ours(*given, *outs, where=mask), wanted, strict=True):
            assert_same(item, want)
        for call in (
            lambda f, *a: f(*a, *(np.zeros(2),) * 3),
            lambda f, *a: f(*a, np.zeros(2), out=(None, None)),
            lambda f, *a: f(*a, out=np.zeros(2)),
            lambda f, *a: f(*a, out=(np.zeros(2),)),
            lambda f, *a: f(),
        ):
            assert outcome(lambda c=call, f=ours, g=given: c(f, *g)) == outcome(lambda c=call, f=theirs, o=operands: c(f, *o))
    single = np.asarray([1, 2], "i2")
    for item, want in zip(lt.modf(lt.asarray(single), dtype="f8"), np.modf(single, dtype="f8"), strict=True):
        assert_same(item, want)
    for item, want in zip(lt.divmod.outer([7, 8], [2, 3]), np.divmod.outer([7, 8], [2, 3]), strict=True):
        assert_same(item, want)


# -- flags, broadcast, archives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 3), (0, 2)])
def test_flags(shape: tuple[int, ...]) -> None:
    x, t = np.zeros(shape), lt.zeros(shape)
    for theirs, ours in ((x.flags, t.flags), (x.T.flags, t.T.flags)):
        names = ["c_contiguous", "f_contiguous", "writeable", "aligned", "contiguous", "fortran"]
        for name in [*names, "forc", "fnc", "behaved", "carray", "farray"]:
            assert getattr(ours, name) == getattr(theirs, name)
        for key in (
            "C",
            "F",
            "W",
            "A",
            "X",
            "B",
            "CA",
            "FA",
            "FORC",
            "FNC",
            "BEHAVED",
            "CARRAY",
            "FARRAY",
            "C_CONTIGUOUS",
            "FORTRAN",
        ):
            assert ours[key] == theirs[key]
        assert str(ours).splitlines()[:2] == str(theirs).splitlines()[:2]
        for key in ("c", "NUM", "c_contiguous", 3, None):
            assert outcome(lambda f=ours, k=key: f[k]) is KeyError
    assert t.flags.num == x.flags.num


def test_broadcast_is_numpys_iterator() -> None:
    x, y = np.arange(2).reshape(2, 1), np.arange(3.0)
    theirs, ours = np.broadcast(x, y), lt.broadcast(lt.asarray(x), y)
    for name in ("index", "nd", "ndim", "numiter", "shape", "size"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert len(ours.iters) == 2
    assert [item.item() for item in ours.iters[0]] == [item.item() for item in np.broadcast(x, y).iters[0]]
    assert [item.item() for item in next(ours)] == [item.item() for item in next(theirs)]
    assert ours.index == theirs.index == 1
    assert [tuple(map(float, pair)) for pair in ours] == [tuple(map(float, pair)) for pair in theirs]
    assert list(ours) == []
    ours.reset()
    assert ours.index == 0
    assert len(list(ours)) == 6
    assert len(list(lt.broadcast(1, 2))) == 1


def test_archives_give_their_members_as_attributes() -> None:
    file = io.BytesIO()
    lt.savez(file, a=lt.arange(3), b=1.5)
    file.seek(0)
    with lt.load(file) as found:
        assert found.f.a.tolist() == [0, 1, 2]
        assert sorted(dir(found.f)) == ["a", "b"]
        assert found.files == ["a", "b"]
        with pytest.raises(AttributeError):
            found.f.c  # noqa: B018


def test_files_can_be_mapped(tmp_path: Path, tier: str) -> None:
    path = tmp_path / "x.npy"
    x = np.arange(6.0).reshape(2, 3)
    for saved in (x, np.asfortranarray(x), x.astype(">f8")):
        np.save(path, saved)
        fixed, mine = lt.load(path, mmap_mode="r"), lt.load(path, "c")
        assert_same(fixed + 1, x + 1)
        with pytest.raises(ValueError, match="read-only"):
            fixed[0] = 1
        mine += 1
        mine[0, 0] = 9
        assert mine.tolist() == [[9, 2, 3], [4, 5, 6]]
        assert np.load(path).tolist() == x.tolist()
    with pytest.raises(ValueError, match="mmap_mode"):
        lt.load(path, mmap_mode="r+")


# -- numbers --------------------------------------------------------------------------------------------------------------------

SCALARS = [
    np.bool_(True),
    np.int8(-7),
    np.uint64(2**63 + 5),
    np.int64(6),
    np.float32(2.5),
    np.float64(0.1),
    np.float64(4),
    np.complex64(1 + 2j),
]


@pytest.mark.parametrize("value", SCALARS, ids=lambda value: f"{value.dtype}-{value}")
def test_results_have_the_attributes_of_scalars(value: Any) -> None:
    array = lt.asarray(np.asarray([value, value]))
    result = array[0]
    for name in ("is_integer", "as_integer_ratio", "bit_count", "hex", "conjugate", "conj", "item", "tolist", "__complex__"):
        assert hasattr(result, name) == hasattr(value, name) or name == "__complex__"
        if hasattr(value, name):
            found, wanted = getattr(result, name)(), getattr(value, name)()
            assert found == wanted
            assert isinstance(found, lt.Tensor) == isinstance(wanted, np.generic)
    for name in ("numerator", "denominator"):
        assert hasattr(result, name) == hasattr(value, name)
        assert getattr(result, name, None) == getattr(value, name, None)
    for other in (array, lt.asarray(value), array[0, ...]):
        for name in ("is_integer", "as_integer_ratio", "bit_count", "hex", "numerator", "denominator"):
            assert not hasattr(other, name)
    for digits in ((), (None,), (0,), (1,), (-1,)):
        wanted = outcome(lambda d=digits: round(value, *d))
        found = outcome(lambda d=digits: round(result, *d))
        assert found == wanted
        assert (type(found) is int) == (type(wanted) is int)
        if isinstance(wanted, np.generic):
            assert found.dtype == wanted.dtype
    if not np.iscomplexobj(value):
        assert math.floor(result) == math.floor(value)
        assert math.ceil(result) == math.ceil(value)
        assert math.trunc(result) == math.trunc(value.item())
    assert complex(result) == complex(value)


def test_infinities_round_as_numpys() -> None:
    for value, error in ((np.nan, ValueError), (np.inf, OverflowError)):
        with pytest.raises(error):
            round(lt.asarray([value])[0])


def test_integers_repeat_sequences() -> None:
    count = (lt.arange(5) > 2).sum()
    assert [0] * count == count * [0] == [0, 0]
    assert (1, 2) * count == (1, 2, 1, 2)
    assert "ab" * count == count * "ab" == "abab"
    assert b"x" * count == b"xx"
    grown = [1]
    grown *= count
    assert grown == [1, 1]
    assert_same(lt.asarray(2) * [1, 2], np.asarray(2) * [1, 2])
    assert_same(lt.multiply(count, [1, 2]), np.asarray([2, 4]))
    assert_same([1, 2] * lt.arange(2), np.asarray([0, 2]))


def test_numbers_in_the_standard_library() -> None:
    t = lt.asarray([3, 1, 2])
    f = lt.asarray([1.5, 2.5, 4.0])
    assert (sum(t), min(t), max(t)) == (6, 1, 3)
    assert [int(item) for item in sorted(t)] == [1, 2, 3]
    assert list(range(t[0])) == [0, 1, 2]
    assert "abcd"[t[0]] == "d"
    assert [5, 6, 7, 8][t[1] : t[0]] == [6, 7]
    assert (f"{t[0]:d} {f[0]:.2f} {f[1]:8.1e} {t[0]:>3}", f"{t[0]!s}") == ("3 1.50  2.5e+00   3", "3")
    assert ("%d %s %x %.1f" % (t[0], t[1], t[2], f[0])) == "3 1 2 1.5"  # noqa: UP031
    assert struct.pack("<id", t[0], f[0]) == struct.pack("<id", 3, 1.5)
    assert bisect(f, 2.0) == bisect(f, f[0]) == 1
    random.seed(1)
    assert random.choice(t) in (1, 2, 3)
    assert (math.sqrt(f[2]), math.fsum(f), math.prod(t), math.gcd(t[0], 6)) == (2.0, 8.0, 6, 3)
    assert math.hypot(*f[:2]) == math.hypot(1.5, 2.5)
    assert (math.isnan(f[0]), math.isclose(f[0], 1.5)) == (False, True)
    assert complex(f[0]) == 1.5
    assert pow(t[0], 2) == 9
    assert divmod(t[0], 2)[1] == 1
    assert next(zip(t, "ab", strict=False))[0] == 3
    assert hex(t[0]) == "0x3"
    assert chr(t[0] + 62) == "A"
    assert [*map(int, reversed(t))] == [2, 1, 3]
    assert t[0].real == 3
    assert sys.getsizeof(t) > 0


@pytest.mark.parametrize("name", ["mean", "fmean", "geometric_mean", "harmonic_mean", "median", "median_low", "mode", "pstdev", "pvariance",
                                  "stdev", "variance"])  # fmt: skip
@pytest.mark.parametrize("values", [[1.5, 2.5, 2.5, 4.0], [1, 2, 2, 5]])
def test_statistics(name: str, values: list[Any]) -> None:
    function = getattr(statistics, name)
    assert float(function(lt.asarray(values))) == pytest.approx(float(function(values)), rel=1e-15)


def test_statistics_of_several() -> None:
    x, y = lt.asarray([1.0, 2.0, 4.0]), lt.asarray([1.0, 3.0, 2.0])
    expected = statistics.correlation([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    assert float(statistics.correlation(x, y)) == pytest.approx(expected, rel=1e-14)  # rounded otherwise since Python 3.12
    assert statistics.multimode(lt.asarray([1, 2, 2])) == [2]
    assert [float(item) for item in statistics.quantiles(x)] == [1.0, 2.0, 4.0]
    assert math.isnan(statistics.mean(lt.asarray([1.0, np.nan])))


# -- keywords -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda xp: xp.arange(4),
        lambda xp: xp.arange(stop=4),
        lambda xp: xp.arange(start=1, stop=4),
        lambda xp: xp.arange(1, stop=4, step=2),
        lambda xp: xp.arange(stop=4, step=2),
        lambda xp: xp.arange(4, step=2),
        lambda xp: xp.arange(1, 4, 1, "f4"),
        lambda xp: xp.arange(start=4),
        lambda xp: xp.arange(),
        lambda xp: xp.arange(stop=None),
        lambda xp: xp.arange(1, start=1),
        lambda xp: xp.arange(3, dtype=">i4"),
        lambda xp: xp.array([1], ndmin=3),
        lambda xp: xp.array([1], ndmin=64),
        lambda xp: xp.array([1], ndmin=65),
        lambda xp: xp.array([1], ndmin=None),
        lambda xp: xp.array([1], ndmin=1.5),
        lambda xp: xp.array([1], ndmin=-1),
        lambda xp: xp.asarray([1j, 2]).conjugate(),
        lambda xp: xp.asarray([1j, 2]).conj(xp.zeros(2, complex)),
        lambda xp: xp.asarray([1j, 2]).conjugate(1),
        lambda xp: xp.asarray([1.0, 2]).view(type=xp.ndarray),
        lambda xp: xp.asarray([1.0, 2]).view(xp.ndarray),
        lambda xp: xp.asarray([1.0, 2]).view("i8", xp.ndarray),
        lambda xp: xp.frombuffer(b"\x00\x00\x00\x01", ">u4"),
        lambda xp: xp.zeros(2, ">f8") + xp.asarray([1, 2], dtype=">u4"),
        lambda xp: xp.ones(2).astype(">i2"),
        lambda xp: xp.full(2, 3, ">c16"),
    ],
)  # fmt: skip
def test_keywords_and_their_errors(call: Any) -> None:
    wanted, found = outcome(lambda: call(np)), outcome(lambda: call(lt))
    if isinstance(wanted, type):
        assert found is wanted
    else:
        wanted = np.asarray(wanted)
        assert_same(found, wanted.astype(wanted.dtype.newbyteorder("=")))


@pytest.mark.skipif(
    not hasattr(np, "matvec") or np.lib.NumpyVersion(np.__version__) < "2.4.0", reason="ndmax came with NumPy 2.4"
)
@pytest.mark.parametrize(
    ("value", "ndmax"), [([[1, 2]], 1), ([[1, 2]], 2), (5, 0), ([1], 0), ([1], 65), ([1], -1), ([1], 1.5), (np.ones((2, 2)), 1)]
)
def test_ndmax(value: Any, ndmax: Any) -> None:
    wanted, found = (outcome(lambda xp=xp: xp.array(value, ndmax=ndmax)) for xp in (np, lt))
    if isinstance(wanted, type):
        assert found is wanted
    else:
        assert_same(found, wanted)


def test_bytes_of_another_order(tmp_path: Path) -> None:
    np.asarray([1, 2], ">u4").tofile(tmp_path / "x")
    assert lt.fromfile(tmp_path / "x", ">u4").tolist() == [1, 2]
    with pytest.raises(TypeError, match="byte order"):
        lt.ones(2).view(">u8")


def test_lists_that_contain_themselves() -> None:
    once: list[Any] = [1]
    once.append(once)
    twice: list[Any] = []
    twice += [twice, twice]
    mixed: list[Any] = [lt.ones(1)]
    mixed += [mixed, mixed]
    deep: Any = [lt.ones(1)]
    for _ in range(70):
        deep = [deep]
    for value in (once, twice, mixed, deep):
        for use in (lt.asarray, lambda v: lt.ones(2) + v, lt.sum, lambda v: lt.ones(3)[v], lt.stack):
            with pytest.raises(ValueError, match="sequence"):
                use(value)
    row = [1, 2]
    assert lt.asarray([row, row]).tolist() == [[1, 2], [1, 2]]


# -- errors ---------------------------------------------------------------------------------------------------------------------

X = np.arange(12.0).reshape(3, 4) + 1


@pytest.mark.newest
@pytest.mark.parametrize(
    "call",
    [
        lambda xp: xp.zeros((True, 2)),
        lambda xp: xp.ones(True),
        lambda xp: xp.full({}, 1),
        lambda xp: xp.empty({1, 2}),
        lambda xp: xp.zeros(iter((1, 2))),
        lambda xp: xp.zeros((1.5,)),
        lambda xp: xp.zeros("a"),
        lambda xp: xp.zeros(None),
        lambda xp: xp.zeros(-1),
        lambda xp: xp.zeros((2**62, 2**62)),
        lambda xp: xp.ones((1,) * 65),
        lambda xp: xp.reshape(xp.ones(1), (1,) * 65),
        lambda xp: xp.broadcast_to(1, (1,) * 65),
        lambda xp: xp.ones((1,) * 64)[None],
        lambda xp: xp.expand_dims(xp.ones((1,) * 64), 0),
        lambda xp: xp.add.outer(xp.ones((1,) * 40), xp.ones((1,) * 40)),
        lambda xp: xp.reshape(xp.asarray(X), (True, -1)),
        lambda xp: xp.asarray(X).reshape(True, -1),
        lambda xp: xp.asarray(X).reshape((-1, -1)),
        lambda xp: xp.asarray(X).reshape(5),
        lambda xp: xp.asarray(X).reshape({}),
        lambda xp: xp.broadcast_to(xp.asarray(X), (True, 3, 4)),
        lambda xp: xp.lexsort((xp.asarray(X), xp.asarray(X)), axis=10),
        lambda xp: xp.sum(xp.asarray(X), axis=2),
        lambda xp: xp.sum(xp.asarray(X), axis="a"),
        lambda xp: xp.sum(xp.asarray(X), axis=1.5),
        lambda xp: xp.sum(xp.asarray(X), axis=(0, 0)),
        lambda xp: xp.sort(xp.asarray(X), axis=2),
        lambda xp: xp.concatenate([xp.asarray(X)], axis=2),
        lambda xp: xp.stack([xp.asarray(X)], axis=4),
        lambda xp: xp.linspace(0, 1, 3, axis=None),
        lambda xp: xp.linspace(0, 1, -3),
        lambda xp: xp.array([1], copy="x"),
        lambda xp: xp.asarray([1], copy="x"),
        lambda xp: xp.array([1], order="X"),
        lambda xp: xp.linalg.matrix_norm(xp.ones(3)),
        lambda xp: xp.linalg.inv(xp.ones((2, 3))),
        lambda xp: xp.linalg.cholesky(xp.ones(3)),
        lambda xp: xp.asarray(X)[5],
        lambda xp: xp.asarray(X)["a"],
        lambda xp: xp.asarray(X)[1.5],
        lambda xp: xp.asarray(X)[0, 0, 0],
        lambda xp: xp.asarray(X)[..., ...],
        lambda xp: xp.add(xp.asarray(X), xp.ones(3)),
        lambda xp: xp.add(xp.asarray(X), 1, casting="x"),
        lambda xp: xp.add(xp.asarray(X), 1, out=1),
        lambda xp: xp.add(xp.asarray(X)),
        lambda xp: xp.add(xp.asarray(X), 1, nonsense=1),
        lambda xp: xp.random.default_rng(0).uniform(2, 1),
        lambda xp: xp.random.default_rng(0).uniform([0, 2], 1),
        lambda xp: xp.random.default_rng(0).uniform(0, np.inf),
        lambda xp: xp.random.default_rng(0).normal(0, -1),
        lambda xp: xp.random.default_rng(0).integers(5, 2),
        lambda xp: xp.random.default_rng(0).choice(0),
    ],
)
def test_errors_are_of_numpys_kinds_and_come_at_the_call(call: Any) -> None:
    with pytest.raises(Exception) as wanted:  # noqa: PT011
        call(np)
    kinds = (np.exceptions.AxisError, np.linalg.LinAlgError, TypeError, ValueError, IndexError, OverflowError)
    kind = next(kind for kind in kinds if isinstance(wanted.value, kind))
    with pytest.raises(kind):
        call(lt)


def test_the_older_uniform_takes_bounds_in_any_order() -> None:
    found = lt.random.uniform(2, 1, 100).numpy()
    assert (found > 1).all()
    assert (found <= 2).all()

"""Arguments that are no operands: axes of arrays without one, counts and offsets, positions and masks, as NumPy takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree, compare

import lazytensor as lt

F = np.array([0.5, 1.5, 2.5])
I = np.array([3, 1, 2])  # noqa: E741
M = np.arange(12.0).reshape(3, 4)
ZERO_D = [np.array(5), np.array(2.5), np.array(True)]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")


# -- axes of arrays without one ---------------------------------------------------------------------------------------------------

AXES = [0, -1, 1, -2, None, (), (0,), (-1,), (0, 0)]
REDUCTIONS = ["sum", "prod", "max", "min", "any", "all", "mean", "var", "std", "ptp", "median", "average", "count_nonzero"]
NAN_REDUCTIONS = ["nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanmedian"]
SCANS = ["cumsum", "cumprod", "cumulative_sum", "cumulative_prod", "nancumsum", "nancumprod"]
OTHERS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "argmax": lambda xp, x, axis: xp.argmax(x, axis=axis),
    "argmin": lambda xp, x, axis: x.argmin(axis=axis),
    "squeeze": lambda xp, x, axis: xp.squeeze(x, axis=axis),
    "take one": lambda xp, x, axis: xp.take(x, 0, axis=axis),
    "take": lambda xp, x, axis: xp.take(x, [0, -1], axis=axis),
    "repeat": lambda xp, x, axis: xp.repeat(x, 2, axis=axis),
    "compress": lambda xp, x, axis: xp.compress([True], x, axis=axis),
    "sort": lambda xp, x, axis: xp.sort(x, axis=axis),
    "argsort": lambda xp, x, axis: xp.argsort(x, axis=axis),
    "argpartition": lambda xp, x, axis: xp.argpartition(x, 0, axis=axis),
    "flip": lambda xp, x, axis: xp.flip(x, axis=axis),
    "add.reduce": lambda xp, x, axis: xp.add.reduce(x, axis=axis),
    "maximum.reduce": lambda xp, x, axis: xp.maximum.reduce(x, axis=axis, initial=1),
    "logaddexp.reduce": lambda xp, x, axis: xp.logaddexp.reduce(x * 1.0, axis=axis),
}


@pytest.mark.parametrize("name", [*REDUCTIONS, *NAN_REDUCTIONS, *SCANS, *OTHERS])
def test_axes_of_arrays_without_one(name: str) -> None:
    for x in ZERO_D:
        for axis in AXES:
            if name in OTHERS:
                assert_agree(lambda xp, x, axis=axis: OTHERS[name](xp, x, axis), x)
            else:
                assert_agree(lambda xp, x, axis=axis: getattr(xp, name)(x, axis=axis), x, ulp=4)


# -- axes in any sequence ---------------------------------------------------------------------------------------------------------

SEQUENCES: list[Any] = [range(2), deque([1, 0]), [0, 1], (1, 0), np.array([0, 1]), 1, np.int8(1), (0, 5)]
BY_AXES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "sum": lambda xp, x, axes: xp.sum(x, axis=axes),
    "median": lambda xp, x, axes: xp.median(x, axis=axes),
    "percentile": lambda xp, x, axes: xp.percentile(x, 30, axis=axes),
    "average": lambda xp, x, axes: xp.average(x, axis=axes),
    "nanmedian": lambda xp, x, axes: xp.nanmedian(x, axis=axes),
    "flip": lambda xp, x, axes: xp.flip(x, axes),
    "moveaxis": lambda xp, x, axes: xp.moveaxis(x, axes, [1, 0]),
    "moveaxis to": lambda xp, x, axes: xp.moveaxis(x, [1, 0], axes),
    "roll": lambda xp, x, axes: xp.roll(x, 1, axes),
    "transpose": lambda xp, x, axes: x.transpose(axes),
    "fftshift": lambda xp, x, axes: xp.fft.fftshift(x, axes=axes),
    "norm": lambda xp, x, axes: xp.linalg.norm(x, axis=tuple(axes) if isinstance(axes, list) else axes),
    "apply_over_axes": lambda xp, x, axes: xp.apply_over_axes(xp.sum, x, axes),
    "expand_dims": lambda xp, x, axes: xp.expand_dims(x, axes),
}


@pytest.mark.parametrize("name", BY_AXES)
def test_axes_come_in_any_sequence(name: str) -> None:
    for axes in SEQUENCES:
        assert_agree(lambda xp, x, axes=axes: BY_AXES[name](xp, x, axes), M, ulp=4)


# -- counts and offsets -----------------------------------------------------------------------------------------------------------

# A number of NumPy's, and what stands for it here: a 0-d result.
COUNTS: list[Any] = [np.int64(2), np.int32(1), np.float64(2.0)]
BY_COUNT: dict[str, Callable[[Any, Any], Any]] = {
    "split": lambda xp, n: tuple(xp.split(xp.arange(6), n)),
    "array_split": lambda xp, n: tuple(xp.array_split(xp.arange(5), n)),
    "hsplit": lambda xp, n: tuple(xp.hsplit(xp.ones((2, 4)), n)),
    "split at": lambda xp, n: tuple(xp.split(xp.arange(6), [n, 4])),
    "arange": lambda xp, n: xp.arange(n),
    "linspace": lambda xp, n: xp.linspace(0, 1, n),
    "geomspace": lambda xp, n: xp.geomspace(1, 8, n),
    "zeros": lambda xp, n: xp.zeros(n),
    "zeros of several": lambda xp, n: xp.zeros((n, 3)),
    "full": lambda xp, n: xp.full((n,), 7),
    "reshape": lambda xp, n: xp.reshape(xp.arange(4), (n, -1)),
    "roll": lambda xp, n: xp.roll(xp.arange(5), n),
    "roll axes": lambda xp, n: xp.roll(xp.ones((2, 3)), (n, 1), (0, 1)),
    "repeat": lambda xp, n: xp.repeat(xp.arange(3), n),
    "tile": lambda xp, n: xp.tile(xp.arange(3), (2, n)),
    "eye": lambda xp, n: xp.eye(3, k=n),
    "tri": lambda xp, n: xp.tri(3, k=n),
    "tril": lambda xp, n: xp.tril(xp.ones((3, 3)), n),
    "diag": lambda xp, n: xp.diag(xp.arange(3), n),
    "diagonal": lambda xp, n: xp.diagonal(xp.ones((3, 4)), n),
    "trace": lambda xp, n: xp.trace(xp.ones((3, 4)), n),
    "rot90": lambda xp, n: xp.rot90(xp.arange(6).reshape(2, 3), n),
    "vander": lambda xp, n: xp.vander(xp.arange(3), n),
    "partition": lambda xp, n: xp.sort(xp.partition(xp.asarray([3, 1, 2]), n)),
    "partition several": lambda xp, n: xp.partition(xp.asarray([3, 1, 2]), [n, 0, 1, 2]),
    "polyfit": lambda xp, n: xp.polyfit(xp.arange(5.0), xp.arange(5.0) ** 2, n).shape,
    "polyder": lambda xp, n: xp.polyder(xp.asarray([1, 2, 3, 4]), n),
    "histogram": lambda xp, n: xp.histogram(xp.asarray([1.0, 2.0]), n),
    "histogram2d": lambda xp, n: xp.histogram2d(xp.asarray([1.0, 2.0]), xp.asarray([1.0, 2.0]), n)[0],
    "bincount": lambda xp, n: xp.bincount(xp.asarray([0, 1]), minlength=n),
    "diff": lambda xp, n: xp.diff(xp.arange(5), n=n),
    "fftfreq": lambda xp, n: xp.fft.fftfreq(n + 1),
    "unpackbits": lambda xp, n: xp.unpackbits(xp.asarray([200], dtype="uint8"), count=n),
    "tensordot": lambda xp, n: xp.tensordot(xp.ones((3, 3)), xp.ones((3, 3)), n),
    "sliding_window_view": lambda xp, n: xp.lib.stride_tricks.sliding_window_view(xp.arange(5), n).shape if n > 0 else 0,
    "index": lambda xp, n: xp.arange(9)[n],
    "slice": lambda xp, n: xp.arange(9)[n:],
    "axis": lambda xp, n: xp.sum(xp.ones((2, 3, 4)), axis=n),
    "ndmin": lambda xp, n: xp.array([1, 2], ndmin=n),
    "take": lambda xp, n: xp.take(xp.arange(5), n),
    "insert": lambda xp, n: xp.insert(xp.arange(5), n, 9),
    "delete": lambda xp, n: xp.delete(xp.arange(5), n),
    "range": lambda xp, n: list(range(n)),
    "item of a list": lambda xp, n: [1, 2, 3][n],
    "repeated list": lambda xp, n: [0, None] * n if np.asarray(n).dtype.kind != "f" else 0,
    "repeated tuple": lambda xp, n: n * (1, 2) if np.asarray(n).dtype.kind != "f" else 0,
    "mask_indices": lambda xp, n: xp.tril_indices(3, n),
}


def result(n: Any) -> Any:
    """What an operation on tensors gives in the place of a NumPy scalar."""
    return lt.asarray(np.array([n]))[0]


@pytest.mark.parametrize("name", BY_COUNT)
def test_zero_dimensional_results_are_counts(name: str) -> None:
    call = BY_COUNT[name]
    for n in COUNTS:
        try:
            expected = call(np, n)
        except Exception as error:
            kinds = (TypeError, ValueError, IndexError) if isinstance(error, (TypeError, ValueError)) else type(error)
            with pytest.raises(kinds):
                compare(call(lt, result(n)), ())
            continue
        compare(call(lt, result(n)), expected, ulp=8)


def test_random_numbers_take_results_as_counts() -> None:
    n = lt.asarray([2, 3]).max()
    rng = lt.random.default_rng(lt.asarray([1, 2])[0])
    assert sorted(rng.permutation(n).tolist()) == [0, 1, 2]
    assert rng.choice(n, n).shape == (3,)
    assert int(rng.choice(lt.asarray(5), size=(n, 2)).max()) < 5
    assert rng.normal(size=n).shape == (3,)
    assert rng.integers(n, size=(2, n)).shape == (2, 3)
    assert rng.binomial(2.0, [0.5, 1.0]).tolist()[1] == 2
    assert rng.integers(2.0) < 2
    assert rng.multinomial(3.0, [0.5, 0.5]).sum().item() == 3
    assert len(rng.bytes(n)) == 3
    assert len(rng.spawn(n)) == 3
    with pytest.raises(np.exceptions.AxisError):
        rng.permutation(lt.asarray(5))


# -- positions --------------------------------------------------------------------------------------------------------------------

POSITIONS: list[Any] = [
    [], [0, 2], [True, False, True], [1.0, 0.0, 2.7], 2.0, 1, True, np.float32(1), np.array([0, 1], np.uint64), np.array([1.0]),
    np.array([True, False, True]), np.array([2, 0, 1], np.int8), (2, 1), range(3), deque([1, 1, 0]), np.array([], float), [1j],
]  # fmt: skip
BY_POSITION: dict[str, Callable[[Any, Any], Any]] = {
    "take": lambda xp, p: xp.take(xp.asarray(F), p),
    "put": lambda xp, p: (x := xp.asarray(F.copy()), xp.put(x, p, 9))[0],
    "repeat": lambda xp, p: xp.repeat(xp.asarray(F), p),
    "reduceat": lambda xp, p: xp.add.reduceat(xp.asarray(F), p),
    "choose": lambda xp, p: xp.choose(p, [xp.asarray(F), 7, 8]),
}


@pytest.mark.parametrize("name", BY_POSITION)
def test_positions_are_converted_as_numpy_does(name: str) -> None:
    for given in POSITIONS:
        assert_agree(lambda xp, given=given: BY_POSITION[name](xp, given))
        if isinstance(given, np.ndarray):
            try:
                expected = BY_POSITION[name](np, given)
            except Exception as error:
                with pytest.raises(type(error)):
                    BY_POSITION[name](lt, lt.asarray(given)).wait()
            else:
                compare(BY_POSITION[name](lt, lt.asarray(given)), expected)


def test_partition_and_reduceat_of_nothing() -> None:
    empty = np.zeros(0)
    for call in (
        lambda xp, e: xp.partition(e, 0),
        lambda xp, e: xp.partition(e, -1),
        lambda xp, e: xp.partition(e, 1),
        lambda xp, e: xp.argpartition(e, 0),
        lambda xp, e: xp.partition(xp.zeros((3, 0)), 0),
        lambda xp, e: xp.partition(xp.zeros((0, 3)), 0, axis=0),
        lambda xp, e: xp.partition(xp.zeros((0, 3)), 1),
        lambda xp, e: xp.partition(xp.arange(3), []),
        lambda xp, e: xp.add.reduceat(e, []),
        lambda xp, e: xp.add.reduceat(e, [0]),
        lambda xp, e: xp.add.reduceat(xp.ones(3), []),
        lambda xp, e: xp.maximum.reduceat(xp.ones((2, 3)), [], axis=1),
    ):
        assert_agree(call, empty)


# -- masks ------------------------------------------------------------------------------------------------------------------------

MASKS: list[Any] = [
    [1, 0, 1], [0.5, 0.0, 1.0], (True, False, True), 1, 0, 2.5, True, False, np.int64(1), np.array([True, False, True]),
    np.array([1, 0, 1]), range(3), [[True], [False]], "abc",
]  # fmt: skip
BY_MASK: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda xp, w: xp.sum(xp.asarray(F), where=w),
    "prod": lambda xp, w: xp.asarray(F).prod(where=w),
    "max": lambda xp, w: xp.max(xp.asarray(F), where=w, initial=0),
    "any": lambda xp, w: xp.any(xp.asarray(F), where=w),
    "all": lambda xp, w: xp.asarray(F).all(where=w),
    "nansum": lambda xp, w: xp.nansum(xp.asarray(F), where=w),
    "add.reduce": lambda xp, w: xp.add.reduce(xp.asarray(F), where=w),
    "add": lambda xp, w: xp.add(xp.asarray(F), 1, where=w, out=xp.zeros(3)),
    "sqrt": lambda xp, w: xp.sqrt(xp.asarray(F), where=w, out=xp.zeros((2, 3))),
    "clip": lambda xp, w: xp.clip(xp.asarray(F), 0, 1, where=w, out=xp.zeros(3)),
    "copyto": lambda xp, w: (x := xp.asarray(F.copy()), xp.copyto(x, 9, where=w))[0],
}


@pytest.mark.parametrize("name", BY_MASK)
def test_masks_are_converted_as_numpy_does(name: str) -> None:
    for given in MASKS:
        if isinstance(given, str):
            with pytest.raises(TypeError):
                BY_MASK[name](lt, given)
            continue
        assert_agree(lambda xp, given=given: BY_MASK[name](xp, given))
    for name in ("mean", "var", "std", "nanmean"):
        for given in ([1, 0, 1], 1, (True, True, False), np.array([1, 0, 1])):
            assert_agree(lambda xp, x, name=name, given=given: getattr(xp, name)(x, where=given), F, ulp=4)


# -- texts and flags --------------------------------------------------------------------------------------------------------------

TEXTS: list[Any] = [
    None, 0, 1, 3, -1, 1.5, "bad", "", b"C", "C", "c", "F", "f", "A", "K", True, ["C"], ("C",), {}, object, "no", "safe",
    b"same_kind", "left", b"right", "raise", b"clip", "big", "full", "ortho", "stable", "q",
]  # fmt: skip
BY_TEXT: dict[str, Callable[[Any, Any], Any]] = {
    "copyto": lambda xp, w: xp.copyto(xp.zeros(3), xp.asarray(F), casting=w),
    "copyto True": lambda xp, w: xp.copyto(xp.zeros(3), True, casting=w),
    "copyto of an integer": lambda xp, w: xp.copyto(xp.zeros(3, "int8"), 1, casting=w),
    "add": lambda xp, w: xp.add(xp.asarray(F), 1, casting=w),
    "einsum": lambda xp, w: xp.einsum("i->", xp.asarray(F), casting=w),
    "zeros": lambda xp, w: xp.zeros((2, 2), order=w),
    "reshape": lambda xp, w: xp.reshape(xp.asarray(M), (2, 6), order=w),
    "copy": lambda xp, w: xp.copy(xp.asarray(M), order=w),
    "matmul": lambda xp, w: xp.matmul(xp.asarray(M), xp.asarray(M).T, order=w),
    "vecdot": lambda xp, w: xp.vecdot(xp.asarray(M), xp.asarray(M), order=w),
    "einsum order": lambda xp, w: xp.einsum("ij->ji", xp.asarray(M), order=w) + 0,
    "take": lambda xp, w: xp.take(xp.asarray(F), [0], mode=w),
    "choose": lambda xp, w: xp.choose(xp.asarray([0, 1]), [1, 2], mode=w),
    "convolve": lambda xp, w: xp.convolve(xp.asarray(I), xp.asarray(I), mode=w),
    "sort": lambda xp, w: xp.sort(xp.asarray(I), kind=w),
    "searchsorted": lambda xp, w: xp.searchsorted(xp.asarray(F), [1.5], side=w),
    "fft": lambda xp, w: xp.fft.fft(xp.asarray(F), norm=w).real.round(),
    "packbits": lambda xp, w: xp.packbits(xp.asarray(I.astype(bool)), bitorder=w),
    "unpackbits": lambda xp, w: xp.unpackbits(xp.asarray(I.astype("u1")), bitorder=w),
}
# The unpackbits of NumPy looks at the first letter.
LOOSE = {("unpackbits", "bad"), ("unpackbits", "left")}
BY_FLAG: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda xp, w: xp.sum(xp.asarray(M), keepdims=w),
    "maximum.reduce": lambda xp, w: xp.maximum.reduce(xp.asarray(M), keepdims=w),
    "gcd.reduce": lambda xp, w: xp.gcd.reduce(xp.asarray(I), keepdims=w),
    "mean": lambda xp, w: xp.mean(xp.asarray(M), keepdims=w),
    "array": lambda xp, w: xp.array(xp.asarray(F), copy=w),
    "array of a list": lambda xp, w: xp.array([1, 2], copy=w),
}


@pytest.mark.newest
@pytest.mark.parametrize("name", BY_TEXT)
def test_texts_are_checked_as_numpy_checks_them(name: str) -> None:
    for given in TEXTS:
        if (name, str(given)) not in LOOSE:
            assert_agree(lambda xp, given=given: BY_TEXT[name](xp, given), ulp=16)


@pytest.mark.newest
@pytest.mark.parametrize("name", BY_FLAG)
def test_flags_are_checked_as_numpy_checks_them(name: str) -> None:
    for given in (True, False, 0, 1, 2, 1.5, "", "no", b"C", (), [1], object, np.True_, np.int64(0)):
        assert_agree(lambda xp, given=given: BY_FLAG[name](xp, given))


BY_BOOLEAN: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda xp, w: xp.sum(xp.asarray(M), axis=w),
    "cumsum": lambda xp, w: xp.cumsum(xp.asarray(M), axis=w),
    "argmax": lambda xp, w: xp.argmax(xp.asarray(M), axis=w),
    "sort": lambda xp, w: xp.sort(xp.asarray(M), axis=w),
    "sort in place": lambda xp, w: xp.asarray(M.copy()).sort(axis=w),
    "partition in place": lambda xp, w: xp.asarray(M.copy()).partition(1, axis=w),
    "stack": lambda xp, w: xp.stack([xp.asarray(M)], axis=w),
    "concatenate": lambda xp, w: xp.concatenate([xp.asarray(M)], axis=w),
    "append": lambda xp, w: xp.append(xp.asarray(M), xp.asarray(M), axis=w),
    "take": lambda xp, w: xp.take(xp.asarray(M), [0], axis=w),
    "insert": lambda xp, w: xp.insert(xp.asarray(M), 0, 1, axis=w),
    "swapaxes": lambda xp, w: xp.swapaxes(xp.asarray(M), w, 0),
    "expand_dims": lambda xp, w: xp.expand_dims(xp.asarray(M), [w]),
    "transpose": lambda xp, w: xp.transpose(xp.asarray(M), [w, 0]),
    "diff": lambda xp, w: xp.diff(xp.asarray(M), axis=w),
    "fft": lambda xp, w: xp.fft.fft(xp.asarray(M), axis=w).real.round(),
    "median": lambda xp, w: xp.median(xp.asarray(M), axis=[w]),
    "packbits": lambda xp, w: xp.packbits(xp.asarray(M > 5), axis=w),
    "apply_over_axes": lambda xp, w: xp.apply_over_axes(xp.sum, xp.asarray(M), w),
}


@pytest.mark.newest
@pytest.mark.parametrize("name", BY_BOOLEAN)
def test_axes_that_are_no_integers(name: str) -> None:
    for given in (True, False, None, 1.0, "1", ()):
        # None and () mean something to most functions, and nothing to those that sort in place.
        if (given is not None and given != ()) or "in place" in name:
            assert_agree(lambda xp, given=given: BY_BOOLEAN[name](xp, given), ulp=16)


def test_what_else_is_checked_as_numpy_checks_it() -> None:
    for call in (
        lambda xp, x: xp.histogramdd(x, bins=0.99),
        lambda xp, x: xp.histogramdd(x, bins=1.5),
        lambda xp, x: xp.histogram2d(x[0], x[1], bins=0.99),
        lambda xp, x: x[0.0:, 0.0],
        lambda xp, x: x[0.0:],
        lambda xp, x: x[::0, "a"],
        lambda xp, x: xp.var(x, ddof=np.nan),
    ):
        assert_agree(call, M)


# -- sequences, shapes and dtypes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["concatenate", "stack", "hstack", "vstack", "dstack", "column_stack"])
def test_arrays_to_join_are_in_a_sequence(name: str) -> None:
    for make in (iter, set, lambda items: (item for item in items), lambda items: dict.fromkeys(items).values()):
        assert_agree(lambda xp, make=make: getattr(xp, name)(make([1, 2])))
    for given in ([F, F], (F, F), np.stack([F, F])):
        assert_agree(lambda xp, given=given: getattr(xp, name)(given))
    assert_agree(lambda xp, x: getattr(xp, name)(x), M)


SHAPES: list[Any] = [
    (True, 3), [True, 3], (3, True), True, (False,), np.array([1, 3]), np.array(3), (np.True_, 3), (1.0, 3), "3", (None, 3), -1, (),
]  # fmt: skip
BY_SHAPE: dict[str, Callable[[Any, Any], Any]] = {
    "reshape": lambda xp, s: xp.reshape(xp.asarray(F), s),
    "method": lambda xp, s: xp.asarray(F).reshape(s),
    "shape": lambda xp, s: (x := xp.asarray(F.copy()), setattr(x, "shape", s))[0],
    "resize in place": lambda xp, s: (x := xp.ones(3), x.resize(s, refcheck=False))[0],
    "zeros": lambda xp, s: xp.zeros(s),
    "full": lambda xp, s: xp.full(s, 2),
    "broadcast_to": lambda xp, s: xp.broadcast_to(xp.asarray(F), s),
}


@pytest.mark.newest
@pytest.mark.parametrize("name", BY_SHAPE)
def test_lengths_are_integers(name: str) -> None:
    for given in SHAPES:
        assert_agree(lambda xp, given=given: BY_SHAPE[name](xp, given))
    assert_agree(lambda xp, x: xp.reshape(x, (True, -1)), F)


def test_arrays_are_no_dtypes() -> None:
    for call in (
        lambda xp, x: xp.can_cast("i4", x),
        lambda xp, x: xp.can_cast(x, "f4"),
        lambda xp, x: xp.promote_types(x, "f4"),
        lambda xp, x: xp.promote_types("f4", x),
        lambda xp, x: xp.promote_types("f4", x[0]).name,
        lambda xp, x: xp.isdtype(x, "integral"),
        lambda xp, x: xp.result_type(x, "f4").name,
    ):
        assert_agree(call, I)

"""Orders in memory, by chance: what a view, a copy or a conversion shares with what it was made of, its strides and flags, against
NumPy's."""

from __future__ import annotations

import copy
import functools
import io
import itertools
import pickle
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree

import lazytensor as lt

Change = Callable[[Any], Any]

SLICES = (slice(None), slice(None, None, -1), slice(None, None, 2), slice(1, None), slice(None, None, -2))


def _divided(draw: random.Random, size: int) -> tuple[int, ...]:
    first = draw.choice([length for length in range(1, size + 1) if size % length == 0])
    rest = size // first
    second = draw.choice([length for length in range(1, rest + 1) if rest % length == 0])
    return (first, second, rest // second)


def _view(draw: random.Random, x: Any) -> Change:
    """One way to look at an array; some copy where no strides can say it."""
    rank = x.ndim
    kind = draw.randrange(11)
    if kind == 0 and rank:
        key = tuple(draw.choice(SLICES) for _ in range(rank))
        return lambda a: a[key]
    if kind in (1, 2) and x.dtype.kind == "c":
        return (lambda a: a.real) if kind == 1 else (lambda a: a.imag)
    if kind == 3 and rank > 1:
        one, other = draw.sample(range(rank), 2)
        return lambda a: a.swapaxes(one, other)
    if kind == 4:
        axis = draw.randint(0, rank)
        return lambda a: a[(slice(None),) * axis + (None,)]
    if kind == 5 and x.size:
        shape, order = _divided(draw, x.size), draw.choice("CFA")
        return lambda a: a.reshape(shape, order=order)
    if kind == 6:
        order = draw.choice("CFAK")
        return lambda a: a.ravel(order)
    if kind == 7:
        return lambda a: a.reshape(-1)
    if kind == 8:
        return lambda a: a.squeeze()
    if kind == 9 and rank and x.shape[0]:
        place = draw.randrange(x.shape[0])
        return lambda a: a[place, ...]
    return lambda a: a.T


def _strides(x: Any) -> tuple[int, ...]:
    """Those that mean something."""
    return tuple(step for step, length in zip(x.strides, x.shape, strict=True) if length > 1) if x.size else ()


def _flags(x: Any) -> tuple[bool, ...]:
    return (x.flags.c_contiguous, x.flags.f_contiguous, x.flags.writeable)


def _write(draw: random.Random, arrays: tuple[Any, Any]) -> None:
    """The same element, or all of them, in both."""
    shape = arrays[0].shape
    key = ... if draw.random() < 0.5 else tuple(draw.randrange(length) for length in shape) or ...
    for x in arrays:
        x[key] = 1000


@pytest.mark.parametrize("block", range(10))
def test_chains_of_views_alias_as_in_numpy(tier: str, block: int) -> None:
    count = 30 if tier == "interpret" else 4
    for seed in range(block * count, (block + 1) * count):
        draw = random.Random(seed)
        shape = tuple(draw.choice([1, 2, 3, 4]) for _ in range(draw.randint(0, 3)))
        values = np.arange(1.0, np.prod(shape, dtype=int) + 1).reshape(shape)
        x = np.asarray(values + 100j * values) if draw.random() < 0.7 else values
        y: Any = lt.asarray(x.copy())
        theirs, ours = [x], [y]
        for _ in range(draw.randint(1, 6)):
            change = _view(draw, x)
            x, y = change(x), change(y)
            theirs.append(x)
            ours.append(y)
            assert (x.shape, _strides(x), _flags(x)) == (y.shape, _strides(y), _flags(y)), seed
        if x.size:
            _write(draw, (x, y))
        for expected, found in zip(theirs, ours, strict=True):
            np.testing.assert_array_equal(found.numpy(), expected, err_msg=f"seed {seed}")


LAYOUTS: dict[str, Change] = {
    "whole": lambda a: a,
    "transposed": lambda a: a.T,
    "steps": lambda a: a[:, ::2],
    "backwards": lambda a: a[::-1],
    "middle": lambda a: a.swapaxes(0, 1)[1:, :, ::-1],
    "row": lambda a: a[:1],
    "empty": lambda a: a[:0],
    "real": lambda a: a.real,
    "transposed slice": lambda a: a.T[:, 1:],
    "0-d": lambda a: a[:1, 0, :1].reshape(()),
}


SPREADS = {
    "columns": lambda xp, a: xp.broadcast_to(a[0, :, :1], (2, 3, 4)),
    "rows": lambda xp, a: xp.broadcast_to(a[0], (2, 3, 4)),
    "between": lambda xp, a: xp.broadcast_to(a[:, :1], (2, 3, 4)),
    "between, in Fortran's order": lambda xp, a: xp.broadcast_to(xp.asfortranarray(a)[:, :1], (2, 3, 4)),
    "backwards": lambda xp, a: xp.broadcast_to(a[::-1, :1, ::-2], (2, 3, 2)),
    "twice": lambda xp, a: xp.broadcast_to(a[:, None, :, None], (2, 2, 3, 2, 4)),
    "one": lambda xp, a: xp.broadcast_to(a[1, 1, 1], (2, 3)),
}


@pytest.mark.parametrize("spread", SPREADS)
def test_repeated_elements_are_read_as_numpys_iterators_do(spread: str) -> None:
    def read(xp: Any, x: Any, axes: tuple[int, ...], name: str, order: str) -> Any:
        return getattr(SPREADS[spread](xp, x).transpose(axes), name)(order)

    values = np.arange(24).reshape(2, 3, 4)
    for axes in itertools.permutations(range(SPREADS[spread](np, values).ndim)):
        for name, order in itertools.product(("ravel", "flatten"), "KA"):
            assert_agree(functools.partial(read, axes=axes, name=name, order=order), values)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_views_of_elements_of_another_size_need_them_side_by_side(layout: str) -> None:
    for dtype in ("float32", "float64", "uint8", "complex128"):
        for values in (np.arange(24).reshape(2, 3, 4) * (1 + 1j), np.arange(12, dtype="float32").reshape(1, 3, 4)):
            assert_agree(lambda xp, a: LAYOUTS[layout](a).view(dtype), values)  # noqa: B023


def _functions() -> dict[str, Callable[[Any, Any], Any]]:
    found: dict[str, Callable[[Any, Any], Any]] = {
        "ascontiguousarray": lambda xp, a: xp.ascontiguousarray(a),
        "asfortranarray": lambda xp, a: xp.asfortranarray(a),
        "asfortranarray single": lambda xp, a: xp.asfortranarray(a, "complex64"),
        "function astype": lambda xp, a: xp.astype(a, "complex64"),
        "function astype, same": lambda xp, a: xp.astype(a, a.dtype, copy=False),
        "view": lambda xp, a: a.view(),
        "copy.copy": lambda xp, a: copy.copy(a),
        "copy.deepcopy": lambda xp, a: copy.deepcopy(a),
        "pickle": lambda xp, a: pickle.loads(pickle.dumps(a)),
    }
    for order in ("C", "F", "A", "K", None):
        for always in (True, None, False):
            found[f"array {order} {always}"] = lambda xp, a, o=order, c=always: xp.array(a, order=o, copy=c)
            found[f"array ndmin {order} {always}"] = lambda xp, a, o=order, c=always: xp.array(a, order=o, copy=c, ndmin=4)
            found[f"asarray {order} {always}"] = lambda xp, a, o=order, c=always: xp.asarray(a, order=o, copy=c)
            found[f"array single {order} {always}"] = lambda xp, a, o=order, c=always: xp.array(a, "c8", order=o, copy=c)
        found[f"zeros_like {order}"] = lambda xp, a, o=order: xp.zeros_like(a, order=o)
        found[f"zeros_like shape {order}"] = lambda xp, a, o=order: xp.zeros_like(a, order=o, shape=(2, 3, 4))
        found[f"full_like {order}"] = lambda xp, a, o=order: xp.full_like(a, np.arange(a.shape[-1]) if a.ndim else 3, order=o)
    for order in "CFAK":
        for always in (True, False):
            found[f"astype {order} {always}"] = lambda xp, a, o=order, c=always: a.astype(a.dtype, order=o, copy=c)
            found[f"astype single {order} {always}"] = lambda xp, a, o=order, c=always: a.astype("c8", order=o, copy=c)
        found[f"copy {order}"] = lambda xp, a, o=order: xp.copy(a, order=o)
        found[f"method copy {order}"] = lambda xp, a, o=order: a.copy(o)
        found[f"ravel {order}"] = lambda xp, a, o=order: xp.ravel(a, o)
        found[f"flatten {order}"] = lambda xp, a, o=order: a.flatten(o)
        found[f"zeros {order}"] = lambda xp, a, o=order: xp.zeros(a.shape, order=o)
        found[f"full {order}"] = lambda xp, a, o=order: xp.full(a.shape, 7, order=o)
        found[f"eye {order}"] = lambda xp, a, o=order: xp.eye(3, 4, order=o)
    for order in "CFA":
        for always in (True, None, False):
            found[f"reshape {order} {always}"] = lambda xp, a, o=order, c=always: xp.reshape(a, (-1, 1, 2), order=o, copy=c)
            found[f"line {order} {always}"] = lambda xp, a, o=order, c=always: a.reshape(-1, order=o, copy=c)
    for asked in ("C", "F", "A", "W", "O", "E", ["C", "W"], ["F", "O"], ["C", "O"], ["A", "E", "O"], ["C", "F"], None, ["X"]):
        found[f"require {asked}"] = lambda xp, a, r=asked: xp.require(a, requirements=r)
        found[f"require single {asked}"] = lambda xp, a, r=asked: xp.require(a, "complex64", requirements=r)
    return found


def _outcome(function: Any, library: Any, layout: str) -> Any:
    values = np.arange(1, 25).reshape(2, 3, 4) * (1 + 1j)
    base = values if library is np else lt.asarray(values)
    x = LAYOUTS[layout](base)
    try:
        made = function(library, x)
    except (ValueError, KeyError) as error:
        return type(error)
    facts = (made.dtype, made.shape, np.array(made).tolist(), _strides(made), _flags(made), made is x)
    if made.size and made.flags.writeable:
        made[...] = -5
    return facts, np.array(base).tolist()


@pytest.mark.newest
@pytest.mark.parametrize("function", _functions())
def test_what_asks_for_an_order_copies_as_in_numpy(function: str) -> None:
    for layout in LAYOUTS:
        expected, found = (_outcome(_functions()[function], library, layout) for library in (np, lt))
        assert found == expected, layout


def test_ufuncs_lay_results_out_in_fortran_order_when_asked() -> None:
    assert lt.add(lt.ones((2, 3)), 1, order="F").flags.f_contiguous
    x = lt.ones((2, 3)).T
    assert lt.exp(x, order="F").strides == np.exp(np.ones((2, 3)).T, order="F").strides


@pytest.mark.parametrize("order", ["F", "A", "C", "K"])
def test_arrays_of_numpy_keep_fortran_order_where_it_is_asked_for(order: str) -> None:
    source = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    made = lt.asarray(source, order=order)
    np.testing.assert_array_equal(made.numpy(), source)
    assert made.flags.f_contiguous == (order in "FA")
    assert lt.asarray([[1, 2], [3, 4]], order=order).flags.f_contiguous == (order == "F")
    if order == "F":
        assert np.shares_memory(lt.asarray(source, order=order, copy=False).numpy(), source)
        with pytest.raises(ValueError, match="order 'F'"):
            lt.asarray(np.ones((2, 3)), order="F", copy=False)


def test_a_copy_in_fortran_order_is_updated_as_any_other(tier: str) -> None:
    values = np.arange(6.0).reshape(2, 3)
    x, y = np.asfortranarray(values), lt.asfortranarray(lt.asarray(values))
    for z in (x, y):
        z += 1
        z[0] *= 2
        z[:, 1:] = z[:, :-1].copy()
        z.T[0] = 7
    np.testing.assert_array_equal(y.numpy(), x)


def test_functions_lay_results_out_in_the_order_asked_for() -> None:
    x, y = np.ones((2, 3), order="F"), np.ones((3, 4), order="F")
    calls = (
        lambda xp, a, b, order: xp.matmul(a, b, order=order),
        lambda xp, a, b, order: xp.einsum("ij,jk->ik", a, b, order=order),
        lambda xp, a, b, order: xp.add(a, a, order=order),
        lambda xp, a, b, order: xp.divmod(a, 2, order=order)[1],
        lambda xp, a, b, order: xp.ones_like(a, order=order, shape=(2, 3, 4)),
    )
    for call, order, layout in itertools.product(calls, "CFAfa", "CF"):
        ours = call(lt, lt.array(x, order=layout), lt.array(y, order="F"), order).flags
        theirs = call(np, np.array(x, order=layout), np.array(y, order="F"), order).flags
        assert (ours.c_contiguous, ours.f_contiguous) == (theirs.c_contiguous, theirs.f_contiguous), (order, layout)


def test_files_and_pickles_keep_the_order() -> None:
    for order in "CF":
        x = lt.array(np.arange(6.0).reshape(2, 3), order=order)
        file = io.BytesIO()
        lt.save(file, x)
        file.seek(0)
        for made in (lt.load(file), *(pickle.loads(pickle.dumps(x, protocol)) for protocol in range(2, 6))):
            assert made.tolist() == x.tolist()
            assert made.flags.f_contiguous == (order == "F")
            made[0, 1] = 7
            assert made.tolist() == [[0, 7, 2], [3, 4, 5]]

"""What calls with arguments drawn by chance found to differ from NumPy: lists of tensors, weak numbers, misplaced arguments."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparison import assert_same

import lazytensor as lt

SINGLE = np.float32([1.5, 2.5])
SMALL = np.int8([-2, -1, -4])

SAME: dict[str, Callable[[Any, Any], Any]] = {
    "mean of scalars": lambda xp, g: xp.mean([g(SINGLE).sum(), g(SINGLE)[0], 1.5]),
    "maximum of arrays": lambda xp, g: xp.max([g(SINGLE), g(SINGLE) * 2], axis=0),
    "list beside an array": lambda xp, g: xp.add(g(SINGLE), [g(SINGLE)[0], 2]),
    "where of a list": lambda xp, g: xp.where(g(SINGLE) > 2, [g(SINGLE)[0], 5], 0),
    "rint of integers": lambda xp, g: xp.rint(g(np.int64([1, -2]))),
    "rint of a mask": lambda xp, g: xp.rint(g(np.int32([1]) > 0)).astype("float32"),
    "round of infinite": lambda xp, g: xp.round(g(np.array([-np.inf, 1.26 - 2.34j], "complex64")), 1),
    "linspace": lambda xp, g: xp.linspace(0, g(SINGLE), 3),
    "linspace of complex": lambda xp, g: xp.linspace(-1, g(SINGLE) * np.complex64(1j), 3),
    "linspace of complex numbers": lambda xp, g: xp.linspace(1j, g(SINGLE), 3),
    "logspace": lambda xp, g: xp.logspace(0, g(np.float32([1, 2])), 3).astype("int64"),
    "real": lambda xp, g: xp.real(val=g(SINGLE)) + xp.imag(val=g(SINGLE)),
    "roll over no axes": lambda xp, g: xp.roll(g(SINGLE), 1, ()),
    "positions of more axes": lambda xp, g: xp.trapezoid(g(SMALL), [[1, 2, 3], [4, 5, 7]]),
    "positions in a column": lambda xp, g: xp.trapezoid(g(SMALL[:1]), g(np.ones((3, 1)))),
    "points of one dimension": lambda xp, g: xp.histogramdd([1.5, 2, 3], bins=3)[0],
    "grid of a matrix": lambda xp, g: xp.meshgrid(g(np.ones((1, 2))), g(SINGLE))[1],
    "no memory order": lambda xp, g: xp.add(g(SINGLE), 1, order=None),
}


@pytest.mark.parametrize("name", SAME)
def test_same(tier: str, name: str) -> None:
    assert_same(SAME[name](lt, lt.asarray), SAME[name](np, np.array), 4)


MISTAKES: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "dtype": (lambda xp, g: xp.sum(g(SINGLE), 0, g(SMALL)), "sum: dtype"),
    "list of axes": (lambda xp, g: xp.sum(g(SINGLE), axis=[0]), "sum: axis"),
    "boolean axis": (lambda xp, g: xp.argmax(g(SINGLE), True), "argmax: axis must"),
    "name of an axis": (lambda xp, g: xp.max(g(SINGLE), axis="x"), "max: axis must"),
    "mask of numbers": (lambda xp, g: xp.exp(g(SINGLE), out=g(SINGLE), where=g(SMALL[:1])), "exp: where must be boolean"),
    "casting": (lambda xp, g: xp.exp(g(SMALL), casting="no"), "exp: cannot cast"),
    "ragged list": (lambda xp, g: xp.exp([[1, 2], [3]]), "exp: setting an array element"),
    "negative lengths": (lambda xp, g: xp.broadcast_to(g(SINGLE[:1]), (-1,)), "broadcast_to: negative"),
    "negative shape": (lambda xp, g: xp.broadcast_shapes((-1,), (1,)), "broadcast_shapes: negative"),
    "negative repetitions": (lambda xp, g: xp.tile(g(SINGLE), -1), "tile: reps"),
    "negative count": (lambda xp, g: xp.fft.fftfreq(-2), "fftfreq: n must not"),
    "more lengths than axes": (lambda xp, g: xp.fft.fftn(g(SINGLE), s=(2, 3), axes=(-2, -1)), "fftn: axis -2"),
    "interp": (lambda xp, g: xp.interp(g(SINGLE), [1, 2], [1, 2], left=g(SINGLE)), "interp: left and right"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str) -> None:
    function, said = MISTAKES[name]
    with pytest.raises((TypeError, ValueError)) as theirs:
        function(np, np.array)
    with pytest.raises(ValueError if isinstance(theirs.value, ValueError) else TypeError, match=said):
        function(lt, lt.asarray)


def test_functions_are_pickled_by_name() -> None:
    spaces = (lt, lt.special, lt.linalg, lt.fft)
    functions = [getattr(space, name) for space in spaces for name in space.__all__ if name in dir(space)]
    found = [function for function in functions if hasattr(function, "op")]
    assert len(found) > 100
    for function in found:
        assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("seed", [None, 5])
def test_a_child_goes_on_with_a_seeded_stream_only(seed: int | None) -> None:
    lt.random.seed(seed)
    lt.random.random(3).wait()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, pickle.dumps(lt.random.random(3).tolist()))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        theirs = pickle.loads(file.read())
    os.waitpid(child, 0)
    assert (theirs == lt.random.random(3).tolist()) is (seed is not None)

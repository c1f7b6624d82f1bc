"""`x[key]` and `x[key] = value` against NumPy: random keys, and the cases that are easily got wrong."""

from __future__ import annotations

from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt

MAX_EXAMPLES = {"interpret": 300, "compile": 40}
ERRORS = (IndexError, ValueError, TypeError, OverflowError)


def told(key: Any, kind: str) -> Any:
    """The key with its arrays as tensors (computed or pending), as NumPy arrays, or as lists."""
    if isinstance(key, tuple):
        return tuple([told(item, kind) for item in key])
    if not isinstance(key, np.ndarray):
        return key
    if kind == "list" and key.ndim and key.size:
        return key.tolist()
    if kind == "pending":
        return lt.asarray(~key) == 0 if key.dtype.kind == "b" else lt.asarray(key) + 0
    return lt.asarray(key) if kind == "tensor" else key


@st.composite
def keys(draw: Any, shape: tuple[int, ...]) -> Any:
    """Keys that mostly fit the shape: integers, slices, None, Ellipsis, arrays of positions, masks."""
    joint = draw(st.sampled_from([(2,), (1,), (2, 1), (), (0,), (3,)]))
    items: list[Any] = []
    axis = 0
    rank = len(shape)
    while True:
        left = shape[axis] if axis < rank else 2
        choice = draw(st.sampled_from(["end", "end", "int", "slice", "slice", "none", "array", "array", "mask", "bool"]))
        if choice == "end" or (axis >= rank and choice not in ("none", "bool") and draw(st.integers(0, 9))):
            break
        if choice == "int":
            items.append(draw(st.integers(-left, max(left - 1, 0))))
        elif choice == "slice":
            ends = st.none() | st.integers(-5, 5)
            items.append(slice(draw(ends), draw(ends), draw(st.none() | st.sampled_from([1, 2, 3, -1, -2]))))
        elif choice == "none":
            items.append(None)
        elif choice == "bool":
            items.append(draw(st.sampled_from([True, False, np.bool_(True), np.array(True), np.array(False)])))
            continue
        elif choice == "array":
            lengths = draw(st.sampled_from([joint, joint, (1,), ()]))
            high = left - 1 + (not draw(st.integers(0, 19)))
            picks = draw(
                st.lists(st.integers(-left, max(high, 0)), min_size=int(np.prod(lengths)), max_size=int(np.prod(lengths)))
            )
            items.append(np.array(picks, draw(st.sampled_from(["int64", "int8"]))).reshape(lengths))
        else:
            width = draw(st.integers(1, max(rank - axis, 1)))
            lengths = shape[axis : axis + width] if draw(st.integers(0, 19)) else (2,) * width
            flags = draw(st.lists(st.booleans(), min_size=int(np.prod(lengths)), max_size=int(np.prod(lengths))))
            items.append(np.array(flags, bool).reshape(lengths))
            axis += len(lengths)
            continue
        axis += choice != "none"
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    if len(items) == 1 and draw(st.booleans()):
        return items[0]
    return tuple(items)


CASES = st.sampled_from([(), (3,), (2, 3), (3, 1, 2), (2, 0, 3), (2, 3, 2, 2)])
KINDS = st.sampled_from(["tensor", "pending", "array", "list"])


@st.composite
def reads(draw: Any) -> tuple[Any, ...]:
    shape = draw(CASES)
    return shape, draw(keys(shape)), draw(KINDS), draw(st.sampled_from(list(LAYOUTS)))


def outcome(function: Any) -> Any:
    """What the function returns, or the error it raises."""
    try:
        return function()
    except ERRORS as error:
        return error


def agree(actual: Any, expected: Any) -> None:
    if isinstance(expected, Exception):
        assert isinstance(actual, type(expected)), (actual, expected)
    else:
        assert not isinstance(actual, Exception), actual
        assert_same(actual, expected)


def check_reading(case: tuple[Any, ...]) -> None:
    shape, key, kind, layout = case
    x = np.arange(int(np.prod(shape))).reshape(shape)
    t = lt.asarray(x)
    if shape:
        x, t = LAYOUTS[layout](x), LAYOUTS[layout](t)
    agree(outcome(lambda: t[told(key, kind)].wait()), outcome(lambda: x[key]))


def test_random_reads(tier: str) -> None:
    hypothesis.settings(max_examples=MAX_EXAMPLES[tier])(hypothesis.given(reads())(check_reading))()


@st.composite
def writes(draw: Any) -> tuple[Any, ...]:
    shape, key, kind, layout = draw(reads())
    lead = draw(st.integers(0, 5))
    return shape, key, kind, layout, lead, draw(st.sampled_from(["scalar", "whole", "one", "tail", "wrong", "leading"]))


def check_writing(case: tuple[Any, ...]) -> None:
    shape, key, kind, layout, seed, how = case
    x = np.arange(int(np.prod(shape))).reshape(shape)
    t = lt.asarray(x)
    shown, view = (LAYOUTS[layout](x), LAYOUTS[layout](t)) if shape else (x, t)
    target = outcome(lambda: np.shape(shown[key]))
    lengths = (2,) if isinstance(target, Exception) else target
    lengths = {
        "scalar": (), "whole": lengths, "one": (1,) * len(lengths), "tail": lengths[1:], "wrong": (*lengths, 2), "leading": (1, *lengths),
    }[how]  # fmt: skip
    value: Any = sample("int64", lengths, seed) if how != "scalar" else seed
    repeated = _repeats(shown, key)

    def ours() -> Any:
        view[told(key, kind)] = lt.asarray(value) if how == "whole" else value
        return t.wait()

    def theirs() -> Any:
        shown[key] = value
        return x

    expected = outcome(theirs)
    actual = outcome(ours)
    if repeated and how != "scalar" and not isinstance(expected, Exception):
        assert not isinstance(actual, Exception)
    elif isinstance(expected, Exception) and 0 in shape and view is not t:
        pass  # nothing is recorded for a view without elements, so that nothing finds what is seen only then
    elif isinstance(expected, Exception):
        # With two mistakes, in the key and in the value, either may be told of.
        assert isinstance(actual, Exception), (actual, expected)
    else:
        agree(actual, expected)


def _repeats(x: Any, key: Any) -> bool:
    """Does the key name an element twice, so that which value stays is not defined?"""
    places = outcome(lambda: np.asarray(np.arange(x.size).reshape(x.shape)[key]).ravel().tolist())
    return not isinstance(places, Exception) and len(set(places)) < len(places)


def test_random_writes(tier: str) -> None:
    hypothesis.settings(max_examples=MAX_EXAMPLES[tier])(hypothesis.given(writes())(check_writing))()

"""Functions take NumPy's arguments, by position and by name: NumPy's own functions pass them on as they are."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import lazytensor as lt

MODULES = {"": (np, lt), "linalg.": (np.linalg, lt.linalg), "fft.": (np.fft, lt.fft)}
# What NumPy does not dispatch on.
OTHERS = """
arange array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray bartlett blackman broadcast_shapes diag_indices
empty eye format_float_positional format_float_scientific frombuffer fromfunction fromiter full geomspace hamming hanning identity
in1d indices isfortran kaiser mask_indices ones require row_stack trapz tri tril_indices triu_indices zeros
"""
NAMES = [name for name in OTHERS.split() if name in np.__all__] + [  # row_stack ends with NumPy 2.4
    prefix + name
    for prefix, (theirs, ours) in MODULES.items()
    for name in sorted(ours.__all__)
    if type(getattr(theirs, name, None)).__name__ == "_ArrayFunctionDispatcher"
]
# Defaults that mean the same, or that docs/differences.md tells of.
DEFAULTS = {(name, "dtype") for name in ("eye", "frombuffer", "fromfunction", "indices", "tri")}
DEFAULTS |= {(name, "allow_pickle") for name in ("save", "savez", "savez_compressed")}
DEFAULTS |= {("where", "x"), ("where", "y"), ("array", "ndmax")}
# What may be left out here: the axis of `expand_dims`, and the first bound of `arange(stop=3)`, which NumPy's takes as well.
OPTIONAL = {"expand_dims", "arange"}
# The names of one argument in two standards: `min` and `a_min`. Their keywords are tested with the functions.
OTHERWISE = {"clip", "einsum"}


@pytest.mark.versions
@pytest.mark.newest
@pytest.mark.parametrize("name", sorted(set(NAMES) - OTHERWISE))
def test_numpys_signature_is_accepted(name: str) -> None:
    prefix, _, last = name.rpartition(".")
    theirs, ours = (inspect.signature(getattr(module, last)).parameters for module in MODULES[prefix and prefix + "."])
    open_ended = any(item.kind is item.VAR_KEYWORD for item in ours.values())
    positional = [item for item in theirs.values() if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]
    for place, item in enumerate(positional):
        found = list(ours.values())[place]
        assert found.kind in (found.POSITIONAL_ONLY, found.POSITIONAL_OR_KEYWORD)
        if item.kind is item.POSITIONAL_OR_KEYWORD:
            assert found.name == item.name
            assert found.kind is found.POSITIONAL_OR_KEYWORD
        assert (found.default is found.empty) == (item.default is item.empty) or name in OPTIONAL
        if (name, item.name) not in DEFAULTS and item.default not in (item.empty, np._NoValue):
            assert found.default == item.default
    for item in theirs.values():
        if item.kind is item.KEYWORD_ONLY:
            assert item.name in ours or open_ended
            if item.name in ours and (name, item.name) not in DEFAULTS and item.default is not np._NoValue:
                assert ours[item.name].default == item.default
        elif item.kind in (item.VAR_POSITIONAL, item.VAR_KEYWORD):
            assert ours[item.name].kind is item.kind


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lt.zeros(3, like=np.zeros(1)), "zeros: like must be None, got ndarray"),
        (lambda: lt.array([1], subok=True), "array: subok must be False"),
        (lambda: lt.broadcast_to(1, (2,), subok=True), "broadcast_to: subok must be False"),
        (lambda: lt.ones(3, order="Q"), "ones: order must be one of 'C', 'F', got 'Q'"),
        (lambda: lt.reshape([1], (1,), order="K"), "reshape: order must be one of 'C', 'F', 'A', got 'K'"),
        (lambda: lt.array([[1]], ndmax=1), "array: setting an array element with a sequence"),
    ],
)
def test_keywords_of_one_meaning(call: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()  # type: ignore[operator]


def test_memory_orders_are_accepted() -> None:
    for order in ("C", "F", "A", "K", "f"):
        assert lt.array([1, 2], order=order).tolist() == [1, 2]
        assert lt.zeros_like(lt.ones(2), None, order, False).tolist() == [0, 0]
        assert lt.copy(lt.ones(2), order).tolist() == [1, 1]
    for order in ("C", "F", "c", "f"):
        assert lt.full((2,), 3, None, order).tolist() == [3, 3]
        assert lt.eye(2, order=order).tolist() == [[1, 0], [0, 1]]
    assert lt.asarray([1], None, None).tolist() == [1]

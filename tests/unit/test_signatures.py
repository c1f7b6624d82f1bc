"""Functions of shapes, joining and creation take NumPy's arguments, by position and by name."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import lazytensor as lt

FUNCTIONS = """
append arange array array2string array_repr array_split array_str asanyarray asarray asarray_chkfinite ascontiguousarray
asfortranarray atleast_1d atleast_2d atleast_3d block broadcast_arrays broadcast_shapes broadcast_to column_stack concat
concatenate copy copyto delete diag diag_indices diag_indices_from diagflat dsplit dstack empty empty_like expand_dims eye
fill_diagonal flip fliplr flipud frombuffer fromfunction fromiter full full_like geomspace hsplit hstack identity indices
insert ix_ linspace logspace mask_indices matrix_transpose meshgrid moveaxis ndim ones ones_like pad permute_dims ravel
ravel_multi_index repeat require reshape resize roll rollaxis rot90 shape size split squeeze stack swapaxes tile transpose
tri tril tril_indices tril_indices_from trim_zeros triu triu_indices triu_indices_from unravel_index unstack vander vsplit
vstack zeros zeros_like
"""
NAMES = FUNCTIONS.split()
# NumPy writes what it computes itself as None.
DEFAULTS = {(name, "dtype") for name in ("eye", "frombuffer", "fromfunction", "indices", "tri")}


@pytest.mark.parametrize("name", NAMES)
def test_numpys_signature_is_accepted(name: str) -> None:
    theirs = inspect.signature(getattr(np, name)).parameters
    ours = inspect.signature(getattr(lt, name)).parameters
    open_ended = any(item.kind is item.VAR_KEYWORD for item in ours.values())
    positional = [item for item in theirs.values() if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]
    for place, item in enumerate(positional):
        found = list(ours.values())[place]
        assert found.kind in (found.POSITIONAL_ONLY, found.POSITIONAL_OR_KEYWORD)
        if item.kind is item.POSITIONAL_OR_KEYWORD:
            assert found.name == item.name
            assert found.kind is found.POSITIONAL_OR_KEYWORD
        assert (found.default is found.empty) == (item.default is item.empty) or name == "expand_dims"
        if (name, item.name) not in DEFAULTS and item.default is not item.empty:
            assert found.default == item.default
    for item in theirs.values():
        if item.kind is item.KEYWORD_ONLY:
            assert item.name in ours or open_ended
            if item.name in ours and (name, item.name) not in DEFAULTS:
                assert ours[item.name].default == item.default
        elif item.kind in (item.VAR_POSITIONAL, item.VAR_KEYWORD):
            assert ours[item.name].kind is item.kind


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lt.zeros(3, like=np.zeros(1)), "zeros: like must be None, got ndarray"),
        (lambda: lt.array([1], subok=True), "array: subok must be False"),
        (lambda: lt.broadcast_to(1, (2,), subok=True), "broadcast_to: subok must be False"),
        (lambda: lt.ones(3, order="Q"), "ones: order must be one of 'C', 'F', 'A', 'K', got 'Q'"),
        (lambda: lt.reshape([1], (1,), order="K"), "reshape: order must be one of 'C', 'F', 'A', got 'K'"),
        (lambda: lt.array([1], ndmax=3), "array: ndmax must be 0"),
    ],
)
def test_keywords_of_one_meaning(call: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()  # type: ignore[operator]


def test_memory_orders_are_accepted() -> None:
    for order in ("C", "F", "A", "K", "f"):
        assert lt.array([1, 2], order=order).tolist() == [1, 2]
        assert lt.full((2,), 3, None, order).tolist() == [3, 3]
        assert lt.zeros_like(lt.ones(2), None, order, False).tolist() == [0, 0]
        assert lt.copy(lt.ones(2), order).tolist() == [1, 1]
        assert lt.eye(2, order=order).tolist() == [[1, 0], [0, 1]]
    assert lt.asarray([1], None, None).tolist() == [1]

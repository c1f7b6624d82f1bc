"""Numbers as text, and small names that NumPy shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import assert_same

import lazytensor as lt


@pytest.mark.parametrize("name", ["format_float_positional", "format_float_scientific"])
@pytest.mark.parametrize("options", [{}, {"precision": 3}, {"unique": False, "precision": 8}, {"trim": "-", "sign": True}])
def test_numbers_as_text(name: str, options: dict[str, Any]) -> None:
    for number in (np.float32(0.1), np.float64(0.1), np.float64(-12345.678), np.float64(np.nan)):
        expected = getattr(np, name)(number, **options)
        assert getattr(lt, name)(lt.asarray(number), **options) == expected
        assert getattr(lt, name)(number, **options) == expected
    assert getattr(lt, name).waits


def test_iterable() -> None:
    for item, answer in [(lt.ones(2), True), (lt.sum(lt.ones(2)), False), ([1], True), (3, False)]:
        assert lt.iterable(item) is answer


@pytest.mark.versions
def test_names_that_some_supported_numpy_has_not() -> None:
    x, y = np.arange(3), np.ones((2, 3))
    assert_same(lt.row_stack([lt.asarray(x), y]), np.vstack([x, y]))
    assert_same(lt.trapz(lt.asarray(y), [1, 2, 4], axis=1), np.trapezoid(y, [1, 2, 4], axis=1))
    assert_same(lt.in1d(lt.asarray(y), [1, 2]), np.isin(y, [1, 2]).ravel())
    assert_same(lt.in1d(2, x, invert=True), np.isin([2], x, invert=True))
    assert lt.asarray(y).tostring() == y.tobytes()
    for name in ("row_stack", "in1d", "trapz", "fix"):
        assert name in lt.__all__

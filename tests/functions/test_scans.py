"""Running sums and products that are large enough to be shared between threads."""

from __future__ import annotations

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.compiler.order import SCAN_BLOCK


@pytest.mark.parametrize("initial", [False, True])
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((3 * SCAN_BLOCK + 7,), 0), ((SCAN_BLOCK,), 0), ((300, 700), 0), ((300, 700), 1), ((40, 50, 60), 1), ((40, 50, 60), 2)],
)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32"])
def test_large_scans(shape: tuple[int, ...], axis: int, dtype: str, initial: bool) -> None:
    values = np.random.default_rng(0).integers(-9, 9, shape).astype(dtype)
    x = lt.asarray(values)
    expected = np.cumulative_sum(values, axis=axis, include_initial=initial)
    found = lt.cumulative_sum(x, axis=axis, include_initial=initial).numpy()
    assert found.dtype == expected.dtype
    # Sums of small integers are exact in every order.
    np.testing.assert_array_equal(found, expected)


def test_bits_do_not_depend_on_threads() -> None:
    x = lt.random.default_rng(1).normal(size=4 * SCAN_BLOCK + 1).wait()
    with lt.config.override(threads=1):
        alone = lt.cumsum(x).numpy()
    with lt.config.override(threads=3):
        shared = lt.cumsum(x).numpy()
    np.testing.assert_array_equal(alone, shared)


def test_a_scan_of_a_reversed_view() -> None:
    values = np.arange(2.0 * SCAN_BLOCK)
    x = lt.asarray(values)
    np.testing.assert_array_equal(lt.cumsum(x[::-1]).numpy(), np.cumsum(values[::-1]))

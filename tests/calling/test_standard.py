"""Values that the array API asks for and NumPy does not give: https://data-apis.org/array-api/latest/, "Special cases"."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

INF, NAN = math.inf, math.nan


def same(found: complex, wanted: complex) -> bool:
    def part(a: float, b: float) -> bool:
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))

    return part(found.real, wanted.real) and part(found.imag, wanted.imag)


@pytest.mark.parametrize(
    ("x", "y", "wanted"),
    [
        (INF, 2.0, INF), (INF, -2.0, -INF), (-INF, 2.0, -INF), (-INF, -2.0, INF), (2.0, -INF, -0.0), (-2.0, INF, -0.0),
        (2.0, INF, 0.0), (-2.0, -INF, 0.0), (0.0, -INF, -0.0), (INF, INF, NAN), (NAN, INF, NAN), (7.0, -2.0, -4.0), (1.0, 0.0, INF),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floor_divide(x: float, y: float, wanted: float, dtype: str, tier: str) -> None:
    a, b = lt.full(5, x, dtype=dtype), lt.full(5, y, dtype=dtype)
    for found in (a // b, a // y, x // b, lt.floor_divide(a, b)):
        assert found.dtype == dtype
        assert all(same(item, wanted) for item in found.tolist())
    a = lt.copy(a)
    a //= b
    assert same(a[0].item(), wanted)


def conjugates(function: Any, z: complex, wanted: complex, dtype: str) -> None:
    for value, result in ((z, wanted), (z.conjugate(), wanted.conjugate())):
        found = function(lt.asarray([value] * 3, dtype=dtype)).tolist()
        assert all(same(item, result) for item in found), (value, found, result)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_expm1(dtype: str, tier: str) -> None:
    for z, wanted in [
        (complex(0, 0), 0j), (complex(-0.0, 0), 0j), (complex(INF, 0), complex(INF, 0)), (complex(NAN, 0), complex(NAN, 0)),
        (complex(-INF, 1), complex(-1, 0)), (complex(-INF, 2), complex(-1, 0)), (complex(-INF, 4), complex(-1, -0.0)),
        (complex(INF, 1), complex(INF, INF)), (complex(INF, 2), complex(-INF, INF)), (complex(2, 0), complex(math.expm1(2), 0)),
    ]:  # fmt: skip
        with np.errstate(all="ignore"):
            rounded = complex(np.asarray(wanted, dtype=dtype))
        conjugates(lt.expm1, z, rounded, dtype)
    # The signs of these zeros and infinities are not specified.
    found = lt.expm1(
        lt.asarray([complex(-INF, INF), complex(-INF, NAN), complex(INF, INF), complex(INF, NAN)], dtype=dtype)
    ).numpy()
    assert found[:2].real.tolist() == [-1, -1]
    assert found[:2].imag.tolist() == [0, 0]
    assert np.isinf(found[2:].real).all()
    assert np.isnan(found[2:].imag).all()
    assert all(np.isnan(part) for z in (complex(NAN, 1), complex(1, INF), complex(1, NAN)) for part in _parts(lt.expm1, z, dtype))


def _parts(function: Any, z: complex, dtype: str) -> tuple[float, float]:
    found = function(lt.asarray([z], dtype=dtype))[0].item()
    return found.real, found.imag


def test_expm1_does_not_cancel() -> None:
    z = np.asarray([1e-10 + 1e-9j, -1e-12 + 1e-6j, 1e-300 + 1e-5j])
    # The series: z + z**2 / 2 + z**3 / 6, whose next term is below the last place.
    wanted = z + z * z / 2 + z * z * z / 6
    np.testing.assert_allclose(lt.expm1(z).numpy().real, wanted.real, rtol=1e-9)
    np.testing.assert_allclose(lt.expm1(z).numpy().imag, wanted.imag, rtol=1e-15)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_tanh_at_infinity(dtype: str, tier: str) -> None:
    for y in (0.5, 1.0, 2.0, 4.0, INF):
        conjugates(lt.tanh, complex(INF, y), complex(1, 0), dtype)
        conjugates(lt.tanh, complex(-INF, y), complex(-1, 0), dtype)
    assert _parts(lt.tanh, complex(INF, NAN), dtype) == (1, 0)

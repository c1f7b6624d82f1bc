"""Operands drawn from the rows' domains, and comparisons by units in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.ops.row import Domain, Op

Array = np.ndarray[Any, Any]
DTYPES = [np.dtype(code) for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16")]


def draw(domain: Domain, dtype: np.dtype[Any], shape: tuple[int, ...], seed: int) -> Array:
    """Values of a domain: its special values and the dtype's extremes among random ones."""
    random = np.random.default_rng(seed)
    size = int(np.prod(shape))
    low, high = domain.low, domain.high
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = random.integers(int(max(low, limits.min)), int(min(high, limits.max)) + 1, size).astype(dtype)
        specials = [int(item) for item in domain.specials if np.isfinite(item) and limits.min <= item <= limits.max]
        if (low, high) == (Domain.low, Domain.high):
            specials += [limits.min, limits.max, limits.max // 2 + 1]
        places = random.permutation(size)[: len(specials)]
        values[places] = np.array(specials, dtype)[: len(places)]
        return values.reshape(shape)
    real = dtype if dtype.kind == "f" else np.dtype(f"f{dtype.itemsize // 2}")

    def part() -> Array:
        values = random.uniform(low, high, size).astype(real)
        few = random.integers(0, 4, size) == 0
        values[few] = values[few].round()
        places = random.permutation(size)[: size // 5]
        values[places] = np.resize(np.array(domain.specials, real), len(places)) if domain.specials else 0
        return values

    if dtype.kind == "f":
        return part().reshape(shape)
    made = np.empty(size, dtype)
    made.real, made.imag = part(), part()
    return made.reshape(shape)


def operand_domains(row: Op, dtype: np.dtype[Any]) -> tuple[Domain, ...]:
    """The domains of a row's operands; integers have no negative powers."""
    domains = row.domain if row.arity == len(row.domain) else row.domain * row.arity
    if row.name == "pow" and dtype.kind == "i":
        return (domains[0], Domain(0, 8, (0.0, 1.0)))
    return domains


def assert_within(found: Any, expected: Any, ulp: float, what: str, size: Any = None) -> None:
    """Equal bits (any NaN for a NaN) at ulp 0, else within so many units in the last place, of complex numbers in that of the norm."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.dtype == expected.dtype, f"{what}: dtype {found.dtype}, NumPy has {expected.dtype}"
    assert found.shape == expected.shape, f"{what}: shape {found.shape}, NumPy has {expected.shape}"
    if expected.dtype.kind == "c":
        with np.errstate(all="ignore"):
            size = np.abs(expected) if size is None else size
        assert_within(found.real, expected.real, ulp, what, size)
        assert_within(found.imag, expected.imag, ulp, what, size)
        return
    if expected.dtype.kind != "f":
        np.testing.assert_array_equal(found, expected, err_msg=what)
        return
    same = (found == expected) & (np.signbit(found) == np.signbit(expected)) | (np.isnan(found) & np.isnan(expected))
    if ulp:
        with np.errstate(all="ignore"):
            near = np.fmax(np.abs(expected) if size is None else size, np.finfo(expected.dtype).tiny).astype(expected.dtype)
            same |= np.abs(found - expected) <= ulp * np.spacing(near)
    if not same.all():
        place = tuple(int(axis[0]) for axis in np.nonzero(~same))
        raise AssertionError(f"{what}: {found[place]!r} at {place}, NumPy has {expected[place]!r}; {(~same).sum()} differ")

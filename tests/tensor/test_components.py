"""`t.real` and `t.imag`: views of the parts of a complex tensor, against NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_parts_show_and_take_what_is_written(tier: str, layout: str, dtype: str) -> None:
    z, t = sample(dtype, (3, 4)), lt.asarray(sample(dtype, (3, 4)))
    x, u = LAYOUTS[layout](z), LAYOUTS[layout](t)
    for name in ("real", "imag"):
        part, mine = getattr(x, name), getattr(u, name)
        assert_same(mine, part)
        for where, value in ((0, 5), ((..., 0), [7.0]), (slice(None, None, 2), -1)):
            part[where] = value
            mine[where] = value
            assert_same(u, x)
            assert_same(t, z)
        z[1] = 1 - 2j
        t[1] = 1 - 2j
        assert_same(mine, part)
        part *= 2
        mine *= 2
        assert_same(t, z)
        assert_same(mine[..., 1:] + 1, part[..., 1:] + 1)
    x.real = 3
    u.real = 3
    x.imag -= 1
    u.imag -= 1
    x.imag[x.imag > 0] = 0
    u.imag[u.imag > 0] = 0
    u.real += u.imag
    x.real += x.imag
    assert_same(t, z)
    np.add(x.real, 1, out=x.imag)
    np.add(u.real, 1, out=u.imag)
    assert_same(t, z)


def test_views_of_parts_alias_too() -> None:
    z, t = np.zeros(4, complex), lt.zeros(4, dtype=complex)
    for x in (z, t):
        x.real[1:][::2] = [1, 2]
        x.imag.reshape(2, 2)[1] = 5
    assert_same(t, z)


def test_parts_of_real_tensors() -> None:
    t = lt.ones(3)
    t.real[0] = 5
    t.real = t.real + 1
    assert t.tolist() == [6, 2, 2]
    assert t.imag.tolist() == [0, 0, 0]
    assert lt.asarray([1, 2]).imag.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        t.imag[0] = 1
    with pytest.raises(TypeError, match="no imaginary part"):
        t.imag = 1


def test_parts_of_scalars_are_scalars() -> None:
    s = lt.asarray([1 + 2j, 3]).sum()
    assert (s.real.item(), s.imag.item()) == (4, 2)
    part: Any = s.real
    part += 1
    assert s.item() == 4 + 2j
    z = lt.zeros((), dtype=complex)
    z.imag = 2
    assert z.item() == 2j


@pytest.mark.recorded
def test_a_part_that_is_read_twice_is_computed_once_and_fused() -> None:
    part = (lt.asarray([1 + 2j, 3]) * 2).real
    assert len(lt.explain(part + part * 2).kernels) == 1
    z = lt.asarray([1 + 2j, 3])
    assert np.shares_memory(z.real.numpy(), z.numpy())


@pytest.mark.recorded
def test_waiting_for_a_part_computes_the_tensor() -> None:
    z = lt.asarray([1 + 2j, 3]) * 2
    part = z[::-1].imag
    assert not part.is_ready()
    part.wait()
    assert part.is_ready()
    assert z.is_ready()
    assert part.tolist() == [0, 4]


def test_views_of_the_memory_that_show_both_parts() -> None:
    z, t = np.array([1 + 2j, 3 + 4j]), lt.asarray([1 + 2j, 3 + 4j])
    for x, library in ((z, np), (t, lt)):
        both = library.lib.stride_tricks.as_strided(x.real, (2, 2), (16, 8))
        both[:, 1] += 10
        both[0] *= 2
    assert_same(t, z)


def test_conjugates_of_real_tensors_are_themselves(tier: str) -> None:
    """The method's; the function copies."""
    for xp in (np, lt):
        x, z = xp.arange(3.0), xp.arange(3) + 0j
        x.conj()[0] = x.conjugate()[1] = 9
        xp.conj(x)[2] = z.conj()[0] = 9
        np.testing.assert_array_equal(np.asarray(x), [9, 9, 2])
        np.testing.assert_array_equal(np.asarray(z), [0, 1, 2])

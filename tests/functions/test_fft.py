"""The namespace `lt.fft` against NumPy's."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, LAYOUTS, assert_same, sample

import lazytensor as lt

ONE = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
SEVERAL = ["fftn", "ifftn", "rfftn", "irfftn"]
TWO = ["fft2", "ifft2", "rfft2", "irfft2"]
REAL = ("rfft", "ihfft", "rfftn", "rfft2")


def both(name: str) -> tuple[Any, Any]:
    return getattr(lt.fft, name), getattr(np.fft, name)


def test_every_name_is_here_with_numpys_parameters() -> None:
    assert set(lt.fft.__all__) == set(np.fft.__all__)
    for name in np.fft.__all__:
        ours, theirs = (inspect.signature(function).parameters for function in both(name))
        assert [key for key in ours if key != "dtype"] == list(theirs)
        for key in theirs:
            assert ours[key].default == theirs[key].default
    with pytest.raises(AttributeError, match="the nearest there is: rfftfreq"):
        lt.fft.rftfreq  # noqa: B018


@pytest.mark.parametrize("name", ONE)
def test_one_axis(tier: str, name: str) -> None:
    ours, numpys = both(name)
    for dtype in ("float32", "complex128") if tier == "compile" else DTYPES:
        if name in REAL and dtype.startswith("complex"):
            with pytest.raises(TypeError, match="rfft"):
                ours(lt.zeros(4, dtype=dtype))
            continue
        for shape in ((5,), (3, 4), (2, 3, 4), (0, 3)):
            x = sample(dtype, shape)
            assert_same(ours(lt.asarray(x)), numpys(x), 8, 20)


@pytest.mark.parametrize("name", ONE)
def test_points_axis_and_norm(tier: str, name: str) -> None:
    ours, numpys = both(name)
    x = sample("float32", (4, 3, 5))
    t = lt.asarray(x)
    for norm in (None, "backward", "ortho", "forward"):
        for n in (None, 1, 2, 4, 7):
            for axis in (0, 1, -1):
                assert_same(ours(t, n, axis, norm), numpys(x, n, axis, norm), 8, 40)
    for change in LAYOUTS.values():
        assert_same(ours(change(t), axis=0, n=3), numpys(change(x), axis=0, n=3), 8, 40)
    expected = numpys(x)
    out = lt.zeros(expected.shape, dtype=expected.dtype)
    assert ours(t, out=out) is out
    assert_same(out, expected, 8, 20)


@pytest.mark.parametrize("name", [*SEVERAL, *TWO])
def test_several_axes(tier: str, name: str) -> None:
    ours, numpys = both(name)
    for dtype in ("int8", "float32", "float64", "complex64"):
        if name in REAL and dtype.startswith("complex"):
            continue
        x = sample(dtype, (4, 3, 5))
        t = lt.asarray(x)
        assert_same(ours(t), numpys(x), 8, 200)
        for keywords in (
            {"norm": "ortho"},
            {"s": (3, 4), "axes": (0, 1)},
            {"s": (-1, 6), "axes": (-1, 0)},
            {"s": [2], "axes": [2]},
            {"axes": (2, 0), "norm": "forward"},
            {"axes": (1,)},
        ):
            assert_same(ours(t, **keywords), numpys(x, **keywords), 8, 200)
        expected = numpys(x)
        out = lt.zeros(expected.shape, dtype=expected.dtype)
        assert ours(t, out=out) is out
        assert_same(out, expected, 8, 200)
        # The last axes, of which NumPy warns.
        assert_same(ours(t, (2, 3), None), numpys(x, (2, 3), (1, 2)), 8, 200)


def test_many_transforms(tier: str) -> None:
    # Large enough to be shared between threads, along either axis.
    x = sample("float32", (600, 256))
    for name in ("fft", "ifft", "rfft", "irfft"):
        ours, numpys = both(name)
        for axis in (0, 1):
            assert_same(ours(lt.asarray(x), axis=axis), numpys(x, axis=axis), 8, 200)
        assert_same(ours(lt.asarray(x).T, 100), numpys(x.T, 100), 8, 200)
        assert_same(ours(lt.asarray(x).ravel()), numpys(x.ravel()), 8, 5000)
    stack = sample("complex64", (2, 300, 40))
    assert_same(lt.fft.fftn(lt.asarray(stack)), np.fft.fftn(stack), 8, 5000)
    with lt.config.override(threads=1):
        alone = lt.fft.fft(lt.asarray(x)).numpy()
    np.testing.assert_array_equal(lt.fft.fft(lt.asarray(x)).numpy(), alone)


def test_inverses(tier: str) -> None:
    x = lt.asarray(sample("float64", (3, 8, 5)))
    for there, back in (("fft", "ifft"), ("fft2", "ifft2"), ("fftn", "ifftn")):
        assert lt.allclose(getattr(lt.fft, back)(getattr(lt.fft, there)(x)), x)
    assert lt.allclose(lt.fft.irfft(lt.fft.rfft(x), 5), x)
    assert lt.allclose(lt.fft.irfftn(lt.fft.rfftn(x), x.shape, (0, 1, 2)), x)


def test_transforms_join_what_is_around_them(tier: str) -> None:
    x = sample("float32", (6, 10))
    found = lt.abs(lt.fft.rfft(lt.asarray(x) * 2 + 1)).sum(axis=0)
    assert_same(found, np.abs(np.fft.rfft(x * 2 + 1)).sum(axis=0), 8, 100)


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_frequencies(tier: str, count: int) -> None:
    for spacing in (1.0, 0.1, 3):
        assert_same(lt.fft.fftfreq(count, spacing), np.fft.fftfreq(count, spacing))
        assert_same(lt.fft.rfftfreq(count, d=spacing), np.fft.rfftfreq(count, d=spacing))
        narrow = lt.fft.fftfreq(np.int32(count), spacing, dtype=lt.float32)
        assert_same(narrow, np.fft.fftfreq(count, spacing).astype(np.float32))
        assert_same(lt.fft.rfftfreq(count, spacing, dtype="f4"), np.fft.rfftfreq(count, spacing).astype(np.float32))
    for name in ("fftfreq", "rfftfreq"):
        assert str(getattr(lt.fft, name)(count, device="cpu:0").device) == "cpu:0"


def test_shifts(tier: str) -> None:
    for name in ("fftshift", "ifftshift"):
        ours, numpys = both(name)
        for shape in ((5,), (4, 3), (2, 0)):
            x = sample("int32", shape)
            assert_same(ours(lt.asarray(x)), numpys(x))
        assert_same(ours(7), np.asarray(7))
        for axes in (0, -1, (0,), (1, 0), [0, 1], ()):
            x = sample("float32", (4, 3))
            assert_same(ours(lt.asarray(x), axes), numpys(x, axes))


def test_errors() -> None:
    x = lt.zeros((3, 4))
    for call, error, match in [
        (lambda: lt.fft.fft(x, 0), ValueError, "point"),
        (lambda: lt.fft.fft(lt.zeros((3, 0))), ValueError, "point"),
        (lambda: lt.fft.irfft(lt.zeros((3, 1))), ValueError, "point"),
        (lambda: lt.fft.fft(x, axis=2), np.exceptions.AxisError, "fft"),
        (lambda: lt.fft.fft(lt.zeros(())), np.exceptions.AxisError, "fft"),
        (lambda: lt.fft.fft(x, 2.5), TypeError, "integer"),
        (lambda: lt.fft.fft(x, norm="unit"), ValueError, "norm"),
        (lambda: lt.fft.ihfft(x, norm="unit"), ValueError, "norm"),
        (lambda: lt.fft.fftn(x, (2,), (0, 1)), ValueError, "s and axes"),
        (lambda: lt.fft.rfft2(lt.zeros(3)), np.exceptions.AxisError, "rfft2"),
        (lambda: lt.fft.rfftn(lt.zeros(())), IndexError, "axis"),
        (lambda: lt.fft.irfftn(lt.zeros(())), IndexError, "axis"),
        (lambda: lt.fft.fft(x, out=lt.zeros((3, 5), dtype=lt.complex128)), ValueError, "fft"),
        (lambda: lt.fft.fft(x, out=lt.zeros((3, 4))), TypeError, "complex"),
        (lambda: lt.fft.fftfreq(2.5), ValueError, "integer"),
        (lambda: lt.fft.rfftfreq(4, dtype=lt.complex64), TypeError, "float32"),
        (lambda: lt.fft.fftshift(x, 2), np.exceptions.AxisError, "shift"),
    ]:
        with pytest.raises(error, match=match):
            call()

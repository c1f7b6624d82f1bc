"""array-api-compat, array-api-extra and array-api-strict, the libraries that others are written with."""

from __future__ import annotations

from typing import Any

import array_api_compat as compat
import array_api_extra as extra
import array_api_strict as strict
import numpy as np
import pytest
from twins import Call, assert_pending, assert_twins, leaves

import lazytensor as lt

RNG = np.random.default_rng(0)
M = RNG.normal(size=(4, 5))
GAPS = M.copy()
GAPS[0, 1] = np.nan
WHOLE = np.array([3, 1, 2, 3])


def test_compat_knows_a_tensor() -> None:
    t = lt.asarray(M)
    assert compat.array_namespace(t, 1.0, t) is lt
    assert compat.is_array_api_obj(t)
    assert compat.is_writeable_array(t)
    assert not compat.is_lazy_array(t)
    assert compat.size(t) == 20
    assert compat.device(t) == t.device
    assert isinstance(compat.to_device(t, compat.device(t)), lt.Tensor)
    assert isinstance(compat.to_device(t, "cpu:0"), lt.Tensor)
    others = {name for name in dir(compat) if name.startswith("is_") and name.endswith("_array")} - {
        "is_writeable_array",
        "is_lazy_array",
    }
    assert others
    assert not any(getattr(compat, name)(t) for name in others)
    namespaces = [name for name in dir(compat) if name.startswith("is_") and name.endswith("_namespace")]
    assert not any(getattr(compat, name)(lt) for name in namespaces)


def test_compat_does_not_mix_libraries() -> None:
    with pytest.raises(TypeError, match="Multiple namespaces"):
        compat.array_namespace(lt.asarray(M), M)


def test_whether_it_is_lazy_is_found_out_by_waiting() -> None:
    """compat calls the libraries lazy that it knows; of others it asks for a value."""
    t = lt.asarray(M) * 1
    assert not compat.is_lazy_array(t)
    assert compat.array_namespace(t) is lt


def at(c: Any) -> Any:
    return extra.at(c(M.copy()))


EXTRA: dict[str, Call] = {
    "angle": lambda c: extra.angle(c(M + 1j)),
    "apply_where": lambda c: extra.apply_where(c(M) > 0, c(M), lambda v: v**2, lambda v: -v),
    "apply_where fill": lambda c: extra.apply_where(c(M) > 0, (c(M), c(M) * 2), lambda a, b: a + b, fill_value=0.0),
    "argpartition": lambda c: extra.argpartition(c(M), 2)[:, 2],
    "partition": lambda c: extra.partition(c(M), 2)[:, 2],
    "at mask": lambda c: extra.at(c(M), c(M) > 0).set(0.0, copy=True),
    "at 0d": lambda c: extra.at(c(np.asarray(3.0)), ()).set(1.0),
    "atleast_nd": lambda c: extra.atleast_nd(c(WHOLE), ndim=3),
    "broadcast_shapes": lambda c: extra.broadcast_shapes(c(M).shape, (5,)),
    "cov": lambda c: extra.cov(c(M)),
    "create_diagonal": lambda c: extra.create_diagonal(c(M[0]), offset=1),
    "default_dtype": lambda c: str(extra.default_dtype(c(M).__array_namespace__())),
    "deg2rad": lambda c: extra.deg2rad(c(M)),
    "diag_indices": lambda c: extra.diag_indices(3, xp=c(M).__array_namespace__()),
    "expand_dims": lambda c: extra.expand_dims(c(M), axis=(0, 2)),
    "isclose": lambda c: extra.isclose(c(M), c(GAPS), equal_nan=True),
    "isin": lambda c: extra.isin(c(WHOLE), c(np.array([1, 3]))),
    "kron": lambda c: extra.kron(c(M), c(M[:2])),
    "lazy_apply": lambda c: extra.lazy_apply(np.cumsum, c(M), shape=(20,), dtype=c(M).dtype, as_numpy=True),
    "nan_to_num": lambda c: extra.nan_to_num(c(GAPS)),
    "nanmax": lambda c: extra.nanmax(c(GAPS), axis=0),
    "nanmean": lambda c: extra.nanmean(c(GAPS), axis=0),
    "nanmin": lambda c: extra.nanmin(c(GAPS)),
    "nansum": lambda c: extra.nansum(c(GAPS), axis=1),
    "nunique": lambda c: extra.nunique(c(WHOLE)),
    "one_hot": lambda c: extra.one_hot(c(WHOLE), 4),
    "pad": lambda c: extra.pad(c(M), ((1, 2), (0, 1)), constant_values=2.0),
    "rad2deg": lambda c: extra.rad2deg(c(M)),
    "searchsorted": lambda c: extra.searchsorted(c(np.sort(M[0])), c(M[1])),
    "setdiff1d": lambda c: extra.setdiff1d(c(WHOLE), c(np.array([1]))),
    "sinc": lambda c: extra.sinc(c(M)),
    "tril_indices": lambda c: extra.tril_indices(3, xp=c(M).__array_namespace__()),
    "triu_indices": lambda c: extra.triu_indices(3, offset=1, xp=c(M).__array_namespace__()),
    "union1d": lambda c: extra.union1d(c(WHOLE), c(np.array([7]))),
    "unravel_index": lambda c: extra.unravel_index(c(WHOLE), (2, 3)),
}
for _name in ("set", "add", "subtract", "multiply", "divide", "power", "min", "max"):
    EXTRA[f"at {_name}"] = lambda c, name=_name: getattr(at(c)[1:3], name)(2.0)


# `broadcast_shapes` and `expand_dims` are in the standard since 2025.12.
@pytest.mark.filterwarnings("ignore:`xpx.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", EXTRA)
def test_extra(name: str) -> None:
    with lt.config.override(strict=True):
        assert_twins(EXTRA[name])


def test_every_function_of_extra_is_covered() -> None:
    assert {name.split()[0] for name in EXTRA} | {"testing", "__version__"} >= set(extra.__all__)


@pytest.mark.parametrize("name", ["at add", "cov", "kron", "nanmean", "one_hot", "pad", "searchsorted", "sinc"])
@pytest.mark.recorded
def test_nothing_waits(name: str) -> None:
    assert_pending(EXTRA[name] if name != "one_hot" else lambda c: extra.one_hot(c(WHOLE), 4) * c(np.ones(4)))


def test_at_updates_in_place_but_no_scalar() -> None:
    """A 0-d result stands for a scalar, which nobody can write to; extra writes to what is no NumPy scalar."""
    t = lt.asarray(M)
    assert extra.at(t)[0].set(1.0) is t
    with pytest.raises(TypeError, match="stands for a scalar"):
        extra.at(t.sum(), ()).set(1.0)
    assert float(extra.at(t.sum(), ()).set(1.0, copy=True)) == 1


def test_extras_assertions() -> None:
    t = lt.asarray(M)
    extra.testing.assert_close(t * 1, lt.asarray(M))
    extra.testing.assert_equal(t, lt.asarray(M))
    extra.testing.assert_less(t, t + 1)
    with pytest.raises(AssertionError):
        extra.testing.assert_equal(t, t + 1)


def test_strict_arrays_both_ways() -> None:
    t = lt.asarray(M) * 2
    theirs = strict.from_dlpack(t)
    np.testing.assert_array_equal(np.from_dlpack(theirs), M * 2)
    assert [type(item) for item in leaves(lt.from_dlpack(strict.asarray(M)))] == [lt.Tensor]
    np.testing.assert_array_equal(lt.from_dlpack(strict.asarray(M)), M)

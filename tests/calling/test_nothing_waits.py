"""Functions of shapes, joining and creation do not wait for their arguments, but for those that are documented to."""

from __future__ import annotations

from typing import Any

import pytest

import lazytensor as lt

pytestmark = pytest.mark.recorded

LAZY: dict[str, Any] = {
    "append": lambda x: lt.append(x, x, axis=0),
    "array_split": lambda x: lt.array_split(x, 2),
    "asanyarray": lambda x: lt.asanyarray(x, "float32"),
    "ascontiguousarray": lt.ascontiguousarray,
    "asfortranarray": lt.asfortranarray,
    "atleast_3d": lt.atleast_3d,
    "block": lambda x: lt.block([[x, x], [x, x]]),
    "broadcast_arrays": lambda x: lt.broadcast_arrays(x, x[0]),
    "c_": lambda x: lt.c_[x, x],
    "column_stack": lambda x: lt.column_stack((x, x[0])),
    "concat": lambda x: lt.concat((x, x), out=lt.zeros((6, 3))),
    "copy": lt.copy,
    "copyto": lambda x: lt.copyto(lt.zeros((3, 3)), x, where=x > 1),
    "delete": lambda x: lt.delete(x, [0, 2], 1),
    "diag": lambda x: lt.diag(x[0]),
    "diag_indices_from": lt.diag_indices_from,
    "diagflat": lt.diagflat,
    "dstack": lambda x: lt.dstack((x, x)),
    "fill_diagonal": lambda x: lt.fill_diagonal(lt.zeros((3, 3)), x[0]),
    "flatten": lambda x: x.flatten("F"),
    "full": lambda x: lt.full((2, 3), x[0]),
    "full_like": lambda x: lt.full_like(x, x[0]),
    "geomspace": lambda x: lt.geomspace(x, x + 2, 3),
    "hsplit": lambda x: lt.hsplit(x, 3),
    "insert": lambda x: lt.insert(x, [0, 2], x[:2], axis=0),
    "ix_": lambda x: lt.ix_(lt.astype(x[0], lt.int64)),
    "linspace": lambda x: lt.linspace(x, 2, 5),
    "logspace": lambda x: lt.logspace(x, 2, 5, base=x[0]),
    "meshgrid": lambda x: lt.meshgrid(x[0], x[1]),
    "pad": lambda x: [
        lt.pad(x, 2, mode) for mode in ("constant", "edge", "linear_ramp", "mean", "median", "reflect", "symmetric", "wrap")
    ],
    "pad with a tensor": lambda x: lt.pad(x, 2, constant_values=x[0, 0]),
    "r_": lambda x: lt.r_[x[0], 0, x[1]],
    "ravel": lambda x: lt.ravel(x, "F"),
    "ravel_multi_index": lambda x: lt.ravel_multi_index(lt.astype(x[:2], lt.int64), (9, 9)),
    "repeat": lambda x: lt.repeat(x, [1, 2, 3], axis=0),
    "require": lambda x: lt.require(x[0], requirements="O"),
    "reshape": lambda x: lt.reshape(x, (9,), "F"),
    "resize": lambda x: lt.resize(x, (4, 4)),
    "roll": lambda x: lt.roll(x, 1),
    "rot90": lt.rot90,
    "shape": lambda x: (lt.shape(x), lt.size(x), lt.ndim(x)),
    "tile": lambda x: lt.tile(x, 2),
    "tril": lt.tril,
    "tril_indices_from": lt.tril_indices_from,
    "unravel_index": lambda x: lt.unravel_index(lt.astype(x, lt.int64), (9, 9)),
    "vander": lambda x: lt.vander(x[0]),
}


@pytest.mark.parametrize("name", LAZY)
def test_lazy(name: str) -> None:
    x = lt.ones((3, 3)) + 1
    LAZY[name](x)
    assert not x.is_ready()


WAITING: dict[str, Any] = {
    "array2string": lt.array2string,
    "array_repr": lt.array_repr,
    "array_str": lt.array_str,
    "asarray_chkfinite": lt.asarray_chkfinite,
    "mask_indices": lambda x: lt.mask_indices(3, lambda ones, k: x),
    "ndenumerate": lt.ndenumerate,
    "trim_zeros": lt.trim_zeros,
}


@pytest.mark.parametrize("name", WAITING)
def test_what_waits_is_marked(name: str) -> None:
    x = lt.ones((3, 3)) + 1
    WAITING[name](x)
    assert x.is_ready()
    function = getattr(lt, name)
    assert function.waits
    assert "Waits" in function.__doc__

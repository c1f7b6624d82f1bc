"""Functions of shapes, joining and creation stay on the device of their tensors, whatever the default is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lazytensor as lt


@pytest.fixture(autouse=True)
def _two() -> Iterator[None]:
    with lt.config.override(cpu_devices=2):
        yield


CALLS: dict[str, Any] = {
    "append": lambda x: lt.append(x, 3),
    "block": lambda x: lt.block([[x], [1, 2, 3]]),
    "c_": lambda x: lt.c_[x, [[1], [2]]],
    "concat": lambda x: lt.concat([x, [[1, 2, 3]]]),
    "delete": lambda x: lt.delete(x, [1]),
    "diag": lambda x: lt.diag(x[0]),
    "full_like": lambda x: lt.full_like(x, 3),
    "geomspace": lambda x: lt.geomspace(x[0] + 1, 9, 3),
    "insert": lambda x: lt.insert(x, [1, 2], 5),
    "insert one": lambda x: lt.insert(x, 1, 5),
    "ix_": lambda x: lt.ix_(lt.astype(x[0], lt.int64))[0],
    "linspace": lambda x: lt.linspace(x[0], 5, 3),
    "logspace": lambda x: lt.logspace(x, x, 3),
    "pad": lambda x: lt.pad(x, 1),
    "pad by pairs": lambda x: lt.pad(x, 1, constant_values=(1, 2)),
    "pad by ramps": lambda x: lt.pad(x, 1, "linear_ramp", end_values=3),
    "pad by reflection": lambda x: lt.pad(x, 1, "reflect"),
    "r_": lambda x: lt.r_[x[0], 1, 2:4, 0:1:3j],
    "ravel_multi_index": lambda x: lt.ravel_multi_index((lt.astype(x[0], lt.int64), [1, 1, 1]), (6, 6)),
    "resize": lambda x: lt.resize(x, (4, 4)),
    "triu": lambda x: lt.triu(x),
    "unravel_index": lambda x: lt.unravel_index(lt.astype(x, lt.int64), (3, 3))[0],
    "vander": lambda x: lt.vander(x[0]),
}


@pytest.mark.parametrize("name", CALLS)
def test_results_stay(name: str) -> None:
    x = lt.asarray(np.arange(6.0).reshape(2, 3), device="cpu:1")
    with lt.default_device("cpu:0"):
        made = CALLS[name](x)
    assert str(made.device) == "cpu:1"
    made.wait()


def test_writing_keeps_the_device() -> None:
    x = lt.zeros((3, 3), device="cpu:1")
    with lt.default_device("cpu:0"):
        lt.copyto(x, [1, 2, 3])
        lt.copyto(x, 5, where=[True, False, False])
        lt.fill_diagonal(x, [7, 8])
    assert str(x.device) == "cpu:1"
    assert x.tolist() == [[7, 2, 3], [5, 8, 3], [5, 2, 7]]

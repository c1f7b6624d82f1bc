"""What docs/differences.md says of the most visible differences from NumPy is so."""

from __future__ import annotations

import json
import numbers
import random
import re
import statistics
import time
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import lazytensor as lt

PAGE = Path(__file__).parents[2] / "docs" / "differences.md"


def test_links_name_files_that_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text(encoding="utf-8"))
    assert targets
    for target in targets:
        assert (PAGE.parent / target).exists(), target


def test_results_are_tensors_and_stand_for_scalars() -> None:
    x = lt.asarray([1.0, 2.0])
    for found in (lt.sum(x), x[0], lt.array_equal(x, x), lt.allclose(x, x)):
        assert isinstance(found, lt.Tensor)
        assert found.shape == ()
        with pytest.raises(TypeError, match="scalar"):
            found[...] = 1
    before = x[0]
    x[0] = 9
    assert before.item() == 1
    created = lt.zeros(())
    created[...] = 3
    assert created.item() == 3
    for array in (x, created):
        with pytest.raises(TypeError, match="unhashable"):
            hash(array)
    assert hash(before) == hash(1.0)
    assert repr(x) == "Tensor([9., 2.])"


def test_values_are_checked_when_they_are_computed() -> None:
    found = lt.asarray([1, 2])[lt.asarray([5])]
    for _ in range(2):
        with pytest.raises(IndexError):
            found.wait()
    assert "failed: IndexError" in repr(found)
    powers = lt.asarray([2]) ** lt.asarray([-1])
    with pytest.raises(ValueError, match="negative integer powers"):
        powers.wait()


def test_dtypes() -> None:
    for unsupported in (np.float16(1), [None], ["a"], np.datetime64("2020"), [2**64]):
        with pytest.raises(TypeError, match="not supported"):
            lt.asarray(unsupported)
    assert lt.exp(lt.asarray([1], dtype=lt.int8)).dtype == np.float32
    assert lt.round(lt.asarray([True])).dtype == bool
    assert lt.asarray(np.ones(1, ">f4")).dtype == np.float32


def test_memory() -> None:
    x = lt.ones((2, 3))
    assert (x.T + 1).numpy().flags.c_contiguous
    assert lt.reshape(lt.asarray([[0, 1], [2, 3]]), (4,), order="F").tolist() == [0, 2, 1, 3]
    assert lt.array(np.ones((2, 3), order="F")).flags.c_contiguous
    assert (lt.ones((2, 3), order="F") + 1).flags.c_contiguous
    assert x[0].base is None
    with pytest.raises(AttributeError, match="flags cannot be set"):
        x.setflags(write=False)
    with pytest.raises(ValueError, match="like must be None"):
        lt.zeros(1, like=np.zeros(1))
    assert lt.exp(lt.zeros(2), where=lt.asarray([True, False])).tolist() == [1, 0]
    source = np.ones(2)
    copied = lt.asarray(source)
    source[0] = 5
    assert copied.tolist() == [1, 1]
    assert lt.empty(2).tolist() == [0, 0]
    exported = copied.numpy()
    assert not exported.flags.writeable
    assert not np.asarray(copied).flags.writeable
    assert np.array(copied).flags.writeable
    copied[0] = 7
    assert exported.tolist() == [1, 1]
    z = lt.asarray([1j, 2])
    lt.real(z)[0] = 5
    assert z.tolist() == [1j, 2]
    z.real[0] = 5
    assert z.tolist() == [5 + 1j, 2]
    matrix = lt.ones((2, 2))
    lt.diagonal(matrix)[0] = 7
    assert matrix.tolist() == [[7, 1], [1, 1]]


def test_elementwise_functions() -> None:
    assert lt.ldexp(lt.ones(1), 2**70).tolist() == [np.inf]
    with pytest.raises(OverflowError):
        np.ldexp(np.ones(1), 2**70)
    assert lt.spacing(lt.ones(1, dtype=lt.int8)).tolist() == [np.spacing(np.float32(1))]
    assert lt.min_scalar_type(1.0) == np.float16


def test_pythons_own_functions() -> None:
    t = lt.asarray([1.5, 2.5])
    s = t[0]
    refused = (
        lambda: json.dumps(s),
        lambda: Fraction(s),
        lambda: Decimal(s),
        lambda: Fraction(1, 2) + s,
        lambda: timedelta(seconds=s),
    )
    for call in (*refused, lambda: random.sample(t, 1), lambda: time.sleep(s)):  # type: ignore[arg-type, type-var]
        with pytest.raises(TypeError):
            call()
    assert json.dumps({"a": t, "b": s}, default=lambda value: value.tolist()) == '{"a": [1.5, 2.5], "b": 1.5}'
    assert Fraction(*s.as_integer_ratio()) == Fraction(3, 2)
    assert Decimal(s.item()) == Decimal("1.5")
    assert timedelta(seconds=float(s)).total_seconds() == 1.5
    assert not isinstance(s, (float, numbers.Number))
    assert lt.isscalar(s)
    assert lt.issubdtype(s.dtype, lt.floating)
    assert repr(statistics.mean(lt.asarray([1, 2, 4]))) == "Tensor(2.33333333)"
    assert (s * [1.0, 2.0]).tolist() == [1.5, 3.0]
    assert round(t, 0).tolist() == [2.0, 2.0]
    assert lt.var(lt.arange(3), dtype=lt.int64).dtype == np.float64

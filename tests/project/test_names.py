"""The names of the package: what is there, what is said of what is not, and what leaves the graph."""

from __future__ import annotations

import pickle
from types import MethodType

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.calling import fallback


def test_every_name_is_there_once() -> None:
    assert len(set(lt.__all__)) == len(lt.__all__)
    for name in lt.__all__:
        assert hasattr(lt, name)
    assert set(lt.__all__) <= set(dir(lt))


@pytest.mark.parametrize(
    ("name", "said"),
    [("conctenate", "the nearest there is: concatenate"), ("float16", "float32"), ("poly1d", "numpy.poly1d")],
)
def test_missing_names_tell_the_nearest(name: str, said: str) -> None:
    with pytest.raises(AttributeError, match=said):
        getattr(lt, name)


@pytest.mark.recorded
def test_what_left_the_graph_is_explained() -> None:
    x = lt.asarray([3.0, 1.0, 2.0])
    found = fallback.run("numpy.msort", np.sort, x)
    assert isinstance(found, lt.Tensor)
    report = lt.explain(found * 2)
    assert len(report.outside) == 1
    assert report.outside[0].startswith("numpy.msort at ")
    assert "test_names.py" in report.outside[0]
    assert "left the graph: numpy.msort" in str(report)
    assert "left the graph: numpy.msort" in str(lt.explain(found))
    assert lt.explain(x * 2).outside == ()


def test_arrays_written_to_stay_arrays() -> None:
    x = np.zeros(3)
    assert fallback.run("numpy.add", np.add, lt.ones(3), 1, out=(x,)) is x
    assert x.tolist() == [2, 2, 2]


def test_strict_forbids_leaving_the_graph() -> None:
    with lt.config.override(strict=True), pytest.raises(lt.errors.FallbackError, match=r"numpy\.msort"):
        fallback.run("numpy.msort", np.sort, lt.asarray([2.0, 1.0]))


@pytest.mark.parametrize("name", ["", "linalg", "fft", "special", "random"])
def test_functions_are_pickled_by_their_public_path(name: str) -> None:
    namespace = getattr(lt, name) if name else lt
    values = [getattr(namespace, item) for item in namespace.__all__]
    functions = [value for value in values if callable(value) and not isinstance(value, (type, MethodType))]
    functions = [value for value in functions if getattr(namespace, getattr(value, "__name__", ""), None) is value]
    assert len(functions) > 1
    for value in functions:
        assert value.__module__ in ("lazytensor", namespace.__name__)
        assert pickle.loads(pickle.dumps(value)) is value


@pytest.mark.parametrize(
    "path",
    [
        "elementwise.add",
        "statistics.sum",
        "tensor.Tensor",
        "tensor._restore",
        "random.Generator",
        "devices.Device",
        "files.save",
    ],
)
def test_pickles_of_versions_without_rooms_are_understood(path: str) -> None:
    module, name = path.split(".")
    assert pickle.loads(f"clazytensor.{module}\n{name}\n.".encode()).__name__ == name

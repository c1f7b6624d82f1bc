"""The names of the package: what is there, what is said of what is not, and what leaves the graph."""

from __future__ import annotations

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

"""The reference page is up to date, every public name is documented, and no name of NumPy's is forgotten."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.calling.names import ATTRIBUTES, INSTEAD, missing

SCRIPT = Path(__file__).parents[2] / "docs" / "reference.py"

# NumPy's modules and what tells of NumPy itself: nothing that an array program would look for here.
NO_MEANING = """
__version__ core ctypeslib dtypes exceptions f2py get_include info lib show_config show_runtime test testing typing
"""


@pytest.fixture(scope="module")
def reference() -> Any:
    """The script as a module."""
    specification = importlib.util.spec_from_file_location("reference", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["reference"] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    yield module
    del sys.modules["reference"]


def skip_with_another_numpy(reference: Any) -> None:
    """NumPy's releases add names and drop some."""
    if f"NumPy {'.'.join(np.__version__.split('.')[:2])}," not in reference.PAGE.read_text(encoding="utf-8"):
        pytest.skip("the page was written with another NumPy, whose names it lists")


def test_the_page_is_up_to_date(reference: Any) -> None:
    skip_with_another_numpy(reference)
    assert reference.main(["--check"]) == 0, "run: python docs/reference.py"


def test_a_stale_page_is_noticed(reference: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "PAGE", tmp_path / "page.md")
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    reference.PAGE.write_text(reference.page() + "more", encoding="utf-8")
    assert reference.main(["--check"]) == 1


def test_every_name_is_documented(reference: Any) -> None:
    undocumented = [entry.name for _, entries in reference.sections() for entry in entries if len(entry.summary) < 8]
    assert undocumented == []


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("lt.exp", ("numpy.exp", "lazy", "fused")),
        ("lt.sum", ("numpy.sum", "lazy", "fused")),
        ("lt.sort", ("numpy.sort", "lazy", "library")),
        ("lt.var", ("numpy.var", "lazy", "composed")),
        ("lt.nonzero", ("numpy.nonzero", "waits", "-")),
        ("lt.array_equal", ("numpy.array_equal", "lazy", "composed")),
        ("lt.result_type", ("numpy.result_type", "at once", "-")),
        ("lt.wait_all", ("-", "waits", "-")),
        ("lt.pi", ("numpy.pi", "-", "-")),
        ("lt.special.erf", ("scipy.special.erf", "lazy", "fused")),
        ("Tensor.item", ("numpy.ndarray.item", "waits", "-")),
        ("Tensor.shape", ("numpy.ndarray.shape", "at once", "-")),
        ("Tensor.sum", ("numpy.ndarray.sum", "lazy", "fused")),
    ],
)
def test_facts_come_from_the_functions(reference: Any, name: str, facts: tuple[str, ...]) -> None:
    found = {entry.name: entry for _, entries in reference.sections() for entry in entries}[name]
    assert (found.equivalent, found.when, found.how) == facts


def test_derivatives_come_from_the_rows(reference: Any) -> None:
    for _, entries in reference.sections():
        for entry in entries:
            row = reference.TABLE.get(entry.name.rpartition(".")[2])
            if row is not None and entry.how in ("fused", "library"):
                assert entry.derivative == ("no" if row.vjp is None else "yes"), entry.name


@pytest.mark.versions
def test_every_name_of_numpy_is_here_or_answered(reference: Any) -> None:
    skip_with_another_numpy(reference)
    unanswered = sorted(set(np.__all__) - set(lt.__all__) - set(INSTEAD) - set(NO_MEANING.split()))
    assert unanswered == []


def test_what_is_here_is_not_called_missing() -> None:
    assert sorted(set(INSTEAD) & set(lt.__all__)) == []
    for name, advice in INSTEAD.items():
        assert advice in str(missing(name, "lazytensor", lt.__all__))


@pytest.mark.versions
def test_every_attribute_of_arrays_is_here_or_answered() -> None:
    # What NumPy reads of arrays besides the protocols, which are there, and what a list does.
    private = {"__array_finalize__", "__array_interface__", "__array_struct__", "__array_wrap__", "__class_getitem__"}
    assert sorted(set(dir(np.ndarray)) - set(dir(lt.Tensor)) - set(ATTRIBUTES) - private - {"__delitem__", "__setstate__"}) == []
    for name, advice in ATTRIBUTES.items():
        with pytest.raises(AttributeError, match=re.escape(advice)):
            getattr(lt.ones(1), name)
    with pytest.raises(AttributeError) as caught:
        getattr(lt.ones(1), "float16")  # noqa: B009
    assert "smallest" not in str(caught.value)

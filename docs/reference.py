"""Writes docs/reference.md, a table of every public name. `--check` only says, by exit status 1, whether the file is out of date.

All facts come from the functions and the rows of the op table, so that the page cannot promise what the code does not do.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import GetSetDescriptorType, ModuleType
from typing import Any

import numpy as np
import scipy.special

import lazytensor as lt
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.compiler.ops.table import TABLE
from lazytensor.functions import files

PAGE = Path(__file__).with_name("reference.md")

# Heading, prefix of the names, what holds them, and whose names they are: (what holds those, their prefix).
SECTIONS: list[tuple[str, str, Any, tuple[Any, str]]] = [
    ("Functions, dtypes and constants", "lt", lt, (np, "numpy")),
    ("Linear algebra", "lt.linalg", lt.linalg, (np.linalg, "numpy.linalg")),
    ("Fourier transforms", "lt.fft", getattr(lt, "fft", None), (np.fft, "numpy.fft")),
    ("Random numbers", "lt.random", lt.random, (np.random, "numpy.random")),
    ("Methods of lt.random.Generator", "Generator", lt.random.Generator, (np.random.Generator, "numpy.random.Generator")),
    ("Special functions", "lt.special", lt.special, (scipy.special, "scipy.special")),
    ("Methods and attributes of lt.Tensor", "Tensor", lt.Tensor, (np.ndarray, "numpy.ndarray")),
]

INTRODUCTION = """\
# Every public name

Written by `python docs/reference.py`, with NumPy {version}, from the functions and the operation table.

- **NumPy**: the name there, SciPy's for special functions; "-" where there is none.
- **when**: *lazy* names return at once and record what is to be computed; *waits* says that values must be there before the call
  returns; *may wait* that some arguments make it wait, which its docstring names; *at once* needs no tensor's values.
- **how**: *fused* operations have a kernel expression and share loops with their neighbours; *library* operations are one call
  of NumPy's or SciPy's function; *composed* ones record several operations, an index map or a copy.
- **derivative**: whether the operation has a derivative rule; *parts* means that those of its parts decide.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table."""

    name: str
    equivalent: str
    when: str
    how: str
    derivative: str
    summary: str


def public(holder: Any) -> list[str]:
    """The names that users may rely on."""
    if isinstance(holder, ModuleType):
        return sorted(holder.__all__, key=str.lower)
    return sorted((name for name in dir(holder) if not name.startswith("_") and hasattr(holder, name)), key=str.lower)


def row_of(name: str, value: Any) -> Op | None:
    """The row that a function is made from, or records under its own name."""
    found = getattr(value, "op", None) or TABLE.get(getattr(value, "__name__", name)) or TABLE.get(name)
    return found if isinstance(found, Op) else None


def first_sentence(text: str) -> str:
    """Of the first paragraph."""
    paragraph = " ".join(inspect.cleandoc(text).split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s+(?=[A-Z`])", paragraph)[0]


def abstract(kind: type[Any]) -> bool:
    """Is it a class of dtypes, or the class of dtype objects, and no dtype itself?"""
    return kind is np.dtype or any(child.__module__ == "numpy" for child in kind.__subclasses__())


def summary_of(name: str, value: Any) -> str:
    """One sentence: the row's, the docstring's, or for methods that refer to a function, that function's."""
    row = getattr(value, "op", None)
    if isinstance(row, Op):
        return row.doc
    if isinstance(value, (bool, int, float, complex, np.generic)) or value is None:
        return f"The constant {value}."
    if isinstance(value, type) and issubclass(value, (np.generic, np.dtype)):
        return "NumPy's class, for tests of dtypes." if abstract(value) else f"The dtype {np.dtype(value)}."
    found = first_sentence(value.__doc__ or "")
    if (not found or found.startswith("See `lazytensor.")) and hasattr(lt, name):
        return summary_of(name, getattr(lt, name))
    return found


def waits(value: Any) -> str:
    """ "waits", "may wait" if only for some arguments, or "": as the function is marked, and its docstring says."""
    text = getattr(value, "__doc__", None) or ""
    if re.search(r"\bWaits (for|if|only|where)\b(?! nothing| while)|(?<!not )\b(is|are)\s+waited for\b", text):
        return "may wait"
    return "waits" if getattr(value, "waits", False) or re.search(r"(^|[.:]\s+)Waits\.|\band wait\b", text) else ""


def in_place(value: Any) -> bool:
    """Does it write to its argument? Such functions return nothing."""
    nothing = str(getattr(value, "__annotations__", {}).get("return", "")) == "None"
    return nothing and bool(
        re.search(r"\bin place\b|^(Store|Set|Write)\b", inspect.cleandoc(value.__doc__ or "").split("\n\n")[0])
    )


def lazy(value: Any) -> bool:
    """Does it record what is to be computed? By its annotation; files are read at once, and `start` records nothing."""
    if getattr(value, "op", None) is not None or in_place(value):
        return True
    if getattr(value, "__name__", "") in files.__all__ or "returns at once" in (value.__doc__ or ""):
        return False
    target = value.fget if isinstance(value, property) else value
    result = str(getattr(target, "__annotations__", {}).get("return", ""))
    return bool(re.search(r"^(list|tuple)?\[?Tensor|^Any$|Result$", result))


def describe(name: str, value: Any, equivalent: str) -> Entry:
    """The facts of one name."""
    last = name.rpartition(".")[2]
    summary = summary_of(last, value)
    function = callable(value) or isinstance(value, (property, GetSetDescriptorType))
    marked = isinstance(value, type) and getattr(value, "waits", False)
    if not function or isinstance(value, ModuleType) or (isinstance(value, type) and not marked):
        return Entry(name, equivalent, "-", "-", "-", summary)
    if waits(value) == "waits":
        return Entry(name, equivalent, "waits", "-", "-", summary)
    if not lazy(value):
        return Entry(name, equivalent, waits(value) or "at once", "-", "-", summary)
    row = row_of(last, value)
    if row is None or row.kind in (Kind.VIEW, Kind.COPY):
        return Entry(name, equivalent, waits(value) or "lazy", "composed", "parts", summary)
    how = "library" if row.cpu is None else "fused"
    return Entry(name, equivalent, waits(value) or "lazy", how, "no" if row.vjp is None else "yes", summary)


def entries(prefix: str, holder: Any, theirs: tuple[Any, str]) -> Iterator[Entry]:
    """Of one section."""
    module, module_name = theirs
    for name in public(holder):
        value = inspect.getattr_static(holder, name) if isinstance(holder, type) else getattr(holder, name)
        equivalent = f"{module_name}.{name}" if hasattr(module, name) and not isinstance(value, ModuleType) else "-"
        yield describe(f"{prefix}.{name}", value, equivalent)


def sections() -> list[tuple[str, list[Entry]]]:
    """Every table, with its heading."""
    return [
        (heading, list(entries(prefix, holder, theirs))) for heading, prefix, holder, theirs in SECTIONS if holder is not None
    ]


def page() -> str:
    """The whole file."""
    lines = [INTRODUCTION.format(version=".".join(np.__version__.split(".")[:2]))]
    for heading, found in sections():
        lines += [
            f"## {heading}",
            "",
            "| name | NumPy | when | how | derivative | what it does |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for item in found:
            cells = (item.equivalent, item.when, item.how, item.derivative, item.summary.replace("|", "\\|"))
            lines.append(f"| `{item.name}` | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it."""
    text = page()
    if "--check" in arguments:
        current = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        return int(current != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Two forms of one source: the modules that every call passes through are compiled where a C compiler is at hand, and imported as Python
where they were not.

The build (see `building`) lays the compiled files beside the sources, under names that hold a digest of the core's sources: a file that was
built from other sources has another name, and is not found. Python itself finds none of them; the finder here does, all or none.
`LAZYTENSOR_PURE=1` forces the Python form.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

# Modules below `lazytensor`, those first that others are compiled against; pyproject.toml lists them too.
NAMES = (
    "compiler.graph",
    "compiler.liveness",
    "compiler.native",
    "compiler.scalars",
    "compiler.loops",
    "compiler.folds",
    "compiler.places",
    "compiler.joins",
    "runtime.heap",
    "core.views",
    "core.sites",
    "core.lines",
    "core.eager",
    "core.pending",
    "core.storage",
    "core.handle",
    "core.record",
    "core.operands",
    "core.inplace",
    "core.elements",
    "core.indexing",
    "calling.at_once",
    "calling.bind",
    "calling.shortcuts",
    "calling.immediate",
    "calling.creating",
    "calling.viewing",
    "calling.operators",
)
# C types that no module of ours has.
TYPES = ("core.arrays",)
# Of a source: Python, C types for it, and what is compiled in the place of the first.
SUFFIXES = (".py", ".pxd", ".pyx")
_PACKAGE = os.path.dirname(os.path.abspath(__file__))
log = logging.getLogger("lazytensor")


def source_of(name: str, package: str = _PACKAGE) -> str:
    """The path, without `.py`, of a module of the core. In a checkout the compiler's folder is beside the package."""
    parts = name.split(".")
    return os.path.join(package if os.path.exists(os.path.join(package, parts[0])) else os.path.dirname(package), *parts)


def digest(package: str = _PACKAGE) -> str:
    """Of the sources of the core, and of their C types."""
    found = hashlib.sha256()
    for name in (*TYPES, *NAMES):
        for suffix in SUFFIXES:
            try:
                with open(source_of(name, package) + suffix, "rb") as file:
                    found.update(file.read())
            except FileNotFoundError:  # not every module has C types
                pass
            found.update(b"\0")
    return found.hexdigest()[:16]


def file_name(name: str, of: str) -> str:
    """What the compiled form of a module is called, for a digest and this interpreter."""
    return f"{name.rpartition('.')[2]}-{of}{EXTENSION_SUFFIXES[0]}"


class _Finder:
    """Finds the compiled form of the core's modules, for `sys.meta_path`."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        file = self._files.get(name)
        return None if file is None else spec_from_file_location(name, file, loader=ExtensionFileLoader(name, file))


def _look() -> tuple[dict[str, str], str]:
    """The compiled files by module, or none and why."""
    if os.environ.get("LAZYTENSOR_PURE", "0") not in ("", "0"):
        return {}, "LAZYTENSOR_PURE is set"
    of = digest()
    files = {f"lazytensor.{name}": os.path.join(os.path.dirname(source_of(name)), file_name(name, of)) for name in NAMES}
    if not all(map(os.path.exists, files.values())):
        first = source_of(NAMES[0])
        stem = os.path.basename(first) + "-"
        others = [
            entry
            for entry in os.listdir(os.path.dirname(first))
            if entry.startswith(stem) and entry.endswith(EXTENSION_SUFFIXES[0])
        ]
        return {}, "the compiled files are of other sources: install again" if others else "it was installed without a C compiler"
    name, file = next(iter(files.items()))
    try:
        # The first imports nothing of ours when it is loaded but not run.
        module_from_spec(ModuleSpec(name, ExtensionFileLoader(name, file), origin=file))
    except ImportError as error:
        return {}, f"the compiled files cannot be loaded: {error}"
    return files, ""


def _install() -> str:
    files, why = _look()
    if files:
        sys.meta_path.insert(0, _Finder(files))
    else:
        log.info("lazytensor: the core runs as Python, because %s", why)
    return why


# Why the core runs as Python; empty where it is compiled. The build reads this file under another name.
REASON = _install() if __name__ == "lazytensor.compiled" else "it is being built"

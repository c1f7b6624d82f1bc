"""How setuptools builds the compiled core (see `compiled`); nothing here is imported by programs.

The modules are plain Python, with C types in `.pxd` files beside them, that Cython translates. All of it is optional: without Cython or a C
compiler the package is pure Python.
"""

from __future__ import annotations

import ast
import glob
import os
import shutil
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError

_HERE = os.path.dirname(os.path.abspath(__file__))
_DIRECTIVES = {"language_level": 3, "annotation_typing": False, "binding": True}
# Half a minute of compilation instead of a whole one, for code whose time is in calls of Python's interface.
_OPTIONS = ["-O1", "-g0", "-w"]


def _compiled() -> Any:
    """The module `compiled`, without the package around it, whose dependencies are not there while it is built."""
    spec = spec_from_file_location("_lazytensor_compiled", os.path.join(_HERE, "compiled.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def for_cython(source: str) -> str:
    """A module of the core with `with write_lock:` as calls: Cython looks up `__enter__` and `__exit__` each time, which takes as long as
    all else that a small store does. (In Python an interrupt could come between a call and `try`.)"""
    starts: dict[int, str] = {}
    ends: dict[int, list[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.With) and [ast.unparse(item) for item in node.items] == ["write_lock"]:
            indent = " " * node.col_offset
            starts[node.lineno] = indent
            ends.setdefault(node.end_lineno or 0, []).append(indent)
    lines: list[str] = []
    for number, line in enumerate(source.split("\n"), 1):
        lines += [line] if number not in starts else [f"{starts[number]}write_lock.acquire()", f"{starts[number]}try:"]
        for indent in sorted(ends.get(number, ()), reverse=True):  # the inner ones first
            lines += [f"{indent}finally:", f"{indent}    write_lock.release()"]
    return "\n".join(lines)


class BuildExtensions(build_ext):
    """Translates the core's modules, and compiles them under names that hold the digest of their sources."""

    def initialize_options(self) -> None:
        super().initialize_options()
        self.core = _compiled()
        self.digest = self.core.digest(_HERE)

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = getattr(self, "parallel", None) or os.cpu_count()

    def get_ext_filename(self, fullname: str) -> str:
        return os.path.join(*fullname.split(".")[:-1], self.core.file_name(fullname, self.digest))

    def build_extensions(self) -> None:
        beside = {ext.name: self._beside(ext.name) for ext in self.extensions}
        if all(map(os.path.exists, beside.values())):
            for ext in self.extensions:
                path = self.get_ext_fullpath(ext.name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.copy(beside[ext.name], path)
            return
        try:
            self._translate()
        except Exception as error:  # without Cython, or where it refuses
            self.warn(f"the core is not compiled: {error}")
            return
        super().build_extensions()

    def build_extension(self, ext: Any) -> None:
        try:
            super().build_extension(ext)
        except OSError as error:  # a compiler that is not there
            raise CompileError(str(error)) from error

    def copy_extensions_to_source(self) -> None:
        """For an editable installation: beside the sources, in the place of what was built there before by this interpreter."""
        super().copy_extensions_to_source()
        for ext in self.extensions:
            current = self._beside(ext.name)
            stem, suffix = current.split(f"-{self.digest}")
            for path in glob.glob(f"{glob.escape(stem)}-*{glob.escape(suffix)}"):
                if path != current:
                    os.remove(path)

    def _beside(self, name: str) -> str:
        """Where a compiled file lies beside its source."""
        source: str = self.core.source_of(name.partition(".")[2], _HERE)
        return os.path.join(os.path.dirname(source), self.core.file_name(name, self.digest))

    def _translate(self) -> None:
        """C sources, from a copy of the core's in the layout in which they are installed: they name each other by it."""
        import numpy as np  # optional, as Cython
        from Cython.Build import cythonize

        root = os.path.join(os.path.abspath(self.build_temp), "core")
        shutil.rmtree(root, ignore_errors=True)
        for name in (*self.core.TYPES, *self.core.NAMES):
            source = self.core.source_of(name, _HERE)
            target = os.path.join(root, "lazytensor", *name.split("."))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            for suffix in self.core.SUFFIXES:
                if os.path.exists(source + suffix):
                    with open(source + suffix, encoding="utf-8") as file:
                        text = file.read()
                    with open(target + suffix, "w", encoding="utf-8") as file:
                        file.write(for_cython(text) if suffix == ".py" else text)
            for folder in (os.path.dirname(target), os.path.join(root, "lazytensor")):
                open(os.path.join(folder, "__init__.py"), "a").close()
        for ext in self.extensions:
            source = os.path.join(*ext.name.split("."))
            ext.sources = [source + (".pyx" if os.path.exists(os.path.join(root, source + ".pyx")) else ".py")]
            ext.include_dirs = [np.get_include()]
            ext.extra_compile_args = _OPTIONS if self.compiler.compiler_type == "unix" else []
        before = os.getcwd()
        os.chdir(root)
        try:
            made = cythonize(self.extensions, compiler_directives=_DIRECTIVES, quiet=True, include_path=[root])
        finally:
            os.chdir(before)
        for ext, translated in zip(self.extensions, made, strict=True):
            ext.sources = [os.path.join(root, source) for source in translated.sources]


class BuildWheel(bdist_wheel):
    """A wheel that holds no compiled file is for every interpreter."""

    def run(self) -> None:
        self.run_command("build")
        command = self.get_finalized_command("build_ext")
        if not any(os.path.exists(command.get_ext_fullpath(ext.name)) for ext in command.extensions or ()):
            self.distribution.ext_modules = []
            self.root_is_pure = True
        super().run()

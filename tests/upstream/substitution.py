"""Load a test module of another project with some of its imports replaced.

A module that is executed with a `__builtins__` of its own resolves every `import` in it, also those inside its functions, through the
`__import__` found there. So the tests need no rewriting, and nobody else's imports change.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.assertion.rewrite import rewrite_asserts

Resolve = Callable[[str], Any]


def importer(replaced: Mapping[str, Resolve]) -> Callable[..., Any]:
    """An `__import__` that asks `replaced[top](full name)` for the packages it names, and Python's for the others."""

    def import_module(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> Any:
        full = name
        if level and globals is not None:
            full = importlib.util.resolve_name("." * level + name, globals["__package__"])
        resolve = replaced.get(full.partition(".")[0])
        if resolve is None:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        found = resolve(full)
        for item in fromlist or ():
            if item != "*" and not hasattr(found, item):
                with contextlib.suppress(ImportError):
                    setattr(found, item, resolve(f"{full}.{item}"))
        return found if fromlist or level else resolve(full.partition(".")[0])

    return import_module


class TypesByEquality(ast.NodeTransformer):
    """`type(x) is y` becomes `type(x) == y`, so that what stands for a class can answer."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.left, ast.Call) and isinstance(node.left.func, ast.Name) and node.left.func.id == "type":
            node.ops = [ast.Eq() if isinstance(op, ast.Is) else op for op in node.ops]
        return node


def execute(path: Path, name: str, package: str, replaced: Mapping[str, Resolve], module: ModuleType | None = None) -> ModuleType:
    """A module made of the file at `path`, registered as `name`, in which asserts are pytest's; a new one unless it is given."""
    module = ModuleType(name) if module is None else module
    module.__file__ = str(path)
    module.__package__ = package
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": importer(replaced)}
    source = path.read_bytes()
    tree = TypesByEquality().visit(ast.parse(source, str(path)))
    rewrite_asserts(tree, source, str(path))
    code = compile(tree, str(path), "exec", dont_inherit=True)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        exec(code, vars(module))
        # Generators run now, not when pytest asks for them and names have been exchanged.
        _change_parameters(module, lambda value: value)
    except BaseException:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
        raise
    return module


def _change_parameters(module: ModuleType, change: Callable[[Any], Any]) -> None:
    """Replace the values of the tests' parameters, in place."""
    classes = [item for item in vars(module).values() if isinstance(item, type) and item.__module__ == module.__name__]
    functions = [item for owner in (module, *classes) for item in vars(owner).values() if isinstance(item, FunctionType)]
    for item in (*classes, *functions):
        marks = vars(item).get("pytestmark", ())
        for place, mark in enumerate(marks):
            if mark.name == "parametrize" and len(mark.args) > 1:
                values = [change(value) for value in mark.args[1]]
                marks[place] = pytest.mark.parametrize(mark.args[0], values, *mark.args[2:], **mark.kwargs).mark


def execute_then_replace(
    path: Path, name: str, package: str, replaced: Mapping[str, Resolve], exchange: Callable[[Any], Any], keep: frozenset[str]
) -> ModuleType:
    """The same for a module that computes at import what we cannot: executed as it is but for the packages outside `keep`, then the
    names in it are exchanged, and later imports replaced.
    """
    module = execute(path, name, package, {top: resolve for top, resolve in replaced.items() if top not in keep})
    module.__dict__["__builtins__"]["__import__"] = importer(replaced)
    classes = [item for item in vars(module).values() if isinstance(item, type) and item.__module__ == module.__name__]
    for owner in (module, *classes):
        for key, value in list(vars(owner).items()):
            if not key.startswith("__") and exchange(value) is not value:
                setattr(owner, key, exchange(value))
    _change_parameters(module, exchange)
    return module

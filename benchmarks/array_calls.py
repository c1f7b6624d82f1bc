"""How many array calls a NumPy program makes, counted in a copy of its source in which every operator, index and call is wrapped.

A profiler sees calls of functions written in C, but neither ufuncs nor what most array code consists of: operators and indices. So the
program's syntax tree is rewritten. One call is counted for each

* operator whose result is an array or one of NumPy's scalars; an augmented assignment counts one, and one more each for the element
  or slice that it reads and writes,
* index or slice that is read from, or written to, one of these, also by a loop over an array or unpacking of it,
* call of a function of NumPy (its own module says so) or of a method of its objects, and `.T`, `.real`, `.imag`, `.flat` of an array.

What NumPy does inside a call does not count. The program's own functions do not either, but what they call does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import Any

import numpy as np

VIEWS = ("T", "real", "imag", "flat", "mT")


class Counter:
    """What the rewritten program calls; `calls` is the count."""

    def __init__(self) -> None:
        self.calls = 0

    def value(self, value: Any, calls: int = 1) -> Any:
        """Count calls if this is an array or a scalar of NumPy: the result of an operator, or what is indexed."""
        self.calls += calls * isinstance(value, (np.ndarray, np.generic))
        return value

    def called(self, function: Any) -> Any:
        """Count one if a function is NumPy's, or a method of one of its objects."""
        # A function written in C has its module for `__self__`, a method what it is bound to.
        homes = (getattr(function, "__module__", None), type(getattr(function, "__self__", None)).__module__)
        self.calls += isinstance(function, np.ufunc) or any((home or "").partition(".")[0] == "numpy" for home in homes)
        return function

    def each(self, values: Iterable[Any]) -> Iterable[Any]:
        """Count one for each element that a loop takes out of an array."""
        return self._elements(values) if isinstance(values, np.ndarray) else values

    def _elements(self, values: np.ndarray) -> Iterator[Any]:
        for value in values:
            self.calls += 1
            yield value


class _Wrap(ast.NodeTransformer):
    """Puts calls of the counter, which the program knows as `__counter__`, around what is to be counted."""

    def _wrap(self, method: str, *arguments: ast.expr) -> ast.Call:
        function = ast.Attribute(ast.Name("__counter__", ast.Load()), method, ast.Load())
        return ast.Call(function, list(arguments), [])

    def _result(self, node: ast.AST) -> ast.Call:
        self.generic_visit(node)
        assert isinstance(node, ast.expr)
        return self._wrap("value", node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        return self._result(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return self._result(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        return self._result(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if node.attr in VIEWS and isinstance(node.ctx, ast.Load):
            return self._result(node)
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        node.value = self._wrap("value", node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.func = self._wrap("called", node.func)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.stmt]:
        target = node.target
        if isinstance(target, ast.Subscript):
            # Reads, computes and writes: three, of which a subscript alone would count one.
            self.generic_visit(node)
            assert isinstance(target.value, ast.Call)
            target.value.args.append(ast.Constant(3))
            return node
        node.value = self.visit(node.value)
        read = ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else None
        return [node, ast.Expr(self._wrap("value", read))] if read is not None else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        if any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets):
            node.value = self._wrap("each", node.value)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = self._wrap("each", node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.iter = self._wrap("each", node.iter)
        return node


def rewritten(source: str, path: str) -> CodeType:
    """The program's code with everything wrapped that is to be counted."""
    tree = ast.fix_missing_locations(_Wrap().visit(ast.parse(source, path)))
    return compile(tree, path, "exec")


def count(source: str, path: str) -> int:
    """Array calls of one `run()` of a program that imports NumPy."""
    counter = Counter()
    scope: dict[str, Any] = {"__name__": "program", "__counter__": counter}
    exec(rewritten(source, path), scope)
    counter.calls = 0
    scope["run"]()
    return counter.calls

"""Operations that tests look into: one that counts its calls, one that fails, one that waits at a gate."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.core.operands import apply
from lazytensor.tensor import Tensor


def operation(function: Callable[[Any], Any], name: str = "probe") -> Callable[[Any], Tensor]:
    """A lazy operation of one operand that keeps dtype and shape and is computed by `function`."""
    row = Op(
        name=name,
        kind=Kind.LIBRARY,
        arity=1,
        signature=rules.unchanged(name),
        shape=shapes.one,
        reference=lambda x: np.array(function(np.asarray(x)), order="C"),
        doc="A test's own operation.",
    )
    return lambda x: apply(row, x)


class Counter:
    """A lazy operation that adds 1, and counts how often it runs."""

    def __init__(self) -> None:
        self.calls = 0
        self.apply = operation(self._run, "counted")

    def _run(self, x: Any) -> Any:
        self.calls += 1
        return x + 1

    def __call__(self, x: Any) -> Tensor:
        return self.apply(x)


class Gate:
    """A lazy operation that returns its operand once the gate is opened; `entered` is set when it begins."""

    def __init__(self) -> None:
        self.entered, self.opened = Event(), Event()
        self.apply = operation(self._run, "gated")

    def _run(self, x: Any) -> Any:
        self.entered.set()
        assert self.opened.wait(20), "the gate was never opened"
        return x

    def __call__(self, x: Any) -> Tensor:
        return self.apply(x)

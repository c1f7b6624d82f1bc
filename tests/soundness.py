"""What every test checks besides what it is about: a stored result is of its node's shape and dtype, in C order, and no kernel was
refused by the compiler, which a fallback to NumPy would hide."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from lazytensor.compiler import graph
from lazytensor.compiler.graph import Node
from lazytensor.runtime.promise import Promise

faults: list[str] = []
_settle = graph.settle


def _checked(node: Node, result: Any) -> None:
    _settle(node, result)
    name, shape, dtype = node.op.name, node.shape, node.dtype  # not the node: a promise must not keep it

    def look(value: Any) -> None:
        if isinstance(value, np.ndarray):
            found = (value.shape, value.dtype, value.flags.c_contiguous)
            if found != (shape, dtype, True):
                faults.append(f"the result of {name} is {found}, its node {shape}, {dtype}")

    if type(result) is Promise:
        result.add_callback(lambda promise: look(promise.value))
    else:
        look(result)


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if "could not be compiled" in record.getMessage():
            faults.append(record.getMessage())


def install() -> None:
    """Note faults from here on."""
    graph.settle = _checked
    logging.getLogger("lazytensor").addHandler(_Handler())

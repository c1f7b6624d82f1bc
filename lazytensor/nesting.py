"""Nested lists that are no arrays."""

from __future__ import annotations

from typing import Any


def refuse_cycles(value: Any) -> None:
    """ValueError if a list contains itself, at any depth."""
    path, done = {id(value)}, set()
    stack = [(value, iter(value))]
    while stack:
        parent, items = stack[-1]
        inner = next((item for item in items if isinstance(item, (list, tuple)) and id(item) not in done), None)
        if inner is None:
            path.discard(id(parent))
            done.add(id(parent))
            stack.pop()
        elif id(inner) in path:
            raise ValueError("setting an array element with a sequence: a list contains itself")
        else:
            path.add(id(inner))
            stack.append((inner, iter(inner)))

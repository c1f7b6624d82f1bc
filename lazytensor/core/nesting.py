"""Nested lists, with tensors among the items or with themselves."""

from __future__ import annotations

from typing import Any

from lazytensor.core.handle import Handle


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


def contains_handle(value: Any) -> bool:
    """Is there a tensor in nested lists? ValueError for a list that contains itself, in which NumPy may look for ever."""
    pending, seen, repeated = [value], {id(value)}, False
    while pending:
        for item in pending.pop():
            if isinstance(item, Handle):
                return True
            if isinstance(item, (list, tuple)):
                if id(item) in seen:
                    repeated = True
                else:
                    seen.add(id(item))
                    pending.append(item)
    if repeated:
        refuse_cycles(value)
    return False

"""Public paths: pickles name functions by them, whatever room a function lives in, and those of versions without rooms are understood."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from lazytensor.calling.immediate import at_once

# Functions, in either form of the core.
_FUNCTIONS = (FunctionType, staticmethod, type(at_once))
# Rooms whose objects pickles of earlier versions name, without the room.
_ROOMS = ("core", "calling", "tools", "random", "special", "linalg", "functions")


def publish(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Give functions the public module as theirs, by whose name they are pickled."""
    module = namespace["__name__"]
    for name in names:
        value = namespace[name]
        if isinstance(value, _FUNCTIONS) and namespace.get(value.__name__) is value:
            value.__module__ = module


def keep_former_paths() -> None:
    """Let `lazytensor.x` name the module `lazytensor.room.x` that is imported."""
    for name, module in list(sys.modules.items()):
        package, _, rest = name.partition(".")
        room, _, last = rest.partition(".")
        # `functions.dtypes` has the public names, `core.dtypes` none that a pickle has.
        if package == "lazytensor" and last and room in _ROOMS and rest != "core.dtypes":
            sys.modules[f"lazytensor.{last}"] = module

"""Settings: attributes of `lazytensor.config`, LAZYTENSOR_* variables, and temporary overrides."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from lazytensor.runtime.limits import available_threads

# See `core.eager`.
EAGER_ELEMENTS = 4096


def _flag(text: str) -> bool:
    if text.lower() not in ("0", "1", "true", "false", "on", "off", ""):
        raise ValueError(f"expected 0 or 1, got {text!r}")
    return text.lower() in ("1", "true", "on")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(f"expected a positive number, got {value}")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(f"expected 0 or more, got {value}")
    return value


def _tier(text: str) -> str:
    if text not in ("auto", "interpret", "compile"):
        raise ValueError(f"expected auto, interpret or compile, got {text!r}")
    return text


class _Setting:
    def __init__(self, variable: str, default: Any, parse: Callable[[str], Any], kind: type, doc: str) -> None:
        self.variable, self.default, self.parse, self.kind, self.__doc__ = variable, default, parse, kind, doc

    def initial(self) -> Any:
        text = os.environ.get(self.variable)
        if text is None:
            return self.default() if callable(self.default) else self.default
        try:
            return self.parse(text)
        except ValueError as error:
            raise ValueError(f"{self.variable}: {error}") from None


_SETTINGS: dict[str, _Setting] = {
    "threads": _Setting(
        "LAZYTENSOR_NUM_THREADS", available_threads, _positive, int, "Worker threads, shared by the CPU devices."
    ),
    "cpu_devices": _Setting("LAZYTENSOR_CPU_DEVICES", 1, _positive, int, "Logical CPU devices that split the threads."),
    "tier": _Setting("LAZYTENSOR_TIER", "auto", _tier, str, '"auto", or "interpret" or "compile" to force one.'),
    "background": _Setting("LAZYTENSOR_BACKGROUND", True, _flag, bool, "Start large work before it is waited for."),
    "deterministic": _Setting("LAZYTENSOR_DETERMINISTIC", False, _flag, bool, "Choose tiers by structure and size alone."),
    "cse": _Setting("LAZYTENSOR_CSE", True, _flag, bool, "Compute equal expressions once."),
    "log_waits": _Setting(
        "LAZYTENSOR_LOG_WAITS", False, _flag, bool, 'Log every wait, with the line that waited, to "lazytensor".'
    ),
    "strict": _Setting(
        "LAZYTENSOR_STRICT", False, _flag, bool, "Raise FallbackError where a call would leave the graph for NumPy."
    ),
    "eager_elements": _Setting(
        "LAZYTENSOR_EAGER_ELEMENTS",
        EAGER_ELEMENTS,
        _count,
        int,
        "Work on computed operands of up to so many elements runs at once, in the calling thread, and some lines' up to 131,072; 0: none.",
    ),
    "sync": _Setting("LAZYTENSOR_SYNC", False, _flag, bool, "Run every operation at once, for debugging."),
}


class Token(NamedTuple):
    """The settings that planning depends on: part of every key, so that work planned later on another thread is planned under the
    settings that it was issued under."""

    threads: int
    cpu_devices: int
    tier: str
    deterministic: bool
    cse: bool


class Config:
    """The settings in force; assign an attribute to change one for the process.

    Attributes
    ----------
    threads, cpu_devices, tier, background, deterministic, cse, eager_elements, log_waits, strict, sync
        See `describe()`.
    """

    threads: int
    cpu_devices: int
    tier: str
    background: bool
    deterministic: bool
    cse: bool
    eager_elements: int
    log_waits: bool
    strict: bool
    sync: bool
    # Read on every operation; kept up to date by __setattr__.
    token: Token

    def __init__(self) -> None:
        object.__setattr__(self, "_listeners", [])
        for name, setting in _SETTINGS.items():
            object.__setattr__(self, name, setting.initial())
        self._renew()

    def _renew(self) -> None:
        # What a plan depends on; part of every structural key.
        object.__setattr__(self, "token", Token(self.threads, self.cpu_devices, self.tier, self.deterministic, self.cse))

    def __setattr__(self, name: str, value: Any) -> None:
        setting = _SETTINGS.get(name)
        if setting is None:
            raise AttributeError(f"config has no setting {name!r}; there are {', '.join(_SETTINGS)}")
        if type(value) is not setting.kind:
            raise TypeError(f"config.{name} takes {setting.kind.__name__}, got {value!r}")
        try:
            setting.parse(str(value))
        except ValueError as error:
            raise ValueError(f"config.{name}: {error}") from None
        if getattr(self, name) == value:
            return
        object.__setattr__(self, name, value)
        self._renew()
        for listener in self._listeners:  # type: ignore[attr-defined]
            listener(name)

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener(name)` after each change."""
        self._listeners.append(listener)  # type: ignore[attr-defined]

    @contextmanager
    def override(self, **settings: Any) -> Iterator[Config]:
        """Change settings inside a `with` block.

        >>> import lazytensor as lt
        >>> with lt.config.override(tier="interpret"):
        ...     print(lt.config.tier)
        interpret
        """
        before = {}
        try:
            for name, value in settings.items():
                if name in _SETTINGS:
                    before[name] = getattr(self, name)
                setattr(self, name, value)
            yield self
        finally:
            for name, value in before.items():
                setattr(self, name, value)

    def describe(self) -> str:
        """One line a setting: name, value, environment variable, meaning."""
        return "\n".join(
            f"{name} = {getattr(self, name)!r}  ({setting.variable}) {setting.__doc__}" for name, setting in _SETTINGS.items()
        )


config = Config()

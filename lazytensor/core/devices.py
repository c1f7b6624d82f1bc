"""Devices as users see them: what there is, and which one new tensors go to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lazytensor.config import config
from lazytensor.errors import DeviceError


class Device:
    """A place where tensors live and kernels run. `str(device)` is its name, such as "cpu:0"."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]

    @property
    def index(self) -> int:
        return int(self.name.partition(":")[2])

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Device({self.name!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return self.name == other or (self.name.endswith(":0") and self.name[:-2] == other)
        return isinstance(other, Device) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)


def devices(kind: str | None = None) -> tuple[Device, ...]:
    """All devices, or those of one kind ("cpu").

    >>> import lazytensor as lt
    >>> lt.devices("cpu")[0]
    Device('cpu:0')
    """
    found = tuple(Device(f"cpu:{index}") for index in range(config.cpu_devices))
    return tuple(device for device in found if kind in (None, device.kind))


def device_name(device: Any) -> str | None:
    """The checked name of a device given as a Device, a name such as "cpu:1" or "cpu", or None."""
    if device is None:
        return None
    name = str(device)
    if ":" not in name:
        name += ":0"
    known = [str(each) for each in devices()]
    if name not in known:
        raise DeviceError(f"there is no device {str(device)!r}; there are {', '.join(known)}")
    return name


def device(name: Any) -> Device:
    """The device of that name; DeviceError if there is none."""
    found = device_name(name)
    assert found is not None
    return Device(found)


class _Default(threading.local):
    name: str | None = None


_default = _Default()
# As long as the blocks that any thread is in: where there is none, nobody needs to ask.
pins: list[None] = []


def default_name() -> str | None:
    """Where new tensors are pinned in this thread; None leaves them unpinned."""
    return _default.name


@contextmanager
def default_device(device: Any) -> Iterator[None]:
    """Pin the tensors that are created inside the `with` block, in this thread, to a device."""
    before = _default.name
    _default.name = device_name(device)
    pins.append(None)
    try:
        yield
    finally:
        pins.pop()
        _default.name = before

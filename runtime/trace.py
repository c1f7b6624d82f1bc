"""What ran when and where: a list of records that the engine fills while its `trace` attribute is set.

Knows nothing of how a timeline is drawn.
"""

from __future__ import annotations

import threading
from time import perf_counter_ns
from typing import NamedTuple


class Record(NamedTuple):
    """One step that ran: times in nanoseconds of `time.perf_counter_ns`; `stream` is -1 in the calling thread."""

    name: str
    device: str
    thread: int
    stream: int
    start: int
    end: int


class Trace:
    """Collects records from any thread (`list.append` is atomic)."""

    __slots__ = ("records",)

    def __init__(self) -> None:
        self.records: list[Record] = []

    def add(self, name: str, device: str, stream: int, start: int) -> None:
        """Record a step that began at `start` and ends now on this thread."""
        self.records.append(Record(name, device, threading.get_ident(), stream, start, perf_counter_ns()))

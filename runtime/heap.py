"""Memory for the arrays that NumPy makes while it computes for us, kept for the next ones: `heap.pyx`.

NumPy gives what it takes for an array above some 100 KB back to the system, and a fresh page costs as much as computing what is stored in
it: rolled Life on 400 x 400, whose integers take 1.3 MB a result, ran at 0.6 of NumPy's speed with fresh pages, and at 0.9 without. Here,
in Python, NumPy's memory stays as it is.
"""

from __future__ import annotations


def use() -> None:
    """Have NumPy take the memory of new arrays from here in the present context (`contextvars`), wherever it is entered. What was taken
    comes back when its array dies, anywhere."""


def trim() -> None:
    """Give all idle memory back to the system."""


def idle() -> int:
    """Bytes that wait for their next array: 64 MiB at most."""
    return 0

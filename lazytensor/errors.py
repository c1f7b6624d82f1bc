"""Exceptions beyond NumPy's own. Wrong shapes, dtypes and axes raise what NumPy raises: ValueError, TypeError, AxisError."""

from __future__ import annotations


class LazyTensorError(Exception):
    """Base of the errors that only this library raises."""


class DeviceError(LazyTensorError, ValueError):
    """A device that does not exist, or operands pinned to different devices."""


class DeviceMemoryError(LazyTensorError, MemoryError):
    """A device has not enough memory for a result."""


class FallbackError(LazyTensorError, RuntimeError):
    """Under `config.strict`, an operation would have left the graph: NumPy would have computed it, on values waited for."""

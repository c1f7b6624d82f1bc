"""`lazytensor.lib`, as NumPy has `numpy.lib`: `stride_tricks`."""

from __future__ import annotations

from lazytensor.functions import stride_tricks

__all__ = ["stride_tricks"]

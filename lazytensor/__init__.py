"""Lazy tensors with NumPy's semantics: array code that returns at once and runs fused, compiled and in the background.

>>> import lazytensor as lt
>>> x = lt.linspace(0, 1, 5)
>>> print((x * x).sum())
1.875

What there is: the names in `__all__` of the chapters (creation, elementwise, statistics, ...), each defined and documented there.
"""

from typing import TYPE_CHECKING

from lazytensor import (
    creation,
    dtypes,
    elementwise,
    errors,
    indexing,
    joining,
    linalg,
    manipulation,
    numerics,
    random,
    ranges,
    searching,
    special,
    statistics,
    utility,
)
from lazytensor.caches import clear_caches, memory_stats
from lazytensor.config import config
from lazytensor.creation import *
from lazytensor.devices import Device, default_device, device, devices
from lazytensor.dtypes import *
from lazytensor.elementwise import *
from lazytensor.explain import explain
from lazytensor.indexing import *
from lazytensor.joining import *
from lazytensor.linalg import diagonal, dot, einsum, inner, matmul, outer, tensordot, trace, vdot, vecdot
from lazytensor.manipulation import *
from lazytensor.numerics import *
from lazytensor.ranges import *
from lazytensor.searching import *
from lazytensor.statistics import *
from lazytensor.tensor import Tensor
from lazytensor.utility import *
from lazytensor.visualize import visualize
from lazytensor.waiting import as_completed, materialize, start, wait_all

__version__ = "0.1.0"
__array_api_version__ = "2025.12"

__all__ = [
    "Device", "Tensor", "as_completed", "clear_caches", "config", "default_device", "device", "devices", "errors", "explain",
    "linalg", "materialize", "memory_stats", "random", "special", "start", "visualize", "wait_all",
    "diagonal", "dot", "einsum", "inner", "matmul", "outer", "tensordot", "trace", "vdot", "vecdot",
]  # fmt: skip
__all__ += creation.__all__
__all__ += dtypes.__all__
__all__ += elementwise.__all__
__all__ += indexing.__all__
__all__ += joining.__all__
__all__ += manipulation.__all__
__all__ += numerics.__all__
__all__ += ranges.__all__
__all__ += searching.__all__
__all__ += statistics.__all__
__all__ += utility.__all__

if not TYPE_CHECKING:  # a typed __getattr__ would make every misspelt name valid

    def __getattr__(name):
        from lazytensor.names import missing  # delayed: start-up time

        raise missing(name, __name__, __all__)

    def __dir__():
        return sorted([*__all__, "__array_api_version__", "__version__"])

"""Lazy tensors with NumPy's semantics: array code that returns at once and runs fused, compiled and in the background.

>>> import lazytensor as lt
>>> x = lt.linspace(0, 1, 5)
>>> print((x * x).sum())
1.875

What there is: the names in `__all__` of the chapters (creation, elementwise, statistics, ...), each defined and documented there.
"""

from typing import TYPE_CHECKING

from lazytensor import (
    calculus,
    concatenators,
    contractions,
    conversion,
    correlation,
    creation,
    diagonals,
    dtype_functions,
    elementwise,
    errors,
    fft,
    files,
    functional,
    grids,
    histograms,
    indexing,
    insertion,
    joining,
    lib,
    linalg,
    manipulation,
    memory,
    nan_statistics,
    numerics,
    order_statistics,
    padding,
    polynomials,
    positions,
    printing,
    products,
    random,
    ranges,
    searching,
    selecting,
    sets,
    sorting,
    special,
    splitting,
    statistics,
    typing,
    utility,
    windows,
)
from lazytensor.caches import clear_caches, memory_stats
from lazytensor.calculus import *
from lazytensor.concatenators import *
from lazytensor.config import config
from lazytensor.contractions import *
from lazytensor.conversion import *
from lazytensor.correlation import *
from lazytensor.creation import *
from lazytensor.devices import Device, default_device, device, devices
from lazytensor.diagonals import *
from lazytensor.dtype_functions import *
from lazytensor.elementwise import *
from lazytensor.explain import explain
from lazytensor.files import *
from lazytensor.functional import *
from lazytensor.grids import *
from lazytensor.histograms import *
from lazytensor.indexing import *
from lazytensor.insertion import *
from lazytensor.joining import *
from lazytensor.manipulation import *
from lazytensor.memory import *
from lazytensor.nan_statistics import *
from lazytensor.numerics import *
from lazytensor.order_statistics import *
from lazytensor.padding import *
from lazytensor.polynomials import *
from lazytensor.positions import *
from lazytensor.printing import *
from lazytensor.products import *
from lazytensor.ranges import *
from lazytensor.searching import *
from lazytensor.selecting import *
from lazytensor.sets import *
from lazytensor.sorting import *
from lazytensor.splitting import *
from lazytensor.statistics import *
from lazytensor.tensor import Tensor, ndarray
from lazytensor.ufunc_class import ufunc
from lazytensor.utility import *
from lazytensor.visualize import visualize
from lazytensor.waiting import as_completed, gather, materialize, start, wait_all
from lazytensor.windows import *

__version__ = "0.1.0"
__array_api_version__ = "2025.12"

__all__ = [
    "Device", "Tensor", "as_completed", "clear_caches", "config", "default_device", "device", "devices", "errors", "explain",
    "fft", "gather", "lib", "linalg", "materialize", "memory_stats", "ndarray", "random", "special", "start", "typing",
    "ufunc", "visualize", "wait_all",
]  # fmt: skip
__all__ += calculus.__all__
__all__ += concatenators.__all__
__all__ += contractions.__all__
__all__ += conversion.__all__
__all__ += correlation.__all__
__all__ += creation.__all__
__all__ += diagonals.__all__
__all__ += dtype_functions.__all__
__all__ += elementwise.__all__
__all__ += files.__all__
__all__ += functional.__all__
__all__ += grids.__all__
__all__ += histograms.__all__
__all__ += indexing.__all__
__all__ += insertion.__all__
__all__ += joining.__all__
__all__ += manipulation.__all__
__all__ += memory.__all__
__all__ += nan_statistics.__all__
__all__ += numerics.__all__
__all__ += order_statistics.__all__
__all__ += padding.__all__
__all__ += polynomials.__all__
__all__ += positions.__all__
__all__ += printing.__all__
__all__ += products.__all__
__all__ += ranges.__all__
__all__ += searching.__all__
__all__ += selecting.__all__
__all__ += sets.__all__
__all__ += sorting.__all__
__all__ += splitting.__all__
__all__ += statistics.__all__
__all__ += utility.__all__
__all__ += windows.__all__

if not TYPE_CHECKING:  # a typed __getattr__ would make every misspelt name valid

    def __getattr__(name):
        from lazytensor.names import missing  # delayed: start-up time

        raise missing(name, __name__, __all__)

    def __dir__():
        return sorted([*__all__, "__array_api_version__", "__version__"])

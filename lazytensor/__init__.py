"""Lazy tensors with NumPy's semantics: array code that returns at once and runs fused, compiled and in the background.

>>> import lazytensor as lt
>>> x = lt.linspace(0, 1, 5)
>>> print((x * x).sum())
1.875

What there is: the names in `__all__` of the chapters (creation, elementwise, statistics, ...), each defined and documented there.
"""

from typing import TYPE_CHECKING

from lazytensor import compiled as _compiled  # isort: skip  # noqa: F401  (before all modules that it finds)
from lazytensor import errors, fft, lib, linalg, polynomials, random, special, typing
from lazytensor.calling.public import keep_former_paths, publish
from lazytensor.calling.ufunc_class import ufunc
from lazytensor.config import config
from lazytensor.core.devices import Device, default_device, device, devices
from lazytensor.functions import (
    calculus,
    concatenators,
    contractions,
    conversion,
    correlation,
    creation,
    diagonals,
    dtypes,
    elementwise,
    files,
    functional,
    grids,
    histograms,
    insertion,
    joining,
    manipulation,
    memory,
    nan_statistics,
    numerics,
    order_statistics,
    padding,
    placing,
    positions,
    printing,
    products,
    ranges,
    searching,
    selecting,
    sets,
    sorting,
    splitting,
    statistics,
    utility,
    windows,
)
from lazytensor.functions.calculus import *
from lazytensor.functions.concatenators import *
from lazytensor.functions.contractions import *
from lazytensor.functions.conversion import *
from lazytensor.functions.correlation import *
from lazytensor.functions.creation import *
from lazytensor.functions.diagonals import *
from lazytensor.functions.dtypes import *
from lazytensor.functions.elementwise import *
from lazytensor.functions.files import *
from lazytensor.functions.functional import *
from lazytensor.functions.grids import *
from lazytensor.functions.histograms import *
from lazytensor.functions.insertion import *
from lazytensor.functions.joining import *
from lazytensor.functions.manipulation import *
from lazytensor.functions.memory import *
from lazytensor.functions.nan_statistics import *
from lazytensor.functions.numerics import *
from lazytensor.functions.order_statistics import *
from lazytensor.functions.padding import *
from lazytensor.functions.placing import *
from lazytensor.functions.positions import *
from lazytensor.functions.printing import *
from lazytensor.functions.products import *
from lazytensor.functions.ranges import *
from lazytensor.functions.searching import *
from lazytensor.functions.selecting import *
from lazytensor.functions.sets import *
from lazytensor.functions.sorting import *
from lazytensor.functions.splitting import *
from lazytensor.functions.statistics import *
from lazytensor.functions.utility import *
from lazytensor.functions.windows import *
from lazytensor.polynomials import *
from lazytensor.tensor import Tensor, ndarray
from lazytensor.tools.caches import clear_caches, memory_stats
from lazytensor.tools.explain import explain
from lazytensor.tools.visualize import visualize
from lazytensor.tools.waiting import as_completed, gather, materialize, start, wait_all

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
__all__ += dtypes.__all__
__all__ += elementwise.__all__
__all__ += files.__all__
__all__ += functional.__all__
__all__ += grids.__all__
__all__ += histograms.__all__
__all__ += insertion.__all__
__all__ += joining.__all__
__all__ += manipulation.__all__
__all__ += memory.__all__
__all__ += nan_statistics.__all__
__all__ += numerics.__all__
__all__ += order_statistics.__all__
__all__ += padding.__all__
__all__ += placing.__all__
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

publish(globals(), __all__)
keep_former_paths()

if not TYPE_CHECKING:  # a typed __getattr__ would make every misspelt name valid

    def __getattr__(name):
        from lazytensor.calling.names import missing  # delayed: start-up time

        raise missing(name, __name__, __all__)

    def __dir__():
        return sorted([*__all__, "__array_api_version__", "__version__"])

"""`cupy` as CuPy's own tests see it: lazytensor, and `cupy.testing` from the checkout, whose decorators compare it with NumPy."""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from adapted import array_of, assert_warns
from substitution import Resolve, execute

import lazytensor as lt

# Modules of CuPy whose names are NumPy's.
PUBLIC = ("fft", "linalg", "random", "lib", "lib.stride_tricks", "polynomial", "polynomial.polynomial", "polynomial.polyutils")


class Own(AttributeError):
    """A name of CuPy that is not NumPy's."""


class Names(ModuleType):
    """A module of CuPy: lazytensor's names, and those of NumPy that are no functions."""

    def __init__(self, full: str, own: Any, real: Any) -> None:
        super().__init__(full)
        vars(self).update(_own=own, _real=real, __path__=[])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise Own(f"cupy's own name: {self.__name__}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "available":  # a library of CUDA's
            return False
        full = f"{self.__name__}.{name}"
        if full in _made or full.removeprefix("cupy.") in (*PUBLIC, "testing"):
            return names(full)
        own, real = vars(self)["_own"], vars(self)["_real"]
        if own is not None and hasattr(own, name):
            return getattr(own, name)
        if real is None or name.startswith("_") or not hasattr(real, name):
            raise Own(f"cupy's own name: {full}")
        found = getattr(real, name)
        if own is None or (isinstance(found, type) and own is not lt.random) or not callable(found):
            return found
        return getattr(own, name)


class _ArrayType(type):
    """Tensors are instances of the class that stands for cupy.ndarray, and it is called as `empty`."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, lt.Tensor) if cls is ndarray else type.__instancecheck__(cls, value)

    def __eq__(cls, other: object) -> bool:
        return other is cls or (cls is ndarray and other is lt.Tensor)

    __hash__ = type.__hash__

    def __getattr__(cls, name: str) -> Any:
        return getattr(lt.Tensor, name)

    def __call__(cls, shape: Any, dtype: Any = float, memptr: Any = None, strides: Any = None, order: str = "C") -> Any:
        if cls is not ndarray or memptr is not None or strides is not None:
            raise Own("cupy's own name: subclasses of ndarray, and arrays made of a pointer")
        return lt.empty(shape, dtype, order=order)


class ndarray(metaclass=_ArrayType):  # noqa: N801
    """`cupy.ndarray`."""


def _asnumpy(value: Any, *args: Any, **kwargs: Any) -> Any:
    return np.asarray(array_of(value))


def _top() -> ModuleType:
    made = Names("cupy", lt, np)
    made.ndarray = ndarray  # type: ignore[attr-defined]
    made.asnumpy = _asnumpy  # type: ignore[attr-defined]
    made.get_array_module = lambda *args: lt if any(isinstance(item, lt.Tensor) for item in args) else np  # type: ignore[attr-defined]
    made.exceptions = np.exceptions  # type: ignore[attr-defined]
    pool = SimpleNamespace(free_all_blocks=_ignored)
    made.get_default_memory_pool = made.get_default_pinned_memory_pool = lambda: pool  # type: ignore[attr-defined]
    return made


def _cuda() -> ModuleType:
    made = Names("cupy.cuda", None, None)
    made.runtime = SimpleNamespace(is_hip=False, runtimeGetVersion=lambda: 13000)  # type: ignore[attr-defined]
    made.driver = SimpleNamespace(get_build_version=lambda: 13000, _is_cuda_python=lambda: False)  # type: ignore[attr-defined]
    made.get_local_runtime_version = lambda: 13000  # type: ignore[attr-defined]
    made.cub = Names("cupy.cuda.cub", None, None)  # type: ignore[attr-defined]
    made.cutensor = Names("cupy.cuda.cutensor", None, None)  # type: ignore[attr-defined]
    return made


def _ignored(*args: Any, **kwargs: Any) -> None:
    """What a GPU would be told."""


def _core() -> ModuleType:
    made = Names("cupy._core", None, None)
    made.internal = SimpleNamespace(prod=math.prod)  # type: ignore[attr-defined]
    made._accelerator = SimpleNamespace(  # type: ignore[attr-defined]
        **{
            f"{verb}_{kind}_accelerators": list if verb == "get" else _ignored
            for verb in ("get", "set")
            for kind in ("routine", "reduction")
        },
        ACCELERATOR_CUB=1,
        ACCELERATOR_CUTENSOR=3,
    )
    made._routines_linalg = SimpleNamespace(  # type: ignore[attr-defined]
        **{f"COMPUTE_TYPE_{kind}": kind for kind in ("DEFAULT", "PEDANTIC", "TF32")},
    )
    made.ndarray, made.get_compute_type, made.set_compute_type = ndarray, _ignored, _ignored  # type: ignore[attr-defined]
    made._cub_reduction = SimpleNamespace(_CUB_REDUCE_SIZE_THRESHOLD=1)  # type: ignore[attr-defined]
    return made


def _sparse() -> ModuleType:
    made = Names("cupyx.scipy.sparse", None, None)
    made.issparse = lambda value: False  # type: ignore[attr-defined]
    return made


def _cupyx() -> ModuleType:
    made = Names("cupyx", None, None)
    made.errstate = made.allow_synchronize = _nothing_set  # type: ignore[attr-defined]
    made.cusolver = SimpleNamespace(check_availability=lambda name: True)  # type: ignore[attr-defined]
    return made


def _nothing_set(*args: Any, **kwargs: Any) -> Any:
    return contextlib.nullcontext()


def _identities(stack: tuple[int, ...], length: int, dtype: Any) -> Any:
    return lt.broadcast_to(lt.eye(length, dtype=dtype), (*stack, length, length))


def _fft_settings() -> ModuleType:
    made = Names("cupy.fft.config", None, None)
    made.enable_nd_planning, made.clear_plan_cache = True, _ignored  # type: ignore[attr-defined]
    return made


class _Generator:
    """A generator that is seeded anew by its bit generator, as CuPy's are; that stands for a seed."""

    def __init__(self, bit_generator: Any) -> None:
        vars(self)["_own"] = lt.random.default_rng(0)
        self.bit_generator = bit_generator

    def __setattr__(self, name: str, value: Any) -> None:
        vars(self)["_own"].__setstate__(lt.random.default_rng(value.seed).__getstate__())

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_own"], name)


def _random() -> ModuleType:
    made = Names("cupy.random", lt.random, np.random)
    made.Generator = _Generator  # type: ignore[attr-defined]
    made._bit_generator = SimpleNamespace(Philox4x3210=SimpleNamespace)  # type: ignore[attr-defined]
    made._distributions = Names("cupy.random._distributions", lt.random, None)  # type: ignore[attr-defined]
    return made


_made: dict[str, Any] = {"cupy": _top(), "cupy.cuda": _cuda(), "cupy._core": _core(), "cupyx.scipy.sparse": _sparse()}
_made["cupy.cuda.runtime"] = _made["cupy.cuda"].runtime
_made["cupy.cuda.driver"] = _made["cupy.cuda"].driver
_made["cupy_backends.cuda.api.runtime"] = _made["cupy.cuda"].runtime
for _part in ("internal", "_accelerator", "_cub_reduction", "_routines_linalg"):
    _made[f"cupy._core.{_part}"] = getattr(_made["cupy._core"], _part)
_made["cupy.random"] = _random()
_made["cupyx"] = _cupyx()
_made["cupyx.cusolver"] = _made["cupyx"].cusolver
_made["cupy.cublas"] = SimpleNamespace(get_batched_gesv_limit=_ignored, set_batched_gesv_limit=_ignored)
_made["cupy.linalg._util"] = SimpleNamespace(stacked_identity=_identities)
_made["cupy.fft.config"] = _fft_settings()
_made["cupy.exceptions"] = np.exceptions
_made["cupy._util"] = ModuleType("cupy._util")
_made["cupy._util"].ENABLE_SLICE_COPY = False
_made["cupy._util"].PerformanceWarning = type("PerformanceWarning", (RuntimeWarning,), {})
lt.Tensor.get = _asnumpy  # type: ignore[attr-defined]  # CuPy's way to NumPy
# Filters of warnings name classes by their path.
sys.modules.update({name: _made[name] for name in ("cupy", "cupy.exceptions", "cupy._util")})


def names(full: str) -> Any:
    """What `import full` gives in a test module."""
    if full in _made:
        return _made[full]
    if full == "cupy.testing" or full.startswith("cupy.testing."):
        return _testing(full)
    path = full.removeprefix("cupy.")
    if path in PUBLIC:
        own: Any = lt
        for part in path.split("."):
            own = getattr(own, part, None)
        made = Names(full, own, importlib.import_module(f"numpy.{path}"))
    else:
        made = Names(full, None, None)
    return _made.setdefault(full, made)


REPLACED: dict[str, Resolve] = {"cupy": names, "cupyx": names, "cupy_backends": names}


def tests(full: str) -> Any:
    """The helpers that test modules import from each other."""
    if full not in _made:
        path = Path(os.environ["UPSTREAM_ROOT"], "tests", *full.split("."))
        if path.is_dir():
            made: Any = ModuleType(full)
            made.__path__ = [str(path)]
            _made[full] = made
        else:
            _made[full] = execute(path.with_suffix(".py"), full, full.rpartition(".")[0], {**REPLACED, "cupy_tests": tests})
        parent, _, name = full.rpartition(".")
        if parent:
            setattr(tests(parent), name, _made[full])
    return _made[full]


# -- cupy.testing ---------------------------------------------------------------------------------------------------------------


def _testing(full: str) -> Any:
    """A module of the checkout's `cupy.testing`, adapted where it stands for a GPU or for dtypes that tensors have not."""
    folder = Path(os.environ["UPSTREAM_ROOT"], "cupy", "testing")
    name = full.removeprefix("cupy.testing").removeprefix(".") or "__init__"
    path = folder / f"{name}.py"
    if not path.exists():
        raise ImportError(f"no module named {full}")
    made = _made[full] = ModuleType(full)  # before it is executed: the modules import each other
    if name == "__init__":
        made.__path__ = [str(folder)]
    execute(path, full, "cupy.testing", REPLACED, made)
    if full in _ADAPTED:
        _ADAPTED[full](made)
    return made


def _adapt_loops(module: Any) -> None:
    """Without float16; compare lazy results with NumPy's, whatever their order in memory and whether they are scalars, and our float32
    with NumPy's float16."""
    module._float_dtypes = module._regular_float_dtypes
    module._dtypes = module._float_dtypes + module._int_bool_dtypes
    # Negative values become unsigned as in NumPy, on one processor.
    module._contains_signed_and_unsigned = lambda kw: False
    run_ours, run_numpy, decorator, convert = (
        module._call_func_cupy,
        module._call_func_numpy,
        module._make_decorator,
        module._convert_output_to_ndarray,
    )

    def without_float16(decorator: Any) -> Any:
        def chosen(dtypes: Any, *args: Any, **kwargs: Any) -> Any:
            return decorator([item for item in dtypes if np.dtype(item) != np.float16] or dtypes, *args, **kwargs)

        return chosen

    def run(*args: Any) -> tuple[Any, Any]:
        result, error = run_ours(*args)
        if error is None:
            try:
                array_of(result)
            except Exception as found:
                return None, found
        return result, error

    def run_both(*args: Any) -> tuple[Any, Any, Any, Any]:
        result, error = run(*args)
        expected, expected_error = run_numpy(*args)
        if isinstance(expected_error, np._core._exceptions.UFuncTypeError):  # type: ignore[attr-defined]
            expected_error = TypeError(str(expected_error)).with_traceback(expected_error.__traceback__)
        if expected_error is not None and error is None:
            # What the body left without a look at it.
            with lt.config.override(sync=True):
                result, error = run(*args)
        return result, error, expected, expected_error

    def make(check: Callable[..., Any], name: str, type_check: bool, contiguous_check: bool, *rest: Any) -> Any:
        return decorator(check, name, type_check, False, *rest)

    def to_arrays(ours: Any, theirs: Any, *rest: Any) -> tuple[Any, Any]:
        if isinstance(ours, lt.Tensor) and np.isscalar(theirs):
            theirs = np.array(theirs)
        else:
            ours, theirs = convert(ours, theirs, *rest)
        if theirs.dtype == np.float16 and ours.dtype in (np.float32, np.bool_):
            found, expected = array_of(ours), theirs.astype(ours.dtype)
            with np.errstate(over="ignore"):
                near = np.isclose(found.astype(np.float16), theirs, rtol=2e-3, atol=1e-3, equal_nan=True)
            theirs = np.where(near, found, expected)
        return ours, theirs

    for name in ("for_dtypes", "for_dtypes_combination"):
        setattr(module, name, without_float16(getattr(module, name)))
    module._call_func_cupy = run
    module._call_func_numpy_cupy = run_both
    module._make_decorator = make
    module._convert_output_to_ndarray = to_arrays


def _adapt_helper(module: Any) -> None:
    """Warnings may stay away."""
    module.assert_warns = assert_warns


def _adapt_random(module: Any) -> None:
    """Seed by our functions."""
    module.do_setup = lambda deterministic=True: (np.random.seed(0), lt.random.seed(0))
    module.do_teardown = lambda: None


_ADAPTED: dict[str, Callable[[Any], None]] = {
    "cupy.testing._loops": _adapt_loops,
    "cupy.testing._helper": _adapt_helper,
    "cupy.testing._random": _adapt_random,
}

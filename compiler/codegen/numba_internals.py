"""All of Numba and llvmlite that is not their public interface, in one place: tested by `check`, and bounded by pyproject's versions.

Numba compiles a kernel to LLVM, and its own loading is bypassed: the object code is taken from the module, so that it can be stored.
Importing this module imports neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

# What is read of each object; `check` says what a version lacks.
_FLAGS = ("error_model", "no_cpython_wrapper", "no_cfunc_wrapper", "no_compile")
_LIBRARY = ("_finalize_final_module", "_final_module", "_codegen", "finalize")


@cache
def configure() -> None:
    """Have Numba generate code for this machine with its widest vectors. Call before the first compilation.

    Numba reads the environment when it is imported, and makes its code generator at the first compilation; in a program that has
    compiled already, kernels keep the default width.
    """
    import llvmlite.binding  # delayed: start-up time

    name = llvmlite.binding.get_host_cpu_name()
    features = llvmlite.binding.get_host_cpu_features().flatten()
    if "+avx512f" in features:
        features += ",-prefer-256-bit"
    # Kernels check at run time that their arrays do not overlap; past LLVM's default of 128 checks they would not vectorise.
    llvmlite.binding.set_option("lazytensor", "-vectorize-memory-check-threshold=4096")
    # Buffers never overlap arrays, but LLVM stops looking at 100 uses; lanes then stay in memory, at half the speed.
    llvmlite.binding.set_option("lazytensor", "-capture-tracking-max-uses-to-explore=4096")
    # Longer loops are vectorised; unrolled before that, they would be scalar.
    llvmlite.binding.set_option("lazytensor", "-unroll-full-max-count=8")
    if "numba" not in sys.modules:
        os.environ.setdefault("NUMBA_CPU_NAME", name)
        os.environ.setdefault("NUMBA_CPU_FEATURES", features)
        return
    from numba import config
    from numba.core.registry import cpu_target

    settings = vars(config)
    if "_toplevel_target_context" not in vars(cpu_target) and settings["CPU_NAME"] is None and settings["CPU_FEATURES"] is None:
        settings["CPU_NAME"], settings["CPU_FEATURES"] = name, features


def module_of(function: Callable[..., Any]) -> tuple[Any, Any]:
    """The optimised LLVM module of a function of four int64, under its own name, and the target machine."""
    configure()
    from numba import types  # delayed: it must be imported after it is configured
    from numba.core import compiler as numba_compiler
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.registry import cpu_target

    compiler: Any = numba_compiler
    flags = compiler.Flags()
    _expect(flags, _FLAGS)
    flags.error_model = "numpy"  # divisions follow NumPy instead of raising
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.no_compile = True
    compiled = compiler.compile_extra(
        cpu_target.typing_context, cpu_target.target_context, function, (types.int64,) * 4, types.void, flags, {}
    )
    library = compiled.library
    _expect(library, _LIBRARY)
    # Finalizing links and optimises, and then loads the code into Numba's own engine: a second code generation, half the time.
    library._finalize_final_module = lambda: None
    with global_compiler_lock:
        library.finalize()
    module = library._final_module
    kernel = module.get_function(compiled.fndesc.llvm_func_name)
    kernel.name = name = function.__name__
    # Numba's names count the functions of a process: the same name is another function in code that another process compiled, and of
    # two that are loaded the first would be taken for both.
    for value in (*module.functions, *module.global_variables):
        if value.name != name and not value.is_declaration:
            value.linkage = "internal"
    _expect(library._codegen, ("_tm",))
    return module, library._codegen._tm


def _expect(value: Any, names: tuple[str, ...]) -> None:
    """NotImplementedError, naming the versions, if an object lacks what is read of it."""
    missing = [name for name in names if not hasattr(value, name)]
    if missing:
        from importlib.metadata import version  # delayed: start-up time

        raise NotImplementedError(
            f"Numba {version('numba')} has no {', '.join(missing)} in {type(value).__name__}; install a version that lazytensor's "
            "metadata allow"
        )


def locks() -> list[Any]:
    """The locks under which Numba and LLVM compile, as far as they are imported. The user may compile too: a forked child that cannot
    have these would never compile again."""
    numba = getattr(sys.modules.get("numba.core.compiler_lock"), "global_compiler_lock", None)
    library = getattr(sys.modules.get("llvmlite.binding.ffi"), "lib", None)
    return [getattr(numba, "_lock", None), getattr(getattr(library, "_lock", None), "_lock", None)]


def check() -> None:
    """Raise unless this Numba has everything that is used of it: compiles a small function and takes its object code."""

    def nothing(block: int, start: int, stop: int, memory: int) -> None:
        pass

    module, machine = module_of(nothing)
    assert b"nothing" in machine.emit_object(module)
    assert None not in locks()

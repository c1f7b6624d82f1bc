"""What other libraries see of a tensor: NumPy's protocols, DLPack, the buffer protocol and the array API's namespace.

NumPy's functions on tensors call ours of the same name and stay lazy. What has no lazy form here is computed by NumPy on the values,
through `calling.fallback`: `explain` shows it and `config.strict` forbids it.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

from lazytensor import special
from lazytensor.calling import fallback
from lazytensor.calling.keywords import copying
from lazytensor.core.handle import Handle

_KNOWN = (Handle, np.ndarray, np.generic)
VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")


class Protocols(Handle):
    """What `Tensor` inherits."""

    __slots__ = ()

    # Before ndarray's, whose own subclasses have 0, and matrices 10.
    __array_priority__ = 1000

    def numpy(self) -> np.ndarray[Any, Any]:
        """The values as a read-only array, without a copy. Waits. In-place updates of the tensor do not change it."""
        value = self._value().view()
        value.flags.writeable = False
        return value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        value, copy = self.numpy(), copying(copy, "__array__")
        if dtype is not None and np.dtype(dtype) != value.dtype:
            if copy is False:
                raise ValueError(f"a tensor of dtype {value.dtype} cannot become {np.dtype(dtype)} without a copy")
            return value.astype(dtype)
        return value.copy() if copy else value

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **keywords: Any) -> Any:
        if not isinstance(ufunc, np.ufunc):
            raise TypeError(f"__array_ufunc__: expects a ufunc of NumPy, got {type(ufunc).__name__}")
        outputs = out if type(out) is tuple else (out,)
        if any(hasattr(type(item), "__array_ufunc__") and not isinstance(item, _KNOWN) for item in (*inputs, *outputs)):
            return NotImplemented  # the other operand knows better
        function = ufunc_here(ufunc)
        if method != "__call__" and function is not None:
            function = getattr(function, method, None)
        if (
            function is None
            or (method == "at" and not isinstance(inputs[0], Handle))
            or any(type(item) is list for item in outputs)
        ):
            name = f"numpy.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
            if out is not None:
                keywords["out"] = out
            return fallback.run(name, getattr(ufunc, method), *inputs, **keywords)
        if out is not None:
            keywords["out"] = outputs[0] if len(outputs) == 1 else outputs
        return function(*inputs, **keywords)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if not isinstance(args, tuple) or not isinstance(kwargs, dict):
            raise TypeError("__array_function__: args must be a tuple and kwargs a dict")
        if not all(issubclass(kind, (Handle, np.ndarray)) for kind in types):
            return NotImplemented
        kwargs.pop("like", None)
        ours = function_here(func)
        if ours is None:
            return fallback.run(f"{func.__module__}.{func.__name__}", func, *args, **kwargs)
        return ours(*args, **kwargs)

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        if api_version not in (None, *VERSIONS):
            raise ValueError(f"array API version {api_version!r} is not supported; supported are {', '.join(VERSIONS)}")
        return sys.modules["lazytensor"]

    def __dlpack__(
        self, *, stream: Any = None, max_version: tuple[int, int] | None = None, dl_device: Any = None, copy: bool | None = None
    ) -> Any:
        """The values as a DLPack capsule. Waits.

        Without a copy, unless one is asked for or the consumer cannot be told that the memory is not to be written to (it speaks
        DLPack before 1.0): then copy=False shares the memory, and writing to it is undefined.

        Raises
        ------
        BufferError
            For a stream or a device that is not the CPU's, and for copy=False of memory that nobody may write to.
        """
        if stream is not None:
            raise BufferError("__dlpack__: a tensor on the CPU has no stream, stream must be None")
        if dl_device is not None and tuple(map(int, dl_device)) != self.__dlpack_device__():
            raise BufferError(f"__dlpack__: only the CPU, device (1, 0), is supported, got {dl_device}")
        told = max_version is not None and max_version[0] >= 1
        value = self._value()
        if copy or (copy is None and not told):
            value = np.array(value, order="C")
        elif told:
            value = self.numpy()
        elif not value.flags.writeable:
            raise BufferError("__dlpack__: read-only memory needs a consumer that speaks DLPack 1.0, or a copy")
        # NumPy marks a capsule as copied when it is asked to copy itself; the copy above is this call's own.
        return value.__dlpack__(max_version=max_version)

    def __dlpack_device__(self) -> tuple[int, int]:
        """(1, 0): the CPU, as DLPack numbers devices."""
        return (1, 0)

    def __bytes__(self) -> bytes:
        """What `bytes` makes of NumPy's arrays: the memory of the values in C order, of a 0-d integer so many zeros. Waits."""
        return bytes(self._value())

    def __buffer__(self, flags: int, /) -> memoryview:
        """The values as read-only memory, without a copy (Python 3.12 and later ask for this). Waits."""
        return self.numpy().data


@functools.lru_cache(maxsize=1024)
def ufunc_here(ufunc: np.ufunc) -> Any:
    """Our function for a ufunc of NumPy or SciPy, None if there is none."""
    name = ufunc.__name__
    if getattr(np, name, None) is ufunc:
        return getattr(sys.modules["lazytensor"], name, None)
    public = getattr(sys.modules.get("scipy.special"), name, None)
    if ufunc in (public, getattr(public, "__wrapped__", None)):  # wrapped under SCIPY_ARRAY_API=1
        return getattr(special, name, None)
    return None


@functools.lru_cache(maxsize=1024)
def function_here(function: Any) -> Any:
    """Our function for one of NumPy's that dispatch, None if there is none."""
    package, *parts = function.__module__.split(".")
    if package != "numpy":
        return None
    home: Any = sys.modules["lazytensor"]
    for part in parts:
        home = getattr(home, part, None)
    return getattr(home, function.__name__) if function.__name__ in getattr(home, "__all__", ()) else None

"""What to say of a name that is not there: the nearest ones that are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

NUMBERS = "tensors hold numbers and booleans only"
DATES = f"{NUMBERS}, no dates"
CODES = "it describes NumPy's dtypes by their letters; use NumPy's own"
EVENTS = "floating-point events never warn"

# NumPy's names that have no meaning here, or another name.
INSTEAD = {
    "float16": "the smallest floating dtype is lazytensor.float32",
    "half": "the smallest floating dtype is lazytensor.float32",
    "longdouble": "the largest floating dtype is lazytensor.float64",
    "float128": "the largest floating dtype is lazytensor.float64",
    "clongdouble": "the largest complex dtype is lazytensor.complex128",
    "complex256": "the largest complex dtype is lazytensor.complex128",
    **dict.fromkeys(("object_", "str_", "bytes_", "void", "character", "flexible", "char", "strings"), NUMBERS),
    **dict.fromkeys(("rec", "recarray", "record"), NUMBERS),
    **dict.fromkeys(("datetime64", "timedelta64", "datetime_as_string", "datetime_data", "isnat"), DATES),
    **dict.fromkeys(("busday_count", "busday_offset", "busdaycalendar", "is_busday"), DATES),
    **dict.fromkeys(("ScalarType", "mintypecode", "sctypeDict", "typecodes", "typename"), CODES),
    **dict.fromkeys(("matrix", "asmatrix", "bmat"), "use two-dimensional tensors and @"),
    "ma": "use lazytensor.where and boolean tensors",
    "emath": "convert to lazytensor.complex128 first",
    "poly1d": "use numpy.poly1d, or coefficients in a tensor",
    "polynomial": "use numpy.polynomial, or coefficients in a tensor",
    **dict.fromkeys(("errstate", "geterr", "geterrcall", "seterr", "seterrcall"), EVENTS),
    **dict.fromkeys(("getbufsize", "setbufsize"), "kernels choose their buffers themselves"),
    **dict.fromkeys(("flatiter", "nditer", "nested_iters"), "write whole-array operations, which are fused into one loop"),
    "little_endian": "use sys.byteorder",
    "memmap": "use lazytensor.asarray(numpy.memmap(...), copy=False)",
    "fromregex": "read with numpy.fromregex, and use lazytensor.asarray",
    "frompyfunc": "use lazytensor.vectorize",
}

# The same for attributes of ndarray.
ATTRIBUTES = {
    "byteswap": "tensors have the machine's byte order; use numpy.ndarray.byteswap before lazytensor.asarray",
    "ctypes": "use Tensor.numpy().ctypes, to read only",
    "dump": "use pickle.dump, or lazytensor.save",
    "dumps": "use pickle.dumps",
    **dict.fromkeys(("getfield", "setfield"), "tensors have no fields; use Tensor.view, Tensor.real or Tensor.imag"),
    "setflags": "flags cannot be set; what Tensor.numpy returns is read-only, and so are broadcast views",
    "newbyteorder": "tensors have the machine's byte order",
    "itemset": "use t[index] = value",
    "ptp": "use lazytensor.ptp",
    # NumPy 2.5's, for its own subclasses.
    "_set_dtype": "use Tensor.view",
    "_set_shape": "use Tensor.reshape",
}


class Unsupported:
    """In the place of an attribute that ndarray has and tensors have not: says what to do instead.

    A `__getattr__` of the class could say the nearest of any name, but costs every other attribute 0.1 us: the interpreter then no
    longer finds them the short way. Python itself suggests the nearest in a traceback.
    """

    __slots__ = ("name",)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        raise AttributeError(f"'Tensor' object has no attribute {self.name!r}: {ATTRIBUTES[self.name]}", name=self.name)


class MissingName(AttributeError):
    """A name that a module lacks. The nearest names are looked for when the message is read: `hasattr` need not pay for them."""

    def __init__(self, module: str, name: str, names: Iterable[str]) -> None:
        super().__init__(name=name)
        self.module = module
        self.missing = name
        self.names = names

    def __str__(self) -> str:
        import difflib  # delayed: start-up time

        text = f"module {self.module!r} has no attribute {self.missing!r}"
        if self.missing in INSTEAD:
            return f"{text}: {INSTEAD[self.missing]}"
        near = difflib.get_close_matches(self.missing, list(self.names), n=3, cutoff=0.6)
        return f"{text}; the nearest there is: {', '.join(near)}" if near else text


def missing(name: str, module: str, names: Iterable[str]) -> AttributeError:
    """The error for `module.name`, naming what is nearest to it."""
    return MissingName(module, name, names)

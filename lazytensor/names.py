"""What to say of a name that is not there: the nearest ones that are."""

from __future__ import annotations

from collections.abc import Iterable

NUMBERS = "tensors hold numbers and booleans only"
DATES = f"{NUMBERS}, no dates"
CODES = "it describes NumPy's dtypes by their letters; use NumPy's own"
EVENTS = "floating-point events never warn"
FILES = "read or write with NumPy's own, and lazytensor.asarray or Tensor.numpy"

# NumPy's names whose meaning has another name here, or none: (name, what to do).
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
    "ndarray": "the class is lazytensor.Tensor",
    "ufunc": "elementwise functions are plain functions of tensors",
    "ma": "use lazytensor.where and boolean tensors",
    "emath": "convert to lazytensor.complex128 first",
    "poly1d": "use numpy.poly1d, or coefficients in a tensor",
    "polynomial": "use numpy.polynomial, or coefficients in a tensor",
    **dict.fromkeys(("errstate", "geterr", "geterrcall", "seterr", "seterrcall"), EVENTS),
    **dict.fromkeys(("getbufsize", "setbufsize"), "kernels choose their buffers themselves"),
    **dict.fromkeys(("flatiter", "nditer", "nested_iters"), "write whole-array operations, which are fused into one loop"),
    "little_endian": "use sys.byteorder",
    "in1d": "use lazytensor.isin",
    "trapz": "use lazytensor.trapezoid",
    "memmap": "use lazytensor.asarray(numpy.memmap(...), copy=False)",
    **dict.fromkeys(("fromregex", "genfromtxt", "loadtxt", "savetxt"), FILES),
}


def missing(name: str, module: str, names: Iterable[str]) -> AttributeError:
    """The error for `module.name`, naming what is nearest to it."""
    import difflib  # delayed: start-up time

    text = f"module {module!r} has no attribute {name!r}"
    if name in INSTEAD:
        return AttributeError(f"{text}: {INSTEAD[name]}", name=name)
    near = difflib.get_close_matches(name, list(names), n=3, cutoff=0.6)
    if near:
        text += f"; the nearest there is: {', '.join(f'{module}.{found}' for found in near)}"
    return AttributeError(text, name=name)

"""What to say of a name that is not there: the nearest ones that are."""

from __future__ import annotations

from collections.abc import Iterable

# NumPy's names whose meaning has another name here, or none: (name, what to do).
INSTEAD = {
    "float16": "the smallest floating dtype is lazytensor.float32",
    "half": "the smallest floating dtype is lazytensor.float32",
    "longdouble": "the largest floating dtype is lazytensor.float64",
    "clongdouble": "the largest complex dtype is lazytensor.complex128",
    "object_": "tensors hold numbers and booleans only",
    "str_": "tensors hold numbers and booleans only",
    "bytes_": "tensors hold numbers and booleans only",
    "datetime64": "tensors hold numbers and booleans only",
    "timedelta64": "tensors hold numbers and booleans only",
    "matrix": "use two-dimensional tensors and @",
    "ndarray": "the class is lazytensor.Tensor",
    "errstate": "floating-point events never warn",
    "seterr": "floating-point events never warn",
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

"""What to say of a name that is not there: the nearest ones that are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

# NumPy's names that have no meaning here, or another name.
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


class MissingName(AttributeError):
    """An attribute that is not there. The nearest names are looked for when the message is read: `hasattr` need not pay for them."""

    def __init__(self, owner: str, name: str, names: Callable[[], Iterable[str]]) -> None:
        super().__init__(name=name)
        self.owner = owner
        self.missing = name
        self.names = names

    def __str__(self) -> str:
        import difflib  # delayed: start-up time

        text = f"{self.owner} has no attribute {self.missing!r}"
        if self.missing in INSTEAD:
            return f"{text}: {INSTEAD[self.missing]}"
        near = difflib.get_close_matches(self.missing, list(self.names()), n=3, cutoff=0.6)
        return f"{text}; the nearest there is: {', '.join(near)}" if near else text


def missing(name: str, module: str, names: Iterable[str]) -> AttributeError:
    """The error for `module.name`, naming what is nearest to it."""
    return MissingName(f"module {module!r}", name, lambda: names)

"""`ufunc`: the class of elementwise functions, with the attributes and methods of NumPy's ufuncs, and how functions become one.

What calls with keywords and the methods do is in `ufuncs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from lazytensor.calling import ufuncs
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.rules import FLOAT32

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])
# The letters of the dtypes that tensors have.
_LETTERS = frozenset("?bhilqBHILQfdFD->")


class Unary(Protocol):
    """A function of one operand, with the attributes of NumPy's ufuncs."""

    op: Op
    nin: int
    nout: int
    nargs: int
    identity: Any
    at: Callable[..., None]

    def __call__(
        self,
        x: Any,
        /,
        out: Any = None,
        *,
        where: Any = ...,
        casting: Any = ...,
        order: str = ...,
        dtype: Any = ...,
        subok: bool = ...,
        signature: Any = ...,
        sig: Any = ...,
    ) -> Tensor: ...


class Binary(Protocol):
    """A function of two operands, with the attributes and methods of NumPy's ufuncs."""

    op: Op
    nin: int
    nout: int
    nargs: int
    identity: Any
    reduce: Callable[..., Tensor]
    accumulate: Callable[..., Tensor]
    reduceat: Callable[..., Tensor]
    outer: Callable[..., Tensor]
    at: Callable[..., None]

    def __call__(
        self,
        x: Any,
        y: Any,
        /,
        out: Any = None,
        *,
        where: Any = ...,
        casting: Any = ...,
        order: str = ...,
        dtype: Any = ...,
        subok: bool = ...,
        signature: Any = ...,
        sig: Any = ...,
    ) -> Tensor: ...


# A static method is called without another Python frame: 40 ns, where a `__call__` written in Python costs 250.
class _Unbound(staticmethod):  # type: ignore[type-arg]
    """A function that is found as it is through instances of a class in whose body it stands: it does not take the instance."""

    def __get__(self, instance: Any, owner: type | None = None, /) -> Any:
        return self

    def __repr__(self) -> str:
        return repr(self.__func__)

    def __reduce__(self) -> str:
        return self.__name__  # pickled by where it is bound


def unbound(function: F) -> F:
    """Decorator of a function that is a builtin one in NumPy: those do not take the instance of a class in whose body they stand."""
    return _Unbound(function)  # type: ignore[return-value]


class ufunc(_Unbound):  # noqa: N801
    """An elementwise function, as NumPy's ufuncs are: in the body of a class it does not take the instance as its first argument.

    Made by this package, not by calling the class.

    Attributes
    ----------
    nin, nout, nargs : int
        How many operands and results it has, and both together.
    identity : number or None
        What its reduction of nothing is.
    signature : str or None
        The core dimensions of a generalized ufunc, such as `matmul`.

    >>> import lazytensor as lt
    >>> isinstance(lt.add, lt.ufunc), lt.add.nin, lt.matmul.signature
    (True, 2, '(n?,k),(k,m?)->(n?,m?)')
    """

    op: Op | None
    reference: Any
    nin: int
    nout: int
    nargs: int
    identity: Any
    signature: str | None

    def __repr__(self) -> str:
        return f"<ufunc {self.__name__!r}>"

    @property
    def types(self) -> list[str]:
        """The loops of NumPy's ufunc whose dtypes tensors have, such as "dd->d"; of the row where there is none."""
        if self.reference is None and self.op is not None:
            return list(_loops(self.op))
        return [text for text in getattr(self.reference, "types", ()) if _LETTERS.issuperset(text)]

    @property
    def ntypes(self) -> int:
        """The number of `types`."""
        return len(self.types)

    def resolve_dtypes(
        self, dtypes: Any, /, *, signature: Any = None, casting: Any = None, reduction: bool = False
    ) -> tuple[np.dtype[Any], ...]:
        """The dtypes of operands and results that a call with operands of these dtypes has: NumPy's, but float32 for float16.

        Parameters
        ----------
        dtypes : tuple
            For each operand a dtype, or int, float or complex for Python's numbers; for each result a dtype or None.
        signature : tuple of dtype or None, optional
            What a call's `signature=` asks for.
        casting : str, optional
            "same_kind" when None.
        reduction : bool
            Whether it is the call of a reduction.
        """
        asked = {"signature": signature, "casting": casting, "reduction": reduction or None}
        asked = {name: value for name, value in asked.items() if value is not None}
        found = self.reference.resolve_dtypes(dtypes, **asked)
        return tuple([FLOAT32 if item.char == "e" else item for item in found])

    reduce = ufuncs.reduce
    accumulate = ufuncs.accumulate
    reduceat = ufuncs.reduceat
    outer = ufuncs.outer
    at = ufuncs.at


def _loops(op: Op) -> Iterator[str]:
    """The dtypes that a row computes without converting them, as a ufunc's `types`."""
    for letter in "?bBhHiIlLfdFD":
        try:
            found = op.resolve(*[np.dtype(letter)] * op.arity)
        except TypeError:
            continue
        if all(item.char == letter for item in found.operands):
            yield f"{letter * op.arity}->{found.result.char}"


def _made(function: Any, reference: Any, nin: int, nout: int, op: Op | None) -> ufunc:
    """The ufunc of a function; the function has its attributes too, for where it refers to itself."""
    made = ufunc(function)
    facts = {
        "op": op,
        "reference": reference,
        "nin": nin,
        "nout": nout,
        "nargs": nin + nout,
        "identity": getattr(reference, "identity", None),
        "signature": getattr(reference, "signature", None),
    }
    for item in (function, made):
        for name in ("__name__", "__qualname__", "__doc__", "__module__"):
            setattr(item, name, getattr(function, name))
        for name, value in facts.items():
            setattr(item, name, value)
    return made


def equip(function: Any, op: Op) -> Any:
    """The ufunc of a row: a function with the row's name and text, unless it has one."""
    function.__name__ = function.__qualname__ = op.name
    function.__doc__ = function.__doc__ or op.doc
    reference = op.reference if isinstance(op.reference, np.ufunc) else getattr(np, op.name, None)
    return _made(function, reference if isinstance(reference, np.ufunc) else None, op.arity, 1, op)


def generalized(reference: np.ufunc, signature: str | None = None) -> Callable[[F], F]:
    """Decorator: the ufunc of a function that has keywords of its own, and the numbers of NumPy's ufunc, but for `signature`."""

    def decorate(function: F) -> F:
        made = _made(function, reference, reference.nin, reference.nout, None)
        made.signature = signature or made.signature
        return made  # type: ignore[return-value]

    return decorate


def of_two_results(reference: np.ufunc) -> Callable[[Callable[..., tuple[Tensor, Tensor]]], Callable[..., tuple[Tensor, Tensor]]]:
    """Decorator: the ufunc of a function that computes two results of its operands. `out` may be given by position too."""
    nin, nargs = reference.nin, reference.nargs

    def decorate(compute: Callable[..., tuple[Tensor, Tensor]]) -> Any:
        name = compute.__name__

        def function(*arguments: Any, out: Any = None, **keywords: Any) -> Any:
            if not nin <= len(arguments) <= nargs:
                raise TypeError(f"{name}() takes from {nin} to {nargs} positional arguments but {len(arguments)} were given")
            operands, given = arguments[:nin], arguments[nin:]
            if given:
                if out is not None:
                    raise TypeError(f"{name}() cannot specify 'out' as both a positional and keyword argument")
                out = (*given, *(None,) * (nargs - len(arguments)))
            asked = out is not None and not (type(out) is tuple and len(out) == 2 and out[0] is out[1] is None)
            if asked or keywords:
                return ufuncs.call(function, operands, out, **keywords)
            return compute(*operands)

        for attribute in ("__name__", "__qualname__", "__doc__", "__module__", "__annotations__"):
            setattr(function, attribute, getattr(compute, attribute))
        return _made(function, reference, nin, 2, None)

    return decorate

"""What a row of the op table is: everything particular to one operation, in one frozen record.

Rows are made in the sibling modules and collected by `compiler.ops.table`. Nothing here evaluates anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from lazytensor.compiler.tuning import MAX_SIGNATURES


class Kind(Enum):
    """How passes treat an operation; each pass has a case per kind, never per operation."""

    LEAF = "leaf"
    ELEMENTWISE = "elementwise"
    VIEW = "view"
    REDUCE = "reduce"
    SCAN = "scan"
    SOURCE = "source"
    UPDATE = "update"
    GATHER = "gather"
    SCATTER = "scatter"
    LIBRARY = "library"
    COPY = "copy"

    # Enum hashes its name in Python code on every lookup; kinds sit in the hot structural key.
    __hash__ = object.__hash__


class Signature(NamedTuple):
    """The dtypes an operation computes with: one for each operand, and the result's."""

    operands: tuple[np.dtype[Any], ...]
    result: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """Where tests draw a real operand's samples from, with the special values that belong to it."""

    low: float = -10.0
    high: float = 10.0
    specials: tuple[float, ...] = (0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Op:
    """One operation.

    `reference(*inputs, *params)` computes it with NumPy on arrays and Python scalars: the interpreter tier, and the tests'
    oracle. `signature(*dtypes, *params)` takes np.dtype objects, or the Python type of a scalar operand (bool, int, float,
    complex: NEP 50's weak operands), and returns the Signature or raises TypeError naming the operation and the dtypes.
    `shape(*shapes, *params)` returns the result's shape (a scalar's is ()) or raises ValueError naming the operation and the
    shapes (numpy.exceptions.AxisError for an axis).
    `arity` is the number of operands, -1 for any number. `flops` counts floating operations an element of the result (of the
    operand, for reductions); where that depends on shapes, `work(*shapes, *params)` is the count for the whole result. `numpy_ns` is
    NumPy's time for an element of eight bytes of the result where that is far from what these say, or that by dtype kind.
    `cpu` is the kernel expression over operands already cast to the signature's dtypes, by dtype kind of the first non-bool
    operand ("biufc" letters as keys; a plain string serves every kind); a missing kind, or None, leaves the operation to the
    reference.
    `standard`, by kind of the dtype computed in, takes the place of a ufunc reference whose values the array API overrules.
    `into(out, split, *inputs, *params)`, where there is one, is the reference for large results: it writes to `out` and shares
    its work through `split(task, count, grain)`, in pieces that depend on shapes alone; `pieces(itemsize, *shapes, *params)`, of an
    operation that takes long, is how many.
    `identity`, for reductions: what an empty reduction gives, or None where that is an error.
    `seeded`, for random sources: both tiers call the compiled generator that `cpu` names; the reference is for where there is no
    compiler.
    """

    name: str
    kind: Kind
    arity: int
    signature: Callable[..., Signature]
    shape: Callable[..., tuple[int, ...]]
    reference: Callable[..., Any]
    cpu: str | Mapping[str, str] | None = None
    cuda: str | Mapping[str, str] | None = None
    standard: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    into: Callable[..., None] | None = None
    pieces: Callable[..., int] | None = None
    vjp: Callable[..., Any] | None = None
    flops: float = 1.0
    numpy_ns: float | Mapping[str, float] = 0.0
    work: Callable[..., float] | None = None
    domain: tuple[Domain, ...] = (Domain(),)
    ulp: float = 0.0
    identity: Any = None
    seeded: bool = False
    doc: str = ""
    memo: dict[Any, Signature] = field(default_factory=dict, repr=False)

    def resolve(self, *arguments: Any) -> Signature:
        """`signature`, remembered by its arguments."""
        found = self.memo.get(arguments)
        if found is None:
            if len(self.memo) >= MAX_SIGNATURES:
                self.memo.clear()
            found = self.memo[arguments] = self.signature(*arguments)
        return found

    def expression(self, operands: tuple[np.dtype[Any], ...]) -> str | None:
        """The CPU kernel expression for these operand dtypes, or None where only the reference can compute it.

        Expressions compute in one dtype, booleans aside: NumPy's comparisons of int64 with uint64 stay with the reference.
        """
        if self.kind is Kind.ELEMENTWISE and len({dtype for dtype in operands if dtype.kind != "b"}) > 1:
            return None
        if self.cpu is None or isinstance(self.cpu, str):
            return self.cpu
        kind = next((dtype.kind for dtype in operands if dtype.kind != "b"), "b")
        return next((text for kinds, text in self.cpu.items() if kind in kinds), None)

    def bind(self, *arguments: Any) -> Callable[..., Any]:
        """What computes these dtypes and parameters (those of `signature`): the row's `standard` for their kind, else its
        `reference`, told what to compute in where NumPy would choose float16, which no tensor has."""
        reference = self.reference
        if not isinstance(reference, np.ufunc):
            return reference
        signature = self.resolve(*arguments)
        if overruled := self.standard.get(signature.operands[0].kind):
            return overruled
        narrow = any(isinstance(item, np.dtype) and item.itemsize == 1 for item in arguments)
        if not narrow or all(dtype != np.float32 for dtype in signature.operands):
            return reference
        dtypes: Any = (*signature.operands, signature.result)
        return partial(reference, signature=dtypes)

    def __repr__(self) -> str:
        return f"Op({self.name})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython and Hypothesis print, which would go through the fields: 48 kB for a graph whose rows had met many dtypes."""
        printer.text(repr(self))

"""What rows are made with: a factory for each of the common kinds, and what many rows have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.row import Domain, Kind, Op
from lazytensor.compiler.tuning import ROWS_GRAIN

Array = np.ndarray[Any, Any]

FINITE = Domain(-10, 10, (0.0, 1.0, -1.0))


def elementwise(
    name: str,
    reference: Callable[..., Any],
    *,
    doc: str,
    cpu: str | Mapping[str, str] | None,
    signature: rules.Rule | None = None,
    arity: int = 0,
    domain: Domain | tuple[Domain, ...] = rules.ANY,
    flops: float = 1.0,
    numpy_ns: float | Mapping[str, float] = 0.0,
    ulp: float = 0.0,
    into: Callable[..., None] | None = None,
    standard: Mapping[str, Callable[..., Any]] = MappingProxyType({}),
) -> Op:
    """A row whose result has the operands' broadcast shape; a ufunc reference gives the dtype rule and the arity too."""
    if isinstance(reference, np.ufunc):
        signature = signature or rules.by_ufunc(name, reference)
        arity = reference.nin
    assert signature is not None
    return Op(
        name=name,
        kind=Kind.ELEMENTWISE,
        arity=arity,
        signature=signature,
        shape=shapes.one if arity == 1 else shapes.broadcast(name),
        reference=reference,
        cpu=cpu,
        into=into,
        standard=standard,
        flops=flops,
        numpy_ns=numpy_ns,
        domain=domain if isinstance(domain, tuple) else (domain,) * arity,
        ulp=ulp,
        doc=doc,
    )


def reals(low: float, high: float) -> Domain:
    """Samples between two bounds, and the default specials."""
    return Domain(low, high)


def call(name: str, operands: int = 1) -> dict[str, str]:
    """The kernel expression that calls vectormath's function on real floating operands."""
    return {"f": f"{name}_{{t}}({', '.join('{' + letter + '}' for letter in 'xyz'[:operands])})"}


def function(
    name: str,
    ufunc: np.ufunc,
    *,
    doc: str,
    domain: Domain | tuple[Domain, ...] = rules.ANY,
    flops: float = 1.0,
    numpy_ns: float = 0.0,
    ulp: float = 0.0,
    standard: Mapping[str, Callable[..., Any]] = MappingProxyType({}),
) -> Op:
    """A row of a ufunc that vectormath has by the same name, for real floating operands."""
    cpu = call(name, ufunc.nin)
    return elementwise(name, ufunc, cpu=cpu, domain=domain, flops=flops, numpy_ns=numpy_ns, ulp=ulp, standard=standard, doc=doc)


def comparison(name: str, ufunc: np.ufunc, sign: str, kinds: str, doc: str) -> Op:
    """A row of a comparison operator."""
    return elementwise(name, ufunc, cpu={kinds: f"{{x}} {sign} {{y}}"}, doc=doc)


def by_rows(function: Callable[..., Any], grain: int = ROWS_GRAIN) -> Callable[..., None]:
    """The `into` of an operation on one operand: `function`, whose result may be of another dtype, on a part of it at a time, of at least
    `grain` elements."""

    def into(out: Any, split: Callable[..., None], x: Any, *params: Any) -> None:
        if np.shape(x) != out.shape:
            out[...] = function(x, *params)
            return

        def some(start: int, stop: int) -> None:
            out[start:stop] = function(x[start:stop], *params)

        split(some, len(out), max(1, len(out) * grain // max(out.size, 1)))

    return into


def library(
    name: str,
    reference: Callable[..., Any],
    *,
    signature: rules.Rule,
    shape: shapes.ShapeRule,
    doc: str,
    arity: int = 1,
    work: Callable[..., float] | None = None,
    into: Callable[..., None] | None = None,
    pieces: Callable[..., int] | None = None,
    flops: float = 1.0,
    domain: tuple[Domain, ...] = (),
    ulp: float = 0.0,
) -> Op:
    """A row whose reference is how every CPU tier computes it."""
    return Op(
        name=name,
        kind=Kind.LIBRARY,
        arity=arity,
        signature=signature,
        shape=shape,
        reference=reference,
        flops=flops,
        work=work,
        into=into,
        pieces=pieces,
        domain=domain or (Domain(),) * max(arity, 1),
        ulp=ulp,
        doc=doc,
    )

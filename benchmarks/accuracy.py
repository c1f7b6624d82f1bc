"""The elementary functions of kernels: largest errors and times, beside NumPy's (SciPy's for the error function and the sigmoid).

`python benchmarks/accuracy.py` writes docs/accuracy.md; names of functions as arguments print those lines instead. Needs mpmath
and SciPy. Every input is screened against the next wider format and the worst are then measured against mpmath; float64 erf
and erfc, which have no wider format to screen by, are measured with mpmath throughout, on fewer inputs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import scipy.special

from lazytensor.compiler.codegen.source import compile_source
from lazytensor.runtime.kernel_store import KernelStore

Array = np.ndarray[Any, Any]
Interval = tuple[float, float]

COUNT = 500_000  # inputs of an interval
SLOW_COUNT = 12_000  # where mpmath measures every one
WORST = 12  # inputs of an interval, for each side, that mpmath measures
SIZE = 16_384
ALLOWED = 1.0  # units in the last place by which our largest error may exceed theirs
DTYPES = {"f32": np.dtype(np.float32), "f64": np.dtype(np.float64)}
FULL = "every exponent"
NEAR = "multiples of pi/2"


def sigmoid(x: Any) -> Any:
    """By NumPy, in a format wide enough not to matter."""
    return 1 / (1 + np.exp(-x))


def exact_cbrt(x: Any) -> Any:
    return mpmath.sign(x) * mpmath.cbrt(abs(x))


@dataclass(frozen=True)
class Function:
    """A function of kernels, the peer's, mpmath's, and where to look: intervals of the operands, the first of them also timed."""

    name: str
    peer: Callable[..., Any]
    exact: Callable[..., Any]
    where: tuple[Interval | str, ...]
    wide: Callable[..., Any] | None = None
    second: tuple[Interval | str, ...] = ()
    peer_name: str = ""

    @property
    def arity(self) -> int:
        return 2 if self.second else 1


SMALL = (-1e-3, 1e-3)
FUNCTIONS = [
    Function("exp", np.exp, mpmath.exp, ((-10, 10), (-87.3, 88.7), (-745, 709.7), SMALL)),
    Function("exp2", np.exp2, lambda x: mpmath.mpf(2) ** x, ((-10, 10), (-126, 128), (-1074, 1023.9), SMALL)),
    Function("expm1", np.expm1, mpmath.expm1, ((-3, 3), (-1, 1), (-40, 88.7), (-40, 709.7), SMALL, FULL)),
    Function("log", np.log, mpmath.log, ((0, 10), (0.5, 2), (0.99, 1.01), FULL)),
    Function("log2", np.log2, lambda x: mpmath.log(x) / mpmath.ln2, ((0, 10), (0.5, 2), (0.99, 1.01), FULL)),
    Function("log10", np.log10, mpmath.log10, ((0, 10), (0.5, 2), (0.99, 1.01), FULL)),
    Function("log1p", np.log1p, mpmath.log1p, ((-1, 3), (-0.5, 1), (0, 1e4), SMALL, FULL)),
    Function("sin", np.sin, mpmath.sin, ((-10, 10), (-0.8, 0.8), (-1e4, 1e4), NEAR, FULL)),
    Function("cos", np.cos, mpmath.cos, ((-10, 10), (-0.8, 0.8), (-1e4, 1e4), NEAR, FULL)),
    Function("tan", np.tan, mpmath.tan, ((-10, 10), (-0.8, 0.8), (-1e4, 1e4), NEAR, FULL)),
    Function("sinh", np.sinh, mpmath.sinh, ((-3, 3), (-1, 1), (-25, 25), (-89.4, 89.4), (-710, 710), FULL)),
    Function("cosh", np.cosh, mpmath.cosh, ((-3, 3), (-1, 1), (-25, 25), (-89.4, 89.4), (-710, 710))),
    Function("tanh", np.tanh, mpmath.tanh, ((-3, 3), (-0.6, 0.6), (-20, 20), SMALL, FULL)),
    Function("asin", np.arcsin, mpmath.asin, ((-1, 1), (0.4, 0.6), (0.999, 1), SMALL, FULL)),
    Function("acos", np.arccos, mpmath.acos, ((-1, 1), (0.4, 0.6), (0.999, 1), (-1, -0.999), SMALL)),
    Function("atan", np.arctan, mpmath.atan, ((-3, 3), (-0.5, 0.5), (-100, 100), FULL)),
    Function("atan2", np.arctan2, mpmath.atan2, ((-3, 3), (-3, 3), FULL), second=((-3, 3), (-0.1, 0.1), FULL)),
    Function("asinh", np.arcsinh, mpmath.asinh, ((-3, 3), (-0.5, 0.5), (-1e4, 1e4), FULL)),
    Function("acosh", np.arccosh, mpmath.acosh, ((1, 10), (1, 1.1), (1, 1e4), FULL)),
    Function("atanh", np.arctanh, mpmath.atanh, ((-1, 1), (-0.1, 0.1), (0.99, 1), FULL)),
    Function("pow", np.power, mpmath.power, ((0, 10), (0.99, 1.01), (0, 10), FULL),
             second=((-8, 8), (-5000, 5000), (-300, 300), (-2, 2))),
    Function("sqrt", np.sqrt, mpmath.sqrt, ((0, 10), FULL)),
    Function("cbrt", np.cbrt, exact_cbrt, ((-10, 10), FULL)),
    Function("hypot", np.hypot, mpmath.hypot, ((-3, 3), (-3, 3), FULL), second=((-3, 3), (-0.1, 0.1), FULL)),
    Function("erf", scipy.special.erf, mpmath.erf, ((-3, 3), (-1, 1), (-6, 6), SMALL, FULL), peer_name="scipy"),
    Function("erfc", scipy.special.erfc, mpmath.erfc, ((-3, 3), (-1, 1), (-6, 10), (5, 27), SMALL), peer_name="scipy"),
    Function("sigmoid", scipy.special.expit, lambda x: 1 / (1 + mpmath.exp(-x)),
             ((-10, 10), (-87, 20), (-708, 40), SMALL), wide=sigmoid, peer_name="scipy"),
]  # fmt: skip


def sample(where: Interval | str, dtype: np.dtype[Any], count: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    form = np.finfo(dtype)
    if where == FULL:
        exponents = rng.integers(form.minexp - form.nmant, form.maxexp, count)
        return np.ldexp(rng.uniform(1, 2, count).astype(dtype), exponents) * rng.choice([-1, 1], count).astype(dtype)
    if where == NEAR:
        multiples = np.arange(1, count + 1) * (np.pi / 2)
        return (multiples * rng.choice([-1, 1], count)).astype(dtype)
    assert not isinstance(where, str)
    return rng.uniform(*where, count).astype(dtype)


class Kernel:
    """A compiled loop over one function."""

    def __init__(self, store: KernelStore, name: str, suffix: str, arity: int) -> None:
        operands = "xyz"[:arity]
        lines = ["def kernel(block, start, stop, memory):"]
        lines += [f"    p{operand} = pointer(block, {i}, {suffix}, 0)" for i, operand in enumerate(operands)]
        lines += [f"    out = pointer(block, {arity}, {suffix}, 0)", "    for i in range(start, stop):"]
        lines += [f"        out[i] = {name}_{suffix}({', '.join(f'p{operand}[i]' for operand in operands)})", ""]
        source = "\n".join(lines)
        self.function = store(source, lambda: compile_source(source))

    def bound(self, operands: list[Array], out: Array) -> Callable[[], None]:
        """A call with these arrays."""
        block = np.array([array.ctypes.data for array in (*operands, out)], np.int64)
        function, address = self.function, block.ctypes.data

        def call(keep: Array = block) -> None:
            function(address, 0, out.size)

        return call

    def __call__(self, *operands: Array) -> Array:
        out = np.empty_like(operands[0])
        self.bound(list(operands), out)()
        return out


def spacing(exact: Any, dtype: np.dtype[Any]) -> Any:
    """The distance of neighbouring floats at a value of a wider format."""
    form = np.finfo(dtype)
    exponent = np.maximum(np.frexp(exact)[1] - 1, form.minexp) - form.nmant
    return np.ldexp(np.ones_like(exact), exponent)


def measured(function: Function, operands: list[Array], found: Array, index: Any) -> float:
    """Error of one result against mpmath, in units of the exact value's last place."""
    with mpmath.workprec(2400 if abs(float(operands[0][index])) > 1e6 else 250):
        want = function.exact(*(mpmath.mpf(float(operand[index])) for operand in operands))
        form = np.finfo(found.dtype)
        exponent = max(mpmath.frexp(want)[1] - 1, int(form.minexp)) - form.nmant if want else form.minexp - form.nmant
        if not np.isfinite(found[index]):
            return 0.0 if abs(want) >= form.max * (1 + mpmath.mpf(2) ** (-form.nmant - 2)) else float("inf")
        return float(abs(mpmath.mpf(float(found[index])) - want) / mpmath.mpf(2) ** int(exponent))


def largest_errors(function: Function, kernel: Kernel, dtype: np.dtype[Any]) -> tuple[tuple[float, str], tuple[float, str]]:
    """Ours and the peer's, with the inputs where they are."""
    largest = [(0.0, ""), (0.0, "")]
    wide = np.dtype(np.float64 if dtype == np.float32 else np.longdouble)
    slow = wide == np.longdouble and function.peer_name == "scipy" and function.wide is None
    for position, where in enumerate(function.where):
        intervals = (where, *function.second[position : position + 1])
        count = SLOW_COUNT if slow else COUNT
        operands = [sample(interval, dtype, count, 10 * position + i) for i, interval in enumerate(intervals)]
        reference = function.peer if function.wide is None else function.wide
        if not slow:
            exact = reference(*(operand.astype(wide) for operand in operands))
        else:
            exact = reference(*operands)
        inside = np.isfinite(exact) & (np.abs(exact) <= np.finfo(dtype).max)
        operands, exact = [operand[inside] for operand in operands], exact[inside]
        for side, found in enumerate((kernel(*operands), function.peer(*operands))):
            if slow:
                chosen = np.arange(len(exact))
            else:
                error = np.abs(found.astype(wide) - exact) / spacing(exact, dtype)
                chosen = np.argsort(np.where(np.isfinite(error), error, np.inf))[-WORST:]
            for index in chosen:
                error_here = measured(function, operands, found, index)
                if error_here > largest[side][0]:
                    largest[side] = error_here, ", ".join(f"{float(operand[index]):.9g}" for operand in operands)
    return largest[0], largest[1]


def nanoseconds(function: Function, kernel: Kernel, dtype: np.dtype[Any]) -> tuple[float, float]:
    """Of an element, ours and the peer's: the fastest of calls taken in turn."""
    intervals = (function.where[0], *function.second[:1])
    operands = [sample(interval, dtype, SIZE, 99 + i) for i, interval in enumerate(intervals)]
    out = np.empty_like(operands[0])
    best = [float("inf"), float("inf")]
    calls: tuple[Callable[[], object], ...] = (kernel.bound(operands, out), lambda: function.peer(*operands, out=out))
    end = time.perf_counter() + 0.25
    while time.perf_counter() < end:
        for side, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[side] = min(best[side], time.perf_counter() - start)
    return best[0] / SIZE * 1e9, best[1] / SIZE * 1e9


def figures(names: list[str]) -> tuple[list[list[str]], list[str]]:
    """Rows of the table, and what exceeds the allowed error."""
    rows, violations = [], []
    with tempfile.TemporaryDirectory() as directory, np.errstate(all="ignore"):
        store = KernelStore(Path(directory))
        for function in FUNCTIONS:
            if names and function.name not in names:
                continue
            row = [function.name]
            for suffix, dtype in DTYPES.items():
                kernel = Kernel(store, function.name, suffix, function.arity)
                (ours, where), (theirs, their_place) = largest_errors(function, kernel, dtype)
                our_time, their_time = nanoseconds(function, kernel, dtype)
                row += [f"{ours:.2f}", f"{theirs:.2f}", f"{our_time:.2f}", f"{their_time:.2f}"]
                if names:
                    print(f"{function.name}_{suffix} worst: {where}; theirs: {their_place}")
                if ours > theirs + ALLOWED:
                    violations.append(f"{function.name} {dtype.name}: {ours:.2f} ulp at {where}, theirs {theirs:.2f}")
            rows.append(row)
    return rows, violations


def table(rows: list[list[str]]) -> str:
    peer = {function.name: function.peer_name for function in FUNCTIONS}
    head = ["", *(f"{name} {kind}" for name in DTYPES for kind in ("ulp", "peer's", "ns", "peer's"))]
    lines = [head, ["---"] * len(head), *rows]
    names = [f"{line[0]} ({peer[line[0]]})" if peer.get(line[0]) else line[0] for line in lines]
    return "\n".join(f"| {' | '.join([name, *line[1:]])} |" for name, line in zip(names, lines, strict=True))


def document(rows: list[list[str]], violations: list[str]) -> str:
    from common import machine

    text = f"""\
# Accuracy and speed of the elementary functions

Written by `python benchmarks/accuracy.py`. Largest errors in units of the last place (ulp) of the exact value, by mpmath, on the
same inputs for both: {COUNT:,} an interval, over the functions' domains, near special points and over every exponent, subnormal
numbers among them. The peer is NumPy, or SciPy where the table says so. Times are nanoseconds an element in one thread over
{SIZE:,} elements in the cache, the fastest of many calls taken in turn. A largest error may be {ALLOWED:g} ulp above the peer's.

{chr(10).join(f"- {line}" for line in machine())}

{table(rows)}

Above the allowed error: {"none." if not violations else ""}
{chr(10).join(f"- {line}" for line in violations)}
"""
    return text.rstrip() + "\n"


def main() -> None:
    rows, violations = figures(sys.argv[1:])
    if sys.argv[1:]:
        print(table(rows))
        print("\n".join(violations))
    else:
        path = Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"
        path.write_text(document(rows, violations))


if __name__ == "__main__":
    main()

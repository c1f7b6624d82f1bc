"""The workloads of the side-by-side table: one record each. What a record means to a library is in peers.py.

`compute(xp, *inputs)` is NumPy code; a library runs it with its own `xp` unless `forms` has a function for that library, because the
library spells something differently. A form takes the same arguments. A form of None says that the library does not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from stencils import QUICK, SMOOTH, STEPS, Form, march, march_compiled, march_jax, march_numexpr, march_torch, neighbours, step

LARGE = 1 << (20 if QUICK else 24)
PRODUCTS = 10
LINKS = 500

# Nanoseconds an element on one thread, of the elementary functions that a workload is made of. Plain arithmetic hides under memory.
RATES = {
    ("exp", 4): 0.23,
    ("sin", 4): 0.23,
    ("cos", 4): 0.23,
    ("tanh", 4): 0.28,
    ("max", 4): 0.060,
    ("sum", 4): 0.054,
    ("mean and variance", 4): 0.166,
    ("exp", 8): 0.60,
    ("log", 8): 0.79,
    ("erf", 8): 2.05,
}


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    Attributes
    ----------
    required : float
        (best peer's time) / (lazytensor's time) must be at least this.
    inputs : callable
        Arrays from a random generator.
    floor : tuple
        The kernel whose measured time bounds this workload from below: (kind, elements read and written, repetitions) with kinds
        "copy", "sum", "fill", "update" and "three" (three arrays into one); None if memory and arithmetic say nothing of it.
    arithmetic : tuple of str
        Keys of `RATES`, each once an element of `elements`.
    bound : str
        "memory" where 85% of the limit is required.
    reported : tuple of str
        Libraries that are shown and not counted as the best peer.
    tolerance : float
        Relative to the largest magnitude of NumPy's result; None where results are random.
    """

    name: str
    title: str
    required: float
    inputs: Callable[[np.random.Generator], tuple[Any, ...]]
    compute: Form
    forms: dict[str, Form | None] = field(default_factory=dict)
    floor: tuple[str, int, int] | None = None
    arithmetic: tuple[str, ...] = ()
    elements: int = 0
    itemsize: int = 4
    bound: str = ""
    reported: tuple[str, ...] = ()
    tolerance: float | None = 1e-5
    own: Form | None = None


def normal(*shapes: tuple[int, ...], dtype: Any = np.float32) -> Callable[[np.random.Generator], tuple[Any, ...]]:
    return lambda random: tuple(random.standard_normal(shape, dtype=dtype) for shape in shapes)


def axpy(xp: Any, x: Any) -> Any:
    return x * 2.5 + x * x - 1


def chain(xp: Any, x: Any) -> Any:
    return xp.sin(x) ** 2 + xp.cos(x) ** 2 * xp.exp(-x * x)


def gelu(xp: Any, x: Any) -> Any:
    return 0.5 * x * (1 + xp.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))


def total(xp: Any, x: Any) -> Any:
    return xp.sum(x * x + x)


def options(random: np.random.Generator) -> tuple[Any, ...]:
    size = LARGE // 4
    return random.uniform(50, 150, size), random.uniform(50, 150, size), random.uniform(0.1, 2, size)


def call_price(xp: Any, erf: Form, spot: Any, strike: Any, years: Any) -> Any:
    rate, volatility = 0.03, 0.25
    spread = volatility * xp.sqrt(years)
    d1 = (xp.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread
    d2 = d1 - spread
    first = 0.5 + 0.5 * erf(d1 * 0.7071067811865476)
    second = 0.5 + 0.5 * erf(d2 * 0.7071067811865476)
    return spot * first - strike * xp.exp(-rate * years) * second


def black_scholes(xp: Any, *inputs: Any) -> Any:
    return call_price(xp, xp.special.erf, *inputs)


def black_scholes_numpy(xp: Any, *inputs: Any) -> Any:
    from scipy.special import erf  # NumPy has none

    return call_price(xp, erf, *inputs)


def black_scholes_jax(xp: Any, *inputs: Any) -> Any:
    from jax.scipy.special import erf

    return call_price(xp, erf, *inputs)


def softmax(xp: Any, x: Any) -> Any:
    e = xp.exp(x - xp.amax(x, axis=1, keepdims=True))
    return e / xp.sum(e, axis=1, keepdims=True)


def layer_norm(xp: Any, x: Any, weight: Any, bias: Any) -> Any:
    centred = x - xp.mean(x, axis=1, keepdims=True)
    variance = xp.mean(centred * centred, axis=1, keepdims=True)
    return centred / xp.sqrt(variance + 1e-5) * weight + bias


def variance(xp: Any, x: Any) -> Any:
    return xp.var(x, axis=0)


def distances(xp: Any, x: Any, y: Any) -> Any:
    difference = x[:, None, :] - y[None, :, :]
    return xp.sum(difference * difference, axis=2)


def dense(xp: Any, x: Any, w: Any, b: Any) -> Any:
    return xp.maximum(x @ w + b, 0)


def products(xp: Any) -> Any:
    random = xp.random.default_rng(0)
    results = []
    for _ in range(PRODUCTS):
        a = random.standard_normal((1000, 1000), dtype=xp.float32)
        results.append(xp.dot(a, a))
    return results


def products_jax(xp: Any, key: Any = None) -> Any:
    import jax

    keys = jax.random.split(key, PRODUCTS)
    return [(lambda a: a @ a)(jax.random.normal(each, (1000, 1000))) for each in keys]


def products_torch(torch: Any) -> Any:
    results = []
    for _ in range(PRODUCTS):
        a = torch.randn((1000, 1000))
        results.append(a @ a)
    return results


def links(xp: Any, x: Any) -> Any:
    for _ in range(LINKS):
        x = x * 0.999
        x = x + 0.001
    return x


def formula(text: str, **constants: float) -> Form:
    """An expression of numexpr, whose own literals would widen float32."""
    names = {name: np.float32(value) for name, value in constants.items()}
    return lambda numexpr, x: numexpr.evaluate(text, {"x": x, **names})


ROW = (4096, 4096) if not QUICK else (512, 4096)
TALL = (8192, 1024) if not QUICK else (1024, 1024)
GRID = (1000, 1000)

WORKLOADS = [
    Workload(
        "axpy",
        "`x*2.5 + x*x - 1`",
        4.5,
        normal((LARGE,)),
        axpy,
        {"numexpr": formula("x*a + x*x - b", a=2.5, b=1)},
        floor=("copy", LARGE, 1),
        bound="memory",
    ),
    Workload(
        "chain",
        "`sin(x)**2 + cos(x)**2 * exp(-x*x)`",
        2.5,
        normal((LARGE,)),
        chain,
        {"numexpr": formula("sin(x)**2 + cos(x)**2 * exp(-x*x)")},
        floor=("copy", LARGE, 1),
        arithmetic=("sin", "cos", "exp"),
        elements=LARGE,
        bound="memory",
    ),
    Workload(
        "gelu",
        "gelu, tanh form",
        5.0,
        normal((LARGE,)),
        gelu,
        {"numexpr": formula("h*x*(o + tanh(s*(x + c*x*x*x)))", h=0.5, o=1, s=0.7978845608, c=0.044715)},
        floor=("copy", LARGE, 1),
        arithmetic=("tanh",),
        elements=LARGE,
        bound="memory",
        own=lambda torch, x: torch.nn.functional.gelu(x, approximate="tanh"),
    ),
    Workload(
        "sum",
        "`sum(x*x + x)`",
        1.0,
        normal((LARGE,)),
        total,
        {"numexpr": formula("sum(x*x + x)")},
        floor=("sum", LARGE, 1),
        bound="memory",
        tolerance=1e-4,
    ),
    Workload(
        "black-scholes",
        "Black-Scholes call, float64",
        2.0,
        options,
        black_scholes,
        {"numpy": black_scholes_numpy, "jax.jit": black_scholes_jax, "numexpr": None},
        floor=("three", LARGE // 4, 1),
        arithmetic=("log", "exp", "erf", "erf"),
        elements=LARGE // 4,
        itemsize=8,
        bound="memory",
        tolerance=1e-11,
    ),
    Workload(
        "softmax",
        f"softmax of rows, {ROW[0]} x {ROW[1]}",
        2.5,
        normal(ROW),
        softmax,
        {"numexpr": None},
        floor=("copy", ROW[0] * ROW[1], 1),
        arithmetic=("max", "exp", "sum"),
        elements=ROW[0] * ROW[1],
        bound="memory",
        own=lambda torch, x: torch.softmax(x, 1),
    ),
    Workload(
        "layer-norm",
        f"layer norm of rows, {TALL[0]} x {TALL[1]}",
        4.0,
        normal(TALL, TALL[1:], TALL[1:]),
        layer_norm,
        {"numexpr": None},
        floor=("copy", TALL[0] * TALL[1], 1),
        arithmetic=("mean and variance",),
        elements=TALL[0] * TALL[1],
        bound="memory",
        own=lambda torch, x, w, b: torch.nn.functional.layer_norm(x, w.shape, w, b),
    ),
    Workload(
        "variance",
        f"variance over axis 0, {TALL[0]} x {TALL[1]}",
        1.3,
        normal(TALL),
        variance,
        {
            "numexpr": None,
            "torch": lambda torch, x: torch.var(x, axis=0, correction=0),
            "torch.compile": lambda torch, x: torch.var(x, axis=0, correction=0),
        },
        floor=("sum", TALL[0] * TALL[1], 1),
        arithmetic=("mean and variance",),
        elements=TALL[0] * TALL[1],
        bound="memory",
        tolerance=1e-4,
    ),
    Workload(
        "distances",
        "pairwise squared distances, 1000 x 2000 x 16",
        1.5,
        normal((1000, 16), (2000, 16)),
        distances,
        {"numexpr": lambda numexpr, x, y: numexpr.evaluate("sum((x - y)**2, axis=2)", {"x": x[:, None, :], "y": y[None, :, :]})},
        floor=("fill", 1000 * 2000, 1),
        arithmetic=("sum",),
        elements=1000 * 2000 * 16,
        bound="arithmetic",
    ),
    Workload(
        "stencil",
        "5-point stencil, float64 1000 x 1000, one step",
        1.0,
        normal(GRID, dtype=np.float64),
        step,
        {"numexpr": lambda numexpr, a: numexpr.evaluate(SMOOTH, neighbours(a))},
        floor=("copy", GRID[0] * GRID[1], 1),
        itemsize=8,
        bound="memory",
        tolerance=1e-12,
    ),
    Workload(
        "stencil-loop",
        f"the stencil in place, {STEPS} steps",
        1.5,
        normal(GRID, dtype=np.float64),
        march,
        {"numexpr": march_numexpr, "jax.jit": march_jax, "torch": march_torch, "torch.compile": march_compiled},
        floor=("update", GRID[0] * GRID[1], STEPS),
        itemsize=8,
        bound="memory",
        tolerance=1e-11,
    ),
    Workload(
        "dense",
        "`relu(x @ w + b)`, 1024 cubed",
        0.85,
        normal((1024, 1024), (1024, 1024), (1024,)),
        dense,
        {
            "numexpr": None,
            "torch": lambda torch, x, w, b: torch.relu(x @ w + b),
            "torch.compile": lambda torch, x, w, b: torch.relu(x @ w + b),
        },
        floor=("matmul", 1024, 1),
        bound="BLAS",
        tolerance=1e-4,
    ),
    Workload(
        "products",
        "ten times `normal(1000, 1000)`, then `dot`, kept",
        1.0,
        lambda random: (),
        products,
        {"numexpr": None, "jax.jit": products_jax, "torch": products_torch, "torch.compile": products_torch},
        tolerance=None,
    ),
    Workload(
        "links",
        f"{2 * LINKS} dependent operations on shape (10,), one wait",
        1.0,
        normal((10,)),
        links,
        {"numexpr": None},
        reported=("jax.jit", "torch.compile"),
        tolerance=1e-4,
    ),
]

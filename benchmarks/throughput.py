"""Whole computations: ten random matrices and their products against NumPy, and a fused expression over 16.7 million elements.

Run `python benchmarks/throughput.py`, or `run.py` for all figures.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from common import QUICK, Figure, Workload, at_most, main, measure, median, ratio, repeat, spell, warm_up

SIDE = 1000
PRODUCTS = 10
ELEMENTS = 1 << (20 if QUICK else 24)


# -- ten times normal, then dot ------------------------------------------------------------------------------------------------


def _products(issue: Callable[[], list[Any]], wait: Callable[[list[Any]], None]) -> dict[str, float]:
    shares, totals = [], []
    wait(issue())
    for _ in range(7):
        start = time.perf_counter()
        results = issue()
        issued = time.perf_counter()
        wait(results)
        totals.append(time.perf_counter() - start)
        shares.append((issued - start) / totals[-1])
    deviation = float(np.std(np.asarray(results[-1]), dtype=np.float64))
    # An element is a sum of 1000 products of two standard normals.
    assert abs(deviation / SIDE**0.5 - 1) < 0.05, deviation
    return {"total": statistics.median(totals), "share": statistics.median(shares)}


def lazy_products(dtype: str) -> dict[str, float]:
    import lazytensor as lt

    a = lt.random.normal(size=(SIDE, SIDE), dtype=dtype)
    product = lt.dot(a, a)
    assert np.allclose(product.numpy(), a.numpy() @ a.numpy(), atol=1e-2 if dtype == "float32" else 1e-9)
    del a, product

    def issue() -> list[Any]:
        results = []
        for _ in range(PRODUCTS):
            a = lt.random.normal(size=(SIDE, SIDE), dtype=dtype)
            results.append(lt.dot(a, a))
        return results

    return _products(issue, lambda results: lt.wait_all())


def numpy_products() -> dict[str, float]:
    random = np.random.default_rng(0)

    def issue() -> list[Any]:
        results = []
        for _ in range(PRODUCTS):
            a = random.normal(size=(SIDE, SIDE))
            results.append(np.dot(a, a))
        return results

    return _products(issue, lambda results: None)


def torch_products() -> dict[str, float]:
    import torch

    def issue() -> list[Any]:
        results = []
        for _ in range(PRODUCTS):
            a = torch.randn((SIDE, SIDE))
            results.append(a @ a)
        return results

    return _products(issue, lambda results: None)


# -- x*2.5 + x*x - 1 -----------------------------------------------------------------------------------------------------------


def _data() -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).standard_normal(ELEMENTS, dtype=np.float32)


def _expression(x: Any) -> Any:
    return x * 2.5 + x * x - 1


def _expressed(compute: Callable[[], Any], values: np.ndarray[Any, Any]) -> dict[str, float]:
    warm_up(compute)
    seconds = repeat(compute, 15)
    # A fused multiply-add rounds once where NumPy rounds twice.
    assert np.allclose(np.asarray(compute()), _expression(values), rtol=1e-5, atol=1e-5)
    return {"seconds": seconds}


def lazy_expression() -> dict[str, float]:
    import lazytensor as lt

    values = _data()
    x = lt.asarray(values).wait()
    return _expressed(lambda: _expression(x).wait(), values)


def numpy_expression() -> dict[str, float]:
    values = _data()
    return _expressed(lambda: _expression(values), values)


def jax_expression() -> dict[str, float]:
    import jax

    values = _data()
    x = jax.numpy.asarray(values)
    compiled = jax.jit(_expression)
    return _expressed(lambda: compiled(x).block_until_ready(), values)


def torch_expression(*, compile: bool) -> dict[str, float]:
    import torch

    values = _data()
    x = torch.from_numpy(values.copy())
    function = torch.compile(_expression) if compile else _expression
    return _expressed(lambda: function(x), values)


def numexpr_expression() -> dict[str, float]:
    import numexpr

    values = _data()
    # Its own literals are float64 and would widen everything.
    names = {"x": values, "a": np.float32(2.5), "b": np.float32(1)}
    return _expressed(lambda: numexpr.evaluate("x*a + x*x - b", local_dict=names), values)


WORKLOADS: dict[tuple[str, str], Workload] = {
    ("products32", "lazytensor"): partial(lazy_products, "float32"),
    ("products", "numpy"): numpy_products,
    ("products64", "lazytensor"): partial(lazy_products, "float64"),
    ("products", "torch"): torch_products,
    ("expression", "lazytensor"): lazy_expression,
    ("expression", "jax"): jax_expression,
    ("expression", "numpy"): numpy_expression,
    ("expression", "torch"): partial(torch_expression, compile=False),
    ("expression", "torch.compile"): partial(torch_expression, compile=True),
    ("expression", "numexpr"): numexpr_expression,
}


def figures() -> list[Figure]:
    samples = measure(__file__, list(WORKLOADS))
    base = median(samples, "products numpy", "total")
    rows = []
    for width, limit in ((32, 1 / 3), (64, 0.6)):
        run = f"products{width} lazytensor"
        total, share = median(samples, run, "total"), median(samples, run, "share")
        assert share is not None
        name = f"ten `normal(1000, 1000) -> dot` in float{width}"
        rows.append(Figure(f"{name}: issuing", f"{share:.2%} of the total", "under 2%", share < 0.02))
        detail = f"{spell(total)}; numpy {spell(base)}" + (
            f", torch float32 {spell(median(samples, 'products torch', 'total'))}" if width == 32 else ""
        )
        share_of_numpy = ratio(samples, run, "products numpy", ("total", "total"))
        rows.append(at_most(f"{name}: total", share_of_numpy, limit, "of NumPy's float64", detail))
    times = {library: median(samples, f"expression {library}", "seconds") for work, library in WORKLOADS if work == "expression"}
    speed = ratio(samples, "expression jax", "expression lazytensor", ("seconds", "seconds"))
    detail = ", ".join(f"{library} {spell(seconds)}" for library, seconds in times.items())
    rows.append(
        Figure(
            f"`x*2.5 + x*x - 1` over {ELEMENTS / 1e6:.1f} million float32",
            ("jax is not installed" if speed is None else f"{speed:.2f} times as fast as jax.jit") + f" ({detail})",
            "at least 3 times as fast as jax.jit",
            None if speed is None or QUICK else speed >= 3,
        )
    )
    return rows


if __name__ == "__main__":
    main(WORKLOADS, figures)

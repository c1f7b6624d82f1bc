"""Asynchronous computation: what issuing costs, what waiting costs, and who waits for whom.

Each scenario is a small function that prints one row: the time to issue the work, the total until the values are there, NumPy's time for
the same, and what the row shows. Results are checked against NumPy. Writes `graph.svg` to the folder given as the first argument, or a
temporary one. LAZYTENSOR_QUICK=1 makes everything smaller.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

import lazytensor as lt

QUICK = os.environ.get("LAZYTENSOR_QUICK", "0") not in ("", "0")
SIDE = 400 if QUICK else 1000
MANY = 1000 if QUICK else 10_000


def row(name: str, issue: float | None, total: float, numpy: float | None, shows: str) -> None:
    """Print one scenario."""
    times = "".join(f"{seconds * 1e3:11.2f}" if seconds is not None else f"{'':11s}" for seconds in (issue, total, numpy))
    print(f"{name:42s}{times}  {shows}", flush=True)


def seconds(function: Callable[[], object]) -> float:
    """How long a call takes."""
    start = perf_counter()
    function()
    return perf_counter() - start


def warm_up(function: Callable[[], object]) -> None:
    """Call for a while: plans are made once, and kernels are compiled in the background."""
    end = perf_counter() + (0.2 if QUICK else 1.0)
    function()
    while perf_counter() < end:
        function()


def least(function: Callable[[], float]) -> float:
    """The least of some measurements: other programs on the machine can only add."""
    return min(function() for _ in range(7))


# -- A1: ten times, random numbers and their product ---------------------------------------------------------------------------


def products_in_numpy() -> None:
    random = np.random.default_rng(0)
    for _ in range(10):
        a = random.normal(size=(SIDE, SIDE))
        np.dot(a, a)


def products(*, kept: bool) -> tuple[float, float]:
    """Ten products of random matrices, in NumPy's default float64: seconds to issue, seconds in all."""
    results: list[Any] = []
    start = perf_counter()
    for _ in range(10):
        a = lt.random.normal(size=(SIDE, SIDE))
        b = lt.dot(a, a)
        if kept:
            results.append(b)
    issued = perf_counter()
    lt.wait_all()
    total = perf_counter() - start
    np.testing.assert_allclose(b, a.numpy() @ a.numpy(), atol=1e-9)
    return issued - start, total


def issuing() -> None:
    products(kept=True)  # makes the generator's kernel
    for kept in (True, False):
        issue, total = products(kept=kept)
        name, shows = (
            ("kept in a list", "issuing takes almost nothing") if kept else ("overwritten", "what nobody can see is not run")
        )
        row(f"A1 normal -> dot, {name}", issue, total, seconds(products_in_numpy), shows)


# -- A2: the graph -------------------------------------------------------------------------------------------------------------


def graph(folder: str) -> None:
    start = perf_counter()
    x = lt.ones((1, 2))
    y = lt.ones((1, 2))
    z = x * y + 2
    issued = perf_counter()
    try:
        shows = f"the graph is in {lt.visualize(z, os.path.join(folder, 'graph.svg'))}"
    except ImportError as error:  # drawing needs an extra
        shows = str(error)
    printing = perf_counter()
    text = str(z)
    row(
        "A2 z = x * y + 2",
        issued - start,
        issued - start + perf_counter() - printing,
        None,
        f"printing it computes it: {text}; {shows}",
    )
    np.testing.assert_array_equal(z, np.ones((1, 2)) * np.ones((1, 2)) + 2)


# -- A3: explicit waits --------------------------------------------------------------------------------------------------------


def barriers() -> None:
    a = lt.random.normal(size=(SIDE, SIDE)).wait()
    small = lt.ones((100, 100)).wait()
    start = perf_counter()
    large = a
    for _ in range(10):
        large = large @ a / SIDE
    large.start()
    sums = (small + 1).sum()
    issued = perf_counter()
    sums.wait()
    one = perf_counter() - start
    running = not large.is_ready()
    lt.wait_all()
    everything = perf_counter() - start
    assert sums.item() == 20_000
    row("A3 wait for one tensor", issued - start, one, None, f"unrelated work {'goes on' if running else 'had ended already'}")
    row("A3 wait for all", issued - start, everything, None, "ten products and the sum")
    expected = a.numpy()
    for _ in range(10):
        expected = expected @ a.numpy() / SIDE
    np.testing.assert_allclose(large, expected, rtol=1e-6, atol=1e-12)


# -- A4: implicit waits --------------------------------------------------------------------------------------------------------


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def implicit_waits(lines: Lines) -> None:
    a = lt.random.normal(size=(SIDE, SIDE)).wait()
    expected = a.numpy() @ a.numpy()
    blockers: dict[str, Callable[[Any], Any]] = {
        "print": lambda t: str(t),
        "to NumPy": lambda t: t.numpy(),
        "item of a sum": lambda t: t.sum().item(),
    }
    for name, wait in blockers.items():
        unrelated = a * 2
        start = perf_counter()
        b = lt.dot(a, a)
        issued = perf_counter()
        with lt.config.override(log_waits=True):
            value = wait(b)
        total = perf_counter() - start
        assert not unrelated.is_ready()
        if name == "to NumPy":
            np.testing.assert_allclose(value, expected, atol=1e-9)
        elif name == "item of a sum":
            np.testing.assert_allclose(value, expected.sum(), rtol=1e-6, atol=1e-6)
        row(f"A4 {name}", issued - start, total, seconds(lambda: a.numpy() @ a.numpy()), os.path.basename(lines.lines[-1]))


# -- A5: back and forth --------------------------------------------------------------------------------------------------------


def conversions(lines: Lines) -> None:
    times = MANY // 10

    def staying(value: Any) -> Any:
        for _ in range(times):
            value = value * 0.5 + 1
        return value

    def back_and_forth(value: Any) -> Any:
        for _ in range(times):
            value = (lt.asarray(value) * 0.5).numpy()
            value = (lt.asarray(value) + 1).numpy()
        return value

    start_value = np.ones((100, 100))
    for function in (lambda: staying(lt.asarray(start_value)).wait(), lambda: back_and_forth(start_value)):
        warm_up(function)
    numpy = seconds(lambda: staying(start_value))
    start = perf_counter()
    lazy = staying(lt.asarray(start_value))
    issued = perf_counter()
    lazy.wait()
    row(f"A5 {times} steps, staying", issued - start, perf_counter() - start, numpy, "one computation")
    total = seconds(lambda: back_and_forth(start_value))
    before = len(lines.lines)
    with lt.config.override(log_waits=True):
        converted = back_and_forth(start_value)
    waits = len(lines.lines) - before
    row(
        f"A5 {times} steps, back and forth",
        None,
        total,
        numpy,
        f"{waits} waits, {total / times * 1e6:.0f} us a step, nothing fused",
    )
    np.testing.assert_array_equal(lazy, staying(start_value))
    np.testing.assert_array_equal(converted, staying(start_value))


# -- A6: waiting each time, and once -------------------------------------------------------------------------------------------


def wait_each(x: Any, times: int) -> Any:
    for _ in range(times):
        y = x + 1
        y.wait()
    return y


def dead(x: Any, times: int) -> Any:
    for _ in range(times):
        y = x + 1
    return y


def live(x: Any, times: int) -> Any:
    for _ in range(times):
        x = x + 1
    return x


def waiting() -> None:
    ones = np.ones((1, 2))
    x = lt.ones((1, 2)).wait()
    cases = [
        ("wait each time", wait_each, dead, "a round trip a step"),
        ("wait once, y = x + 1", dead, dead, "all but the last are dead: never computed"),
        ("wait once, x = x + 1", live, live, "all are needed: computed together"),
    ]
    for name, loop, in_numpy, shows in cases:
        warm_up(lambda loop=loop: loop(x, MANY).wait())  # type: ignore[misc]
        start = perf_counter()
        y = loop(x, MANY)
        issue = perf_counter() - start if loop is not wait_each else None
        y.wait()
        total = perf_counter() - start
        numpy = seconds(lambda loop=in_numpy: loop(ones, MANY))  # type: ignore[misc]
        row(f"A6 {MANY} times, {name}", issue, total, numpy, shows)
        np.testing.assert_array_equal(y, in_numpy(ones, MANY))


# -- A7: predicting the totals -------------------------------------------------------------------------------------------------


def predictions() -> None:
    """Three times make up a step: t1 to issue it, t2 to run it, t3 to return to the program. Measured on a tenth of the steps.

    Waiting each time pays all three each time. Waiting once, the slower of front end and back end decides, if they overlap: work worth a
    hand-over is started while the program goes on, small work at the wait.
    """

    def per_step(function: Callable[[], object]) -> float:
        return least(lambda: seconds(function)) / few

    def unrun(x: Any) -> None:
        with lt.config.override(background=False):
            live(x, few)

    few = MANY // 10
    small = lt.ones((1, 2)).wait()
    t3 = per_step(lambda: [small.wait() for _ in range(few)])  # of a value that is there
    t1 = per_step(lambda: dead(small, few))
    t2 = max(0.0, per_step(lambda: wait_each(small, few)) - t1 - t3)
    parts = (t1, t2, t3)
    predict("wait each", small, wait_each, MANY, MANY * (t1 + t2 + t3), "n(t1 + t2 + t3)", parts)
    predict(
        "y = x + 1", small, dead, MANY, MANY * t1 + t2 + t3, "n t1 + t2 + t3: the front end is slower, one value is run", parts
    )

    # Steps of a chain run together, which costs less than one by one.
    warm_up(lambda: live(small, few).wait())
    t1 = per_step(lambda: unrun(small))
    t2 = max(0.0, per_step(lambda: live(small, few).wait()) - t1)
    predict("x = x + 1", small, live, MANY, MANY * (t1 + t2) + t3, "n(t1 + t2) + t3: too small to start early", (t1, t2, t3))

    times, few = MANY // 10, MANY // 50
    large = lt.ones((1000, 1000)).wait()
    warm_up(lambda: live(large, few).wait())
    t1 = per_step(lambda: unrun(large))
    t2 = per_step(lambda: live(large, few).wait()) - (t1 + t3) / few
    predict("x = x + 1", large, live, times, t1 + times * t2 + t3, "t1 + n t2 + t3: the back end is slower", (t1, t2, t3))


def predict(
    name: str, x: Any, loop: Callable[[Any, int], Any], times: int, prediction: float, formula: str, parts: tuple[float, ...]
) -> None:
    """Run a loop `times` times and print its total beside the prediction."""
    warm_up(lambda: loop(x, times).wait())
    total = least(lambda: seconds(lambda: loop(x, times).wait()))
    array = np.array(x)
    in_numpy = live if loop is live else dead
    numpy = seconds(lambda: in_numpy(array, times))
    np.testing.assert_array_equal(loop(x, times), in_numpy(array, times))
    spelled = ", ".join(f"t{index} {part * 1e6:.2f} us" for index, part in enumerate(parts, 1))
    shows = f"predicted {prediction * 1e3:.2f} ({prediction / total - 1:+.0%}) = {formula}; {spelled}"
    row(f"A7 {times} times, {name}, {'x'.join(map(str, x.shape))}", None, total, numpy, shows)


def main() -> None:
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    lines = Lines()
    logger = logging.getLogger("lazytensor")
    logger.setLevel(logging.INFO)
    logger.addHandler(lines)
    print(f"{'milliseconds':42s}{'issue':>11s}{'total':>11s}{'NumPy':>11s}")
    issuing()
    graph(folder)
    barriers()
    implicit_waits(lines)
    conversions(lines)
    waiting()
    predictions()


if __name__ == "__main__":
    main()

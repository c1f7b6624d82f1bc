"""Asynchronous computation: what issuing costs, what waiting costs, and who waits for whom.

Each scenario is a small function that prints one row: the time to issue the work, the total until the values are there, NumPy's time for
the same, and what the row shows. Results are checked against NumPy. Writes `graph.svg` to the folder given as the first argument, or a
temporary one. LAZYTENSOR_QUICK=1 makes everything smaller.
"""

from __future__ import annotations

import logging
import os
import statistics
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
    print(f"{name:34s}{times}  {shows}", flush=True)


def seconds(function: Callable[[], object]) -> float:
    """How long a call takes."""
    start = perf_counter()
    function()
    return perf_counter() - start


# -- A1: ten times, random numbers and their product ---------------------------------------------------------------------------


def products_in_numpy() -> None:
    random = np.random.default_rng(0)
    for _ in range(10):
        a = random.normal(size=(SIDE, SIDE))
        np.dot(a, a)


def products(*, kept: bool) -> None:
    """Ten products of random matrices, in NumPy's default float64."""
    results: list[Any] = []
    lt.wait_all()
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
    name, shows = (
        ("kept in a list", "issuing takes almost nothing") if kept else ("overwritten", "what nobody can see is not computed")
    )
    row(f"A1 normal -> dot, {name}", issued - start, total, seconds(products_in_numpy), shows)


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
        function()  # plans and kernels are made once
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
    row(f"A5 {times} steps, back and forth", None, total, numpy, f"{waits} waits of {total / waits * 1e6:.0f} us, nothing fused")
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
    for loop in (wait_each, dead, live):
        loop(x, MANY).wait()  # plans are made once
    cases = [
        ("wait each time", wait_each, dead, "a round trip a step"),
        ("wait once, y = x + 1", dead, dead, "all but the last are dead: never computed"),
        ("wait once, x = x + 1", live, live, "all are needed: computed together"),
    ]
    for name, loop, in_numpy, shows in cases:
        start = perf_counter()
        y = loop(x, MANY)
        issued = perf_counter()
        y.wait()
        row(
            f"A6 {MANY} times, {name}"[:34],
            None if loop is wait_each else issued - start,
            perf_counter() - start,
            seconds(lambda loop=in_numpy: loop(ones, MANY)),  # type: ignore[misc]
            shows,
        )
        np.testing.assert_array_equal(y, in_numpy(ones, MANY))


# -- A7: predicting the totals -------------------------------------------------------------------------------------------------


def per_step(function: Callable[[], object], times: int) -> float:
    """Seconds a step, the median of several tries."""
    return statistics.median(seconds(function) for _ in range(5)) / times


def predictions() -> None:
    """Three times make up a step: t1 to issue it, t2 to run it, t3 to return to the program. Measured on a tenth of the steps.

    Waiting each time pays all three each time. Waiting once, the slower of front end and back end decides, if they overlap: work worth a
    hand-over is started while the program goes on, small work at the wait.
    """
    few = MANY // 10
    x = lt.ones((1, 2)).wait()
    t3 = per_step(lambda: [x.wait() for _ in range(few)], few)  # of a value that is there
    t1 = per_step(lambda: dead(x, few), few)
    t2 = max(0.0, per_step(lambda: wait_each(x, few), few) - t1 - t3)
    predict("wait each", x, wait_each, MANY, MANY * (t1 + t2 + t3), "n(t1 + t2 + t3)", t1, t2, t3)
    predict("dead", x, dead, MANY, MANY * t1 + t2 + t3, "n t1 + t2 + t3: the front end is slower, one value is run", t1, t2, t3)

    # Of a chain: its steps run together, which costs less than one by one, and its pending graph is longer to look after.
    chain = live(x, few)
    with lt.config.override(background=False):
        t1 = per_step(lambda: live(x, few), few)
    t2 = max(0.0, per_step(lambda: live(x, few).wait(), few) - t1)
    predict("live", chain, live, MANY, MANY * (t1 + t2) + t3, "n(t1 + t2) + t3: too small to start early", t1, t2, t3)

    side = 1000
    times = MANY // 10
    few = times // 5
    large = lt.ones((side, side)).wait()
    live(large, few).wait()
    with lt.config.override(background=False):
        t1 = per_step(lambda: live(large, few), few)
    t2 = per_step(lambda: live(large, few).wait(), few) - t1 / few
    predict("live", large, live, times, t1 + times * t2 + t3, "t1 + n t2 + t3: the back end is slower", t1, t2, t3)


def predict(
    name: str,
    x: Any,
    loop: Callable[[Any, int], Any],
    times: int,
    prediction: float,
    formula: str,
    t1: float,
    t2: float,
    t3: float,
) -> None:
    x.wait()
    total = statistics.median(seconds(lambda: loop(x, times).wait()) for _ in range(3))
    array = np.array(x)
    in_numpy = live if loop is live else dead
    numpy = seconds(lambda: in_numpy(array, times))
    np.testing.assert_array_equal(loop(x, times), in_numpy(array, times))
    parts = ", ".join(f"t{index} {seconds * 1e6:.2f} us" for index, seconds in enumerate((t1, t2, t3), 1))
    shape = "x".join(map(str, x.shape))
    row(
        f"A7 {times} times, {name}, {shape}",
        None,
        total,
        numpy,
        f"predicted {prediction * 1e3:.2f} ms ({prediction / total - 1:+.0%}) = {formula}; {parts}",
    )


def main() -> None:
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    lines = Lines()
    logger = logging.getLogger("lazytensor")
    logger.setLevel(logging.INFO)
    logger.addHandler(lines)
    print(f"{'milliseconds':34s}{'issue':>11s}{'total':>11s}{'NumPy':>11s}")
    for kept in (True, False):
        products(kept=kept)
    graph(folder)
    barriers()
    implicit_waits(lines)
    conversions(lines)
    waiting()
    predictions()


if __name__ == "__main__":
    main()

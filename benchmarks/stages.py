"""Where the microseconds of small work go: what each stage between a line of array code and its value costs.

Two programs on ten elements: one addition, and a chain of 1,000 dependent additions. Times are medians, per operation.
"""

from __future__ import annotations

import gc
from typing import Any

from common import Figure, main, measure, median, repeat, spell

OPERATIONS = 1000


def one_operation() -> dict[str, float]:
    """`(x + 1).wait()`, over and over."""
    import lazytensor as lt
    from lazytensor.compiler.graph import Node
    from lazytensor.core import planning
    from lazytensor.core.system import engine

    x = lt.ones(10).wait()
    times = range(OPERATIONS)

    def write() -> None:
        for _ in times:
            x + 1

    def wait() -> None:
        for _ in times:
            (x + 1).wait()

    (x + 1).wait()
    entry = next(entry for entry in reversed(planning.ready.values()) if entry is not None)
    array = x.numpy()

    def run() -> None:
        for _ in times:
            engine().run(entry.plan, [array, 1, None], (None,))

    def add() -> None:
        for _ in times:
            array + 1

    assert isinstance(x._read(), Node)
    return {name: repeat(call) / OPERATIONS for name, call in (("write", write), ("wait", wait), ("run", run), ("numpy", add))}


def chain() -> dict[str, float]:
    """1,000 dependent additions, waited for once."""
    import lazytensor as lt
    from lazytensor.compiler.capture import capture, structure
    from lazytensor.compiler.graph import linearize
    from lazytensor.compiler.liveness import observe
    from lazytensor.core.system import engine

    x = lt.ones(10).wait()

    def write() -> lt.Tensor:
        y = x
        for _ in range(OPERATIONS):
            y = y + 1
        return y

    for _ in range(50):
        write().wait()
    engine().background_idle()
    pending = write()
    order = linearize([pending._read()])

    def captured() -> Any:
        found = structure(order, lt.config.token)
        return capture(found, observe(found))

    key = captured().key
    found = {
        "write": repeat(write),
        "linearize": repeat(lambda: linearize([pending._read()])),
        "capture": repeat(captured),
        "hash": repeat(lambda: hash(key)),
        "total": repeat(lambda: write().wait()),
    }
    gc.collect()
    return {name: seconds / OPERATIONS for name, seconds in found.items()}


WORKLOADS = {("one operation", "lazytensor"): one_operation, ("chain", "lazytensor"): chain}

ONE = {
    "write": "write it: check, make node and tensor",
    "wait": "write it and wait: the whole",
    "run": "of that, run the plan: bind, call, store",
    "numpy": "NumPy's own `array + 1`",
}
MANY = {
    "write": "write",
    "linearize": "list what is needed",
    "capture": "key: what depends on what, what is kept",
    "hash": "of that, look the plan up",
    "total": "write and wait: the whole, compiled kernels included",
}


def figures() -> list[Figure]:
    """The stages of both programs, by operation."""
    samples = measure(__file__, list(WORKLOADS))
    return [
        Figure(f"{workload}: {text}", spell(median(samples, f"{workload} lazytensor", name)))
        for workload, names in (("one operation", ONE), ("chain", MANY))
        for name, text in names.items()
    ]


if __name__ == "__main__":
    main(WORKLOADS, figures)

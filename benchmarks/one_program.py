"""One process of programs.py: a library runs a program, and prints what it took, a line of JSON for each thing known.

`python one_program.py PATH MODULE RESULTS LIMIT WARM_UP`: the program's line `import numpy as np` imports MODULE instead. What `run()`
returned the first and the last time is pickled to RESULTS. After LIMIT seconds the system ends the process by SIGALRM wherever it is; no
run is begun that is not expected to end before.
"""

from __future__ import annotations

import json
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
from array_calls import count
from peers import resident

LINE = "import numpy as np\n"
# Runs before those that count, and those that count.
BEFORE, COUNTED = 3, 5


def host(value: Any) -> Any:
    """The value with arrays of NumPy instead of any library's: waits for all of it."""
    if isinstance(value, (tuple, list)):
        return [host(item) for item in value]
    if isinstance(value, dict):
        return {key: host(item) for key, item in value.items()}
    return numpy.array(value) if hasattr(value, "__array__") else value


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def measure(run: Callable[[], Any], results: Path, limit: float, warm_up: float) -> None:
    """Time the first run, runs until it is warm, and the runs that count."""
    started = time.perf_counter()
    kept: list[Any] = []

    def once(warm: bool) -> float:
        before = time.perf_counter()
        value = host(run())
        seconds = time.perf_counter() - before
        kept[1:] = [value]
        results.write_bytes(pickle.dumps(kept))
        say(seconds=seconds, warm=warm)
        return seconds

    def fits(seconds: float) -> bool:
        """Is there time for a run like this one, and half as much for one that is slower?"""
        return time.perf_counter() - started + 1.5 * seconds < limit

    last, runs = once(False), 1
    while fits(last) and (runs < BEFORE or time.perf_counter() - started < warm_up):
        last, runs = once(False), runs + 1
    for _ in range(COUNTED):
        if fits(last):
            last = once(True)


def main() -> None:
    path, module, results, limit, warm_up = sys.argv[1:]
    warnings.simplefilter("ignore")
    source = Path(path).read_text()
    try:
        if LINE not in source:
            raise ValueError(f"has no line {LINE.strip()!r}")
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, float(limit))
        scope: dict[str, Any] = {"__name__": "program"}
        exec(compile(source.replace(LINE, f"import {module} as np\n", 1), path, "exec"), scope)
        say(bound=scope.get("BOUND"))
        measure(scope["run"], Path(results), float(limit), float(warm_up))
        signal.setitimer(signal.ITIMER_REAL, 0)
        peak = resident()
        say(peak=peak[1] if peak else None)
        if module == "numpy":
            say(calls=count(source, path))
    except Exception as error:
        say(error=f"{type(error).__name__}: {error}"[:300])


if __name__ == "__main__":
    main()

"""Every figure of the benchmarks, written to RESULTS.md beside this file with the machine, the date and the command.

MISSED.md, which people write, follows the figures: how far those that are missed got, and what was tried.

Run `python benchmarks/run.py`, on an otherwise idle machine, where lazytensor and the peers of the `bench` extra are installed.
LAZYTENSOR_QUICK=1 tries everything once, at smaller sizes, and writes nothing.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import loops
import products
import programs
import stages
import startup
import table as side_by_side
import throughput
from common import HERE, QUICK, machine, table

CHAPTERS = {
    "Single operations": loops.figures,
    "Small work, stage by stage": stages.figures,
    "Whole computations": throughput.figures,
    "Matrix products": products.figures,
    "Starting a process (from a wheel, in an environment of its own)": startup.figures,
}


def main() -> None:
    facts = machine()
    start = time.perf_counter()
    parts = []
    for title, figures in CHAPTERS.items():
        print(f"{title} ...", file=sys.stderr)
        parts.append(f"## {title}\n\n{table(figures())}\n")
    print("Side by side ...", file=sys.stderr)
    parts.append(f"## Side by side\n\n{side_by_side.section()}")
    print("Programs ...", file=sys.stderr)
    parts.append(f"## Programs written for NumPy\n\n{programs.section()}")
    parts.append(f"## What is missed, and why\n\n{(HERE / 'MISSED.md').read_text()}")
    head = [
        "# Results\n",
        f"Made by `python benchmarks/run.py` on {datetime.now(UTC):%Y-%m-%d}, in {time.perf_counter() - start:.0f} s.\n",
        "Each library runs in processes of its own, on the same inputs, in turn with the others. Times are medians over several",
        "rounds; results are checked; ratios compare what was measured in this run.\n",
        *(f"* {fact}" for fact in facts),
        "",
    ]
    text = "\n".join([*head, *parts])
    if not QUICK:
        (HERE / "RESULTS.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()

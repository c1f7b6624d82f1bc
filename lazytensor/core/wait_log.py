"""What waits say of themselves: a line for each with `config.log_waits`, and a warning for a line of the user's that waits again and
again for next to nothing, which keeps everything around it from being fused."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from lazytensor.compiler.graph import Node
from lazytensor.core.sites import describe, user_site

log = logging.getLogger("lazytensor")
T = TypeVar("T")

# Every so many waits one is looked at: finding its line costs 0.5 us, a fifth of a short wait.
SAMPLE = 250
# Looked at so often, a line has waited about a thousand times.
MANY = 4
SMALL_ELEMENTS = 10_000
# Lines that are counted; code that is made again and again has any number of them.
MAX_LINES = 1024

_waits = 0
_sampled: dict[object, int] = {}


def timed(wait: Callable[[Node], T], node: Node) -> T:
    """wait(node), logged with the user's line and the milliseconds it took."""
    start = time.perf_counter()
    try:
        return wait(node)
    finally:
        elapsed = (time.perf_counter() - start) * 1e3
        log.info("%s waited %.3f ms for %s%s %s", describe(user_site()), elapsed, node.op.name, node.shape, node.dtype)


def count(node: Node) -> None:
    """Count a wait that had to compute, and warn, once, of a line that does little else."""
    global _waits
    _waits += 1
    if _waits % SAMPLE:
        return
    elements = 1
    for length in node.shape:
        elements *= length
    if elements > SMALL_ELEMENTS:
        return
    site = user_site()
    if len(_sampled) >= MAX_LINES and site not in _sampled:
        _sampled.clear()
    seen = _sampled[site] = _sampled.get(site, 0) + 1
    if seen == MANY:
        log.warning(
            "%s has waited about %d times for small values; each wait ends a computation that could have gone on. Keep values as "
            "tensors, and convert once.",
            describe(site),
            SAMPLE * MANY,
        )


def forget() -> None:
    """Count anew."""
    _sampled.clear()

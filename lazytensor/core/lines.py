"""Lines of the user's that do medium work: whether it runs at once, as small work does, or is recorded.

What comes again and again in one form is worth planning: as kernels it is 1.5 to 10 times as fast. What a line does for the first times is
not, and never where a loop makes another graph each round, as over `a[k:, k]`, or where kernels would save less than recording costs.
Decided by counts and sizes, never by clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import CodeType
from typing import Any

from lazytensor.compiler.graph import Node
from lazytensor.compiler.tuning import WALKED_ELEMENTS
from lazytensor.core.sites import Site, user_site

MEDIUM = WALKED_ELEMENTS
# An addition of fewer takes NumPy less time than recording it does: no line is steady for it.
_PLANNED = 1 << 16
# How often a line runs work of one size at once, before it is recorded.
_STEADY = 16
# Sizes that a line met, or forms that it took in graphs that were new, from which on it is one whose work always runs at once; a graph
# counts once more for so many operations, as it takes longer to plan. But not while plans are met a quarter as often as they are made.
_MISSES = 24
_WEIGHT = 200
_MAX_LINES = 4096


class _Line:
    """What is known of a line. `code` keeps the id that it is found by from being another's."""

    __slots__ = ("at_once", "code", "hits", "misses", "sizes")

    code: CodeType
    at_once: bool
    hits: int
    misses: int
    sizes: dict[int, int]

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.at_once = False
        self.hits = self.misses = 0
        self.sizes = {}


_lines: dict[tuple[int, int], _Line] = {}
# Lines whose medium work always runs at once: how many there are.
_settled = [0]


def _line(site: Site) -> _Line | None:
    if site is None:
        return None
    code, instruction = site
    key = (id(code), instruction)
    line = _lines.get(key)
    if line is None:
        if len(_lines) >= _MAX_LINES:
            forget_lines()
        line = _lines[key] = _Line(code)
    return line


def comes_at_once(size: int, op: Any) -> bool:
    """Does medium work on so many elements run at once, where the program is? Counts it, if so. `op` is the row, if it is one."""
    line = _line(user_site())
    if line is None or line.at_once:
        return line is not None
    if size < _PLANNED and (op is None or size * op.flops < _PLANNED):
        return True
    sizes = line.sizes
    times = sizes.get(size, 0)
    if times >= _STEADY:
        return False
    sizes[size] = times + 1
    if len(sizes) >= _MISSES:
        _settle(line)
    return True


def always_at_once(site: Site) -> bool:
    """Is this a line whose medium work always runs at once?"""
    if site is None or not _settled[0]:
        return False
    line = _lines.get((id(site[0]), site[1]))
    return line is not None and line.at_once


def _settle(line: _Line) -> None:
    line.at_once = True
    line.sizes = {}
    _settled[0] += 1


def met(nodes: Sequence[Node]) -> None:
    """Note the lines of a graph whose plan was there."""
    weight = 1 + len(nodes) // _WEIGHT
    for site in {node.site for node in nodes}:
        # What missed nothing yet is not known.
        line = None if site is None else _lines.get((id(site[0]), site[1]))
        if line is not None:
            line.hits += weight


def missed(nodes: Sequence[Node]) -> None:
    """Note the lines of a graph of medium work that was not met before: each once for every form that it has there, shapes and places, as a
    loop that waits for nothing puts many rounds into one graph."""
    forms: dict[tuple[Site, Any], set[Any]] = {}
    for node in nodes:
        if node.site is not None:
            forms.setdefault((node.site, node.op), set()).add((node.shape, node.params))
    found: dict[Site, int] = {}
    for (site, _), seen in forms.items():
        found[site] = max(found.get(site, 0), len(seen))
    weight = 1 + len(nodes) // _WEIGHT
    for site, count in found.items():
        line = _line(site)
        if line is not None and not line.at_once:
            line.misses += count * weight
            if line.misses >= _MISSES and line.misses > 4 * line.hits:
                _settle(line)


def dismiss(sites: Iterable[Site]) -> None:
    """Have the medium work of these lines run at once from now on: recorded, it gains nothing."""
    for site in sites:
        line = _line(site)
        if line is not None and not line.at_once:
            _settle(line)


def forget_lines() -> None:
    """Forget what lines do."""
    _lines.clear()
    _settled[0] = 0

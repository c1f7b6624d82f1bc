"""The user's line: kept as (code object, last instruction), never as a frame, which would keep the user's tensors alive."""

from __future__ import annotations

import os
import sys
from types import CodeType

Site = tuple[CodeType, int] | None

# The package's folder.
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_WIDTH = len(_HERE)


# The file of the user's that was met last: to compare names costs 60 ns.
users_file: list[str] = [""]


def is_ours(code: CodeType) -> bool:
    """Is this code part of the package? If not, its file is noted."""
    if code.co_filename[:_WIDTH] == _HERE:
        return True
    users_file[0] = code.co_filename
    return False


def user_site() -> Site:
    """Where the nearest frame outside this package is."""
    # This function's own, unless it is compiled: then it has none.
    frame = sys._getframe(0)
    while frame.f_code.co_filename[:_WIDTH] == _HERE:
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return frame.f_code, frame.f_lasti


def line_of(site: Site) -> tuple[str, int] | None:
    """The file and line of a site."""
    if site is None:
        return None
    code, instruction = site
    for index, (line, _, _, _) in enumerate(code.co_positions()):
        if index == instruction // 2:
            return code.co_filename, line or code.co_firstlineno
    return code.co_filename, code.co_firstlineno


def describe(site: Site) -> str:
    """ "file:line" for messages."""
    found = line_of(site)
    return "an unknown line" if found is None else f"{found[0]}:{found[1]}"

"""What this process may use of the machine: the control groups it is in may allow it less than there is.

Version 1 keeps a tree of groups for each kind of resource, version 2 one for all; a limit of a group holds for the groups in it. A
container often sees its own group as the root of the tree, whatever /proc/self/cgroup says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")
DEFAULT_MEMORY = 4 << 30
# While a process of ours works on a core that this one would use: the number of the process that it works for.
busy: list[int] = []


def total_memory(root: Path = ROOT) -> int:
    """Bytes of memory this process may use: the machine's, or a control group's where that is less."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        total = DEFAULT_MEMORY
    for folder, version in _groups("memory", root):
        for name in ("memory.max", "memory.high") if version == 2 else ("memory.limit_in_bytes",):
            limit = _numbers(folder / name)
            if limit and limit[0] > 0:
                total = min(total, limit[0])
    return total


def available_threads(root: Path = ROOT) -> int:
    """Cores this process may use: its affinity, cut to the control groups' quotas."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for folder, version in _groups("cpu", root):
        if version == 2:
            quota = _numbers(folder / "cpu.max")
        else:
            quota = _numbers(folder / "cpu.cfs_quota_us") + _numbers(folder / "cpu.cfs_period_us")
        if len(quota) == 2 and min(quota) > 0:
            count = min(count, round(quota[0] / quota[1]))
    return max(1, count)


def _numbers(path: Path) -> list[int]:
    """The numbers in a file; none if one of them is "max", or there is no such file."""
    try:
        return [int(word) for word in path.read_text().split()]
    except (OSError, ValueError):
        return []


def _groups(controller: str, root: Path) -> Iterator[tuple[Path, int]]:
    """The folders of the groups that limit this process, from its own up to the top of what it sees, and their version."""
    for mount, part, version in _hierarchies(controller, root):
        for group in _memberships(controller, root, version):
            folder = mount / _below(group, part)
            if not folder.is_dir():
                folder = mount  # the name is one of outside the container
            yield folder, version
            while folder != mount:
                folder = folder.parent
                yield folder, version


def _below(group: str, part: str) -> str:
    """A group's path relative to the part of the tree that is mounted; empty if it lies elsewhere."""
    part = part.rstrip("/")
    inside = group[len(part) :].strip("/") if f"{group}/".startswith(f"{part}/") else ""
    return "" if ".." in inside.split("/") else inside


def _memberships(controller: str, root: Path, version: int) -> Iterator[str]:
    """This process's groups, from lines such as "4:cpu,memory:/group" and, of version 2, "0::/group"."""
    for line in _lines(root / "proc/self/cgroup"):
        _, _, rest = line.partition(":")
        kinds, _, group = rest.partition(":")
        if (kinds == "") if version == 2 else controller in kinds.split(","):
            yield group


def _hierarchies(controller: str, root: Path) -> Iterator[tuple[Path, str, int]]:
    """Where trees of groups with this controller are mounted, which part of them, and their version; from lines such as
    "33 32 0:28 /part /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory"."""
    for line in _lines(root / "proc/self/mountinfo"):
        before, _, after = line.partition(" - ")
        fields, filesystem = before.split(" "), after.split(" ")
        if len(fields) < 5 or len(filesystem) < 3:
            continue
        mount = root / _unescaped(fields[4]).lstrip("/")
        if filesystem[0] == "cgroup2":
            yield mount, _unescaped(fields[3]), 2
        elif filesystem[0] == "cgroup" and controller in filesystem[2].split(","):
            yield mount, _unescaped(fields[3]), 1


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []


def _unescaped(path: str) -> str:
    """Mount points have blanks and the like as octal numbers."""
    for code in ("040", "011", "012", "134"):
        path = path.replace(f"\\{code}", chr(int(code, 8)))
    return path

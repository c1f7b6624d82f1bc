"""The limits of control groups, on trees such as Linux shows them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lazytensor.runtime.limits import available_threads, total_memory

GIB = 1 << 30
MACHINE = 64 * GIB
CORES = 16
V2 = "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
V1_MEMORY = "33 32 0:28 {part} /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory"
V1_CPU = "34 32 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct"


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": MACHINE // 4096, "SC_PAGE_SIZE": 4096}.__getitem__, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(CORES)), raising=False)


def tree(root: Path, cgroup: str, mounts: str, files: dict[str, str]) -> Path:
    files = {"proc/self/cgroup": cgroup, "proc/self/mountinfo": mounts} | {f"sys/fs/cgroup/{name}": files[name] for name in files}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n")
    return root


@pytest.mark.parametrize(
    ("cgroup", "files", "memory", "threads"),
    [
        ("0::/", {"memory.max": "max", "cpu.max": "max 100000"}, MACHINE, CORES),
        ("0::/", {"memory.max": str(2 * GIB), "cpu.max": "250000 100000"}, 2 * GIB, 2),
        ("0::/a/b", {"a/b/memory.max": str(GIB), "a/b/cpu.max": "50000 100000"}, GIB, 1),
        # A group above is narrower, another one is none of ours.
        ("0::/a/b", {"a/b/memory.max": "max", "a/memory.max": str(3 * GIB), "a/c/memory.max": "1", "a/b/x": ""}, 3 * GIB, CORES),
        ("0::/a/b", {"a/b/cpu.max": "800000 100000", "a/cpu.max": "300000 100000", "a/c/cpu.max": "100 100"}, MACHINE, 3),
        ("0::/a", {"a/memory.max": str(4 * GIB), "a/memory.high": str(3 * GIB)}, 3 * GIB, CORES),
        # A container that sees its own group as the root, under a name of outside.
        ("0::/system.slice/docker-1.scope", {"memory.max": str(5 * GIB), "cpu.max": "400000 100000"}, 5 * GIB, 4),
        ("0::/../../other", {"memory.max": str(5 * GIB)}, 5 * GIB, CORES),
        ("0::/", {"memory.max": str(1 << 60), "cpu.max": "9900000 100000"}, MACHINE, CORES),
        ("0::/", {"memory.max": "what", "cpu.max": "1 2 3"}, MACHINE, CORES),
        ("0::/", {"cpu.max": "100000 0"}, MACHINE, CORES),
    ],
)
def test_version_2(tmp_path: Path, cgroup: str, files: dict[str, str], memory: int, threads: int) -> None:
    root = tree(tmp_path, cgroup, V2, files)
    assert total_memory(root) == memory
    assert available_threads(root) == threads


@pytest.mark.parametrize(
    ("group", "part", "files", "memory"),
    [
        ("/", "/", {"memory/memory.limit_in_bytes": "9223372036854771712"}, MACHINE),
        ("/a/b", "/", {"memory/a/b/memory.limit_in_bytes": str(2 * GIB)}, 2 * GIB),
        ("/a/b", "/", {"memory/a/b/x": "", "memory/a/memory.limit_in_bytes": str(GIB)}, GIB),
        # A part of the tree is mounted, as in a container without a namespace of groups.
        ("/docker/1", "/docker/1", {"memory/memory.limit_in_bytes": str(GIB), "memory/docker/1/memory.limit_in_bytes": "1"}, GIB),
        ("/docker/1/in", "/docker/1", {"memory/in/memory.limit_in_bytes": str(GIB)}, GIB),
        ("/docker/12", "/docker/1", {"memory/memory.limit_in_bytes": str(GIB), "memory/2/memory.limit_in_bytes": "1"}, GIB),
        ("/elsewhere", "/", {"memory/memory.limit_in_bytes": str(GIB)}, GIB),
        ("/", "/", {"memory/memory.limit_in_bytes": "-1"}, MACHINE),
    ],
)
def test_version_1_memory(tmp_path: Path, group: str, part: str, files: dict[str, str], memory: int) -> None:
    root = tree(tmp_path, f"9:name=systemd:/\n4:memory:{group}\n0::/", V1_MEMORY.format(part=part), files)
    assert total_memory(root) == memory


@pytest.mark.parametrize(
    ("quotas", "threads"), [({"a": "200000"}, 2), ({"a": "-1"}, CORES), ({"a": "-1", "": "350000"}, 4), ({"a": "1000"}, 1)]
)
def test_version_1_threads(tmp_path: Path, quotas: dict[str, str], threads: int) -> None:
    files = {}
    for group, quota in quotas.items():
        files |= {f"cpu,cpuacct/{group}/cpu.cfs_quota_us": quota, f"cpu,cpuacct/{group}/cpu.cfs_period_us": "100000"}
    root = tree(tmp_path, "3:cpu,cpuacct:/a\n2:cpuset:/b", V1_CPU, files)
    assert available_threads(root) == threads


def test_both_versions_at_once(tmp_path: Path) -> None:
    mounts = f"{V1_MEMORY.format(part='/')}\n{V2.replace('/sys/fs/cgroup', '/sys/fs/cgroup/unified')}"
    files = {"memory/a/memory.limit_in_bytes": str(2 * GIB), "unified/b/cpu.max": "300000 100000", "unified/b/memory.max": "max"}
    root = tree(tmp_path, "4:memory:/a\n0::/b", mounts, files)
    assert (total_memory(root), available_threads(root)) == (2 * GIB, 3)


def test_a_mount_point_with_a_blank(tmp_path: Path) -> None:
    mounts = V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/with\\040blank")
    root = tree(tmp_path, "0::/", mounts, {"with blank/memory.max": str(GIB)})
    assert total_memory(root) == GIB


def test_no_control_groups_and_no_such_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (total_memory(tmp_path), available_threads(tmp_path)) == (MACHINE, CORES)
    tree(tmp_path, "nonsense\n::\n", "nonsense\n - \n1 2 3 4 5 - cgroup2", {})
    assert (total_memory(tmp_path), available_threads(tmp_path)) == (MACHINE, CORES)
    monkeypatch.delattr(os, "sysconf", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert (total_memory(tmp_path), available_threads(tmp_path)) == (4 << 30, 1)

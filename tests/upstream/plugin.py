"""The pytest plugin: collect a suite's modules with our names in them, and tell declared differences from faults.

Environment: UPSTREAM_SUITE names the suite, numpy or cupy; UPSTREAM_LOG a file for what failed, a JSON object a line; UPSTREAM_PER_TEST
how many of a test's sets of parameters are run.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from declared import Declared
from substitution import execute, execute_then_replace
from suites import exchange, replaced

import lazytensor as lt

SUITE = os.environ["UPSTREAM_SUITE"]
LOG = os.environ.get("UPSTREAM_LOG")
# A test's forked child must not report for its parent.
PROCESS = os.getpid()
DECLARED = Declared.read(Path(__file__).with_name("declared.toml"), SUITE)


class SubstitutedModule(pytest.Module):
    """A test module whose imports are replaced."""

    def _getobj(self) -> Any:
        package = package_of(self.path)
        name = f"{package}.{self.path.stem}"
        try:
            return execute(self.path, name, package, replaced(SUITE))
        except Exception:
            return execute_then_replace(self.path, name, package, replaced(SUITE), exchange, frozenset({"numpy"}))


def package_of(path: Path) -> str:
    """The dotted name of the package that holds the file."""
    parts: list[str] = []
    folder = path.parent
    while folder.name and (not parts or parts[0] not in ("numpy", "cupy_tests")):
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out what has nothing of ours in it."""
    return True if DECLARED.leaves_out(str(collection_path)) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop the tests that are left out, and keep the asked number of parameter sets of each other one, evenly chosen."""
    items[:] = [item for item in items if not DECLARED.leaves_out_test(item.nodeid)]
    limit = int(os.environ.get("UPSTREAM_PER_TEST", "0"))
    if not limit:
        return
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(item.nodeid.partition("[")[0], []).append(item)
    chosen = {id(group[len(group) * place // limit]) for group in groups.values() for place in range(limit)}
    dropped = [item for item in items if id(item) not in chosen]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if id(item) in chosen]


def pytest_pycollect_makemodule(module_path: Path, parent: Any) -> Any:
    """Our kind of module."""
    return SubstitutedModule.from_parent(parent, path=module_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Errors of what a test never looked at are not lost, and not the next test's."""
    try:
        return (yield)
    finally:
        with contextlib.suppress(Exception):
            lt.wait_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """A failure that a declaration covers is an expected one."""
    report = yield
    if report.outcome == "failed" and call.excinfo is not None:
        error = call.excinfo.value
        text = f"{type(error).__name__}: {error}"
        reason = DECLARED.reason(item.nodeid, text)
        if reason is not None:
            report.outcome, report.wasxfail = "skipped", reason
        else:
            report.user_properties.append(("fault", text[:2000]))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write what failed to the log."""
    if report.outcome == "failed" or hasattr(report, "wasxfail"):
        found = dict(report.user_properties).get("fault", "")
        _write(
            {"test": report.nodeid, "declared": getattr(report, "wasxfail", None), "error": found, "text": report.longreprtext}
        )


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that cannot be collected is a fault too."""
    if report.outcome == "failed":
        _write({"test": report.nodeid, "declared": None, "error": "collection", "text": report.longreprtext})


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The counts, for the closing line."""
    stats = {kind: len(reports) for kind, reports in terminalreporter.stats.items()}
    counts = {
        "passed": stats.get("passed", 0),
        "declared": stats.get("xfailed", 0),
        "faults": stats.get("failed", 0) + stats.get("error", 0),
        "skipped": stats.get("skipped", 0),
    }
    _write({"counts": counts})


def _write(entry: dict[str, Any]) -> None:
    if LOG and os.getpid() == PROCESS:
        with open(LOG, "a") as file:
            file.write(json.dumps(entry) + "\n")

"""What the suites test and lazytensor does not do, read from declared.toml: each entry names its heading in docs/differences.md."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """Failures of tests that match one of `tests` with an error that matches `error`."""

    heading: str
    reason: str
    tests: tuple[str, ...]
    error: re.Pattern[str]

    def covers(self, test: str, error: str) -> bool:
        return self.error.search(error) is not None and any(fnmatchcase(test, f"*{pattern}*") for pattern in self.tests)


@dataclass(frozen=True)
class Declared:
    """The entries of one suite, and the files and tests of it that are left out."""

    entries: tuple[Entry, ...]
    files: tuple[str, ...]
    tests: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, suite: str) -> Declared:
        """The entries for a suite, and those for all."""
        table = tomllib.loads(path.read_text())
        entries = [
            Entry(item["heading"], item["reason"], tuple(item.get("tests", ("",))), re.compile(item.get("error", ""), re.DOTALL))
            for item in table["difference"]
            if item.get("suite", suite) == suite
        ]
        left_out = [item for item in table["left_out"] if item.get("suite", suite) == suite]
        files, tests = ([name for item in left_out for name in item.get(kind, ())] for kind in ("files", "tests"))
        return cls(tuple(entries), tuple(files), tuple(tests))

    def leaves_out(self, path: str) -> bool:
        return any(fnmatchcase(path, f"*/{name}") for name in self.files)

    def leaves_out_test(self, test: str) -> bool:
        return any(fnmatchcase(test, f"*{pattern}*") for pattern in self.tests)

    def reason(self, test: str, error: str) -> str | None:
        """Why a failure is a declared difference, None if it is none."""
        for entry in self.entries:
            if entry.covers(test, error):
                return f"{entry.heading}: {entry.reason}"
        return None

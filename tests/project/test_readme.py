"""The README's example prints what the README shows, and its commands name files that exist."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)


def test_example_prints_what_is_shown() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(blocks("python")[0], "README.md", "exec"), {"__name__": "__main__"})
    assert printed.getvalue() == blocks("text")[0]


def test_commands_name_files_that_exist() -> None:
    for script in re.findall(r"\bpython (\S+\.py)\b", "\n".join(blocks("sh"))):
        assert (ROOT / script).is_file(), script


def test_links_name_files_that_exist() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / target).exists(), target

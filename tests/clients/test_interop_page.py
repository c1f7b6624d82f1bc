"""The examples of docs/interop.md print what the page shows."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "interop.md"


@pytest.mark.recorded
def test_examples() -> None:
    examples = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL))
    assert examples.count(">>>") > 30
    said: list[str] = []
    test = doctest.DocTestParser().get_doctest(examples, {}, "interop", str(PAGE), 0)
    doctest.DocTestRunner(verbose=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(test, out=said.append)
    assert not said, "".join(said)

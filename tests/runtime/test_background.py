"""The background thread: while it works threads change often, and the program's setting is as before."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from lazytensor.runtime.background import TURN_SECONDS, Background

USUAL = 4e-3


@pytest.fixture
def background() -> Iterator[Background]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(USUAL)
    background = Background()
    yield background
    background.stop()
    sys.setswitchinterval(before)


def test_threads_change_often_while_it_works(background: Background) -> None:
    found: list[float] = []
    background.put(lambda: found.append(sys.getswitchinterval()))
    background.idle()
    background.stop()
    assert found == [pytest.approx(TURN_SECONDS)]
    assert sys.getswitchinterval() == pytest.approx(USUAL)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_work_that_fails_leaves_the_setting_as_it_was(background: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: seen.append(arguments.exc_type))
    background.put(lambda: 1 // 0)
    background.idle()
    background.stop()
    assert seen == [ZeroDivisionError]
    assert sys.getswitchinterval() == pytest.approx(USUAL)


def test_what_the_program_sets_meanwhile_stays(background: Background) -> None:
    background.put(lambda: sys.setswitchinterval(2e-3))
    background.idle()
    background.stop()
    assert sys.getswitchinterval() == pytest.approx(2e-3)

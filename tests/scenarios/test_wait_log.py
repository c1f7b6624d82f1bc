"""What waits report: the line of each with `config.log_waits`, and a warning for a line that waits all the time."""

from __future__ import annotations

import logging

import pytest

import lazytensor as lt
from lazytensor.core import wait_log


@pytest.mark.recorded
def test_log_waits_names_the_line_and_the_operation(caplog: pytest.LogCaptureFixture) -> None:
    x = lt.ones((2, 3)) * 2
    with caplog.at_level(logging.INFO, "lazytensor"), lt.config.override(log_waits=True):
        x.sum().item()
    (record,) = caplog.records
    assert "test_wait_log.py:" in record.getMessage()
    assert "sum() float64" in record.getMessage()


def test_a_computed_value_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    x = (lt.ones(3) + 1).wait()
    with caplog.at_level(logging.INFO, "lazytensor"), lt.config.override(log_waits=True):
        x.numpy()
    assert not caplog.records


@pytest.mark.recorded
def test_a_line_that_waits_again_and_again_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    wait_log._sampled.clear()
    x = lt.ones(2)
    with caplog.at_level(logging.WARNING, "lazytensor"):
        for _ in range(3 * wait_log.SAMPLE * wait_log.MANY):
            (x + 1).wait()
    (record,) = caplog.records
    assert "test_wait_log.py:" in record.getMessage()


def test_waits_for_large_values_are_nobodys_mistake(caplog: pytest.LogCaptureFixture) -> None:
    wait_log._sampled.clear()
    x = lt.ones(wait_log.SMALL_ELEMENTS + 1)
    with caplog.at_level(logging.WARNING, "lazytensor"):
        for _ in range(2 * wait_log.SAMPLE * wait_log.MANY):
            (x + 1).wait()
    assert not caplog.records

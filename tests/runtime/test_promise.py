"""Promises and failures."""

from __future__ import annotations

import faulthandler
import sys
import threading
import traceback
from collections.abc import Iterator

import numpy as np
import pytest

from lazytensor.runtime.promise import UNSET, Failure, Promise, engine_threads


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    faulthandler.dump_traceback_later(60, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


def test_set_once_and_wait() -> None:
    promise = Promise()
    assert not promise.is_set()
    assert promise.value is UNSET
    assert not promise.wait(0.001)
    threading.Thread(target=promise.set, args=(5,)).start()
    assert promise.wait()
    assert promise.value == 5
    with pytest.raises(RuntimeError, match="already set"):
        promise.set(6)


def test_callbacks_are_called_once_whichever_thread_wins() -> None:
    for _ in range(300):
        promise = Promise()
        seen: list[Promise] = []
        barrier = threading.Barrier(3)

        def register(promise: Promise = promise, seen: list[Promise] = seen, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            for _ in range(5):
                promise.add_callback(seen.append)

        threads = [threading.Thread(target=register) for _ in range(2)]
        for thread in threads:
            thread.start()
        barrier.wait()
        promise.set(1)
        for thread in threads:
            thread.join()
        assert len(seen) == 10


def test_waiting_on_an_engine_thread_raises() -> None:
    promise = Promise()
    engine_threads.add(threading.get_ident())
    try:
        with pytest.raises(RuntimeError, match="engine's own thread"):
            promise.wait()
        promise.set(1)
        assert promise.wait()
    finally:
        engine_threads.discard(threading.get_ident())


def _failure(site: bool = True) -> Failure:
    try:
        np.linalg.inv(np.zeros((2, 2)))
    except np.linalg.LinAlgError as error:
        return Failure(error, (_failure.__code__, 0) if site else None, "inv" if site else None)
    raise AssertionError


def _depth(error: BaseException) -> int:
    return len(traceback.extract_tb(error.__traceback__))


def test_failure_raises_a_fresh_copy_that_names_the_line() -> None:
    failure = _failure()
    depths, notes, errors = set(), set(), []
    for _ in range(5):
        with pytest.raises(np.linalg.LinAlgError, match="Singular") as caught:
            failure.raise_()
        depths.add(_depth(caught.value))
        notes.add(tuple(caught.value.__notes__))
        errors.append(caught.value)
    line = _failure.__code__.co_firstlineno
    assert len(depths) == 1
    assert notes == {(f'issued at {__file__}:{line} by operation "inv"',)}
    assert len(set(map(id, errors))) == 5
    assert errors[0].__cause__ is failure.error
    assert failure.raised


def test_failure_without_a_site_has_no_note() -> None:
    with pytest.raises(np.linalg.LinAlgError) as caught:
        _failure(site=False).raise_()
    assert not hasattr(caught.value, "__notes__")


class Stubborn(Exception):
    """Cannot be copied: its arguments are not its constructor's."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} {second}")


def test_failure_of_an_exception_that_cannot_be_copied() -> None:
    failure = Failure(Stubborn(1, 2), None, "op")
    depths = set()
    for _ in range(4):
        with pytest.raises(Stubborn, match="1 2") as caught:
            failure.raise_()
        depths.add(_depth(caught.value))
        assert caught.value.__notes__ == ['by operation "op"']
    assert len(depths) == 1


def test_notes_of_the_original_are_kept_and_not_added_to() -> None:
    error = ValueError("x")
    error.add_note("mine")
    failure = Failure(error, None, "op")
    for _ in range(2):
        with pytest.raises(ValueError, match="x") as caught:
            failure.raise_()
        assert caught.value.__notes__ == ["mine", 'by operation "op"']
    assert error.__notes__ == ["mine"]


def test_the_original_tells_where_it_arose_and_keeps_no_frames() -> None:
    failure = _failure()
    assert failure.error.__traceback__ is None
    assert f"{__file__}:" in failure.error.__notes__[0]

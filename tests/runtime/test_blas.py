"""The BLAS guard: one thread inside, whoever enters first, and the user's setting afterwards."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from lazytensor.runtime.blas import blas_libraries, blas_single_thread


@pytest.fixture
def library() -> object:
    np.ones((2, 2)) @ np.ones((2, 2))
    libraries = blas_libraries()
    if not libraries:
        pytest.fail("NumPy's BLAS was not found")
    before = libraries[0].get_num_threads()
    libraries[0].set_num_threads(2)
    yield libraries[0]
    libraries[0].set_num_threads(before)


def enter_from_a_thread(library: object) -> int:
    inside: list[int] = []

    def work() -> None:
        with blas_single_thread():
            inside.append(library.get_num_threads())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return inside[0]


def test_any_thread_may_be_the_first_inside(library: object) -> None:
    before = library.get_num_threads()
    assert [enter_from_a_thread(library) for _ in range(3)] == [1, 1, 1]
    assert library.get_num_threads() == before


def test_the_setting_comes_back_with_the_last_that_leaves(library: object) -> None:
    before = library.get_num_threads()
    with blas_single_thread():
        assert enter_from_a_thread(library) == 1
        assert library.get_num_threads() == 1
    assert library.get_num_threads() == before

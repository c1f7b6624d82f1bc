"""The BLAS guard: one thread inside, whoever enters first, and the user's setting afterwards."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

from lazytensor.runtime import blas
from lazytensor.runtime.blas import blas_libraries, blas_single_thread


@pytest.fixture
def library() -> object:
    np.ones((2, 2)) @ np.ones((2, 2))
    libraries = blas_libraries()
    if not libraries and tuple(map(int, threadpoolctl.__version__.split(".")[:2])) < (3, 5):
        pytest.skip("this version of threadpoolctl does not know the name of NumPy's BLAS")
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


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="threadpoolctl alone knows what is loaded here")
def test_libraries_are_found_without_the_loaders_lock(library: object, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {item.filepath for item in threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers}
    monkeypatch.delattr(threadpoolctl.ThreadpoolController, "_find_libraries_with_dl_iterate_phdr")
    assert {item.filepath for item in blas_libraries()} == expected


def test_libraries_are_found_where_no_file_says_what_is_loaded(library: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(blas, "_mapped", missing)
    assert blas_libraries()


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

"""What every test shares: a kernel cache of the session's own, Hypothesis without deadlines, the `tier` fixture, and a look at what
no test asks for (`soundness`)."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import zlib
from collections.abc import Iterator

import hypothesis
import numpy as np
import pytest
from numpy.lib import NumpyVersion

# The first example of a shape may compile a kernel, which takes longer than any sensible deadline. New programs are drawn where
# people work; CI repeats the same ones, so that it fails for what a change did.
hypothesis.settings.register_profile("lazytensor", deadline=None, print_blob=True, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("lazytensor")

CACHE = pytest.StashKey[str]()
# The answers of this NumPy and of later ones are ours, also with an older one, which gives others or has no such function.
NEWEST = "2.4.0"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--sample N`: the fast part of the tests, for one more interpreter or one more version of a dependency."""
    text = "run the tests marked `versions` and one in N of the others, the same ones each time, without the slow"
    parser.addoption("--sample", type=int, default=1, metavar="N", help=text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `--sample` does not take, and with an older NumPy what only a newer one can be compared with."""
    every = config.getoption("sample")
    outdated = NumpyVersion(np.__version__) < NEWEST
    taken = [item for item in items if _in_sample(item, every) and not (outdated and item.get_closest_marker("newest"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(taken)])
    items[:] = taken


def _in_sample(item: pytest.Item, every: int) -> bool:
    if every == 1 or item.get_closest_marker("versions"):
        return True
    return not item.get_closest_marker("slow") and zlib.crc32(item.nodeid.encode()) % every == 0


def pytest_configure(config: pytest.Config) -> None:
    """Keep kernels in one directory for the session, never in the user's cache; pytest-xdist's workers share their parent's. And let
    the tests of interrupts work in the background too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells start what runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        config.stash[CACHE] = tempfile.mkdtemp(prefix="lazytensor-tests-")
        os.environ["LAZYTENSOR_CACHE_DIR"] = config.stash[CACHE]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's kernels."""
    if CACHE in config.stash:
        shutil.rmtree(config.stash[CACHE], ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """A process a core, but few enough for the memory and the threads of each."""
    from lazytensor.config import available_threads

    return min(4, available_threads())


@pytest.fixture(params=["interpret", "compile"])
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test once with every kernel interpreted and once with every kernel compiled."""
    import lazytensor as lt

    with lt.config.override(tier=request.param):
        yield request.param


@pytest.fixture(autouse=True)
def recorded(request: pytest.FixtureRequest) -> Iterator[None]:
    """Under `@pytest.mark.recorded` small work is recorded too, and planned, as large work is: what is tested is what becomes of pending
    values."""
    import lazytensor as lt
    from lazytensor.core import planning

    if request.node.get_closest_marker("recorded") is None:
        yield
        return
    with lt.config.override(eager_elements=0), pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "WALKS", 0)
        yield


@pytest.fixture(scope="session")
def noted() -> list[str]:
    """The faults that `soundness` notes."""
    import soundness

    soundness.install()
    return soundness.faults


@pytest.fixture(autouse=True)
def sound(noted: list[str]) -> Iterator[list[str]]:
    """Fail the test for what `soundness` notes while it runs. A test that means it empties the list."""
    noted.clear()
    yield noted
    assert not noted, noted

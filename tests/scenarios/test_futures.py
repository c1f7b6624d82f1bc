"""Hashes of results, and futures of tensors: what asyncio, sets and caches need."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import gc
from collections import Counter
from typing import Any

import numpy as np
import pytest
from counting import Gate

import lazytensor as lt
from lazytensor.core.system import engine

SINGULAR = np.ones((3, 3))


def singular() -> Any:
    return lt.linalg.inv(lt.asarray(SINGULAR))


@pytest.fixture(autouse=True)
def _clean() -> Any:
    """Leave no error behind for the next test, and work in the background on two threads whatever the machine has."""
    with lt.config.override(threads=2):
        yield
        engine().idle()
    engine().take_error()


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        ("bool", [True, False]),
        ("int8", [-128, 0, 127]),
        ("uint64", [0, 2**64 - 1]),
        ("int64", [-(2**63), -1, 2**61]),
        ("float32", [0.1, -0.0, 1.0, np.inf, 1e30]),
        ("float64", [0.1, -0.0, 2.0, -np.inf, 1e300]),
        ("complex64", [1 + 2j, 3.0]),
        ("complex128", [1 + 2j, 0.5]),
    ],
)
def test_results_hash_as_numpys_scalars(tier: str, dtype: str, values: list[Any]) -> None:
    x = np.asarray(values, dtype)
    t = lt.asarray(x)
    for place in range(len(values)):
        assert hash(t[place]) == hash(+t[place] if dtype != "bool" else t[place]) == hash(x[place])
        assert {x[place]: 5}[t[place]] == 5
        assert {t[place]: 6}[x[place].item()] == 6


def test_results_are_keys_by_value() -> None:
    x = lt.arange(6) % 2
    assert len(set(x)) == 2
    assert x[1] in {0, 1, 2}
    assert x[1] not in {3, "a"}
    assert {0: "even", 1: "odd"}[x[3]] == "odd"
    counts = Counter(lt.asarray([3, 1, 3, 3]) + 1)
    assert counts == {4: 3, 2: 1}
    assert sorted({item.item() for item in counts}) == [2, 4]
    assert list(dict.fromkeys(lt.asarray([2, 1, 2]))) == [2, 1]
    calls = []

    @functools.lru_cache
    def cached(key: Any) -> int:
        calls.append(key)
        return len(calls)

    assert [cached(lt.asarray([5.0, 5.0])[0]), cached(lt.asarray([2.0, 3.0]).sum()), cached(5.0)] == [1, 1, 1]
    nan = lt.asarray([np.nan]).sum()
    assert hash(nan) == hash(nan)
    assert nan in {nan}
    assert nan not in {float("nan")}


def test_a_failed_result_raises_when_it_is_hashed() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        hash(singular().sum())


@pytest.mark.parametrize(
    "make",
    [
        lambda: lt.arange(3),
        lambda: lt.ones((2, 2))[0],
        lambda: lt.zeros(()),
        lambda: lt.asarray(3),
        lambda: lt.ones((0,)),
        lambda: lt.arange(3)[0, ...],
        lambda: lt.asarray(lt.arange(3).sum()).reshape(1),
    ],
)
def test_arrays_are_unhashable(make: Any) -> None:
    for use in (hash, lambda t: {t}, lambda t: {t: 1}, functools.lru_cache(lambda t: t)):
        with pytest.raises(TypeError, match=r"unhashable type: .*t\.future\(\).*lt\.gather"):
            use(make())


@pytest.mark.recorded
def test_a_pending_result_does_not_block_a_running_loop() -> None:
    async def main() -> None:
        total = (lt.ones(3) * 2).sum()
        with pytest.raises(TypeError, match=r"`await t`.*t\.future\(\).*lt\.gather"):
            hash(total)
        with pytest.raises(TypeError, match="await"):
            asyncio.gather(total)
        await total
        assert hash(total) == hash(6.0)
        assert {6: "six"}[total] == "six"
        with pytest.raises(TypeError, match=r"lt\.gather"):
            asyncio.gather(lt.ones(3))

    asyncio.run(main())


def test_futures_take_part_in_asyncio() -> None:
    async def main() -> None:
        tensors = [lt.arange(size) + 1 for size in (2, 3, 4)]
        futures = [t.future() for t in tensors]
        assert len(set(futures)) == 3
        found = await asyncio.gather(*futures)
        assert all(have is want for have, want in zip(found, tensors, strict=True))
        assert all(t.is_ready() for t in tensors)
        done, pending = await asyncio.wait([t.future() for t in tensors])
        assert (len(done), len(pending)) == (3, 0)
        assert [len(await item) for item in asyncio.as_completed([tensors[0].future()])] == [2]
        total = tensors[2].sum()
        assert await asyncio.wait_for(total.future(), 60) is total
        mixed = await asyncio.gather(singular().future(), tensors[0].future(), return_exceptions=True)
        assert [type(item).__name__ for item in mixed] == ["LinAlgError", "Tensor"]

    asyncio.run(main())


def test_a_future_is_made_while_its_value_is_pending() -> None:
    gate = Gate()

    async def main() -> None:
        x = gate(lt.ones(3))
        future = x.future()
        assert isinstance(future, asyncio.Future)
        await asyncio.to_thread(gate.entered.wait, 60)
        assert not future.done()
        gone = x.future()
        gone.cancel()
        late = asyncio.ensure_future(asyncio.wait_for(x.future(), 1e-3))
        with pytest.raises(TimeoutError):
            await late
        gate.opened.set()
        assert await future is x
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(main())


def test_futures_outside_a_loop_are_threads_and_can_be_awaited_later() -> None:
    x, y = lt.arange(3) + 1, singular()
    future, failed = x.future(), y.future()
    assert future.result(60) is x
    assert isinstance(failed.exception(60), np.linalg.LinAlgError)
    done, _ = concurrent.futures.wait([future, failed], 60)
    assert done == {future, failed}

    async def main() -> Any:
        return await asyncio.gather(future, lt.gather(x, x + 1), return_exceptions=True)

    first, second = asyncio.run(main())
    assert first is x
    assert second[1].tolist() == [2, 3, 4]
    assert [t.tolist() for t in asyncio.run(asyncio.wait_for(lt.gather(x), 60))] == [[1, 2, 3]]


def test_what_a_future_waits_for_is_no_garbage() -> None:
    gate = Gate()

    async def main() -> Any:
        waiting = lt.gather(gate(lt.arange(3)), lt.arange(3) + 1)
        gc.collect()
        gate.opened.set()
        return await asyncio.wait_for(waiting, 60)

    assert [t.tolist() for t in asyncio.run(main())] == [[0, 1, 2], [1, 2, 3]]


def test_gather_awaits_all_as_one_graph() -> None:
    async def main() -> None:
        x = lt.arange(4)
        parts = x + 1, x.sum(), x[1:]
        found = await lt.gather(*parts)
        assert all(have is want for have, want in zip(found, parts, strict=True))
        assert all(t.is_ready() for t in parts)
        assert await lt.gather() == []
        assert len({lt.gather(x), lt.gather(x)}) == 2
        assert [len(await item) for item in asyncio.as_completed([lt.gather(x, x)])] == [2]
        with pytest.raises(np.linalg.LinAlgError):
            await lt.gather(x, singular())
        mixed = await lt.gather(singular(), x, return_exceptions=True)
        assert [type(item).__name__ for item in mixed] == ["LinAlgError", "Tensor"]
        assert await lt.gather(return_exceptions=True) == []

    asyncio.run(main())
    with pytest.raises(TypeError, match="gather: expects tensors, got list"):
        lt.gather([lt.ones(2)])  # type: ignore[arg-type]


def test_gather_raises_the_first_error_before_the_others_end() -> None:
    gate = Gate()

    async def main() -> None:
        slow = gate(lt.ones(3))
        slow.start()
        bad = singular()
        with pytest.raises(np.linalg.LinAlgError):
            await lt.gather(slow, bad)
        assert not slow.is_ready()
        both = lt.gather(slow, bad, return_exceptions=True)
        gate.opened.set()
        first, second = await both
        assert first is slow
        assert slow.tolist() == [1, 1, 1]
        assert isinstance(second, np.linalg.LinAlgError)

    asyncio.run(main())


def test_as_completed_goes_on_after_a_failure() -> None:
    async def main() -> None:
        tensors = [singular(), lt.arange(3) + 1, lt.take(lt.ones(3), [7]), lt.ones(2) * 2]
        ends: dict[int, str] = {}
        async for t in lt.as_completed(tensors):
            place = next(place for place, item in enumerate(tensors) if item is t)
            assert t.is_ready()
            try:
                ends[place] = str((await t).tolist())
            except Exception as error:
                ends[place] = type(error).__name__
        assert ends == {0: "LinAlgError", 1: "[1, 2, 3]", 2: "IndexError", 3: "[2.0, 2.0]"}
        assert [t.size async for t in lt.as_completed([tensors[1], tensors[1]])] == [3, 3]
        assert [t async for t in lt.as_completed([])] == []

    asyncio.run(main())
    with pytest.raises(TypeError, match="as_completed: expects tensors, got int"):
        lt.as_completed([1])  # type: ignore[list-item]


def test_as_completed_leaves_errors_to_waits() -> None:
    ended = []  # not returned: the runner shows what main returns, which is a wait

    async def main() -> None:
        ended.extend([t async for t in lt.as_completed([singular()])])

    asyncio.run(main())
    (bad,) = ended
    with pytest.raises(np.linalg.LinAlgError):
        lt.wait_all()
    with pytest.raises(np.linalg.LinAlgError):
        bad.wait()

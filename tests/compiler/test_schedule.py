"""The scheduler: what can run side by side does, nothing starts before what it needs, and little work stays on one stream."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lazytensor.compiler.passes.memory_plan import StepDraft, last_uses
from lazytensor.compiler.passes.schedule import Schedule, schedule
from lazytensor.compiler.tuning import HAND_OVER_SECONDS, NETWORKX_SECONDS, PARALLEL_SECONDS, STREAM_STEP_SECONDS

LONG = 10 * PARALLEL_SECONDS


def draft(slot: int, *reads: int, cost: float = LONG) -> StepDraft:
    def never(consumed: frozenset[int]) -> object:
        raise AssertionError

    return StepDraft(f"step {slot}", never, reads, (slot,), slot, cost)  # type: ignore[arg-type]


def check(drafts: list[StepDraft], devices: list[str], threads: dict[str, int]) -> Schedule:
    found = schedule(drafts, devices, threads)
    assert sorted(found.order) == list(range(len(drafts)))
    reaches = found.reaches()
    place = {number: position for position, number in enumerate(found.order)}
    writer = {slot: place[number] for number, item in enumerate(drafts) for slot in item.writes}
    for number, item in enumerate(drafts):
        position = place[number]
        assert found.devices[found.stream[position]] == devices[number]
        for slot in item.reads:
            if slot in writer:
                assert reaches[position] >> writer[slot] & 1, f"{item.name} may start before {slot} is written"
        for wait in found.waits[position]:
            assert wait < position
            assert found.stream[wait] != found.stream[position], "a stream waits for itself"
    for name in set(devices):
        assert list(found.devices).count(name) <= threads[name]
    assert set(found.stream) == set(range(len(found.devices)))
    return found


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[StepDraft], list[str]]:
    count = draw(st.integers(1, 25))
    drafts, devices = [], []
    for number in range(count):
        reads = draw(st.lists(st.integers(-3, number - 1), max_size=3, unique=True))
        drafts.append(draft(number + 3, *(item + 3 for item in reads), cost=draw(st.sampled_from([1e-6, 1e-3, 1e-1]))))
        devices.append(draw(st.sampled_from(["cpu:0", "cpu:0", "cpu:1"])))
    return drafts, devices


@settings(max_examples=150)
@given(program=programs(), threads=st.integers(1, 3))
def test_random_programs(program: tuple[list[StepDraft], list[str]], threads: int) -> None:
    drafts, devices = program
    found = check(drafts, devices, {"cpu:0": threads, "cpu:1": 1})
    again = schedule(drafts, devices, {"cpu:0": threads, "cpu:1": 1})
    assert found == again
    check_liveness(drafts, found)


def check_liveness(drafts: list[StepDraft], found: Schedule) -> None:
    ordered = [drafts[number] for number in found.order]
    masks = found.reaches()
    outputs = [ordered[-1].writes[0]]
    frees = last_uses(ordered, found.stream, lambda early, late: bool(masks[late] >> early & 1), outputs)
    freed: dict[int, int] = {}
    for position, slots in enumerate(frees):
        for slot in slots:
            assert slot not in freed, "freed twice"
            assert slot not in outputs
            freed[slot] = position
    for position, item in enumerate(ordered):
        for slot in (*item.reads, *item.writes):
            if slot in freed:
                last = freed[slot]
                assert position == last or masks[last] >> position & 1, f"{slot} is freed while {item.name} may read it"


def test_a_chain_stays_on_one_stream() -> None:
    found = check([draft(1, 0), draft(2, 1), draft(3, 2)], ["cpu:0"] * 3, {"cpu:0": 8})
    assert found.stream == (0, 0, 0)
    assert found.waits == ((), (), ())


def test_independent_work_gets_streams_up_to_the_threads() -> None:
    drafts = [draft(number + 1, 0) for number in range(4)]
    assert check(drafts, ["cpu:0"] * 4, {"cpu:0": 2}).devices == ("cpu:0",) * 2
    assert check(drafts, ["cpu:0"] * 4, {"cpu:0": 4}).devices == ("cpu:0",) * 4
    assert check(drafts, ["cpu:0"] * 4, {"cpu:0": 8}).devices == ("cpu:0",) * 4
    assert check(drafts, ["cpu:0"] * 4, {"cpu:0": 1}).devices == ("cpu:0",)


def test_little_work_stays_on_one_stream() -> None:
    drafts = [draft(number + 1, 0, cost=PARALLEL_SECONDS / 10) for number in range(4)]
    assert check(drafts, ["cpu:0"] * 4, {"cpu:0": 4}).devices == ("cpu:0",)


def test_a_join_waits_for_the_last_step_of_each_other_stream_once() -> None:
    drafts = [draft(1, 0), draft(2, 0), draft(3, 1), draft(4, 2), draft(5, 1, 2, 3, 4)]
    found = check(drafts, ["cpu:0"] * 5, {"cpu:0": 2})
    join = found.order.index(4)
    assert len(found.waits[join]) == 1
    assert all(not waits for position, waits in enumerate(found.waits) if position != join)


def test_urgent_work_goes_first() -> None:
    # The chain 2-3-4 is the critical path, though it stands behind the short steps.
    drafts = [draft(1, 0, cost=LONG / 2), draft(9, 0, cost=LONG / 2), draft(2, 0), draft(3, 2), draft(4, 3)]
    found = check(drafts, ["cpu:0"] * 5, {"cpu:0": 2})
    assert found.order[0] == 2


def test_steps_shorter_than_a_hand_over_stay_on_one_stream() -> None:
    # Two values that go hand in hand: each needs both of the round before.
    drafts = [draft(1, 0, cost=HAND_OVER_SECONDS / 5), draft(2, 0, cost=HAND_OVER_SECONDS / 5)]
    for last in range(2, 200, 2):
        drafts += [
            draft(last + 1, last - 1, last, cost=HAND_OVER_SECONDS / 5),
            draft(last + 2, last - 1, last, cost=HAND_OVER_SECONDS / 5),
        ]
    assert check(drafts, ["cpu:0"] * 200, {"cpu:0": 2}).devices == ("cpu:0",)
    # Two that have nothing to do with each other, but that each step waits for the interpreter.
    for cost, streams in ((STREAM_STEP_SECONDS / 2, 1), (4 * STREAM_STEP_SECONDS, 2)):
        drafts = [draft(place + 1, place - 1 if place > 1 else 0, cost=cost) for place in range(200)]
        assert check(drafts, ["cpu:0"] * 200, {"cpu:0": 2}).devices == ("cpu:0",) * streams


def test_a_hurried_plan_does_without_streams_until_networkx_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    import networkx

    def found(cost: float) -> tuple[int, bool]:
        planned = schedule([draft(1, 0, cost=cost), draft(2, 0, cost=cost)], ["cpu:0"] * 2, {"cpu:0": 2}, hurried=True)
        return len(planned.devices), planned.hurried

    assert found(NETWORKX_SECONDS / 4) == (2, False)
    monkeypatch.delitem(sys.modules, "networkx")
    assert found(NETWORKX_SECONDS / 4) == (1, True)
    assert found(PARALLEL_SECONDS / 4) == (1, False)
    assert "networkx" not in sys.modules
    monkeypatch.setitem(sys.modules, "networkx", networkx)
    assert found(NETWORKX_SECONDS) == (2, False)


def test_devices_have_streams_of_their_own_even_for_little_work() -> None:
    drafts = [draft(1, 0, cost=1e-6), draft(2, 0, cost=1e-6), draft(3, 1, 2, cost=1e-6)]
    found = check(drafts, ["cpu:0", "cpu:1", "cpu:0"], {"cpu:0": 1, "cpu:1": 1})
    assert sorted(found.devices) == ["cpu:0", "cpu:1"]
    assert [len(waits) for waits in found.waits] == [0, 0, 1]


def test_values_are_freed_by_their_last_reader() -> None:
    drafts = [draft(1, 0), draft(2, 0, 1), draft(3, 1), draft(4, 3)]
    assert last_uses(drafts, (0, 0, 0, 0), lambda early, late: True, (4,)) == [(), (0, 2), (1,), (3,)]


def test_values_read_side_by_side_live_to_the_end() -> None:
    drafts = [draft(1, 0), draft(2, 1), draft(3, 1)]
    assert last_uses(drafts, (0, 0, 1), lambda early, late: early == 0, (2, 3)) == [(0,), (), ()]

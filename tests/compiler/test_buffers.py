"""Where kernels keep their buffers: little on the stack, the rest in memory of the thread's own, known to overlap nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.compiler.codegen.source import Source, _module
from lazytensor.compiler.plan import THREAD_MEMORY, KernelError
from lazytensor.compiler.tuning import LINE, STACK_BYTES


def placed(*buffers: tuple[str, int, str]) -> list[str]:
    """The lines that name these buffers in a kernel."""
    source = Source()
    for buffer in buffers:
        source.buffer(*buffer)
    return [line.strip() for line in source.text([], ["kernel"], "").splitlines()[2:] if line]


def test_small_buffers_lie_on_the_stack() -> None:
    assert placed(("a", 1024, "f64"), ("b", 2048, "f32")) == ["a = stack_buffer(1024, f64)", "b = stack_buffer(2048, f32)"]


def test_the_largest_leave_the_stack() -> None:
    assert placed(("a", 16_656, "f32"), ("b", 100, "u8"), ("c", 2048, "f64"), ("d", 129, "c128")) == [
        "a = thread_buffer(memory, 0, 16656, f32)",
        "b = stack_buffer(100, u8)",
        "c = thread_buffer(memory, 66624, 2048, f64)",
        "d = stack_buffer(129, c128)",
    ]


def test_buffers_begin_on_a_line() -> None:
    lines = placed(("a", 20_001, "u8"), ("b", 20_002, "u8"))
    assert lines == ["a = thread_buffer(memory, 0, 20001, u8)", "b = thread_buffer(memory, 20032, 20002, u8)"]


def test_more_than_a_thread_has() -> None:
    assert len(placed(("a", THREAD_MEMORY, "u8"))) == 1
    with pytest.raises(KernelError, match=f"needs buffers of {THREAD_MEMORY + LINE} bytes, a thread has {THREAD_MEMORY}"):
        placed(("a", THREAD_MEMORY // 2, "u8"), ("b", THREAD_MEMORY // 2 + 1, "u8"))


def _many_sums(x: Any) -> list[Any]:
    values, sums = lt.exp(x), []
    for _ in range(6):
        values = values * 1.01
        sums.append(lt.sum(values, axis=1))
    return sums


def _several_rows(x: Any) -> list[Any]:
    weights = lt.exp(x - lt.max(x, axis=1, keepdims=True))
    parts = weights / lt.sum(weights, axis=1, keepdims=True)
    return [lt.sin(parts) - lt.mean(lt.sin(parts), axis=1, keepdims=True)]


@pytest.mark.parametrize("program", [_many_sums, _several_rows])
@pytest.mark.parametrize("shape", [(300, 8), (40, 500)])
def test_kernels_keep_to_their_room(program: Any, shape: tuple[int, int]) -> None:
    with lt.config.override(tier="compile"):
        sources = lt.explain(*program(lt.zeros(shape).wait())).sources
    moved = 0
    for source in sources:
        stack = [int(count) * int(bits) for count, bits in re.findall(r"stack_buffer\((\d+), \w(\d+)\)", source)]
        assert sum(stack) <= 8 * STACK_BYTES
        end = 0
        for offset, count, bits in re.findall(r"thread_buffer\(memory, (\d+), (\d+), \w(\d+)\)", source):
            assert int(offset) >= end
            assert int(offset) % LINE == 0
            end = int(offset) + int(count) * int(bits) // 8
            moved += 1
        assert end <= THREAD_MEMORY
    assert moved


LOOPS = """
def loops_{0}(block, start, stop, memory):
    x = pointer(block, 0, f64, 0)
    y = pointer(block, 1, f64, 0)
    first = {1}
    second = {2}
    for i in range(start, stop):
        first[i] = x[i] * 2
    for i in range(start, stop):
        second[i] = first[i] + x[i]
    for i in range(start, stop):
        y[i] = second[i] + first[i]
"""


@pytest.mark.parametrize(
    ("first", "second", "checked"),
    [
        ("stack_buffer(4096, f64)", "stack_buffer(4096, f64)", False),
        ("thread_buffer(memory, 0, 4096, f64)", "thread_buffer(memory, 32768, 4096, f64)", False),
        ("pointer(memory, 0, f64, 0)", "pointer(memory, 1, f64, 0)", True),
    ],
)
def test_loops_over_buffers_need_no_checks(first: str, second: str, checked: bool) -> None:
    """Vectors, and no look at run time whether the buffers overlap each other or an array."""
    text = str(_module(LOOPS.format(first.partition("(")[0], first, second).strip() + "\n")[0])
    assert "vector.body" in text
    assert ("vector.memcheck" in text) == checked


@pytest.mark.parametrize("shape", [(300, 8), (40, 500)])
def test_values_where_buffers_leave_the_stack(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(0).standard_normal(shape)
    with lt.config.override(tier="compile"):
        have = [value.numpy() for value in _many_sums(lt.asarray(x))]
    want = np.exp(x)
    for sums in have:
        want = want * 1.01
        np.testing.assert_allclose(sums, want.sum(1), rtol=1e-12)

"""Native fork and join: a kernel's range shared by threads that neither hold nor wait for Python's interpreter lock.

Waking a thread that sleeps takes 50 us, and a thread that runs Python may keep others waiting for 5 ms. So workers that have nothing
to do first look out for a kernel in a native loop, for some tens of microseconds, and chunks are drawn from an atomic counter.
"""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import threading
from collections.abc import Callable
from typing import Any

from lazytensor.compiler.plan import KernelTask
from lazytensor.compiler.shield import shielded
from lazytensor.runtime.memory import thread_memory

# Rounds of the loop in which an idle worker looks out for work, about 40 ns each on current x86 processors.
SPINS = 2000
WORDS = 64
# Words of a team, in cache lines of their own: the number of the job, the next chunk, the threads inside it, the spinning ones;
# whether these are wanted elsewhere, and whether a job is about to come.
JOB, NEXT, INSIDE, SPINNING, WANTED, EXPECTED = 0, 8, 16, 24, 32, 33
# The job: words 40 to 47.
KERNEL, BLOCK, FIRST, COUNT, CHUNK, CHUNKS, TICKETS, STATUS = range(40, 48)

_INTEL = platform.machine().lower() in ("x86_64", "amd64", "i686", "i386")
_PAUSE = "call void @llvm.x86.sse2.pause()" if _INTEL else ""
_YIELD = "call i32 @sched_yield()" if os.name == "posix" else ""


def word(name: str, index: int, base: str = "%team") -> str:
    """LLVM assembly that names the address of a word."""
    return f"%{name} = getelementptr i64, ptr {base}, i64 {index}"


# `team_work` is entered by workers, with the number of the last job they know; `team_lead` by the thread whose kernel it is. A worker
# counts itself in before it draws a chunk. The leader waits until nobody is inside before it changes the job, and again before it
# returns; a worker that comes late finds the counter beyond the last chunk, or, properly, the next job.
_SOURCE = f"""
{"declare void @llvm.x86.sse2.pause()" if _INTEL else ""}
{"declare i32 @sched_yield()" if _YIELD else ""}

define internal void @team_draw(ptr %team, i64 %memory) {{
entry:
  %scratch = alloca [8 x i64]
  {word("next", NEXT)}
  {word("chunks_at", CHUNKS)}
  br label %draw
draw:
  %chunk_number = atomicrmw add ptr %next, i64 1 seq_cst
  %chunks = load atomic i64, ptr %chunks_at seq_cst, align 8
  %some = icmp slt i64 %chunk_number, %chunks
  br i1 %some, label %run, label %none
run:
  {word("kernel_at", KERNEL)}
  {word("block_at", BLOCK)}
  {word("first_at", FIRST)}
  {word("count_at", COUNT)}
  {word("chunk_at", CHUNK)}
  {word("status_at", STATUS)}
  %kernel = load ptr, ptr %kernel_at
  %block = load i64, ptr %block_at
  %first = load i64, ptr %first_at
  %count = load i64, ptr %count_at
  %chunk = load i64, ptr %chunk_at
  %start = mul i64 %chunk_number, %chunk
  %full = add i64 %start, %chunk
  %more = icmp slt i64 %full, %count
  %end = select i1 %more, i64 %full, i64 %count
  %low = add i64 %first, %start
  %high = add i64 %first, %end
  %result = call i32 %kernel(ptr %scratch, ptr %scratch, i64 %block, i64 %low, i64 %high, i64 %memory)
  %wide = zext i32 %result to i64
  %before = atomicrmw or ptr %status_at, i64 %wide seq_cst
  br label %draw
none:
  ret void
}}

define i64 @team_work(ptr %team, i64 %seen, i64 %spins, i64 %memory) {{
entry:
  {word("inside", INSIDE)}
  {word("tickets", TICKETS)}
  {word("spinning", SPINNING)}
  {word("wanted_at", WANTED)}
  {word("expected_at", EXPECTED)}
  %a = atomicrmw add ptr %spinning, i64 1 seq_cst
  br label %wait
wait:
  %known = phi i64 [ %seen, %entry ], [ %job, %done ]
  br label %look
look:
  %left = phi i64 [ %spins, %wait ], [ %less, %again ]
  %job = load atomic i64, ptr %team seq_cst, align 8
  %new = icmp ne i64 %job, %known
  br i1 %new, label %enter, label %check
check:
  %less = sub i64 %left, 1
  %wanted = load atomic i64, ptr %wanted_at seq_cst, align 8
  %elsewhere = icmp ne i64 %wanted, 0
  %expected = load atomic i64, ptr %expected_at seq_cst, align 8
  %soon = icmp ne i64 %expected, 0
  %spent = icmp slt i64 %less, 0
  %tired = select i1 %soon, i1 false, i1 %spent
  %over = or i1 %elsewhere, %tired
  br i1 %over, label %leave, label %again
again:
  {_PAUSE}
  br label %look
enter:
  %b = atomicrmw add ptr %inside, i64 1 seq_cst
  %ticket = atomicrmw sub ptr %tickets, i64 1 seq_cst
  %valid = icmp sgt i64 %ticket, 0
  br i1 %valid, label %draw, label %done
draw:
  call void @team_draw(ptr %team, i64 %memory)
  br label %done
done:
  %c = atomicrmw sub ptr %inside, i64 1 seq_cst
  br label %wait
leave:
  %d = atomicrmw sub ptr %spinning, i64 1 seq_cst
  ret i64 %known
}}

define internal void @team_empty(ptr %team) {{
entry:
  {word("inside", INSIDE)}
  br label %look
look:
  %left = phi i64 [ 2000, %entry ], [ %less, %again ], [ 2000, %rest ]
  %threads = load atomic i64, ptr %inside seq_cst, align 8
  %some = icmp ne i64 %threads, 0
  br i1 %some, label %check, label %over
check:
  %less = sub i64 %left, 1
  %tired = icmp slt i64 %less, 0
  br i1 %tired, label %rest, label %again
again:
  {_PAUSE}
  br label %look
rest:
  {_YIELD}
  br label %look
over:
  ret void
}}

define i64 @team_lead(ptr %team, ptr %kernel, i64 %block, i64 %first, i64 %count, i64 %chunk, i64 %helpers,
  i64 %memory) {{
entry:
  {word("next", NEXT)}
  {word("kernel_at", KERNEL)}
  {word("block_at", BLOCK)}
  {word("first_at", FIRST)}
  {word("count_at", COUNT)}
  {word("chunk_at", CHUNK)}
  {word("chunks_at", CHUNKS)}
  {word("tickets_at", TICKETS)}
  {word("status_at", STATUS)}
  {word("expected_at", EXPECTED)}
  store atomic i64 4611686018427387904, ptr %next seq_cst, align 8
  call void @team_empty(ptr %team)
  store ptr %kernel, ptr %kernel_at
  store i64 %block, ptr %block_at
  store i64 %first, ptr %first_at
  store i64 %count, ptr %count_at
  store i64 %chunk, ptr %chunk_at
  store i64 0, ptr %status_at
  %almost = add i64 %count, %chunk
  %above = sub i64 %almost, 1
  %chunks = sdiv i64 %above, %chunk
  store atomic i64 %chunks, ptr %chunks_at seq_cst, align 8
  store atomic i64 %helpers, ptr %tickets_at seq_cst, align 8
  store atomic i64 0, ptr %next seq_cst, align 8
  %a = atomicrmw add ptr %team, i64 1 seq_cst
  store atomic i64 0, ptr %expected_at seq_cst, align 8
  call void @team_draw(ptr %team, i64 %memory)
  call void @team_empty(ptr %team)
  %status = load i64, ptr %status_at
  ret i64 %status
}}
"""


@functools.cache
def _functions() -> tuple[Callable[..., int], Callable[..., int]]:
    return shielded(_link)


def _link() -> tuple[Callable[..., int], Callable[..., int]]:
    from lazytensor.runtime.kernel_store import link_assembly  # delayed: start-up time

    work, lead = link_assembly(_SOURCE, ("team_work", "team_lead"))
    word, pointer = ctypes.c_int64, ctypes.c_void_p
    return (
        ctypes.CFUNCTYPE(word, pointer, word, word, word)(work),
        ctypes.CFUNCTYPE(word, pointer, pointer, *(word,) * 6)(lead),
    )


class Team:
    """The workers of a device, as far as they share kernels. One kernel at a time: `busy` is held by its leader."""

    def __init__(self) -> None:
        self._memory: Any = (ctypes.c_int64 * (WORDS + 8))()
        # From the next cache line on.
        self._where = -(-ctypes.addressof(self._memory) // 64) * 64
        self._words = (ctypes.c_int64 * WORDS).from_address(self._where)
        self.busy = threading.Lock()

    @property
    def led(self) -> bool:
        """Whether there has been a kernel yet, so that more may come."""
        return bool(self._words[JOB])

    def expect(self, coming: bool) -> int:
        """Announce a kernel, or take that back; returns how many workers will see it without being woken."""
        _functions()  # compiled before anybody waits for the kernel
        self._words[EXPECTED] = coming
        spinning: int = self._words[SPINNING]
        return spinning

    def call_off(self, wanted: bool) -> None:
        """Have spinning workers come back at once, while there is other work for them."""
        self._words[WANTED] = wanted

    def work(self, seen: int) -> int:
        """On a worker: help with kernels after job number `seen` until none has come for a while; the number of the last one."""
        try:
            memory = thread_memory()
        except MemoryError:
            return seen  # the others do without
        return _functions()[0](self._where, seen, SPINS, memory)

    def lead(self, task: KernelTask, count: int, chunk: int, helpers: int) -> None:
        """Run a task over [0, count) in chunks, with at most `helpers` workers. Hold `busy`."""
        kernel = task.kernel
        before, after = (self._where, kernel.address, task.block), (count, chunk, helpers, kernel.memory())
        status = task.call(_functions()[1], before, after)
        if status:
            raise RuntimeError(f"a kernel failed with status {status}")

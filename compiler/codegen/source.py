"""Kernel source as text, where its buffers lie, and how it is compiled: Numba makes the LLVM module, from which the object code is
taken.

The object code needs Numba neither to be loaded nor to be called.
"""

from __future__ import annotations

import functools
import hashlib
import re
import textwrap
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lazytensor.compiler.codegen import numba_internals
from lazytensor.compiler.executors import load_executors
from lazytensor.compiler.plan import THREAD_MEMORY, KernelError
from lazytensor.compiler.tuning import LINE, MAX_REFUSED, STACK_BYTES

INDENT = "    "
# Whoever compiles holds it; so do forks, and the interpreter's exit.
lock = threading.RLock()
_refused: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Buffer:
    """Room for `count` elements while a kernel runs; what was in it before is unknown."""

    name: str
    count: int
    dtype: str

    @property
    def nbytes(self) -> int:
        return self.count * int(self.dtype[1:]) // 8


class Source:
    """Lines of Python under construction."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._buffers: dict[str, Buffer] = {}
        self.depth = 1

    def add(self, *lines: str) -> None:
        self._lines.extend(INDENT * self.depth + line for line in lines)

    def loop(self, head: str, lines: Iterable[str] = ()) -> None:
        """A `for` or `while` or `if` with its body; without lines, the body follows and `end` closes it."""
        self.add(head)
        self.depth += 1
        lines = list(lines)
        if lines:
            self.add(*lines)
            self.depth -= 1

    def end(self, levels: int = 1) -> None:
        self.depth -= levels

    def buffer(self, name: str, count: int, dtype: str) -> None:
        """A buffer of the whole kernel, wherever this is called."""
        assert name not in self._buffers, f"two buffers are called {name}"
        self._buffers[name] = Buffer(name, count, dtype)

    def _placed(self) -> list[str]:
        """The lines that name the buffers. The smallest lie on the stack, as long as there is room for them, the others in memory of
        the thread's own.

        Raises
        ------
        KernelError
            If they are more than a thread has.
        """
        lines, left, end = [], STACK_BYTES, 0
        on_stack = set()
        for buffer in sorted(self._buffers.values(), key=lambda buffer: buffer.nbytes):
            left -= buffer.nbytes
            if left < 0:
                break
            on_stack.add(buffer)
        for buffer in self._buffers.values():
            room = f"{buffer.count}, {buffer.dtype}"
            if buffer in on_stack:
                lines.append(f"{buffer.name} = stack_buffer({room})")
            else:
                lines.append(f"{buffer.name} = thread_buffer(memory, {end}, {room})")
                end += -(-buffer.nbytes // LINE) * LINE
        if end > THREAD_MEMORY:
            raise KernelError(f"a kernel needs buffers of {end} bytes, a thread has {THREAD_MEMORY}")
        return lines

    def text(self, head: Iterable[str], names: Iterable[str], doc: str) -> str:
        """The whole function, which begins with the lines `head`. Its name says what it computes and ends in a hash of the text, so
        that symbols never clash."""
        body = "\n".join([*(INDENT + line for line in (*head, *self._placed())), *self._lines])
        if "\n" in doc or len(doc) > 100:
            wrapped = textwrap.fill(" ".join(doc.split()), 110, initial_indent=INDENT, subsequent_indent=INDENT)
            doc = f'"""{wrapped.strip()}\n{INDENT}"""'
        else:
            doc = f'"""{doc}"""'
        title = "_".join(dict.fromkeys(names))
        title = re.sub(r"\W", "_", title)[:40].strip("_") or "kernel"
        digest = hashlib.sha256((title + doc + body).encode()).hexdigest()[:12]
        return f"def {title}_{digest}(block, start, stop, memory):\n{INDENT}{doc}\n{body}\n"


@functools.cache
def library_digest() -> str:
    """A hash of this package's files: kernels have its functions compiled in, so cached object code depends on them too."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def compile_source(source: str) -> bytes:
    """Object code that exports the function that `source` defines.

    Raises
    ------
    KernelError
        If Numba or LLVM rejects the source, now or when it was last asked.
    """
    with lock:
        check_refused(source)
        try:
            module, machine = _module(source)
            code: bytes = machine.emit_object(module)
        except Exception as error:  # whatever the compiler says, the interpreter can go on
            text = f"cannot compile a kernel: {error}"
            if not isinstance(error, (MemoryError, OSError)):  # these say nothing of the source
                refuse(source, text)
            raise KernelError(text) from error
        return code


def check_refused(source: str) -> None:
    """KernelError, if the compiler refused the source before."""
    text = _refused.get(source)
    if text is not None:
        again = KernelError(text)
        again.known = True
        raise again


def refuse(source: str, text: str) -> None:
    """Do not ask the compiler for this source again; `text` says why."""
    with lock:
        _refused[source] = text
        if len(_refused) > MAX_REFUSED:
            del _refused[next(iter(_refused))]


def forget_refused() -> None:
    """Ask the compiler anew for what it refused."""
    with lock:
        _refused.clear()


def assembly(source: str) -> str:
    """The machine code of a kernel as text."""
    with lock:
        module, machine = _module(source)
        text: str = machine.emit_assembly(module)
        return text


def _module(source: str) -> tuple[Any, Any]:
    """The optimised LLVM module of a kernel, its function under the name it has in the source, and the target machine."""
    from lazytensor.compiler.codegen.elementary import vectormath  # delayed: start-up time

    load_executors()
    name = source.partition("def ")[2].partition("(")[0]
    scope = dict(vectormath.namespace())
    exec(compile(source, f"<{name}>", "exec"), scope)
    return numba_internals.module_of(scope[name])

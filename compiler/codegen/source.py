"""Kernel source as text, and how it is compiled: Numba makes the LLVM module, from which the object code is taken.

The object code needs Numba neither to be loaded nor to be called.
"""

from __future__ import annotations

import functools
import hashlib
import re
import textwrap
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lazytensor.compiler.codegen import numba_internals
from lazytensor.compiler.executors import load_executors
from lazytensor.compiler.plan import KernelError
from lazytensor.compiler.tuning import MAX_REFUSED

INDENT = "    "
# Whoever compiles holds it; so do forks, and the interpreter's exit.
lock = threading.RLock()
_refused: dict[str, str] = {}


class Source:
    """Lines of Python under construction."""

    def __init__(self) -> None:
        self._lines: list[str] = []
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

    def text(self, names: Iterable[str], doc: str) -> str:
        """The whole function. Its name says what it computes and ends in a hash of the text, so that symbols never clash."""
        body = "\n".join(self._lines)
        if "\n" in doc or len(doc) > 100:
            wrapped = textwrap.fill(" ".join(doc.split()), 110, initial_indent=INDENT, subsequent_indent=INDENT)
            doc = f'"""{wrapped.strip()}\n{INDENT}"""'
        else:
            doc = f'"""{doc}"""'
        title = "_".join(dict.fromkeys(names))
        title = re.sub(r"\W", "_", title)[:40].strip("_") or "kernel"
        digest = hashlib.sha256((title + doc + body).encode()).hexdigest()[:12]
        return f"def {title}_{digest}(block, start, stop):\n{INDENT}{doc}\n{body}\n"


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

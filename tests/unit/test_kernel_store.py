"""The kernel store: what it finds, and that a broken cache costs a compile, never a failure."""

from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lazytensor.compiler.codegen.source import compile_source
from lazytensor.runtime import kernel_store
from lazytensor.runtime.kernel_store import KernelStore

SOURCE = '''def double_words_test(block, start, stop):
    """Doubles int64 words."""
    x = pointer(block, 0, i64, 0)
    for i in range(start, stop):
        x[i] = x[i] * 2
'''


def build() -> bytes:
    return compile_source(SOURCE)


def refuse() -> bytes:
    raise AssertionError("the kernel should have been found")


def doubles(kernel: kernel_store.KernelFunction) -> bool:
    data = (ctypes.c_int64 * 4)(1, 2, 3, 4)
    block = (ctypes.c_int64 * 1)(ctypes.addressof(data))
    kernel(ctypes.addressof(block), 1, 3)
    return list(data) == [1, 4, 6, 4]


def test_memory_then_disk(tmp_path: Path) -> None:
    store = KernelStore(tmp_path)
    kernel = store(SOURCE, build)
    assert doubles(kernel)
    assert kernel.name == "double_words_test"
    assert kernel.source == SOURCE
    assert store(SOURCE, refuse) is kernel
    assert store.get(SOURCE) is kernel
    store.clear()
    assert store.get(SOURCE) is None
    assert doubles(store(SOURCE, refuse))
    assert (store.compiled, store.loaded) == (1, 1)
    assert store.on_disk(SOURCE)
    assert store.disk_bytes() > 0
    assert not KernelStore(tmp_path, salt="other").on_disk(SOURCE)
    store.clear(disk=True)
    assert store.disk_bytes() == 0
    assert not store.on_disk(SOURCE)


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "magic", "checksum"])
def test_damaged_file(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    KernelStore(tmp_path)(SOURCE, build)
    (path,) = tmp_path.glob("*.kernel")
    data = path.read_bytes()
    if damage == "flip":
        data = data[:80] + bytes([data[80] ^ 1]) + data[81:]
    elif damage == "checksum":
        data = data[:10] + bytes([data[10] ^ 1]) + data[11:]
    else:
        data = {"truncate": data[:-9], "empty": b"", "magic": b"X" + data[1:]}[damage]
    path.write_bytes(data)
    store = KernelStore(tmp_path)
    with caplog.at_level(logging.WARNING, "lazytensor"):
        assert doubles(store(SOURCE, build))
    assert store.compiled == 1
    assert len(caplog.records) == 1
    assert doubles(KernelStore(tmp_path)(SOURCE, refuse))


def test_unusable_directory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    store = KernelStore(tmp_path / "file" / "kernels")
    with caplog.at_level(logging.WARNING, "lazytensor"):
        assert doubles(store(SOURCE, build))
    assert "kernel cache" in caplog.text


def test_unreadable_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    KernelStore(tmp_path)(SOURCE, build)
    (path,) = tmp_path.glob("*.kernel")
    path.unlink()
    path.mkdir()
    with caplog.at_level(logging.WARNING, "lazytensor"):
        assert doubles(KernelStore(tmp_path)(SOURCE, build))


def test_oldest_files_go_first(tmp_path: Path) -> None:
    tmp_path.joinpath("old.kernel").write_bytes(bytes(10_000))
    os.utime(tmp_path / "old.kernel", (1, 1))
    KernelStore(tmp_path, limit=9_000)(SOURCE, build)
    assert not (tmp_path / "old.kernel").exists()
    assert len(list(tmp_path.glob("*.kernel"))) == 1
    assert not list(tmp_path.glob("*.part"))


def test_directory_follows_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAZYTENSOR_CACHE_DIR", str(tmp_path))
    assert KernelStore().directory == tmp_path / "kernels"


def test_loading_needs_no_numba(tmp_path: Path) -> None:
    KernelStore(tmp_path)(SOURCE, build)
    program = f"""
import sys
from pathlib import Path
from lazytensor.runtime.kernel_store import KernelStore
assert "llvmlite" not in sys.modules
kernel = KernelStore(Path({str(tmp_path)!r}))({SOURCE!r}, None)
assert kernel.name == "double_words_test" and "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_deferred_kernel_is_looked_for_when_it_is_called(tmp_path: Path) -> None:
    store = KernelStore(tmp_path)
    built = []

    def build() -> bytes:
        built.append(1)
        raise RuntimeError("no compiler")

    kernel = store.deferred("def doubled(block, start, stop):\n    pass\n", build)
    assert kernel.name == "doubled"
    assert not built
    with pytest.raises(RuntimeError, match="no compiler"):
        kernel(0, 0, 0)
    assert built

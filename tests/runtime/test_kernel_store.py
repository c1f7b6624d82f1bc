"""The kernel store: what it finds, and that a broken cache costs a compile, never a failure."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from lazytensor.compiler.codegen.source import compile_source
from lazytensor.runtime import kernel_store, private_folder
from lazytensor.runtime.kernel_store import DeferredKernel, KernelStore
from lazytensor.runtime.object_file import check_object

SOURCE = '''def double_words_test(block, start, stop, memory):
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


def plant(directory: Path, code: bytes) -> Path:
    """Put object code where the store keeps that of SOURCE, as the store would."""
    store = KernelStore(directory)
    store._write(SOURCE, code)
    (path,) = directory.glob("*.kernel")
    return path


EVIL = SOURCE.replace("x[i] * 2", "x[i] * 666")


def hand_over(path: Path) -> None:
    os.chown(path, 12345, 12345)


def link_to_it(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def make_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


HOSTILE = {
    "written by others": lambda path: path.chmod(0o666),
    "written by the group": lambda path: path.chmod(0o660),
    "folder of others": lambda path: path.parent.chmod(0o777),
    "folder of the group": lambda path: path.parent.chmod(0o770),
    "parent of others": lambda path: path.parent.parent.chmod(0o777),
    "link": link_to_it,
    "fifo": make_fifo,
    "two names": lambda path: os.link(path, path.with_suffix(".other")),
}
if hasattr(os, "geteuid") and os.geteuid() == 0:
    HOSTILE |= {
        "another user's": hand_over,
        "another user's folder": lambda path: hand_over(path.parent),
        "another user's parent": lambda path: hand_over(path.parent.parent),
    }


def test_the_plant_works(tmp_path: Path) -> None:
    plant(tmp_path, compile_source(EVIL))
    assert not doubles(KernelStore(tmp_path)(SOURCE, refuse))


@pytest.mark.skipif(not private_folder.checkable(), reason="a platform without owners of files")
@pytest.mark.parametrize("case", HOSTILE)
def test_code_that_others_could_have_written_is_not_run(tmp_path: Path, case: str, caplog: pytest.LogCaptureFixture) -> None:
    directory = tmp_path / "parent" / "kernels"
    HOSTILE[case](plant(directory, compile_source(EVIL)))
    store = KernelStore(directory)
    with caplog.at_level(logging.INFO, "lazytensor"):
        assert not store.on_disk(SOURCE)
        assert doubles(store(SOURCE, build))
        store.disk_bytes()
        store.clear()
        assert doubles(store(SOURCE, build))
        store.clear(disk=True)
    (record,) = caplog.records
    assert "kernel cache: not used: " in record.getMessage()
    # A bad file was replaced by a good one; a folder that is not safe stays out of use.
    in_folder = "folder" in case or "parent" in case
    assert (store.compiled, store.loaded) == ((2, 0) if in_folder else (1, 1))


def test_what_cannot_be_checked_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    plant(tmp_path, compile_source(EVIL))
    monkeypatch.delattr(os, "geteuid", raising=False)
    store = KernelStore(tmp_path)
    with caplog.at_level(logging.INFO, "lazytensor"):
        assert not store.on_disk(SOURCE)
        assert doubles(store(SOURCE, build))
        assert store.disk_bytes() == 0
    assert len(caplog.records) == 1


def test_a_file_under_the_name_of_another(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (path,) = [plant(tmp_path / "kernels", compile_source(EVIL))]
    other = KernelStore(tmp_path / "kernels", salt="other")
    path.rename(path.with_name(other.file_name(SOURCE)))
    with caplog.at_level(logging.WARNING, "lazytensor"):
        assert doubles(other(SOURCE, build))
    assert "corrupt" in caplog.text


BROKEN = {
    "nothing": lambda code: b"",
    "garbage": lambda code: bytes(range(256)) * 64,
    "header alone": lambda code: code[:64],
    "truncated": lambda code: code[: len(code) // 2],
    "last byte": lambda code: code[:-1],
    "zeros after the header": lambda code: code[:64] + bytes(len(code) - 64),
    "another function": lambda code: compile_source(SOURCE.replace("double_words_test", "another_words_test")),
    "another processor": lambda code: code[:18] + b"\x08\x00" + code[20:],
    "section headers far away": lambda code: code[:40] + b"\xff" * 8 + code[48:],
    "countless sections": lambda code: code[:60] + b"\xff\xff" + code[62:],
}


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="object files of another format")
def test_broken_objects_with_good_digests_are_compiled_again(tmp_path: Path) -> None:
    for case, broken in BROKEN.items():
        (tmp_path / case).mkdir()
        plant(tmp_path / case, broken(compile_source(SOURCE)))
    # In a process of its own, which they might end: what it printed last says which did.
    program = f"""
import logging, sys
from pathlib import Path
sys.path[:0] = {[str(Path(__file__).parent)]!r}
import test_kernel_store as here
for case in here.BROKEN:
    print(case, flush=True)
    store = here.KernelStore(Path({str(tmp_path)!r}, case))
    assert here.doubles(store(here.SOURCE, here.build)) and store.compiled == 1
    assert here.doubles(here.KernelStore(Path({str(tmp_path)!r}, case))(here.SOURCE, here.refuse))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == list(BROKEN)
    assert [("compiling again" in line) for line in done.stderr.splitlines()] == [True] * len(BROKEN), done.stderr


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="object files of another format")
def test_damage_to_the_tables_of_an_object_is_found_or_harmless() -> None:
    code = compile_source(SOURCE)
    name = kernel_store.symbol(SOURCE)
    check_object(code, name, lambda symbol: True)
    for end in range(0, len(code), 7):
        with pytest.raises(ValueError, match=r"."):
            check_object(code[:end], name, lambda symbol: True)
    headers = int.from_bytes(code[40:48], "little")
    for place in (*range(64), *range(headers, len(code))):
        for bit in range(8):
            damaged = bytearray(code)
            damaged[place] ^= 1 << bit
            with suppress(ValueError):  # anything else that it raised would be an error
                check_object(bytes(damaged), name, lambda symbol: True)


def test_a_full_disk(tmp_path: Path) -> None:
    program = f"""
import resource, sys
from pathlib import Path
sys.path[:0] = {[str(Path(__file__).parent)]!r}
import test_kernel_store as here
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
store = here.KernelStore(Path({str(tmp_path)!r}))
for _ in range(2):
    assert here.doubles(store(here.SOURCE, here.build))
    store.clear()
assert (store.compiled, store.loaded) == (2, 0)
"""
    if sys.platform == "win32":
        pytest.skip("no limit on the size of files")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "kernel cache: cannot write" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_directory_deleted_while_it_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = KernelStore(tmp_path / "kernels")
    with caplog.at_level(logging.INFO, "lazytensor"):
        for _ in range(2):
            assert doubles(store(SOURCE, build))
            store.clear()
            shutil.rmtree(tmp_path / "kernels")
            assert not store.on_disk(SOURCE)
            assert store.disk_bytes() == 0
    assert store.compiled == 2
    assert not caplog.records


@pytest.mark.parametrize("chosen", ["/dev/null", "file", "fifo", "loop", "\udcff" * 300])
def test_a_cache_directory_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.setenv("LAZYTENSOR_CACHE_DIR", os.path.join(tmp_path, chosen))
    store = KernelStore()
    with caplog.at_level(logging.INFO, "lazytensor"):
        for _ in range(2):
            assert doubles(store(SOURCE, build))
            store.clear(disk=True)
    assert len(caplog.records) == 1


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("LAZYTENSOR_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with caplog.at_level(logging.WARNING, "lazytensor"):
        assert doubles(KernelStore()(SOURCE, build))
    (record,) = caplog.records
    assert "LAZYTENSOR_CACHE_DIR" in record.getMessage()


def test_what_processes_that_died_left_behind_goes(tmp_path: Path) -> None:
    tmp_path.joinpath("old.part").write_bytes(b"")
    os.utime(tmp_path / "old.part", (1, 1))
    tmp_path.joinpath("new.part").write_bytes(b"")
    KernelStore(tmp_path)(SOURCE, build)
    assert [path.name for path in tmp_path.glob("*.part")] == ["new.part"]


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


def test_a_kernel_for_another_process(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "kernels"
    store = KernelStore(folder)
    assert not store.add(SOURCE, build)
    assert not folder.exists()
    assert store.writable()
    assert store.add(SOURCE, build)
    assert store.add(SOURCE, refuse)
    assert (store.get(SOURCE), store.compiled, store.loaded) == (None, 2, 0)
    assert doubles(KernelStore(folder)(SOURCE, refuse))
    assert not caplog.records
    folder.chmod(0o770)
    assert not store.writable()
    assert not store.add(SOURCE, build)
    assert "others may write" in caplog.text


def test_a_deferred_kernel_is_looked_for_when_it_is_called(tmp_path: Path) -> None:
    store = KernelStore(tmp_path)
    built = []

    def build() -> bytes:
        built.append(1)
        raise RuntimeError("no compiler")

    kernel = DeferredKernel(store, "def doubled(block, start, stop, memory):\n    pass\n", build)
    assert kernel.name == "doubled"
    assert not built
    with pytest.raises(RuntimeError, match="no compiler"):
        kernel(0, 0, 0)
    assert built


DRAWS = """
import sys, lazytensor as lt
lt.config.tier = "compile"
for name in sys.argv[1:]:
    print(name, *getattr(lt.random.default_rng(5), name)(size=100).tolist())
"""


def test_functions_of_one_name_in_files_of_several_processes(tmp_path: Path) -> None:
    """Numba's names of what a kernel calls count a process's functions: each file must keep its own to itself."""

    def draws(folder: str, *names: str) -> dict[str, str]:
        environment = {**os.environ, "LAZYTENSOR_CACHE_DIR": str(tmp_path / folder)}
        command = [sys.executable, "-c", DRAWS, *names]
        text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
        return dict(line.split(" ", 1) for line in text.splitlines())

    expected = draws("apart", "standard_normal") | draws("alone", "random")
    assert draws("shared", "standard_normal") | draws("shared", "random") == expected
    assert draws("shared", "random", "standard_normal") == expected
    assert draws("shared", "standard_normal", "random") == expected

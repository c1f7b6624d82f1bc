"""Files: what one library writes the other reads, and nothing half-written is left behind."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, assert_same, sample

import lazytensor as lt
from lazytensor.files import tofile


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_array(tmp_path: Path, dtype: str) -> None:
    for shape in ((), (0,), (3, 4)):
        x = sample(dtype, shape)
        lt.save(tmp_path / "ours", lt.asarray(x))
        np.save(tmp_path / "theirs", x)
        assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "theirs.npy").read_bytes()
        assert_same(lt.load(tmp_path / "theirs.npy"), x)
    assert sorted(os.listdir(tmp_path)) == ["ours.npy", "theirs.npy"]


def test_views_and_foreign_orders(tmp_path: Path) -> None:
    x = sample("float64", (3, 4))
    lt.save(str(tmp_path / "view.npy"), lt.asarray(x)[::-1, ::2].T)
    np.testing.assert_array_equal(np.load(tmp_path / "view.npy"), x[::-1, ::2].T)
    np.save(tmp_path / "fortran", np.asfortranarray(x))
    assert_same(lt.load(tmp_path / "fortran.npy"), x)
    np.save(tmp_path / "big", x.astype(">f8"))
    assert_same(lt.load(tmp_path / "big.npy"), x)
    lt.save(os.fsencode(tmp_path / "bytes"), [1, 2])
    scalar = lt.load(tmp_path / "bytes.npy")
    scalar[0] = 5
    assert_same(scalar, np.asarray([5, 2]))


@pytest.mark.parametrize("function", [lt.savez, lt.savez_compressed])
def test_archives(tmp_path: Path, function: Any) -> None:
    x = sample("float32", (3, 4))
    function(tmp_path / "both", lt.asarray(x), [1, 2], named=lt.asarray(x).T)
    with np.load(tmp_path / "both.npz") as theirs, lt.load(tmp_path / "both.npz") as ours:
        assert ours.files == theirs.files == list(ours) == ["arr_0", "arr_1", "named"]
        assert len(ours) == 3
        assert "named" in ours
        assert "other" not in ours
        for name in ours:
            assert_same(ours[name], theirs[name])
        assert "named" in repr(ours)
        with pytest.raises(KeyError):
            ours["other"]
    with pytest.raises(ValueError, match="arr_0"):
        function(tmp_path / "both", [1], arr_0=[2])
    file = io.BytesIO()
    function(file, a=lt.arange(3))
    file.seek(0)
    assert_same(lt.load(file)["a"], np.arange(3))


def test_what_is_refused(tmp_path: Path) -> None:
    lt.save(tmp_path / "x.npy", [1, 2])
    for call in (
        lambda: lt.save(tmp_path / "x.npy", [1], allow_pickle=True),
        lambda: lt.savez(tmp_path / "x.npz", [1], allow_pickle=True),
        lambda: lt.savez_compressed(tmp_path / "x.npz", [1], allow_pickle=True),
        lambda: lt.load(tmp_path / "x.npy", allow_pickle=True),
    ):
        with pytest.raises(ValueError, match="allow_pickle must be False"):
            call()
    with pytest.raises(ValueError, match="mmap_mode"):
        lt.load(tmp_path / "x.npy", mmap_mode="r+")
    np.save(tmp_path / "object.npy", np.asarray([None]), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        lt.load(tmp_path / "object.npy")
    for bad in (np.asarray(["a"]), np.zeros(2, "f2"), np.zeros(2, "M8[s]"), np.zeros(2, [("a", "i4")])):
        np.save(tmp_path / "bad.npy", bad)
        with pytest.raises(TypeError, match="not supported"):
            lt.load(tmp_path / "bad.npy")
    for read in (lambda: lt.fromfile("x", like=[]), lambda: lt.loadtxt(["1"], like=[]), lambda: lt.genfromtxt(["1"], like=[])):
        with pytest.raises(ValueError, match="like"):
            read()


def test_damaged_files(tmp_path: Path) -> None:
    lt.save(tmp_path / "x.npy", lt.arange(1000))
    whole = (tmp_path / "x.npy").read_bytes()
    for damaged in (whole[:-8], whole[:20], b"", b"nothing like it", whole[:6] + b"\xff" + whole[7:]):
        (tmp_path / "x.npy").write_bytes(damaged)
        with pytest.raises((ValueError, EOFError)):
            lt.load(tmp_path / "x.npy")
    lt.savez(tmp_path / "x.npz", lt.arange(1000))
    archive = (tmp_path / "x.npz").read_bytes()
    (tmp_path / "x.npz").write_bytes(archive[:400] + b"\0\0\0\1" + archive[404:])
    with lt.load(tmp_path / "x.npz") as found, pytest.raises(zipfile.BadZipFile):
        found["arr_0"]
    with pytest.raises(FileNotFoundError):
        lt.load(tmp_path / "missing.npy")


FULL = """
import resource, signal, sys
import lazytensor as lt
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
x = lt.random.normal(size=(100, 100))
for write in (lt.save, lt.savez, lt.savez_compressed, lt.savetxt, lambda path, x: lt.files.tofile(x, path)):
    try:
        write(sys.argv[1], x)
    except OSError as error:
        print(type(error).__name__)
"""


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    for name in ("kept", "kept.npy", "kept.npz"):
        (tmp_path / name).write_text("as before")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "kept")], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert done.stdout.split() == ["OSError"] * 5, done.stderr
    assert sorted(os.listdir(tmp_path)) == ["kept", "kept.npy", "kept.npz"]
    assert {path.read_text() for path in tmp_path.iterdir()} == {"as before"}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_devices_are_written_to() -> None:
    x = lt.zeros((100, 100))
    with pytest.raises(OSError, match="No space left"):
        lt.savetxt("/dev/full", x)
    with pytest.raises(OSError, match="No space left"), open("/dev/full", "wb") as full:
        lt.save(full, x)
    with pytest.raises(OSError):  # noqa: PT011
        tofile(x, "/dev/full")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_errors_and_interrupts_leave_nothing(tmp_path: Path) -> None:
    target = tmp_path / "x.txt"
    target.write_text("as before")
    with pytest.raises(ValueError, match="fmt"):
        lt.savetxt(target, lt.ones(3), fmt="%d %d %d %q")
    with pytest.raises(ValueError, match="1D or 2D"):
        lt.savetxt(target, lt.ones((2, 2, 2)))
    with pytest.raises(FileNotFoundError, match=r"no.x\.npy'"):
        lt.save(tmp_path / "no" / "x", lt.ones(3))
    with pytest.raises(IsADirectoryError):
        lt.savetxt(tmp_path, lt.ones(3))

    with pytest.MonkeyPatch.context() as patch:

        def stop(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        patch.setattr(np, "save", stop)
        with pytest.raises(KeyboardInterrupt):
            lt.save(target, lt.ones(3))
    assert os.listdir(tmp_path) == ["x.txt"]
    assert target.read_text() == "as before"


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "x.npy", tmp_path / "link.npy"
    before = os.umask(0o027)
    try:
        lt.save(target, [1])
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    target.chmod(0o604)
    link.symlink_to("x.npy")
    lt.save(link, [1, 2])
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o604
    assert_same(lt.load(target), np.asarray([1, 2]))


def test_files_in_folders_that_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lt.save(tmp_path / "x.npy", [1])

    def refuse(*_: Any) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)  # permissions do not bind root
    lt.save(tmp_path / "x.npy", [1, 2])
    assert_same(lt.load(tmp_path / "x.npy"), np.asarray([1, 2]))
    assert os.listdir(tmp_path) == ["x.npy"]


@pytest.mark.parametrize("ending", ["txt", "gz", "xz", "bz2"])
def test_text(tmp_path: Path, ending: str) -> None:
    x = sample("float64", (3, 4))
    path = tmp_path / f"x.{ending}"
    lt.savetxt(path, lt.asarray(x), delimiter=",", header="four columns", footer="end")
    np.testing.assert_array_equal(np.loadtxt(path, delimiter=","), x)
    assert_same(lt.loadtxt(path, delimiter=","), x)
    assert os.listdir(tmp_path) == [path.name]


def test_reading_text() -> None:
    lines = ["# head", "1 2 3", "4 5 6"]
    for keywords in (
        {},
        {"dtype": "int32"},
        {"usecols": (0, 2)},
        {"unpack": True},
        {"skiprows": 2, "ndmin": 2},
        {"skiprows": 1, "max_rows": 1},
    ):
        assert_same(lt.loadtxt(lines, **keywords), np.loadtxt(lines, **keywords))
    gaps = ["1,,3", "4,5,x"]
    for keywords in ({}, {"filling_values": -1}, {"dtype": "int64"}, {"usecols": 0}, {"skip_header": 1}, {"unpack": True}):
        assert_same(lt.genfromtxt(gaps, delimiter=",", **keywords), np.genfromtxt(gaps, delimiter=",", **keywords))
    assert_same(lt.genfromtxt(["1 2", "3 4"], dtype=None), np.genfromtxt(["1 2", "3 4"], dtype=None))
    for keywords in ({"names": True}, {"usemask": True}):
        with pytest.raises(ValueError, match="names must be None"):
            lt.genfromtxt(gaps, delimiter=",", **keywords)
    for function in (lt.loadtxt, lt.genfromtxt):
        with pytest.raises(TypeError, match="not supported"):
            function(lines, dtype=[("a", "i4")])
    with pytest.raises(TypeError, match="not supported"):
        lt.genfromtxt(["1 a", "2 b"], dtype=None)
    with pytest.raises(ValueError, match="could not convert"):
        lt.loadtxt(["1 a"])


def test_bytes(tmp_path: Path) -> None:
    x = sample("int32", (3, 4))
    path = tmp_path / "x.bin"
    tofile(lt.asarray(x).T, path)
    np.testing.assert_array_equal(np.fromfile(path, "int32"), x.T.ravel())
    assert_same(lt.fromfile(path, dtype=lt.int32, count=5, offset=4), x.T.ravel()[1:6])
    tofile(lt.asarray(x), path, sep=",", format="%d")
    assert_same(lt.fromfile(path, int, sep=","), x.ravel().astype(int))
    tofile(lt.ones(3), path)
    assert_same(lt.fromfile(path), np.ones(3))
    with open(path, "wb") as file:
        tofile(lt.asarray(x), file)
    assert path.read_bytes() == x.tobytes()
    with pytest.raises(TypeError, match="not supported"):
        lt.fromfile(path, dtype="S4")
    assert os.listdir(tmp_path) == ["x.bin"]

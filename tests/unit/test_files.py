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


def test_arrays_one_after_the_other_in_one_file(tmp_path: Path) -> None:
    with open(tmp_path / "x", "wb") as file:
        for count in (3, 0, 5):
            lt.save(file, lt.arange(count))
    found = []
    with open(tmp_path / "x", "rb") as file:
        try:
            while True:
                found.append(lt.load(file).tolist())
        except EOFError:
            pass
    assert found == [[0, 1, 2], [], [0, 1, 2, 3, 4]]


def test_damaged_files(tmp_path: Path) -> None:
    lt.save(tmp_path / "x.npy", lt.arange(1000))
    whole = (tmp_path / "x.npy").read_bytes()
    for damaged in (whole[:-8], whole[:20], b"nothing like it", whole[:6] + b"\xff" + whole[7:]):
        (tmp_path / "x.npy").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"\w"):
            lt.load(tmp_path / "x.npy")
        with pytest.raises(ValueError, match=r"\w"):
            lt.load(io.BytesIO(damaged))
    (tmp_path / "x.npy").write_bytes(b"")
    for file in (tmp_path / "x.npy", io.BytesIO()):
        with pytest.raises(EOFError):
            lt.load(file)
    with pytest.raises(TypeError):
        lt.load(3)
    lt.savez(tmp_path / "x.npz", lt.arange(1000))
    archive = (tmp_path / "x.npz").read_bytes()
    (tmp_path / "x.npz").write_bytes(archive[:400] + b"\0\0\0\1" + archive[404:])
    with lt.load(tmp_path / "x.npz") as found, pytest.raises(ValueError, match="damaged"):
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


def everything(data: bytes) -> Any:
    """What is in a file, all members of an archive included; None where there is a ValueError."""
    try:
        found = lt.load(io.BytesIO(data))
        if isinstance(found, lt.Tensor):
            return found.numpy()
        return {name: found[name] for name in found}
    except (ValueError, EOFError):
        return None


@pytest.mark.filterwarnings("ignore")
def test_every_byte_may_be_damaged() -> None:
    """Cut anywhere, or with any byte changed, a file raises ValueError, or what is read is an array; a member is never a wrong one."""
    array, single, several = np.arange(5, dtype=np.int16), io.BytesIO(), io.BytesIO()
    lt.save(single, array)
    lt.savez_compressed(several, a=array, b=array * 2.0)
    for whole in (single.getvalue(), several.getvalue()):
        assert everything(whole) is not None
        for place in range(len(whole)):
            assert everything(whole[:place]) is None
            for change in (0x01, 0xFF):
                data = bytearray(whole)
                data[place] ^= change
                found = everything(bytes(data))
                if isinstance(found, dict):
                    for name, member in found.items():
                        if isinstance(member, lt.Tensor) and name in ("a", "b"):
                            np.testing.assert_array_equal(member.numpy(), array if name == "a" else array * 2.0)


def test_a_header_that_claims_too_much() -> None:
    file = io.BytesIO()
    lt.save(file, lt.arange(3))
    for claim in (b"(3,), }".replace(b"3", b"9" * 15), b"(3,), }".replace(b"3", b"9" * 40)):
        longer = file.getvalue().replace(b"(3,), }" + b" " * (len(claim) - 7), claim)
        assert claim in longer
        assert len(longer) == len(file.getvalue())
        with pytest.raises(ValueError, match=r"\w"):
            lt.load(io.BytesIO(longer))


def test_members_that_are_no_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=[1, 2])
    with zipfile.ZipFile(tmp_path / "x.npz", "a") as archive:
        archive.writestr("notes.txt", "hello")
        archive.writestr("empty", "")
    with lt.load(tmp_path / "x.npz") as found:
        assert found.files == ["a", "notes.txt", "empty"]
        assert found["notes.txt"] == b"hello"
        assert found["empty"] == b""
        assert found["a"].tolist() == found["a.npy"].tolist() == [1, 2]
        with pytest.raises(KeyError):
            found["b"]
    np.savez(tmp_path / "y.npz", a=[1], o=np.array([None]), s=np.array(["text"]), allow_pickle=True)
    with lt.load(tmp_path / "y.npz") as found:
        assert found["a"].tolist() == [1]
        for name in ("o", "s"):
            with pytest.raises(ValueError, match=r"\w"):
                found[name]
        with pytest.raises(TypeError, match="not supported"):
            found["s"]


def test_names_near_the_limit(tmp_path: Path) -> None:
    longest = os.pathconf(tmp_path, "PC_NAME_MAX")
    for name in (
        "x" * (longest - 4) + ".npy",
        "é" * ((longest - 4) // 2) + ".npy",
        "x" * 10 + "." + "y" * (longest - 15) + ".npy",
    ):
        lt.save(tmp_path / name, [1, 2])
        lt.save(tmp_path / name, [1, 2, 3])
        assert lt.load(tmp_path / name).tolist() == [1, 2, 3]
    for ending in (".txt", ".gz"):
        lt.savetxt(tmp_path / ("x" * (longest - len(ending)) + ending), [1.0, 2.0])
        assert lt.loadtxt(tmp_path / ("x" * (longest - len(ending)) + ending)).tolist() == [1, 2]
    lt.arange(3).tofile(tmp_path / ("z" * longest))
    assert len(os.listdir(tmp_path)) == 6
    with pytest.raises(OSError, match="too long") as error:
        lt.save(tmp_path / ("x" * longest + ".npy"), [1])
    assert str(error.value.filename).endswith("x.npy")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    target = tmp_path / "x.npy"
    lt.save(target, [1])
    os.chown(target, 1234, 2345)
    target.chmod(0o2640)
    lt.save(target, [1, 2])
    there = target.stat()
    assert (there.st_uid, there.st_gid, stat.S_IMODE(there.st_mode)) == (1234, 2345, 0o2640)
    assert lt.load(target).tolist() == [1, 2]


def test_where_the_owner_cannot_be_kept_the_file_itself_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x.npy"
    lt.save(target, [1])
    number, real = target.stat().st_ino, os.stat

    def other(path: Any, *args: Any, **kwargs: Any) -> Any:
        found = real(path, *args, **kwargs)
        if os.path.basename(os.fspath(path)) != "x.npy":
            return found
        return os.stat_result((*found[:4], found.st_uid + 1, *found[5:]))

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "stat", other)
    monkeypatch.setattr(os, "chown", refuse)
    lt.save(target, [1, 2])
    monkeypatch.undo()
    assert target.stat().st_ino == number
    assert os.listdir(tmp_path) == ["x.npy"]
    assert lt.load(target).tolist() == [1, 2]


def test_files_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lt.save(tmp_path / "x.npy", [1])
    monkeypatch.setattr(os, "access", lambda *_: False)  # permissions do not bind root
    with pytest.raises(PermissionError, match=r"x\.npy"):
        lt.save(tmp_path / "x.npy", [1, 2])
    assert lt.load(tmp_path / "x.npy").tolist() == [1]


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

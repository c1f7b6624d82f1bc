"""Files that may be run: what anybody but the user could have written is neither read nor waited for."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lazytensor.runtime import private_folder
from lazytensor.runtime.private_folder import PrivateFolder, UntrustedError

pytestmark = pytest.mark.skipif(not private_folder.checkable(), reason="a platform without owners of files")
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
LIMIT = 1 << 20


@pytest.fixture
def folder(tmp_path: Path) -> PrivateFolder:
    made = PrivateFolder(tmp_path / "cache" / "kernels")
    made.write("one", b"content")
    return made


@pytest.fixture
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("any_umask", [0, 0o002, 0o022, 0o077, 0o277, 0o777], indirect=True)
@pytest.mark.usefixtures("any_umask")
def test_files_and_folders_are_the_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    folder = PrivateFolder(tmp_path / "a" / "b")
    folder.write("one", b"content")
    folder.write("one", b"replaced")
    assert folder.read("one", LIMIT) == b"replaced"
    assert mode(tmp_path / "a" / "b" / "one") == 0o600
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700
    assert os.listdir(tmp_path / "a" / "b") == ["one"]


@pytest.mark.parametrize("bits", [0o620, 0o602, 0o666, 0o777])
def test_a_file_that_others_may_write_to(folder: PrivateFolder, bits: int) -> None:
    (folder.path / "one").chmod(bits)
    with pytest.raises(UntrustedError, match="others may write"):
        folder.read("one", LIMIT)
    with pytest.raises(UntrustedError, match="others may write"):
        folder.trusts("one")
    folder.write("one", b"new")
    assert folder.read("one", LIMIT) == b"new"


@pytest.mark.parametrize("bits", [0o400, 0o644, 0o755])
def test_a_file_that_others_may_read(folder: PrivateFolder, bits: int) -> None:
    (folder.path / "one").chmod(bits)
    assert folder.read("one", LIMIT) == b"content"


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o777, 0o1777])
@pytest.mark.parametrize("place", [".", ".."])
def test_a_folder_that_others_may_write_to(folder: PrivateFolder, place: str, bits: int) -> None:
    path = (folder.path / place).resolve()
    path.chmod(bits)
    if place == ".." and bits & stat.S_ISVTX:  # nobody can replace what is not theirs
        assert folder.read("one", LIMIT) == b"content"
        return
    for use in (lambda: folder.read("one", LIMIT), lambda: folder.write("two", b""), folder.files, lambda: folder.remove("one")):
        with pytest.raises(UntrustedError, match=f'"chmod go-w {path}"'):
            use()
    path.chmod(0o755)
    assert folder.read("one", LIMIT) == b"content"
    assert [name for name, _ in folder.files()] == ["one"]


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
@pytest.mark.parametrize("place", [".", "one"])
def test_root_uses_nobody_elses_files(folder: PrivateFolder, place: str) -> None:
    os.chown(folder.path / place, 12345, 12345)
    with pytest.raises(UntrustedError, match="belongs to another user \\(12345\\)"):
        folder.read("one", LIMIT)


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
def test_a_folder_on_the_way_of_another_user(folder: PrivateFolder) -> None:
    os.chown(folder.path.parent, 12345, 12345)
    with pytest.raises(UntrustedError, match="belongs to another user"):
        folder.read("one", LIMIT)


def test_a_user_uses_nobody_elses_files_but_passes_through_roots_folders(
    folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    with pytest.raises(UntrustedError, match=f"belongs to another user \\({own}\\)"):
        folder.read("one", LIMIT)
    monkeypatch.setattr(os, "geteuid", lambda: own)
    checked = private_folder._check_folder

    def given_to_root(where: str, status: os.stat_result, last: bool) -> None:
        fields = list(status)
        fields[stat.ST_UID] = 0 if not last else own
        checked(where, os.stat_result(fields), last)

    monkeypatch.setattr(private_folder, "_check_folder", given_to_root)
    assert folder.read("one", LIMIT) == b"content"


def test_symbolic_links(folder: PrivateFolder, tmp_path: Path) -> None:
    (folder.path / "link").symlink_to("one")
    (folder.path / "dangling").symlink_to("nothing")
    for name in ("link", "dangling"):
        with pytest.raises(UntrustedError, match="no regular file"):
            folder.read(name, LIMIT)
    folder.write("link", b"new")  # in place of the link, not through it
    assert not (folder.path / "link").is_symlink()
    assert folder.read("one", LIMIT) == b"content"
    (tmp_path / "elsewhere").symlink_to(folder.path)
    with pytest.raises(UntrustedError, match="symbolic link"):
        PrivateFolder(tmp_path / "elsewhere").read("one", LIMIT)


def test_links_of_the_users_on_the_way_are_followed_and_their_ends_checked(folder: PrivateFolder, tmp_path: Path) -> None:
    absolute, relative, loop = tmp_path / "absolute", tmp_path / "x" / "relative", tmp_path / "loop"
    absolute.symlink_to(folder.path.parent)
    relative.parent.mkdir()
    relative.symlink_to(Path("..") / "absolute")
    loop.symlink_to(loop)
    for way in (absolute, relative):
        assert PrivateFolder(way / "kernels").read("one", LIMIT) == b"content"
    with pytest.raises(OSError, match="levels of symbolic links") as caught:
        PrivateFolder(loop / "kernels").read("one", LIMIT)
    assert caught.value.errno == errno.ELOOP
    folder.path.parent.chmod(0o777)
    with pytest.raises(UntrustedError):
        PrivateFolder(relative / "kernels").read("one", LIMIT)
    if ROOT:
        folder.path.parent.chmod(0o700)
        os.chown(absolute, 12345, 12345, follow_symlinks=False)
        with pytest.raises(UntrustedError, match=r"symbolic link .* belongs to another user"):
            PrivateFolder(absolute / "kernels").read("one", LIMIT)


def test_what_is_no_file_is_not_waited_for(folder: PrivateFolder) -> None:
    os.mkfifo(folder.path / "fifo", 0o600)
    (folder.path / "folder").mkdir()
    for name in ("fifo", "folder"):
        with pytest.raises(UntrustedError, match="no regular file"):
            folder.read(name, LIMIT)


def test_a_file_replaced_by_a_fifo_between_looking_and_opening(folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = PrivateFolder._trusted

    def swap(self: PrivateFolder, name: str, status: os.stat_result) -> None:
        looked(self, name, status)
        (folder.path / "one").unlink()
        os.mkfifo(folder.path / "one", 0o600)

    calls = iter((swap,))
    monkeypatch.setattr(PrivateFolder, "_trusted", lambda *arguments: next(calls, looked)(*arguments))
    with pytest.raises(UntrustedError, match="no regular file"):
        folder.read("one", LIMIT)


def test_a_file_with_two_names(folder: PrivateFolder) -> None:
    os.link(folder.path / "one", folder.path / "two")
    with pytest.raises(UntrustedError, match="another name"):
        folder.read("one", LIMIT)


def test_whether_files_can_be_put_there(tmp_path: Path) -> None:
    folder = PrivateFolder(tmp_path / "a" / "b")
    assert folder.writable()
    assert mode(folder.path) == 0o700
    folder.path.chmod(0o500)
    assert folder.writable() is ROOT
    folder.path.chmod(0o770)
    with pytest.raises(UntrustedError, match="others may write"):
        folder.writable()


def test_a_folder_that_is_gone_is_made_again_only_where_that_is_asked_for(folder: PrivateFolder) -> None:
    folder.remove("one")
    folder.path.rmdir()
    with pytest.raises(FileNotFoundError):
        folder.write("one", b"content", create=False)
    assert not folder.path.exists()
    folder.write("one", b"content")
    folder.write("one", b"more", create=False)
    assert folder.read("one", LIMIT) == b"more"


def test_no_more_than_the_limit_is_read(folder: PrivateFolder) -> None:
    os.truncate(folder.path / "one", 1 << 40)
    assert len(folder.read("one", LIMIT)) == LIMIT


def test_writers_and_tidiers_at_once(folder: PrivateFolder) -> None:
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(30):
                folder.write("shared", bytes([number]) * 4096)
                content = folder.read("shared", LIMIT)
                assert len(content) == 4096
                assert len(set(content)) == 1
                folder.write(f"{number}", b"")
                for name, _ in folder.files():
                    if name != "shared" and not name.endswith(".part"):
                        folder.remove(name)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert not [name for name, _ in folder.files() if name.endswith(".part")]


def test_where_owners_cannot_be_told_nothing_is_read(folder: PrivateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(os, "geteuid")
        with pytest.raises(NotImplementedError):
            folder.read("one", LIMIT)
    with monkeypatch.context() as patch:
        patch.setattr(os, "supports_dir_fd", set())
        with pytest.raises(NotImplementedError):
            folder.read("one", LIMIT)
    assert folder.read("one", LIMIT) == b"content"


def test_no_descriptor_is_left_open(folder: PrivateFolder) -> None:
    def used() -> int:
        probe = os.dup(0)
        os.close(probe)
        return probe

    before = used()
    (folder.path / "link").symlink_to("one")
    for name in ("one", "link", "nothing"):
        for _ in range(3):
            with suppress(OSError):
                folder.read(name, LIMIT)
    folder.path.chmod(0o777)
    with pytest.raises(UntrustedError):
        folder.files()
    assert used() == before

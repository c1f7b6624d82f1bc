"""A folder whose files may be run as machine code: what anybody but the user could have written there is refused.

The rules are those of OpenSSH's StrictModes. Every folder on the way belongs to the user or to root, and nobody else may write to it,
unless it is sticky, as /tmp is; the folder itself and its files belong to the user alone. Files are reached through a descriptor of the
checked folder, so that what was checked is what is read. The mode's group bits cover access control lists: they are the list's mask.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
FOREIGN_WRITE = stat.S_IWGRP | stat.S_IWOTH
MAX_LINKS = 40  # as Linux allows in one path


class UntrustedError(PermissionError):
    """Somebody else could have written a folder or file; the message says who, and what to do."""


def checkable() -> bool:
    """Whether this platform tells whose a file is, and opens files relative to a folder."""
    return (
        hasattr(os, "geteuid")
        and all(hasattr(os, flag) for flag in ("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC"))
        and {os.access, os.open, os.mkdir, os.chmod, os.stat, os.unlink, os.rename, os.readlink} <= os.supports_dir_fd
        and os.scandir in os.supports_fd
    )


class PrivateFolder:
    """The folder at `path`, checked anew by each call: nothing is kept open, so it may be deleted at any time.

    Every method raises UntrustedError where the folder or the file is not the user's alone, OSError as the system does, and
    NotImplementedError where `checkable()` is False.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str, limit: int) -> bytes:
        """The content of a file, of which a reader takes at most `limit` bytes."""
        with self._opened() as folder:
            self._trusted(name, os.stat(name, dir_fd=folder, follow_symlinks=False))
            # Should it have been replaced since: neither follow a link nor wait for the other end of a FIFO.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            with open(os.open(name, flags, dir_fd=folder), "rb") as file:
                self._trusted(name, os.fstat(file.fileno()))
                return file.read(limit)

    def writable(self) -> bool:
        """Whether files can be put there, as far as that can be told beforehand; makes the folder if there is none."""
        with self._opened(create=True) as folder:
            return os.access(".", os.W_OK | os.X_OK, dir_fd=folder, effective_ids=os.access in os.supports_effective_ids)

    def write(self, name: str, data: bytes, create: bool = True) -> None:
        """Put a file in place in one step; with `create` the folder too, if there is none."""
        with self._opened(create) as folder:
            draft = f"{name}.{os.urandom(8).hex()}.part"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(draft, flags, FILE_MODE, dir_fd=folder)
            try:
                with open(descriptor, "wb") as file:
                    os.fchmod(descriptor, FILE_MODE)  # the umask may have taken the user's own bits
                    file.write(data)
                os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(draft, dir_fd=folder)
                raise

    def trusts(self, name: str) -> bool:
        """Whether there is a file of that name that `read` would read."""
        with self._opened() as folder:
            self._trusted(name, os.stat(name, dir_fd=folder, follow_symlinks=False))
            return True

    def files(self) -> list[tuple[str, os.stat_result]]:
        """The names in the folder and what the system says of each, trusted or not."""
        found = []
        with self._opened() as folder, os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another process tidies up too
                    found.append((entry.name, entry.stat(follow_symlinks=False)))
        return found

    def remove(self, name: str) -> None:
        """Delete a file, if it is there."""
        with self._opened() as folder, suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)

    def _trusted(self, name: str, status: os.stat_result) -> None:
        where = self.path / name
        if not stat.S_ISREG(status.st_mode):
            raise UntrustedError(f"{where} is no regular file")
        if status.st_uid != os.geteuid():
            raise UntrustedError(f"{where} belongs to another user ({status.st_uid})")
        if status.st_mode & FOREIGN_WRITE:
            raise UntrustedError(f"others may write to {where}")
        if status.st_nlink > 1:  # 0 if it was replaced since it was opened
            raise UntrustedError(f"{where} is known by another name too")

    @contextmanager
    def _opened(self, create: bool = False) -> Iterator[int]:
        if not checkable():
            raise NotImplementedError("this platform does not tell whose a file is")
        folder = _open_folder(os.path.abspath(self.path), create)
        try:
            yield folder
        finally:
            os.close(folder)


def _open_folder(path: str, create: bool) -> int:
    """A descriptor of the folder at an absolute path, each folder on the way checked before its entry is looked at.

    Links on the way are followed if they are the user's or root's; the last name must not be one. With `create` missing folders
    are made, for the user alone.
    """
    names = path.split("/")[:0:-1]
    where, links = "/", 0
    folder = os.open("/", _flags(bool(names)))
    try:
        _check_folder(where, os.fstat(folder), not names)
        while names:
            name = names.pop()
            if name in ("", "."):
                continue
            status = _entry(name, folder, create)
            if stat.S_ISLNK(status.st_mode):
                links += 1
                if links > MAX_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                target = _target(os.path.join(where, name), name, folder, status, bool(names))
                names += target.split("/")[::-1]
                if target.startswith("/"):
                    where, folder = "/", _exchange(folder, os.open("/", _flags(True)))
                continue
            where = os.path.normpath(os.path.join(where, name))
            folder = _exchange(folder, os.open(name, _flags(bool(names)), dir_fd=folder))
            _check_folder(where, os.fstat(folder), not names)
        return folder
    except BaseException:
        os.close(folder)
        raise


def _flags(passing: bool) -> int:
    """How a folder is opened; on the way to another one, without the right to list it, where the system can do that."""
    access = getattr(os, "O_PATH", os.O_RDONLY) if passing else os.O_RDONLY
    return access | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def _exchange(old: int, new: int) -> int:
    os.close(old)
    return new


def _entry(name: str, folder: int, create: bool) -> os.stat_result:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        if not create:
            raise
    with suppress(FileExistsError):  # another process was faster
        os.mkdir(name, FOLDER_MODE, dir_fd=folder)
        os.chmod(name, FOLDER_MODE, dir_fd=folder)  # the umask may have taken the user's own bits
    return os.stat(name, dir_fd=folder, follow_symlinks=False)


def _target(where: str, name: str, folder: int, status: os.stat_result, passing: bool) -> str:
    """Where a symbolic link on the way leads."""
    if not passing:
        raise UntrustedError(f"{where} is a symbolic link")
    if status.st_uid not in (os.geteuid(), 0):
        raise UntrustedError(f"the symbolic link {where} belongs to another user ({status.st_uid})")
    return os.readlink(name, dir_fd=folder)


def _check_folder(where: str, status: os.stat_result, last: bool) -> None:
    owners = (os.geteuid(),) if last else (os.geteuid(), 0)
    if status.st_uid not in owners:
        raise UntrustedError(f"{where} belongs to another user ({status.st_uid})")
    if status.st_mode & FOREIGN_WRITE and (last or not status.st_mode & stat.S_ISVTX):
        raise UntrustedError(f'others may write to {where}; "chmod go-w {where}" would make it safe')

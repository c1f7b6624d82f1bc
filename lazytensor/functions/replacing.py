"""Files that are written beside the ones they replace, and renamed when complete."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def replacing(path: str) -> Iterator[str]:
    """The path of a new file beside `path`, of the same ending, that replaces it when the block ends without an error."""
    target = os.path.realpath(path)  # a link stays a link
    there: os.stat_result | None = None
    with suppress(FileNotFoundError):
        there = os.stat(target)
    if there is not None and not stat.S_ISREG(there.st_mode):
        yield target  # a device or a pipe
        return
    if there is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    folder, name = os.path.split(target)
    # Not longer than a name may be, whatever the file is called; writers look at the ending.
    beside = os.path.join(folder, f".{os.urandom(6).hex()}{os.path.splitext(name)[1][-16:]}")
    # Not by tempfile: its files are private to the user, whatever the umask says.
    try:
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except PermissionError:
        # A folder without the right to make files, perhaps with a file that may be written to.
        yield target
        return
    except OSError as error:
        error.filename = path
        raise
    try:
        if there is not None and not _made_alike(beside, target, there):
            os.unlink(beside)
            yield target
            return
        yield beside
        os.replace(beside, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


def _made_alike(beside: str, target: str, there: os.stat_result) -> bool:
    """Give a new file the owner, the permissions and the extended attributes of the one it will replace; False if that is forbidden."""
    made = os.stat(beside)
    try:
        if (made.st_uid, made.st_gid) != (there.st_uid, there.st_gid):
            os.chown(beside, there.st_uid, there.st_gid)
    except (OSError, AttributeError):
        return False
    os.chmod(beside, stat.S_IMODE(there.st_mode))
    if hasattr(os, "listxattr"):
        names: list[str] = []
        with suppress(OSError):
            names = os.listxattr(target)
        for name in names:
            with suppress(OSError):
                os.setxattr(beside, name, os.getxattr(target, name))
    return True

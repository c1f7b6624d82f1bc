"""Reading NumPy's formats from files that may be damaged: ValueError, whatever NumPy's and Python's readers stumble over."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

Found = TypeVar("Found")


class UnsupportedError(TypeError, ValueError):
    """A file of a dtype that no tensor has; it cannot be told from one that is damaged where it names the dtype."""


def undamaged(read: Callable[[], Found], name: str, size: Callable[[], int]) -> Found:
    """What `read` returns; ValueError for what is wrong with the bytes, which are `size()` at most, EOFError where there are none.

    What the file system says (no such file, no permission) is raised as it is, and so is MemoryError where there is not memory for
    the bytes that there are.
    """
    try:
        return read()
    except (ValueError, KeyboardInterrupt, SystemExit):
        raise
    except EOFError as error:
        if "No data left" in str(error):  # NumPy's answer to what is not even begun
            raise
        raise _damaged(name, error) from error
    except OSError as error:
        # Readers that are led astray seek to places that are none.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise _damaged(name, error) from error
    except MemoryError as error:
        np.empty(size(), np.uint8)
        raise _damaged(name, error) from error
    except Exception as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: BaseException) -> ValueError:
    return ValueError(f"{name}: the file is damaged, or of another format: {type(error).__name__}: {error}")


def file_size(file: Any) -> int:
    """How many bytes a file has, given by its path or open; 0 if that cannot be told."""
    try:
        if hasattr(file, "read"):
            place = file.tell()
            end: int = file.seek(0, os.SEEK_END)
            file.seek(place)
            return end
        return os.stat(file).st_size
    except (OSError, ValueError, AttributeError):
        return 0


def member(archive: Any, name: str, max_header_size: int) -> Any:
    """An array, or the bytes, of a member of an open NpzFile; it is read to its end, where its checksum is compared."""
    found = name if name in archive.zip.NameToInfo else f"{name}.npy"

    def read() -> Any:
        with archive.zip.open(found) as opened:
            magic = opened.read(len(np.lib.format.MAGIC_PREFIX))
            if magic != np.lib.format.MAGIC_PREFIX:
                return magic + opened.read()
        with archive.zip.open(found) as opened:
            array = np.lib.format.read_array(opened, allow_pickle=False, max_header_size=max_header_size)
            while opened.read(1 << 20):
                pass
            return array

    return undamaged(read, "load", lambda: archive.zip.getinfo(found).file_size)

"""Files: NumPy's formats and text, read and written with its own code, so that either library reads what the other wrote.

Writing waits for the values. A file given by its path is written beside it and renamed when complete: a full disk, an error or an
interrupt leaves what was there before. A file object is written to directly. Pickles are neither written nor read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.fallback import values, waits
from lazytensor.calling.ufunc_class import unbound
from lazytensor.core import layout
from lazytensor.core.dtypes import SUPPORTED, as_dtype
from lazytensor.core.handle import Handle, created
from lazytensor.core.operands import as_tensor, import_array
from lazytensor.core.storage import constant
from lazytensor.core.views import ReadOnly
from lazytensor.functions.damage import UnsupportedError, file_size, member, undamaged
from lazytensor.functions.replacing import replacing

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "fromfile", "genfromtxt", "load", "loadtxt", "save", "savetxt", "savez", "savez_compressed",
]  # fmt: skip


# -- writing --------------------------------------------------------------------------------------------------------------------


def _write(file: Any, ending: str, write: Callable[[Any], None]) -> None:
    """Call `write` with a binary file object for `file`, a path that gets the ending if it lacks it, or an open file."""
    if hasattr(file, "write"):
        write(file)
        return
    path = os.fsdecode(os.fspath(file))
    with replacing(path if path.endswith(ending) else path + ending) as place, open(place, "wb") as opened:
        write(opened)


def _no_pickle(allow_pickle: Any, name: str) -> None:
    if allow_pickle:
        raise ValueError(f"{name}: allow_pickle must be False: tensors hold numbers, and loading a pickle can run any code")


@waits
def save(file: Any, arr: Any, allow_pickle: bool = False) -> None:
    """Write an array to a file in NumPy's .npy format. Waits.

    Parameters
    ----------
    file : path or binary file object
        A path gets the ending .npy if it lacks it.
    arr : array_like
    allow_pickle : False

    >>> import io
    >>> import lazytensor as lt
    >>> file = io.BytesIO()
    >>> lt.save(file, lt.arange(3))
    >>> _ = file.seek(0)
    >>> print(lt.load(file))
    [0 1 2]
    """
    _no_pickle(allow_pickle, "save")
    array = values(as_tensor(arr, "save"))
    _write(file, ".npy", lambda opened: np.save(opened, array, allow_pickle=False))


def _save_archive(name: str, function: Any, file: Any, args: tuple[Any, ...], allow_pickle: Any, kwds: dict[str, Any]) -> None:
    _no_pickle(allow_pickle, name)
    members = {f"arr_{place}": arr for place, arr in enumerate(args)}
    both = members.keys() & kwds.keys()
    if both:
        raise ValueError(f"{name}: cannot use un-named variables and keyword {min(both)}")
    members.update(kwds)
    arrays = {key: values(as_tensor(arr, name)) for key, arr in members.items()}
    _write(file, ".npz", lambda opened: function(opened, allow_pickle=False, **arrays))


@waits
def savez(file: Any, *args: Any, allow_pickle: bool = False, **kwds: Any) -> None:
    """Write arrays to one file in NumPy's .npz format, named by their keywords, or arr_0, arr_1, ... Waits.

    Parameters
    ----------
    file : path or binary file object
        A path gets the ending .npz if it lacks it.
    *args, **kwds : array_like
    allow_pickle : False

    >>> import io
    >>> import lazytensor as lt
    >>> file = io.BytesIO()
    >>> lt.savez(file, x=lt.arange(3), y=lt.ones(2))
    >>> _ = file.seek(0)
    >>> with lt.load(file) as found:
    ...     print(found.files, found["y"])
    ['x', 'y'] [1. 1.]
    """
    _save_archive("savez", np.savez, file, args, allow_pickle, kwds)


@waits
def savez_compressed(file: Any, *args: Any, allow_pickle: bool = False, **kwds: Any) -> None:
    """Like `savez`, compressed. Waits."""
    _save_archive("savez_compressed", np.savez_compressed, file, args, allow_pickle, kwds)


@waits
def savetxt(
    fname: Any,
    X: Any,
    fmt: Any = "%.18e",
    delimiter: str = " ",
    newline: str = "\n",
    header: str = "",
    footer: str = "",
    comments: str = "# ",
    encoding: str | None = None,
) -> None:
    """Write a one- or two-dimensional array as text, one row a line; parameters as of NumPy's `savetxt`. Waits.

    A path that ends with .gz, .bz2 or .xz is compressed.

    >>> import io
    >>> import lazytensor as lt
    >>> file = io.StringIO()
    >>> lt.savetxt(file, lt.asarray([[1, 2], [3, 4]]), fmt="%d", delimiter=",")
    >>> print(file.getvalue(), end="")
    1,2
    3,4
    """
    array = values(as_tensor(X, "savetxt"))
    options: dict[str, Any] = {
        "fmt": fmt, "delimiter": delimiter, "newline": newline, "header": header, "footer": footer, "comments": comments,
        "encoding": encoding,
    }  # fmt: skip
    if hasattr(fname, "write"):
        np.savetxt(fname, array, **options)
        return
    with replacing(os.fsdecode(os.fspath(fname))) as place:
        np.savetxt(place, array, **options)


@waits
def tofile(x: Handle, fid: Any, sep: str = "", format: str = "%s") -> None:
    """Write the elements in C order, as bytes or, with a separator, as text: the method `Tensor.tofile`. Waits."""
    array = values(x)
    if hasattr(fid, "write"):
        array.tofile(fid, sep, format)
        return
    with replacing(os.fsdecode(os.fspath(fid))) as place:
        array.tofile(place, sep, format)


# -- reading --------------------------------------------------------------------------------------------------------------------


def _read(array: Any, name: str) -> Tensor:
    """A tensor, in the same order in memory, of an array that was just read and nobody else has."""
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        return layout.turned(_read(array.T, name)._read(), tuple(reversed(range(array.ndim))))
    if array.dtype in SUPPORTED and array.flags.c_contiguous and type(array) is np.ndarray and array.dtype.isnative:
        return created(constant(array))
    if array.dtype not in SUPPORTED and array.dtype.newbyteorder("=") not in SUPPORTED:
        raise UnsupportedError(f"{name}: dtype {array.dtype} is not supported; supported are {', '.join(map(str, SUPPORTED))}")
    return created(import_array(array))


def _no_like(like: Any, name: str) -> None:
    if like is not None:
        raise ValueError(f"{name}: like must be None: the result is a tensor")


class Archive(Mapping[str, Any]):
    """An open .npz file: a mapping from the names to tensors, each read when asked for, and to the bytes of what is no array.

    Close it, or use it in a `with` block.
    """

    def __init__(self, file: Any, max_header_size: int = 10_000) -> None:
        self._file = file
        self._max_header_size = max_header_size

    @property
    def files(self) -> list[str]:
        """The names."""
        return list(self._file.files)

    def __getitem__(self, key: str) -> Any:
        if key not in self._file:
            raise KeyError(f"{key} is not a file in the archive")
        found = member(self._file, key, self._max_header_size)
        return found if isinstance(found, bytes) else _read(found, "load")

    def __iter__(self) -> Iterator[str]:
        return iter(self._file.files)

    def __len__(self) -> int:
        return len(self._file.files)

    def __contains__(self, key: object) -> bool:
        return key in self._file

    @property
    def f(self) -> _Members:
        """The tensors as attributes."""
        return _Members(self)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Archive({', '.join(self.files)})"


class _Members:
    """The tensors of an archive as attributes."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def __getattr__(self, name: str) -> Any:
        try:
            return self._archive[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> list[str]:
        return list(self._archive)


def load(
    file: Any,
    mmap_mode: str | None = None,
    allow_pickle: bool = False,
    fix_imports: bool = True,
    encoding: str = "ASCII",
    *,
    max_header_size: int = 10_000,
) -> Any:
    """Read what `save` or `savez`, NumPy's included, wrote: a tensor, or a mapping from names to tensors.

    Parameters
    ----------
    file : path or binary file object
    mmap_mode : {"r", "c"}, optional
        Read what is needed when it is needed: the file must not change before the values are computed. With "r" the tensor cannot be
        written to; with "c" it can, and the file stays as it is. Nothing is ever written to the file ("r+" and "w+" raise).
    allow_pickle : False
    fix_imports, encoding
        What NumPy needs for pickles: not used.
    max_header_size : int

    Raises
    ------
    ValueError
        If the file is damaged, or of another format. Members of an archive are read, and checked, when they are asked for.
    EOFError
        If an open file has nothing left to read.
    TypeError
        If the dtype is none that tensors have; a ValueError too.
    """
    if mmap_mode not in (None, "r", "c", "readonly", "copyonwrite"):
        raise ValueError(f"load: mmap_mode must be None, 'r' or 'c', got {mmap_mode!r}: tensors do not write to files")
    _no_pickle(allow_pickle, "load")
    if not hasattr(file, "read"):
        os.fspath(file)  # TypeError of what is no path
    mapped: Any = None if mmap_mode is None else "r"
    found = undamaged(
        lambda: np.load(file, mapped, allow_pickle=False, max_header_size=max_header_size), "load", lambda: file_size(file)
    )
    if not isinstance(found, np.ndarray):
        return Archive(found, max_header_size)
    made = _read(found.view(np.ndarray), "load")
    return made._alias(ReadOnly(*made._index_map())) if mmap_mode in ("r", "readonly") else made


@unbound
def fromfile(file: Any, dtype: Any = None, count: int = -1, sep: str = "", offset: int = 0, *, like: None = None) -> Tensor:
    """Read elements from a file of bytes or, with a separator, of text; parameters as of NumPy's `fromfile`.

    The elements are float64 unless a dtype is given.
    """
    _no_like(like, "fromfile")
    given = float if dtype is None else dtype
    as_dtype(given, "fromfile")
    return _read(np.fromfile(file, np.dtype(given), count, sep, offset), "fromfile")


def loadtxt(
    fname: Any,
    dtype: Any = float,
    comments: Any = "#",
    delimiter: str | None = None,
    converters: Any = None,
    skiprows: int = 0,
    usecols: Any = None,
    unpack: bool = False,
    ndmin: Any = 0,
    encoding: str | None = None,
    max_rows: int | None = None,
    *,
    quotechar: str | None = None,
    like: None = None,
) -> Tensor:
    """Read numbers from text, one row a line; parameters as of NumPy's `loadtxt`.

    >>> import lazytensor as lt
    >>> print(lt.loadtxt(["1,2", "3,4"], delimiter=","))
    [[1. 2.]
     [3. 4.]]
    """
    _no_like(like, "loadtxt")
    read: Any = np.loadtxt
    found = read(
        fname, as_dtype(dtype, "loadtxt"), comments, delimiter, converters, skiprows, usecols, unpack, ndmin, encoding, max_rows,
        quotechar=quotechar,
    )  # fmt: skip
    return _read(found, "loadtxt")


def genfromtxt(
    fname: Any,
    dtype: Any = float,
    comments: str = "#",
    delimiter: Any = None,
    skip_header: int = 0,
    skip_footer: int = 0,
    converters: Any = None,
    missing_values: Any = None,
    filling_values: Any = None,
    usecols: Any = None,
    names: None = None,
    excludelist: Any = None,
    deletechars: str = " !#$%&'()*+,-./:;<=>?@[\\]^{|}~",
    replace_space: str = "_",
    autostrip: bool = False,
    case_sensitive: Any = True,
    defaultfmt: str = "f%i",
    unpack: bool | None = None,
    usemask: bool = False,
    loose: bool = True,
    invalid_raise: bool = True,
    max_rows: int | None = None,
    encoding: str | None = None,
    *,
    ndmin: Any = 0,
    like: None = None,
) -> Tensor:
    """Read numbers from text with missing values; parameters as of NumPy's `genfromtxt`.

    `names` must be None and `usemask` False: tensors have neither fields nor masks. With `dtype=None` all columns must have one
    numeric type.

    >>> import lazytensor as lt
    >>> print(lt.genfromtxt(["1,2", "3,"], delimiter=",", filling_values=-1))
    [[ 1.  2.]
     [ 3. -1.]]
    """
    _no_like(like, "genfromtxt")
    if names is not None or usemask:
        raise ValueError("genfromtxt: names must be None and usemask False: tensors have neither fields nor masks")
    read: Any = np.genfromtxt
    found = read(
        fname, None if dtype is None else as_dtype(dtype, "genfromtxt"), comments, delimiter, skip_header, skip_footer, converters,
        missing_values, filling_values, usecols, None, excludelist, deletechars, replace_space, autostrip, case_sensitive,
        defaultfmt, unpack, False, loose, invalid_raise, max_rows, encoding, ndmin=ndmin,
    )  # fmt: skip
    return _read(np.asarray(found), "genfromtxt")

"""Tensors as text, by NumPy's functions on computed values: these wait. The print options are NumPy's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import get_printoptions, printoptions, set_printoptions

from lazytensor.calling.fallback import values, waits
from lazytensor.core.handle import Handle
from lazytensor.core.operands import as_tensor

__all__ = [
    "array2string", "array_repr", "array_str", "format_float_positional", "format_float_scientific", "get_printoptions",
    "printoptions", "set_printoptions",
]  # fmt: skip


@waits
def array2string(
    a: Any,
    max_line_width: int | None = None,
    precision: int | None = None,
    suppress_small: bool | None = None,
    separator: str = " ",
    prefix: str = "",
    **options: Any,
) -> str:
    """The values as text, by the options of numpy.array2string. Waits.

    >>> import lazytensor as lt
    >>> lt.array2string(lt.asarray([0.125, 2.0]), precision=1, separator=", ")
    '[0.1, 2. ]'
    """
    source: Any = values(as_tensor(a, "array2string"))
    return np.array2string(source, max_line_width, precision, suppress_small, separator, prefix, **options)


@waits
def array_repr(
    arr: Any, max_line_width: int | None = None, precision: int | None = None, suppress_small: bool | None = None
) -> str:
    """The text that makes an equal NumPy array. Waits."""
    return np.array_repr(values(as_tensor(arr, "array_repr")), max_line_width, precision, suppress_small)


@waits
def array_str(a: Any, max_line_width: int | None = None, precision: int | None = None, suppress_small: bool | None = None) -> str:
    """The values as text, like `str`. Waits."""
    return np.array_str(values(as_tensor(a, "array_str")), max_line_width, precision, suppress_small)


def _number(x: Any) -> Any:
    """A number as it is, a 0-d tensor as NumPy's scalar: its dtype decides how many digits are needed."""
    return values(x)[()] if isinstance(x, Handle) else x


@waits
def format_float_positional(
    x: Any,
    precision: int | None = None,
    unique: bool = True,
    fractional: bool = True,
    trim: Any = "k",
    sign: bool = False,
    pad_left: int | None = None,
    pad_right: int | None = None,
    min_digits: int | None = None,
) -> str:
    """A number as decimal text without an exponent; parameters as of NumPy's `format_float_positional`. Waits.

    >>> import lazytensor as lt
    >>> lt.format_float_positional(lt.asarray(1e-5))
    '0.00001'
    """
    return np.format_float_positional(_number(x), precision, unique, fractional, trim, sign, pad_left, pad_right, min_digits)


@waits
def format_float_scientific(
    x: Any,
    precision: int | None = None,
    unique: bool = True,
    trim: Any = "k",
    sign: bool = False,
    pad_left: int | None = None,
    exp_digits: int | None = None,
    min_digits: int | None = None,
) -> str:
    """A number as decimal text with an exponent; parameters as of NumPy's `format_float_scientific`. Waits.

    >>> import lazytensor as lt
    >>> lt.format_float_scientific(lt.asarray(1250.0))
    '1.25e+03'
    """
    return np.format_float_scientific(_number(x), precision, unique, trim, sign, pad_left, exp_digits, min_digits)

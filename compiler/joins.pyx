# Small arrays put together in C: `joins.py` has the same in Python, where nothing is faster.
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from lazytensor.compiler.loops cimport (
    MOST,
    NPY_DOUBLE,
    NPY_INT64,
    PyArray_IS_C_CONTIGUOUS,
    PyArray_SimpleNew,
    _import_array,
    Number,
    kind_of,
    move,
    number_of,
    size_of,
)
from lazytensor.core.arrays cimport PyArray_DATA, PyArray_DIM, PyArray_DIMS, PyArray_ITEMSIZE, PyArray_NDIM, PyArray_TYPE, ndarray

import numpy as np

_import_array()

cdef type _ndarray = np.ndarray
cdef type _float64 = np.float64


cpdef object joined(list arrays, Py_ssize_t most):
    cdef ndarray first, part, out
    cdef int kind, rank, axis
    cdef Py_ssize_t shape[4]
    cdef Py_ssize_t size = 0
    cdef char *to
    if not arrays or type(arrays[0]) is not _ndarray:
        return None
    first = arrays[0]
    kind = kind_of(first)
    rank = PyArray_NDIM(first)
    if kind < 0:
        return None
    for axis in range(rank):
        shape[axis] = PyArray_DIM(first, axis)
    shape[0] = 0
    for item in arrays:
        if type(item) is not _ndarray:
            return None
        part = item
        if kind_of(part) != kind or PyArray_NDIM(part) != rank or not PyArray_IS_C_CONTIGUOUS(part):
            return None
        for axis in range(1, rank):
            if PyArray_DIM(part, axis) != shape[axis]:
                return None
        shape[0] += PyArray_DIM(part, 0)
        size += size_of(part)
        if size > min(MOST, most):
            return None
    if not size:
        return None
    out = PyArray_SimpleNew(rank, shape, PyArray_TYPE(first))
    to = <char *>PyArray_DATA(out)
    for item in arrays:
        part = item
        size = size_of(part) * PyArray_ITEMSIZE(part)
        memcpy(to, PyArray_DATA(part), size)
        to += size
    return out


cpdef object line_of(list numbers):
    cdef ndarray out
    cdef Number number
    cdef Py_ssize_t count = len(numbers)
    cdef Py_ssize_t place
    cdef bint real = False
    if not 0 < count <= MOST:
        return None
    for item in numbers:
        if type(item) is float or type(item) is _float64:
            real = True
        elif type(item) is not int:
            return None
    out = PyArray_SimpleNew(1, &count, NPY_DOUBLE if real else NPY_INT64)
    for place in range(count):
        # Python's integers that no float64 holds, or no int64, are NumPy's to judge.
        if not number_of(numbers[place], 0 if real else 2, &number):
            return None
        (<int64_t *>PyArray_DATA(out))[place] = number.integer
    return out


cpdef object chosen(object mask, object a, object b, Py_ssize_t most):
    cdef ndarray where, part, out
    cdef Number numbers[2]
    cdef const char *data[2]
    cdef Py_ssize_t step[2]
    cdef int which, axis, kind = -1
    cdef Py_ssize_t place, size, item
    cdef char *to
    if type(mask) is not _ndarray:
        return None
    where = mask
    size = size_of(where)
    if kind_of(where) != 3 or not PyArray_IS_C_CONTIGUOUS(where) or not 0 < size <= min(MOST, most):
        return None
    for which in range(2):
        value = a if which == 0 else b
        if type(value) is _ndarray:
            part = value
            if kind_of(part) < 0 or kind_of(part) == 3 or (kind >= 0 and kind_of(part) != kind) or not PyArray_IS_C_CONTIGUOUS(part):
                return None
            if PyArray_NDIM(part) != PyArray_NDIM(where):
                return None
            for axis in range(PyArray_NDIM(where)):
                if PyArray_DIM(part, axis) != PyArray_DIM(where, axis):
                    return None
            kind = kind_of(part)
            data[which] = <char *>PyArray_DATA(part)
            step[which] = PyArray_ITEMSIZE(part)
    if kind < 0:
        return None
    for which in range(2):
        value = a if which == 0 else b
        if type(value) is not _ndarray:
            if not number_of(value, kind, &numbers[which]):
                return None
            data[which] = <char *>&numbers[which]
            step[which] = 0
    part = a if type(a) is _ndarray else b
    item = PyArray_ITEMSIZE(part)
    out = PyArray_SimpleNew(PyArray_NDIM(where), PyArray_DIMS(where), PyArray_TYPE(part))
    to = <char *>PyArray_DATA(out)
    for place in range(size):
        which = 0 if (<char *>PyArray_DATA(where))[place] else 1
        move(to + place * item, data[which] + place * step[which], item)
    return out

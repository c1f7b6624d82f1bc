# Elements of small arrays in C: `places.py` has the same in Python, where nothing is faster.
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from lazytensor.compiler.loops cimport (
    MOST,
    NPY_INT64,
    PyArray_SimpleNew,
    _import_array,
    Number,
    alike,
    far,
    kind_of,
    move,
    number_of,
)
from lazytensor.core.arrays cimport (
    PyArray_DATA,
    PyArray_DIM,
    PyArray_ISBEHAVED,
    PyArray_ITEMSIZE,
    PyArray_NDIM,
    PyArray_STRIDE,
    PyArray_TYPE,
    ndarray,
)

import numpy as np

_import_array()

cdef type _ndarray = np.ndarray
cdef slice _ALL = slice(None)


cdef extern from *:
    """
    /* How positions lie: along each of two axes where the first is, how far to the next (0 for one position), and the axis. */
    typedef struct {
        int rank;
        Py_ssize_t count, step[2], length[2], stride[2];
        const char *first[2];
        int64_t only[2];
    } lazytensor_places;

    /* The offset in bytes of a place; where there is none, it fails. */
    static Py_ssize_t lazytensor_offset(const lazytensor_places *places, Py_ssize_t place, int *fails) {
        Py_ssize_t offset = 0;
        for (int axis = 0; axis < places->rank; axis++) {
            int64_t at = *(const int64_t *)(places->first[axis] + place * places->step[axis]);
            if (at < 0) at += places->length[axis];
            if (at < 0 || at >= places->length[axis]) { *fails = 1; return 0; }
            offset += at * places->stride[axis];
        }
        return offset;
    }
    """
    ctypedef struct lazytensor_places:
        int rank
        Py_ssize_t count
        Py_ssize_t step[2]
        Py_ssize_t length[2]
        Py_ssize_t stride[2]
        const char *first[2]
        int64_t only[2]
    Py_ssize_t lazytensor_offset(const lazytensor_places *places, Py_ssize_t place, int *fails) noexcept
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1
    int PySlice_Unpack(object item, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t *step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t *start, Py_ssize_t *stop, Py_ssize_t step)


cdef bint _axis(lazytensor_places *places, int axis, object item, Py_ssize_t length, Py_ssize_t stride) except -1:
    """Note the positions along an axis, an integer or a line of int64."""
    cdef ndarray line
    cdef long long place
    cdef int overflow = 0
    places.length[axis] = length
    places.stride[axis] = stride
    if type(item) is int:
        place = PyLong_AsLongLongAndOverflow(item, &overflow)
        if overflow:
            return False
        places.only[axis] = place
        places.first[axis] = <char *>&places.only[axis]
        places.step[axis] = 0
        return True
    if type(item) is not _ndarray:
        return False
    line = item
    if kind_of(line) != 2 or PyArray_NDIM(line) != 1:
        return False
    if places.count >= 0 and places.count != PyArray_DIM(line, 0):
        return False
    places.count = PyArray_DIM(line, 0)
    places.first[axis] = <char *>PyArray_DATA(line)
    places.step[axis] = PyArray_STRIDE(line, 0)
    return True


cdef bint _find(lazytensor_places *places, ndarray array, object key) except -1:
    """The places that a key means: an array of positions in a line, or two, of which one may be an integer, in a matrix."""
    cdef int rank = PyArray_NDIM(array)
    cdef int axis
    places.rank = rank
    places.count = -1
    if rank == 1:
        return _axis(places, 0, key, PyArray_DIM(array, 0), PyArray_STRIDE(array, 0)) and places.count > 0
    if rank != 2 or type(key) is not tuple or len(<tuple>key) != 2:
        return False
    for axis in range(2):
        if not _axis(places, axis, (<tuple>key)[axis], PyArray_DIM(array, axis), PyArray_STRIDE(array, axis)):
            return False
    return places.count > 0


cdef bint _line(ndarray array, object key, char **first, Py_ssize_t *step, Py_ssize_t *count) except -1:
    """The line that a basic index means: a slice of a line; a row, a part of one or of a column of a matrix."""
    cdef int rank = PyArray_NDIM(array)
    cdef int axis, along = -1
    cdef Py_ssize_t start, stop, by, length, place
    cdef object item
    first[0] = <char *>PyArray_DATA(array)
    if rank == 1 and type(key) is slice:
        key = (key,)
    elif rank == 2 and type(key) is int:
        key = (key, _ALL)
    elif rank != 2 or type(key) is not tuple or len(<tuple>key) != 2:
        return False
    for axis in range(rank):
        item = (<tuple>key)[axis]
        length = PyArray_DIM(array, axis)
        if type(item) is slice:
            if along >= 0:
                return False
            along = axis
            PySlice_Unpack(item, &start, &stop, &by)
            count[0] = PySlice_AdjustIndices(length, &start, &stop, by)
            step[0] = by * PyArray_STRIDE(array, axis)
            first[0] += start * PyArray_STRIDE(array, axis)
        elif type(item) is int:
            if not -length <= item < length:
                return False
            place = item
            first[0] += (place + length if place < 0 else place) * PyArray_STRIDE(array, axis)
        else:
            return False
    return along >= 0 and count[0] > 0


cdef Py_ssize_t _marked(ndarray mask) noexcept:
    """How many of the booleans of a line are true."""
    cdef Py_ssize_t place, count = 0
    cdef char *data = <char *>PyArray_DATA(mask)
    cdef Py_ssize_t step = PyArray_STRIDE(mask, 0)
    for place in range(PyArray_DIM(mask, 0)):
        count += data[place * step] != 0
    return count


cdef bint _masks(ndarray array, object key) noexcept:
    """Is it a line of booleans for this line?"""
    if type(key) is not _ndarray or PyArray_NDIM(array) != 1 or kind_of(<ndarray>key) != 3 or PyArray_NDIM(<ndarray>key) != 1:
        return False
    return PyArray_DIM(<ndarray>key, 0) == PyArray_DIM(array, 0) and PyArray_DIM(array, 0) <= MOST


cpdef object taken(object array, object key, Py_ssize_t most):
    cdef ndarray source = array
    cdef ndarray out, mask
    cdef lazytensor_places places
    cdef Py_ssize_t place, count, step, offset, item = PyArray_ITEMSIZE(source)
    cdef char *to
    cdef char *data = <char *>PyArray_DATA(source)
    cdef int fails = 0
    if kind_of(source) < 0:
        return None
    if _masks(source, key):
        mask = key
        count = _marked(mask)
        out = PyArray_SimpleNew(1, &count, PyArray_TYPE(source))
        to = <char *>PyArray_DATA(out)
        step = PyArray_STRIDE(source, 0)
        for place in range(PyArray_DIM(mask, 0)):
            if (<char *>PyArray_DATA(mask))[place * PyArray_STRIDE(mask, 0)]:
                move(to, data + place * step, item)
                to += item
        return out
    if not _find(&places, source, key) or places.count > min(MOST, most):
        return None
    out = PyArray_SimpleNew(1, &places.count, PyArray_TYPE(source))
    to = <char *>PyArray_DATA(out)
    for place in range(places.count):
        offset = lazytensor_offset(&places, place, &fails)
        if fails:
            return None
        move(to + place * item, data + offset, item)
    return out


cdef const char *_values(object value, int kind, Number *number, Py_ssize_t count, Py_ssize_t *step) except? NULL:
    """Where the values to store are, and the bytes to the next; NULL where they are not so simple."""
    cdef ndarray line
    if type(value) is _ndarray:
        line = value
        if kind_of(line) != kind or PyArray_NDIM(line) != 1 or PyArray_DIM(line, 0) != count:
            return NULL
        step[0] = PyArray_STRIDE(line, 0)
        return <char *>PyArray_DATA(line)
    step[0] = 0
    if kind == 3:
        if type(value) is not bool:
            return NULL
        number.integer = 0
        (<char *>number)[0] = value is True
        return <char *>number
    return <char *>number if number_of(value, kind, number) else NULL


cdef inline bint _far(ndarray target, object other) noexcept:
    return type(other) is not _ndarray or far(target, <ndarray>other)


cpdef bint stored(object array, object key, object value) except -1:
    cdef ndarray target = array
    cdef ndarray mask
    cdef lazytensor_places places
    cdef Number number
    cdef Py_ssize_t place, step, count, stride, item = PyArray_ITEMSIZE(target)
    cdef const char *values
    cdef char *data = <char *>PyArray_DATA(target)
    cdef int kind = kind_of(target)
    cdef int fails = 0
    if kind < 0 or not PyArray_ISBEHAVED(target) or not _far(target, value):
        return False
    if _line(target, key, &data, &stride, &count):
        values = _values(value, kind, &number, count, &step)
        if values is NULL or count > MOST:
            return False
        if stride == item == step:
            memcpy(data, values, count * item)
            return True
        for place in range(count):
            move(data + place * stride, values + place * step, item)
        return True
    data = <char *>PyArray_DATA(target)
    if _masks(target, key):
        mask = key
        if not _far(target, mask):
            return False
        values = _values(value, kind, &number, _marked(mask) if type(value) is _ndarray else 0, &step)
        if values is NULL:
            return False
        for place in range(PyArray_DIM(mask, 0)):
            if (<char *>PyArray_DATA(mask))[place * PyArray_STRIDE(mask, 0)]:
                move(data + place * PyArray_STRIDE(target, 0), values, item)
                values += step
        return True
    if not _find(&places, target, key) or places.count > MOST:
        return False
    if type(key) is tuple:
        if not _far(target, (<tuple>key)[0]) or not _far(target, (<tuple>key)[1]):
            return False
    elif not _far(target, key):
        return False
    values = _values(value, kind, &number, places.count, &step)
    if values is NULL:
        return False
    for place in range(places.count):
        lazytensor_offset(&places, place, &fails)
    if fails:
        return False
    for place in range(places.count):
        move(data + lazytensor_offset(&places, place, &fails), values + place * step, item)
    return True


cpdef object marked(object mask, Py_ssize_t most):
    cdef ndarray where, out
    cdef Py_ssize_t place, count
    cdef int64_t *to
    if type(mask) is not _ndarray:
        return None
    where = mask
    if kind_of(where) != 3 or PyArray_NDIM(where) != 1 or PyArray_DIM(where, 0) > min(MOST, most):
        return None
    count = _marked(where)
    out = PyArray_SimpleNew(1, &count, NPY_INT64)
    to = <int64_t *>PyArray_DATA(out)
    for place in range(PyArray_DIM(where, 0)):
        if (<char *>PyArray_DATA(where))[place * PyArray_STRIDE(where, 0)]:
            to[0] = place
            to += 1
    return out


cpdef bint same_place(object a, object b):
    if type(a) is not _ndarray or type(b) is not _ndarray or PyArray_TYPE(<ndarray>a) != PyArray_TYPE(<ndarray>b):
        return False
    return alike(<ndarray>a, <ndarray>b)

# What small arrays are to `loops.pyx`, `folds.pyx`, `places.pyx` and `joins.pyx`.
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from lazytensor.core.arrays cimport PyArray_DIM, PyArray_ISBEHAVED_RO, PyArray_NDIM, PyArray_TYPE, ndarray

cdef extern from "numpy/arrayobject.h":
    int _import_array() except -1
    object PyArray_SimpleNew(int rank, Py_ssize_t *shape, int number)
    bint PyArray_IS_C_CONTIGUOUS(ndarray array)
    int NPY_DOUBLE, NPY_FLOAT, NPY_INT64, NPY_BOOL

cdef enum:
    AXES = 4
    # NumPy's own vectors are wider: from so many elements on they make up for the rest of its call.
    MOST = 1024


cdef inline int kind_of(ndarray array) noexcept:
    """The row of `lazytensor_loops`; -1 where there is none."""
    cdef int number = PyArray_TYPE(array)
    if not PyArray_ISBEHAVED_RO(array) or not 0 < PyArray_NDIM(array) <= AXES:
        return -1
    if number == NPY_DOUBLE:
        return 0
    if number == NPY_FLOAT:
        return 1
    if number == NPY_INT64:
        return 2
    return 3 if number == NPY_BOOL else -1


cdef inline Py_ssize_t size_of(ndarray array) noexcept:
    cdef Py_ssize_t size = 1
    cdef int axis
    for axis in range(PyArray_NDIM(array)):
        size *= PyArray_DIM(array, axis)
        if size > MOST:
            return size
    return size


cdef inline void move(char *to, const char *from_, Py_ssize_t item) noexcept:
    if item == 8:
        (<int64_t *>to)[0] = (<int64_t *>from_)[0]
    else:
        memcpy(to, from_, item)


cdef union Number:
    double real
    float single
    int64_t integer


cdef bint far(ndarray x, ndarray y) noexcept
cdef bint alike(ndarray x, ndarray y) noexcept
cdef bint number_of(object value, int kind, Number *found) except -1
cpdef object on_arrays(int code, object a, object b, Py_ssize_t most)
cpdef object on_array(int code, object a, Py_ssize_t most)
cpdef bint into_array(int code, object a, object b) except -1

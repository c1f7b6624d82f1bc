cimport cython
from lazytensor.core.arrays cimport ndarray

cdef class _Limit:
    cdef public Py_ssize_t elements
    cdef public Py_ssize_t most

@cython.locals(array=ndarray)
cpdef object owned(object value)
@cython.locals(bound=_Limit)
cpdef Py_ssize_t extent(Py_ssize_t size, Py_ssize_t item)
cpdef bint small(Py_ssize_t size, object op=*)

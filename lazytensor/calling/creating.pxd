cimport cython

from lazytensor.core.arrays cimport ndarray
from lazytensor.core.eager cimport _Limit, extent
from lazytensor.core.handle cimport Handle, computed

@cython.locals(size=Py_ssize_t)
cdef Py_ssize_t _size(object shape) except -2
cpdef object constant_now(object name, object make, object shape, object dtype)
cpdef object filled_now(object shape, object value, object dtype)
@cython.locals(h=Handle, array=ndarray)
cpdef object like_now(object make, object x)
@cython.locals(array=ndarray)
cpdef object imported_now(object x)
cpdef object range_now(object first, object last, object step, object dtype)
cpdef object spaced_now(object first, object last, object count, object endpoint)

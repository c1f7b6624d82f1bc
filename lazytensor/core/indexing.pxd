cimport cython

from lazytensor.core.eager cimport _Limit
from lazytensor.core.elements cimport read, write
from lazytensor.core.handle cimport Handle

@cython.locals(bound=_Limit)
cpdef object get(Handle x, object key)
@cython.locals(bound=_Limit)
cpdef object assign(Handle x, object key, object value)

cdef class Items:
    cdef Handle _of
    cdef Py_ssize_t _count, _next

cdef class Indexed(Handle):
    pass

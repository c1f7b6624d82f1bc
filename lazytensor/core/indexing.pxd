from lazytensor.core.elements cimport read, write
from lazytensor.core.handle cimport Handle

cpdef object get(Handle x, object key)
cpdef object assign(Handle x, object key, object value)

cdef class Indexed(Handle):
    pass

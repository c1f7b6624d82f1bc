cdef class Latch:
    cdef unsigned long owner
    cdef Py_ssize_t depth, waiting
    cdef bint called
    cdef object door
    cdef int _reset(self) except -1
    cpdef bint acquire(self, bint blocking=*, double timeout=*) except -1
    cpdef int release(self) except -1

cpdef bint alone(list environment, Py_ssize_t slot, Py_ssize_t others=*)
cpdef Py_ssize_t holders(object item)

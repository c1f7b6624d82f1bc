cimport cython

cdef class _Line:
    cdef public object code
    cdef public bint at_once
    cdef public Py_ssize_t hits, misses
    cdef public dict sizes

cdef _Line _line(object site)
@cython.locals(line=_Line)
cpdef bint comes_at_once(Py_ssize_t size, object op)
@cython.locals(line=_Line)
cpdef bint always_at_once(object site)

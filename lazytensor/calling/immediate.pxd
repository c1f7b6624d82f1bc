cimport cython

from lazytensor.calling.shortcuts cimport made_of, product_size, times
from lazytensor.compiler.native cimport Latch
from lazytensor.compiler.folds cimport reduced
from lazytensor.core.arrays cimport ndarray
from lazytensor.core.eager cimport extent, small
from lazytensor.core.handle cimport Handle, computed, current, pending

cdef class _Way:
    cdef public int code
    cdef public object reference, otherwise, grows, reduce
    cdef public bint sequences

cdef class _Arguments:
    cdef public bint large, missing
    cdef public Py_ssize_t most, size
    @cython.locals(h=Handle, size=Py_ssize_t, most=Py_ssize_t, array=ndarray)
    cpdef object value(self, object item, int depth)

cdef Latch write_lock
cdef _Way _MATMUL

@cython.locals(h=Handle, g=Handle)
cpdef object product(object x, object y)
@cython.locals(h=Handle)
cdef object _reduced(int code, tuple args, dict kwargs)
@cython.locals(found=_Arguments, values=list)
cdef object _now(_Way way, tuple args, dict kwargs)
cdef bint _has(object items)
cdef bint _shares(object made, list values)

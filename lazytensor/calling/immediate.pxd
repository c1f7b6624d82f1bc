cimport cython

from lazytensor.compiler.graph cimport Node
from lazytensor.compiler.native cimport Latch
from lazytensor.core.arrays cimport ndarray
from lazytensor.core.eager cimport extent, owned, small
from lazytensor.core.handle cimport Handle, computed, current, is_open, look, pending, shown
from lazytensor.core.storage cimport Storage

cdef class _Way:
    cdef public object reference, otherwise, grows, reduce
    cdef public bint sequences

cdef class _Arguments:
    cdef public bint large, missing
    cdef public Py_ssize_t most, size
    @cython.locals(h=Handle, size=Py_ssize_t, most=Py_ssize_t, array=ndarray)
    cpdef object value(self, object item, int depth)

cdef Latch write_lock
cdef _Way _MATMUL

@cython.locals(a=ndarray, b=ndarray, inner=Py_ssize_t, size=Py_ssize_t)
cpdef Py_ssize_t product_size(list values) except -1
@cython.locals(a=ndarray, b=ndarray, most=Py_ssize_t)
cdef object _times(object first, object second)
@cython.locals(h=Handle, g=Handle)
cpdef object product(object x, object y)
@cython.locals(found=_Arguments, values=list)
cdef object _now(_Way way, tuple args, dict kwargs)
@cython.locals(h=Handle, values=list)
cdef object _line(object items)
cdef bint _has(object items)
cdef bint _shares(object made, list values)
cdef object _FLOAT64, _INT64, _BOOL
@cython.locals(array=ndarray)
cdef object _made(object value)
cpdef object transposed(Handle x)
cpdef object reshaped(Handle x, tuple shape)
cdef object _through(object view, tuple args, dict kwargs)
cdef Py_ssize_t _most
@cython.locals(n=Node, storage=Storage, seen=tuple, array=ndarray)
cdef object _window(object view, Handle x, tuple rest, dict kwargs)
@cython.locals(size=Py_ssize_t)
cpdef object constant_now(object make, object shape, object dtype)

cimport cython

from lazytensor.compiler.native cimport Latch
from lazytensor.compiler.folds cimport reduced
from lazytensor.compiler.places cimport chosen, joined, line_of, marked
from lazytensor.core.arrays cimport ndarray
from lazytensor.core.eager cimport extent, owned, small
from lazytensor.core.handle cimport Handle, computed, current, is_tensor, pending

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

@cython.locals(a=ndarray, b=ndarray, inner=Py_ssize_t, size=Py_ssize_t)
cpdef Py_ssize_t product_size(list values) except -1
@cython.locals(a=ndarray, b=ndarray, most=Py_ssize_t)
cdef object _times(object first, object second)
@cython.locals(h=Handle, g=Handle, left=ndarray, right=ndarray)
cpdef object _small_product(tuple args)
@cython.locals(values=list)
cpdef object _concatenated(tuple args)
cpdef object _marked(tuple args)
cpdef object _each_marked(tuple args)
@cython.locals(values=list)
cpdef object _selected(tuple args)
@cython.locals(h=Handle, g=Handle)
cpdef object product(object x, object y)
@cython.locals(h=Handle)
cdef object _reduced(int code, tuple args, dict kwargs)
@cython.locals(found=_Arguments, values=list)
cdef object _now(_Way way, tuple args, dict kwargs)
@cython.locals(h=Handle, values=list)
cpdef object _line(tuple args)
cdef bint _has(object items)
cdef bint _shares(object made, list values)
cdef object _FLOAT64, _INT64, _BOOL
@cython.locals(array=ndarray)
cdef object _made(object value)

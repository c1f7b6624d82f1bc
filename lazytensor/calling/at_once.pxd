cimport cython
from lazytensor.core.arrays cimport ndarray

from lazytensor.core.eager cimport _Limit, extent, owned, small
from lazytensor.core.inplace cimport put
from lazytensor.compiler.native cimport Latch
from lazytensor.compiler.loops cimport on_array, on_arrays
from lazytensor.compiler.scalars cimport on_scalar, on_scalars
from lazytensor.core.handle cimport Handle, is_tensor, computed, current, is_open, pending

cdef Latch write_lock

cdef class Way:
    cdef public object op, rule
    cdef public bint turned
    cdef public int code
    cdef public tuple last, signature
    cdef public dict _found, _signatures
    cpdef tuple find(self, object first, object second)
    cpdef tuple sign(self, object first, object second)

@cython.locals(array=ndarray)
cdef object _finished(object value)
@cython.locals(array=ndarray, last=tuple)
cpdef object meet_one(Way way, object a)
@cython.locals(array=ndarray, size=Py_ssize_t, other=Py_ssize_t, most=Py_ssize_t, bound=_Limit, last=tuple)
cpdef object meet(Way way, object a, object b)
cpdef object on_one(Way way, Handle x)
cpdef object on_two(Way way, Handle x, object y)
cdef object _value(object x)
cpdef object on_any(Way way, object x, object y)
cpdef object on_other(Way way, object x)
@cython.locals(array=ndarray, size=Py_ssize_t, item=Py_ssize_t, last=tuple)
cpdef bint into(Way way, Handle x, object y)

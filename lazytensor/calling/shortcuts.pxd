cimport cython

from lazytensor.compiler.folds cimport reduced
from lazytensor.compiler.joins cimport chosen, joined, line_of
from lazytensor.compiler.loops cimport on_arrays
from lazytensor.compiler.native cimport Latch
from lazytensor.compiler.places cimport marked
from lazytensor.compiler.scalars cimport on_scalar
from lazytensor.core.arrays cimport ndarray
from lazytensor.core.eager cimport owned
from lazytensor.core.handle cimport Handle, computed, current, is_tensor, pending

cdef Latch write_lock
cdef object _FLOAT64, _INT64, _BOOL

@cython.locals(array=ndarray)
cpdef object made_of(object value)
@cython.locals(a=ndarray, b=ndarray, inner=Py_ssize_t, size=Py_ssize_t)
cpdef Py_ssize_t product_size(list values) except -1
@cython.locals(a=ndarray, b=ndarray, most=Py_ssize_t)
cpdef object times(object first, object second)
@cython.locals(h=Handle, g=Handle, left=ndarray, right=ndarray)
cpdef object _small_product(tuple args)
@cython.locals(values=list)
cpdef object _concatenated(tuple args)
cpdef object _marked(tuple args)
cpdef object _each_marked(tuple args)
@cython.locals(values=list)
cpdef object _selected(tuple args)
@cython.locals(values=list, width=Py_ssize_t)
cpdef object _line(tuple args)
@cython.locals(h=Handle)
cdef bint _gathers(list values, list items)
@cython.locals(array=ndarray)
cpdef object _counted(tuple args)
@cython.locals(array=ndarray, values=list, size=Py_ssize_t)
cpdef object method_now(object ufunc, object name, tuple args, object axis)
@cython.locals(array=ndarray, values=list)
cdef list _lines(tuple args, Py_ssize_t count)
@cython.locals(values=list)
cpdef object _norm(tuple args)
@cython.locals(values=list)
cpdef object _outer(tuple args)
@cython.locals(values=list)
cpdef object _differences(tuple args)
@cython.locals(values=list)
cpdef object _clipped(tuple args)

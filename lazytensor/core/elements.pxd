cimport cython
from lazytensor.core.arrays cimport ndarray

from lazytensor.core.eager cimport extent, owned, small
from lazytensor.core.handle cimport Handle, computed, current, is_open, look, pending, shown
from lazytensor.compiler.native cimport Latch, holders
from lazytensor.core.inplace cimport put
from lazytensor.compiler.places cimport same_place, taken
from lazytensor.compiler.scalars cimport element, set_element
from lazytensor.core.storage cimport Storage

cdef bint _plain(tuple key)
cdef object _basic(object key)
cdef object _integer(object key)
cdef Latch write_lock
cdef dict _STORES
cdef object _FLOAT64, _INT64, _BOOL
cdef Py_ssize_t _SOLE, _HUGE

@cython.locals(array=object)
cdef Py_ssize_t _holders(Handle x)
cdef bint _set_own(Handle x, object key, object value)

cpdef object read(Handle x, object key)
@cython.locals(storage=Storage, seen=tuple, window=ndarray, part=ndarray)
cdef object _viewed(Handle x, object key)
cdef bint _there(Handle x, object key, Py_ssize_t most)
@cython.locals(array=ndarray)
cdef object _value(object key)
cdef object _values(object key)
@cython.locals(part=ndarray, last=ndarray, whole=Py_ssize_t, axis=Py_ssize_t, place=Py_ssize_t, sliced=bint)
cdef Py_ssize_t _gathered_size(ndarray array, object key) except -1
@cython.locals(array=ndarray)
cdef object _gathered(Handle x, object key)
cdef Py_ssize_t _multiplied(Py_ssize_t size, Py_ssize_t by)
cdef Py_ssize_t _axes(object key, Py_ssize_t rank)
@cython.locals(axes=Py_ssize_t, region=ndarray)
cdef Py_ssize_t _region(ndarray array, object key, bint basic) except -2
@cython.locals(array=ndarray, axes=Py_ssize_t, source=Handle)
cpdef bint write(Handle x, object key, object value)
@cython.locals(window=ndarray)
cpdef object copied_now(Handle x, object order, object dtype)
@cython.locals(array=ndarray)
cpdef bint apply_at(Handle x, object key, object value, object ufunc)

cimport cython
from lazytensor.core.arrays cimport ndarray

from lazytensor.core.eager cimport owned, small
from lazytensor.core.handle cimport Handle, computed, current, is_open, look, pending, shown
from lazytensor.core.storage cimport Storage

cdef bint _plain(tuple key)
cdef object _basic(object key)
cpdef object read(Handle x, object key)
@cython.locals(storage=Storage, seen=tuple, window=ndarray, part=ndarray)
cdef object _viewed(Handle x, object key)
cdef bint _there(Handle x, object key, Py_ssize_t most)
cpdef bint write(Handle x, object key, object value)
cpdef bint take(Handle x, object value)
@cython.locals(storage=Storage, seen=tuple)
cpdef bint put(Handle x, object key, object value, object run=*)
@cython.locals(holders=list)
cdef bint _put_own(Handle x, object key, object value, object run)
@cython.locals(window=ndarray)
cpdef object copied_now(Handle x, object order, object dtype)

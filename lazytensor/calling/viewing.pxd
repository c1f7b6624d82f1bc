cimport cython

from lazytensor.compiler.graph cimport Node
from lazytensor.compiler.native cimport Latch
from lazytensor.core.arrays cimport ndarray
from lazytensor.core.eager cimport extent, owned
from lazytensor.core.handle cimport Handle, computed, current, is_open, look, shown
from lazytensor.core.storage cimport Storage

cdef Latch write_lock
cdef Py_ssize_t _most

cpdef object transposed(Handle x)
cpdef object reshaped(Handle x, tuple shape)
cdef object _through(object view, tuple args, dict kwargs)
@cython.locals(n=Node, storage=Storage, seen=tuple, array=ndarray)
cdef object _seen(object view, Handle x, tuple rest, dict kwargs)

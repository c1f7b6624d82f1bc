cimport cython

from lazytensor.compiler.graph cimport Node
from lazytensor.compiler.native cimport Latch
from lazytensor.core.arrays cimport ndarray
from lazytensor.core.elements cimport copied_now
from lazytensor.core.eager cimport extent, owned
from lazytensor.core.handle cimport Handle, computed, current, is_open, look, shown
from lazytensor.core.storage cimport Storage

cdef Latch write_lock
cdef Py_ssize_t _most

@cython.locals(seen=tuple)
cpdef object transposed(Handle x)
@cython.locals(seen=tuple)
cdef object _in_shape(Handle x, tuple shape)
@cython.locals(seen=tuple, x=Handle)
cdef object _through(object view, tuple args, dict kwargs)
@cython.locals(n=Node, array=ndarray)
cdef tuple _window(Handle x)
@cython.locals(storage=Storage)
cdef object _part(Handle x, tuple seen, object found)

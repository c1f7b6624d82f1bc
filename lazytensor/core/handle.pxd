cimport cython
from lazytensor.core.arrays cimport ndarray

from lazytensor.compiler.graph cimport Node
from lazytensor.core.eager cimport _Limit, extent
from lazytensor.compiler.native cimport Latch
from lazytensor.core.storage cimport Storage


cdef Latch write_lock

cdef class Handle:
    cdef public object _array, _seen, _view
    cdef public Node _node
    cdef public Storage _storage
    cdef object __weakref__

cdef type _class
cdef Py_ssize_t _watched

cpdef object model(Handle x)
@cython.locals(array=ndarray)
cdef object _rank(Handle x)
@cython.locals(array=ndarray)
cdef object _size(Handle x)
@cython.locals(node=Node)
cpdef object current(Handle x)
cpdef bint is_tensor(object x)
@cython.locals(node=Node)
cpdef bint pending(Handle x)
@cython.locals(storage=Storage, seen=tuple, window=ndarray, base=ndarray)
cpdef tuple look(Handle x)
cpdef bint is_open(Handle x)

@cython.locals(made=Handle)
cpdef object wrap(Node node)
@cython.locals(made=Handle)
cpdef object computed(object value)
@cython.locals(made=Handle)
cpdef object showing(Storage storage, object view)
@cython.locals(made=Handle)
cpdef object shown(Storage storage, ndarray base, ndarray window)
cpdef bint stands_for_scalar(Handle x)

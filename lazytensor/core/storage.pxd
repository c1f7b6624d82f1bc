from lazytensor.compiler.graph cimport Node
from lazytensor.compiler.native cimport Latch, alone


cdef Latch write_lock

cdef class Storage:
    cdef public Node _node
    cdef public object _free, _viewers, array
    cdef object __weakref__
    cpdef object settled(self)
    cpdef object writeable(self)

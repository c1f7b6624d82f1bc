cdef class Node:
    cdef public object op, inputs, params, shape, dtype, device, site, result
    cdef public long long number
    cdef object __weakref__

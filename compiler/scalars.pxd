cpdef object on_scalars(int code, object a, object b)
cpdef object on_scalar(int code, object a)
cpdef object element(array, key)
cpdef bint set_element(array, key, value) except -1
cdef object real_scalar(double value)
cdef object integer_scalar(long long value)
cdef object truth_scalar(bint value)

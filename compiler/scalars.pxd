cpdef object on_scalars(int code, object a, object b)
cpdef object on_scalar(int code, object a)
cpdef object element(array, key)
cpdef bint set_element(array, key, value) except -1

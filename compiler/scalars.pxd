cpdef object on_scalars(int code, object a, object b)
cpdef object on_scalar(int code, object a)

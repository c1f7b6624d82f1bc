cpdef object reduced(int code, object a, object axis, Py_ssize_t most)

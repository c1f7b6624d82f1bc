cpdef object joined(list arrays, Py_ssize_t most)
cpdef object line_of(list numbers)
cpdef object chosen(object mask, object a, object b, Py_ssize_t most)

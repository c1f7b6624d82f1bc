cpdef object taken(object array, object key, Py_ssize_t most)
cpdef bint stored(object array, object key, object value) except -1
cpdef object marked(object mask, Py_ssize_t most)
cpdef bint same_place(object a, object b)

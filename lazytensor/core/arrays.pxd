# NumPy's arrays for compiled code. Of NumPy's interface only macros are used: nothing has to be imported from it.

from cpython.object cimport PyObject

cdef extern from "numpy/arrayobject.h":
    ctypedef class numpy.ndarray [object PyArrayObject, check_size ignore]:
        @property
        cdef inline Py_ssize_t *shape(self) noexcept:
            return PyArray_DIMS(self)

        @property
        cdef inline int ndim(self) noexcept:
            return PyArray_NDIM(self)

        @property
        cdef inline Py_ssize_t size(self) noexcept:
            cdef Py_ssize_t found = 1
            cdef int axis
            for axis in range(PyArray_NDIM(self)):
                found *= PyArray_DIM(self, axis)
            return found

        @property
        cdef inline object dtype(self):
            return <object>PyArray_DESCR(self)

    bint PyArray_ISWRITEABLE(ndarray array)
    PyObject *PyArray_DESCR(ndarray array)
    Py_ssize_t *PyArray_DIMS(ndarray array)
    int PyArray_NDIM(ndarray array)
    Py_ssize_t PyArray_DIM(ndarray array, int axis)

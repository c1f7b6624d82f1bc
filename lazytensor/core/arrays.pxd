# NumPy's arrays for compiled code. Of NumPy's interface only macros are used: nothing has to be imported from it.

from cpython.object cimport PyObject

cdef extern from *:
    """
    #include "numpy/arrayobject.h"

    /* By the kind of element: NumPy 2 keeps the size in another place than NumPy 1, and asks the interface which of them runs. */
    static inline Py_ssize_t lazytensor_itemsize(PyArrayObject *array) {
        switch (PyArray_TYPE(array)) {
            case NPY_BOOL: case NPY_BYTE: case NPY_UBYTE: return 1;
            case NPY_SHORT: case NPY_USHORT: case NPY_HALF: return 2;
            case NPY_INT: case NPY_UINT: return sizeof(int);
            case NPY_LONG: case NPY_ULONG: return sizeof(long);
            case NPY_FLOAT: return 4;
            case NPY_CDOUBLE: return 16;
            default: return 8;
        }
    }
    """

cdef extern from "numpy/arrayobject.h":
    ctypedef class numpy.ndarray [object PyArrayObject, check_size ignore]:
        @property
        cdef inline Py_ssize_t *shape(self) noexcept:
            return PyArray_DIMS(self)

        @property
        cdef inline Py_ssize_t itemsize(self) noexcept:
            return lazytensor_itemsize(self)

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

    bint PyArray_ISBEHAVED(ndarray array)
    bint PyArray_ISBEHAVED_RO(ndarray array)
    bint PyArray_ISWRITEABLE(ndarray array)
    int PyArray_TYPE(ndarray array)
    Py_ssize_t PyArray_STRIDE(ndarray array, int axis)
    void *PyArray_DATA(ndarray array)
    PyObject *PyArray_DESCR(ndarray array)
    Py_ssize_t *PyArray_DIMS(ndarray array)
    Py_ssize_t PyArray_ITEMSIZE "lazytensor_itemsize" (ndarray array)
    Py_ssize_t lazytensor_itemsize(ndarray array)
    int PyArray_NDIM(ndarray array)
    Py_ssize_t PyArray_DIM(ndarray array, int axis)

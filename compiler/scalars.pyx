# NumPy's scalars, and elements of arrays, in C: `scalars.py` has the same in Python, where nothing is faster.
cimport cython
from cpython.object cimport PyObject
from libc.math cimport ceil, fabs, floor, sqrt
from libc.stdint cimport int64_t, uint64_t

from lazytensor.core.arrays cimport (
    PyArray_DATA,
    PyArray_DIM,
    PyArray_ISBEHAVED,
    PyArray_ISBEHAVED_RO,
    PyArray_NDIM,
    PyArray_STRIDE,
    PyArray_TYPE,
    ndarray,
)

import numpy as np

cdef extern from *:
    """
    /* NumPy's scalars have their value after the head. */
    #define LAZYTENSOR_VALUE(type, scalar) (*(type *)((char *)(scalar) + sizeof(PyObject)))
    #define LAZYTENSOR_ALLOCATE(kind) ((PyTypeObject *)(kind))->tp_alloc((PyTypeObject *)(kind), 0)

    static double lazytensor_float64(PyObject *scalar) { return LAZYTENSOR_VALUE(double, scalar); }
    static void lazytensor_set_float64(PyObject *scalar, double value) { LAZYTENSOR_VALUE(double, scalar) = value; }
    static void lazytensor_set_float32(PyObject *scalar, float value) { LAZYTENSOR_VALUE(float, scalar) = value; }

    /* An integer in memory, by the bytes of its class, negative where it has no sign; of uint64 its bits. */
    static int64_t lazytensor_load(void *place, int width) {
        switch (width) {
            case 8: case -8: return *(int64_t *)place;
            case 4: return *(int32_t *)place;
            case -4: return *(uint32_t *)place;
            case 2: return *(int16_t *)place;
            case -2: return *(uint16_t *)place;
            case 1: return *(int8_t *)place;
            default: return *(uint8_t *)place;
        }
    }
    static void lazytensor_store(void *place, int64_t value, int width) {
        switch (width) {
            case 8: case -8: *(int64_t *)place = value; break;
            case 4: case -4: *(uint32_t *)place = (uint32_t)value; break;
            case 2: case -2: *(uint16_t *)place = (uint16_t)value; break;
            default: *(uint8_t *)place = (uint8_t)value;
        }
    }
    static int64_t lazytensor_integer(PyObject *scalar, int width) { return lazytensor_load((char *)scalar + sizeof(PyObject), width); }
    static void lazytensor_set_integer(PyObject *scalar, int64_t value, int width) {
        lazytensor_store((char *)scalar + sizeof(PyObject), value, width);
    }
    """
    void lazytensor_set_float32(object scalar, float value)
    int64_t lazytensor_load(void *place, int width)
    void lazytensor_store(void *place, int64_t value, int width)
    object LAZYTENSOR_ALLOCATE(type kind)
    double lazytensor_float64(object scalar)
    int64_t lazytensor_integer(object scalar, int width)
    void lazytensor_set_float64(object scalar, double value)
    void lazytensor_set_integer(object scalar, int64_t value, int width)
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1

cdef type _float64 = np.float64
cdef type _float32 = np.float32
cdef type _int64 = np.int64
cdef type _int32 = np.int32
cdef type _int16 = np.int16
cdef type _int8 = np.int8
cdef type _uint64 = np.uint64
cdef type _uint32 = np.uint32
cdef type _uint16 = np.uint16
cdef type _uint8 = np.uint8
cdef type _bool = np.bool_
cdef object _true = np.True_
cdef object _false = np.False_
# Integers that every float64 is as exact as.
cdef long long _EXACT = 1LL << 53


cdef object real_scalar(double value):
    made = LAZYTENSOR_ALLOCATE(_float64)
    lazytensor_set_float64(made, value)
    return made


cdef object integer_scalar(long long value):
    return _integer(value, _int64, 8)


cdef object truth_scalar(bint value):
    return _true if value else _false


cdef inline int _width(type kind) noexcept:
    """Bytes of an integer scalar's class, negative where it has no sign; 0 of all else."""
    if kind is _int64:
        return 8
    if kind is _int32:
        return 4
    if kind is _uint8:
        return -1
    if kind is _uint32:
        return -4
    if kind is _uint64:
        return -8
    if kind is _int16:
        return 2
    if kind is _uint16:
        return -2
    return 1 if kind is _int8 else 0


cdef inline bint _fits(long long value, int width) noexcept:
    """Is a Python integer one of this class?"""
    if width == 8:
        return True
    if width == -8:
        return value >= 0
    if width > 0:
        return -(1LL << (8 * width - 1)) <= value < 1LL << (8 * width - 1)
    return 0 <= value < 1LL << (-8 * width)


cdef inline object _integer(int64_t value, type kind, int width):
    """The scalar whose low bits these are."""
    made = LAZYTENSOR_ALLOCATE(kind)
    lazytensor_set_integer(made, value, width)
    return made


cdef inline bint _compared(int code, double x, double y) noexcept:
    if code == 4:
        return x < y
    if code == 5:
        return x <= y
    if code == 6:
        return x > y
    if code == 7:
        return x >= y
    if code == 8:
        return x == y
    return x != y


@cython.cdivision(True)
cdef object _of_doubles(int code, double x, double y):
    if code == 0:
        return real_scalar(x + y)
    if code == 1:
        return real_scalar(x - y)
    if code == 2:
        return real_scalar(x * y)
    if code == 3:
        return real_scalar(x / y)
    if code < 10:
        return _true if _compared(code, x, y) else _false
    if x == 0 and y == 0:
        return None  # of two signs, perhaps
    if code == 15:
        return real_scalar(x if x > y or x != x else y)
    if code == 16:
        return real_scalar(x if x < y or x != x else y)
    return None


@cython.cdivision(True)
cdef object _of_integers(int code, int64_t x, int64_t y, type kind, int width):
    cdef bint found
    cdef uint64_t u = <uint64_t>x
    cdef uint64_t v = <uint64_t>y
    cdef bint signed = width > 0
    cdef int64_t quotient
    # Unsigned, as what overflows is undefined otherwise; the low bits are those of the narrower type.
    if code == 0:
        return _integer(<int64_t>(u + v), kind, width)
    if code == 1:
        return _integer(<int64_t>(u - v), kind, width)
    if code == 2:
        return _integer(<int64_t>(u * v), kind, width)
    if code == 3:
        if -4 < width < 4:
            return None  # in single precision
        return real_scalar(<double>x / <double>y if signed else <double>u / <double>v)
    if code < 10:
        if code == 8:
            found = x == y
        elif code == 9:
            found = x != y
        elif code == 4:
            found = x < y if signed else u < v
        elif code == 5:
            found = x <= y if signed else u <= v
        elif code == 6:
            found = x > y if signed else u > v
        else:
            found = x >= y if signed else u >= v
        return _true if found else _false
    if code == 10 or code == 11:
        if y == 0 or y == -1:
            return None
        if not signed:
            return _integer(<int64_t>(u // v if code == 10 else u % v), kind, width)
        quotient = x // y  # towards zero
        if code == 11:
            x -= quotient * y
            return _integer(x + y if x and (x < 0) != (y < 0) else x, kind, width)
        return _integer(quotient - 1 if quotient * y != x and (x < 0) != (y < 0) else quotient, kind, width)
    if code == 12:
        return _integer(x & y, kind, width)
    if code == 13:
        return _integer(x | y, kind, width)
    if code == 14:
        return _integer(x ^ y, kind, width)
    if code == 15:
        found = x > y if signed else u > v
        return _integer(x if found else y, kind, width)
    if code == 16:
        found = x < y if signed else u < v
        return _integer(x if found else y, kind, width)
    if y < 0 or y >= 8 * (width if signed else -width):
        return None
    if code == 17:
        return _integer(<int64_t>(u << y), kind, width)
    return _integer(x >> y if signed else <int64_t>(u >> y), kind, width)


cdef inline bint _holds(int wide, int narrow) noexcept:
    """Are all integers of one class (by `_width`) those of another?"""
    if (wide > 0) == (narrow > 0):
        return wide >= narrow if wide > 0 else wide <= narrow
    return wide > -narrow and wide > 0


cdef object _of_integer_scalars(int code, object a, object b, type kind, type other):
    cdef int width = _width(kind)
    cdef int second
    cdef long long n, m
    cdef int overflow = 0
    cdef type exact = kind
    if width:
        n = lazytensor_integer(a, width)
        if kind is other:
            m = lazytensor_integer(b, width)
        elif other is int:
            m = PyLong_AsLongLongAndOverflow(b, &overflow)
            if overflow or not _fits(m, width):
                return None
        else:
            second = _width(other)
            if not second:
                return None
            m = lazytensor_integer(b, second)
            if not _holds(width, second):
                if not _holds(second, width):
                    return None
                width = second
                exact = other
    else:
        width = _width(other)
        if not width or kind is not int:
            return None
        exact = other
        n = PyLong_AsLongLongAndOverflow(a, &overflow)
        if overflow or not _fits(n, width):
            return None
        m = lazytensor_integer(b, width)
    return _of_integers(code, n, m, exact, width)


cdef inline int _as_double(object value, type kind, double *found) except -1:
    """The value as float64, where that is what it is computed with beside one, and exact; 0 where not."""
    cdef long long n
    cdef int overflow = 0
    if kind is _float64:
        found[0] = lazytensor_float64(value)
    elif kind is float:
        found[0] = <double>value
    elif kind is int:
        n = PyLong_AsLongLongAndOverflow(value, &overflow)
        if overflow or n > _EXACT or n < -_EXACT:
            return 0
        found[0] = <double>n
    elif kind is _int64:
        found[0] = <double>lazytensor_integer(value, 8)
    else:
        return 0
    return 1


cpdef object on_scalars(int code, object a, object b):
    cdef double x, y
    cdef type kind = type(a)
    cdef type other = type(b)
    if kind is _float64 or other is _float64:
        if _as_double(a, kind, &x) and _as_double(b, other, &y):
            return _of_doubles(code, x, y)
        return None
    if kind is _bool and other is _bool:
        if code == 12:
            return _true if a is _true and b is _true else _false
        if code == 13:
            return _true if a is _true or b is _true else _false
        return (_true if a is not b else _false) if code == 14 or code == 9 else None
    return _of_integer_scalars(code, a, b, kind, other)


cpdef object on_scalar(int code, object a):
    cdef double x
    cdef int width
    cdef int64_t n
    cdef type kind = type(a)
    if kind is _bool:
        return (_false if a is _true else _true) if code == 6 else None
    if kind is _float64:
        if code == 6:
            return None
        x = lazytensor_float64(a)
        if code == 0:
            return real_scalar(-x)
        if code == 1:
            return real_scalar(fabs(x))
        if code == 2:
            return real_scalar(x * x)
        if code == 3:
            return real_scalar(sqrt(x)) if x >= 0 else None
        return real_scalar(floor(x) if code == 4 else ceil(x))
    width = _width(kind)
    # The absolute value of the least integer is itself.
    if not width or 2 < code < 6:
        return None
    n = lazytensor_integer(a, width)
    if code == 6:
        return _integer(~n, kind, width)
    if code == 2:
        return _integer(<int64_t>(<uint64_t>n * <uint64_t>n), kind, width)
    return _integer(n if code == 1 and (n >= 0 or width < 0) else <int64_t>(0 - <uint64_t>n), kind, width)


# NumPy's numbers of the dtypes below, which arrays say.
cdef int _FLOAT64 = np.dtype(np.float64).num
cdef int _FLOAT32 = np.dtype(np.float32).num
cdef int _BOOL = np.dtype(np.bool_).num
cdef PyObject *_classes[32]
for _number in range(32):
    _classes[_number] = NULL
for _class in (np.int64, np.int32, np.int16, np.int8, np.uint64, np.uint32, np.uint16, np.uint8):
    _classes[np.dtype(_class).num] = <PyObject *>_class


cdef inline Py_ssize_t _at(object key, Py_ssize_t length):
    """The place along an axis that an integer means; -1 where there is none."""
    cdef int overflow = 0
    cdef long long place = PyLong_AsLongLongAndOverflow(key, &overflow)
    if place < 0:
        place += length
    return place if not overflow and 0 <= place < length else -1


cdef inline char *_place(ndarray array, object key):
    """The address of the element at an integer, of a line, or at two, of a matrix; NULL of all else."""
    cdef Py_ssize_t first, second = 0
    cdef int rank = PyArray_NDIM(array)
    if type(key) is int:
        if rank != 1:
            return NULL
        first = _at(key, PyArray_DIM(array, 0))
    elif rank == 2 and type(key) is tuple and len(<tuple>key) == 2 and type((<tuple>key)[0]) is int and type((<tuple>key)[1]) is int:
        first = _at((<tuple>key)[0], PyArray_DIM(array, 0))
        second = _at((<tuple>key)[1], PyArray_DIM(array, 1))
    else:
        return NULL
    if first < 0 or second < 0:
        return NULL
    return <char *>PyArray_DATA(array) + first * PyArray_STRIDE(array, 0) + (second * PyArray_STRIDE(array, 1) if rank == 2 else 0)


cpdef object element(array, key):
    cdef char *place
    cdef int number, width
    cdef type kind
    place = _place(<ndarray>array, key)
    if place is NULL or not PyArray_ISBEHAVED_RO(<ndarray>array):
        return None
    number = PyArray_TYPE(<ndarray>array)
    if number == _FLOAT64:
        return real_scalar((<double *>place)[0])
    if number == _BOOL:
        return _true if place[0] else _false
    if number == _FLOAT32:
        made = LAZYTENSOR_ALLOCATE(_float32)
        lazytensor_set_float32(made, (<float *>place)[0])
        return made
    if number < 0 or number >= 32 or _classes[number] is NULL:
        return None
    kind = <type>_classes[number]
    width = _width(kind)
    return _integer(lazytensor_load(place, width), kind, width)


cpdef bint set_element(array, key, value) except -1:
    cdef char *place
    cdef int number, width
    cdef double real
    cdef long long n
    cdef int overflow = 0
    cdef type kind = type(value)
    place = _place(<ndarray>array, key)
    if place is NULL or not PyArray_ISBEHAVED(<ndarray>array):
        return False
    number = PyArray_TYPE(<ndarray>array)
    if number == _FLOAT64:
        if not _as_double(value, kind, &real):
            return False
        (<double *>place)[0] = real
        return True
    if number == _BOOL:
        if kind is not bool and kind is not _bool:
            return False
        place[0] = value is True or value is _true
        return True
    if number < 0 or number >= 32 or _classes[number] is NULL:
        return False
    width = _width(<type>_classes[number])
    if kind is <type>_classes[number]:
        n = lazytensor_integer(value, width)
    elif kind is int:
        n = PyLong_AsLongLongAndOverflow(value, &overflow)
        if overflow or not _fits(n, width):
            return False
    else:
        return False
    lazytensor_store(place, n, width)
    return True

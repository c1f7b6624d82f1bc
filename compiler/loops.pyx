# Small arrays in C: `loops.py` has the same in Python, where nothing is faster.
from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from lazytensor.core.arrays cimport (
    PyArray_DATA,
    PyArray_DIM,
    PyArray_DIMS,
    PyArray_ITEMSIZE,
    PyArray_ISBEHAVED,
    PyArray_NDIM,
    PyArray_STRIDE,
    ndarray,
)

import numpy as np

cdef extern from *:
    """
    #include <math.h>
    #include <stdint.h>

    #if defined(__GNUC__) && !defined(__clang__)
    #define LAZYTENSOR_FAST __attribute__((optimize("O3")))
    #else
    #define LAZYTENSOR_FAST
    #endif

    /* NumPy's scalars have their value after the head. */
    static double lazytensor_float64(PyObject *scalar) { return *(double *)((char *)scalar + sizeof(PyObject)); }
    static float lazytensor_float32(PyObject *scalar) { return *(float *)((char *)scalar + sizeof(PyObject)); }
    static int64_t lazytensor_int64(PyObject *scalar) { return *(int64_t *)((char *)scalar + sizeof(PyObject)); }

    typedef Py_ssize_t lazytensor_size;
    /* A loop over a line: operands and the bytes from one element to the next, the result without gaps. What it returns is whether
       NumPy is to be asked. */
    typedef int (*lazytensor_loop)(const char *, lazytensor_size, const char *, lazytensor_size, char *, lazytensor_size);

    #define LAZYTENSOR_EACH(T, p, q, EXPRESSION, DOUBT) \\
        for (lazytensor_size i = 0; i < n; i++) { const T x = p, y = q; out[i] = (EXPRESSION); doubt |= (DOUBT); }
    #define LAZYTENSOR_LOOP(name, T, R, EXPRESSION, DOUBT) \\
        LAZYTENSOR_FAST static int name(const char *a, lazytensor_size sa, const char *b, lazytensor_size sb, char *to, lazytensor_size n) { \\
            R *out = (R *)to; const T *s = (const T *)a, *t = (const T *)b; int doubt = 0; \\
            const lazytensor_size item = sizeof(T); \\
            if (sa == item && sb == item) { LAZYTENSOR_EACH(T, s[i], t[i], EXPRESSION, DOUBT) } \\
            else if (sa == item && sb == 0) { const T only = *t; LAZYTENSOR_EACH(T, s[i], only, EXPRESSION, DOUBT) } \\
            else if (sa == 0 && sb == item) { const T only = *s; LAZYTENSOR_EACH(T, only, t[i], EXPRESSION, DOUBT) } \\
            else { LAZYTENSOR_EACH(T, *(const T *)(a + i * sa), *(const T *)(b + i * sb), EXPRESSION, DOUBT) } \\
            return doubt; }

    /* Zeros of two signs are equal, and NumPy takes one or the other, by the processor. */
    #define LAZYTENSOR_SIGNS (x == y && signbit(x) != signbit(y))
    #define LAZYTENSOR_COMPARED(T, name) \\
        LAZYTENSOR_LOOP(name##_lt, T, char, x < y, 0) LAZYTENSOR_LOOP(name##_le, T, char, x <= y, 0) \\
        LAZYTENSOR_LOOP(name##_gt, T, char, x > y, 0) LAZYTENSOR_LOOP(name##_ge, T, char, x >= y, 0) \\
        LAZYTENSOR_LOOP(name##_eq, T, char, x == y, 0) LAZYTENSOR_LOOP(name##_ne, T, char, x != y, 0)
    #define LAZYTENSOR_REAL(T, name) \\
        LAZYTENSOR_LOOP(name##_add, T, T, x + y, 0) LAZYTENSOR_LOOP(name##_sub, T, T, x - y, 0) \\
        LAZYTENSOR_LOOP(name##_mul, T, T, x * y, 0) LAZYTENSOR_LOOP(name##_div, T, T, x / y, 0) LAZYTENSOR_COMPARED(T, name) \\
        LAZYTENSOR_LOOP(name##_max, T, T, x > y || x != x ? x : y, LAZYTENSOR_SIGNS) \\
        LAZYTENSOR_LOOP(name##_min, T, T, x < y || x != x ? x : y, LAZYTENSOR_SIGNS) \\
        LAZYTENSOR_LOOP(name##_neg, T, T, -x, 0) LAZYTENSOR_LOOP(name##_square, T, T, x * x, 0)
    LAZYTENSOR_REAL(double, f64)
    LAZYTENSOR_REAL(float, f32)
    LAZYTENSOR_LOOP(f64_abs, double, double, fabs(x), 0)
    LAZYTENSOR_LOOP(f32_abs, float, float, fabsf(x), 0)
    LAZYTENSOR_LOOP(f64_sqrt, double, double, sqrt(x), x < 0)
    LAZYTENSOR_LOOP(f32_sqrt, float, float, sqrtf(x), x < 0)
    /* Without a sign, as what overflows is undefined otherwise. */
    LAZYTENSOR_LOOP(i64_add, uint64_t, uint64_t, x + y, 0)
    LAZYTENSOR_LOOP(i64_sub, uint64_t, uint64_t, x - y, 0)
    LAZYTENSOR_LOOP(i64_mul, uint64_t, uint64_t, x * y, 0)
    LAZYTENSOR_LOOP(i64_and, uint64_t, uint64_t, x & y, 0)
    LAZYTENSOR_LOOP(i64_or, uint64_t, uint64_t, x | y, 0)
    LAZYTENSOR_LOOP(i64_xor, uint64_t, uint64_t, x ^ y, 0)
    LAZYTENSOR_LOOP(i64_neg, uint64_t, uint64_t, 0 - x, 0)
    LAZYTENSOR_LOOP(i64_square, uint64_t, uint64_t, x * x, 0)
    LAZYTENSOR_LOOP(i64_abs, int64_t, uint64_t, x < 0 ? 0 - (uint64_t)x : (uint64_t)x, 0)
    LAZYTENSOR_LOOP(i64_max, int64_t, int64_t, x > y ? x : y, 0)
    LAZYTENSOR_LOOP(i64_min, int64_t, int64_t, x < y ? x : y, 0)
    LAZYTENSOR_COMPARED(int64_t, i64)
    LAZYTENSOR_LOOP(i64_not, uint64_t, uint64_t, ~x, 0)
    LAZYTENSOR_LOOP(bool_not, char, char, !x, 0)
    LAZYTENSOR_LOOP(bool_and, char, char, x && y, 0)
    LAZYTENSOR_LOOP(bool_or, char, char, x || y, 0)
    LAZYTENSOR_LOOP(bool_ne, char, char, !x != !y, 0)
    LAZYTENSOR_LOOP(bool_eq, char, char, !x == !y, 0)

    /* By the numbers of the rows; of one operand, from 32 on. */
    static const lazytensor_loop lazytensor_loops[4][40] = {
        {f64_add, f64_sub, f64_mul, f64_div, f64_lt, f64_le, f64_gt, f64_ge, f64_eq, f64_ne, 0, 0, 0, 0, 0, f64_max, f64_min,
         [32] = f64_neg, f64_abs, f64_square, f64_sqrt},
        {f32_add, f32_sub, f32_mul, f32_div, f32_lt, f32_le, f32_gt, f32_ge, f32_eq, f32_ne, 0, 0, 0, 0, 0, f32_max, f32_min,
         [32] = f32_neg, f32_abs, f32_square, f32_sqrt},
        {i64_add, i64_sub, i64_mul, 0, i64_lt, i64_le, i64_gt, i64_ge, i64_eq, i64_ne, 0, 0, i64_and, i64_or, i64_xor, i64_max, i64_min,
         [32] = i64_neg, i64_abs, i64_square, [38] = i64_not},
        {[8] = bool_eq, bool_ne, [12] = bool_and, bool_or, bool_ne, [38] = bool_not},
    };
    """
    ctypedef int (*lazytensor_loop)(const char *, Py_ssize_t, const char *, Py_ssize_t, char *, Py_ssize_t) noexcept
    const lazytensor_loop lazytensor_loops[4][40]
    double lazytensor_float64(object scalar)
    float lazytensor_float32(object scalar)
    int64_t lazytensor_int64(object scalar)
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1

_import_array()

cdef type _ndarray = np.ndarray
cdef type _float64 = np.float64
cdef type _float32 = np.float32
cdef type _int64 = np.int64
# Integers that the floats hold, all of them.
cdef long long _EXACT = 1LL << 53
cdef long long _EXACT32 = 1LL << 24


cdef bint number_of(object value, int kind, Number *found) except -1:
    """A scalar as an element of this kind, where it is one without a change of the result's dtype."""
    cdef type given = type(value)
    cdef long long n
    cdef int overflow = 0
    if given is int:
        n = PyLong_AsLongLongAndOverflow(value, &overflow)
        if overflow or kind == 3:
            return False
        if kind == 2:
            found.integer = n
        elif kind == 0:
            if n > _EXACT or n < -_EXACT:
                return False
            found.real = <double>n
        else:
            if n > _EXACT32 or n < -_EXACT32:
                return False
            found.single = <float>n
        return True
    if kind == 0:
        if given is float:
            found.real = <double>value
        elif given is _float64:
            found.real = lazytensor_float64(value)
        else:
            return False
        return True
    if kind == 1:
        if given is float:
            found.single = <float><double>value
        elif given is _float32:
            found.single = lazytensor_float32(value)
        else:
            return False
        return True
    if kind == 2 and given is _int64:
        found.integer = lazytensor_int64(value)
        return True
    return False


cdef int _stretch(ndarray array, int rank, Py_ssize_t *shape, Py_ssize_t *strides, bint grows) noexcept:
    """The strides of an array among so many axes, 0 where it is repeated; the lengths of the axes grow, if they may. False where it does
    not fit."""
    cdef int lead = rank - PyArray_NDIM(array)
    cdef int axis
    cdef Py_ssize_t length
    if lead < 0:
        return False
    for axis in range(rank):
        length = PyArray_DIM(array, axis - lead) if axis >= lead else 1
        strides[axis] = PyArray_STRIDE(array, axis - lead) if axis >= lead and length != 1 else 0
        if length != shape[axis]:
            if length == 1:
                continue
            if shape[axis] != 1 or not grows:
                return False
            shape[axis] = length
    return True


cdef int _over(
    lazytensor_loop loop, int rank, Py_ssize_t *shape, const char *a, Py_ssize_t *first, const char *b, Py_ssize_t *second, char *to,
    Py_ssize_t *steps,
) noexcept:
    """The loop over all lines, the last axis of each; what one of them returned, unless that is 0."""
    cdef Py_ssize_t place[4]
    cdef int axis, doubt = 0
    cdef int last = rank - 1
    for axis in range(rank):
        place[axis] = 0
    while True:
        doubt |= loop(a, first[last], b, second[last], to, shape[last])
        axis = last - 1
        while axis >= 0:
            place[axis] += 1
            a += first[axis]
            b += second[axis]
            to += steps[axis]
            if place[axis] < shape[axis]:
                break
            a -= first[axis] * shape[axis]
            b -= second[axis] * shape[axis]
            to -= steps[axis] * shape[axis]
            place[axis] = 0
            axis -= 1
        if axis < 0:
            return doubt


cdef object _made(lazytensor_loop loop, int number, ndarray x, const char *p, ndarray y, const char *q, Py_ssize_t most):
    """A new array of what the loop gives for two arrays, None for a number at its address."""
    cdef Py_ssize_t shape[4]
    cdef Py_ssize_t first[4]
    cdef Py_ssize_t second[4]
    cdef Py_ssize_t steps[4]
    cdef ndarray model = x if x is not None else y
    cdef ndarray out
    cdef int axis, rank
    cdef Py_ssize_t size = size_of(model)
    cdef bint line = PyArray_IS_C_CONTIGUOUS(model)
    if most > MOST:
        most = MOST
    if not 0 < size <= most:
        return None
    rank = PyArray_NDIM(model)
    if x is not None and y is not None:
        if PyArray_NDIM(y) > rank:
            rank = PyArray_NDIM(y)
        line = line and rank == PyArray_NDIM(x) == PyArray_NDIM(y) and PyArray_IS_C_CONTIGUOUS(y)
        if line:
            for axis in range(rank):
                if PyArray_DIM(x, axis) != PyArray_DIM(y, axis):
                    line = False
                    break
    if line:
        out = PyArray_SimpleNew(rank, PyArray_DIMS(model), number)
        if loop(
            p, 0 if x is None else PyArray_ITEMSIZE(x), q, 0 if y is None else PyArray_ITEMSIZE(y), <char *>PyArray_DATA(out), size
        ):
            return None
        return out
    for axis in range(rank):
        shape[axis] = 1
        first[axis] = second[axis] = 0
    if (x is not None and not _stretch(x, rank, shape, first, True)) or (y is not None and not _stretch(y, rank, shape, second, True)):
        return None
    # Axes that the second made longer: the first is repeated there already, as its length is 1.
    size = 1
    for axis in range(rank):
        size *= shape[axis]
    if not 0 < size <= most:
        return None
    out = PyArray_SimpleNew(rank, shape, number)
    for axis in range(rank):
        steps[axis] = PyArray_STRIDE(out, axis)
    return None if _over(loop, rank, shape, p, first, q, second, <char *>PyArray_DATA(out), steps) else out


cdef inline int _result(int code, int kind) noexcept:
    if 4 <= code <= 9 or kind == 3:
        return NPY_BOOL
    return NPY_DOUBLE if kind == 0 else NPY_FLOAT if kind == 1 else NPY_INT64


cpdef object on_arrays(int code, object a, object b, Py_ssize_t most):
    cdef Number number
    cdef ndarray x, y
    cdef lazytensor_loop loop
    cdef int kind
    if code > 16:
        return None
    if type(a) is _ndarray:
        x = a
        kind = kind_of(x)
        if kind < 0:
            return None
        loop = lazytensor_loops[kind][code]
        if loop is NULL:
            return None
        if type(b) is _ndarray:
            y = b
            if kind_of(y) != kind:
                return None
            return _made(loop, _result(code, kind), x, <char *>PyArray_DATA(x), y, <char *>PyArray_DATA(y), most)
        if not number_of(b, kind, &number):
            return None
        return _made(loop, _result(code, kind), x, <char *>PyArray_DATA(x), None, <char *>&number, most)
    if type(b) is not _ndarray:
        return None
    y = b
    kind = kind_of(y)
    if kind < 0:
        return None
    loop = lazytensor_loops[kind][code]
    if loop is NULL or not number_of(a, kind, &number):
        return None
    return _made(loop, _result(code, kind), None, <char *>&number, y, <char *>PyArray_DATA(y), most)


cpdef object on_array(int code, object a, Py_ssize_t most):
    cdef ndarray x = a
    cdef lazytensor_loop loop
    cdef int kind = kind_of(x)
    if kind < 0 or code > 7:
        return None
    loop = lazytensor_loops[kind][32 + code]
    if loop is NULL:
        return None
    return _made(loop, _result(0, kind), x, <char *>PyArray_DATA(x), x, <char *>PyArray_DATA(x), most)


cdef bint far(ndarray x, ndarray y) noexcept:
    """Do two arrays certainly share no memory?"""
    cdef char *low[2]
    cdef char *high[2]
    cdef int which, axis
    cdef ndarray array
    for which in range(2):
        array = x if which == 0 else y
        low[which] = high[which] = <char *>PyArray_DATA(array)
        for axis in range(PyArray_NDIM(array)):
            if PyArray_STRIDE(array, axis) < 0:
                low[which] += PyArray_STRIDE(array, axis) * (PyArray_DIM(array, axis) - 1)
            else:
                high[which] += PyArray_STRIDE(array, axis) * (PyArray_DIM(array, axis) - 1)
        high[which] += PyArray_ITEMSIZE(array)
    return high[0] <= low[1] or high[1] <= low[0]


cdef bint alike(ndarray x, ndarray y) noexcept:
    """Do two arrays of one dtype show the same memory the same way?"""
    cdef int axis
    if PyArray_DATA(x) != PyArray_DATA(y) or PyArray_NDIM(x) != PyArray_NDIM(y):
        return False
    for axis in range(PyArray_NDIM(x)):
        if PyArray_DIM(x, axis) != PyArray_DIM(y, axis) or PyArray_STRIDE(x, axis) != PyArray_STRIDE(y, axis):
            return False
    return True


cpdef bint into_array(int code, object a, object b) except -1:
    cdef Number number
    cdef ndarray x = a
    cdef ndarray y
    cdef Py_ssize_t shape[4]
    cdef Py_ssize_t first[4]
    cdef Py_ssize_t second[4]
    cdef int axis, rank
    cdef char *p
    cdef char *q
    cdef int kind = kind_of(x)
    if kind < 0 or code > 16 or 4 <= code <= 9 or lazytensor_loops[kind][code] is NULL or not PyArray_ISBEHAVED(x):
        return False
    rank = PyArray_NDIM(x)
    p = <char *>PyArray_DATA(x)
    for axis in range(rank):
        shape[axis] = PyArray_DIM(x, axis)
        first[axis] = PyArray_STRIDE(x, axis)
        second[axis] = 0
    # The loops leave no gaps, and nothing is written that they would have doubts about.
    if not 0 < size_of(x) <= MOST or first[rank - 1] != PyArray_ITEMSIZE(x) or code > 14:
        return False
    if type(b) is _ndarray:
        y = b
        if kind_of(y) != kind or not _stretch(y, rank, shape, second, False) or not (far(x, y) or alike(x, y)):
            return False
        q = <char *>PyArray_DATA(y)
    elif number_of(b, kind, &number):
        q = <char *>&number
    else:
        return False
    _over(lazytensor_loops[kind][code], rank, shape, p, first, q, second, p, first)
    return True

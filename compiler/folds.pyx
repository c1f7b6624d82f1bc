# Reductions of small arrays in C, in NumPy's order: `folds.py` has the same in Python, where nothing is faster.
from libc.math cimport sqrt
from libc.stdint cimport int64_t

from lazytensor.compiler.loops cimport MOST, NPY_DOUBLE, PyArray_IS_C_CONTIGUOUS, PyArray_SimpleNew, _import_array, kind_of, size_of
from lazytensor.compiler.scalars cimport integer_scalar, real_scalar, truth_scalar
from lazytensor.core.arrays cimport PyArray_DATA, PyArray_DIM, PyArray_NDIM, PyArray_STRIDE, ndarray

import numpy as np

cdef extern from *:
    """
    #include <math.h>

    /* NumPy's order of a sum without gaps (`pairwise_sum` in its loops_utils.h.src): eight lanes, halves above 128. */
    static double lazytensor_pairwise(const double *a, Py_ssize_t n, double zero) {
        if (n < 8) {
            double total = zero;
            for (Py_ssize_t i = 0; i < n; i++) total += a[i];
            return total;
        }
        if (n <= 128) {
            double r[8];
            Py_ssize_t i;
            for (i = 0; i < 8; i++) r[i] = a[i];
            for (i = 8; i < n - n % 8; i += 8)
                for (int k = 0; k < 8; k++) r[k] += a[i + k];
            double total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
            for (; i < n; i++) total += a[i];
            return total;
        }
        Py_ssize_t half = n / 2;
        half -= half % 8;
        return lazytensor_pairwise(a, half, zero) + lazytensor_pairwise(a + half, n - half, zero);
    }
    """
    double lazytensor_pairwise(const double *a, Py_ssize_t n, double zero) noexcept
    int lazytensor_sign "!!signbit" (double value) noexcept

_import_array()

# What NumPy's sums begin with, 0.0 or -0.0, by its version; and whether they have the order below: 0 before anybody asked.
cdef double _zero = 0.0
cdef int _known = 0


cdef double _sum(const double *line, Py_ssize_t size) noexcept:
    return _zero + lazytensor_pairwise(line, size, _zero)


cdef bint _orders() except -1:
    """Are NumPy's sums made in the order of `_sum`? Asked once, of sums that other orders round otherwise."""
    global _known, _zero
    cdef ndarray line
    cdef bint same = True
    if _known == 0:
        _known = -1
        _zero = float(np.add.reduce(np.array([-0.0])))
        for size in (1, 3, 7, 8, 9, 15, 16, 100, 127, 128, 129, 200, 257, 1000, 1024):
            values = np.sin(np.arange(size) * 1.7) * 10.0 ** (np.arange(size) % 7)
            line = values
            same = same and _sum(<double *>PyArray_DATA(line), size) == float(np.add.reduce(values))
            if size % 8 == 0:
                for shape in ((-1, 4), (2, -1), (8, -1)):
                    square = values.reshape(shape)
                    rows = [_total(square[place]) for place in range(len(square))]
                    columns = np.full(square.shape[1], _zero)
                    for place in range(len(square)):
                        columns += square[place]
                    same = same and (np.add.reduce(square, 1) == rows).all() and (np.add.reduce(square, 0) == columns).all()
        if same:
            _known = 1
    return _known > 0


cdef double _total(ndarray line):
    return _sum(<double *>PyArray_DATA(line), PyArray_DIM(line, 0))


cdef bint _extreme(int code, const double *line, Py_ssize_t size, Py_ssize_t step, double *found) noexcept:
    """The greatest (1) or least (2) of so many floats; False where NumPy is to be asked: of NaNs, and of zeros of two signs."""
    cdef double best = line[0]
    cdef Py_ssize_t place
    cdef double value
    cdef bint zeros = False
    cdef bint minus = False
    for place in range(size):
        value = line[place * step]
        if value != value:
            return False
        if value == 0:
            zeros |= lazytensor_sign(value) == 0
            minus |= lazytensor_sign(value) != 0
        if (value > best) if code == 1 else (value < best):
            best = value
    found[0] = best
    return not (best == 0 and zeros and minus)


cdef bint _one(int code, const double *line, Py_ssize_t size, double *found) except -1:
    """A reduction of floats without gaps to one."""
    cdef double room[MOST]
    cdef double mean
    cdef Py_ssize_t place
    if code == 1 or code == 2:
        return _extreme(code, line, size, 1, found)
    if not _orders():
        return False
    mean = _sum(line, size)
    if code == 0:
        found[0] = mean
        return True
    mean = mean / <double>size
    if code == 5:
        found[0] = mean
        return True
    for place in range(size):
        room[place] = line[place] - mean
    for place in range(size):
        room[place] = room[place] * room[place]
    mean = _sum(room, size) / <double>size
    found[0] = mean if code == 6 else sqrt(mean)
    return True


cdef object _of_integers(int code, const int64_t *line, Py_ssize_t size):
    cdef int64_t best = line[0]
    cdef Py_ssize_t place, where = 0
    if code == 0:
        best = 0
        for place in range(size):
            best = <int64_t>(<unsigned long long>best + <unsigned long long>line[place])
        return integer_scalar(best)
    if code == 1 or code == 8:
        for place in range(size):
            if line[place] > best:
                best = line[place]
                where = place
    elif code == 2 or code == 9:
        for place in range(size):
            if line[place] < best:
                best = line[place]
                where = place
    else:
        return None
    return integer_scalar(best if code < 8 else where)


cdef object _of_truths(int code, const char *line, Py_ssize_t size):
    cdef Py_ssize_t place, count = 0
    for place in range(size):
        count += line[place] != 0
    if code == 0:
        return integer_scalar(count)
    if code == 3 or code == 4:
        return truth_scalar(count > 0 if code == 3 else count == size)
    return None


cdef object _place(int code, const double *line, Py_ssize_t size):
    """Where the first of the greatest (8) or least (9) floats is; None where one is NaN."""
    cdef Py_ssize_t place, where = 0
    for place in range(size):
        if line[place] != line[place]:
            return None
        if (line[place] > line[where]) if code == 8 else (line[place] < line[where]):
            where = place
    return integer_scalar(where)


cdef object _along(int code, ndarray x, bint rows):
    """A sum, an extreme or a mean along an axis of a matrix of floats without gaps."""
    cdef Py_ssize_t height = PyArray_DIM(x, 0)
    cdef Py_ssize_t width = PyArray_DIM(x, 1)
    cdef const double *line = <double *>PyArray_DATA(x)
    cdef Py_ssize_t count = height if rows else width
    cdef Py_ssize_t row, column
    cdef ndarray out
    cdef double *to
    if (code != 0 and code != 1 and code != 2 and code != 5) or (code != 1 and code != 2 and not _orders()):
        return None
    out = PyArray_SimpleNew(1, &count, NPY_DOUBLE)
    to = <double *>PyArray_DATA(out)
    if rows:
        for row in range(height):
            if not _one(code, line + row * width, width, to + row):
                return None
        return out
    if code == 1 or code == 2:
        for column in range(width):
            if not _extreme(code, line + column, height, width, to + column):
                return None
        return out
    for column in range(width):
        to[column] = _zero
    for row in range(height):
        for column in range(width):
            to[column] += line[row * width + column]
    if code == 5:
        for column in range(width):
            to[column] = to[column] / <double>height
    return out


cpdef object reduced(int code, object a, object axis, Py_ssize_t most):
    cdef ndarray x = a
    cdef int kind = kind_of(x)
    cdef int rank = PyArray_NDIM(x)
    cdef Py_ssize_t size = size_of(x)
    cdef Py_ssize_t place
    cdef double found
    cdef double room[MOST]
    cdef const double *line
    if kind < 0 or kind == 1 or not 0 < size <= min(MOST, most):
        return None
    if not PyArray_IS_C_CONTIGUOUS(x):
        if kind != 0 or rank != 1:
            return None
        line = room
        for place in range(size):
            room[place] = (<double *>(<char *>PyArray_DATA(x) + place * PyArray_STRIDE(x, 0)))[0]
    else:
        line = <double *>PyArray_DATA(x)
    if axis is not None:
        if type(axis) is not int or not -rank <= axis < rank:
            return None
        if rank == 2 and kind == 0:
            return _along(code, x, axis == 1 or axis == -1)
        if rank > 1:
            return None
    if kind == 2:
        return _of_integers(code, <int64_t *>PyArray_DATA(x), size)
    if kind == 3:
        return _of_truths(code, <char *>PyArray_DATA(x), size)
    if code == 8 or code == 9:
        return _place(code, line, size)
    if code == 3 or code == 4 or not _one(code, line, size, &found):
        return None
    return real_scalar(found)

# What Python cannot say in C's terms: `native.py` has the same in Python. Between two calls of Python's a function here is one step.
cimport cython
from cpython.pythread cimport PyThread_get_thread_ident
from libc.stdint cimport int64_t, uint64_t

from lazytensor.core.arrays cimport PyArray_ISWRITEABLE, ndarray

from _thread import allocate_lock
from time import monotonic

import numpy as np

cdef extern from *:
    """
    typedef struct {
        PyObject_HEAD
        double value;
    } LazytensorFloat64;

    typedef struct {
        PyObject_HEAD
        int64_t value;
    } LazytensorInt64;

    #define LAZYTENSOR_ALLOCATE(kind) ((PyTypeObject *)(kind))->tp_alloc((PyTypeObject *)(kind), 0)
    #define LAZYTENSOR_FLOAT64(scalar) ((LazytensorFloat64 *)(scalar))->value
    #define LAZYTENSOR_INT64(scalar) ((LazytensorInt64 *)(scalar))->value

    static void lazytensor_set_float64(PyObject *scalar, double value) { ((LazytensorFloat64 *)scalar)->value = value; }
    static void lazytensor_set_int64(PyObject *scalar, int64_t value) { ((LazytensorInt64 *)scalar)->value = value; }

    static Py_ssize_t lazytensor_holders(PyObject *list, Py_ssize_t slot) { return Py_REFCNT(PyList_GET_ITEM(list, slot)); }

    static void lazytensor_adopt(PyObject *kind, PyObject *base) {
        PyNumberMethods *to = ((PyTypeObject *)kind)->tp_as_number, *from = ((PyTypeObject *)base)->tp_as_number;
        to->nb_add = from->nb_add;
        to->nb_subtract = from->nb_subtract;
        to->nb_multiply = from->nb_multiply;
        to->nb_true_divide = from->nb_true_divide;
        to->nb_floor_divide = from->nb_floor_divide;
        to->nb_remainder = from->nb_remainder;
        to->nb_power = from->nb_power;
        to->nb_matrix_multiply = from->nb_matrix_multiply;
        to->nb_and = from->nb_and;
        to->nb_or = from->nb_or;
        to->nb_xor = from->nb_xor;
        to->nb_lshift = from->nb_lshift;
        to->nb_rshift = from->nb_rshift;
    }
    """
    Py_ssize_t lazytensor_holders(list items, Py_ssize_t slot)
    object LAZYTENSOR_ALLOCATE(type kind)
    double LAZYTENSOR_FLOAT64(object scalar)
    int64_t LAZYTENSOR_INT64(object scalar)
    void lazytensor_set_float64(object scalar, double value)
    void lazytensor_set_int64(object scalar, int64_t value)
    void lazytensor_adopt(type kind, type base)
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1

cdef type _float64 = np.float64
cdef type _int64 = np.int64
cdef object _true = np.True_
cdef object _false = np.False_
# Integers that every float64 is as exact as.
cdef long long _EXACT = 1LL << 53


def adopt(kind, base):
    lazytensor_adopt(kind, base)


cpdef bint alone(list environment, Py_ssize_t slot, Py_ssize_t others=0):
    if lazytensor_holders(environment, slot) - others != 1:
        return False
    item = environment[slot]
    return PyArray_ISWRITEABLE(<ndarray>item) if isinstance(item, ndarray) else item.flags.writeable


@cython.final
cdef class Latch:
    def __cinit__(self):
        self._reset()

    cdef int _reset(self) except -1:
        self.depth = self.waiting = 0
        self.called = False
        self.door = allocate_lock()
        self.door.acquire()
        return 0

    cpdef bint acquire(self, bint blocking=True, double timeout=-1) except -1:
        cdef unsigned long me = PyThread_get_thread_ident()
        if not self.depth or self.owner == me:
            self.owner = me
            self.depth += 1
            return True
        if not blocking:
            return False
        deadline = monotonic() + timeout if timeout >= 0 else None
        while self.depth:
            self.waiting += 1
            try:
                if not self.door.acquire(True, -1 if deadline is None else max(0.0, deadline - monotonic())):
                    return False
                self.called = False
            finally:
                self.waiting -= 1
        self.owner = me
        self.depth = 1
        return True

    cpdef int release(self) except -1:
        if not self.depth or self.owner != PyThread_get_thread_ident():
            raise RuntimeError("cannot release un-acquired lock")
        self.depth -= 1
        if not self.depth and self.waiting and not self.called:
            self.called = True
            self.door.release()
        return 0

    def __enter__(self):
        self.acquire()
        return True

    def __exit__(self, *error):
        self.release()

    def _is_owned(self):
        return self.depth > 0 and self.owner == PyThread_get_thread_ident()

    def _at_fork_reinit(self):
        self._reset()


cdef inline object _float(double value):
    made = LAZYTENSOR_ALLOCATE(_float64)
    lazytensor_set_float64(made, value)
    return made

cdef inline object _integer(int64_t value):
    made = LAZYTENSOR_ALLOCATE(_int64)
    lazytensor_set_int64(made, value)
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
        return _float(x + y)
    if code == 1:
        return _float(x - y)
    if code == 2:
        return _float(x * y)
    if code == 3:
        return _float(x / y)
    return _true if _compared(code, x, y) else _false


@cython.cdivision(True)
cdef object _of_integers(int code, int64_t x, int64_t y):
    cdef bint found
    # Unsigned, as what overflows is undefined otherwise.
    if code == 0:
        return _integer(<int64_t>(<uint64_t>x + <uint64_t>y))
    if code == 1:
        return _integer(<int64_t>(<uint64_t>x - <uint64_t>y))
    if code == 2:
        return _integer(<int64_t>(<uint64_t>x * <uint64_t>y))
    if code == 3:
        return _float(<double>x / <double>y)
    if code == 4:
        found = x < y
    elif code == 5:
        found = x <= y
    elif code == 6:
        found = x > y
    elif code == 7:
        found = x >= y
    elif code == 8:
        found = x == y
    else:
        found = x != y
    return _true if found else _false


cpdef object on_scalars(int code, object a, object b):
    cdef double x, y
    cdef long long n, m = 0
    cdef int overflow = 0
    cdef type kind = type(a)
    cdef type other = type(b)
    if kind is _float64:
        x = LAZYTENSOR_FLOAT64(a)
    elif kind is float and other is _float64:
        x = <double>a
    elif kind is int and other is _float64:
        n = PyLong_AsLongLongAndOverflow(a, &overflow)
        if overflow or n > _EXACT or n < -_EXACT:
            return None
        x = <double>n
    else:
        if kind is _int64:
            n = LAZYTENSOR_INT64(a)
        elif kind is int and other is _int64:
            n = PyLong_AsLongLongAndOverflow(a, &overflow)
        else:
            return None
        if other is _int64:
            m = LAZYTENSOR_INT64(b)
        elif other is int and not overflow:
            m = PyLong_AsLongLongAndOverflow(b, &overflow)
        else:
            return None
        return None if overflow else _of_integers(code, n, m)
    if other is _float64:
        y = LAZYTENSOR_FLOAT64(b)
    elif other is float:
        y = <double>b
    elif other is int:
        n = PyLong_AsLongLongAndOverflow(b, &overflow)
        if overflow or n > _EXACT or n < -_EXACT:
            return None
        y = <double>n
    else:
        return None
    return _of_doubles(code, x, y)

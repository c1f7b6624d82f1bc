# What Python cannot say in C's terms: `native.py` has the same in Python. Between two calls of Python's a function here is one step.
cimport cython
from cpython.pythread cimport PyThread_get_thread_ident

from lazytensor.core.arrays cimport PyArray_DATA, PyArray_ISWRITEABLE, ndarray

from _thread import allocate_lock
from time import monotonic

cdef extern from *:
    """
    #include <string.h>

    static Py_ssize_t lazytensor_count(PyObject *item) { return Py_REFCNT(item); }
    static Py_ssize_t lazytensor_holders(PyObject *list, Py_ssize_t slot) { return Py_REFCNT(PyList_GET_ITEM(list, slot)); }

    /* Tensors come and go with each operation. Those that went wait here, without what they held: a third of what reading an element took was
       making and dropping the tensor, as Python does for classes of its own. */
    #define LAZYTENSOR_WAITING 64
    static PyTypeObject *lazytensor_kind = NULL;
    static destructor lazytensor_dealloc_base = NULL;
    static PyObject *lazytensor_waiting[LAZYTENSOR_WAITING];
    static int lazytensor_waits = 0;

    static PyObject *lazytensor_alloc(PyTypeObject *kind, Py_ssize_t items) {
        PyObject *found;
        if (kind != lazytensor_kind || lazytensor_waits == 0) return PyType_GenericAlloc(kind, items);
        found = lazytensor_waiting[--lazytensor_waits];
        memset((char *)found + sizeof(PyObject), 0, kind->tp_basicsize - sizeof(PyObject));
        Py_INCREF(kind);
        _Py_NewReference(found);
        PyObject_GC_Track(found);
        return found;
    }

    static void lazytensor_free(void *item) {
    #ifndef Py_GIL_DISABLED
        if (Py_TYPE((PyObject *)item) == lazytensor_kind && lazytensor_waits < LAZYTENSOR_WAITING) {
            lazytensor_waiting[lazytensor_waits++] = (PyObject *)item;
            return;
        }
    #endif
        PyObject_GC_Del(item);
    }

    /* What Python's own does for a class that adds nothing to its base, and for classes made of it. */
    static void lazytensor_dealloc(PyObject *item) {
        PyTypeObject *kind = Py_TYPE(item);
        lazytensor_dealloc_base(item);
        Py_DECREF(kind);
    }

    static void lazytensor_adopt(PyObject *kind, PyObject *base) {
        PyTypeObject *own = (PyTypeObject *)kind;
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
        while (base != NULL && (((PyTypeObject *)base)->tp_flags & Py_TPFLAGS_HEAPTYPE)) base = (PyObject *)((PyTypeObject *)base)->tp_base;
        if (base != NULL && own->tp_basicsize == ((PyTypeObject *)base)->tp_basicsize && own->tp_alloc == PyType_GenericAlloc
            && own->tp_free == PyObject_GC_Del && own->tp_finalize == NULL && lazytensor_kind == NULL) {
            lazytensor_kind = own;
            lazytensor_dealloc_base = ((PyTypeObject *)base)->tp_dealloc;
            own->tp_alloc = lazytensor_alloc;
            own->tp_free = lazytensor_free;
            own->tp_dealloc = lazytensor_dealloc;
        }
    }
    """
    Py_ssize_t lazytensor_holders(list items, Py_ssize_t slot)
    void lazytensor_adopt(type kind, type base)
    Py_ssize_t lazytensor_count(object item)


def adopt(kind, base):
    lazytensor_adopt(kind, base)


cpdef bint alone(list environment, Py_ssize_t slot, Py_ssize_t others=0):
    if lazytensor_holders(environment, slot) - others != 1:
        return False
    item = environment[slot]
    return PyArray_ISWRITEABLE(<ndarray>item) if isinstance(item, ndarray) else item.flags.writeable


cpdef Py_ssize_t holders(object item):
    return lazytensor_count(item)


cpdef Py_ssize_t address(ndarray array):
    return <Py_ssize_t>PyArray_DATA(array)


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

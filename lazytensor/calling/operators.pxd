cimport cython

from lazytensor.calling.at_once cimport Way, into
from lazytensor.calling.bind cimport back, one, two
from lazytensor.calling.immediate cimport product
from lazytensor.calling.viewing cimport transposed
from lazytensor.core.arrays cimport ndarray
from lazytensor.core.inplace cimport take
from lazytensor.core.handle cimport Handle, is_tensor, model, stands_for_scalar
from lazytensor.core.indexing cimport Indexed

cdef type _float64, _int64

@cython.locals(h=Handle)
cpdef object raised(object x, object y)
@cython.locals(h=Handle)
cdef object _augmented(Way way, object x, object y)

@cython.locals(array=ndarray)
cdef Py_ssize_t _length(Handle x) except -1

cdef class Operators(Indexed):
    pass

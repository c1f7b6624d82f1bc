cimport cython

from lazytensor.compiler.loops cimport into_array
from lazytensor.compiler.native cimport alone
from lazytensor.compiler.places cimport stored
from lazytensor.compiler.scalars cimport set_element
from lazytensor.core.handle cimport Handle, current, is_open, look
from lazytensor.core.storage cimport Storage

cpdef bint take(Handle x, object value)
@cython.locals(storage=Storage, seen=tuple)
cpdef bint put(Handle x, object key, object value, object run=*, int code=*)
@cython.locals(holders=list)
cdef bint _put_own(Handle x, object key, object value, object run, int code)
cdef object _run(object run, object shown, object key, object value)

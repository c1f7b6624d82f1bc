cimport cython

from lazytensor.compiler.graph cimport Node
from lazytensor.core.eager cimport _Limit
from lazytensor.core.lines cimport always_at_once

cpdef object enroll(Node node)
@cython.locals(bound=_Limit)
cdef bint _comes_at_once(Node node)

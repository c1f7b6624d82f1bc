cimport cython

from lazytensor.calling.at_once cimport Way, meet, meet_one, on_any, on_one, on_other, on_two
from lazytensor.compiler.graph cimport Node
from lazytensor.core.handle cimport Handle, is_tensor, pending, stands_for_scalar, wrap
from lazytensor.core.pending cimport enroll

@cython.locals(h=Handle, n=Node, node=Node, signature=tuple)
cpdef object one(Way way, object x)
@cython.locals(h=Handle, g=Handle, n=Node, m=Node, node=Node, signature=tuple)
cpdef object two(Way way, object x, object y, bint operator)
@cython.locals(h=Handle)
cpdef object back(Way way, object x, object y)

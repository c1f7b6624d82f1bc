"""`Tensor`, the class: its methods, its attributes, and the protocols by which other libraries meet it."""

from lazytensor.tensor.tensor import Tensor, _restore, ndarray

# Pickled tensors name it so.
_restore.__module__ = __name__

__all__ = ["Tensor", "ndarray"]

"""From a group of nodes to machine code: readable Python source, compiled by Numba."""

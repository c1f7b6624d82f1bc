"""Elementary functions and random numbers, branch-free, as LLVM values and as the names that kernel expressions use."""

"""The loop nest of a kernel: its domain, its argument block, and the expressions inside it."""

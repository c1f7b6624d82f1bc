"""NumPy's chapters: the public functions, a file a chapter, with its names in `__all__`."""

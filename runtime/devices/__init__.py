"""One module a device kind."""

"""Plan to results: engine, streams, devices, memory. Knows no operation by name."""

"""The op table: one row an operation."""

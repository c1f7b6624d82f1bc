"""Graph to plan: the op table, rewriting, fusion, scheduling and code generation. Runs nothing."""

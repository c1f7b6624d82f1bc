"""How a row of the op table becomes a function that users call: axes, keywords, dtypes, `out`, the methods of ufuncs."""

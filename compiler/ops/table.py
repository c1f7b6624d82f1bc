"""The op table: every row by its name. The list is explicit, so that a row which is not listed fails the completeness test."""

from __future__ import annotations

from lazytensor.compiler.ops import elementwise, indexing, library, reductions, sources, special, structural
from lazytensor.compiler.ops.row import Op

ROWS: tuple[Op, ...] = (
    *(structural.leaf, structural.scalar, structural.view, structural.update, structural.to_device),
    *(sources.iota, sources.full, sources.random_uniform, sources.random_normal, sources.random_bits),
    *(elementwise.add, elementwise.subtract, elementwise.multiply, elementwise.divide, elementwise.floor_divide),
    *(elementwise.remainder, elementwise.fmod, elementwise.pow, elementwise.negative, elementwise.positive, elementwise.abs),
    *(elementwise.sign, elementwise.square, elementwise.reciprocal, elementwise.sqrt, elementwise.cbrt, elementwise.hypot),
    *(elementwise.exp, elementwise.exp2, elementwise.expm1, elementwise.log, elementwise.log2, elementwise.log10),
    *(elementwise.log1p, elementwise.logaddexp, elementwise.sin, elementwise.cos, elementwise.tan, elementwise.asin),
    *(elementwise.acos, elementwise.atan, elementwise.atan2, elementwise.sinh, elementwise.cosh, elementwise.tanh),
    *(elementwise.asinh, elementwise.acosh, elementwise.atanh, elementwise.ceil, elementwise.floor, elementwise.trunc),
    *(elementwise.round, elementwise.copysign, elementwise.nextafter, elementwise.signbit, elementwise.isfinite),
    *(elementwise.isinf, elementwise.isnan, elementwise.conj, elementwise.real, elementwise.imag),
    *(elementwise.equal, elementwise.not_equal, elementwise.less, elementwise.less_equal, elementwise.greater),
    *(elementwise.greater_equal, elementwise.logical_and, elementwise.logical_or, elementwise.logical_xor),
    *(elementwise.logical_not, elementwise.bitwise_and, elementwise.bitwise_or, elementwise.bitwise_xor),
    *(elementwise.bitwise_invert, elementwise.bitwise_left_shift, elementwise.bitwise_right_shift, elementwise.multiply_high),
    *(elementwise.maximum, elementwise.minimum, elementwise.fmax, elementwise.fmin, elementwise.clip, elementwise.where),
    *(elementwise.copy, elementwise.astype, special.erf, special.erfc, special.expit),
    *(reductions.sum, reductions.prod, reductions.max, reductions.min, reductions.any, reductions.all),
    *(reductions.argmax, reductions.argmin),
    *(reductions.cumulative_sum, reductions.cumulative_prod),
    *(indexing.gather, indexing.take, indexing.put),
    *(library.matmul, library.vecdot, library.tensordot, library.einsum, library.inv, library.solve, library.cholesky),
    *(library.concat, library.stack, library.sort, library.argsort, library.searchsorted),
)

TABLE: dict[str, Op] = {row.name: row for row in ROWS}

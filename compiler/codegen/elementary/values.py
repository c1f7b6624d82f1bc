"""LLVM values with Python's operators, so that a mathematical function reads as arithmetic and emits LLVM instructions.

No fast-math flag is ever set and no multiplication fused with an addition but by `fma`. Nothing here knows about Numba.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from llvmlite import ir

from lazytensor.compiler.codegen.elementary.coefficients import FORMATS, Format

Number = bool | int | float

# Every scalar type a kernel handles, by suffix: kind (boolean, signed, unsigned, float, complex) and bits of a part.
TYPES: dict[str, tuple[str, int]] = {
    "b1": ("b", 1), "i8": ("i", 8), "i16": ("i", 16), "i32": ("i", 32), "i64": ("i", 64),
    "u8": ("u", 8), "u16": ("u", 16), "u32": ("u", 32), "u64": ("u", 64),
    "f32": ("f", 32), "f64": ("f", 64), "c64": ("c", 32), "c128": ("c", 64),
}  # fmt: skip


def llvm_type(kind: str, bits: int) -> ir.Type:
    if kind == "c":
        return ir.LiteralStructType([llvm_type("f", bits)] * 2)
    if kind == "f":
        return ir.FloatType() if bits == 32 else ir.DoubleType()
    return ir.IntType(bits)


class Value:
    """A boolean, integer or float being computed. Numbers mixed with it take its type; two values must have the same type."""

    __slots__ = ("builder", "ir", "kind", "bits")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, builder: ir.IRBuilder, value: ir.Value, kind: str, bits: int) -> None:
        self.builder = builder
        self.ir = value
        self.kind = kind
        self.bits = bits

    @property
    def format(self) -> Format:
        """Constants and coefficients of the float with as many bits."""
        return FORMATS[self.bits]

    def like(self, number: Value | Number) -> Value:
        """`number` as a constant of this type; a value passes through."""
        if isinstance(number, Value):
            if (number.kind, number.bits) != (self.kind, self.bits):
                raise TypeError(f"{number.kind}{number.bits} where {self.kind}{self.bits} is needed")
            return number
        if self.kind != "f":
            number = int(number) & ((1 << self.bits) - 1)
        return self.made(ir.Constant(self.ir.type, number))

    def made(self, value: ir.Value) -> Value:
        return Value(self.builder, value, self.kind, self.bits)

    def boolean(self, value: ir.Value) -> Value:
        return Value(self.builder, value, "b", 1)

    def combined(self, other: Value | Number, of_floats: str, of_integers: str, swap: bool = False) -> Value:
        """The instruction for this kind, named by llvmlite's builder method."""
        operands = (self.ir, self.like(other).ir)
        method = of_floats if self.kind == "f" else of_integers
        return self.made(getattr(self.builder, method)(*(operands[::-1] if swap else operands)))

    def __add__(self, other: Value | Number) -> Value:
        return self.combined(other, "fadd", "add")

    def __sub__(self, other: Value | Number) -> Value:
        return self.combined(other, "fsub", "sub")

    def __mul__(self, other: Value | Number) -> Value:
        return self.combined(other, "fmul", "mul")

    def __truediv__(self, other: Value | Number) -> Value:
        return self.combined(other, "fdiv", "udiv" if self.kind == "u" else "sdiv")

    def __mod__(self, other: Value | Number) -> Value:
        """The remainder with the dividend's sign (C's `%` and fmod)."""
        return self.combined(other, "frem", "urem" if self.kind == "u" else "srem")

    def __radd__(self, other: Number) -> Value:
        return self.combined(other, "fadd", "add", swap=True)

    def __rsub__(self, other: Number) -> Value:
        return self.combined(other, "fsub", "sub", swap=True)

    def __rmul__(self, other: Number) -> Value:
        return self.combined(other, "fmul", "mul", swap=True)

    def __rtruediv__(self, other: Number) -> Value:
        return self.combined(other, "fdiv", "sdiv", swap=True)

    def __neg__(self) -> Value:
        return self.made(self.builder.fneg(self.ir) if self.kind == "f" else self.builder.neg(self.ir))

    def __and__(self, other: Value | Number) -> Value:
        return self.combined(other, "", "and_")

    def __or__(self, other: Value | Number) -> Value:
        return self.combined(other, "", "or_")

    def __xor__(self, other: Value | Number) -> Value:
        return self.combined(other, "", "xor")

    def __invert__(self) -> Value:
        return self.made(self.builder.not_(self.ir))

    def __lshift__(self, other: Value | Number) -> Value:
        return self.combined(other, "", "shl")

    def __rshift__(self, other: Value | Number) -> Value:
        """Keeps the sign of a signed value."""
        return self.combined(other, "", "ashr" if self.kind == "i" else "lshr")

    def compared(self, sign: str, other: Value | Number) -> Value:
        second = self.like(other).ir
        if self.kind == "f":
            compare = self.builder.fcmp_unordered if sign == "!=" else self.builder.fcmp_ordered
        else:
            compare = self.builder.icmp_signed if self.kind == "i" else self.builder.icmp_unsigned
        return self.boolean(compare(sign, self.ir, second))

    def __lt__(self, other: Value | Number) -> Value:
        return self.compared("<", other)

    def __le__(self, other: Value | Number) -> Value:
        return self.compared("<=", other)

    def __gt__(self, other: Value | Number) -> Value:
        return self.compared(">", other)

    def __ge__(self, other: Value | Number) -> Value:
        return self.compared(">=", other)

    def __eq__(self, other: Value | Number) -> Value:  # type: ignore[override]
        return self.compared("==", other)

    def __ne__(self, other: Value | Number) -> Value:  # type: ignore[override]
        return self.compared("!=", other)

    def pattern(self) -> Value:
        """The bits of a float as a signed integer."""
        return Value(self.builder, self.builder.bitcast(self.ir, ir.IntType(self.bits)), "i", self.bits)

    def from_pattern(self) -> Value:
        """The float whose bits this integer holds."""
        return Value(self.builder, self.builder.bitcast(self.ir, llvm_type("f", self.bits)), "f", self.bits)

    def unsigned(self) -> Value:
        return Value(self.builder, self.ir, "u", self.bits)

    def signed(self) -> Value:
        return Value(self.builder, self.ir, "i", self.bits)

    def to(self, suffix: str) -> Value:
        """Converted to another type; from float to integer towards zero, and undefined where it does not fit."""
        kind, bits = TYPES[suffix]
        if (kind, bits) == (self.kind, self.bits):
            return self
        target = llvm_type(kind, bits)
        wider = bits > self.bits
        if self.kind == "f":
            if kind == "f":
                method = "fpext" if wider else "fptrunc"
            else:
                method = "fptosi" if kind == "i" else "fptoui"
        elif kind == "f":
            method = "sitofp" if self.kind == "i" else "uitofp"
        elif bits == self.bits:
            return Value(self.builder, self.ir, kind, bits)
        else:
            method = "trunc" if not wider else "sext" if self.kind == "i" else "zext"
        return Value(self.builder, getattr(self.builder, method)(self.ir, target), kind, bits)

    def called(self, name: str, *others: Value | Number) -> Value:
        """The LLVM intrinsic `name` of this value and `others`, all of one type."""
        operands = [self.ir, *(self.like(other).ir for other in others)]
        function_type = ir.FunctionType(self.ir.type, [self.ir.type] * len(operands))
        function = self.builder.module.declare_intrinsic(name, [self.ir.type], function_type)
        return self.made(self.builder.call(function, operands))

    def called_libm(self, name: str, *others: Value | Number) -> Value:
        """The C library's function: exact in its special cases, but it stops the loop around it from being vectorised."""
        operands = [self.ir, *(self.like(other).ir for other in others)]
        symbol = name + ("f" if self.bits == 32 else "")
        module = self.builder.module
        if symbol not in module.globals:
            ir.Function(module, ir.FunctionType(self.ir.type, [self.ir.type] * len(operands)), symbol)
        return self.made(self.builder.call(module.globals[symbol], operands))


class Complex(NamedTuple):
    """A complex value by its parts."""

    real: Value
    imag: Value


Body = Callable[..., Any]


def fma(x: Value, y: Value | Number, z: Value | Number) -> Value:
    """x * y + z rounded once."""
    return x.made(x.builder.fma(x.ir, x.like(y).ir, x.like(z).ir))


def select(condition: Value, x: Value | Number, y: Value | Number) -> Value:
    """x where the condition holds, else y, without a branch; at least one is a value."""
    typed = x if isinstance(x, Value) else y
    if not isinstance(typed, Value):
        raise TypeError("select needs a value among its two operands")
    return typed.made(typed.builder.select(condition.ir, typed.like(x).ir, typed.like(y).ir))


def polynomial(x: Value, coefficients: tuple[float, ...]) -> Value:
    """Horner's scheme, lowest coefficient first."""
    result = x.like(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = fma(result, x, coefficient)
    return result


def table_scope(module: ir.Module) -> Any:
    """The alias scope of constant tables. Other accesses say that they are outside: else a loop with a table stays scalar."""
    domain = module.add_metadata(["lazytensor"])
    return module.add_metadata([module.add_metadata(["tables", domain])])


def table_row(index: Value, name: str, rows: int, width: int, text: str) -> list[Value]:
    """The `width` float64 at row `index` of a constant table, given as LLVM text; a vectorised loop gathers them."""
    builder = index.builder
    row = ir.ArrayType(ir.DoubleType(), width)
    if name not in builder.module.globals:
        table = ir.GlobalVariable(builder.module, ir.ArrayType(row, rows), name)
        table.linkage = "internal"
        table.global_constant = True
        table.align = 64
        table.initializer = ir.FormattedConstant(table.value_type, text)
    zero = ir.Constant(ir.IntType(64), 0)
    found = []
    for column in range(width):
        address = builder.gep(builder.module.globals[name], [zero, index.ir, ir.Constant(ir.IntType(64), column)], inbounds=True)
        load = builder.load(address)
        load.set_metadata("alias.scope", table_scope(builder.module))
        found.append(Value(builder, load, "f", 64))
    return found


def define(module: ir.Module, name: str, body: Body, operands: tuple[str, ...], results: tuple[str, ...]) -> ir.Function:
    """The module's function `name`, always inlined, built from `body` when it is first asked for."""
    if name in module.globals:
        return module.globals[name]
    result_types = [llvm_type(*TYPES[suffix]) for suffix in results]
    result_type = result_types[0] if len(results) == 1 else ir.ArrayType(result_types[0], len(results))
    arguments = [llvm_type(*TYPES[suffix]) for suffix in operands]
    function = ir.Function(module, ir.FunctionType(result_type, arguments), name)
    function.linkage = "internal"
    function.attributes.add("alwaysinline")
    function.attributes.add("nounwind")
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    values: list[Value | Complex] = []
    for argument, suffix in zip(function.args, operands, strict=True):
        kind, bits = TYPES[suffix]
        if kind == "c":
            parts = [Value(builder, builder.extract_value(argument, part), "f", bits) for part in (0, 1)]
            values.append(Complex(*parts))
        else:
            values.append(Value(builder, argument, kind, bits))
    computed = body(*values)
    if isinstance(computed, Value):
        builder.ret(computed.ir)
        return function
    packed = ir.Constant(result_type, ir.Undefined)
    for position, part in enumerate(computed):
        packed = builder.insert_value(packed, part.ir, position)
    builder.ret(packed)
    return function

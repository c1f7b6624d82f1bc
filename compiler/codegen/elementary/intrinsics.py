"""What generated kernels call, as Numba intrinsics: scalar functions built from LLVM values, and access to the argument block.

Importing this module imports Numba. An intrinsic compiles nothing by itself: its function is added to the module of the kernel
that calls it. Its operand types are declared, and Numba casts to them whatever it is given.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, lower_builtin, models, register_model

from lazytensor.compiler.codegen.elementary.values import Body, define, table_scope
from lazytensor.compiler.tuning import LINE

NUMBA_TYPES: dict[str, Any] = {
    "b1": types.boolean, "i8": types.int8, "i16": types.int16, "i32": types.int32, "i64": types.int64,
    "u8": types.uint8, "u16": types.uint16, "u32": types.uint32, "u64": types.uint64,
    "f32": types.float32, "f64": types.float64, "c64": types.complex64, "c128": types.complex128,
}  # fmt: skip


def function(name: str, body: Body, operands: tuple[str, ...], *results: str) -> Any:
    """The intrinsic `name`; with several results of one type, it returns a tuple."""
    result = NUMBA_TYPES[results[0]] if len(results) == 1 else types.UniTuple(NUMBA_TYPES[results[0]], len(results))  # type: ignore[no-untyped-call]
    signature = result(*(NUMBA_TYPES[suffix] for suffix in operands))

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        return builder.call(define(builder.module, f"lazytensor.{name}", body, operands, results), arguments)

    typed = (signature, generate)

    # Numba binds arguments by the signature of the typing function, and cannot bind *args.
    def one(context: Any, x: Any) -> Any:
        return typed

    def two(context: Any, x: Any, y: Any) -> Any:
        return typed

    def three(context: Any, x: Any, y: Any, z: Any) -> Any:
        return typed

    typing = (one, two, three)[len(operands) - 1]
    typing.__name__ = typing.__qualname__ = name
    return intrinsic(typing)


class Pointer(types.CPointer):
    """A pointer to elements of one dtype, none of them in a constant table; a boolean is a byte in memory."""


register_model(Pointer)(models.PointerModel)


def pointer_to(element: Any) -> Any:
    return Pointer(element)  # type: ignore[no-untyped-call]


def element_type(dtype: Any) -> Any:
    """The Numba type that an argument such as `np.float32`, `f32` or "f32" in a kernel's source means."""
    if isinstance(dtype, types.StringLiteral):
        return NUMBA_TYPES[dtype.literal_value]
    if isinstance(dtype, types.NumberClass):
        return dtype.instance_type
    if isinstance(dtype, types.DType):
        return dtype.dtype
    raise TypeError(f"a dtype is needed, not {dtype}")


def block_word(builder: ir.IRBuilder, block: ir.Value, index: ir.Value, stored: ir.Type) -> ir.Value:
    """Address of word `index` of the argument block, as a pointer to `stored`."""
    address = builder.add(block, builder.mul(index, ir.Constant(index.type, 8)))
    return builder.inttoptr(address, stored.as_pointer())


@intrinsic
def pointer(context: Any, block: Any, index: Any, dtype: Any, offset: Any) -> Any:
    """The typed pointer in word `index` of the block, moved on by `offset` elements."""
    element = element_type(dtype)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        block, index, _, offset = arguments
        stored = context.get_data_type(element)
        start = builder.load(block_word(builder, block, index, stored.as_pointer()))
        return builder.gep(start, [offset], inbounds=True)

    return pointer_to(element)(types.int64, types.int64, dtype, types.int64), generate


@intrinsic
def word(context: Any, block: Any, index: Any) -> Any:
    """The int64 in word `index` of the block."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        return builder.load(block_word(builder, arguments[0], arguments[1], ir.IntType(64)))

    return types.int64(types.int64, types.int64), generate


@intrinsic
def number(context: Any, block: Any, index: Any, dtype: Any) -> Any:
    """The scalar stored at word `index` of the block, in the first bytes of the word (complex128 fills two)."""
    element = element_type(dtype)

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        address = block_word(builder, arguments[0], arguments[1], context.get_data_type(element))
        return context.unpack_value(builder, element, address)

    return element(types.int64, types.int64, dtype), generate


@intrinsic(prefer_literal=True)
def stack_buffer(context: Any, count: Any, dtype: Any) -> Any:
    """Uninitialised room for `count` elements, a constant of the source, in the kernel's stack frame; 64-byte aligned."""
    element = element_type(dtype)
    if not isinstance(count, types.IntegerLiteral):
        raise TypeError("stack_buffer needs a constant count")
    room = count.literal_value

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        stored = context.get_data_type(element)
        with builder.goto_entry_block():
            buffer = builder.alloca(ir.ArrayType(stored, room))
            buffer.align = 64
        return builder.bitcast(buffer, stored.as_pointer())

    return pointer_to(element)(count, dtype), generate


@intrinsic(prefer_literal=True)
def thread_buffer(context: Any, memory: Any, offset: Any, count: Any, dtype: Any) -> Any:
    """As `stack_buffer`, but in memory that the calling thread has for its kernels: at address `memory`, `offset` bytes in. Offset and
    count are constants of the source; no two buffers of a kernel share an element."""
    element = element_type(dtype)
    if not isinstance(offset, types.IntegerLiteral) or not isinstance(count, types.IntegerLiteral):
        raise TypeError("thread_buffer needs a constant offset and count")
    distance, room = offset.literal_value, count.literal_value

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        stored = context.get_data_type(element)
        address = builder.add(arguments[0], ir.Constant(ir.IntType(64), distance))
        start = builder.call(_own_memory(builder.module, room * context.get_abi_sizeof(stored)), [address])
        return builder.bitcast(start, stored.as_pointer())

    return pointer_to(element)(types.int64, offset, count, dtype), generate


def _own_memory(module: ir.Module, nbytes: int) -> ir.Function:
    """The module's function that makes an address a pointer to `nbytes` that nothing else points to.

    LLVM treats what a call returns as `noalias` as it treats the stack: it overlaps neither arrays nor other buffers, so loops need no
    checks. It forgets that where it inlines the call.
    """
    name = f"lazytensor.own_memory_{nbytes}"
    if name in module.globals:
        return module.globals[name]
    made = ir.Function(module, ir.FunctionType(ir.IntType(8).as_pointer(), [ir.IntType(64)]), name)
    made.linkage = "internal"
    made.attributes.add("noinline")
    made.attributes.add("nounwind")
    result = made.return_value.attributes
    result.add("noalias")
    result.align = LINE
    result.dereferenceable = nbytes
    builder = ir.IRBuilder(made.append_basic_block())
    builder.ret(builder.inttoptr(made.args[0], ir.IntType(8).as_pointer()))
    return made


def read(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
    loaded = builder.load(builder.gep(arguments[0], [arguments[1]], inbounds=True))
    loaded.set_metadata("noalias", table_scope(builder.module))
    return context.data_model_manager[signature.return_type].from_data(builder, loaded)


def write(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
    stored = context.data_model_manager[signature.args[2]].as_data(builder, arguments[2])
    written = builder.store(stored, builder.gep(arguments[0], [arguments[1]], inbounds=True))
    written.set_metadata("noalias", table_scope(builder.module))
    return context.get_dummy_value()


lower_builtin(operator.getitem, Pointer, types.Integer)(read)  # type: ignore[no-untyped-call]
lower_builtin(operator.setitem, Pointer, types.Integer, types.Any)(write)  # type: ignore[no-untyped-call]


@intrinsic
def load(context: Any, pointer: Any, index: Any) -> Any:
    """Element `index` at a pointer, as `pointer[index]`."""
    return pointer.dtype(pointer, types.int64), read


@intrinsic
def store(context: Any, pointer: Any, index: Any, value: Any) -> Any:
    """Write element `index` at a pointer, as `pointer[index] = value`."""
    return types.none(pointer, types.int64, pointer.dtype), write


@intrinsic(prefer_literal=True)
def prefetch(context: Any, pointer: Any, index: Any, count: Any) -> Any:
    """Have `count` elements, a constant of the source, brought near from element `index` at a pointer on. Only a hint: the addresses
    need not be valid."""
    if not isinstance(count, types.IntegerLiteral):
        raise TypeError("prefetch needs a constant count")
    room = count.literal_value

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        hint = builder.module.declare_intrinsic("llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word]))
        start = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte)
        options = [ir.Constant(word, number) for number in (0, 3, 1)]  # to read, into all levels, data
        for offset in range(0, room * context.get_abi_sizeof(context.get_data_type(pointer.dtype)), LINE):
            builder.call(hint, [builder.gep(start, [ir.Constant(word, offset)]), *options])
        return context.get_dummy_value()

    return types.none(pointer, types.int64, count), generate


@intrinsic
def to_line(context: Any, pointer: Any, index: Any) -> Any:
    """How many elements lie between element `index` at a pointer and the next that begins a line of the cache."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: list[ir.Value]) -> ir.Value:
        integer = ir.IntType(64)
        address = builder.ptrtoint(builder.gep(arguments[0], [arguments[1]]), integer)
        size = context.get_abi_sizeof(context.get_data_type(pointer.dtype))
        rest = builder.and_(builder.neg(address), ir.Constant(integer, LINE - 1))
        return builder.udiv(rest, ir.Constant(integer, size))

    return types.int64(pointer, types.int64), generate

"""CPU kernels: groups compiled and run alone, against the rows' NumPy references, for values and for bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lazytensor.compiler.codegen import cpu
from lazytensor.compiler.codegen.nest.axes import partition
from lazytensor.compiler.codegen.nest.loops import collapse
from lazytensor.compiler.codegen.source import assembly, compile_source
from lazytensor.compiler.graph import Graph, GraphNode
from lazytensor.compiler.kernel import Form, Group, contiguous_strides
from lazytensor.compiler.native import address
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.ops.table import TABLE
from lazytensor.compiler.passes.memory_plan import StepDraft
from lazytensor.compiler.plan import KernelError, KernelInfo
from lazytensor.runtime.kernel_store import KernelStore

STORE = KernelStore()
WEAK = {bool: np.bool_, int: np.int64, float: np.float64, complex: np.complex128}


class Builder:
    """A graph under construction, with every node's value by its reference."""

    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.values: list[Any] = []
        self.inputs = 0

    def input(self, value: Any) -> int:
        weak = type(value) if type(value) in WEAK else None
        dtype = np.dtype(WEAK[weak]) if weak else value.dtype
        self.nodes.append(GraphNode(TABLE["scalar" if weak else "leaf"], (), (), np.shape(value), dtype, "cpu:0", weak))
        self.values.append(value)
        self.inputs += 1
        return self.inputs - 1

    def op(self, name: str, *inputs: int, params: tuple[Any, ...] = ()) -> int:
        row = TABLE[name]
        nodes = [self.nodes[item] for item in inputs]
        shape = row.shape(*(node.shape for node in nodes), *params)
        rule = row.resolve(*(node.weak or node.dtype for node in nodes), *params)
        self.nodes.append(GraphNode(row, inputs, params, tuple(shape), rule.result, "cpu:0"))
        if row.kind is Kind.SOURCE and row.arity == 2:
            self.values.append(None)
        else:
            with np.errstate(all="ignore"):
                value = np.asarray(row.reference(*(self.values[item] for item in inputs), *params))
            self.values.append(np.array(value, order="C"))
        return len(self.nodes) - 1

    def flipped(self, item: int) -> int:
        """The value at `item`, reversed along every axis: a view."""
        shape = self.nodes[item].shape
        strides = contiguous_strides(shape)
        offset = sum((length - 1) * stride for length, stride in zip(shape, strides, strict=True))
        return self.op("view", item, params=(shape, tuple(-stride for stride in strides), offset))

    def group(
        self, body: list[int], reduces: list[int] | None = None, epilogue: list[int] | None = None, outputs: Any = None
    ) -> Group:
        reduces, epilogue = reduces or [], epilogue or []
        shape = self.nodes[self.nodes[reduces[0]].inputs[0] if reduces else body[0]].shape
        outputs = outputs or [*body, *reduces, *epilogue][-1:]
        form = Form.REDUCE if reduces else Form.MAP
        return Group(form, shape, "cpu:0", tuple(body), tuple(reduces), tuple(epilogue), tuple(outputs))

    def lower(self, group: Group, store: cpu.FindKernel = STORE) -> tuple[StepDraft, KernelInfo] | None:
        return cpu.lower(Graph(tuple(self.nodes), self.inputs, group.outputs), group, store)

    def run(self, group: Group, piece: int = 0) -> list[Any]:
        """Every slot after the group's kernel has run, split into pieces of `piece` grains (0: not split)."""
        lowered = self.lower(group)
        assert lowered is not None
        step, _ = lowered
        environment: list[Any] = [None] * len(self.nodes)
        for slot in step.reads:
            environment[slot] = self.values[slot]
        step.make(frozenset())(environment, Lane(piece))
        assert step.writes == tuple(slot for slot in range(len(self.nodes)) if slot in group.outputs)
        return environment

    def scale(self, group: Group) -> float:
        """The largest sum of the sizes of a reduction's terms."""
        found = [1.0]
        for item in group.reduces:
            terms = np.abs(self.values[self.nodes[item].inputs[0]].astype(np.complex128))
            found.append(float(terms.sum(axis=self.nodes[item].params[0]).max()))
        return max(found)

    def check(self, group: Group) -> None:
        whole, pieces = self.run(group), self.run(group, 1)
        for item in group.outputs:
            want = self.values[item]
            assert whole[item].dtype == want.dtype
            assert whole[item].shape == want.shape
            if want.dtype.kind in "fc":
                # Both sides round: by a few units in the last place of a sum's terms taken together, as these may cancel.
                precision = np.finfo(want.dtype).eps
                np.testing.assert_allclose(whole[item], want, rtol=8 * precision, atol=4 * precision * self.scale(group))
            else:
                assert np.array_equal(whole[item], want)
            assert whole[item].tobytes() == pieces[item].tobytes()


class Lane:
    def __init__(self, grains: int) -> None:
        self.grains = grains

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        return np.empty(shape, dtype)

    def split(self, task: Callable[[int, int], None], count: int, grain: int) -> None:
        piece = self.grains * grain or count
        for start in reversed(range(0, count, piece)):
            task(start, min(start + piece, count))

    def blas(self) -> Any:
        raise NotImplementedError


def samples(shape: tuple[int, ...], dtype: str, seed: int = 0) -> np.ndarray[Any, Any]:
    generator = np.random.default_rng(seed)
    values = generator.standard_normal(shape) * 20
    return np.asarray(np.abs(values) if dtype[0] == "u" else values).astype(dtype)


def test_collapse() -> None:
    assert collapse((4, 1, 5), [(5, 0, 1)]) == ((20,), [(1,)])
    assert collapse((4, 5), [(5, 1), (0, 1)]) == ((4, 5), [(5, 1), (0, 1)])
    assert collapse((2, 3, 5), [(15, 5, 1), (0, 0, 1)]) == ((6, 5), [(5, 1), (0, 1)])
    assert collapse((1, 1), [(0, 0)]) == ((), [()])


def test_partition() -> None:
    assert partition((2, 3, 1, 4), {1}) == ([0], [1], [3])
    assert partition((2, 1, 4), {1}) == ([], [], [0, 2])
    assert partition((2, 3), {0, 1}) == ([], [0, 1], [])
    assert partition((2, 3, 4, 5), {0, 2}) is None


def test_address() -> None:
    array = np.arange(12.0).reshape(3, 4)[1:]
    assert address(array) == array.ctypes.data


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "i8", "u8", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("shape", [(), (1,), (5000,), (70, 40), (3, 1, 5, 17)])
def test_map(dtype: str, shape: tuple[int, ...]) -> None:
    b = Builder()
    x, y = b.input(samples(shape, dtype)), b.input(samples(tuple(1 if n == 5 else n for n in shape[-2:]), dtype, 1))
    s = b.input(True if dtype == "?" else 3)
    product = b.op("multiply", x, y)
    total = b.op("add", product, s)
    backwards = b.flipped(x)
    last = b.op("equal", total, backwards)
    wide = b.op("astype", total, params=(np.dtype("c16" if dtype[0] == "c" else "f4"),))
    b.check(b.group([product, total, last, wide], outputs=(product, last, wide)))


def test_map_kernel_is_shared_by_shapes_and_scalars(tmp_path: Any) -> None:
    store = KernelStore(tmp_path)
    for shape, scalar in [((10,), 1.5), ((30, 40), -2.5), ((1, 1), 0.0), ((), 1.0)]:
        b = Builder()
        out = b.op("add", b.input(samples(shape, "f4")), b.input(scalar))
        assert b.lower(b.group([out]), store) is not None
    assert store.compiled == 1


def test_integer_scalars_do_not_pass_through_float() -> None:
    b = Builder()
    x = b.input(np.array([1, 2], np.uint64))
    out = b.op("add", x, b.input(2**63 + 1))
    assert b.run(b.group([out]))[out].tolist() == [2**63 + 2, 2**63 + 3]


def test_scalar_beyond_single_precision() -> None:
    b = Builder()
    out = b.op("add", b.input(samples((3,), "f4")), b.input(-1e300))
    assert b.run(b.group([out]))[out].tolist() == [-np.inf] * 3


def test_numpy_scalar_in_a_slot() -> None:
    b = Builder()
    out = b.op("add", b.input(np.float32(2)), b.input(np.float32(3)))
    assert b.run(b.group([out]))[out] == 5


def test_empty_map() -> None:
    b = Builder()
    out = b.op("add", b.input(np.empty((0, 3))), b.input(1.0))
    assert b.run(b.group([out]))[out].shape == (0, 3)


def test_sources() -> None:
    b = Builder()
    number = b.input(2.5)
    rows = b.op("iota", params=((30, 40), 0, np.dtype("f4")))
    columns = b.op("iota", params=((30, 40), 1, np.dtype("i8")))
    constant = b.op("full", number, params=((30, 40), np.dtype("f8")))
    product = b.op("multiply", rows, columns)
    total = b.op("add", product, constant)
    b.check(b.group([rows, columns, constant, product, total], outputs=(rows, columns, constant, total)))


@pytest.mark.parametrize(("name", "dtype"), [("random_uniform", "f4"), ("random_normal", "f8"), ("random_bits", "u8")])
def test_random(name: str, dtype: str) -> None:
    b = Builder()
    numbers = [b.input(5), b.input(7)]
    row = b.input(np.zeros(1000, dtype))
    draw = b.op(name, *numbers, params=((3, 1000), np.dtype(dtype)))
    once = b.run(b.group([draw]))[draw]
    assert once.tobytes() == b.run(b.group([draw]), 1)[draw].tobytes()
    if name == "random_uniform":
        assert 0 <= once.min() < 0.01 < 0.99 < once.max() < 1
    if name == "random_normal":
        assert abs(once.mean()) < 0.1
        assert abs(once.std() - 1) < 0.1
    if name != "random_bits":
        b.values[draw] = once
        doubled = b.op("add", draw, draw)
        assert np.array_equal(b.run(b.group([draw, doubled]))[doubled], once + once)
        total = b.op("sum", doubled, params=((0, 1), False))
        b.check(b.group([draw, doubled], [total]))
    uneven = b.op("add", draw, row) if name == "random_normal" else None
    if uneven is not None:
        assert b.lower(b.group([draw, uneven])) is None


REDUCED = [
    ((5000,), (0,)), ((100_000,), (0,)), ((3, 40_000), (1,)), ((700, 9), (1,)), ((700, 9), (0,)), ((5, 2100), (0,)),
    ((6, 50, 70), (1,)), ((6, 50, 70), (0, 1)), ((6, 50, 70), (1, 2)), ((6, 50, 70), (0, 1, 2)), ((3, 1, 4), (1,)),
    ((700, 1030), (0,)), ((1, 1), (0,)), ((4, 3), ()), ((), ()), ((20_000, 3), (0,)),
]  # fmt: skip


# Dtypes differ in arithmetic, not in loops: over the whole, rows, short rows, columns and what lies between.
REDUCES = [(*case, "f4") for case in REDUCED] + [(*case, dtype) for dtype in ("f8", "i4", "?", "c8") for case in REDUCED[:7]]


@pytest.mark.parametrize(("shape", "axes", "dtype"), REDUCES)
def test_reduce(shape: tuple[int, ...], axes: tuple[int, ...], dtype: str) -> None:
    b = Builder()
    x = b.input(samples(shape, dtype))
    y = b.input(samples(shape[-1:], dtype, 1))
    two = b.input(dtype == "?" or 2)
    product = b.op("multiply", b.flipped(x), y)
    params = (axes, dtype == "f4")
    reduces = [b.op("sum", item, params=params) for item in (product, x)]
    if dtype[0] != "c":
        reduces.append(b.op("max", product, params=params))
    if dtype != "?":
        reduces.append(b.op("any", product, params=params))
    added = b.op("add", reduces[0], reduces[1])
    tail = b.op("multiply", added, two)
    b.check(b.group([product], reduces, [added, tail], outputs=(product, *reduces, tail)))


@pytest.mark.parametrize(("shape", "axes"), REDUCED[:11])
def test_reduce_bits_do_not_depend_on_fusion(shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    b = Builder()
    x, y = b.input(samples(shape, "f8")), b.input(samples(shape[-1:], "f8", 1))
    product = b.op("multiply", x, y)
    total = b.op("sum", product, params=(axes, False))
    fused = b.run(b.group([product], [total], outputs=(product, total)))
    apart = Builder()
    alone = apart.op("sum", apart.input(fused[product]), params=(axes, False))
    assert apart.run(apart.group([], [alone]))[alone].tobytes() == fused[total].tobytes()
    light = b.run(b.group([product], [total]))  # without an output, nothing is buffered
    assert light[total].tobytes() == fused[total].tobytes()


def test_light_sums_have_no_buffer_and_read_ahead() -> None:
    b = Builder()
    x, y = b.input(samples((5000,), "f4")), b.input(samples((5000,), "f4", 1))
    product = b.op("multiply", x, y)
    lowered = b.lower(b.group([product], [b.op("sum", product, params=((0,), False))]))
    assert lowered is not None
    text = lowered[1].source
    assert text is not None
    assert "values0" not in text
    assert text.count("prefetch(x0, ") == text.count("prefetch(x1, ") == 2
    heavy = b.op("exp", product)
    lowered = b.lower(b.group([product, heavy], [b.op("sum", heavy, params=((0,), False))]))
    assert lowered is not None
    assert lowered[1].source is not None
    assert "values0" in lowered[1].source


def test_sum_is_accurate() -> None:
    import math

    values = np.random.default_rng(3).random(1_000_003)
    b = Builder()
    total = b.op("sum", b.input(values), params=((0,), False))
    exact = math.fsum(values)
    assert abs(float(b.run(b.group([], [total]))[total]) - exact) <= 2 * np.spacing(exact)


def test_sum_of_negative_zeros_is_numpys() -> None:
    b = Builder()
    total = b.op("sum", b.input(np.array([-0.0, -0.0])), params=((0,), False))
    assert not np.signbit(b.run(b.group([], [total]))[total])


def test_unsupported_groups_are_left_to_the_interpreter() -> None:
    b = Builder()
    x = b.input(samples((3, 4, 5, 6), "f4"))
    nothing = b.input(np.empty((0, 4)))
    alternating = b.op("sum", x, params=((0, 2), False))
    assert b.lower(b.group([], [alternating])) is None
    position = b.op("argmax", x, params=((3,), False))
    assert b.lower(b.group([], [position])) is None
    empty = b.op("sum", nothing, params=((0,), False))
    assert b.lower(b.group([], [empty])) is None


def test_kernels_are_vectorised() -> None:
    b = Builder()
    x, y, one = b.input(samples((8, 512), "f4")), b.input(samples((512,), "f4")), b.input(1.0)
    product = b.op("multiply", x, y)
    total = b.op("add", product, one)
    lowered = b.lower(b.group([product, total, b.op("exp", total)]))
    assert lowered is not None
    assert lowered[1].source is not None
    text = assembly(lowered[1].source)
    assert any(register in text for register in ("mulps", "fmul"))


def test_compile_errors() -> None:
    with pytest.raises(KernelError, match="cannot compile"):
        compile_source("def broken(block, start, stop, memory):\n    nothing_of_this_name(block)\n")


def test_source_reads_well() -> None:
    b = Builder()
    x, s = b.input(samples((30, 40), "f4")), b.input(2.5)
    v = b.input(samples((40,), "f4"))
    product = b.op("multiply", x, s)
    out = b.op("add", product, v)
    lowered = b.lower(b.group([product, out]))
    assert lowered is not None
    assert lowered[1].source is not None
    lines = lowered[1].source.splitlines()
    assert lines[1:] == [
        '    """multiply, add over a 2-d domain; [start, stop) is the outermost range."""',
        "    n1 = word(block, 0)",
        "    x0 = pointer(block, 1, f32, 0)  # f32",
        "    x1 = pointer(block, 2, f32, 0)  # f32",
        "    s0 = number(block, 3, f32)  # f32",
        "    y0 = pointer(block, 4, f32, 0)  # f32",
        "    x0_step0 = word(block, 5)",
        "    y0_step0 = word(block, 6)",
        "    for i0 in range(start, stop):",
        "        x0_at0 = i0 * x0_step0",
        "        y0_at0 = i0 * y0_step0",
        "        for i1 in range(n1):",
        "            t0 = x0[x0_at0 + i1]",
        "            t1 = x1[i1]",
        "            t2 = t0 * s0  # multiply",
        "            t3 = t2 + t1  # add",
        "            y0[y0_at0 + i1] = t3",
    ]

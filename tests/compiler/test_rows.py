"""Row kernels: their values against NumPy, and their bits against kernels of one operation each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from graphs import Sketch, graphs, run_plan, sample_inputs
from graphs import evaluate as by_reference
from hypothesis import given, settings

from lazytensor.compiler.codegen import cpu
from lazytensor.compiler.codegen.source import assembly
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Form, Group
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import reductions, sources
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.fusion import expressible, fuse
from lazytensor.compiler.passes.memory_plan import StepDraft
from lazytensor.compiler.passes.rewrite import drop_dead
from lazytensor.compiler.pipeline import Options, make_plan
from lazytensor.compiler.plan import KernelInfo
from lazytensor.runtime.kernel_store import KernelStore

STORE = KernelStore()
OPTIONS = Options(True, (("cpu:0", 1),))


def lower(graph: Graph, group: Group) -> tuple[StepDraft, KernelInfo] | None:
    return cpu.lower(graph, group, STORE)


def alone(graph: Graph) -> tuple[Group, ...]:
    """Every operation in a group of its own."""
    found = []
    for position in range(graph.inputs, len(graph.nodes)):
        node = graph.nodes[position]
        if node.kind is Kind.VIEW:
            continue
        if not expressible(graph, position):
            found.append(Group(Form.CALL, node.shape, node.device, (position,), outputs=(position,)))
        elif node.kind is Kind.REDUCE:
            shape = graph.nodes[node.inputs[0]].shape
            found.append(Group(Form.REDUCE, shape, node.device, (), (position,), outputs=(position,)))
        else:
            found.append(Group(Form.MAP, node.shape, node.device, (position,), outputs=(position,)))
    return tuple(found)


def check_bits(graph: Graph, values: list[Any]) -> list[np.ndarray[Any, Any]]:
    """The outputs of the fused graph, equal to those of single operations to the last bit."""
    fused = run_plan(make_plan(graph, fuse(graph), OPTIONS, lower), values)
    apart = run_plan(make_plan(graph, alone(graph), OPTIONS, lower), values)
    for one, other in zip(fused, apart, strict=True):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()
    return fused


def softmax(sketch: Sketch, x: int) -> list[int]:
    axis = (len(sketch.nodes[x].shape) - 1,)
    shifted = sketch.op(ops.subtract, x, sketch.op(reductions.max, x, params=(axis, True)))
    terms = sketch.op(ops.exp, shifted)
    return [sketch.op(ops.divide, terms, sketch.sum(terms, *axis, keepdims=True))]


def standardize(sketch: Sketch, x: int) -> list[int]:
    """A layer norm over all axes but the first, with its means, once with and once without their axes, and its variances."""
    shape = sketch.nodes[x].shape
    axes, kept = tuple(range(1, len(shape))), (shape[0], *(1,) * (len(shape) - 1))
    mean = sketch.op(ops.multiply, sketch.sum(x, *axes), sketch.sum(x, *axes))
    centred = sketch.op(ops.subtract, x, sketch.view(mean, kept))
    variance = sketch.sum(sketch.op(ops.square, centred), *axes, keepdims=True)
    ramp = sketch.op(sources.iota, params=(shape[1:], 0, sketch.nodes[x].dtype))
    scaled = sketch.op(ops.multiply, sketch.op(ops.divide, centred, sketch.op(ops.sqrt, variance)), ramp)
    return [mean, variance, scaled]


def counted(sketch: Sketch, x: int) -> list[int]:
    """Booleans and integers in row buffers and reductions."""
    axis = (len(sketch.nodes[x].shape) - 1,)
    rising = sketch.op(ops.less, sketch.op(reductions.min, x, params=(axis, True)), sketch.op(ops.sin, x))
    count = sketch.op(reductions.sum, rising, params=(axis, True))
    wanted = sketch.op(ops.less, count, sketch.op(ops.astype, sketch.op(ops.sin, x), params=(np.dtype("i4"),)))
    found = sketch.op(reductions.any, wanted, params=(axis, False))
    return [count, sketch.op(ops.logical_and, rising, wanted), found]


def strided(sketch: Sketch, x: int) -> list[int]:
    """Rows that lie crosswise in memory."""
    return softmax(sketch, sketch.transpose(x))


def twice(sketch: Sketch, x: int) -> list[int]:
    return standardize(sketch, softmax(sketch, x)[0])


CHAINS = (softmax, standardize, counted, strided, twice)
SHAPES = [(5, 8), (33, 130), (9, 1024), (3, 2500), (2, 16384), (1, 300), (3, 5, 40), (4, 1, 9, 7)]


# Each shape in one dtype: a kernel each, of 0.8 s.
@pytest.mark.parametrize(
    ("shape", "dtype"), [(shape, "f4" if place % 2 else "f8") for place, shape in enumerate(SHAPES)], ids=str
)
@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.__name__)
def test_bits_do_not_depend_on_fusion(chain: Callable[[Sketch, int], list[int]], dtype: str, shape: tuple[int, ...]) -> None:
    sketch = Sketch()
    graph = sketch.graph(*chain(sketch, sketch.array(*shape, dtype=dtype)))
    values = [np.random.default_rng(1).standard_normal(shape).astype(dtype)]
    for one, want in zip(check_bits(graph, values), by_reference(graph, values), strict=True):
        if want.dtype.kind == "f":
            scale = float(np.abs(want).max())
            np.testing.assert_allclose(one, want, rtol=1e-4, atol=1e-4 * scale)
        else:
            assert np.array_equal(one, want)


def test_special_values() -> None:
    for chain in (softmax, standardize):
        sketch = Sketch()
        graph = sketch.graph(*chain(sketch, sketch.array(6, 40, dtype="f4")))
        values = np.random.default_rng(2).standard_normal((6, 40)).astype("f4")
        values[0, 3], values[1, 5], values[2, 7] = np.nan, np.inf, -np.inf
        values[3], values[4] = -np.inf, 1e38
        for one, want in zip(check_bits(graph, [values]), by_reference(graph, [values]), strict=True):
            assert np.array_equal(np.isnan(one), np.isnan(want))
            assert np.array_equal(np.isinf(one), np.isinf(want))


@settings(max_examples=25)
@given(graph=graphs(most=16))
def test_random_graphs(graph: Graph) -> None:
    with patch("lazytensor.compiler.passes.rows.ROW_LEAST", 1):
        check_bits(drop_dead(graph), sample_inputs(graph))


def test_rows_are_shared_between_threads_in_any_pieces() -> None:
    sketch = Sketch()
    graph = sketch.graph(*softmax(sketch, sketch.array(300, 1000, dtype="f4")))
    (group,) = fuse(graph)
    lowered = lower(graph, group)
    assert lowered is not None
    values = np.random.default_rng(3).standard_normal((300, 1000)).astype("f4")

    class Lane:
        def __init__(self, piece: int) -> None:
            self.piece = piece
            self.pieces = 0

        def empty(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
            return np.empty(shape, dtype)

        def split(self, task: Callable[[int, int], None], count: int, grain: int) -> None:
            for start in reversed(range(0, count, self.piece)):
                task(start, min(start + self.piece, count))
                self.pieces += 1

        def blas(self) -> Any:
            raise NotImplementedError

    found = []
    for piece in (300, 7):
        environment: list[Any] = [values, *(None,) * len(graph.nodes)]
        lane = Lane(piece)
        lowered[0].make(frozenset())(environment, lane)
        assert lane.pieces == -(-300 // piece)
        found.append(environment[graph.outputs[0]].tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("chain", [softmax, standardize], ids=lambda chain: chain.__name__)
def test_every_pass_is_vectorised(chain: Callable[[Sketch, int], list[int]]) -> None:
    sketch = Sketch()
    graph = sketch.graph(chain(sketch, sketch.array(64, 512, dtype="f4"))[-1])
    (group,) = (group for group in fuse(graph) if group.form is Form.ROWS)
    lowered = lower(graph, group)
    assert lowered is not None
    assert lowered[1].source is not None
    text = assembly(lowered[1].source)
    if "mulps" not in text:
        pytest.skip("not an x86 processor")
    packed = {"softmax": ("subps", "divps", "maxps", "addpd", "cvtps2pd"), "standardize": ("subps", "mulps", "divps", "addpd")}
    assert [name for name in packed[chain.__name__] if name not in text] == []

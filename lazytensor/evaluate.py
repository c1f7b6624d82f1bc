"""From pending nodes to values: capture, plan, run here or in the background, settle.

The only place where the front end, the compiler and the runtime meet. One lock guards the pending graph while it is captured and while
short plans run; long ones run on the engine's threads, outside it.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from lazytensor.compiler import pipeline
from lazytensor.compiler.capture import Capture, capture, to_graph
from lazytensor.compiler.cost import interpreted_cost
from lazytensor.compiler.graph import Graph, Node, linearize
from lazytensor.compiler.kernel import Form, Group
from lazytensor.compiler.memory_plan import Draft
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.plan import KernelInfo, Plan
from lazytensor.config import config
from lazytensor.runtime.promise import Failure, Promise, on_engine_thread
from lazytensor.system import engine, kernel_store
from lazytensor.wait_log import count, timed

if TYPE_CHECKING:
    from lazytensor.compiler.codegen.cpu import Store
    from lazytensor.runtime.kernel_store import KernelFunction

log = logging.getLogger("lazytensor")

# Nodes planned at once. Longer graphs run in pieces of one structure, which meet one plan: planning 1,000,000 nodes takes 1,000 plans.
CHUNK = 1000
# A shorter plan runs in the calling thread: Ctrl-C answers within it, and handing it over costs up to 0.1 ms.
INLINE_SECONDS = 10e-3
# Interpretation that has cost this much since the first run asks for compiled kernels.
UPGRADE_SECONDS = 5e-3
# A first run this long waits for the compiler instead of being interpreted; under `config.deterministic` by this alone.
COMPILE_FIRST_SECONDS = 1.0
DETERMINISTIC_SECONDS = 1e-3
# Bounds of the plan caches: operations in all plans together (about 2 KB each), and plans of one operation.
MAX_PLANNED_NODES = 100_000
MAX_READY = 4096
# Plans of one operation that are looked up without capturing a graph; larger work has time for it, and wants to be compiled.
READY_SECONDS = 20e-6

_lock = threading.RLock()


class _Waits(threading.local):
    """How often this thread came to a value that was still pending."""

    count = 0


waits = _Waits()


class Entry:
    """A cached plan, and what is needed to make a better one."""

    __slots__ = ("graph", "groups", "options", "plan", "requested", "seconds", "updates", "uses")

    def __init__(self, graph: Graph, groups: tuple[Group, ...], options: pipeline.Options, plan: Plan, seconds: float) -> None:
        self.graph = graph
        self.groups = groups
        self.options = options
        self.plan = plan
        self.seconds = seconds
        self.uses = 0
        self.requested = False
        self.updates = any(node.kind is Kind.UPDATE for node in graph.nodes)


_plans: OrderedDict[Any, Entry] = OrderedDict()
# None where the plan is one for `run`.
_ready: dict[Any, Entry | None] = {}
_planned_nodes = 0


def clear_plans() -> None:
    """Forget all plans (kernels stay in the kernel store)."""
    global _planned_nodes
    with _lock:
        _plans.clear()
        _ready.clear()
        _planned_nodes = 0


def value_of(node: Node) -> np.ndarray[Any, Any]:
    """The node's array, computed and waited for; raises the error of the operation that failed."""
    result = node.result
    if type(result) is np.ndarray:
        return result
    if config.log_waits:
        return timed(_wait, node)
    return _wait(node)


def _wait(node: Node) -> np.ndarray[Any, Any]:
    if node.result is None:
        if on_engine_thread():
            raise RuntimeError("cannot wait for a value on the engine's own thread: what would compute it could not run")
        count(node)
        waits.count += 1
        with _lock:
            if node.result is None and not _run_ready(node):
                run((node,), background=False)
    return _resolve(node)


def _run_ready(node: Node) -> bool:
    """Run one operation on computed operands, known from before: what remains of `run` when there is nothing to plan (2.5 us less)."""
    leaves: list[Any] = []
    scalars: list[Any] = []
    key: list[Any] = [config.token, node.op, node.params, node.device]
    for item in node.inputs:
        if type(item) is Node:
            value = item.result
            if type(value) is not np.ndarray:
                return False
            leaves.append(value)
            key += (item.shape, item.dtype, item.device)
        else:
            scalars.append(item)
            key.append(type(item))
    if len(leaves) == 2 and node.inputs[0] is node.inputs[1]:
        return False
    ready = tuple(key)
    entry = _ready.get(ready)
    if entry is None:
        if ready in _ready or len(leaves) > 2 or node.op.kind is not Kind.ELEMENTWISE:
            return False
        entry = _make_entry(capture([node], config.token))
        if len(_ready) >= MAX_READY:
            _ready.clear()
        if len(entry.plan.segments) > 1 or entry.plan.cost > READY_SECONDS or len(entry.plan.outputs) != 1:
            _ready[ready] = None
            return False
        _ready[ready] = entry
    plan = entry.plan
    environment = [*leaves, *scalars, *(None,) * (plan.slots - plan.inputs)]
    engine().run(plan, environment, (node.site,))
    value = environment[plan.outputs[0]]
    node.settle(value if type(value) is np.ndarray or type(value) is Failure else np.asarray(value))
    return True


def _resolve(node: Node) -> np.ndarray[Any, Any]:
    result: Any = node.result
    if type(result) is np.ndarray:
        return result
    if type(result) is Promise:
        result.wait()
        result = node.result = result.value
    if type(result) is Failure:
        result.raise_()
    return result  # type: ignore[no-any-return]


def materialize(nodes: Iterable[Node]) -> None:
    """Compute all nodes as one graph and wait; the first error is raised after all have ended."""
    nodes = list(nodes)
    waits.count += 1
    run(iter(nodes), background=False)
    failed: BaseException | None = None
    for node in nodes:
        try:
            _resolve(node)
        except Exception as error:
            failed = failed or error
    if failed is not None:
        raise failed


def run(roots: Iterable[Node], background: bool) -> None:
    """Compute what `roots` need and are not yet computed: in this thread where it is short, else on the engine (always there with
    `background`). Returns when it is done or handed over. A list of roots is emptied, so that it counts for no reader of them."""
    with _lock:
        order = linearize(roots)
        if isinstance(roots, list):
            roots.clear()
        order.reverse()
        while order:
            chunk = order[-CHUNK:]
            del order[-CHUNK:]
            chunk.reverse()
            _run_chunk(_with_views(chunk), background)


def _with_views(chunk: list[Node]) -> list[Node]:
    """The nodes, and before them the views they read of values that earlier pieces computed: a view is never computed itself."""
    seen = set(map(id, chunk))
    outside = []
    for node in chunk:
        for item in node.inputs:
            if type(item) is Node and item.result is None and id(item) not in seen:
                seen.add(id(item))
                outside.append(item)
    return outside + chunk if outside else chunk


def _run_chunk(chunk: list[Node], background: bool) -> None:
    captured = capture(chunk, config.token)
    entry = _plans.get(captured.key)
    if entry is None:
        entry = _make_entry(captured)
    else:
        _plans.move_to_end(captured.key)
        if not entry.requested:
            entry.uses += 1
            if entry.uses * entry.seconds > UPGRADE_SECONDS:
                _request_upgrade(entry)
    plan = entry.plan
    environment: list[Any] = []
    depends: list[tuple[int, Promise]] = []
    for leaf in captured.leaves:
        value = leaf.result
        if type(value) is Promise:
            if value.is_set():
                value = leaf.result = value.value
            else:
                depends.append((len(environment), value))
        environment.append(value)
    if entry.updates:
        value = None  # or the last leaf's array would have a holder besides the environment
        _donate(captured)
    environment += captured.scalars
    environment += [None] * (plan.slots - plan.inputs)
    if not background and not depends and len(plan.segments) == 1 and plan.cost < INLINE_SECONDS:
        _run_here(captured, entry, plan, environment)
    else:
        promises = []
        sites = [node.site for node in chunk]
        for index in captured.kept:
            promise = Promise()
            chunk[index].settle(promise)
            promises.append(ref(promise))
        engine().submit(plan, environment, promises, depends, sites)


def _run_here(captured: Capture, entry: Entry, plan: Plan, environment: list[Any]) -> None:
    order = captured.order
    try:
        engine().run(plan, environment, [node.site for node in order])
    except BaseException as error:
        if entry.updates:
            # The inputs may be half overwritten: what depended on them cannot be computed again.
            failure = Failure(RuntimeError(f"the computation was interrupted by {type(error).__name__}"))
            for index in captured.kept:
                order[index].settle(failure)
        raise
    for index, slot in zip(captured.kept, plan.outputs, strict=True):
        value = environment[slot]
        order[index].settle(value if type(value) is np.ndarray or type(value) is Failure else np.asarray(value))


class _Consumed:
    """The result of a node whose array was handed to an update: nobody can read it again."""


_CONSUMED = _Consumed()


def _donate(captured: Capture) -> None:
    """Leave the environment the only holder of arrays that nobody else can read, so that updates may write over them."""
    for leaf, donated in zip(captured.leaves, captured.donated, strict=True):
        if donated and type(leaf.result) is np.ndarray:
            leaf.result = _CONSUMED


def _options() -> pipeline.Options:
    return pipeline.Options(config.cse, tuple((name, device.threads) for name, device in engine().devices.items()))


def _make_entry(captured: Capture) -> Entry:
    options = _options()
    graph, groups = pipeline.plan_groups(to_graph(captured, "cpu:0"), options)
    seconds = sum(interpreted_cost(graph, group) for group in groups if pipeline.worth_compiling(graph, group))
    if config.tier == "compile":
        lower = _compile_all
    elif config.tier == "interpret":
        lower = _compile_sources
    elif config.deterministic:
        lower = _compile_worthy if seconds > DETERMINISTIC_SECONDS else _compile_sources
    else:
        lower = _compile_worthy if seconds > COMPILE_FIRST_SECONDS else _use_ready
    entry = Entry(graph, groups, options, pipeline.make_plan(graph, groups, options, lower), seconds)
    entry.requested = config.tier != "auto" or config.deterministic or seconds == 0 or lower is _compile_worthy
    _remember(captured.key, entry)
    entry.uses = 1
    if not entry.requested and seconds > UPGRADE_SECONDS:
        _request_upgrade(entry)
    return entry


def _remember(key: Any, entry: Entry) -> None:
    """Cache a plan; the least recently used ones go when the cache is full."""
    global _planned_nodes
    _plans[key] = entry
    _planned_nodes += len(entry.graph.nodes)
    while _planned_nodes > MAX_PLANNED_NODES and len(_plans) > 1:
        _, dropped = _plans.popitem(last=False)
        _planned_nodes -= len(dropped.graph.nodes)


Lowered = tuple[Draft, KernelInfo] | None


def _compile_all(graph: Graph, group: Group) -> Lowered:
    return _lower(graph, group, kernel_store())


def _lower(graph: Graph, group: Group, store: Store) -> Lowered:
    """The group as a compiled kernel; None, to have NumPy compute it, where that cannot be."""
    if group.form is Form.CALL:
        return None
    from lazytensor.compiler.codegen.cpu import KernelError, lower  # delayed: start-up time

    try:
        return lower(graph, group, store)
    except NotReady:
        return None
    except KernelError as error:
        log.warning("a kernel could not be compiled, NumPy computes it: %s", error)
        return None


class NotReady(LookupError):
    """The kernel would have to be compiled first."""


def _ready_store(source: str, build: Callable[[], bytes]) -> KernelFunction:
    store = kernel_store()
    if store.get(source) is None and not store.on_disk(source):
        raise NotReady(source)
    return store(source, build)


def _compile_worthy(graph: Graph, group: Group) -> Lowered:
    if pipeline.worth_compiling(graph, group) or _has_no_reference(graph, group):
        return _compile_all(graph, group)
    return None


def _has_no_reference(graph: Graph, group: Group) -> bool:
    """Random sources have one generator, compiled, in both tiers."""
    return any(graph.nodes[position].op.reference is None for position in group.members)


def _compile_sources(graph: Graph, group: Group) -> Lowered:
    return _lower(graph, group, kernel_store().deferred) if _has_no_reference(graph, group) else None


def _use_ready(graph: Graph, group: Group) -> Lowered:
    """Compiled where the kernel is at hand, in memory or on disk; interpreted until then."""
    if _has_no_reference(graph, group):
        return _lower(graph, group, kernel_store().deferred)
    if not pipeline.worth_compiling(graph, group) or interpreted_cost(graph, group) < UPGRADE_SECONDS:
        return None
    return _lower(graph, group, _ready_store)


def _request_upgrade(entry: Entry) -> None:
    """Have the plan's kernels compiled in the background; later runs use them."""
    entry.requested = True

    def upgrade() -> None:
        entry.plan = pipeline.make_plan(entry.graph, entry.groups, entry.options, _compile_worthy)

    engine().background(upgrade)


def pending_plan(nodes: Iterable[Node]) -> tuple[Graph, tuple[Group, ...], Plan] | None:
    """The plan by which the nodes would be computed now, for `explain` and `visualize`; None when nothing is pending."""
    with _lock:
        order = linearize(nodes)
        if not order:
            return None
        captured = capture(order, config.token)
        options = _options()
        graph, groups = pipeline.plan_groups(to_graph(captured, "cpu:0"), options)
        lower: Callable[[Graph, Group], Lowered] = _compile_sources if config.tier == "interpret" else _compile_worthy
        if config.tier == "compile":
            lower = _compile_all
        return graph, groups, pipeline.make_plan(graph, groups, options, lower)

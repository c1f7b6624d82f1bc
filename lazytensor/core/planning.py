"""The plan cache, and the tiers: which kernels of a plan are interpreted, compiled now, or compiled in the background.

`find_entry` and `make_entry` give the plan of a captured graph. `lock` guards the caches, and the pending graph while it is captured
or settled; nothing is planned, compiled, run or queued under it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from lazytensor.compiler import pipeline
from lazytensor.compiler.capture import Capture, capture, structure, to_graph
from lazytensor.compiler.cost import interpreted_cost, pays_each_time
from lazytensor.compiler.graph import Graph, Node, linearize
from lazytensor.compiler.kernel import Form, Group
from lazytensor.compiler.liveness import observe
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.memory_plan import StepDraft
from lazytensor.compiler.plan import KernelError, KernelInfo, Plan
from lazytensor.compiler.positions import moving
from lazytensor.compiler.shield import complete
from lazytensor.compiler.tuning import NETWORKX_SECONDS
from lazytensor.compiler.walk import calls_alone, walk, walkable
from lazytensor.config import Token, config
from lazytensor.core.kernels import find_deferred, find_kernel
from lazytensor.core.system import engine, kernel_store, kernels_at_hand
from lazytensor.runtime import forks

if TYPE_CHECKING:
    from lazytensor.compiler.codegen.cpu import FindKernel
    from lazytensor.runtime.kernel_store import KernelFunction

log = logging.getLogger("lazytensor")

# Interpretation that has cost this much since the first run asks for compiled kernels.
UPGRADE_SECONDS = 5e-3
# A first run this long waits for the compiler instead of being interpreted; under `config.deterministic` by this alone.
COMPILE_FIRST_SECONDS = 1.0
DETERMINISTIC_SECONDS = 1e-3
# So many plans wait for their kernels at most.
MAX_WAITING = 64
# Bounds of the plan caches: operations in all plans together (about 2 KB each), and plans of one operation.
MAX_PLANNED_NODES = 100_000
MAX_READY = 4096
# How often a graph of small work is walked before it is planned: what comes a third time comes more often.
WALKS = 2

lock = threading.RLock()


class _Changes:
    """How often pending nodes were settled, under `lock`. What a signal handler or a finalizer evaluates in the middle of a capture
    shows in it, and the capture is made again."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


changes = _Changes()


class Entry:
    """A cached plan, and what is needed to make a better one."""

    __slots__ = ("graph", "groups", "last_use", "lower", "options", "plan", "requested", "seconds", "streamed", "updates", "uses")

    def __init__(
        self,
        graph: Graph,
        groups: tuple[Group, ...],
        options: pipeline.Options,
        plan: Plan,
        seconds: float,
        lower: pipeline.Lower,
    ) -> None:
        self.graph = graph
        self.groups = groups
        self.options = options
        self.plan = plan
        self.seconds = seconds
        self.uses = 0
        self.last_use = 0
        self.requested = False
        self.streamed = False
        self.lower = lower
        self.updates = any(node.kind is Kind.UPDATE for node in graph.nodes)


class Met(dict[Any, Any]):
    """What is remembered of graphs without a plan, by their keys: all is forgotten beyond MAX_PLANNED_NODES operations."""

    def __init__(self) -> None:
        super().__init__()
        self._nodes = 0

    def note(self, key: Any, value: Any, nodes: int) -> None:
        """Remember this of a graph of so many operations."""
        if key not in self:
            self._nodes += nodes
            if self._nodes > MAX_PLANNED_NODES:
                self.clear()
                self._nodes = nodes
        self[key] = value


plans: dict[Any, Entry] = {}
# Plans of one operation on computed operands, by a shorter key; None where the plan is one for `evaluate.run`.
ready: dict[Any, Entry | None] = {}
_planned_nodes = 0
_uses = 0
# How often graphs without a plan were walked.
seen = Met()
# At how many positions they were met, by the keys that do without these, and a hash of the last.
forms = Met()
# Plans whose kernels are to be compiled; those that the background thread was told of; and the one that it is about.
upgrades: deque[Entry] = deque()
_waiting: set[Entry] = set()
_compiling: set[Entry] = set()


class _Plans(forks.Stage):
    """A child asks again for the kernels that its parent's background thread was to compile."""

    def in_child(self) -> None:
        for entries in (_waiting, _compiling):
            upgrades.extend(entries)
            entries.clear()


forks.register(forks.PLANNING, _Plans())


def clear_plans() -> None:
    """Forget all plans (kernels stay in the kernel store)."""
    global _planned_nodes
    with lock:
        plans.clear()
        ready.clear()
        seen.clear()
        forms.clear()
        _planned_nodes = 0


def _options(settings: Token, serial: bool = False) -> pipeline.Options:
    return pipeline.Options(
        settings.cse, tuple((name, 1 if serial else device.threads) for name, device in engine().devices.items())
    )


def find_entry(captured: Capture) -> Entry | None:
    """The plan for a captured graph, if it is known."""
    global _uses
    entry = plans.get(captured.key)
    if entry is not None:
        _uses += 1
        entry.last_use = _uses
        entry.uses += 1
        _consider(entry)
    return entry


def walked(captured: Capture) -> tuple[Plan, bool] | None:
    """A plan for a graph of small work that is seen for the first times: its operations one by one, and whether
    this is the first time. None where it is to be planned."""
    if not _is_new(captured) or not walkable(captured):
        return None
    return walk(captured, "cpu:0"), _count(captured)


def comes_first(captured: Capture) -> bool:
    """Is this graph one to run as it was recorded: new, and planning it would cost more than kernels could save? Counts it, if so."""
    if not _is_new(captured) or not calls_alone(captured) or pays_each_time(captured.order):
        return False
    _count(captured)
    return True


def elsewhere(captured: Capture) -> Capture | None:
    """The same graph with its positions as data, if it was met at other positions often enough, and has no plan of its own."""
    found = moving(captured)
    if found is None or found.key in plans:
        return found
    met, last = forms.get(found.key, (0, 0))
    positions = hash(captured.key)
    if met >= WALKS and last != positions:
        return found
    if last != positions:
        forms.note(found.key, (met + 1, positions), len(captured.order))
    return None


def _is_new(captured: Capture) -> bool:
    settings: Token = captured.key[0]
    # One with its positions as data was met without them.
    return settings.tier == "auto" and not settings.deterministic and not captured.shifts and seen.get(captured.key, 0) < WALKS


def _count(captured: Capture) -> bool:
    """Count a graph that is computed without a plan; was it the first time?"""
    times: int = seen.get(captured.key, 0)
    seen.note(captured.key, times + 1, len(captured.order))
    return not times


def make_entry(key: tuple[Any, ...], graph: Graph, serial: bool = False) -> Entry:
    """A plan for the graph of a capture, remembered by the capture's key; `serial` as in the capture."""
    settings: Token = key[0]  # not those of now: an awaited value is planned later, on another thread
    options = _options(settings, serial)
    graph, groups = pipeline.plan_groups(graph, options)
    seconds = sum(interpreted_cost(graph, group) for group in groups if pipeline.worth_compiling(graph, group))
    if settings.tier == "compile":
        lower = _compile_all
    elif settings.tier == "interpret":
        lower = _compile_sources
    elif settings.deterministic:
        lower = _compile_worthy if seconds > DETERMINISTIC_SECONDS else _compile_sources
    else:
        lower = _compile_worthy if seconds > COMPILE_FIRST_SECONDS else _use_ready
    plan = pipeline.make_plan(graph, groups, options, lower, hurried=True)
    entry = Entry(graph, groups, options, plan, seconds, lower)
    entry.requested = settings.tier != "auto" or settings.deterministic or seconds == 0 or lower is _compile_worthy
    _remember(key, entry)
    entry.uses = 1
    _consider(entry)
    return entry


def _consider(entry: Entry) -> None:
    """Ask for the plan's kernels when their interpretation has cost enough, and for streams when the plan has."""
    if not entry.requested and entry.uses * entry.seconds > UPGRADE_SECONDS:
        entry.requested = True
        entry.lower = _compile_unhurried
        upgrades.append(entry)
    elif entry.plan.hurried and not entry.streamed and not _is_hurried(entry):
        entry.streamed = True
        upgrades.append(entry)


def _is_hurried(entry: Entry) -> bool:
    """Did the plan take less time so far than streams would cost?"""
    return entry.uses * entry.plan.cost < NETWORKX_SECONDS


def _remember(key: Any, entry: Entry) -> None:
    """Cache a plan. When the cache is full, the quarter that was not used for longest goes: a key takes time to hash, so the order
    of uses is not kept in the dictionary. Without a lock: whoever holds it may be a frame below a signal handler that waits for this."""
    global _planned_nodes, _uses
    _uses += 1
    entry.last_use = _uses
    plans[key] = entry
    _planned_nodes += len(entry.graph.nodes)
    if _planned_nodes > MAX_PLANNED_NODES:
        known = list(plans.items())
        known.sort(key=lambda item: item[1].last_use)
        for oldest, _ in known[: -(-len(known) // 4)]:
            if oldest is not key:
                plans.pop(oldest, None)
        _planned_nodes = sum(len(entry.graph.nodes) for entry in list(plans.values()))


Lowered = tuple[StepDraft, KernelInfo] | None


def _compile_all(graph: Graph, group: Group) -> Lowered:
    return _lower(graph, group, kernel_store())


def _lower(graph: Graph, group: Group, find_kernel: FindKernel) -> Lowered:
    """The group as a compiled kernel; None, to have NumPy compute it, where that cannot be."""
    if group.form is Form.CALL:
        return None
    complete("lazytensor.compiler.codegen.cpu")
    from lazytensor.compiler.codegen.cpu import lower  # delayed: start-up time

    try:
        return lower(graph, group, find_kernel)
    except NotReady:
        return None
    except KernelError as error:
        # While the interpreter exits, Numba cannot be imported since Python 3.12: nobody needs to know.
        if not error.known and threading.main_thread().is_alive():
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
    if pipeline.worth_compiling(graph, group) or _draws(graph, group):
        return _lower(graph, group, find_kernel)
    return None


def _draws(graph: Graph, group: Group) -> bool:
    """Random sources have one generator, compiled, in both tiers."""
    return any(graph.nodes[position].op.seeded for position in group.members)


def _compile_sources(graph: Graph, group: Group) -> Lowered:
    """Random sources, by themselves: what reads them is interpreted, as it is when they are computed already."""
    if not all(graph.nodes[position].op.seeded for position in group.members):
        return None
    return _lower(graph, group, find_deferred)


def _use_ready(graph: Graph, group: Group) -> Lowered:
    """Compiled where the kernel is at hand, in memory or on disk; interpreted until then."""
    if _draws(graph, group):
        return _lower(graph, group, find_deferred)
    if not pipeline.worth_compiling(graph, group) or interpreted_cost(graph, group) < UPGRADE_SECONDS:
        return None
    return _lower(graph, group, _ready_store) if kernels_at_hand() else None


def start_upgrades() -> None:
    """Have the kernels asked for so far compiled in the background; later runs use them. Called when a result is there: the code
    generator's imports hold the interpreter lock, and would delay it."""
    while upgrades:
        try:
            entry = upgrades.popleft()
        except IndexError:  # another thread was faster
            return
        _waiting.add(entry)
        if len(_waiting) <= MAX_WAITING:
            engine().background(_upgrade)
        else:
            # It has gone cold; should it be used again, it asks again.
            cold = min(list(_waiting), key=_last_use)
            _waiting.discard(cold)
            if cold.lower is _compile_unhurried:
                cold.requested = False
            cold.streamed = False


def _upgrade() -> None:
    """Make the plan that was used last anew, with what it asked for."""
    entry = max(list(_waiting), key=_last_use, default=None)
    if entry is None:
        return
    _compiling.add(entry)
    _waiting.discard(entry)
    try:
        entry.plan = pipeline.make_plan(entry.graph, entry.groups, entry.options, entry.lower, _is_hurried(entry))
    finally:
        _compiling.discard(entry)


def _last_use(entry: Entry) -> int:
    return entry.last_use


def _compile_unhurried(graph: Graph, group: Group) -> Lowered:
    """As `_compile_worthy`, in the background: between two kernels a fork may come, or the interpreter's exit."""
    engine().background_checkpoint()
    return _compile_worthy(graph, group)


def pending_plan(nodes: Iterable[Node]) -> tuple[Graph, tuple[Group, ...], Plan] | None:
    """The plan by which the nodes would be computed now, for `explain` and `visualize`; None when nothing is pending."""
    nodes = list(nodes)
    with lock:
        while True:
            before = changes.count
            order = linearize(nodes)
            if not order:
                return None
            found = structure(order, config.token)
            graph = to_graph(capture(found, observe(found, {id(node) for node in nodes})), "cpu:0")
            if changes.count == before:
                break
    options = _options(config.token)
    graph, groups = pipeline.plan_groups(graph, options)
    lower: Callable[[Graph, Group], Lowered] = _compile_sources if config.tier == "interpret" else _compile_worthy
    if config.tier == "compile":
        lower = _compile_all
    return graph, groups, pipeline.make_plan(graph, groups, options, lower)

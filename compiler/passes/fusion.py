"""Which nodes share a kernel: graph to groups, in an order in which they can run.

Greedy, in graph order: an elementwise node joins the groups that make its operands when they loop over the same shape and no path
between them leads through a third group; a reduction ends the group of its operand; elementwise work on its result follows it; a
region store joins the loop that computes its values.
`row_fusion` then joins the groups that work on the same rows.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace

from lazytensor.compiler.graph import Graph, GraphNode, Shape
from lazytensor.compiler.kernel import Form, Group, access
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.row_fusion import RowFuser
from lazytensor.compiler.tuning import MAX_NODES, MAX_OPERANDS


@dataclass(slots=True)
class _GroupDraft:
    form: Form
    shape: Shape
    device: str
    body: list[int] = field(default_factory=list)
    reduces: list[int] = field(default_factory=list)
    epilogue: list[int] = field(default_factory=list)
    stores: list[int] = field(default_factory=list)
    operands: set[int] = field(default_factory=set)
    ancestors: int = 0  # bit i: this group needs draft i, however indirectly

    @property
    def count(self) -> int:
        return len(self.body) + len(self.reduces) + len(self.epilogue) + len(self.stores)


class _Fuser:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.drafts: list[_GroupDraft] = []
        self.home: dict[int, int] = {}  # position -> draft
        self.sibling: dict[tuple[int, tuple[Hashable, ...]], int] = {}  # (operand, axes) -> REDUCE draft without a body
        self.alias: list[int] = []  # merged drafts point to the draft that took them over

    def find(self, draft_index: int) -> int:
        while self.alias[draft_index] != draft_index:
            draft_index = self.alias[draft_index]
        return draft_index

    def producer(self, position: int) -> int | None:
        """The draft that makes the value at `position` (seen through views), None for a bound input."""
        draft_index = self.home.get(access(self.graph, position).slot)
        return None if draft_index is None else self.find(draft_index)

    def open(self, form: Form, shape: Shape, device: str) -> int:
        self.drafts.append(_GroupDraft(form, shape, device))
        self.alias.append(len(self.alias))
        return len(self.drafts) - 1

    def needed(self, node: GraphNode) -> set[int]:
        return {draft_index for draft_index in map(self.producer, node.inputs) if draft_index is not None}

    def allowed(self, draft_index: int, needed: set[int]) -> bool:
        """May a node that needs these drafts join draft `draft_index`: does none of them wait for it?"""
        return all(other == draft_index or not self.drafts[other].ancestors >> draft_index & 1 for other in needed)

    def attach(self, position: int, draft_index: int, needed: set[int], part: list[int]) -> None:
        draft = self.drafts[draft_index]
        part.append(position)
        self.home[position] = draft_index
        draft.operands.update(operand for operand in self.graph.nodes[position].inputs if self.producer(operand) != draft_index)
        gained = draft.ancestors
        for other in needed - {draft_index}:
            gained |= self.drafts[other].ancestors | 1 << other
        if gained != draft.ancestors:
            draft.ancestors = gained
            for later in self.drafts:
                if later.ancestors >> draft_index & 1:
                    later.ancestors |= gained

    def merge(self, first: int, second: int) -> bool:
        """Join two MAP drafts of one shape, unless one needs the other or the result would be too large."""
        a, b = self.drafts[first], self.drafts[second]
        if a.ancestors >> second & 1 or b.ancestors >> first & 1:
            return False
        if a.stores or b.stores:
            return False
        if a.count + b.count >= MAX_NODES or len(a.operands | b.operands) > MAX_OPERANDS:
            return False
        a.body = sorted(a.body + b.body)
        a.operands |= b.operands
        a.ancestors |= b.ancestors
        b.body = []
        self.alias[second] = first
        for later in self.drafts:
            if later.ancestors >> second & 1:
                later.ancestors = later.ancestors & ~(1 << second) | 1 << first
            if later.ancestors >> first & 1:
                later.ancestors |= a.ancestors
        return True

    def room(self, draft_index: int, node: GraphNode) -> bool:
        draft = self.drafts[draft_index]
        return draft.count < MAX_NODES and len(draft.operands) + len(node.inputs) <= MAX_OPERANDS

    def fits(self, draft_index: int, node: GraphNode, needed: set[int]) -> bool:
        return (
            self.drafts[draft_index].device == node.device and self.room(draft_index, node) and self.allowed(draft_index, needed)
        )

    def is_body(self, operand: int, draft_index: int) -> bool:
        return self.graph.nodes[operand].kind is not Kind.VIEW and operand in self.drafts[draft_index].body

    def add_elementwise(self, position: int, node: GraphNode) -> None:
        needed = self.needed(node)
        joined: int | None = None
        for candidate in sorted(needed):
            candidate = self.find(candidate)
            draft = self.drafts[candidate]
            inside = [operand for operand in node.inputs if self.producer(operand) == candidate]
            if draft.device != node.device or not inside:
                continue
            if (
                draft.shape == node.shape
                and draft.form is not Form.CALL
                and all(self.is_body(operand, candidate) for operand in inside)
            ):
                if joined is None:
                    needed = {self.find(other) for other in needed}
                    if self.room(candidate, node) and self.allowed(candidate, needed):
                        joined = candidate
                elif draft.form is Form.MAP and self.drafts[joined].form is Form.MAP and self.merge(joined, candidate):
                    needed = {self.find(other) for other in needed}
        if joined is not None:
            needed = {self.find(other) for other in needed}
            if self.allowed(joined, needed):
                self.attach(position, joined, needed, self.drafts[joined].body)
                return
        if self.add_epilogue(position, node, needed):
            return
        draft_index = self.open(Form.MAP, node.shape, node.device)
        self.attach(position, draft_index, needed, self.drafts[draft_index].body)

    def add_epilogue(self, position: int, node: GraphNode, needed: set[int]) -> bool:
        """Elementwise work on reduced values, in the kernel that reduced them."""
        for candidate in sorted(needed):
            draft = self.drafts[candidate]
            if draft.form is not Form.REDUCE or draft.device != node.device or not draft.reduces:
                continue
            if self.graph.nodes[draft.reduces[0]].shape != node.shape or not self.room(candidate, node):
                continue
            tail = {*draft.reduces, *draft.epilogue}
            inside = [operand for operand in node.inputs if self.producer(operand) == candidate]
            if all(operand in tail for operand in inside) and self.allowed(candidate, needed):
                self.attach(position, candidate, needed, draft.epilogue)
                return True
        return False

    def add_reduce(self, position: int, node: GraphNode) -> None:
        needed = self.needed(node)
        source = node.inputs[0]
        draft_index = self.producer(source)
        if draft_index is not None and self.is_body(source, draft_index):
            draft = self.drafts[draft_index]
            same = not draft.reduces or self.graph.nodes[draft.reduces[0]].params == node.params
            free = draft.form is not Form.CALL and not draft.stores
            if free and draft.device == node.device and same and self.room(draft_index, node):
                draft.form = Form.REDUCE
                self.attach(position, draft_index, needed, draft.reduces)
                return
        # Reductions of one stored value over the same axes read it once.
        sibling = self.sibling.get((source, node.params))
        if sibling is not None and self.fits(sibling, node, needed):
            self.attach(position, sibling, needed, self.drafts[sibling].reduces)
            return
        draft_index = self.open(Form.REDUCE, self.graph.nodes[source].shape, node.device)
        self.sibling[source, node.params] = draft_index
        self.attach(position, draft_index, needed, self.drafts[draft_index].reduces)

    def add_update(self, position: int, node: GraphNode) -> None:
        """A region store joins the loop that computes its values, if that is all it is."""
        base, value = node.inputs
        needed = self.needed(node)
        draft_index = self.producer(value)
        if draft_index is not None and self.is_body(value, draft_index) and self.producer(base) != draft_index:
            draft = self.drafts[draft_index]
            free = draft.form is Form.MAP and not draft.stores and draft.shape == node.params[0] != ()
            drawn = any(self.graph.nodes[member].op.seeded for member in draft.body)
            if free and not drawn and self.fits(draft_index, node, needed):
                self.attach(position, draft_index, needed, draft.stores)
                return
        self.add_call(position, node)

    def add_call(self, position: int, node: GraphNode) -> None:
        draft_index = self.open(Form.CALL, node.shape, node.device)
        self.attach(position, draft_index, self.needed(node), self.drafts[draft_index].body)


def expressible(graph: Graph, position: int) -> bool:
    """Has this node a kernel expression for its dtypes?"""
    node = graph.nodes[position]
    if node.kind not in (Kind.ELEMENTWISE, Kind.SOURCE, Kind.REDUCE):
        return False
    return node.op.expression(node.op.resolve(*graph.operand_types(position), *node.params).operands) is not None


def fuse(graph: Graph, positions: Iterable[int] | None = None) -> tuple[Group, ...]:
    """The groups of a graph, or of some of its nodes, each after those it needs."""
    fuser = _Fuser(graph)
    for position in range(graph.inputs, len(graph.nodes)) if positions is None else positions:
        node = graph.nodes[position]
        if node.kind is Kind.VIEW:
            continue
        if node.kind is Kind.UPDATE:
            fuser.add_update(position, node)
        elif not expressible(graph, position):
            fuser.add_call(position, node)
        elif node.kind is Kind.REDUCE:
            fuser.add_reduce(position, node)
        else:
            fuser.add_elementwise(position, node)
    counted_groups = []
    for draft_index, draft in enumerate(fuser.drafts):
        if fuser.alias[draft_index] == draft_index:
            parts = map(tuple, (draft.body, draft.reduces, draft.epilogue, (), draft.stores))
            group = Group(draft.form, draft.shape, draft.device, *parts)
            counted_groups.append((draft.ancestors.bit_count(), group))
    counted_groups = _ordered(counted_groups)
    if any(group.reduces for _, group in counted_groups):
        counted_groups = _ordered(RowFuser(graph, [group for _, group in counted_groups], MAX_NODES, MAX_OPERANDS).run())
    return _with_outputs(graph, _as_recorded(graph, [group for _, group in counted_groups]))


def _ordered(groups: list[tuple[int, Group]]) -> list[tuple[int, Group]]:
    """The groups in an order in which they can run, from the numbers of those that each needs, however indirectly: a group's
    ancestors contain those of the groups it needs, and one more."""
    return sorted(groups, key=lambda counted: (counted[0], counted[1].members[0]))


def _as_recorded(graph: Graph, groups: list[Group]) -> list[Group]:
    """The groups near the order in which their operations were recorded, each after those it needs: what one makes is read while it is in
    the cache, and not kept until all that are ready have been computed (eight rolled fields of 1.3 MB each, that are added up)."""
    home = {position: index for index, group in enumerate(groups) for position in group.members}
    found: list[Group] = []
    entered: set[int] = set()
    for root in sorted(range(len(groups)), key=lambda index: groups[index].members[-1]):
        stack = [(root, False)]
        while stack:
            index, ready = stack.pop()
            if ready:
                found.append(groups[index])
            elif index not in entered:
                entered.add(index)
                stack.append((index, True))
                reads = {_stored(graph, item) for position in groups[index].members for item in graph.nodes[position].inputs}
                needs = {home[item] for item in reads if item in home} - entered
                stack += [(need, False) for need in sorted(needs, key=lambda need: groups[need].members[-1], reverse=True)]
    return found


def _stored(graph: Graph, position: int) -> int:
    while graph.nodes[position].kind is Kind.VIEW:
        position = graph.nodes[position].inputs[0]
    return position


def _with_outputs(graph: Graph, groups: list[Group]) -> tuple[Group, ...]:
    """The groups, each with those of its members that another group or the caller reads."""
    home = {position: group_index for group_index, group in enumerate(groups) for position in group.members}
    readers = graph.consumers()
    kept = set(graph.outputs)

    def read_outside(position: int, group_index: int) -> bool:
        for reader in readers[position]:
            if graph.nodes[reader].kind is Kind.VIEW:
                if any(home.get(user) != group_index for user in readers[reader]):
                    return True
            elif home.get(reader) != group_index:
                return True
        return False

    return tuple(
        replace(
            group,
            outputs=tuple(position for position in group.members if position in kept or read_outside(position, group_index)),
        )
        for group_index, group in enumerate(groups)
    )

"""Groups to fewer groups: reductions over rows are joined with the work that reads their results, while the rows are in cache.

A pass over finished groups: where one group reads what a reduction over the last axes makes, and nothing on the way from the one to
the other lies outside the two, they become one group of form ROWS.
"""

from __future__ import annotations

from collections.abc import Sequence

from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Form, Group, access
from lazytensor.compiler.passes.rows import outer_shape, reduced_axes, row_links, row_passes


class RowFuser:
    """Groups under merging, by number. A group that another took over is None."""

    def __init__(self, graph: Graph, groups: Sequence[Group], most_nodes: int, most_operands: int) -> None:
        self.graph = graph
        self.groups: list[Group | None] = list(groups)
        self.most_nodes = most_nodes
        self.most_operands = most_operands
        home = {position: group_index for group_index, group in enumerate(groups) for position in group.members}
        self.needs = [
            {home[slot] for slot in self._slots(group) if slot in home} - {group_index}
            for group_index, group in enumerate(groups)
        ]
        self.ancestors: list[int] = []  # bit i: the group needs group i, however indirectly
        for needs in self.needs:  # in running order
            self.ancestors.append(sum(1 << other for other in needs))
            for other in needs:
                self.ancestors[-1] |= self.ancestors[other]

    def _slots(self, group: Group) -> set[int]:
        nodes = self.graph.nodes
        return {access(self.graph, operand).slot for position in group.members for operand in nodes[position].inputs}

    def run(self) -> list[tuple[int, Group]]:
        """Merge until nothing can be; the groups left, each with the number of those it needs, however indirectly."""
        for group_index, group in enumerate(self.groups):
            if group is not None and group.reduces and outer_shape(self.graph, group) is not None:
                while self._take_reader(group_index):
                    pass
        return [
            (ancestors.bit_count(), group)
            for ancestors, group in zip(self.ancestors, self.groups, strict=True)
            if group is not None
        ]

    def _take_reader(self, group_index: int) -> bool:
        """Merge one of the groups that read group `number` into it."""
        for reader, needs in enumerate(self.needs):
            if group_index in needs and not any(self.ancestors[other] >> group_index & 1 for other in needs):
                merged = self._merged(self.groups[group_index], self.groups[reader])
                if merged is not None:
                    self._replace(group_index, reader, merged)
                    return True
        return False

    def _merged(self, first: Group | None, second: Group | None) -> Group | None:
        """The two groups as one of form ROWS, or None."""
        if first is None or second is None or second.form is Form.CALL or second.stores or first.device != second.device:
            return None
        outer = outer_shape(self.graph, first)
        if outer is None or len(first.members) + len(second.members) > self.most_nodes:
            return None
        body, epilogue = second.body, second.epilogue
        if second.shape != first.shape:
            if second.form is not Form.MAP or second.shape[: len(outer)] != outer:
                return None
            body, epilogue = (), second.body
        elif second.reduces and reduced_axes(self.graph, first) != reduced_axes(self.graph, second):
            return None
        merged = Group(
            Form.ROWS,
            first.shape,
            first.device,
            tuple(sorted((*first.body, *body))),
            tuple(sorted((*first.reduces, *second.reduces))),
            tuple(sorted((*first.epilogue, *epilogue))),
            tuple(sorted((*first.outputs, *second.outputs))),
        )
        members = set(merged.members)
        if len(self._slots(merged) - members) > self.most_operands or row_links(self.graph, merged) is None:
            return None
        return None if row_passes(self.graph, merged) is None else merged

    def _replace(self, first: int, second: int, merged: Group) -> None:
        self.groups[first], self.groups[second] = merged, None
        self.needs[first] |= self.needs[second] - {first}
        gained = (self.ancestors[first] | self.ancestors[second]) & ~(1 << first)
        self.ancestors[first], self.needs[second] = gained, set()
        for group_index, needs in enumerate(self.needs):
            if second in needs:
                needs.remove(second)
                needs.add(first)
            if self.ancestors[group_index] >> second & 1:
                self.ancestors[group_index] = self.ancestors[group_index] & ~(1 << second) | 1 << first
            if self.ancestors[group_index] >> first & 1:
                self.ancestors[group_index] |= gained

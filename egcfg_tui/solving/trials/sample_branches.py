"""The branches that hold parts of a sample tree, within the room that the cache has for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from egcfg_tui.engine.api import Branch, Engine
from egcfg_tui.sequences import shared_length
from egcfg_tui.solving.trials.sample_node import Node

_SPARE_BRANCHES = 8
"""Branches that samples leave free for prompts."""

_GUIDED_BRANCHES = 44
"""The most branches that a guided trial needs besides those of prompts."""

_GUIDED_ROOM = 2500
"""An estimate of the cells that a guided trial needs."""


@dataclass(slots=True, eq=False)
class Held:
    """A branch, and the node up to which it is evaluated."""

    branch: Branch
    node: Node


class SampleBranches:
    """One branch at the root, which always stays, and others that are closed when the cache needs room.

    `waiting` are the nodes that growing samples wait for; the caller keeps it up to date. A branch at the
    parent of one of them is needed. The least recently used other branch is closed first.
    """

    def __init__(self, engine: Engine, start: Branch, root: Node, waiting: Collection[Node]) -> None:
        self._engine = engine
        self._waiting = waiting
        self._base = len(start.tokens)
        self._root = Held(start.fork(), root)
        self._held: list[Held] = []

    @property
    def most(self) -> int:
        """How many nodes can be evaluated at once, each on a branch of its own."""
        return self._engine.info.max_branches - _SPARE_BRANCHES - 1

    def queue(self, nodes: Sequence[Node]) -> list[Held]:
        """Queues the last token of each node on a branch; returns the branches in the same order.

        The branch at the parent node is used if there is one and no other node has taken it. Otherwise the
        branch that shares the most tokens is forked.
        """
        standing = {held.node: held for held in self._held}
        moved: dict[Node, Held] = {}
        unevaluated: dict[Node, list[int]] = {}
        for node in nodes:
            assert node.parent is not None
            held = standing.pop(node.parent, None)
            if held is None:
                if len(self._held) >= self.most:
                    self.drop_idle(list(moved.values()))
                held, unevaluated[node] = self._fork_for(node.parent)
                self._held.append(held)
            moved[node] = held
        for node, held in moved.items():
            held.branch.prompt([*unevaluated.get(node, []), node.token])
            # The least recently used branches come first in the list.
            self._held.remove(held)
            self._held.append(held)
        return [moved[node] for node in nodes]

    def take_over(self, branch: Branch, node: Node) -> None:
        """Takes over the branch of another trial, cut back to `node`; closes it if it cannot be cut."""
        if branch.length > len(branch.tokens) or not self._engine.info.can_rewind:
            branch.close()
        else:
            branch.rewind(self._base + node.depth)
            self._held.append(Held(branch, node))

    def fits(self, nodes: Sequence[Node]) -> bool:
        """Whether the cache has room for these nodes after idle branches are closed."""
        standing = {held.node for held in self._held}
        wanted = sum(1 if node.parent in standing else node.depth for node in nodes)
        self.make_room(wanted)
        return self._engine.free_tokens >= wanted

    def make_room(self, tokens: int) -> None:
        """Closes branches that no growing sample needs, the oldest first, until `tokens` cells are free."""
        while self._engine.free_tokens < tokens and self.drop_idle():
            pass

    def rest(self) -> None:
        """Makes room for a guided trial.

        If closing idle branches is not enough, those of growing samples are closed too, and their tokens are
        evaluated again later.
        """
        most = max(0, self._engine.info.max_branches - _GUIDED_BRANCHES - 1)
        while len(self._held) > most and self.drop_idle():
            pass
        self.make_room(_GUIDED_ROOM)
        if len(self._held) > most or self._engine.free_tokens < _GUIDED_ROOM:
            self.leave_only(None)

    def leave_only(self, node: Node | None) -> None:
        """Closes all branches but that at `node`, or all; their tokens are evaluated again later."""
        for held in self._held:
            if held.node is not node:
                held.branch.close()
        self._held = [held for held in self._held if held.node is node]

    def drop_idle(self, busy: Sequence[Held] = ()) -> bool:
        """Closes the least recently used branch that no growing sample needs; False if there is none."""
        parents = {node.parent for node in self._waiting}
        for held in self._held:
            if held not in busy and held.node not in parents:
                held.branch.close()
                self._held.remove(held)
                return True
        return False

    def close(self) -> None:
        """Closes all branches."""
        self.leave_only(None)
        self._root.branch.close()

    def _fork_for(self, node: Node) -> tuple[Held, list[int]]:
        """A fork of the branch that shares most with the path to `node`, and the tokens that it lacks."""
        path = node.path()
        shared, donor = max(
            ((self._shared(held, path), held) for held in (self._root, *self._held)),
            key=lambda pair: pair[0],
        )
        branch = donor.branch.fork()
        branch.rewind(self._base + shared)
        return Held(branch, node), path[shared:]

    def _shared(self, held: Held, path: list[int]) -> int:
        """How many tokens of the path a fork of the branch can begin with; -1 if it cannot be cut back."""
        own = held.branch.tokens[self._base :]
        count = shared_length(own, path)
        if not self._engine.info.can_rewind and count < len(own):
            return -1
        return count

"""Samples as a tree: tokens that several samples share are evaluated once.

Sample i draws its token at position p with the random number of (seed, i, p). So every sample is the same as
if it were drawn by itself, and only the work is shared. Small models begin most answers alike and give many
of them twice; such tokens cost nothing. The batch stays full: when a sample ends, the next one begins,
follows the known part of the tree, and joins the batch where it leaves that part.

Here the samples draw their tokens. `sample_branches` holds the evaluated parts of the tree within the cache.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from egcfg_tui.engine.api import Branch
from egcfg_tui.events import CandidatesGrown, Event
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.meter import ContextFull, Purpose
from egcfg_tui.solving.decoding.sampling import TopTokens, top_tokens, uniform_at
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.text.answer_span import answer_end
from egcfg_tui.solving.text.remarks import REMARK_SIGNS, begins_remark
from egcfg_tui.solving.text.repetition import repeats_itself
from egcfg_tui.solving.trials.sample_branches import SampleBranches
from egcfg_tui.solving.trials.sample_node import Node

_IDLE_WALKS_PER_STEP = 8
"""After this many known samples in one step the batch goes on with fewer samples."""

EXHAUSTED_AFTER: Final = 256
"""After this many known samples in a row the model counts as having nothing new to say."""

_MOST_NODES = 100_000
"""With this many nodes, about 300 MB, the tree is begun again."""

_ROOM_PER_SAMPLE = 100
"""An estimate of the cells that a growing sample still needs."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A finished sample. `code` includes the starter; `tokens` are those of the answer."""

    index: int
    text: str
    code: str
    tokens: int
    complete: bool


class Samples:
    """The samples of one solve: one tree for all rounds, with the seed of the request.

    A context manager: leaving it frees the growing samples.
    """

    def __init__(self, context: SolveContext, seed: int) -> None:
        self._context = context
        self._seed = seed
        self._tree: SampleTree | None = None

    @property
    def begun(self) -> bool:
        """Whether there is a tree."""
        return self._tree is not None

    @property
    def exhausted(self) -> bool:
        """Whether the tree gives nothing new any more."""
        return self._tree is not None and self._tree.exhausted

    def tree(self, settings: Settings) -> SampleTree:
        """The tree; the first call makes it, with these settings."""
        if self._tree is None:
            self._tree = SampleTree(self._context, settings, (self._seed, 0))
        return self._tree

    def rest(self) -> None:
        """Makes room for a guided trial; growing samples go on later."""
        if self._tree is not None:
            self._tree.rest()

    def __enter__(self) -> Samples:
        return self

    def __exit__(self, *_: object) -> None:
        if self._tree is not None:
            self._tree.close()


class SampleTree:
    """Samples after the evaluated prompt of a solve. A context manager.

    `step` advances the whole batch by one token. `exhausted`: many samples in a row were known ones.
    """

    def __init__(self, context: SolveContext, settings: Settings, seed: tuple[int, ...]) -> None:
        self._context = context
        self._engine = context.engine
        # A single sample must always fit into the cache.
        longest = min(settings.max_tokens, self._engine.free_tokens)
        self._settings = replace(settings, max_tokens=max(1, longest))
        self._seed = seed
        self._starter = context.prompt.starter
        self._signs: dict[int, bool] = {}
        self._root = Node(None, -1, 0, b"")
        self._root.top = self._wanted(self._root, top_tokens(context.start.logits()))
        self._frontier: dict[Node, list[int]] = {}
        self._branches = SampleBranches(self._engine, context.start, self._root, self._frontier)
        self._nodes = 0
        self._next = 0
        self._known_in_a_row = 0
        self.exhausted = False

    def step(self, width: int) -> Generator[Event, None, list[Sample]]:
        """Evaluates one token of up to `width` different samples; returns the samples that ended.

        There are fewer samples if the engine has fewer branches. If there is nothing to evaluate it returns
        at once; `exhausted` is set when there will be nothing new.
        """
        if self._nodes >= _MOST_NODES:
            # Growing samples keep their own path; other parts of the tree are evaluated again.
            self._root.children, self._nodes = {}, 0
        width = max(1, min(width, self._branches.most))
        ended = self._fill(width)
        if not self._frontier:
            return ended
        waiting = list(self._frontier.items())[:width]
        if not self._branches.fits([node for node, _ in waiting]):
            waiting = waiting[:1]
            self._branches.leave_only(waiting[0][0].parent)
        moved = self._branches.queue([node for node, _ in waiting])
        yield from self._evaluate()
        for held, (node, samples) in zip(moved, waiting, strict=True):
            del self._frontier[node]
            held.node = node
            node.top = self._wanted(node, top_tokens(held.branch.logits()))
            self._context.meter.count(Purpose.REUSED, len(samples) - 1)
            for index in samples:
                ended += self._walk(index, node)
        yield CandidatesGrown(tuple(node.text for node in self._frontier))
        return ended

    def learn(self, branch: Branch, tokens: Sequence[int], tops: Sequence[TopTokens]) -> None:
        """Takes over the evaluated tokens and the branch of another trial with this prompt.

        `tops[j]` are the tokens that may follow the first j tokens; later ones are unknown.
        """
        node = self._root
        for token, top in zip(tokens, tops[1:], strict=False):
            child = node.children.get(token) or self._grow(node, token)
            if child.over:
                break
            child.top = child.top or self._wanted(child, top)
            node = child
        self._branches.take_over(branch, node)

    def rest(self) -> None:
        """Makes room for a trial of another kind; growing samples go on later."""
        self._branches.rest()

    def close(self) -> None:
        """Closes all branches."""
        self._branches.close()
        self._frontier.clear()

    def __enter__(self) -> SampleTree:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fill(self, width: int) -> list[Sample]:
        """Begins samples until enough are growing; returns those that ended meanwhile, all of them known."""
        ended: list[Sample] = []
        walks = 0
        in_work = sum(len(samples) for samples in self._frontier.values())
        while in_work < width and walks < _IDLE_WALKS_PER_STEP and self._has_room(in_work):
            finished = self._walk(self._next, self._root)
            self._next += 1
            ended += finished
            in_work += not finished
            walks += len(finished)
            self._known_in_a_row = self._known_in_a_row + 1 if finished else 0
            if self._known_in_a_row >= EXHAUSTED_AFTER and not self._frontier:
                self.exhausted = True
                break
        return ended

    def _has_room(self, in_work: int) -> bool:
        """Whether there is room for one more growing sample; the first one may always try."""
        wanted = _ROOM_PER_SAMPLE * (in_work + 1)
        self._branches.make_room(wanted)
        return in_work == 0 or self._engine.free_tokens >= wanted

    def _walk(self, index: int, node: Node) -> list[Sample]:
        """Lets a sample draw tokens as far as the tree is known. It ends, or waits in the frontier."""
        settings = self._settings
        while not node.over:
            if node.top is None:
                self._frontier.setdefault(node, []).append(index)
                return []
            number = uniform_at((*self._seed, index), node.depth)
            token = node.top.draw(settings.temperature, settings.top_p, number)
            node = node.children.get(token) or self._grow(node, token)
            if node.top is not None:
                self._context.meter.count(Purpose.REUSED, 1)
        return [Sample(index, node.text, self._starter + node.text, node.depth, node.complete)]

    def _wanted(self, node: Node, top: TopTokens) -> TopTokens:
        """The tokens that may follow a node, without those that begin a remark if remarks are off."""
        if self._settings.remarks:
            return top
        code = self._starter + node.text
        return top.without(
            lambda token: (
                self._has_sign(token)
                and begins_remark(code, self._engine.piece(token).decode("utf-8", "replace"))
            )
        )

    def _has_sign(self, token: int) -> bool:
        """Whether a remark may begin in the token, whatever comes before it."""
        known = self._signs.get(token)
        if known is None:
            text = self._engine.piece(token).decode("utf-8", "replace")
            known = self._signs[token] = any(sign in text for sign in REMARK_SIGNS)
        return known

    def _grow(self, parent: Node, token: int) -> Node:
        """The new node after one more token."""
        if self._engine.is_end(token):
            node = Node(parent, token, parent.depth, parent.data, parent.text, over=True, complete=True)
        else:
            data = parent.data + self._engine.piece(token)
            text = data.decode("utf-8", "replace")
            node = Node(parent, token, parent.depth + 1, data, text)
            self._judge_end(node)
        parent.children[token] = node
        self._nodes += 1
        return node

    def _judge_end(self, node: Node) -> None:
        code = self._starter + node.text
        end = answer_end(code, self._context.exercise)
        if end is not None:
            node.text, node.over, node.complete = code[len(self._starter) : end], True, True
        elif node.depth >= self._settings.max_tokens or (
            self._settings.stop_loops and node.text.endswith("\n") and repeats_itself(code)
        ):
            node.over = True

    def _evaluate(self) -> Iterator[Event]:
        """Evaluates the queued tokens; closes idle branches if the cache has no room."""
        tokens = self._engine.pending_tokens
        while True:
            try:
                yield from self._context.meter.evaluate(Purpose.CANDIDATE, tokens)
                return
            except ContextFull:
                if not self._branches.drop_idle():
                    raise

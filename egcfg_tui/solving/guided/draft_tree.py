"""Verified lines: candidates as drafts of the guided line.

What a candidate was drawn from are unconditional rows, computed already. Only the conditional branch has to
see the drafts: all distinct ones as a tree, in one decode with whatever else is pending there (the signal's
prefill). A token is accepted while the choice equals a draft's. So an accepted line costs a part of one batch
instead of two branches token by token, and the tokens are those of the plain loop (speculative decoding,
arXiv 2211.17192; the choice is a function of rows and position, so nothing has to be rejected at random).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from egcfg_tui.engine.api import Branch, Logits
from egcfg_tui.events import Event
from egcfg_tui.sequences import shared_length
from egcfg_tui.solving.decoding.meter import Meter, Purpose
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.draft import Draft
from egcfg_tui.solving.guided.line import GuidedLine
from egcfg_tui.solving.text.answer_span import line_is_complete

_LEAST_ROWS_SAVED: Final = 8
"""Rows that leaving out drafts must save to be worth another decode: that costs 40 ms, a row 7 ms (default
model, 2 cores). On a GPU rows cost next to nothing."""


@dataclass(frozen=True, slots=True)
class _Path:
    """A draft's first line, and a conditional branch that sees its first `seen` tokens, if not more; the last
    token is never needed.

    `base`: how many tokens the branch has before the line. Without a signal there is no branch.
    """

    tokens: tuple[int, ...]
    draft: Draft
    branch: Branch | None
    base: int
    seen: int

    def row(self, count: int) -> Logits | None:
        """The conditional row behind the first `count` tokens."""
        return None if self.branch is None else self.branch.logits(self.branch.length - self.base - count)

    def accepted(self, count: int) -> Branch | None:
        """The conditional branch behind the first `count` tokens; the last may be pending there."""
        if self.branch is None:
            return None
        # A longer draft may go on differently behind all but the last token.
        seen = min(count, self.seen, len(self.tokens) - 1)
        self.branch.rewind(self.base + seen)
        if count > seen:
            self.branch.prompt(self.tokens[seen:count])
        return self.branch


class DraftTree:
    """The distinct first lines of the drafts, pending behind the conditional branch until it is evaluated.

    Where the first choice can be made from rows at hand, drafts that begin otherwise are left out; where
    drafts part later, those that are not chosen are left out if that saves more than another decode costs.
    Without a signal the rows of the drafts decide alone, and nothing is evaluated. `size`: how many tokens it
    adds to decodes.
    """

    def __init__(self, line: GuidedLine, pair: BranchPair, drafts: Sequence[Draft]) -> None:
        self._pair = pair
        self._engine = line.engine
        self._paths: list[_Path] = []
        self.size = 0
        trunk = pair.conditional
        lines = _first_lines(line, drafts)
        if all(map(_fully_evaluated, pair.branches)):
            first = line.choose(pair.unconditional.logits(), None if trunk is None else trunk.logits())
            lines = {tokens: draft for tokens, draft in lines.items() if tokens[0] == first}
        if trunk is not None:
            _fit(lines, line.engine.free_tokens)
        # A draft that ends inside another one is followed by way of that one.
        paths = [
            _Path(tokens, draft, None, 0, len(tokens))
            for tokens, draft in sorted(lines.items(), key=lambda entry: -len(entry[0]))
        ]
        if trunk is None or not paths:
            self._paths = paths
        else:
            self._grow(paths, trunk.fork(), trunk.length, 0)

    def accept(self, line: GuidedLine, meter: Meter) -> Iterator[Event]:
        """Takes into `line` what the drafts get right; afterwards both branches of the pair hold it."""
        if not self._paths:
            return
        pair = self._pair
        row_u = pair.unconditional.logits()
        row_c = None if pair.conditional is None else pair.conditional.logits()
        followed, unevaluated = self._walk(line, self._paths, row_u, row_c)
        while unevaluated:
            first, at = unevaluated[0], len(line.tokens)
            assert first.branch is not None
            self._grow(unevaluated, first.branch, first.base, first.seen)
            yield from meter.evaluate_pending()
            first = self._paths[0]
            further, unevaluated = self._walk(line, self._paths, first.draft.rows[at], first.row(at))
            followed = further or first
        count = len(line.tokens)
        meter.count(Purpose.VERIFIED, count)
        meter.count(Purpose.REJECTED, max(0, self.size - count))
        if followed is not None:
            pair.replace_unconditional(followed.draft.branch_at(count))
            pair.replace_conditional(followed.accepted(count))
        yield line.grown

    def close(self) -> None:
        """Frees all branches but the one that was accepted."""
        for path in self._paths:
            if path.branch is not None and path.branch is not self._pair.conditional:
                path.branch.close()

    def _grow(self, paths: Sequence[_Path], branch: Branch, base: int, depth: int) -> None:
        """Queues lines behind `branch`, which holds their first `depth` tokens, and leaves out all others."""
        engine = self._engine
        before = engine.pending_tokens
        least = _LEAST_ROWS_SAVED if engine.info.backend == "cpu" else None
        leaves = _queue(branch, sorted({path.tokens[:-1] for path in paths}), depth, least)
        self.size += engine.pending_tokens - before
        kept = {id(branch)}
        grown = []
        for path in paths:
            leaf, seen = leaves[path.tokens[:-1]]
            kept.add(id(leaf))
            grown.append(_Path(path.tokens, path.draft, leaf, base, seen))
        for path in self._paths:
            if path.branch is not None and id(path.branch) not in kept:
                path.branch.close()
        self._paths = grown

    @staticmethod
    def _walk(
        line: GuidedLine, paths: Sequence[_Path], row_u: Logits, row_c: Logits | None
    ) -> tuple[_Path | None, Sequence[_Path]]:
        """Follows the choice through the drafts until it leaves them or the line is over.

        Returns a path that holds everything accepted, None when nothing was, and the paths that go on where
        rows are missing.
        """
        followed: _Path | None = None
        while not line.over:
            at = len(line.tokens)
            token = line.choose(row_u, row_c)
            paths = [path for path in paths if at < len(path.tokens) and path.tokens[at] == token]
            if not paths or not line.take(token, row_u, row_c, verified=True):
                break
            followed = paths[0]
            if at + 1 == len(followed.tokens):
                break
            if at + 1 > followed.seen:
                return followed, [] if line.over else paths
            row_u, row_c = followed.draft.rows[at + 1], followed.row(at + 1)
        return followed, []


def _fully_evaluated(branch: Branch) -> bool:
    return branch.length == len(branch.tokens)


def _first_lines(line: GuidedLine, drafts: Sequence[Draft]) -> dict[tuple[int, ...], Draft]:
    """The drafts' distinct first lines, as far as there are rows for them; a draft that ends before its first
    line does counts as one."""
    lines: dict[tuple[int, ...], Draft] = {}
    for draft in drafts:
        data = bytearray()
        count = 0
        for token in draft.tokens[: len(draft.rows)]:
            count += 1
            data += line.engine.piece(token)
            if line_is_complete(data.decode("utf-8", "replace")):
                break
        if count:
            lines.setdefault(tuple(draft.tokens[:count]), draft)
    return lines


def _fit(lines: dict[tuple[int, ...], Draft], room: int) -> None:
    """Leaves out the longest lines until the others have room in the cache: drafts are never needed."""
    while lines and sum(map(len, lines)) > room:
        del lines[max(lines, key=len)]


def _queue(
    branch: Branch, lines: Sequence[tuple[int, ...]], depth: int, least: int | None
) -> dict[tuple[int, ...], tuple[Branch, int]]:
    """Queues sorted lines, which share their first `depth` tokens, behind `branch`, which holds those.

    Returns for each line a branch that holds it, and how much of it that branch holds (or more): where lines
    part and leaving out all but one group of them saves `least` tokens, nothing further is queued.
    """
    shared = depth
    # Of sorted lines, what the first and the last share, all share.
    while shared < min(len(lines[0]), len(lines[-1])) and lines[0][shared] == lines[-1][shared]:
        shared += 1
    if shared > depth:
        branch.prompt(lines[0][depth:shared], rows=shared - depth)
    groups = [
        list(group)
        for _, group in groupby((tokens for tokens in lines if len(tokens) > shared), lambda t: t[shared])
    ]
    sizes = [_tree_size(group, shared) for group in groups]
    if not groups or (least is not None and sum(sizes) - max(sizes) >= least):
        return dict.fromkeys(lines, (branch, shared))
    # All forks come before the branch itself grows on.
    branches = [branch, *(branch.fork() for _ in groups[1:])]
    leaves: dict[tuple[int, ...], tuple[Branch, int]] = {}
    for child, group in zip(branches, groups, strict=True):
        leaves |= _queue(child, group, shared, least)
    # A line that ends here is the beginning of all others.
    return dict.fromkeys(lines, next(iter(leaves.values()))) | leaves


def _tree_size(lines: Sequence[tuple[int, ...]], depth: int) -> int:
    """How many tokens sorted lines have behind the first `depth`, shared ones counted once."""
    pairs = zip(lines, [(), *lines], strict=False)
    return sum(len(line) - max(depth, shared_length(line, before)) for line, before in pairs)

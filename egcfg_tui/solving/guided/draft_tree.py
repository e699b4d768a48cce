"""Verified lines: candidates serve as drafts of the guided line.

The unconditional rows of a candidate have already been computed. Only the conditional branch must evaluate
the drafts: all distinct ones as a tree, in one decode together with other pending tokens (the prefill of the
signal). A token is accepted as long as the choice equals that of a draft. So an accepted line costs a part of
one batch, instead of decoding two branches token by token. The tokens are the same as in the plain loop. This
is speculative decoding (arXiv 2211.17192), but the choice is a function of rows and position, so nothing is
rejected at random.
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
"""Drafts are left out only if that saves this many rows, because it needs another decode. A decode costs 40
ms and a row 7 ms (default model, 2 cores). On a GPU rows cost almost nothing."""


@dataclass(frozen=True, slots=True)
class _Path:
    """The first line of a draft, and a conditional branch that holds at least its first `seen` tokens.

    The branch never needs the last token of the line. `base` is how many tokens the branch has before the
    line. Without a signal there is no branch.
    """

    tokens: tuple[int, ...]
    draft: Draft
    branch: Branch | None
    base: int
    seen: int

    def row(self, count: int) -> Logits | None:
        """The conditional row after the first `count` tokens, shape [vocab_size]; None without a signal."""
        return None if self.branch is None else self.branch.logits(self.branch.length - self.base - count)

    def accepted(self, count: int) -> Branch | None:
        """The conditional branch after the first `count` tokens; the last ones may be pending on it."""
        if self.branch is None:
            return None
        # The branch may hold a longer draft, which can differ from this line in the last token.
        seen = min(count, self.seen, len(self.tokens) - 1)
        self.branch.rewind(self.base + seen)
        if count > seen:
            self.branch.prompt(self.tokens[seen:count])
        return self.branch


class DraftTree:
    """The distinct first lines of the drafts, pending on the conditional branch until it is evaluated.

    If the first token can be chosen from known rows, drafts that begin differently are left out. Where drafts
    part later, those that are not chosen are left out if that saves more than another decode costs. Without a
    signal the rows of the drafts decide, and nothing is evaluated. `size` is how many tokens the tree adds to
    decodes.
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
        # The longest come first: a draft that is the beginning of another one is followed on that one.
        paths = [
            _Path(tokens, draft, None, 0, len(tokens))
            for tokens, draft in sorted(lines.items(), key=lambda entry: -len(entry[0]))
        ]
        if trunk is None or not paths:
            self._paths = paths
        else:
            self._grow(paths, trunk.fork(), trunk.length, 0)

    def accept(self, line: GuidedLine, meter: Meter) -> Iterator[Event]:
        """Adds the tokens that the drafts have right to `line`; afterwards both branches hold them."""
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
        """Closes all branches but the accepted one."""
        for path in self._paths:
            if path.branch is not None and path.branch is not self._pair.conditional:
                path.branch.close()

    def _grow(self, paths: Sequence[_Path], branch: Branch, base: int, depth: int) -> None:
        """Queues lines on `branch`, which holds their first `depth` tokens, and drops all other lines."""
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
        """Follows the chosen tokens through the drafts until they leave all drafts or the line is over.

        Returns a path that holds all accepted tokens (None if there are none), and the paths that continue
        where rows are missing.
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
    """The distinct first lines of the drafts, as far as they have rows.

    A draft that ends within its first line counts as a line.
    """
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
    """Drops the longest lines until the others fit into the cache, since drafts only save time."""
    while lines and sum(map(len, lines)) > room:
        del lines[max(lines, key=len)]


def _queue(
    branch: Branch, lines: Sequence[tuple[int, ...]], depth: int, least: int | None
) -> dict[tuple[int, ...], tuple[Branch, int]]:
    """Queues sorted lines that share their first `depth` tokens on `branch`, which holds those tokens.

    Returns for each line a branch, and how many tokens of the line that branch holds at least. Where lines
    part and dropping all but one group of them would save `least` tokens, nothing more is queued.
    """
    shared = depth
    # The lines are sorted, so the tokens that the first and the last share are shared by all.
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
    # All forks are made before the branch itself grows.
    branches = [branch, *(branch.fork() for _ in groups[1:])]
    leaves: dict[tuple[int, ...], tuple[Branch, int]] = {}
    for child, group in zip(branches, groups, strict=True):
        leaves |= _queue(child, group, shared, least)
    # A line that ends here is the beginning of all others, so any branch holds it.
    return dict.fromkeys(lines, next(iter(leaves.values()))) | leaves


def _tree_size(lines: Sequence[tuple[int, ...]], depth: int) -> int:
    """How many tokens sorted lines have after the first `depth`; shared tokens count once."""
    pairs = zip(lines, [(), *lines], strict=False)
    return sum(len(line) - max(depth, shared_length(line, before)) for line, before in pairs)

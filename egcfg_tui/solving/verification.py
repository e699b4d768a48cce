"""Verified lines: candidates as drafts of the guided line.

What a candidate was drawn from are unconditional rows, computed already. Only the conditional branch has to
see the draft, and sees all of it in one decode; a token is accepted while the guided choice equals the
draft. So an accepted line costs one batch instead of two branches token by token, and the tokens are those
of the plain loop (speculative decoding, arXiv 2211.17192, with greedy acceptance).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from egcfg_tui.engine.api import Branch, Snapshot
from egcfg_tui.events import Event, LineGrown
from egcfg_tui.solving.answer import line_is_complete
from egcfg_tui.solving.candidates import Draft
from egcfg_tui.solving.lines import GuidedLine
from egcfg_tui.solving.meter import Meter, Purpose


class BranchPair:
    """The two branches behind the code so far. Replacing one closes the one it replaces."""

    def __init__(self, unconditional: Branch) -> None:
        self.unconditional = unconditional
        self.conditional: Branch | None = None

    def replace_unconditional(self, branch: Branch) -> None:
        """Makes an accepted draft the unconditional branch."""
        self.unconditional.close()
        self.unconditional = branch

    def replace_conditional(self, branch: Branch | None) -> None:
        """Makes another branch the conditional one; None ends guidance."""
        if self.conditional is not None:
            self.conditional.close()
        self.conditional = branch

    def close(self) -> None:
        """Frees both."""
        self.unconditional.close()
        self.replace_conditional(None)


def accept_drafts(
    line: GuidedLine, meter: Meter, pair: BranchPair, drafts: Sequence[Draft]
) -> Generator[Event, None, None]:
    """Takes into `line` what the drafts get right; afterwards both branches hold it, with logits.

    The first token is chosen from the rows at hand, so only drafts that begin with it are evaluated.
    """
    if pair.conditional is None:
        return
    first = line.choose(pair.unconditional.logits(), pair.conditional.logits())
    lines: dict[tuple[int, ...], Draft] = {}
    for draft in drafts:
        tokens = _first_line(draft, line)
        if tokens and tokens[0] == first:
            lines.setdefault(tokens, draft)
    if not lines:
        return
    evaluated = [(tokens, draft, pair.conditional.fork()) for tokens, draft in lines.items()]
    try:
        for tokens, _, branch in evaluated:
            branch.prompt(tokens, rows=len(tokens))
        yield from meter.evaluate(Purpose.VERIFIED, 0)
        _walk(line, pair, evaluated)
        best = max(evaluated, key=lambda entry: _common(entry[0], line.tokens))
        accepted = len(line.tokens)
        meter.count(Purpose.VERIFIED, accepted)
        meter.count(Purpose.REJECTED, sum(len(tokens) for tokens in lines) - accepted)
        yield from _settle(meter, pair, best, accepted)
        yield LineGrown(line.number, line.text)
    finally:
        for _, _, branch in evaluated:
            if branch is not pair.conditional:
                branch.close()


def _walk(
    line: GuidedLine, pair: BranchPair, evaluated: Sequence[tuple[tuple[int, ...], Draft, Branch]]
) -> None:
    """Follows the guided choice through the drafts until it leaves them or the line is over."""
    assert pair.conditional is not None
    row_u, row_c = pair.unconditional.logits(), pair.conditional.logits()
    following = list(evaluated)
    while not line.over:
        token = line.choose(row_u, row_c)
        at = len(line.tokens)
        following = [entry for entry in following if at < len(entry[0]) and entry[0][at] == token]
        if not following or not line.take(token, row_u, row_c, verified=True):
            return
        tokens, draft, branch = following[0]
        if at + 1 == len(tokens):
            # The draft is used up; rows behind its last token are the business of `_settle`.
            return
        row_u, row_c = draft.rows[at + 1], branch.logits(len(tokens) - 1 - at)


def _settle(
    meter: Meter, pair: BranchPair, best: tuple[tuple[int, ...], Draft, Branch], accepted: int
) -> Generator[Event, None, None]:
    """Moves both branches behind the accepted tokens."""
    tokens, draft, conditional = best
    if accepted == 0:
        return
    unconditional, lacking = draft.branch_at(accepted)
    pair.replace_unconditional(unconditional)
    if lacking:
        unconditional.prompt(lacking)
        yield from meter.evaluate(Purpose.CANDIDATE, len(lacking))
    surplus = len(tokens) - accepted
    kept = tuple(conditional.tokens[: len(conditional.tokens) - surplus])
    conditional.restore(Snapshot(kept, conditional.logits(surplus)))
    pair.replace_conditional(conditional)


def _first_line(draft: Draft, line: GuidedLine) -> tuple[int, ...]:
    """The draft's tokens up to the end of its first line, or all of them."""
    data = bytearray()
    for count, token in enumerate(draft.tokens, 1):
        data += line.engine.piece(token)
        if line_is_complete(data.decode("utf-8", "replace")):
            return tuple(draft.tokens[:count])
    return tuple(draft.tokens)


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count

"""Verified lines: candidates as drafts of the guided line.

What a candidate was drawn from are unconditional rows, computed already. Only the conditional branch has to
see the draft, and sees all of it in one decode; a token is accepted while the guided choice equals the
draft. So an accepted line costs one batch instead of two branches token by token, and the tokens are those
of the plain loop (speculative decoding, arXiv 2211.17192, with greedy acceptance).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

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
    seen = [_Seen(tokens, draft, pair.conditional.fork()) for tokens, draft in lines.items()]
    try:
        for entry in seen:
            entry.conditional.prompt(entry.tokens, rows=len(entry.tokens))
        yield from meter.evaluate(Purpose.VERIFIED, 0)
        followed = _walk(line, pair, seen)
        accepted = len(line.tokens)
        meter.count(Purpose.VERIFIED, accepted)
        meter.count(Purpose.REJECTED, sum(len(tokens) for tokens in lines) - accepted)
        if followed is not None:
            yield from _settle(meter, pair, followed, accepted)
        yield LineGrown(line.number, line.text)
    finally:
        for entry in seen:
            if entry.conditional is not pair.conditional:
                entry.conditional.close()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A draft's first line, evaluated on a fork of the conditional branch."""

    tokens: tuple[int, ...]
    draft: Draft
    conditional: Branch


def _walk(line: GuidedLine, pair: BranchPair, seen: Sequence[_Seen]) -> _Seen | None:
    """Follows the guided choice through the drafts until it leaves them or the line is over.

    Returns a draft that holds everything accepted, None when nothing was.
    """
    assert pair.conditional is not None
    row_u, row_c = pair.unconditional.logits(), pair.conditional.logits()
    following = list(seen)
    followed: _Seen | None = None
    while not line.over:
        token = line.choose(row_u, row_c)
        at = len(line.tokens)
        following = [entry for entry in following if at < len(entry.tokens) and entry.tokens[at] == token]
        if not following or not line.take(token, row_u, row_c, verified=True):
            break
        followed = following[0]
        if at + 1 == len(followed.tokens):
            # The draft is used up; the rows behind its last token are the business of `_settle`.
            break
        row_u = followed.draft.rows[at + 1]
        row_c = followed.conditional.logits(len(followed.tokens) - 1 - at)
    return followed


def _settle(meter: Meter, pair: BranchPair, followed: _Seen, accepted: int) -> Generator[Event, None, None]:
    """Moves both branches behind the accepted tokens."""
    unconditional, lacking = followed.draft.branch_at(accepted)
    pair.replace_unconditional(unconditional)
    if lacking:
        unconditional.prompt(lacking)
        yield from meter.evaluate(Purpose.CANDIDATE, len(lacking))
    conditional = followed.conditional
    surplus = len(followed.tokens) - accepted
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

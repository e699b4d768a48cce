"""Candidates: sampled continuations, which grow together on forks of the unconditional branch.

A row of logits of one draft serves every draft with the same tokens before it. So drafts that begin alike are
evaluated once, and a new candidate costs nothing until it differs from all others. If a batch has room, the
next tokens are guessed and evaluated ahead.

Samples share tokens as a tree (`egcfg_tui.solving.trials.sample_tree`). Candidates do not use that tree: it
would decode the same number of tokens, but both together would need a sixth more code. Candidates keep whole
rows, stop at a horizon, guess ahead and move on with the code; samples do none of this.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final

from egcfg_tui.engine.api import Branch, Logits
from egcfg_tui.events import Candidate, CandidatesGrown, Event
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.meter import Purpose
from egcfg_tui.solving.decoding.prompt_lookup import BATCH_ROWS, Lookup
from egcfg_tui.solving.decoding.sampling import sample, uniform_at
from egcfg_tui.solving.guided.draft import Draft
from egcfg_tui.solving.request.settings import Settings

_ANY_LINES: Final = 1_000_000

MAX_ROW_BYTES: Final = 256 * 1024 * 1024
"""Memory for rows of candidates. Tokens without rows are sampled all the same, but cannot be verified."""


class CandidatePool:
    """The candidates of a trial. Those that agree with a chosen line are kept, with their cache.

    Candidate i draws its token at position p of the answer with the random number of (seed, i, p). So the
    pool gives the same candidates as sampling all of them again. A context manager.
    """

    def __init__(
        self, context: SolveContext, settings: Settings, seed: tuple[int, ...], *, keep_rows: bool
    ) -> None:
        self._engine = context.engine
        self._meter = context.meter
        self._exercise = context.exercise
        self._settings = settings
        self._seed = seed
        self._keep_rows = keep_rows
        self._answer_start: int | None = None
        self._rows_left = 0
        self._lookup = Lookup()
        self.drafts: list[Draft] = []

    def change(self, settings: Settings, seed: tuple[int, ...]) -> None:
        """Takes other settings and random numbers; all candidates will be sampled again."""
        self.close()
        self._settings, self._seed = settings, seed

    def fill(self, root: Branch, code: str, horizon: int) -> Generator[Event, None, list[Candidate]]:
        """Lets every candidate grow to `horizon` lines after `code`, whose branch is `root`."""
        base = root.length
        if self._answer_start is None:
            self._answer_start = base
            self._lookup.path(root.tokens)
        for draft in self.drafts:
            self._meter.count(Purpose.REUSED, len(draft.tokens))
        kept = {draft.index: draft for draft in self.drafts}
        self.drafts = [
            kept.get(index) or self._new_draft(index, root) for index in range(self._settings.candidates)
        ]
        growing = self._growing(horizon)
        while growing:
            for draft in growing:
                self._follow(draft, code, horizon)
            yield from self._advance(self._leading(horizon), code, horizon, self._settings.max_tokens)
            yield CandidatesGrown(tuple(draft.text for draft in self.drafts))
            growing = self._growing(horizon)
        return [draft.as_candidate(horizon) for draft in self.drafts]

    def finish(self, index: int, code: str, max_tokens: int) -> Generator[Event, None, Candidate]:
        """Lets one candidate grow to the end of its answer, by at most `max_tokens` tokens.

        Later refreshes show this candidate only up to its horizon.
        """
        draft = next(draft for draft in self.drafts if draft.index == index)
        limit = min(len(draft.tokens) + max_tokens, self._settings.max_tokens)
        while draft.grows(_ANY_LINES, limit):
            yield from self._advance([draft], code, _ANY_LINES, limit)
        return draft.as_candidate(_ANY_LINES)

    def keep_agreeing(self, line_tokens: Sequence[int], line_text: str) -> None:
        """Drops the candidates that do not begin with a chosen line; the others now continue after it."""
        count = len(line_tokens)
        staying: list[Draft] = []
        for draft in self.drafts:
            if draft.evaluated >= count and draft.tokens[:count] == list(line_tokens):
                draft.advance(count, line_text)
                staying.append(draft)
            else:
                draft.branch.close()
        self.drafts = staying

    def close(self) -> None:
        """Frees all candidates."""
        for draft in self.drafts:
            draft.branch.close()
        self.drafts = []

    def __enter__(self) -> CandidatePool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _growing(self, horizon: int) -> list[Draft]:
        return [draft for draft in self.drafts if draft.grows(horizon, self._settings.max_tokens)]

    def _follow(self, draft: Draft, code: str, horizon: int) -> None:
        """Draws tokens from rows of other drafts while there are any, then forks the branch of the last."""
        followed: Draft | None = None
        while draft.grows(horizon, self._settings.max_tokens):
            leader = next((other for other in self.drafts if other.knows_row(draft.tokens)), None)
            if leader is None:
                break
            followed, seen = leader, len(draft.tokens)
            self._draw(draft, leader.rows[seen], code)
            self._meter.count(Purpose.REUSED, 1)
        if followed is not None:
            draft.move(followed.branch_at(seen))

    def _leading(self, horizon: int) -> list[Draft]:
        """One of each group of growing drafts with the same tokens; the others follow it."""
        leaders: dict[tuple[int, ...], Draft] = {}
        for draft in self._growing(horizon):
            if self._keep_rows:
                leaders.setdefault(tuple(draft.tokens), draft)
            else:
                leaders[draft.index,] = draft
        return list(leaders.values())

    def _new_draft(self, index: int, root: Branch) -> Draft:
        # `root.tokens` does not include pending tokens, so the path is known only without them.
        fully_evaluated = root.length == len(root.tokens)
        path = self._lookup.path(root.tokens[-3:] if fully_evaluated else ())
        return Draft(index, root.fork(), root.length, path)

    def _advance(
        self, drafts: list[Draft], code: str, horizon: int, max_tokens: int
    ) -> Generator[Event, None, None]:
        """Evaluates the missing tokens of each draft and guesses in one batch, then draws from the rows."""
        guesses = self._guesses(drafts)
        for draft, guess in zip(drafts, guesses, strict=True):
            unevaluated = draft.tokens[draft.evaluated :]
            if unevaluated:
                draft.branch.prompt([*unevaluated, *guess], rows=1 + len(guess))
                self._meter.count(Purpose.CANDIDATE, len(unevaluated))
        yield from self._meter.evaluate_pending()
        kept = {id(row) for draft in self.drafts for row in draft.rows}
        self._rows_left = MAX_ROW_BYTES // (4 * self._engine.info.vocab_size) - len(kept)
        for draft, guess in zip(drafts, guesses, strict=True):
            self._draw_along(draft, guess, code, horizon, max_tokens)

    def _guesses(self, drafts: list[Draft]) -> list[list[int]]:
        """The guesses for each draft, as many as the batch has room for."""
        rows = self._engine.pending_tokens + sum(len(draft.tokens) - draft.evaluated for draft in drafts)
        free = BATCH_ROWS - rows if self._keep_rows else 0
        guesses: list[list[int]] = []
        for draft in drafts:
            may_guess = free > 0 and draft.evaluated < len(draft.tokens)
            guesses.append(self._lookup.guess(draft.path, free) if may_guess else [])
            free -= len(guesses[-1])
        return guesses

    def _draw_along(self, draft: Draft, guess: list[int], code: str, horizon: int, max_tokens: int) -> None:
        """Draws tokens as long as they equal the guessed ones, for which there are rows."""
        right = 0
        while True:
            known = len(draft.tokens)
            self._draw(draft, draft.branch.logits(len(guess) - right), code, fresh=True)
            if right == len(guess) or draft.tokens[known:] != guess[right : right + 1]:
                break
            right += 1
            if not draft.grows(horizon, max_tokens):
                break
        self._meter.count(Purpose.CANDIDATE, right)
        self._meter.count(Purpose.REJECTED, len(guess) - right)
        draft.branch.rewind(draft.branch.length - len(guess) + right)

    def _draw(self, draft: Draft, row: Logits, code: str, *, fresh: bool = False) -> None:
        """Adds a token drawn from a row. A `fresh` row takes memory; a row of another draft takes none."""
        token = self._choose(draft, row)
        if self._keep_rows and (self._rows_left > 0 or not fresh) and len(draft.rows) == len(draft.tokens):
            self._rows_left -= fresh
            draft.rows.append(row)
        if draft.take(token, self._engine, code, self._exercise):
            self._lookup.grow(draft.path, token)

    def _choose(self, draft: Draft, row: Logits) -> int:
        """The next token of a draft, by the random number of its position."""
        position = draft.base - (self._answer_start or 0) + len(draft.tokens)
        number = uniform_at((*self._seed, draft.index), position)
        return sample(row, self._settings.temperature, self._settings.top_p, number)

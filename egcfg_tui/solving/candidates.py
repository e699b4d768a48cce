"""Candidates: sampled continuations, advanced together on forks of the unconditional branch."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from egcfg_tui.engine.api import Branch, Engine, Logits, Snapshot
from egcfg_tui.events import Candidate, CandidatesGrown, Event
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.answer import answer_end, cut_after_lines, lines_in
from egcfg_tui.solving.meter import Meter, Purpose
from egcfg_tui.solving.sampling import sample, uniform_at
from egcfg_tui.solving.settings import Settings


@dataclass(slots=True)
class Draft:
    """One candidate with its cache.

    `tokens` stand behind the code; `branch` holds the code and all of them but, at times, the last. Row j
    of `rows` is the unconditional row that token j was drawn from (kept only where asked for).
    """

    index: int
    branch: Branch
    base: int
    tokens: list[int] = field(default_factory=list)
    rows: list[Logits] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    text: str = ""
    complete: bool = False

    @property
    def evaluated(self) -> int:
        """How many of its tokens the branch holds."""
        return self.branch.length - self.base

    def grows(self, horizon: int) -> bool:
        """Whether it has fewer lines than it may have."""
        return not self.complete and lines_in(self.data.decode("utf-8", "replace")) < horizon

    def take(self, token: int, engine: Engine, code: str, exercise: Exercise) -> None:
        """Adds a drawn token; one that ends the answer is not kept."""
        if engine.is_end(token):
            self.complete = True
            return
        self.tokens.append(token)
        self.data += engine.piece(token)
        self.text = self.data.decode("utf-8", "replace")
        end = answer_end(code + self.text, exercise)
        if end is not None and end >= len(code):
            self.text = (code + self.text)[len(code) : end]
            self.complete = True

    def branch_at(self, count: int) -> Branch:
        """A new branch with the code and the first `count` tokens. What it still lacks of them is pending;
        when nothing is, it holds logits."""
        branch = self.branch.fork()
        if count < self.evaluated:
            branch.restore(Snapshot(tuple(branch.tokens[: self.base + count]), self.rows[count]))
        elif count > self.evaluated:
            branch.prompt(self.tokens[self.evaluated : count])
        return branch

    def advance(self, count: int, text: str) -> None:
        """Moves the first `count` tokens, which read `text`, from the candidate to the code."""
        self.base += count
        self.data = self.data[len(text.encode()) :]
        self.text = self.text[len(text) :]
        del self.tokens[:count]
        del self.rows[:count]


class CandidatePool:
    """The candidates of a trial. Those that agree with each chosen line stay, with their cache.

    Candidate i draws its token at position p of the answer from the random number of (seed, i, p), so the
    pool gives the same candidates as sampling all of them anew. A context manager.
    """

    def __init__(
        self,
        engine: Engine,
        meter: Meter,
        exercise: Exercise,
        settings: Settings,
        seed: tuple[int, ...],
        *,
        keep_rows: bool,
    ) -> None:
        self._engine = engine
        self._meter = meter
        self._exercise = exercise
        self._settings = settings
        self._seed = seed
        self._keep_rows = keep_rows
        self._answer_start: int | None = None
        self.drafts: list[Draft] = []

    def fill(self, root: Branch, code: str, horizon: int) -> Generator[Event, None, list[Candidate]]:
        """Brings every candidate to `horizon` lines behind `code`, whose branch is `root`."""
        base = root.length
        if self._answer_start is None:
            self._answer_start = base
        for draft in self.drafts:
            self._meter.count(Purpose.REUSED, len(draft.tokens))
        kept = {draft.index: draft for draft in self.drafts}
        self.drafts = [
            kept.get(index) or Draft(index, root.fork(), base) for index in range(self._settings.candidates)
        ]
        growing = [draft for draft in self.drafts if draft.grows(horizon)]
        while growing:
            yield from self._evaluate_last(growing)
            for draft in growing:
                self._draw(draft, code)
            yield CandidatesGrown(tuple(draft.text for draft in self.drafts))
            growing = [
                draft
                for draft in growing
                if draft.grows(horizon) and len(draft.tokens) < self._settings.max_tokens
            ]
        return [
            Candidate(draft.index, self._shown(draft, horizon), len(draft.tokens), draft.complete)
            for draft in self.drafts
        ]

    def keep_agreeing(self, line_tokens: Sequence[int], line_text: str) -> None:
        """Drops the candidates that do not begin with a chosen line; the others now stand behind it."""
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

    def _evaluate_last(self, drafts: list[Draft]) -> Generator[Event, None, None]:
        """Evaluates each draft's last token where that is still to do, all in one batch."""
        waiting = [draft for draft in drafts if draft.evaluated < len(draft.tokens)]
        for draft in waiting:
            draft.branch.prompt(draft.tokens[draft.evaluated :])
        self._meter.count(Purpose.CANDIDATE, len(waiting))
        yield from self._meter.evaluate_pending()

    def _draw(self, draft: Draft, code: str) -> None:
        row = draft.branch.logits()
        position = draft.base - (self._answer_start or 0) + len(draft.tokens)
        number = uniform_at((*self._seed, draft.index), position)
        token = sample(row, self._settings.temperature, self._settings.top_p, number)
        if self._keep_rows:
            draft.rows.append(row)
        draft.take(token, self._engine, code, self._exercise)

    @staticmethod
    def _shown(draft: Draft, horizon: int) -> str:
        return draft.text if draft.complete else cut_after_lines(draft.text, horizon)

"""Candidates: sampled continuations, advanced together on forks of the unconditional branch."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np

from egcfg_tui.engine.api import Branch, Engine
from egcfg_tui.events import Candidate, CandidatesGrown, Event
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.answer import answer_end, cut_after_lines, lines_in
from egcfg_tui.solving.meter import Meter, Purpose
from egcfg_tui.solving.sampling import sample
from egcfg_tui.solving.settings import Settings


@dataclass(slots=True)
class _Draft:
    """One candidate while it grows."""

    branch: Branch
    rng: np.random.Generator
    data: bytearray = field(default_factory=bytearray)
    tokens: int = 0
    complete: bool = False
    text: str = ""

    def take(self, token: int, engine: Engine, code: str, exercise: Exercise, horizon: int) -> bool:
        """Adds a token; True when the candidate is finished."""
        self.tokens += 1
        if engine.is_end(token):
            self.complete = True
            return True
        self.data += engine.piece(token)
        self.text = self.data.decode("utf-8", "replace")
        end = answer_end(code + self.text, exercise)
        if end is not None and end >= len(code):
            self.text = (code + self.text)[len(code) : end]
            self.complete = True
            return True
        if lines_in(self.text) >= horizon:
            self.text = cut_after_lines(self.text, horizon)
            return True
        return False


def sample_candidates(
    engine: Engine,
    meter: Meter,
    branch: Branch,
    code: str,
    exercise: Exercise,
    settings: Settings,
    *,
    seed: tuple[int, ...],
    horizon: int,
) -> Generator[Event, None, list[Candidate]]:
    """Samples `settings.candidates` continuations of `code`, each at most `horizon` lines long.

    `branch` must hold the logits behind `code`; it is not changed. Candidate i draws from a generator of
    its own, seeded by (*seed, i), so that it does not depend on its neighbours. At most
    `settings.max_tokens` tokens each.
    """
    drafts: list[_Draft] = []
    try:
        for index in range(settings.candidates):
            drafts.append(_Draft(branch.fork(), np.random.default_rng([*seed, index])))
        growing = list(drafts)
        length = 0
        while growing and length < settings.max_tokens:
            length += 1
            still: list[_Draft] = []
            for draft in growing:
                token = sample(draft.branch.logits(), settings.temperature, settings.top_p, draft.rng)
                if not draft.take(token, engine, code, exercise, horizon):
                    draft.branch.prompt([token])
                    still.append(draft)
            if still:
                yield from meter.evaluate(Purpose.CANDIDATE, len(still))
                yield CandidatesGrown(tuple(draft.text for draft in drafts))
            growing = still
    finally:
        for draft in drafts:
            draft.branch.close()
    return [Candidate(index, draft.text, draft.tokens, draft.complete) for index, draft in enumerate(drafts)]

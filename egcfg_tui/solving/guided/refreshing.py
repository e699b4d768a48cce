"""Refreshes of a guided trial: new candidates, their runs, and the signal made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from egcfg_tui.events import (
    AttemptOrigin,
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    Event,
    Stage,
)
from egcfg_tui.prompting.signal import Attempt, Signal
from egcfg_tui.solving.context import Answer, SolveContext
from egcfg_tui.solving.decoding.meter import Purpose
from egcfg_tui.solving.guided.attempts import attempts_of, origins_of, signal_after, signal_built
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.chosen_lines import ChosenLines
from egcfg_tui.solving.guided.executing import run_candidates
from egcfg_tui.solving.guided.live_settings import LiveSettings
from egcfg_tui.solving.guided.signal_state import SignalState
from egcfg_tui.solving.request.settings import RefreshMode, Settings
from egcfg_tui.solving.text.answer_span import defines_entry_point
from egcfg_tui.solving.text.rows import next_row

# Marks the end of a whole answer in the covered codes: its runs also cover that nothing follows.
_END: Final = "\0"

# How many more tokens a passing candidate may have to its end.
_FINISHING_TOKENS: Final = 128


def refresh_is_due(settings: Settings, lines_since: int | None, code: str, covered: Sequence[str]) -> bool:
    """Whether the next line (in token mode the next token) needs a new signal.

    `lines_since` counts the lines since the last signal, None without one. `covered` are the codes that were
    executed for that signal. In mode persistent prefix the signal stays as long as one of these continues the
    present code: it then still says something about it, and a signal costs more than the line that it steers.
    """
    match settings.refresh_mode:
        case RefreshMode.TOKEN:
            return True
        case RefreshMode.LINE:
            return lines_since is None or lines_since >= settings.refresh
        case RefreshMode.PERSISTENT_PREFIX:
            return not any(len(other) > len(code) and other.startswith(code) for other in covered)


class Refresher:
    """Makes the signals of a guided trial and puts them into the conditional branch."""

    def __init__(
        self,
        context: SolveContext,
        live: LiveSettings,
        lines: ChosenLines,
        pair: BranchPair,
        pool: CandidatePool,
    ) -> None:
        self._context = context
        self._live = live
        self._lines = lines
        self._pair = pair
        self._pool = pool
        self._origins: dict[str, AttemptOrigin] = {}
        self._finished: set[str | None] = set()

    def is_due(self) -> bool:
        """Whether a new signal is due. Before the header of the entry point nothing can be executed."""
        lines = self._lines
        state = lines.signal_state
        return defines_entry_point(lines.code, self._context.exercise) and refresh_is_due(
            self._live.settings, state.lines_since, lines.code, state.covered
        )

    def start_from(self, answers: Sequence[Answer]) -> Iterator[Event]:
        """Makes the first signal from failed answers, the best ones first."""
        yield self._context.meter.enter(Stage.SIGNAL)
        attempts = [Attempt(answer.source, True, answer.results) for answer in answers]
        signal = self._signal(attempts)
        self._origins |= {answer.source: AttemptOrigin(0, answer.number) for answer in answers}
        yield signal_built(1, next_row(self._lines.code), signal, self._origins)
        self._condition(signal)
        covered = tuple(answer.code + _END for answer in answers)
        self._lines.signal_state = SignalState.after(signal, attempts, covered)

    def refresh(self, number: int, row: int) -> Iterator[Event]:
        """Samples new candidates, runs them and, unless one of them solves the exercise, makes a new signal.

        `number` and `row` are those of the line about to be chosen.
        """
        context, settings, lines = self._context, self._live.settings, self._lines
        yield context.meter.enter(Stage.CANDIDATES)
        candidates = yield from self._pool.fill(self._pair.unconditional, lines.code, settings.horizon)
        yield CandidatesSampled(number, row, tuple(candidates))
        yield context.meter.enter(Stage.RUNS)
        runs = run_candidates(context, lines.code, candidates)
        self._origins |= origins_of(number, runs)
        yield CandidatesExecuted(number, row, runs)
        if settings.early_stop:
            yield from self._accept_passing(candidates, runs)
            if context.solved:
                return
        covered = tuple(lines.code + candidate.text + _END * candidate.complete for candidate in candidates)
        state = replace(lines.signal_state, lines_since=0, covered=covered)
        # If every candidate ends the answer at once there is no next line, so the signal stays.
        if any(candidate.text.strip() for candidate in candidates):
            yield context.meter.enter(Stage.SIGNAL)
            attempts = attempts_of(candidates, runs, unfinished=settings.partial_execution)
            # It also stays if it already shows every attempt: a shorter one would only cost its evaluation.
            if not state.shows_all(attempts):
                state = SignalState.after(self._signal(attempts), attempts, covered)
            yield signal_built(number, row, state.signal, self._origins)
            self._condition(state.signal)
        lines.signal_state = state

    def evaluate_again(self) -> None:
        """Puts the present signal into a new conditional branch if there is none."""
        if self._pair.conditional is None:
            self._condition(self._lines.signal_state.signal)

    def _accept_passing(self, candidates: list[Candidate], runs: tuple[CandidateRun, ...]) -> Iterator[Event]:
        """Judges complete candidates. An unfinished one that passes is finished first.

        That costs less than a guided line.
        """
        context, code = self._context, self._lines.code
        for candidate in candidates:
            if candidate.complete:
                yield from context.execute_answer(code + candidate.text)
                if context.solved:
                    return
        complete = {candidate.index for candidate in candidates if candidate.complete}
        for run in runs:
            passes = bool(run.results) and all(result.passed for result in run.results)
            if passes and complete.isdisjoint(run.candidates) and run.source not in self._finished:
                self._finished.add(run.source)
                whole = yield from self._pool.finish(run.candidates[0], code, _FINISHING_TOKENS)
                if whole.complete:
                    yield from context.execute_answer(code + whole.text)
                return

    def _signal(self, attempts: Sequence[Attempt]) -> Signal:
        context = self._context
        return signal_after(self._lines.code, context.exercise, attempts, self._live.settings, context.engine)

    def _condition(self, signal: Signal) -> None:
        """Puts the signal into the conditional branch; an unchanged signal keeps its branch."""
        context, pair = self._context, self._pair
        reuse = context.engine.info.can_rewind
        if reuse and pair.conditional is not None and signal.text == self._lines.signal_state.signal.text:
            context.meter.count(Purpose.REUSED, signal.tokens)
            return
        if not signal.text:
            pair.replace_conditional(None)
            return
        branch, unevaluated = context.conditional(
            context.engine.tokenize(signal.text), self._lines.tokens, pair.conditional if reuse else None
        )
        pair.replace_conditional(branch)
        branch.prompt(unevaluated)
        context.meter.count(Purpose.SIGNAL, len(unevaluated))

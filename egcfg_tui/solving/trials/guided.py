"""The guided trial: a fast version of `egcfg_tui.solving.guided.reference` with the same tokens.

A trial takes 5.0 s instead of the reference's 15.5 s, and the median exercise is 2.57 times as fast (12
exercises, `benchmarks/engine.py`, default model, 2 cores). It adds these ideas:

1. One prompt (`context.conditional`): a new signal is evaluated after the prompt's own cache, and only from
   the first token that differs from the last signal. A signal has about 140 tokens; the prompt has hundreds,
   which would cost 4.5 ms each.
2. One batch for all candidates (`guided/candidates.py`): four rows take 53 ms, a single one 31 ms. Candidates
   that begin alike are evaluated once, and if the batch has room the next tokens are guessed (this saves 8 to
   13 % of the time for candidates; 69 % of the guesses are right).
3. Candidates that agree with the chosen line are kept with their cache. Random numbers belong to a candidate
   and a position, so sampling them again would give the same.
4. Candidates are drafts of the guided line (`guided/draft_tree.py`): the decode that evaluates the signal
   also verifies all of them. Choosing lines takes 5 % of a trial, and a guided token costs 0.45 of a plain
   one.
5. A candidate that passes every visible test is finished and ends the trial (setting `early_stop`).

Unlike the reference it can also go back to earlier lines, take other settings and the user's own code during
a trial, start from answers that failed, and make new signals at other times (setting `refresh_mode`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

from egcfg_tui.engine.api import Snapshot
from egcfg_tui.events import (
    AttemptOrigin,
    Author,
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    Event,
    LineChosen,
    LinesRestored,
    LinesRewound,
    Stage,
)
from egcfg_tui.prompting.signal import Attempt, Signal
from egcfg_tui.solving.commands import CodeCommand, CodeTouched, ReplaceCode, Undo
from egcfg_tui.solving.context import Answer, SolveContext
from egcfg_tui.solving.decoding.meter import Purpose
from egcfg_tui.solving.decoding.sampling import sample, uniform_at
from egcfg_tui.solving.guided.attempts import attempt_key, attempts_of, origins_of, signal_after, signal_built
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.draft_tree import DraftTree
from egcfg_tui.solving.guided.executing import run_candidates
from egcfg_tui.solving.guided.line import GuidedLine, Sampler, finish_line, next_token
from egcfg_tui.solving.guided.refreshing import refresh_is_due
from egcfg_tui.solving.guided.written import return_to, written_lines
from egcfg_tui.solving.request.fitting import OTHER_BRANCHES
from egcfg_tui.solving.request.settings import RANGES, RefreshMode, Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.text.answer_span import defines_entry_point
from egcfg_tui.solving.text.prefixes import canonical
from egcfg_tui.solving.text.repetition import repeats_itself
from egcfg_tui.solving.text.rows import next_row, row_of
from egcfg_tui.solving.trials.sample_tree import Samples
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial

NAME: Final = "egcfg"

# Marks the end of a whole answer in the covered codes: its runs also cover that nothing follows.
_END: Final = "\0"

_LEAST_TOKENS: Final = int(RANGES["max_tokens"][0])
# The number of the guided line in seeds; candidates have their index there.
_LINE_STREAM: Final = 1 << 20
# At most this many branches hold the whole answer, besides the candidates.
_BRANCHES: Final = 2
# How many more tokens a passing candidate may have to its end.
_FINISHING_TOKENS: Final = 128


def plan(request: SolveRequest, guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next settings of the grid; after the last ones the grid again, with other random numbers.

    Settings without randomness get only one trial.
    """
    number = past.counts[NAME]
    if number >= len(guided):
        guided = tuple(settings for settings in guided if settings.temperature > 0)
        if not guided:
            return None
    return PlannedTrial(NAME, guided[number % len(guided)], (request.seed, number + 1))


def trial(context: SolveContext, planned: PlannedTrial, _samples: Samples) -> Iterator[Event]:
    """One guided trial."""
    attempts = context.failures if planned.shares else ()
    return GuidedTrial(context, planned.settings, planned.seed, attempts=attempts).run()


@dataclass(frozen=True, slots=True)
class SignalState:
    """The present signal, and what it is about.

    `lines_since` counts the lines since the last refresh, None if there was none. `covered` are the codes
    that the runs of that refresh executed, `attempts` the attempts that the signal shows.
    """

    signal: Signal
    lines_since: int | None
    covered: tuple[str, ...]
    attempts: frozenset[tuple[str, bool]]

    def shows_all(self, attempts: Sequence[Attempt]) -> bool:
        """Whether there are attempts and the signal already shows all of them."""
        return bool(attempts) and self.attempts.issuperset(map(attempt_key, attempts))


_NO_SIGNAL: Final = SignalState(Signal("", 0, ""), None, (), frozenset())


@dataclass(frozen=True, slots=True)
class _LineStart:
    """The state at the beginning of a line, which going back to the line restores.

    `unconditional` is None if snapshots are copies of the memory, which are too large to keep one per line.
    `signal_state` is the state before the line got its own signal.
    """

    code: str
    tokens: tuple[int, ...]
    unconditional: Snapshot | None
    signal_state: SignalState


@dataclass(frozen=True, slots=True)
class _Lines:
    """The chosen lines at one moment, so that a change of the code can be undone."""

    starts: tuple[_LineStart, ...]
    code: str
    tokens: tuple[int, ...]
    signal_state: SignalState


class GuidedTrial:
    """One pass of the line loop with one setting.

    It ends when the answer ends or repeats itself, or as soon as a complete candidate passes every visible
    test. `attempts` are failed answers to start from: their runs make the first signal. On an engine that
    cannot rewind nothing is kept from line to line.
    """

    def __init__(
        self,
        context: SolveContext,
        settings: Settings,
        seed: tuple[int, ...],
        *,
        attempts: Sequence[Answer] = (),
    ) -> None:
        self._context = context
        self._asked = settings
        self._room_tokens = context.answer_room(settings) * (settings.candidates + _BRANCHES)
        self._settings = self._fitted(settings)
        self._seed = seed
        self._attempts = attempts
        self._reuse = context.engine.info.can_rewind
        self._gamma = settings.gamma
        self._code = context.prompt.starter
        self._code_tokens: list[int] = []
        self._state = self._state_before = _NO_SIGNAL
        self._starts: list[_LineStart] = []
        self._finished: set[str | None] = set()
        self._origins: dict[str, AttemptOrigin] = {}
        self._before: list[_Lines] = []

    def run(self) -> Iterator[Event]:
        """The events of the trial."""
        context = self._context
        start = context.start.fork()
        with closing(BranchPair(start)) as pair, self._pool() as pool, context.inbox.rewindable():
            number = 1
            while True:
                try:
                    goes_on = yield from self._advance(number, pair, pool)
                except CodeTouched as touched:
                    number = yield from self._touch(touched.command, number, pair, pool)
                    if context.solved:
                        return
                    continue
                if context.solved:
                    return
                if not goes_on:
                    break
                if self._settings.stop_loops and repeats_itself(self._code):
                    return
                number += 1
        yield context.meter.enter(Stage.RUNS)
        yield from context.execute_answer(self._code)

    def _pool(self) -> CandidatePool:
        context = self._context
        return CandidatePool(
            context.engine, context.meter, context.exercise, self._settings, self._seed, keep_rows=self._reuse
        )

    def _advance(self, number: int, pair: BranchPair, pool: CandidatePool) -> Generator[Event, None, bool]:
        """Chooses one line, with a new signal if it is due; False if the answer ended in the line."""
        context = self._context
        self._state_before = self._state
        # A change that the user makes while the solve is paused here already holds for this line.
        yield from context.inbox.checkpoint()
        yield from self._take_settings(pool)
        if number == 1 and self._attempts:
            yield from self._start_from(self._attempts, pair)
        if self._settings.refresh_mode is not RefreshMode.TOKEN and self._refresh_is_due():
            yield from self._refresh(number, next_row(self._code), pair, pool)
            if context.solved:
                return False
        if pair.conditional is None:
            # Going back closed the conditional branch; the present signal is evaluated again.
            self._condition(pair, self._state.signal)
        line = yield from self._choose_line(number, pair, pool)
        return not line.ended

    def _take_settings(self, pool: CandidatePool) -> Iterator[Event]:
        """Applies the user's changes from here on, with no more candidates than there are branches for."""
        inbox = self._context.inbox
        most = self._context.engine.info.max_branches - OTHER_BRANCHES
        wanted = inbox.in_force(self._asked)
        if wanted.candidates > max(most, self._asked.candidates):
            yield inbox.lower("candidates", max(most, self._asked.candidates))
            wanted = inbox.in_force(self._asked)
        seed = self._seed if inbox.seed is None else (inbox.seed, *self._seed[1:])
        self._gamma = wanted.gamma
        settings = self._fitted(wanted)
        if (settings, seed) != (self._settings, self._seed):
            self._settings, self._seed = settings, seed
            pool.change(settings, seed)

    def _fitted(self, settings: Settings) -> Settings:
        """The settings, with an answer that is no longer than the cache has room for."""
        room = self._room_tokens // (settings.candidates + _BRANCHES)
        return replace(settings, max_tokens=max(_LEAST_TOKENS, min(settings.max_tokens, room)))

    def _touch(
        self, command: CodeCommand, number: int, pair: BranchPair, pool: CandidatePool
    ) -> Generator[Event, None, int]:
        """Changes the code as the user asked; returns the number of the next line to choose."""
        if isinstance(command, Undo):
            if not self._before:
                return number
            lines = self._before.pop()
            pool.close()
            pair.replace_conditional(None)
            return_to(pair, self._context.start, lines.tokens, None)
            self._starts, self._state = list(lines.starts), lines.signal_state
            self._code, self._code_tokens = lines.code, list(lines.tokens)
            self._context.code_so_far = self._code
            number = len(self._starts) + 1
            yield LinesRestored(number, next_row(self._code), self._code)
            return number
        self._before.append(self._lines(number))
        number = self._go_back(command.line, number, pair, pool)
        yield LinesRewound(number, next_row(self._code), self._code)
        if isinstance(command, ReplaceCode):
            yield from self._write(command, number, pair)
            number = len(self._starts) + 1
            if command.author is Author.USER and canonical(self._code) is not None:
                yield from self._context.execute_answer(self._code)
        return number

    def _lines(self, number: int) -> _Lines:
        """The lines chosen before line `number`."""
        if number <= len(self._starts):
            at = self._starts[number - 1]
            return _Lines(tuple(self._starts[: number - 1]), at.code, at.tokens, at.signal_state)
        return _Lines(tuple(self._starts), self._code, tuple(self._code_tokens), self._state_before)

    def _write(self, command: ReplaceCode, number: int, pair: BranchPair) -> Iterator[Event]:
        """Adds the user's lines to the code; their tokens are pending on the unconditional branch."""
        engine = self._context.engine
        for line in written_lines(engine, command.text):
            self._starts.append(_LineStart(self._code, tuple(self._code_tokens), None, self._state))
            pair.unconditional.prompt(line.tokens)
            self._code += line.text
            self._code_tokens += line.tokens
            self._context.code_so_far = self._code
            if self._state.lines_since is not None:
                self._state = replace(self._state, lines_since=self._state.lines_since + 1)
            row = row_of(line.text, self._code)
            yield LineChosen(number, row, line.text, self._code, self._gamma, (), command.author)
            number += 1

    def _go_back(self, line: int, number: int, pair: BranchPair, pool: CandidatePool) -> int:
        """Takes back `line` and all lines after it; returns the number of the next line to choose.

        That is `line`, or the present line `number` if `line` is not one before it. Nothing is evaluated,
        unless there is no snapshot of the branch: then the code is evaluated again.
        """
        line = line if 0 < line < number else number
        pool.close()
        pair.replace_conditional(None)
        self._state = self._state_before
        if line <= len(self._starts):
            start = self._starts[line - 1]
            del self._starts[line - 1 :]
            return_to(pair, self._context.start, start.tokens, start.unconditional)
            self._code, self._code_tokens = start.code, list(start.tokens)
            self._state = start.signal_state
            self._context.code_so_far = self._code
        return line

    def _mark_start(self, pair: BranchPair) -> None:
        """Keeps the state at the beginning of a line; the unconditional branch must have logits."""
        cheap = self._context.engine.info.can_rewind
        snapshot = pair.unconditional.snapshot() if cheap else None
        self._starts.append(_LineStart(self._code, tuple(self._code_tokens), snapshot, self._state_before))

    def _refresh_is_due(self) -> bool:
        """Whether a new signal is due. Before the header of the entry point nothing can be executed."""
        return defines_entry_point(self._code, self._context.exercise) and refresh_is_due(
            self._settings, self._state.lines_since, self._code, self._state.covered
        )

    def _choose_line(
        self, number: int, pair: BranchPair, pool: CandidatePool
    ) -> Generator[Event, None, GuidedLine]:
        context = self._context
        room = self._settings.max_tokens - len(self._code_tokens)
        line = GuidedLine(
            context.engine, context.exercise, self._code, number, self._gamma, room, sampler=self._sampler()
        )
        if self._settings.refresh_mode is RefreshMode.TOKEN:
            yield context.meter.enter(Stage.LINE)
            yield from self._grow_by_tokens(line, pair, pool)
            if context.solved:
                return line
        else:
            yield from self._grow(line, pair, pool)
        context.code_so_far = self._code
        if self._state.lines_since is not None:
            self._state = replace(self._state, lines_since=self._state.lines_since + 1)
        yield line.chosen
        context.inbox.line_chosen()
        return line

    def _sampler(self) -> Sampler | None:
        """The sampler for the tokens of a line; None if these are the most likely ones."""
        settings, written = self._settings, len(self._code_tokens)
        if settings.line_temperature == 0.0:
            return None
        return lambda row, at: sample(
            row,
            settings.line_temperature,
            settings.top_p,
            uniform_at((*self._seed, _LINE_STREAM), written + at),
        )

    def _grow(self, line: GuidedLine, pair: BranchPair, pool: CandidatePool) -> Iterator[Event]:
        """Chooses a line with one signal."""
        context = self._context
        drafts = pool.drafts if self._reuse else ()
        with closing(DraftTree(line, pair, drafts)) as tree:
            # One decode evaluates the signal and the drafts after it.
            yield from context.meter.evaluate_pending()
            self._mark_start(pair)
            yield context.meter.enter(Stage.LINE)
            yield from tree.accept(line, context.meter)
        yield from finish_line(line, context.meter, pair)
        self._keep(pool, line.tokens, line.text)
        self._code += line.text
        self._code_tokens += line.tokens

    def _grow_by_tokens(self, line: GuidedLine, pair: BranchPair, pool: CandidatePool) -> Iterator[Event]:
        """Chooses a line with a new signal before every token."""
        context, start = self._context, self._code
        while not line.over:
            if self._refresh_is_due():
                yield from self._refresh(line.number, next_row(line.code), pair, pool)
                if context.solved:
                    return
            yield from context.meter.evaluate_pending()
            if not line.tokens:
                self._mark_start(pair)
            yield context.meter.enter(Stage.LINE)
            token = yield from next_token(line, context.meter, pair)
            if token is not None:
                self._code_tokens.append(token)
                self._keep(pool, [token], context.engine.piece(token).decode("utf-8", "replace"))
            self._code = start + line.text

    def _keep(self, pool: CandidatePool, tokens: Sequence[int], text: str) -> None:
        """Keeps the candidates that begin with the chosen tokens; none if these end within a character."""
        if self._reuse and "\N{REPLACEMENT CHARACTER}" not in text:
            pool.keep_agreeing(tokens, text)
        else:
            pool.close()

    def _start_from(self, answers: Sequence[Answer], pair: BranchPair) -> Iterator[Event]:
        """Makes the first signal from failed answers, the best ones first."""
        context = self._context
        yield context.meter.enter(Stage.SIGNAL)
        attempts = [Attempt(answer.source, True, answer.results) for answer in answers]
        signal = signal_after(self._code, context.exercise, attempts, self._settings, context.engine)
        self._origins |= {answer.source: AttemptOrigin(0, answer.number) for answer in answers}
        yield signal_built(1, next_row(self._code), signal, self._origins)
        self._condition(pair, signal)
        covered = tuple(answer.code + _END for answer in answers)
        self._state = SignalState(signal, 0, covered, _shown_by(signal, attempts))

    def _refresh(self, number: int, row: int, pair: BranchPair, pool: CandidatePool) -> Iterator[Event]:
        """Samples new candidates, runs them and, unless one of them solves the exercise, makes a new signal.

        `number` and `row` are those of the line about to be chosen.
        """
        context = self._context
        yield context.meter.enter(Stage.CANDIDATES)
        candidates = yield from pool.fill(pair.unconditional, self._code, self._settings.horizon)
        yield CandidatesSampled(number, row, tuple(candidates))
        yield context.meter.enter(Stage.RUNS)
        runs = run_candidates(context, self._code, candidates)
        self._origins |= origins_of(number, runs)
        yield CandidatesExecuted(number, row, runs)
        if self._settings.early_stop:
            yield from self._accept_passing(candidates, runs, pool)
            if context.solved:
                return
        covered = tuple(self._code + candidate.text + _END * candidate.complete for candidate in candidates)
        state = replace(self._state, lines_since=0, covered=covered)
        # If every candidate ends the answer at once there is no next line, so the signal stays.
        if any(candidate.text.strip() for candidate in candidates):
            yield context.meter.enter(Stage.SIGNAL)
            attempts = attempts_of(candidates, runs, unfinished=self._settings.partial_execution)
            # It also stays if it already shows every attempt: a shorter one would only cost its evaluation.
            if not state.shows_all(attempts):
                signal = signal_after(self._code, context.exercise, attempts, self._settings, context.engine)
                state = SignalState(signal, 0, covered, _shown_by(signal, attempts))
            yield signal_built(number, row, state.signal, self._origins)
            self._condition(pair, state.signal)
        self._state = state

    def _accept_passing(
        self, candidates: list[Candidate], runs: tuple[CandidateRun, ...], pool: CandidatePool
    ) -> Iterator[Event]:
        """Judges complete candidates. An unfinished one that passes is finished first.

        That costs less than a guided line.
        """
        context = self._context
        for candidate in candidates:
            if candidate.complete:
                yield from context.execute_answer(self._code + candidate.text)
                if context.solved:
                    return
        complete = {candidate.index for candidate in candidates if candidate.complete}
        for run in runs:
            passes = bool(run.results) and all(result.passed for result in run.results)
            if passes and complete.isdisjoint(run.candidates) and run.source not in self._finished:
                self._finished.add(run.source)
                whole = yield from pool.finish(run.candidates[0], self._code, _FINISHING_TOKENS)
                if whole.complete:
                    yield from context.execute_answer(self._code + whole.text)
                return

    def _condition(self, pair: BranchPair, signal: Signal) -> None:
        """Puts the signal into the conditional branch; an unchanged signal keeps its branch."""
        context = self._context
        if self._reuse and pair.conditional is not None and signal.text == self._state.signal.text:
            context.meter.count(Purpose.REUSED, signal.tokens)
            return
        if not signal.text:
            pair.replace_conditional(None)
            return
        branch, unevaluated = context.conditional(
            context.engine.tokenize(signal.text),
            self._code_tokens,
            pair.conditional if self._reuse else None,
        )
        pair.replace_conditional(branch)
        branch.prompt(unevaluated)
        context.meter.count(Purpose.SIGNAL, len(unevaluated))


def _shown_by(signal: Signal, attempts: Sequence[Attempt]) -> frozenset[tuple[str, bool]]:
    """The keys of the attempts that a signal shows; none if the budget left out unknown ones."""
    return frozenset() if signal.dropped else frozenset(map(attempt_key, attempts))

"""The guided trial: the page `egcfg_tui.solving.guided.reference`, fast.

The tokens are those of the reference. A trial takes 5.0 s where the reference takes 15.5, and the median
exercise is 2.57 times as fast (12 exercises, `benchmarks/engine.py`, default model, 2 cores). What it adds:

1. One prompt (`context.conditional`): a new signal is evaluated behind the prompt's own cache, and from where
   it differs from the signal before. A signal has about 140 tokens, the prompt that is not evaluated again
   some hundreds, at 4.5 ms each.
2. One batch for all candidates (`guided/candidates.py`): four rows take 53 ms, one alone 31. Those that begin
   alike are evaluated once, and where the batch has room next tokens are guessed (8 to 13 % of the time for
   candidates; 69 % of the guesses are right).
3. Candidates that agree with the chosen line stay, with their cache: random numbers belong to a candidate and
   a position, so sampling them anew would give the same.
4. Candidates are drafts of the guided line (`guided/draft_tree.py`): one decode verifies all of them, the one
   that evaluates the signal. Choosing lines is 5 % of a trial, and a guided token costs 0.45 of a plain one.
5. A candidate that passes every visible test is finished and ends the trial (setting `early_stop`).

Beyond the page it also goes back to earlier lines, takes other settings and the user's own code meanwhile,
starts from answers that failed, and renews its signal in other ways (setting `refresh_mode`).
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
from egcfg_tui.solving.guided.attempts import attempts_of, named, origins_of, signal_after, signal_built
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.draft_tree import DraftTree
from egcfg_tui.solving.guided.executing import run_candidates
from egcfg_tui.solving.guided.line import GuidedLine, Sampler, finish_line, next_token
from egcfg_tui.solving.guided.refreshing import refresh_is_due
from egcfg_tui.solving.guided.written import stand_behind, written_lines
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

# Stands behind a whole answer that covers the code: nothing follows, and the runs tell about that as well.
_END: Final = "\0"

_LEAST_TOKENS: Final = int(RANGES["max_tokens"][0])
# Names the guided line's random numbers; candidates have theirs by their index.
_LINE_STREAM: Final = 1 << 20
# An answer stands, at its longest, on both branches of guidance beside the candidates.
_BRANCHES: Final = 2
# How far a candidate that passes goes on to its end.
_FINISHING_TOKENS: Final = 128


def plan(request: SolveRequest, guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next setting of the grid, then the grid again with other random numbers.

    A setting without chance in it is worth one trial.
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
    """The signal in force, how many lines ago it was renewed or found to say everything still (None: there is
    none), the codes that its runs cover, and the attempts that it tells of."""

    signal: Signal
    lines_since: int | None
    covered: tuple[str, ...]
    attempts: frozenset[tuple[str, bool]]

    def says_all_of(self, attempts: Sequence[Attempt]) -> bool:
        """Whether none of the attempts, and there are some, is new."""
        return bool(attempts) and self.attempts.issuperset(map(named, attempts))


_NOTHING_TOLD: Final = SignalState(Signal("", 0, ""), None, (), frozenset())


@dataclass(frozen=True, slots=True)
class _LineStart:
    """Where a line began: what going back to it restores.

    `unconditional` is None where snapshots are copies of the memory: too large to keep one a line. `told` is
    what was in force before the line had a signal of its own.
    """

    code: str
    tokens: tuple[int, ...]
    unconditional: Snapshot | None
    told: SignalState


@dataclass(frozen=True, slots=True)
class _Lines:
    """The chosen lines at one moment: what undoing a change of the code brings back."""

    starts: tuple[_LineStart, ...]
    code: str
    tokens: tuple[int, ...]
    told: SignalState


class GuidedTrial:
    """One pass of the line loop with one setting.

    Ends when the answer ends or repeats itself, or at once when a complete candidate passes every visible
    test. `attempts` are failed answers to start from: their runs are the first signal. On an engine that
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
        self._told = self._told_before = _NOTHING_TOLD
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
        """One line, with a new signal where it is due; False when the answer ended in it."""
        context = self._context
        self._told_before = self._told
        # What is changed while the solve is held here holds for this line already.
        yield from context.inbox.checkpoint()
        yield from self._take_settings(pool)
        if number == 1 and self._attempts:
            yield from self._start_from(self._attempts, pair)
        if self._settings.refresh_mode is not RefreshMode.TOKEN and self._refresh_is_due():
            yield from self._refresh(number, next_row(self._code), pair, pool)
            if context.solved:
                return False
        if pair.conditional is None:
            # Going back closed it; a signal that is still in force comes back with the next decode.
            self._condition(pair, self._told.signal)
        line = yield from self._choose_line(number, pair, pool)
        return not line.ended

    def _take_settings(self, pool: CandidatePool) -> Iterator[Event]:
        """What the user changed holds from here on; candidates as many as there are branches for."""
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
        """The settings with an answer no longer than there is room for."""
        room = self._room_tokens // (settings.candidates + _BRANCHES)
        return replace(settings, max_tokens=max(_LEAST_TOKENS, min(settings.max_tokens, room)))

    def _touch(
        self, command: CodeCommand, number: int, pair: BranchPair, pool: CandidatePool
    ) -> Generator[Event, None, int]:
        """Does to the code what the user asked for; returns the number of the next line to choose."""
        if isinstance(command, Undo):
            if not self._before:
                return number
            lines = self._before.pop()
            pool.close()
            pair.replace_conditional(None)
            stand_behind(pair, self._context.start, lines.tokens, None)
            self._starts, self._told = list(lines.starts), lines.told
            self._code, self._code_tokens = lines.code, list(lines.tokens)
            self._context.draft = self._code
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
            return _Lines(tuple(self._starts[: number - 1]), at.code, at.tokens, at.told)
        return _Lines(tuple(self._starts), self._code, tuple(self._code_tokens), self._told_before)

    def _write(self, command: ReplaceCode, number: int, pair: BranchPair) -> Iterator[Event]:
        """Puts the user's lines behind the code; the tokens are pending on the unconditional branch."""
        engine = self._context.engine
        for line in written_lines(engine, command.text):
            self._starts.append(_LineStart(self._code, tuple(self._code_tokens), None, self._told))
            pair.unconditional.prompt(line.tokens)
            self._code += line.text
            self._code_tokens += line.tokens
            self._context.draft = self._code
            if self._told.lines_since is not None:
                self._told = replace(self._told, lines_since=self._told.lines_since + 1)
            row = row_of(line.text, self._code)
            yield LineChosen(number, row, line.text, self._code, self._gamma, (), command.author)
            number += 1

    def _go_back(self, line: int, number: int, pair: BranchPair, pool: CandidatePool) -> int:
        """Undoes the lines from `line` on, which becomes the next to choose: the one in work, `number`,
        where `line` is none of those before it.

        Nothing is evaluated, but where no snapshot of the branch is kept: there the code is, anew.
        """
        line = line if 0 < line < number else number
        pool.close()
        pair.replace_conditional(None)
        self._told = self._told_before
        if line <= len(self._starts):
            start = self._starts[line - 1]
            del self._starts[line - 1 :]
            stand_behind(pair, self._context.start, start.tokens, start.unconditional)
            self._code, self._code_tokens, self._told = start.code, list(start.tokens), start.told
            self._context.draft = self._code
        return line

    def _mark_start(self, pair: BranchPair) -> None:
        """Remembers where a line begins; the unconditional branch holds logits."""
        cheap = self._context.engine.info.can_rewind
        snapshot = pair.unconditional.snapshot() if cheap else None
        self._starts.append(_LineStart(self._code, tuple(self._code_tokens), snapshot, self._told_before))

    def _refresh_is_due(self) -> bool:
        """Nothing can be executed in front of the header of what is under test."""
        return defines_entry_point(self._code, self._context.exercise) and refresh_is_due(
            self._settings, self._told.lines_since, self._code, self._told.covered
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
        context.draft = self._code
        if self._told.lines_since is not None:
            self._told = replace(self._told, lines_since=self._told.lines_since + 1)
        yield line.chosen
        context.inbox.line_chosen()
        return line

    def _sampler(self) -> Sampler | None:
        """Draws a line's tokens where they are not to be the likeliest ones."""
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
        """A line under one signal."""
        context = self._context
        drafts = pool.drafts if self._reuse else ()
        with closing(DraftTree(line, pair, drafts)) as tree:
            # One decode for the signal and the drafts behind it.
            yield from context.meter.evaluate_pending()
            self._mark_start(pair)
            yield context.meter.enter(Stage.LINE)
            yield from tree.accept(line, context.meter)
        yield from finish_line(line, context.meter, pair)
        self._keep(pool, line.tokens, line.text)
        self._code += line.text
        self._code_tokens += line.tokens

    def _grow_by_tokens(self, line: GuidedLine, pair: BranchPair, pool: CandidatePool) -> Iterator[Event]:
        """A line with a new signal before every token."""
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
        """Keeps the candidates that go on from the chosen tokens; from half a character none does."""
        if self._reuse and "\N{REPLACEMENT CHARACTER}" not in text:
            pool.keep_agreeing(tokens, text)
        else:
            pool.close()

    def _start_from(self, answers: Sequence[Answer], pair: BranchPair) -> Iterator[Event]:
        """The first signal, from answers that failed, the best first."""
        context = self._context
        yield context.meter.enter(Stage.SIGNAL)
        attempts = [Attempt(answer.source, True, answer.results) for answer in answers]
        signal = signal_after(self._code, context.exercise, attempts, self._settings, context.engine)
        self._origins |= {answer.source: AttemptOrigin(0, answer.number) for answer in answers}
        yield signal_built(1, next_row(self._code), signal, self._origins)
        self._condition(pair, signal)
        covered = tuple(answer.code + _END for answer in answers)
        self._told = SignalState(signal, 0, covered, _told_by(signal, attempts))

    def _refresh(self, number: int, row: int, pair: BranchPair, pool: CandidatePool) -> Iterator[Event]:
        """New candidates, their runs and, unless one of them solves the exercise, a new signal.

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
        told = replace(self._told, lines_since=0, covered=covered)
        # Where every candidate ends the answer at once there is no next line to tell about: the signal stays.
        if any(candidate.text.strip() for candidate in candidates):
            yield context.meter.enter(Stage.SIGNAL)
            attempts = attempts_of(candidates, runs, unfinished=self._settings.partial_execution)
            # So it does where it tells of every attempt: evaluating less of the same anew gains nothing.
            if not told.says_all_of(attempts):
                signal = signal_after(self._code, context.exercise, attempts, self._settings, context.engine)
                told = SignalState(signal, 0, covered, _told_by(signal, attempts))
            yield signal_built(number, row, told.signal, self._origins)
            self._condition(pair, told.signal)
        self._told = told

    def _accept_passing(
        self, candidates: list[Candidate], runs: tuple[CandidateRun, ...], pool: CandidatePool
    ) -> Iterator[Event]:
        """Judges complete candidates; one that passes unfinished is finished first, which costs less than a
        guided line."""
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
        """Puts the signal into the conditional branch; a signal that did not change keeps its branch."""
        context = self._context
        if self._reuse and pair.conditional is not None and signal.text == self._told.signal.text:
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


def _told_by(signal: Signal, attempts: Sequence[Attempt]) -> frozenset[tuple[str, bool]]:
    """The attempts that a signal tells of; where the budget left some out, which ones is not known here."""
    return frozenset() if signal.dropped else frozenset(map(named, attempts))

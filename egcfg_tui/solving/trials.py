"""Trials: one pass over an exercise with one setting. Each is a generator of events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from egcfg_tui.engine.api import Branch
from egcfg_tui.events import (
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    Event,
    LineChosen,
    SignalBuilt,
    Stage,
)
from egcfg_tui.prompting.signal import Attempt, Signal, render_signal
from egcfg_tui.solving.answer import defines_entry_point
from egcfg_tui.solving.candidates import sample_candidates
from egcfg_tui.solving.lines import choose_line
from egcfg_tui.solving.meter import Purpose
from egcfg_tui.solving.prefixes import canonical, executable_prefix
from egcfg_tui.solving.settings import Settings
from egcfg_tui.solving.workbench import Workbench

_WHOLE_ANSWER_LINES = 10_000


def greedy_trial(bench: Workbench, settings: Settings) -> Iterator[Event]:
    """One answer, always the most likely token."""
    yield bench.meter.enter(Stage.LINE)
    code = bench.prompt.starter
    with bench.start.fork() as branch:
        room = settings.max_tokens
        number = 0
        while room > 0:
            number += 1
            line = yield from choose_line(
                bench.engine, bench.meter, branch, None, 0.0, code, number, bench.exercise, room
            )
            code = bench.draft = code + line.text
            room -= len(line.tokens)
            yield LineChosen(number, line.text, code, 0.0, tuple(line.choices))
            bench.control.line_chosen()
            if line.ended:
                break
    yield bench.meter.enter(Stage.RUNS)
    yield from bench.execute_answer(code)


def sample_trial(bench: Workbench, settings: Settings, seed: tuple[int, ...]) -> Iterator[Event]:
    """A batch of whole answers, sampled side by side and filtered by the visible tests."""
    yield bench.meter.enter(Stage.CANDIDATES)
    starter = bench.prompt.starter
    samples = yield from sample_candidates(
        bench.engine,
        bench.meter,
        bench.start,
        starter,
        bench.exercise,
        settings,
        seed=seed,
        horizon=_WHOLE_ANSWER_LINES,
    )
    yield CandidatesSampled(1, tuple(samples))
    yield bench.meter.enter(Stage.RUNS)
    for candidate in samples:
        yield from bench.execute_answer(starter + candidate.text)
        if bench.solved:
            return


class GuidedTrial:
    """The line loop of EG-CFG (arXiv 2506.10948): candidates, runs, signal, guided line, again.

    Ends when the answer ends, or at once when a complete candidate passes every visible test.
    """

    def __init__(self, bench: Workbench, settings: Settings, seed: tuple[int, ...]) -> None:
        self._bench = bench
        self._settings = settings
        self._seed = seed
        self._gamma = settings.gamma
        self._code = bench.prompt.starter
        self._code_tokens: list[int] = []
        self._number = 0
        self._signal_text = ""
        self._conditional: Branch | None = None

    def run(self) -> Iterator[Event]:
        """The events of the trial."""
        bench = self._bench
        with ExitStack() as branches:
            branches.callback(self._close_conditional)
            unconditional = branches.enter_context(bench.start.fork())
            since_refresh = self._settings.refresh
            while True:
                self._number += 1
                self._gamma = yield from bench.control.changed_gamma(self._gamma)
                if since_refresh >= self._settings.refresh and defines_entry_point(
                    self._code, bench.exercise
                ):
                    since_refresh = 0
                    yield from self._refresh(unconditional)
                    if bench.solved:
                        return
                since_refresh += 1
                yield bench.meter.enter(Stage.LINE)
                line = yield from choose_line(
                    bench.engine,
                    bench.meter,
                    unconditional,
                    self._conditional,
                    self._gamma,
                    self._code,
                    self._number,
                    bench.exercise,
                    self._settings.max_tokens - len(self._code_tokens),
                )
                self._code = bench.draft = self._code + line.text
                self._code_tokens += line.tokens
                yield LineChosen(self._number, line.text, self._code, self._gamma, tuple(line.choices))
                bench.control.line_chosen()
                if line.ended or len(self._code_tokens) >= self._settings.max_tokens:
                    break
        yield bench.meter.enter(Stage.RUNS)
        yield from bench.execute_answer(self._code)

    def _refresh(self, unconditional: Branch) -> Iterator[Event]:
        """New candidates, their runs and, unless one of them solves the exercise, a new signal."""
        bench = self._bench
        yield bench.meter.enter(Stage.CANDIDATES)
        candidates = yield from sample_candidates(
            bench.engine,
            bench.meter,
            unconditional,
            self._code,
            bench.exercise,
            self._settings,
            seed=(*self._seed, self._number),
            horizon=self._settings.horizon,
        )
        yield CandidatesSampled(self._number, tuple(candidates))
        yield bench.meter.enter(Stage.RUNS)
        runs = self._execute(candidates)
        yield CandidatesExecuted(self._number, runs)
        for candidate in candidates:
            if candidate.complete:
                yield from bench.execute_answer(self._code + candidate.text)
                if bench.solved:
                    return
        yield bench.meter.enter(Stage.SIGNAL)
        signal = self._render(candidates, runs)
        yield SignalBuilt(self._number, signal.text, signal.tokens, signal.dropped)
        yield from self._condition(signal)

    def _execute(self, candidates: list[Candidate]) -> tuple[CandidateRun, ...]:
        """Runs every distinct executable prefix once; one entry per distinct prefix, in order."""
        cache = self._bench.cache
        by_source: dict[str | None, list[int]] = {}
        for candidate in candidates:
            prefix = executable_prefix(self._code + candidate.text)
            source = canonical(prefix) if prefix is not None else None
            by_source.setdefault(source, []).append(candidate.index)
        sources = [source for source in by_source if source is not None]
        cached = {source: cache.knows(source) for source in sources}
        reports = dict(zip(sources, cache.execute(sources, self._bench.control.stop_requested), strict=True))
        return tuple(
            CandidateRun(tuple(indices), None, ())
            if source is None
            else CandidateRun(tuple(indices), source, reports[source].results, cached[source])
            for source, indices in by_source.items()
        )

    def _render(self, candidates: list[Candidate], runs: tuple[CandidateRun, ...]) -> Signal:
        complete = {candidate.index for candidate in candidates if candidate.complete}
        attempts = [
            Attempt(run.source, not complete.isdisjoint(run.candidates), run.results)
            for run in runs
            if run.source is not None and run.results
        ]
        prefix = executable_prefix(self._code)
        so_far = (canonical(prefix) if prefix is not None else None) or ""
        return render_signal(
            so_far,
            attempts,
            self._settings.signal_tokens,
            lambda text: len(self._bench.engine.tokenize(text)),
        )

    def _condition(self, signal: Signal) -> Iterator[Event]:
        """Puts the signal into the conditional branch; a signal that did not change keeps its branch."""
        bench = self._bench
        if self._conditional is not None and signal.text == self._signal_text:
            bench.meter.count(Purpose.REUSED, signal.tokens)
            return
        self._close_conditional()
        self._signal_text = signal.text
        if not signal.text:
            return
        tokens = bench.engine.tokenize(signal.text) + bench.tail_tokens + self._code_tokens
        self._conditional = bench.head.fork()
        self._conditional.prompt(tokens)
        yield from bench.meter.evaluate(Purpose.SIGNAL, len(tokens))

    def _close_conditional(self) -> None:
        if self._conditional is not None:
            self._conditional.close()
            self._conditional = None

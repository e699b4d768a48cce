"""What the screen shows: one frozen value, folded from the events of a solve.

Nothing here knows a widget or a clock (times come with the events), so the live screen, the screenshot of a
recording and the tests all see the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import singledispatch
from typing import Final

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.events import (
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesGrown,
    CandidatesSampled,
    CodeExecuted,
    EngineLoaded,
    Event,
    GammaChanged,
    LineChosen,
    LineGrown,
    Progressed,
    SignalBuilt,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    Stage,
    StageEntered,
    TokenChoice,
    TokenCounts,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.settings import Method


class Phase(StrEnum):
    """Where a solve stands, for the keys that make sense and the colours of the screen."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether a solve is in flight."""
        return self in (Phase.RUNNING, Phase.PAUSED)


class EngineState(StrEnum):
    """Whether a solve can start."""

    ABSENT = "absent"
    LOADING = "loading"
    READY = "ready"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test as shown; `verdict` None: not run yet."""

    __test__ = False  # keeps pytest from collecting the class

    text: str
    verdict: Verdict | None = None
    error: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """The signal of one refresh, and the row of the line it was built for."""

    row: int
    text: str
    tokens: int
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    """One line: everything that led to it. `rows` is its (first, last) row in the code, None until chosen.

    `number` is the solver's own count; people are shown `row`, the row of the code where the line begins,
    which starter code and answers of several rows set apart. `growing` holds candidate texts still being
    sampled, `text` the line itself, also while it grows. A token may hold a line's end together with the
    next line's indent: `lead` is what of the line stands in the code already, in front of `text` and of
    every candidate.
    """

    number: int
    row: int = 1
    lead: str = ""
    text: str = ""
    rows: tuple[int, int] | None = None
    growing: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    runs: tuple[CandidateRun, ...] | None = None
    signal: Signal | None = None
    gamma: float | None = None
    tokens: tuple[TokenChoice, ...] = ()

    @property
    def chosen(self) -> bool:
        """Whether the line was decided."""
        return self.rows is not None

    @property
    def swayed(self) -> bool:
        """Whether guidance chose another token than the unconditional branch would have."""
        return any(token.instead is not None for token in self.tokens)


@dataclass(frozen=True, slots=True)
class TrialView:
    """One trial; `outcome` None while it goes on."""

    index: int
    method: str
    settings: str
    gamma: float
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class EngineView:
    """The model in memory, or why it is not."""

    state: EngineState = EngineState.ABSENT
    model: str = ""
    description: str = ""
    backend: str = ""
    message: str = ""
    since_s: float = 0.0
    load_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Tokens of the stage in work: `done` of `total` (0: unknown), `rate` in tokens/s."""

    done: int = 0
    total: int = 0
    rate: float = 0.0


NO_ENGINE: Final = EngineView()
NO_PROGRESS: Final = Progress()
NO_TOKENS: Final = TokenCounts()


@dataclass(frozen=True, slots=True)
class SolveView:
    """Everything the screen shows of one solve.

    `lines` are the chosen lines of the trial, `current` the one in work. `tests_of` names the code whose
    results the tests show, `best_answer` is how many tests the best plain sample passed. Times are seconds
    on whatever clock stamps the events.
    """

    exercise_id: str = ""
    title: str = ""
    statement: str = ""
    starter: str = ""
    tests: tuple[TestRow, ...] = ()
    hidden_tests: int = 0
    tests_of: str = ""

    method: str = ""
    model: str = ""
    seed: int = 0
    budget_s: float = 0.0
    settings: str = ""
    gamma: float = 1.0

    engine: EngineView = NO_ENGINE
    phase: Phase = Phase.IDLE
    stage: Stage | None = None
    progress: Progress = NO_PROGRESS
    tokens: TokenCounts = NO_TOKENS
    trial: TrialView | None = None
    trials: tuple[TrialView, ...] = ()

    code: str = ""
    best_answer: int = -1
    lines: tuple[LineView, ...] = ()
    current: LineView | None = None

    started_s: float | None = None
    ended_s: float | None = None
    paused_s: float | None = None
    pauses_s: float = 0.0
    result: SolveFinished | None = None
    failure: SolveFailed | None = None

    def elapsed(self, now_s: float) -> float:
        """Seconds of work since the solve began, pauses taken out."""
        if self.started_s is None:
            return 0.0
        end = self.ended_s if self.ended_s is not None else now_s
        pause = end - self.paused_s if self.paused_s is not None else 0.0
        return max(0.0, end - self.started_s - self.pauses_s - pause)

    @property
    def every_line(self) -> tuple[LineView, ...]:
        """The chosen lines and the one in work."""
        return self.lines if self.current is None else (*self.lines, self.current)

    @property
    def passed(self) -> int:
        """How many of the shown tests passed."""
        return sum(row.verdict is Verdict.PASSED for row in self.tests)

    def signal_of(self, line: LineView) -> Signal | None:
        """The signal that steered `line`: its own, or with a longer refresh the latest one before it."""
        if line.signal is not None:
            return line.signal
        earlier = (other.signal for other in reversed(self.lines) if other.number < line.number)
        return next((signal for signal in earlier if signal is not None), None)


def idle(exercise: Exercise, engine: EngineView = NO_ENGINE) -> SolveView:
    """The screen of an exercise that nobody has started yet."""
    return SolveView(
        exercise_id=exercise.id,
        title=exercise.title,
        statement=exercise.statement,
        starter=exercise.starter,
        code=exercise.starter,
        tests=tuple(TestRow(test.text) for test in exercise.visible),
        hidden_tests=len(exercise.hidden),
        engine=engine,
    )


def fold_all(view: SolveView, events: Iterable[tuple[float, Event]]) -> SolveView:
    """Folds stamped events in order."""
    for at_s, event in events:
        view = fold(event, view, at_s)
    return view


@singledispatch
def fold(event: Event, view: SolveView, at_s: float) -> SolveView:
    """The view after one more event. Events it does not know leave the view as it is."""
    return view


@fold.register
def _(event: EngineLoaded, view: SolveView, at_s: float) -> SolveView:
    engine = EngineView(
        EngineState.READY,
        model=event.model,
        description=event.description,
        backend=event.backend,
        since_s=at_s,
        load_s=event.load_s,
    )
    phase = Phase.IDLE if view.phase is Phase.FAILED else view.phase
    return replace(view, engine=engine, phase=phase, stage=None, failure=None)


@fold.register
def _(event: SolveStarted, view: SolveView, at_s: float) -> SolveView:
    return SolveView(
        exercise_id=event.exercise_id,
        title=event.title,
        statement=event.statement,
        starter=event.starter,
        code=event.starter,
        tests=tuple(TestRow(text) for text in event.visible_tests),
        hidden_tests=event.hidden_tests,
        method=event.method,
        model=event.model,
        seed=event.seed,
        budget_s=event.budget_s,
        settings=event.settings,
        gamma=event.gamma,
        engine=view.engine,
        phase=Phase.RUNNING,
        started_s=at_s,
    )


@fold.register
def _(event: StageEntered, view: SolveView, at_s: float) -> SolveView:
    if event.stage is Stage.LOADING:
        engine = EngineView(EngineState.LOADING, model=view.engine.model, since_s=at_s)
        return replace(view, engine=engine, stage=event.stage, progress=NO_PROGRESS)
    return replace(view, stage=event.stage, progress=Progress(rate=view.progress.rate))


@fold.register
def _(event: Progressed, view: SolveView, at_s: float) -> SolveView:
    progress = Progress(event.done, event.total, event.rate)
    return replace(view, stage=event.stage, progress=progress, tokens=event.tokens)


@fold.register
def _(event: TrialStarted, view: SolveView, at_s: float) -> SolveView:
    """A new trial begins with empty hands; only plain sampling keeps its best answer in sight meanwhile."""
    return replace(
        view,
        trial=TrialView(event.index, event.method, event.settings, event.gamma),
        gamma=event.gamma,
        settings=event.settings,
        code=view.code if event.method == Method.SAMPLE else view.starter,
        lines=(),
        current=None,
    )


@fold.register
def _(event: TrialFinished, view: SolveView, at_s: float) -> SolveView:
    trial = view.trial or TrialView(event.index, view.method, view.settings, view.gamma)
    ended = replace(trial, outcome=event.outcome)
    return replace(
        _with_winner(view, event.code),
        trial=ended,
        trials=(*view.trials, ended),
        code=event.code or view.code,
        tokens=event.tokens,
    )


@fold.register
def _(event: CandidatesGrown, view: SolveView, at_s: float) -> SolveView:
    return replace(view, current=replace(_current(view), growing=event.texts))


@fold.register
def _(event: CandidatesSampled, view: SolveView, at_s: float) -> SolveView:
    line = _current(view, event.line)
    return replace(view, current=replace(line, growing=(), candidates=event.candidates, runs=None))


@fold.register
def _(event: CandidatesExecuted, view: SolveView, at_s: float) -> SolveView:
    line = _current(view, event.line)
    shown = replace(view, current=replace(line, runs=event.runs))
    executed = [run.results for run in event.runs if run.results]
    if not executed:
        return shown
    best = max(executed, key=lambda results: sum(result.passed for result in results))
    return _with_results(shown, best, f"best of line {line.row}")


@fold.register
def _(event: SignalBuilt, view: SolveView, at_s: float) -> SolveView:
    line = _current(view, event.line)
    signal = Signal(line.row, event.text, event.tokens, event.dropped)
    return replace(view, current=replace(line, signal=signal))


@fold.register
def _(event: LineGrown, view: SolveView, at_s: float) -> SolveView:
    return replace(view, current=replace(_current(view, event.line), text=event.text))


@fold.register
def _(event: LineChosen, view: SolveView, at_s: float) -> SolveView:
    """A line without text is the answer's end, not a line."""
    kept = tuple(line for line in view.lines if line.number < event.line)
    if not event.text.strip():
        return replace(view, code=event.code, lines=kept, current=None)
    last = event.code.rstrip().count("\n") + 1
    first = max(1, last - event.text.strip().count("\n"))
    line = replace(
        _current(view, event.line),
        text=event.text,
        row=first,
        rows=(first, last),
        growing=(),
        gamma=event.gamma,
        tokens=event.tokens,
    )
    return replace(view, code=event.code, lines=(*kept, line), current=None)


@fold.register
def _(event: CodeExecuted, view: SolveView, at_s: float) -> SolveView:
    """The tests follow the answer of a trial; of answers among candidates and samples only the best shows."""
    shown = _with_answer(view, event)
    passed = sum(result.passed for result in event.results)
    if view.trial is None or view.trial.method != Method.SAMPLE:
        among_candidates = view.current is not None and view.current.runs is not None
        if among_candidates and passed <= view.passed:
            return shown
        return _with_results(shown, event.results, "whole answer")
    if passed <= view.best_answer:
        return shown
    shown = replace(shown, code=event.source, best_answer=passed)
    return _with_results(shown, event.results, "best answer")


@fold.register
def _(event: SolveFinished, view: SolveView, at_s: float) -> SolveView:
    scored = tuple(
        TestRow(test.test, test.result.status, test.result.error, test.hidden) for test in event.tests
    )
    return replace(
        _resumed(view, at_s),
        phase=Phase.SOLVED if event.solved else Phase.UNSOLVED,
        stage=Stage.DONE,
        tokens=event.tokens,
        tests=scored or view.tests,
        tests_of="solution" if scored else view.tests_of,
        code=event.solution or view.code,
        ended_s=at_s,
        result=event,
    )


@fold.register
def _(event: SolveFailed, view: SolveView, at_s: float) -> SolveView:
    """A failure while loading leaves a dead engine and the exercise as it was; later ones end the solve."""
    engine = view.engine
    if engine.state is EngineState.LOADING:
        engine = replace(engine, state=EngineState.DEAD, message=event.message, since_s=at_s)
    return replace(
        _resumed(view, at_s),
        phase=Phase.FAILED if view.phase.active else view.phase,
        stage=None,
        engine=engine,
        ended_s=at_s,
        failure=event,
    )


@fold.register
def _(event: SolvePaused, view: SolveView, at_s: float) -> SolveView:
    return replace(view, phase=Phase.PAUSED, paused_s=at_s)


@fold.register
def _(event: SolveResumed, view: SolveView, at_s: float) -> SolveView:
    return replace(_resumed(view, at_s), phase=Phase.RUNNING)


@fold.register
def _(event: GammaChanged, view: SolveView, at_s: float) -> SolveView:
    return replace(view, gamma=event.gamma)


def engine_lost(view: SolveView, message: str, at_s: float, *, absent: bool = False) -> SolveView:
    """The view after the engine's process was found gone, or (`absent`) no model to start it with."""
    lost = EngineState.ABSENT if absent else EngineState.DEAD
    engine = replace(view.engine, state=lost, message=message, since_s=at_s)
    return replace(view, engine=engine)


def _current(view: SolveView, number: int | None = None) -> LineView:
    """The line in work: the known one if `number` is still its own, else a new one."""
    if number is None:
        number = view.current.number if view.current else _next_number(view)
    if view.current and view.current.number == number:
        return view.current
    done, newline, tail = view.code.rpartition("\n")
    if tail.strip():
        return LineView(number, row=view.code.count("\n") + 2)
    return LineView(number, row=done.count("\n") + 2 if newline else 1, lead=tail)


def _next_number(view: SolveView) -> int:
    return view.lines[-1].number + 1 if view.lines else 1


def _with_answer(view: SolveView, event: CodeExecuted) -> SolveView:
    """The results of an answer beside the candidate that it is, where no run stands there yet."""
    line = view.current
    if line is None:
        return view
    shown = {index for run in line.runs or () for index in run.candidates}
    same = tuple(
        candidate.index
        for candidate in line.candidates
        if candidate.index not in shown and candidate.text and event.source.endswith(candidate.text)
    )
    if not same:
        return view
    run = CandidateRun(same, event.source, event.results)
    return replace(view, current=replace(line, runs=(*(line.runs or ()), run)))


def _with_winner(view: SolveView, answer: str) -> SolveView:
    """Where a candidate was the answer, its line counts as chosen: all rows the candidate added."""
    line = view.current
    if line is None or view.trial is None or view.trial.method == Method.SAMPLE:
        return view
    for candidate in line.candidates:
        if candidate.text and answer == view.code + candidate.text:
            first = view.code.count("\n") + 1
            last = max(first, answer.rstrip().count("\n") + 1)
            chosen = replace(line, text=candidate.text, row=first, rows=(first, last))
            return replace(view, lines=(*view.lines, chosen), current=None)
    return view


def _resumed(view: SolveView, at_s: float) -> SolveView:
    """Counts a pause that ends now."""
    if view.paused_s is None:
        return view
    return replace(view, paused_s=None, pauses_s=view.pauses_s + at_s - view.paused_s)


def _with_results(view: SolveView, results: tuple[TestResult, ...], name: str) -> SolveView:
    """The tests with the rows of one run; a run with other tests than the exercise's is left out."""
    if len(results) != len(view.tests):
        return view
    rows = tuple(
        replace(row, verdict=result.status, error=result.error)
        for row, result in zip(view.tests, results, strict=True)
    )
    return replace(view, tests=rows, tests_of=name)

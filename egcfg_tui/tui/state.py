"""The fold: what each event of a solve does to the view.

Nothing here knows a widget or a clock (times come with the events), so the live screen, the picture of a
recording and the tests all see the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch

from egcfg_sandbox import TestResult
from egcfg_tui.events import (
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
    LinesRewound,
    Progressed,
    SettingsLeftOut,
    SignalBuilt,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    Stage,
    StageEntered,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.solving.methods import method_named
from egcfg_tui.solving.request.fitting import left_out
from egcfg_tui.solving.text.rows import last_row, row_behind
from egcfg_tui.tui.bridge import RecordingFailed
from egcfg_tui.tui.view import (
    NO_PROGRESS,
    EngineState,
    EngineView,
    LineView,
    Phase,
    Progress,
    Signal,
    SolveView,
    TestRow,
    TrialView,
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
        warning=view.warning,
        engine=view.engine,
        phase=Phase.RUNNING,
        started_s=at_s,
    )


@fold.register
def _(event: SettingsLeftOut, view: SolveView, at_s: float) -> SolveView:
    return replace(view, warning=left_out(event))


@fold.register
def _(event: RecordingFailed, view: SolveView, at_s: float) -> SolveView:
    return replace(view, warning=event.message)


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
        code=view.starter if method_named(event.method).by_lines else view.code,
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
    line = _current(view, event.line, event.row)
    return replace(view, current=replace(line, growing=(), candidates=event.candidates, runs=None))


@fold.register
def _(event: CandidatesExecuted, view: SolveView, at_s: float) -> SolveView:
    line = replace(_current(view, event.line, event.row), runs=event.runs)
    return _with_best_run(replace(view, current=line), line)


@fold.register
def _(event: SignalBuilt, view: SolveView, at_s: float) -> SolveView:
    line = _current(view, event.line, event.row)
    signal = Signal(line.row, event.text, event.tokens, event.dropped)
    return replace(view, current=replace(line, signal=signal))


@fold.register
def _(event: LineGrown, view: SolveView, at_s: float) -> SolveView:
    return replace(view, current=replace(_current(view, event.line, event.row), text=event.text))


@fold.register
def _(event: LineChosen, view: SolveView, at_s: float) -> SolveView:
    """A line without text is the answer's end, not a line."""
    kept = tuple(line for line in view.lines if line.number < event.line)
    if not event.text.strip():
        return replace(view, code=event.code, lines=kept, current=None)
    rows = (event.row, last_row(event.code))
    line = replace(
        _current(view, event.line, event.row),
        text=event.text,
        row=rows[0],
        rows=rows,
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
    if view.trial is None or view.way.by_lines:
        among_candidates = view.current is not None and view.current.runs is not None
        shown = replace(shown, best_answer=max(passed, view.best_answer))
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
        TestRow(
            test.test,
            test.result.status if test.result else None,
            test.result.error if test.result else None,
            test.hidden,
            test.result.guarded if test.result else True,
        )
        for test in event.tests
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


@fold.register
def _(event: LinesRewound, view: SolveView, at_s: float) -> SolveView:
    """The tests go back too: to the latest runs on the way to what is left of the code, if there are any."""
    kept = tuple(line for line in view.lines if line.number < event.line)
    untested = tuple(TestRow(row.text, guarded=row.guarded) for row in view.tests)
    rewound = replace(view, code=event.code, lines=kept, current=None, tests=untested, tests_of="")
    for line in kept:
        rewound = _with_best_run(rewound, line)
    return replace(rewound, current=_current(rewound, event.line, event.row))


def engine_lost(view: SolveView, message: str, at_s: float, *, absent: bool = False) -> SolveView:
    """The view after the engine's process was found gone, or (`absent`) no model to start it with."""
    lost = EngineState.ABSENT if absent else EngineState.DEAD
    engine = replace(view.engine, state=lost, message=message, since_s=at_s)
    return replace(view, engine=engine)


def _current(view: SolveView, number: int | None = None, row: int | None = None) -> LineView:
    """The line in work: the known one if `number` is still its own, else a new one that begins on `row`.

    Without a number it is the line behind the code.
    """
    if view.current and number in (None, view.current.number):
        return view.current
    if number is None or row is None:
        number, row = view.lines[-1].number + 1 if view.lines else 1, row_behind(view.code)
    tail = view.code.rpartition("\n")[2]
    return LineView(number, row, lead="" if tail.strip() else tail)


def _with_best_run(view: SolveView, line: LineView) -> SolveView:
    """The tests with the best run of a line's candidates; as they were where nothing of it ran."""
    executed = [run.results for run in line.runs or () if run.results]
    if not executed:
        return view
    best = max(executed, key=lambda results: sum(result.passed for result in results))
    return _with_results(view, best, f"best of line {line.row}")


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
    if line is None or view.trial is None or not view.way.by_lines:
        return view
    for candidate in line.candidates:
        if candidate.text and answer == view.code + candidate.text:
            first = view.code.count("\n") + 1
            last = max(first, last_row(answer))
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
        replace(row, verdict=result.status, error=result.error, guarded=result.guarded)
        for row, result in zip(view.tests, results, strict=True)
    )
    return replace(view, tests=rows, tests_of=name)

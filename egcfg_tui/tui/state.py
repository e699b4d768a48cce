"""The fold: what each event of a solve does to the view.

Nothing here knows a widget or a clock (times come with the events), so the live screen, the picture of a
recording and the tests all see the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch

from egcfg_sandbox import TestResult, Verdict
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
    LinesRestored,
    LinesRewound,
    Outcome,
    Progressed,
    SettingsChanged,
    SettingsLeftOut,
    SignalBuilt,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    Stage,
    StageEntered,
    TokenCounts,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.solving.request.fitting import left_out
from egcfg_tui.solving.request.settings import CARRIED, SETTINGS, SettingError, parse_settings
from egcfg_tui.solving.text.prefixes import canonical
from egcfg_tui.solving.text.rows import last_row, next_row
from egcfg_tui.tui.bridge import RecordingFailed
from egcfg_tui.tui.view import (
    NO_PROGRESS,
    AnswerView,
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
    return replace(view, stage=event.stage, progress=progress, tokens=_more(view.tokens, event.tokens))


@fold.register
def _(event: TrialStarted, view: SolveView, at_s: float) -> SolveView:
    """A new trial begins with empty hands."""
    trial = TrialView(
        event.index,
        event.method,
        event.settings,
        event.gamma,
        event.attempts,
        code=view.starter,
        tests=view.tests,
    )
    return replace(view, trials=(*view.trials, trial), gamma=event.gamma, settings=event.settings)


@fold.register
def _(event: TrialFinished, view: SolveView, at_s: float) -> SolveView:
    """The answer of a trial that passed is its code; other trials keep the code that they came to."""
    trial = _trial(view)
    if event.outcome is Outcome.PASSED and event.code:
        trial = replace(_with_winner(trial, event.code), code=event.code)
    spent = event.tokens.evaluated
    return _with_trial(view, replace(trial, outcome=event.outcome, wall_s=event.wall_s, tokens=spent))


@fold.register
def _(event: CandidatesGrown, view: SolveView, at_s: float) -> SolveView:
    return _with_line(view, replace(_current(view), growing=event.texts))


@fold.register
def _(event: CandidatesSampled, view: SolveView, at_s: float) -> SolveView:
    line = _current(view, event.line, event.row)
    return _with_line(view, replace(line, growing=(), candidates=event.candidates, runs=None))


@fold.register
def _(event: CandidatesExecuted, view: SolveView, at_s: float) -> SolveView:
    line = replace(_current(view, event.line, event.row), runs=event.runs)
    view = _with_line(view, line)
    return _with_trial(view, _with_best_run(_trial(view), line))


@fold.register
def _(event: SignalBuilt, view: SolveView, at_s: float) -> SolveView:
    line = _current(view, event.line, event.row)
    signal = Signal(line.row, event.text, event.tokens, event.dropped, event.parts, event.origins)
    return _with_line(view, replace(line, signal=signal))


@fold.register
def _(event: LineGrown, view: SolveView, at_s: float) -> SolveView:
    return _with_line(view, replace(_current(view, event.line, event.row), text=event.text))


@fold.register
def _(event: LineChosen, view: SolveView, at_s: float) -> SolveView:
    """A line without text is the answer's end, not a line."""
    line, trial = _current(view, event.line, event.row), _trial(view)
    kept = tuple(line for line in trial.lines if line.number < event.line)
    if event.text.strip():
        rows = (event.row, last_row(event.code))
        chosen = replace(
            line,
            text=event.text,
            row=rows[0],
            rows=rows,
            growing=(),
            gamma=event.gamma,
            tokens=event.tokens,
            author=event.author,
        )
        kept = (*kept, chosen)
    return _with_trial(view, replace(trial, code=event.code, lines=kept, current=None))


@fold.register
def _(event: CodeExecuted, view: SolveView, at_s: float) -> SolveView:
    """The tests follow what is whole and as good as anything before; a trial of samples shows its best."""
    trial = _trial(view)
    rows = tested(view.tests, event.results)
    executed = event.executed or canonical(event.source) or ""
    answer = AnswerView(
        len(trial.answers) + 1, event.source, rows or view.tests, event.results if rows else (), executed
    )
    best = trial.best_answer
    told = replace(_with_answer(trial, event), answers=(*trial.answers, answer))
    if not trial.way.by_lines:
        if best is None or answer.passed > best.passed:
            told = replace(told, code=answer.code, tests=answer.tests, tests_of=f"sample {answer.number}")
    elif trial.current is None or trial.current.runs is None or answer.passed > trial.passed:
        told = replace(told, tests=answer.tests, tests_of="whole answer")
    return _with_trial(view, told)


@fold.register
def _(event: SolveFinished, view: SolveView, at_s: float) -> SolveView:
    scored = tuple(
        row if test.result is None else _ran(row, test.result)
        for test in event.tests
        for row in (TestRow(test.test, hidden=test.hidden),)
    )
    return replace(
        _resumed(view, at_s),
        phase=Phase.SOLVED if event.solved else Phase.UNSOLVED,
        stage=Stage.DONE,
        tokens=_more(view.tokens, event.tokens),
        scored=scored,
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
    return _with_settings(view, {"gamma": event.gamma})


@fold.register
def _(event: SettingsChanged, view: SolveView, at_s: float) -> SolveView:
    values = dict(event.values)
    seed, budget_s = int(values.get("seed", view.seed)), values.get("budget_s", view.budget_s)
    return _with_settings(replace(view, seed=seed, budget_s=budget_s), values)


@fold.register
def _(event: LinesRewound, view: SolveView, at_s: float) -> SolveView:
    """The tests go back too: to the latest runs on the way to what is left of the code, if there are any."""
    trial = _trial(view)
    kept = tuple(line for line in trial.lines if line.number < event.line)
    before = (*trial.before, replace(trial, before=()))
    trial = replace(
        trial, code=event.code, lines=kept, current=None, tests=view.tests, tests_of="", before=before
    )
    for line in kept:
        trial = _with_best_run(trial, line)
    view = _with_trial(view, trial)
    return _with_line(view, _current(view, event.line, event.row))


@fold.register
def _(event: LinesRestored, view: SolveView, at_s: float) -> SolveView:
    """The lines are back with their story, where they had one."""
    trial = _trial(view)
    *earlier, last = trial.before or (replace(trial, before=()),)
    lines = tuple(line for line in last.lines if line.number < event.line)
    restored = replace(
        trial,
        code=event.code,
        lines=lines,
        current=None,
        tests=last.tests,
        tests_of=last.tests_of,
        before=tuple(earlier),
    )
    view = _with_trial(view, restored)
    return _with_line(view, _current(view, event.line, event.row))


def engine_lost(view: SolveView, message: str, at_s: float, *, absent: bool = False) -> SolveView:
    """The view after the engine's process was found gone, or (`absent`) no model to start it with."""
    lost = EngineState.ABSENT if absent else EngineState.DEAD
    engine = replace(view.engine, state=lost, message=message, since_s=at_s)
    return replace(view, engine=engine)


def tested(tests: tuple[TestRow, ...], results: tuple[TestResult, ...]) -> tuple[TestRow, ...]:
    """The tests with the rows of one run; empty for a run with other tests than the exercise's."""
    if len(results) != len(tests):
        return ()
    return tuple(_ran(row, result) for row, result in zip(tests, results, strict=True))


def _ran(row: TestRow, result: TestResult) -> TestRow:
    """A test with what came of it."""
    return replace(
        row,
        verdict=result.status,
        error=result.error,
        guarded=result.guarded,
        got=result.got,
        expected=result.expected,
        output=result.output,
    )


def best_run(tests: tuple[TestRow, ...], line: LineView) -> tuple[TestRow, ...]:
    """The tests with the best run of a line's candidates; empty where nothing of it ran."""
    executed = [rows for run in line.runs or () if (rows := tested(tests, run.results))]
    return max(executed, key=lambda rows: sum(row.verdict is Verdict.PASSED for row in rows), default=())


def _trial(view: SolveView) -> TrialView:
    """The trial in work."""
    return view.trial or TrialView(
        1, view.way.name, view.settings, view.gamma, code=view.starter, tests=view.tests
    )


def _with_trial(view: SolveView, trial: TrialView) -> SolveView:
    """The view with the trial in work changed."""
    return replace(view, trials=(*view.trials[:-1], trial))


def _with_settings(view: SolveView, values: dict[str, float]) -> SolveView:
    """The view and its trial in work with other settings; a setting string that cannot be read stays."""
    gamma = values.get("gamma", view.gamma)
    try:
        settings = parse_settings(view.settings)
        for name in values.keys() & CARRIED:
            value = int(values[name]) if SETTINGS[name].kind is int else values[name]
            settings = settings.with_value(name, value)
        text = settings.to_string()
    except SettingError:
        text = view.settings
    view = replace(view, gamma=gamma, settings=text)
    if view.trial is None or view.trial.outcome is not None:
        return view
    return _with_trial(view, replace(view.trial, gamma=gamma, settings=text))


def _with_line(view: SolveView, line: LineView) -> SolveView:
    """The view with the line in work changed."""
    return _with_trial(view, replace(_trial(view), current=line))


def _current(view: SolveView, number: int | None = None, row: int | None = None) -> LineView:
    """The line in work: the known one if `number` is still its own, else a new one that begins on `row`.

    Without a number it is the line behind the code.
    """
    trial = _trial(view)
    if trial.current and number in (None, trial.current.number):
        return trial.current
    if number is None or row is None:
        number, row = trial.lines[-1].number + 1 if trial.lines else 1, next_row(trial.code)
    tail = trial.code.rpartition("\n")[2]
    return LineView(number, row, lead="" if tail.strip() else tail)


def _with_best_run(trial: TrialView, line: LineView) -> TrialView:
    """The trial with the results of the best run of a line's candidates, if anything of it ran."""
    rows = best_run(trial.tests, line)
    return replace(trial, tests=rows, tests_of=f"best of line {line.row}") if rows else trial


def _with_answer(trial: TrialView, event: CodeExecuted) -> TrialView:
    """The results of an answer beside the candidate that it is, where no run stands there yet."""
    line = trial.current
    if line is None:
        return trial
    shown = {index for run in line.runs or () for index in run.candidates}
    same = tuple(
        candidate.index
        for candidate in line.candidates
        if candidate.index not in shown and candidate.text and event.source.endswith(candidate.text)
    )
    if not same:
        return trial
    run = CandidateRun(same, event.source, event.results)
    return replace(trial, current=replace(line, runs=(*(line.runs or ()), run)))


def _with_winner(trial: TrialView, answer: str) -> TrialView:
    """Where a candidate was the answer, its line counts as chosen: all rows the candidate added."""
    line = trial.current
    if line is None or not trial.way.by_lines:
        return trial
    for candidate in line.candidates:
        if candidate.text and answer == trial.code + candidate.text:
            first = trial.code.count("\n") + 1
            last = max(first, last_row(answer))
            chosen = replace(line, text=candidate.text, row=first, rows=(first, last))
            return replace(trial, lines=(*trial.lines, chosen), current=None)
    return trial


def _more(before: TokenCounts, now: TokenCounts) -> TokenCounts:
    """The larger count: a counter on the screen never runs backwards."""
    return now if now.evaluated >= before.evaluated else before


def _resumed(view: SolveView, at_s: float) -> SolveView:
    """Counts a pause that ends now."""
    if view.paused_s is None:
        return view
    return replace(view, paused_s=None, pauses_s=view.pauses_s + at_s - view.paused_s)

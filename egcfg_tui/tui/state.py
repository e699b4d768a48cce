"""The fold: what each event of a solve does to the view; `trial_state` folds those about a trial.

Nothing here knows a widget or a clock (times come with the events), so the live screen, the picture of a
recording and the tests all see the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import singledispatch

from egcfg_tui.events import (
    EngineLoaded,
    Event,
    GammaChanged,
    Progressed,
    SandboxRestarted,
    SettingsChanged,
    SettingsLeftOut,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    Stage,
    StageEntered,
    TokenCounts,
    TrialStarted,
)
from egcfg_tui.solving.request.fitting import left_out
from egcfg_tui.solving.request.settings import CARRIED, SETTINGS, SettingError, parse_settings
from egcfg_tui.solving.run_cache import restarted
from egcfg_tui.tui.bridge import RecordingFailed
from egcfg_tui.tui.trial_state import fold_trial
from egcfg_tui.tui.view import (
    NO_PROGRESS,
    EngineState,
    EngineView,
    Phase,
    Progress,
    SolveView,
    TestRow,
    TrialView,
)
from egcfg_tui.tui.visible_tests import ran


def fold_all(view: SolveView, events: Iterable[tuple[float, Event]]) -> SolveView:
    """Folds stamped events in order."""
    for at_s, event in events:
        view = fold(event, view, at_s)
    return view


@singledispatch
def fold(event: Event, view: SolveView, at_s: float) -> SolveView:
    """The view after one more event. Events of no interest leave the view as it is."""
    trial = view.trial or TrialView(
        1, view.way.name, view.settings, view.gamma, code=view.starter, tests=view.tests
    )
    told = fold_trial(event, trial, view.tests)
    return view if told is trial else _with_trial(view, told)


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
def _(event: SandboxRestarted, view: SolveView, at_s: float) -> SolveView:
    return replace(view, warning=restarted(event))


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
def _(event: SolveFinished, view: SolveView, at_s: float) -> SolveView:
    scored = tuple(
        row if test.result is None else ran(row, test.result)
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


def engine_lost(view: SolveView, message: str, at_s: float, *, absent: bool = False) -> SolveView:
    """The view after the engine's process was found gone, or (`absent`) no model to start it with."""
    lost = EngineState.ABSENT if absent else EngineState.DEAD
    engine = replace(view.engine, state=lost, message=message, since_s=at_s)
    return replace(view, engine=engine)


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


def _more(before: TokenCounts, now: TokenCounts) -> TokenCounts:
    """The larger count: a counter on the screen never runs backwards."""
    return now if now.evaluated >= before.evaluated else before


def _resumed(view: SolveView, at_s: float) -> SolveView:
    """Counts a pause that ends now."""
    if view.paused_s is None:
        return view
    return replace(view, paused_s=None, pauses_s=view.pauses_s + at_s - view.paused_s)

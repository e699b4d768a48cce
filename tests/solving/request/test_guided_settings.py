"""What each setting changes in a guided trial, on scripted models and the real sandbox."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from support.total import EXERCISE, MARKER, RIGHT, WRONG
from support.trials import solve_context, ticking

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import FakeEngine, scripted
from egcfg_tui.events import (
    CandidatesExecuted,
    CandidatesSampled,
    CodeExecuted,
    Event,
    LineChosen,
    SignalBuilt,
    SolveFinished,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.request.grid import Axis, Grid
from egcfg_tui.solving.request.settings import RefreshMode, Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve
from egcfg_tui.solving.trials.guided import guided_trial

OTHER = WRONG.replace("result = x", "result -= x")
# At temperature 0 a method has one guided trial.
ONE_TRIAL = Settings(temperature=0.0, horizon=1)
LINES = WRONG.removesuffix("```").splitlines(keepends=True)

Answers = Callable[[str], Sequence[tuple[str, float]]]


def run(answers: Answers, sandbox: Sandbox, request: SolveRequest) -> list[Event]:
    inbox = CommandInbox(budget_s=request.budget_s, clock=time.monotonic)
    return list(solve(FakeEngine(scripted(answers, MARKER)), sandbox, request, inbox))


def guided(answers: Answers, sandbox: Sandbox, settings: Settings) -> list[Event]:
    return run(answers, sandbox, SolveRequest(EXERCISE, "egcfg", settings, budget_s=60))


def of_type(events: list[Event], kind: type[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def wrong(_prompt: str) -> list[tuple[str, float]]:
    return [(WRONG, 1.0)]


def test_token_mode_renews_the_signal_before_every_token_and_chooses_the_same_lines(
    sandbox: Sandbox,
) -> None:
    by_line = guided(wrong, sandbox, ONE_TRIAL)
    by_token = guided(wrong, sandbox, dataclasses.replace(ONE_TRIAL, refresh_mode=RefreshMode.TOKEN))
    assert [e.text for e in of_type(by_token, LineChosen)] == [e.text for e in of_type(by_line, LineChosen)]
    body = WRONG.removesuffix("```").removeprefix(LINES[0])
    # One per byte of the body, which is a token here; the fence that ends the answer is one more.
    assert len(of_type(by_token, CandidatesSampled)) == len(body) + 1
    assert len(of_type(by_line, CandidatesSampled)) == len(LINES)


def test_persistent_prefix_keeps_a_signal_that_covers_the_code(sandbox: Sandbox) -> None:
    settings = dataclasses.replace(ONE_TRIAL, horizon=2, refresh_mode=RefreshMode.PERSISTENT_PREFIX)
    events = guided(wrong, sandbox, settings)
    # Candidates of two lines behind the header: they cover lines 2 and 3, then 4 and 5, then the end.
    assert [event.line for event in of_type(events, CandidatesSampled)] == [2, 4, 6]
    # The end itself has no line to tell about.
    assert [event.line for event in of_type(events, SignalBuilt)] == [2, 4]


def test_persistent_prefix_renews_when_the_code_leaves_what_was_executed(sandbox: Sandbox) -> None:
    """The signal steers the code away from every candidate, so the next line needs a new signal."""

    def answers(prompt: str) -> list[tuple[str, float]]:
        return [(OTHER, 1.0)] if "Attempt" in prompt else [(WRONG, 0.6), (OTHER, 0.4)]

    settings = dataclasses.replace(ONE_TRIAL, horizon=9, refresh_mode=RefreshMode.PERSISTENT_PREFIX)
    events = guided(answers, sandbox, settings)
    leaving = next(e.line for e in of_type(events, LineChosen) if "-=" in e.text)
    assert [event.line for event in of_type(events, CandidatesSampled)] == [2, leaving + 1]


def test_a_signal_that_tells_of_every_attempt_stays(sandbox: Sandbox) -> None:
    """A signal says whole answers once; answers that go on line by line are new at every line."""
    whole, lines = (
        guided(wrong, sandbox, dataclasses.replace(ONE_TRIAL, horizon=horizon)) for horizon in (9, 1)
    )
    for events, different in ((whole, 1), (lines, len(LINES) - 1)):
        signals = [signal.text for signal in of_type(events, SignalBuilt)]
        assert len(signals) == len(LINES) - 1
        assert len(set(signals)) == different
    once = of_type(whole, SignalBuilt)[0].tokens
    assert once <= of_type(whole, SolveFinished)[0].tokens.signal < 2 * once


def test_a_signal_that_left_an_attempt_out_is_renewed(sandbox: Sandbox) -> None:
    settings = Settings(horizon=9, candidates=8, temperature=1.0, gamma=0.0)
    for budget, renewed in ((4000, False), (250, True)):
        engine = FakeEngine(scripted(lambda _: [(WRONG, 0.5), (OTHER, 0.5)], MARKER))
        with solve_context(engine, sandbox, EXERCISE) as context:
            chosen = dataclasses.replace(settings, signal_tokens=budget)
            events = list(guided_trial(context, chosen, (1,)))
        first, second, *_ = of_type(events, SignalBuilt)
        assert bool(first.dropped) is renewed
        assert (second.text != first.text) is renewed


def test_the_trace_format_shapes_the_signal(sandbox: Sandbox) -> None:
    texts = {}
    for trace in TraceFormat:
        settings = dataclasses.replace(ONE_TRIAL, horizon=9, trace=trace, signal_tokens=4000)
        signals = of_type(guided(wrong, sandbox, settings), SignalBuilt)
        texts[trace] = signals[0].text
    assert len(set(texts.values())) == len(TraceFormat)
    assert len(texts[TraceFormat.MINIMAL]) < len(texts[TraceFormat.COMPACT]) < len(texts[TraceFormat.FULL])


@pytest.mark.parametrize("partial", [True, False])
def test_runs_of_unfinished_candidates_enter_the_signal_only_where_asked(
    sandbox: Sandbox, partial: bool
) -> None:
    settings = dataclasses.replace(ONE_TRIAL, horizon=2, partial_execution=partial)
    signals = of_type(guided(wrong, sandbox, settings), SignalBuilt)
    assert any("unfinished" in signal.text for signal in signals) is partial
    assert signals[-1].text, "the candidate of the last line is complete"


@pytest.mark.parametrize("stop", [True, False])
@pytest.mark.parametrize("method", ["egcfg", "greedy"])
def test_code_that_repeats_itself_ends_its_trial(sandbox: Sandbox, stop: bool, method: str) -> None:
    looping = LINES[0] + "    x = 1\n" * 40
    settings = dataclasses.replace(ONE_TRIAL, stop_loops=stop, max_tokens=200)
    request = SolveRequest(EXERCISE, method, settings, budget_s=60)
    events = run(lambda _: [(looping, 1.0)], sandbox, request)
    lines = [event.text for event in of_type(events, LineChosen)]
    assert (len(lines) == 9) is stop
    assert bool(of_type(events, CodeExecuted)) is not stop, "what was cut off in a loop is no answer"


@pytest.mark.parametrize("early", [True, False])
def test_a_complete_candidate_that_passes_ends_the_trial_only_where_asked(
    sandbox: Sandbox, early: bool
) -> None:
    settings = dataclasses.replace(ONE_TRIAL, horizon=9, early_stop=early)
    events = guided(lambda _: [(RIGHT, 1.0)], sandbox, settings)
    assert (len(of_type(events, LineChosen)) == 1) is early
    end = events[-1]
    assert isinstance(end, SolveFinished)
    assert end.solved


def test_guided_trials_of_auto_start_from_what_failed(sandbox: Sandbox) -> None:
    """Samples give one of two wrong answers; only with failures in the signal comes the right one."""

    def answers(prompt: str) -> list[tuple[str, float]]:
        return [(RIGHT, 1.0)] if "Attempt" in prompt else [(WRONG, 0.5), (OTHER, 0.5)]

    settings = Settings(temperature=1.0, refresh_mode=RefreshMode.PERSISTENT_PREFIX, signal_tokens=4000)
    events = run(answers, sandbox, SolveRequest(EXERCISE, "auto", settings, budget_s=60))
    end = events[-1]
    assert isinstance(end, SolveFinished)
    assert end.solved
    assert [trial.method for trial in end.trial_list] == ["greedy", "sample", "egcfg"]
    assert end.solved_by == 3
    started = of_type(events, TrialStarted)
    assert [event.attempts for event in started] == [0, 0, 2]
    guided_trial = events[events.index(started[2]) :]
    first = next(event for event in guided_trial if isinstance(event, SignalBuilt | LineChosen))
    assert isinstance(first, SignalBuilt)
    assert "Attempt 2" in first.text


def test_the_account_of_the_trials_adds_up(sandbox: Sandbox) -> None:
    def answers(prompt: str) -> list[tuple[str, float]]:
        return [(WRONG, 0.5), (OTHER, 0.5)]

    grid = Grid((Axis("gamma", (1.0, 3.0)),))
    settings = Settings(temperature=1.0, horizon=2)
    request = SolveRequest(EXERCISE, "auto", settings, budget_s=3000, grid=grid)
    inbox = CommandInbox(budget_s=request.budget_s, clock=ticking())
    events = list(solve(FakeEngine(scripted(answers, MARKER)), sandbox, request, inbox))
    end = events[-1]
    assert isinstance(end, SolveFinished)
    assert end.solved_by is None
    assert end.trials == len(end.trial_list) > 4
    assert [trial.index for trial in end.trial_list] == list(range(1, end.trials + 1))
    assert sum(trial.runs for trial in end.trial_list) == end.runs
    prompt = sum(trial.tokens.prompt for trial in end.trial_list)
    assert sum(trial.tokens.evaluated for trial in end.trial_list) - prompt == (
        end.tokens.evaluated - end.tokens.prompt
    )
    assert sum(trial.wall_s for trial in end.trial_list) <= end.wall_s
    gammas = [trial.gamma for trial in end.trial_list if trial.method == "egcfg"]
    assert gammas[:2] == [1.0, 3.0]
    for finished, trial in zip(of_type(events, TrialFinished), end.trial_list, strict=True):
        assert (finished.method, finished.settings, finished.outcome, finished.runs) == (
            trial.method,
            trial.settings,
            trial.outcome,
            trial.runs,
        )


def test_a_program_that_ran_is_not_run_again_in_another_trial_or_setting(sandbox: Sandbox) -> None:
    grid = Grid((Axis("prompt_style", ("plain", "long-code")), Axis("gamma", (1.0, 3.0))))
    events = run(wrong, sandbox, SolveRequest(EXERCISE, "egcfg", ONE_TRIAL, budget_s=60, grid=grid))
    end = events[-1]
    assert isinstance(end, SolveFinished)
    first, *others = end.trial_list
    assert first.runs > 0
    assert [trial.runs for trial in others] == [0] * 3
    later = events[events.index(of_type(events, TrialStarted)[1]) :]
    assert of_type(later, CandidatesExecuted)
    assert all(run.cached for event in of_type(later, CandidatesExecuted) for run in event.runs if run.source)


def test_another_prompt_style_evaluates_only_what_differs(sandbox: Sandbox) -> None:
    """Both prompts agree up to the instruction, and each is evaluated only once however often it is used."""
    grid = Grid((Axis("prompt_style", ("plain", "long-code")), Axis("gamma", (1.0, 3.0))))
    settings = dataclasses.replace(ONE_TRIAL, temperature=0.0)
    request = SolveRequest(EXERCISE, "egcfg", settings, budget_s=60, grid=grid)
    events = run(wrong, sandbox, request)
    costs = [event.tokens.prompt for event in of_type(events, TrialFinished)]
    end = events[-1]
    assert isinstance(end, SolveFinished)
    alone = guided(wrong, sandbox, dataclasses.replace(ONE_TRIAL, prompt_style=PromptStyle.LONG_CODE))[-1]
    assert isinstance(alone, SolveFinished)
    assert len(costs) == 4
    assert sorted(costs)[:3] == [0, 0, 0], "three trials come to an evaluated prompt"
    assert 0 < max(costs) < alone.tokens.prompt - 50

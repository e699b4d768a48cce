"""Whole solves on a scripted model and the real sandbox."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest
from support.total import EXERCISE, MARKER, RIGHT, WRONG
from support.trials import ticking

from egcfg_sandbox import CodeTest, Limits, Report, Sandbox, SnippetTest, StdioTest, Verdict
from egcfg_tui.engine.api import Engine
from egcfg_tui.engine.fake import FakeEngine, hashed, scripted
from egcfg_tui.engine.stand_in import StandIn
from egcfg_tui.events import (
    CandidatesExecuted,
    CandidatesSampled,
    CodeExecuted,
    Event,
    FailureKind,
    LineChosen,
    Progressed,
    SandboxRestarted,
    SignalBuilt,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    Stage,
    StageEntered,
    TrialFinished,
)
from egcfg_tui.exercises import Visibility, with_visible
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving import scoring
from egcfg_tui.solving.commands import ChangeSettings, CommandInbox, Pause, Resume
from egcfg_tui.solving.methods import METHODS, offered_methods
from egcfg_tui.solving.request.grid import Axis, Grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve
from egcfg_tui.solving.text.answer_span import lines_in

Answers = Callable[[str], Sequence[tuple[str, float]]]


def run(
    engine: Engine,
    sandbox: Sandbox,
    request: SolveRequest,
    *,
    wait: Callable[[float], Any] = lambda _seconds: None,
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> list[Event]:
    inbox = CommandInbox(
        budget_s=request.budget_s,
        clock=clock,
        wait=wait,
        stop_requested=stop,
        budget_tokens=request.budget_tokens,
    )
    return list(solve(engine, sandbox, request, inbox))


def model(answers: Answers) -> FakeEngine:
    return FakeEngine(scripted(answers, MARKER))


def of_type(events: list[Event], kind: type[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def finished(events: list[Event]) -> SolveFinished:
    assert isinstance(events[-1], SolveFinished)
    return events[-1]


@pytest.mark.parametrize("method", list(METHODS))
def test_a_model_that_knows_the_answer_solves_with_every_method(sandbox: Sandbox, method: str) -> None:
    end = finished(run(model(lambda _: [(RIGHT, 1.0)]), sandbox, SolveRequest(EXERCISE, method, budget_s=20)))
    assert end.solved
    assert end.hidden_passed is True
    assert end.reason == "passed"
    assert end.solution == RIGHT.removesuffix("```")
    assert [(test.hidden, test.result.passed) for test in end.tests] == [(False, True)] * 2 + [(True, True)]


def test_greedy_runs_one_answer_and_reports_what_failed(sandbox: Sandbox) -> None:
    events = run(model(lambda _: [(WRONG, 1.0)]), sandbox, SolveRequest(EXERCISE, "greedy"))
    end = finished(events)
    assert not end.solved
    assert (end.reason, end.trials) == ("failed", 1)
    assert len(of_type(events, CodeExecuted)) == 1
    assert end.tests[0].result.status is Verdict.FAILED


def test_a_sandbox_that_was_killed_is_told_and_the_solve_goes_on() -> None:
    with Sandbox() as sandbox:
        os.kill(sandbox.server_pid, signal.SIGKILL)
        events = run(model(lambda _: [(RIGHT, 1.0)]), sandbox, SolveRequest(EXERCISE, "greedy", budget_s=20))
    assert [event for event in events if isinstance(event, SandboxRestarted)] == [SandboxRestarted(1)]
    assert finished(events).solved


def test_an_answer_is_judged_once_however_often_it_is_sampled(sandbox: Sandbox) -> None:
    engine = model(lambda _: [(WRONG, 0.5), (WRONG.replace("x\n", "x  # so far\n"), 0.5)])
    settings = Settings(temperature=1.0, remarks=True)
    events = run(engine, sandbox, SolveRequest(EXERCISE, "sample", settings, budget_s=60))
    assert len(of_type(events, CodeExecuted)) == 1
    assert finished(events).reason == "failed", "a model with nothing new to say is not asked for ever"


def test_sampling_finds_the_rarer_right_answer(sandbox: Sandbox) -> None:
    engine = model(lambda _: [(WRONG, 0.8), (RIGHT, 0.2)])
    request = SolveRequest(EXERCISE, "sample", Settings(temperature=1.0, top_p=1.0), budget_s=20)
    end = finished(run(engine, sandbox, request))
    assert end.solved


def test_the_signal_steers_the_line(sandbox: Sandbox) -> None:
    """The model prefers the wrong line without traces in the prompt, and the right line with them."""
    other_wrong = WRONG.replace("result = x", "result -= x")

    def answers(prompt: str) -> Sequence[tuple[str, float]]:
        if "Attempt 1" in prompt:
            return [(RIGHT, 0.9), (WRONG, 0.1)]
        return [(WRONG, 0.7), (other_wrong, 0.29999), (RIGHT, 0.00001)]

    settings = Settings(gamma=1.0, temperature=0.7, horizon=6, candidates=2)
    guided = run(model(answers), sandbox, SolveRequest(EXERCISE, "egcfg", settings, budget_s=20))
    assert finished(guided).solved
    signals = of_type(guided, SignalBuilt)
    assert "x: 1, 2" in signals[0].text
    changed = [
        choice
        for line in of_type(guided, LineChosen)
        for choice in line.tokens
        if choice.conditional is not None and choice.instead is not None
    ]
    assert changed, "guidance changed no token"
    unguided = run(model(answers), sandbox, SolveRequest(EXERCISE, "greedy"))
    assert not finished(unguided).solved


def test_a_complete_candidate_that_passes_ends_the_solve_at_once(sandbox: Sandbox) -> None:
    engine = model(lambda _: [(WRONG, 0.5), (RIGHT, 0.5)])
    settings = Settings(candidates=8, horizon=10, temperature=1.0)
    events = run(engine, sandbox, SolveRequest(EXERCISE, "egcfg", settings))
    assert finished(events).solved
    # Only the header was chosen: everything else came from the candidate.
    assert [line.text for line in of_type(events, LineChosen)] == ["def total(xs):\n"]


def test_gamma_0_chooses_what_greedy_chooses(sandbox: Sandbox) -> None:
    engine = FakeEngine(scripted(lambda p: [(RIGHT if "Attempt 1" in p else WRONG, 1.0)], MARKER))
    settings = Settings(gamma=0.0, horizon=2, temperature=0.5)
    request = SolveRequest(EXERCISE, "egcfg", settings, budget_s=2000)
    events = run(engine, sandbox, request, clock=ticking())
    first_trial = next(e for e in events if isinstance(e, TrialFinished))
    assert first_trial.code == WRONG.removesuffix("```")


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_gives_the_same_run(sandbox: Sandbox, method: str, seed: int) -> None:
    def once() -> list[tuple[Any, ...]]:
        engine = FakeEngine(hashed(5))
        settings = Settings(max_tokens=40, horizon=2, temperature=1.0, candidates=2, signal_tokens=2000)
        # A hashed model never solves anything; two trials are enough.
        inbox = CommandInbox(budget_s=1e9, clock=time.monotonic)
        seen: list[tuple[Any, ...]] = []
        trials = 0
        for event in solve(engine, sandbox, SolveRequest(EXERCISE, method, settings, seed=seed), inbox):
            if isinstance(event, LineChosen):
                seen.append((event.text, event.tokens))
            elif isinstance(event, CandidatesSampled):
                seen.append(tuple(c.text for c in event.candidates))
            elif isinstance(event, TrialFinished):
                trials += 1
                if trials == 2:
                    break
        return seen

    first = once()
    assert first
    assert once() == first


def test_every_candidate_keeps_the_horizon(sandbox: Sandbox) -> None:
    for horizon in (1, 2, 3):
        engine = model(lambda _: [(RIGHT, 0.5), (WRONG, 0.5)])
        settings = Settings(horizon=horizon, temperature=1.0)
        request = SolveRequest(EXERCISE, "egcfg", settings, budget_s=2000)
        sampled_each = of_type(run(engine, sandbox, request, clock=ticking()), CandidatesSampled)
        assert sampled_each
        for sampled in sampled_each:
            assert all(lines_in(candidate.text) <= horizon for candidate in sampled.candidates)


@pytest.mark.parametrize(("early_stop", "lines"), [(True, [1]), (False, [1, 2, 3, 4, 5, 6])])
def test_an_unfinished_candidate_that_passes_is_finished_and_judged(
    sandbox: Sandbox, early_stop: bool, lines: list[int]
) -> None:
    """Four lines are the whole function, but the model has not yet said that it is the end."""
    settings = Settings(temperature=0.0, horizon=4, early_stop=early_stop)
    events = run(
        model(lambda _: [(RIGHT, 1.0)]), sandbox, SolveRequest(EXERCISE, "egcfg", settings, budget_s=60)
    )
    first = of_type(events, CandidatesSampled)[0]
    assert not any(candidate.complete for candidate in first.candidates)
    assert [event.line for event in of_type(events, LineChosen)] == lines
    assert finished(events).solved


def test_a_candidate_that_passes_but_ends_wrong_is_tried_once(sandbox: Sandbox) -> None:
    # A `yield` after the `return` makes a generator of a function that would pass without it.
    spoilt = RIGHT.removesuffix("```") + "    yield 0\n```"
    settings = Settings(temperature=0.0, horizon=4)
    events = run(
        model(lambda _: [(spoilt, 1.0)]), sandbox, SolveRequest(EXERCISE, "egcfg", settings, budget_s=60)
    )
    horizons = [lines_in(c.text) for s in of_type(events, CandidatesSampled) for c in s.candidates]
    assert max(horizons) <= 4
    assert len(of_type(events, LineChosen)) > 4
    assert not finished(events).solved


def test_where_every_candidate_ends_the_answer_the_signal_stays(sandbox: Sandbox) -> None:
    settings = Settings(temperature=0.0, horizon=2)
    events = run(
        model(lambda _: [(WRONG, 1.0)]), sandbox, SolveRequest(EXERCISE, "egcfg", settings, budget_s=60)
    )
    ending = {
        sampled.line
        for sampled in of_type(events, CandidatesSampled)
        if not any(candidate.text for candidate in sampled.candidates)
    }
    assert ending == {6}
    assert {signal.line for signal in of_type(events, SignalBuilt)} == {2, 3, 4, 5}


@pytest.mark.parametrize("refresh", [1, 2, 3])
def test_candidates_are_renewed_every_refresh_lines_from_the_header_on(
    sandbox: Sandbox, refresh: int
) -> None:
    # At temperature 0 there is one trial.
    settings = Settings(refresh=refresh, horizon=1, temperature=0.0)
    events = run(
        model(lambda _: [(WRONG, 1.0)]),
        sandbox,
        SolveRequest(EXERCISE, "egcfg", settings=settings, budget_s=60),
    )
    # Line 1 is the header itself: nothing can be executed before it.
    assert [event.line for event in of_type(events, CandidatesSampled)] == list(range(2, 7, refresh))


@pytest.mark.parametrize("method", list(METHODS))
def test_hidden_tests_never_reach_a_prompt_or_a_run_before_scoring(sandbox: Sandbox, method: str) -> None:
    marker = "7346190"
    exercise = replace(
        EXERCISE,
        hidden=(CodeTest(f"assert total([{marker}]) == {marker}"),),
        reference=f"def total(xs): return sum(xs)  # {marker}",
    )
    seen: list[bytes] = []
    inner = scripted(lambda _: [(WRONG, 1.0)], MARKER)

    def spy(data: bytes) -> Any:
        seen.append(data)
        return inner(data)

    # The scripted samples are soon exhausted, so auto goes on to its guided trials; a clock that ticks at
    # each look leaves time for some of them.
    budget_s = 20_000 if method == "reference" else 2000
    request = SolveRequest(exercise, method, Settings(temperature=1.0), budget_s=budget_s)
    events = run(FakeEngine(spy), sandbox, request, clock=ticking())
    assert seen
    assert not any(marker.encode() in data for data in seen)
    if method in ("auto", "egcfg"):
        assert any(signal.text for signal in of_type(events, SignalBuilt))
    before_scoring = [event for event in events if not isinstance(event, SolveFinished)]
    assert marker not in repr(before_scoring)
    assert marker in repr(finished(events).tests)
    assert finished(events).hidden_passed is True  # the last element is what WRONG returns
    assert not finished(events).solved


@pytest.mark.parametrize("method", list(METHODS))
def test_tests_that_the_user_does_not_choose_only_score(sandbox: Sandbox, method: str) -> None:
    marker = "7346190"
    tests = (CodeTest("assert total([2]) == 2"), CodeTest(f"assert total([{marker}]) == {marker}"))
    exercise = with_visible(replace(EXERCISE, visible=tests, hidden=()), Visibility.FIRST)
    seen: list[bytes] = []
    inner = scripted(lambda _: [(WRONG, 1.0)], MARKER)

    def spy(data: bytes) -> Any:
        seen.append(data)
        return inner(data)

    events = run(FakeEngine(spy), sandbox, SolveRequest(exercise, method, Settings(), budget_s=5))
    assert seen
    assert not any(marker.encode() in data for data in seen)
    assert marker not in repr([event for event in events if not isinstance(event, SolveFinished)])
    assert [test.hidden for test in finished(events).tests] == [False, True]
    assert finished(events).solved


@pytest.mark.parametrize("method", list(METHODS))
def test_a_snippet_is_solved(sandbox: Sandbox, method: str) -> None:
    exercise = replace(
        EXERCISE,
        kind=ExerciseKind.DATA,
        given="xs = [1, 2]\n",
        visible=(SnippetTest("assert total == 3", "xs = [1, 2]\n"),),
        hidden=(SnippetTest("assert total == 77", "xs = [1, 2]\n", own="xs = [70, 7]"),),
    )
    answer = "total = 0\nfor x in xs:\n    total += x\n```"
    engine = FakeEngine(scripted(lambda _: [(answer, 1.0)], "```python\nxs = [1, 2]\n"))
    events = run(engine, sandbox, SolveRequest(exercise, method, Settings(horizon=1), budget_s=20))
    assert finished(events).solved
    assert finished(events).solution == answer.removesuffix("```")
    for event in of_type(events, SignalBuilt)[:1]:
        assert "total: 0" in event.text


def test_a_stdin_program_is_solved(sandbox: Sandbox) -> None:
    exercise = Exercise(
        id="sum",
        title="Sum",
        statement="Print the sum.",
        kind=ExerciseKind.STDIN,
        entry_point=None,
        visible=(StdioTest("1 2\n", "3\n"),),
        hidden=(StdioTest("4 5\n", "9\n"),),
    )
    engine = model(lambda _: [("a, b = map(int, input().split())\nprint(a + b)\n```", 1.0)])
    events = run(engine, sandbox, SolveRequest(exercise, "egcfg", Settings(horizon=1)))
    assert finished(events).solved
    assert of_type(events, CandidatesExecuted)


def test_branches_are_given_back(sandbox: Sandbox) -> None:
    engine = model(lambda _: [(WRONG, 0.6), (RIGHT, 0.4)])
    for method in METHODS:
        request = SolveRequest(EXERCISE, method, Settings(horizon=1), budget_s=1000)
        run(engine, sandbox, request, clock=ticking())
        assert engine.open_branches == 0
        assert engine.free_tokens == engine.info.context_tokens


def test_a_stop_at_any_moment_keeps_what_there_is(sandbox: Sandbox) -> None:
    for moment in range(0, 400, 37):
        calls = 0

        def stop(limit: int = moment) -> bool:
            nonlocal calls
            calls += 1
            return calls > limit

        engine = model(lambda _: [(WRONG, 1.0)])
        events = run(engine, sandbox, SolveRequest(EXERCISE, "egcfg", Settings(horizon=1)), stop=stop)
        end = finished(events)
        assert end.reason == "stopped"
        assert not end.solved
        assert WRONG.startswith(end.solution)
        assert engine.open_branches == 0


ENDLESS = replace(EXERCISE, hidden=(CodeTest("while total([1]): pass"),), limits=Limits(wall_s=60))


def test_a_stop_ends_the_scoring_and_keeps_the_answer(sandbox: Sandbox) -> None:
    stops: list[bool] = []
    inbox = CommandInbox(budget_s=1e9, clock=time.monotonic, stop_requested=lambda: bool(stops))
    events = []
    request = SolveRequest(ENDLESS, "greedy")
    for event in solve(model(lambda _: [(RIGHT, 1.0)]), sandbox, request, inbox):
        events.append(event)
        stops += [True] * (event == StageEntered(Stage.SCORING))
    end = finished(events)
    assert (end.reason, end.solved, end.hidden_passed, end.not_run) == ("stopped", False, None, 3)
    assert end.solution == RIGHT.removesuffix("```")
    assert end.solved_by == 1


def test_scoring_ends_soon_after_the_budget_and_tells_what_was_not_run(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "SCORING_MARGIN_S", 0.3)
    # The trial takes no time on this clock, so the whole budget is left for scoring.
    request = SolveRequest(ENDLESS, "greedy", budget_s=0.1)
    end = finished(run(model(lambda _: [(RIGHT, 1.0)]), sandbox, request, clock=lambda: 0.0))
    assert (end.reason, end.solved, end.hidden_passed) == ("passed", False, None)
    assert end.tests[-1].hidden
    assert end.tests[-1].result is None


def test_the_budget_ends_a_run_of_the_tests_and_the_answer_is_scored(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "SCORING_MARGIN_S", 0.3)
    now = 0.0
    run_many = sandbox.run_many

    def run_late(*arguments: Any) -> list[Report]:
        """A solve whose budget ends as soon as the answer is run."""
        nonlocal now
        now = 60.0
        return run_many(*arguments)

    monkeypatch.setattr(sandbox, "run_many", run_late)
    endless = replace(ENDLESS, visible=ENDLESS.hidden, hidden=())
    request = SolveRequest(endless, "sample", budget_s=60)
    end = finished(run(model(lambda _: [(RIGHT, 1.0)]), sandbox, request, clock=lambda: now))
    assert (end.reason, end.solution) == ("budget", RIGHT.removesuffix("```"))
    assert (end.solved, end.not_run) == (False, 1)


def test_a_spent_budget_is_scored_with_the_best_answer(sandbox: Sandbox) -> None:
    engine = model(lambda _: [(WRONG, 1.0)])
    request = SolveRequest(EXERCISE, "egcfg", budget_s=2000)
    end = finished(run(engine, sandbox, request, clock=ticking()))
    assert end.reason == "budget"
    assert end.solution == WRONG.removesuffix("```")
    assert len(end.tests) == 3


def test_pause_resume_and_a_new_gamma_arrive(sandbox: Sandbox) -> None:
    commands: list[Any] = [None] * 30 + [Pause(), ChangeSettings((("gamma", 2.5),)), Resume()]

    def wait(_seconds: float) -> Any:
        return commands.pop(0) if commands else None

    engine = model(lambda _: [(WRONG, 0.6), (RIGHT, 0.4)])
    request = SolveRequest(EXERCISE, "egcfg", Settings(horizon=1, temperature=1.0), budget_s=2000)
    events = run(engine, sandbox, request, wait=wait, clock=ticking())
    assert of_type(events, SolvePaused)
    assert of_type(events, LineChosen)[-1].gamma == 2.5


def test_a_prompt_that_does_not_fit_is_refused_before_anything_is_evaluated(sandbox: Sandbox) -> None:
    engine = FakeEngine(hashed(1), context_tokens=300)
    events = run(engine, sandbox, SolveRequest(EXERCISE))
    assert isinstance(events[-1], SolveFailed)
    assert events[-1].kind is FailureKind.CONTEXT
    assert "--context" in events[-1].message
    assert engine.decodes == 0


def test_a_context_that_fills_up_ends_the_trial_with_what_there_is(sandbox: Sandbox) -> None:
    engine = FakeEngine(scripted(lambda _: [(WRONG * 30, 1.0)], MARKER), context_tokens=640)
    end = finished(run(engine, sandbox, SolveRequest(EXERCISE, "greedy")))
    assert end.reason in {"length", "failed"}
    assert engine.open_branches == 0


def test_an_exercise_without_visible_tests_gets_one_trial_and_is_scored(sandbox: Sandbox) -> None:
    exercise = Exercise(
        "total", "Total", "Add up.", ExerciseKind.FUNCTION, "total", visible=(), hidden=EXERCISE.hidden
    )
    end = finished(run(model(lambda _: [(RIGHT, 1.0)]), sandbox, SolveRequest(exercise, "egcfg")))
    assert end.solved
    assert end.trials == 1


def test_a_long_prefill_tells_how_far_it_is(sandbox: Sandbox) -> None:
    engine = FakeEngine(scripted(lambda _: [(RIGHT, 1.0)], MARKER), batch_tokens=50)
    events = run(engine, sandbox, SolveRequest(EXERCISE, "greedy"))
    prefill = [event for event in of_type(events, Progressed) if event.total and event.stage is Stage.PROMPT]
    assert [event.done for event in prefill[:3]] == [50, 100, 150]
    assert all(event.done < event.total for event in prefill)


def test_a_broken_chat_template_is_said(sandbox: Sandbox) -> None:
    engine = FakeEngine(hashed(1), chat_template="{{ nothing.here }}")
    events = run(engine, sandbox, SolveRequest(EXERCISE))
    assert isinstance(events[-1], SolveFailed)
    assert "chat template" in events[-1].message


@pytest.mark.parametrize("method", offered_methods())
def test_a_budget_of_tokens_ends_a_solve_within_one_step(sandbox: Sandbox, method: str) -> None:
    prompt = finished(
        run(model(lambda _: [(RIGHT, 1.0)]), sandbox, SolveRequest(EXERCISE, "greedy"))
    ).tokens.prompt
    request = SolveRequest(EXERCISE, method, budget_s=math.inf, budget_tokens=prompt + 20)
    end = finished(run(model(lambda _: [(WRONG, 1.0)]), sandbox, request))
    assert end.reason == "budget"
    # The batch that passes the limit is the last: sixteen rows at most, or one signal.
    assert prompt + 20 <= end.tokens.evaluated < prompt + 40


@pytest.mark.parametrize("method", offered_methods())
def test_the_seconds_of_the_stages_add_up_to_the_whole(sandbox: Sandbox, method: str) -> None:
    engine = model(lambda _: [(WRONG, 1.0), (RIGHT, 0.2)])
    end = finished(run(engine, sandbox, SolveRequest(EXERCISE, method, budget_s=2000), clock=ticking()))
    seconds = asdict(end.stages)
    assert end.wall_s - 5 <= sum(seconds.values()) <= end.wall_s
    assert seconds["prompt"] > 0
    assert seconds["runs"] > 0
    assert seconds["line" if method in ("greedy", "auto") else "candidates"] > 0


ANSWERS = [
    (f"def total(xs):\n    x = {number % 3}\n    return {-number}\n```", 1.0) for number in range(1, 30)
]


@pytest.mark.parametrize("method", offered_methods())
def test_sixteen_states_do_for_every_method(sandbox: Sandbox, method: str) -> None:
    engine = FakeEngine(scripted(lambda _: ANSWERS, MARKER), can_rewind=False, max_branches=16)
    request = SolveRequest(EXERCISE, method, Settings(candidates=4), budget_s=4000)
    end = finished(run(engine, sandbox, request, clock=ticking()))
    assert end.reason in ("budget", "failed")
    assert end.trials > (method in ("sample", "auto"))


@pytest.mark.parametrize("method", ["auto", "egcfg"])
def test_more_candidates_than_states_are_refused_with_the_number_that_fits(
    sandbox: Sandbox, method: str
) -> None:
    engine = FakeEngine(hashed(1), can_rewind=False, max_branches=16)
    end = run(engine, sandbox, SolveRequest(EXERCISE, method, Settings(candidates=7)))[-1]
    assert isinstance(end, SolveFailed)
    assert "room for 16 states of this model, too few for 7 candidates; use --candidates 6" in end.message


def test_a_model_that_ends_every_answer_at_once_is_not_asked_without_end(sandbox: Sandbox) -> None:
    grid = Grid((Axis("gamma", (1.0, 3.0)),))
    request = SolveRequest(EXERCISE, "egcfg", grid=grid, budget_s=20)
    end = finished(run(StandIn(b"", name="say:x"), sandbox, request))
    assert end.reason == "failed"
    assert end.trials <= 2 * len(grid.settings(request.settings))

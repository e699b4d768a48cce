"""A context that would overflow is reported before a solve begins, never in the middle of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.trials import OUT_OF_REACH, solve_context, ticking

from egcfg_sandbox import Program, Report, Sandbox, TestResult, Verdict
from egcfg_tui.engine.fake import END, VOCAB_SIZE, FakeEngine, hashed
from egcfg_tui.events import Event, FailureKind, SettingsLeftOut, SolveFailed, SolveFinished, TrialFinished
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.decoding.prompt_lookup import BATCH_ROWS
from egcfg_tui.solving.request.grid import Axis, Grid
from egcfg_tui.solving.request.settings import RefreshMode, Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve


class FailingSandbox:
    """Fails every program at once with long messages; these tests look only at the cache."""

    server_deaths = 0

    def run(self, program: Program) -> Report:
        rows = tuple(TestResult(test.text, Verdict.FAILED, error="wrong " * 300) for test in program.tests)
        return Report(Verdict.FAILED, rows)

    def run_many(self, programs: Sequence[Program], _should_stop: object = None) -> list[Report]:
        return [self.run(program) for program in programs]

    def run_tests(self, program: Program, _should_stop: object) -> list[TestResult]:
        return list(self.run(program).results)


def endless(context_tokens: int, seed: int, can_rewind: bool) -> FakeEngine:
    """A model whose answers hardly ever end; its lines have various lengths."""
    alphabet = [ord(c) for c in "abx =+1\n"] + [END]
    bias = np.array([0.0] * 7 + [0.0, -8.0])

    def logits(data: bytes) -> np.ndarray:
        row = np.full(VOCAB_SIZE, -40.0, dtype=np.float32)
        noise = np.random.default_rng([seed, len(data), *data[-3:]]).normal(0.0, 1.5, len(alphabet))
        row[alphabet] = noise + bias
        return row

    return FakeEngine(logits, context_tokens=context_tokens, can_rewind=can_rewind)


options = st.builds(
    Settings,
    candidates=st.integers(1, 6),
    temperature=st.sampled_from([0.0, 0.8, 2.0]),
    horizon=st.integers(1, 40),
    refresh=st.integers(1, 4),
    refresh_mode=st.sampled_from([RefreshMode.LINE, RefreshMode.TOKEN]),
    gamma=st.sampled_from([0.0, 1.5]),
    max_tokens=st.sampled_from([16, 200, 2000]),
    signal_tokens=st.sampled_from([0, 100, 600]),
    stop_loops=st.just(False),
)


@pytest.mark.parametrize("method", ["egcfg", "greedy", "sample"])
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    context_tokens=st.integers(400, 4000), seed=st.integers(0, 99), can_rewind=st.booleans(), options=options
)
def test_no_solve_runs_out_of_cells(
    method: str, context_tokens: int, seed: int, can_rewind: bool, options: Settings
) -> None:
    """Here the budget counts decodes; a trial ends by it or by the end of its answer."""
    engine = endless(context_tokens, seed, can_rewind)
    inbox = CommandInbox(budget_s=1200, clock=ticking())
    sandbox = cast(Sandbox, FailingSandbox())
    events = list(solve(engine, sandbox, SolveRequest(OUT_OF_REACH, method, options, 1200, seed), inbox))
    last = events[-1]
    if isinstance(last, SolveFailed):
        assert last.kind is FailureKind.CONTEXT
        assert "use --context" in last.message
        assert engine.decodes == 0
        return
    assert isinstance(last, SolveFinished)
    assert last.reason in ("budget", "failed", "passed")
    assert "length" not in [event.outcome for event in events if isinstance(event, TrialFinished)]
    assert engine.free_tokens == context_tokens


GRID = Grid((Axis("candidates", (1, 9)), Axis("prompt_style", ("few-shot", "plain", "long-code"))))
SHORT = Settings(max_tokens=16, temperature=2.0, signal_tokens=50, horizon=1, stop_loops=False)


def run(method: str, context_tokens: int, can_rewind: bool) -> list[Event]:
    """Runs some trials of a solve whose grid has prompts and answers of several sizes."""
    inbox = CommandInbox(budget_s=1250, clock=ticking())
    request = SolveRequest(OUT_OF_REACH, method, SHORT, 1250, 0, GRID)
    engine = endless(context_tokens, 5, can_rewind)
    events = list(solve(engine, cast(Sandbox, FailingSandbox()), request, inbox))
    assert engine.free_tokens == context_tokens
    return events


@pytest.mark.parametrize("can_rewind", [True, False])
@pytest.mark.parametrize(
    ("method", "context_tokens"),
    [*(("egcfg", tokens) for tokens in (500, 900, 2100, 5000)), ("auto", 500), ("auto", 2100)],
)
def test_settings_without_room_are_left_out_before_anything_is_evaluated(
    method: str, context_tokens: int, can_rewind: bool
) -> None:
    """Every trial with the other settings comes to its end, whatever prompts were evaluated before it."""
    events = run(method, context_tokens, can_rewind)
    last = events[-1]
    if isinstance(last, SolveFailed):
        assert len(events) == 2
        needed = int(last.message.split("--context ")[1].split()[0])
        assert needed > context_tokens
        assert isinstance(run(method, needed, can_rewind)[-1], SolveFinished)
        return
    assert isinstance(last, SolveFinished)
    assert {trial.outcome for trial in last.trial_list[:-1]} <= {"failed"}
    assert last.trial_list[-1].outcome in ("failed", "budget")
    tried = {trial.settings for trial in last.trial_list if trial.method == "egcfg"}
    all_of_them = {settings.to_string() for settings in GRID.settings(SHORT)}
    left_out = [event for event in events if isinstance(event, SettingsLeftOut)]
    if left_out:
        (event,) = left_out
        assert events.index(event) == 1
        assert 0 < event.settings <= event.of == len(all_of_them)
        assert len(tried) <= event.of - event.settings
        assert event.needed_tokens > context_tokens
        assert not [e for e in run(method, event.needed_tokens, can_rewind) if isinstance(e, SettingsLeftOut)]
    elif method == "egcfg":
        assert tried == all_of_them


@pytest.mark.parametrize("context_tokens", range(1500, 1510))
def test_the_longest_answers_leave_room_for_guesses(sandbox: Sandbox, context_tokens: int) -> None:
    """This holds for every number of answers."""
    chosen = Settings(candidates=3, signal_tokens=100)
    with solve_context(FakeEngine(hashed(1), context_tokens=context_tokens), sandbox) as context:
        answers = context.answer_room(chosen) * (chosen.candidates + 2)
        told = chosen.signal_tokens + len(context.tail_tokens)
        assert answers + told + BATCH_ROWS <= context.engine.free_tokens

"""Verified lines give the tokens of the plain two-branch loop, and fewer decodes.

The plain loop is the same trial on an engine that cannot rewind, so that nothing is reused, in all modes; the
reference has tests of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.babbling import babbling
from support.scratch_engine import OnceEngine
from support.tiny_gguf import write_tiny_gguf
from support.trials import OUT_OF_REACH, Decisions, decisions, solve_context, unverified

from egcfg_sandbox import Sandbox, StdioTest
from egcfg_tui.engine.api import Engine, ModelSpec
from egcfg_tui.engine.fake import VOCAB_SIZE
from egcfg_tui.events import LineChosen, SignalBuilt
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.solving.guided import candidates
from egcfg_tui.solving.request.settings import RefreshMode, Settings
from egcfg_tui.solving.trials.guided import guided_trial

EXERCISES = (
    OUT_OF_REACH,
    replace(OUT_OF_REACH, starter=""),
    replace(OUT_OF_REACH, starter="import math\n\n\ndef f(x):\n    if x:\n"),
    replace(OUT_OF_REACH, kind=ExerciseKind.DATA, entry_point="b", given="a = 1\n", starter=""),
    Exercise(
        "y", "Y", "Do y.", ExerciseKind.STDIN, None, (StdioTest("1\n", "12345\n"), StdioTest("", "7\n"))
    ),
)
"""With and without code to begin with, with the signal at once or from the header on."""

WORDY = TraceFormat.FULL
"""Tells something of attempts that no other format has anything to tell of."""

FAILED = ("def f(x):\n    return x\n", "def f(x):\n    a = x\n    return a + 1\n")


def trial(
    engine: Engine,
    sandbox: Sandbox,
    options: Settings,
    seed: int,
    *,
    exercise: Exercise = OUT_OF_REACH,
    failed: tuple[str, ...] = (),
) -> tuple[Decisions, int]:
    """The decisions of a trial that starts from `failed` answers, and how many tokens came from drafts."""
    with solve_context(engine, sandbox, exercise, style=options.prompt_style) as context:
        for code in failed:
            context.judge(code)
        guided = guided_trial(context, options, (seed,), attempts=context.failures)
        return decisions(guided), context.meter.tokens.verified


options = st.builds(
    Settings,
    candidates=st.integers(1, 4),
    temperature=st.sampled_from([0.0, 0.4, 0.9, 2.0]),
    horizon=st.integers(1, 3),
    refresh=st.integers(1, 3),
    gamma=st.sampled_from([0.0, 0.5, 1.0, 1.5, 3.0, 10.0]),
    line_temperature=st.sampled_from([0.0, 0.7]),
    top_p=st.sampled_from([0.5, 0.95, 1.0]),
    prompt_style=st.sampled_from(PromptStyle),
    max_tokens=st.sampled_from([16, 40]),
    signal_tokens=st.sampled_from([0, 300, 4000]),
    trace=st.sampled_from(TraceFormat),
    refresh_mode=st.sampled_from(RefreshMode),
    partial_execution=st.booleans(),
    stop_loops=st.booleans(),
    early_stop=st.booleans(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 1000),
    options=options,
    exercise=st.sampled_from(EXERCISES),
    failed=st.sampled_from([(), FAILED[:1], FAILED]),
    rows=st.sampled_from([1_000_000, 0, 1, 5, 20]),
)
def test_verified_lines_are_those_of_the_plain_loop(
    sandbox: Sandbox, seed: int, options: Settings, exercise: Exercise, failed: tuple[str, ...], rows: int
) -> None:
    """The same candidates, signals, tokens and probabilities, whatever the prompt and the setting, and
    however few rows of candidates there is memory for."""
    with patch.object(candidates, "MAX_ROW_BYTES", 4 * VOCAB_SIZE * rows):
        plain, verified = (
            trial(engine, sandbox, options, seed, exercise=exercise, failed=failed)
            for engine in (babbling(seed, can_rewind=False), babbling(seed))
        )
    assert unverified(verified[0]) == plain[0]
    assert plain[1] == 0


def test_most_tokens_come_from_drafts_where_the_branches_agree(sandbox: Sandbox) -> None:
    chosen = Settings(
        candidates=4, temperature=0.2, horizon=3, gamma=0.5, max_tokens=60, signal_tokens=4000, trace=WORDY
    )
    engine_plain, engine_verified = (babbling(3, far_weight=0.1, can_rewind=reuse) for reuse in (False, True))
    plain, _ = trial(engine_plain, sandbox, chosen, 1)
    verified, accepted = trial(engine_verified, sandbox, chosen, 1)
    assert unverified(verified) == plain
    tokens = sum(len(event.tokens) for event in verified if isinstance(event, LineChosen))
    assert accepted > tokens / 2
    assert engine_verified.decodes < engine_plain.decodes


def test_drafts_that_are_not_chosen_are_left_out_where_rows_cost_time(sandbox: Sandbox) -> None:
    """On a GPU one more decode costs more than additional rows."""
    chosen = Settings(
        candidates=8, temperature=1.5, horizon=2, gamma=0.5, max_tokens=60, signal_tokens=4000, trace=WORDY
    )
    taken, rejected, decodes = [], [], []
    for backend in ("cpu", "cuda"):
        engine = babbling(3)
        engine.info = replace(engine.info, backend=backend)
        with solve_context(engine, sandbox, EXERCISES[-1]) as context:
            taken.append(decisions(guided_trial(context, chosen, (1,))))
            rejected.append(context.meter.tokens.rejected)
        decodes.append(engine.decodes)
    assert taken[0] == taken[1]
    assert rejected[0] < rejected[1] / 2
    assert decodes[0] > decodes[1]


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    from egcfg_tui.engine.llama import LlamaEngine

    path: Path = write_tiny_gguf(tmp_path_factory.mktemp("model") / "tiny.gguf")
    engine = LlamaEngine(ModelSpec("tiny", path, threads=1))
    yield engine
    engine.close()


@pytest.mark.parametrize("line_temperature", [0.0, 0.1])
@pytest.mark.parametrize("gamma", [0.0, 0.2, 0.5, 1.1])
def test_native_rows_give_the_same_bit_for_bit(
    sandbox: Sandbox, native: Engine, line_temperature: float, gamma: float
) -> None:
    """Where no batch rounds a row otherwise: each is computed once."""
    accepted = 0
    with closing(OnceEngine(native)) as engine:
        for seed in range(8):
            chosen = Settings(
                candidates=3,
                temperature=0.05,
                horizon=2,
                gamma=gamma,
                line_temperature=line_temperature,
                max_tokens=40,
                signal_tokens=800,
                trace=WORDY,
            )
            engine.info = replace(native.info, can_rewind=False)
            plain, _ = trial(engine, sandbox, chosen, seed)
            engine.info = native.info
            verified, from_drafts = trial(engine, sandbox, chosen, seed)
            assert unverified(verified) == plain
            accepted += from_drafts
    assert accepted


def test_nothing_is_left_open(sandbox: Sandbox) -> None:
    engine = babbling(9)
    trial(engine, sandbox, Settings(max_tokens=50, horizon=2), 2)
    assert engine.open_branches == 0


def test_a_changed_signal_goes_on_from_the_part_that_stays(sandbox: Sandbox) -> None:
    engine = babbling(4)
    with solve_context(engine, sandbox) as context:
        code = engine.tokenize("x=1\n")
        branch, unevaluated = context.conditional(engine.tokenize("same: a b"), code, None)
        branch.prompt(unevaluated)
        list(context.meter.evaluate_pending())
        changed = engine.tokenize("same: b a")
        later, still_lacking = context.conditional(changed, code, branch)
        whole = [*context.head_tokens, *changed, *context.tail_tokens, *code]
        assert [*later.tokens, *still_lacking] == whole
        assert len(later.tokens) == len(context.head_tokens) + len("same: ")
        later.close()


def test_candidates_that_begin_alike_are_evaluated_once(sandbox: Sandbox) -> None:
    """At temperature 0 all candidates are the same."""

    def decoded(candidates: int) -> int:
        engine = babbling(3, far_weight=0.1)
        chosen = Settings(candidates=candidates, temperature=0.0, gamma=0.0, horizon=3, max_tokens=60)
        trial(engine, sandbox, chosen, 1)
        return engine.decoded_tokens

    assert decoded(4) == decoded(1)


def test_without_a_signal_drafts_are_taken_over_for_nothing(sandbox: Sandbox) -> None:
    """The line is chosen from the same logits that the candidates were drawn from."""
    chosen = Settings(candidates=3, temperature=0.0, horizon=3, max_tokens=60, signal_tokens=0)
    plain, _ = trial(babbling(3, can_rewind=False), sandbox, chosen, 1)
    verified, accepted = trial(babbling(3), sandbox, chosen, 1)
    assert unverified(verified) == plain
    assert accepted == sum(len(event.tokens) for event in verified if isinstance(event, LineChosen))


def test_a_signal_tells_once_of_answers_that_differ_in_names_only(sandbox: Sandbox) -> None:
    failed = ("def f(x):\n    return x\n", "def f(y):\n    return y\n")
    for style, attempts in ((TraceFormat.COMPACT, 1), (TraceFormat.FULL, 2)):
        taken, _ = trial(babbling(1), sandbox, Settings(max_tokens=16, trace=style), 1, failed=failed)
        first = next(event for event in taken if isinstance(event, SignalBuilt))
        assert first.text.count("Attempt ") == attempts

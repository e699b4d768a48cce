"""Measures one guided trial: the reference or the fast trial.

The reference is the method as it is usually written: it evaluates the conditional prompt in full at every
refresh, samples candidates one after another without sharing, and needs two decodes per token. Both have the
same settings, seeds, candidates and signals, and run to their end: a passing candidate does not stop them.
Where rounding decides, the reference follows the fast trial, so that both have the same work to do.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from following import SEED, Choices, Follower, Tie, recorded_trial

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Engine
from egcfg_tui.engine.native import llama_cpp
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import (
    CandidatesExecuted,
    CandidatesSampled,
    LineChosen,
    SignalBuilt,
    Stage,
    StageEntered,
    TokenChoice,
    TokenCounts,
)
from egcfg_tui.exercises import Exercise
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.signal import render_signal
from egcfg_tui.prompting.task import task_prompt
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.guided.attempts import attempts_of
from egcfg_tui.solving.guided.reference import reference_trial
from egcfg_tui.solving.request.settings import Settings

UNLIMITED_S = 1e9
UNLIMITED_TOKENS = 1_000_000


@dataclass(slots=True)
class Measured:
    """What one trial took: seconds by stage and in native code, what was chosen, and tokens of signals."""

    wall_s: float = 0.0
    native_s: float = 0.0
    stage_s: dict[Stage, float] = field(default_factory=dict)
    tokens: TokenCounts = field(default_factory=TokenCounts)
    lines: list[tuple[TokenChoice, ...]] = field(default_factory=list)
    choices: Choices = field(default_factory=Choices)
    ties: list[Tie] = field(default_factory=list)
    followed_draws: int = 0
    signal_tokens: list[int] = field(default_factory=list)
    full_format_tokens: list[int] = field(default_factory=list)

    @property
    def line_tokens(self) -> int:
        """How many guided tokens were chosen."""
        return sum(len(line) for line in self.lines)

    @property
    def line_s(self) -> float:
        """Seconds for choosing lines.

        These are the seconds of the stage itself, and a share of the signal's stage: its decodes evaluate
        drafts together with the signal, and the share is that of the drafts' tokens.
        """
        drafts = self.tokens.verified + self.tokens.rejected
        share = drafts / max(drafts + self.tokens.signal, 1)
        return self.stage_s.get(Stage.LINE, 0.0) + share * self.stage_s.get(Stage.SIGNAL, 0.0)

    @property
    def python_share(self) -> float:
        """The part of the time that is neither native evaluation nor a run of a candidate."""
        return 1 - (self.native_s + self.stage_s.get(Stage.RUNS, 0.0)) / self.wall_s


def measure(
    engine: Engine,
    sandbox: Sandbox,
    exercise: Exercise,
    settings: Settings,
    *,
    followed: Choices | None = None,
    files: PromptFiles | None = None,
) -> Measured:
    """Runs one trial; the evaluation of the prompt is part of what is measured.

    With `followed`, the choices of a fast trial, the reference runs and follows them wherever rounding
    decides; None measures the fast trial itself. `files` is where evaluated prompts are stored.
    """
    info = engine.info
    frame = chat_frame(info.chat_template, bos_text=info.bos_text, eos_text=info.eos_text)
    prompt = task_prompt(exercise, settings.prompt_style, frame)
    inbox = CommandInbox(budget_s=UNLIMITED_S, clock=time.perf_counter)
    measured = Measured()
    settings = replace(settings, early_stop=False)
    with _native_time(measured), SolveContext(engine, sandbox, exercise, prompt, inbox, files) as context:
        started = entered = time.perf_counter()
        stage = Stage.PROMPT
        aside_s = 0.0
        sampled: CandidatesSampled | None = None
        code = prompt.starter
        recorded, follower = Choices(), Follower(followed or Choices(), engine)
        trial = (
            reference_trial(context, settings, SEED, follower)
            if followed
            else recorded_trial(context, settings, recorded)
        )
        for event in itertools.chain(context.evaluate_prompt(settings), trial):
            if isinstance(event, StageEntered):
                now = time.perf_counter()
                measured.stage_s[stage] = measured.stage_s.get(stage, 0.0) + now - entered
                stage, entered = event.stage, now
            elif isinstance(event, LineChosen):
                measured.lines.append(event.tokens)
                code = event.code
            elif isinstance(event, CandidatesSampled):
                sampled = event
            elif isinstance(event, CandidatesExecuted) and sampled is not None:
                before = time.perf_counter()
                measured.full_format_tokens.append(_full_format(engine, code, sampled, event))
                spent = time.perf_counter() - before
                aside_s += spent
                entered += spent
            elif isinstance(event, SignalBuilt):
                measured.signal_tokens.append(event.tokens)
        ended = time.perf_counter()
        measured.stage_s[stage] = measured.stage_s.get(stage, 0.0) + ended - entered
        measured.wall_s = ended - started - aside_s
        measured.tokens = context.meter.tokens
        measured.choices = Choices(follower.tokens[: measured.line_tokens]) if followed else recorded
        measured.ties, measured.followed_draws = list(follower.ties.values()), follower.followed_draws
    return measured


def _full_format(engine: Engine, code: str, sampled: CandidatesSampled, executed: CandidatesExecuted) -> int:
    """How many tokens the same signal would have in the paper's full format."""
    signal = render_signal(
        code,
        attempts_of(sampled.candidates, executed.runs),
        UNLIMITED_TOKENS,
        lambda text: len(engine.tokenize(text)),
        TraceFormat.FULL,
    )
    return signal.tokens


@contextmanager
def _native_time(measured: Measured) -> Iterator[None]:
    """Adds the seconds that llama.cpp's decode takes inside this context to `measured`."""
    decode: Callable[..., int] = llama_cpp.llama_decode

    def timed(*arguments: Any) -> int:
        before = time.perf_counter()
        code = decode(*arguments)
        measured.native_s += time.perf_counter() - before
        return code

    llama_cpp.llama_decode = timed
    try:
        yield
    finally:
        llama_cpp.llama_decode = decode

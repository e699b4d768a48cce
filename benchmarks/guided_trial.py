"""One guided trial, measured: as the method is usually written, or as this engine does it.

The usual way: two contexts, the conditional prompt evaluated in full at every refresh, candidates sampled
anew and one after another, two decodes a token. Both ways have the same settings, seeds, candidates and
signals, and run to their end: a passing candidate does not stop them. Where rounding decides, the usual way
follows ours, so that both have the same work in front of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from following import Choices, FollowingTrial, Tie

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Branch, Engine
from egcfg_tui.engine.native import llama_cpp
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.events import (
    CandidatesExecuted,
    CandidatesSampled,
    Event,
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
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.trials.guided import GuidedTrial

UNLIMITED_S = 1e9
UNLIMITED_TOKENS = 1_000_000


class Unstopped(SolveContext):
    """A workbench whose trials go on after a passing candidate, so that both ways do the same work."""

    @property
    def solved(self) -> bool:
        """Never, as far as the trial knows."""
        return False


class UsualWay(Unstopped):
    """Shares no cache between the prompt and the conditional branch."""

    def conditional(
        self, signal_tokens: list[int], code_tokens: list[int], earlier: Branch | None
    ) -> tuple[Branch, list[int]]:
        """An empty branch: everything is still to be evaluated."""
        return self.engine.branch(), self.head_tokens + signal_tokens + self.tail_tokens + code_tokens


@dataclass(slots=True)
class Measured:
    """One trial: seconds by stage and in native code, what was chosen, and what the signals cost."""

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
        """Seconds for choosing lines: their own stage, and of the decodes that prefill a signal with drafts
        behind it the drafts' share of the tokens."""
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
    usual: bool,
    followed: Choices | None = None,
    files: PromptFiles | None = None,
) -> Measured:
    """One trial; the prompt's evaluation is part of it.

    `followed`: choices of another trial to follow wherever rounding decides. `files`: where prompts are kept.
    """
    info = engine.info
    frame = chat_frame(info.chat_template, bos_text=info.bos_text, eos_text=info.eos_text)
    prompt = task_prompt(exercise, settings.prompt_style, frame)
    inbox = CommandInbox(budget_s=UNLIMITED_S, clock=time.perf_counter)
    measured = Measured()
    bench_type = UsualWay if usual else Unstopped
    with _native_time(measured), bench_type(engine, sandbox, exercise, prompt, inbox, files) as context:
        started = entered = time.perf_counter()
        stage = Stage.PROMPT
        aside_s = 0.0
        sampled: CandidatesSampled | None = None
        code = prompt.starter
        trial = FollowingTrial(context, settings, followed, reuse=not usual)
        for event in _events(context, trial, settings):
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
        measured.choices, measured.ties = trial.choices, list(trial.ties.values())
        measured.followed_draws = trial.followed_draws
    return measured


def _events(context: SolveContext, trial: GuidedTrial, settings: Settings) -> Iterator[Event]:
    yield from context.evaluate_prompt(settings)
    yield from trial.run()


def _full_format(engine: Engine, code: str, sampled: CandidatesSampled, executed: CandidatesExecuted) -> int:
    """How many tokens the same signal has in the full format of the paper."""
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
    """Adds up the seconds that llama.cpp's decode takes meanwhile."""
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

"""What a guided trial costs: as the method is usually written, and as this engine does it.

Both solve the same exercises with the same settings, seeds, candidates and signals. The usual way: the
conditional prompt is evaluated in full at every refresh, candidates are sampled anew and one after another,
each guided token takes two decodes. Ours: shared prompt, forks in one batch, surviving candidates, verified
lines. Trials run to their end (a passing candidate does not stop them), in turn, in one process. The tokens
of both are compared line by line; where they part, the distance between the two likeliest guided tokens is
printed, since batches of different shape round differently. One JSON line ends the output.

    python benchmarks/trials.py EXERCISES [--ids 1,2] [--limit N] [--model ID] [--gamma F] [--config S]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Branch, ModelSpec
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.events import (
    CandidatesSampled,
    CodeExecuted,
    Event,
    LineChosen,
    SignalBuilt,
    Stage,
    StageEntered,
    TokenCounts,
)
from egcfg_tui.exercises import Exercise, load_all
from egcfg_tui.models import resolve
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.task import task_prompt
from egcfg_tui.solving.control import Control
from egcfg_tui.solving.settings import Settings, parse_settings
from egcfg_tui.solving.trials import GuidedTrial
from egcfg_tui.solving.workbench import Workbench

UNLIMITED_S = 1e9


class Unstopped(Workbench):
    """A workbench whose trials go on after a passing candidate, so that both ways do the same work."""

    @property
    def solved(self) -> bool:
        """Never, as far as the trial knows."""
        return False


class UsualWay(Unstopped):
    """Shares no cache between the prompt and the conditional branch."""

    def conditional(self, signal_tokens: list[int], code_tokens: list[int]) -> tuple[Branch, list[int]]:
        """An empty branch: everything is still to be evaluated."""
        return self.engine.branch(), self.head_tokens + signal_tokens + self.tail_tokens + code_tokens


@dataclass(slots=True)
class Measured:
    """One trial: seconds by stage, and what was chosen."""

    wall_s: float = 0.0
    stage_s: dict[Stage, float] = field(default_factory=dict)
    tokens: TokenCounts = field(default_factory=TokenCounts)
    lines: list[tuple[str, ...]] = field(default_factory=list)
    candidates: list[tuple[str, ...]] = field(default_factory=list)
    signal_tokens: list[int] = field(default_factory=list)

    @property
    def line_tokens(self) -> int:
        """How many guided tokens were chosen."""
        return sum(len(line) for line in self.lines)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("exercises")
    parser.add_argument("--ids", default="")
    parser.add_argument("--limit", type=int, default=10)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--gamma", type=float, default=1.5)
    parser.add_argument("--config", default="ns3t0.75d3k1_ln")
    arguments = parser.parse_args()
    chosen = [
        e for e in load_all(arguments.exercises) if not arguments.ids or e.id in arguments.ids.split(",")
    ]
    settings = replace(parse_settings(arguments.config), gamma=arguments.gamma)
    spec = ModelSpec(arguments.model, resolve(arguments.model).path)
    with Sandbox() as sandbox:
        ours, usual = LlamaEngine(spec), LlamaEngine(spec, branches_per_batch=1)
        pairs: list[tuple[Measured, Measured]] = []
        print(
            f"{'exercise':14}{'usual s':>9}{'ours s':>9}{'ratio':>7}{'tokens':>8}{'verified':>9}  same tokens"
        )
        for exercise in chosen[: arguments.limit]:
            slow = measure(usual, UsualWay, sandbox, exercise, settings, reuse=False)
            fast = measure(ours, Unstopped, sandbox, exercise, settings, reuse=True)
            pairs.append((slow, fast))
            print(
                f"{exercise.id:14}{slow.wall_s:9.1f}{fast.wall_s:9.1f}{slow.wall_s / fast.wall_s:7.2f}"
                f"{fast.line_tokens:8}{fast.tokens.verified / max(fast.line_tokens, 1):9.0%}"
                f"  {agreement(slow, fast)}",
                flush=True,
            )
        print(report(pairs))
        ours.close()
        usual.close()


def measure(
    engine: LlamaEngine,
    bench_type: type[Workbench],
    sandbox: Sandbox,
    exercise: Exercise,
    settings: Settings,
    *,
    reuse: bool,
) -> Measured:
    """One trial; the prompt's evaluation is part of it."""
    info = engine.info
    frame = chat_frame(info.chat_template, bos_text=info.bos_text, eos_text=info.eos_text)
    prompt = task_prompt(exercise, settings.prompt_style, frame)
    control = Control(budget_s=UNLIMITED_S, clock=time.perf_counter)
    measured = Measured()
    started = entered = time.perf_counter()
    stage = Stage.PROMPT
    with bench_type(engine, sandbox, exercise, prompt, control) as bench:
        for event in _events(bench, settings, reuse=reuse):
            if isinstance(event, StageEntered):
                now = time.perf_counter()
                measured.stage_s[stage] = measured.stage_s.get(stage, 0.0) + now - entered
                stage, entered = event.stage, now
            elif isinstance(event, LineChosen):
                measured.lines.append(tuple(choice.text for choice in event.tokens))
            elif isinstance(event, CandidatesSampled):
                measured.candidates.append(tuple(c.text for c in event.candidates))
            elif isinstance(event, SignalBuilt):
                measured.signal_tokens.append(event.tokens)
            elif isinstance(event, CodeExecuted):
                pass
        measured.stage_s[stage] = measured.stage_s.get(stage, 0.0) + time.perf_counter() - entered
        measured.tokens = bench.meter.tokens
    measured.wall_s = time.perf_counter() - started
    return measured


def _events(bench: Workbench, settings: Settings, *, reuse: bool) -> Iterator[Event]:
    yield from bench.evaluate_prompt()
    yield from GuidedTrial(bench, settings, (0,), reuse=reuse).run()


def agreement(slow: Measured, fast: Measured) -> str:
    """Whether both chose the same tokens, or the line where they part."""
    for number, (left, right) in enumerate(zip(slow.lines, fast.lines, strict=False), 1):
        if left != right:
            return f"part at line {number}: {''.join(left)!r} / {''.join(right)!r}"
    return "yes" if len(slow.lines) == len(fast.lines) else "one goes on"


def report(pairs: list[tuple[Measured, Measured]]) -> str:
    """Medians, the seconds by stage, and the JSON line."""
    median = statistics.median
    lines = [""]
    for name, side in (("usual", 0), ("ours", 1)):
        runs = [pair[side] for pair in pairs]
        total = sum(run.wall_s for run in runs)
        shares = ", ".join(
            f"{stage.value} {sum(run.stage_s.get(stage, 0.0) for run in runs) / total:.0%}"
            for stage in (Stage.PROMPT, Stage.CANDIDATES, Stage.RUNS, Stage.SIGNAL, Stage.LINE)
        )
        lines.append(f"{name:6} {median(run.wall_s for run in runs):6.1f} s a trial (median): {shares}")
    same = sum(agreement(slow, fast) == "yes" for slow, fast in pairs)
    signals = [tokens for _, fast in pairs for tokens in fast.signal_tokens if tokens]
    values = {
        "exercises": len(pairs),
        "trial_naive_s": round(median(slow.wall_s for slow, _ in pairs), 2),
        "trial_verified_s": round(median(fast.wall_s for _, fast in pairs), 2),
        "trial_speedup": round(median(slow.wall_s / fast.wall_s for slow, fast in pairs), 2),
        "same_tokens": same,
        "signal_tokens_per_line": round(statistics.fmean(signals), 1) if signals else 0,
        "verified_share": round(
            sum(fast.tokens.verified for _, fast in pairs) / max(sum(f.line_tokens for _, f in pairs), 1), 3
        ),
    }
    return "\n".join([*lines, json.dumps(values)])


if __name__ == "__main__":
    main()

"""How many distinct answers plain sampling gives per second, by settings.

An arm is a set of settings. On every exercise the arms sample one after the other, each for the same
processor time; the order rotates from exercise to exercise. No arm stops at an answer that passes, so that
all spend the same. Answers that differ only in comments count once. The other arms are compared with the
first. The last line of the output is JSON.

    python benchmarks/sampling.py EXERCISES... [--ids 11-20] [--limit N] [--seconds S] [--model ID]
                                  [--threads N] [--arms remarks=true remarks=false,temperature=1]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Engine, ModelSpec
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.events import Event
from egcfg_tui.exercises import Exercise, load_chosen
from egcfg_tui.models import resolve
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.task import task_prompt
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.request.settings import SETTINGS, Settings
from egcfg_tui.solving.trials.sample_tree import Sample, SampleTree
from egcfg_tui.solving.trials.sampling import batch_width
from egcfg_tui.system.cores import usable_cores

DEFAULT_ARMS = ("remarks=true", "remarks=false")


@dataclass(slots=True)
class Total:
    """What an arm did on all exercises."""

    samples: int = 0
    tokens: int = 0
    distinct: int = 0
    passed: int = 0
    solved: int = 0
    seconds: float = 0.0


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("exercises", nargs="+")
    parser.add_argument("--ids")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--threads", type=int, default=usable_cores())
    parser.add_argument("--arms", nargs="+", default=list(DEFAULT_ARMS))
    arguments = parser.parse_args()
    chosen = load_chosen(arguments.exercises, arguments.ids)[: arguments.limit]
    arms = {text: settings_of(text) for text in arguments.arms}
    spec = ModelSpec(arguments.model, resolve(arguments.model).path, threads=arguments.threads)
    engine = LlamaEngine(spec)
    totals = {text: Total() for text in arms}

    threads: int = arguments.threads

    def clock() -> float:
        return time.process_time() / threads

    with Sandbox() as sandbox:
        for number, exercise in enumerate(chosen):
            turn = number % len(arms)
            for text in [*arms][turn:] + [*arms][:turn]:
                measure(engine, sandbox, exercise, arms[text], totals[text], clock, arguments.seconds)
    engine.close()
    print(f"{'arm':32}{'answers/s':>10}{'ratio':>7}{'tokens':>8}{'samples':>9}{'distinct':>10}{'solved':>8}")
    first = rate(totals[arguments.arms[0]])
    for text, total in totals.items():
        print(
            f"{text:32}{rate(total):>10.2f}{rate(total) / first:>7.2f}{total.tokens:>8}{total.samples:>9}"
            f"{total.distinct:>10}{total.solved:>8}"
        )
    report = {
        "exercises": len(chosen),
        "seconds": arguments.seconds,
        "model": arguments.model,
        "arms": {
            text: {
                "answers_per_s": round(rate(total), 3),
                "distinct": total.distinct,
                "samples": total.samples,
                "tokens": total.tokens,
                "solved": total.solved,
            }
            for text, total in totals.items()
        },
    }
    print(json.dumps(report))


def settings_of(text: str) -> Settings:
    """The settings of an arm: `name=value` pairs, separated by commas."""
    settings = Settings()
    for pair in text.split(","):
        name, _, value = pair.partition("=")
        if name not in SETTINGS:
            raise SystemExit(f"arm {text!r}: there is no setting {name!r}")
        kind = SETTINGS[name].kind
        settings = settings.with_value(
            name, value == "true" if kind is bool else kind(value) if kind in (int, float) else value
        )
    return settings


def rate(total: Total) -> float:
    """Distinct answers per second."""
    return total.distinct / total.seconds


def measure(
    engine: Engine,
    sandbox: Sandbox,
    exercise: Exercise,
    settings: Settings,
    total: Total,
    clock: Callable[[], float],
    seconds: float,
) -> None:
    """Samples for `seconds` after the prompt is evaluated, and adds what came to the arm's total."""
    frame = chat_frame(
        engine.info.chat_template, bos_text=engine.info.bos_text, eos_text=engine.info.eos_text
    )
    prompt = task_prompt(exercise, settings.prompt_style, frame)
    inbox = CommandInbox(budget_s=1e9, clock=time.monotonic)
    passed = distinct = 0
    with SolveContext(engine, sandbox, exercise, prompt, inbox) as context:
        for _ in context.evaluate_prompt(settings):
            pass
        before, started = context.meter.tokens.candidate, clock()
        with SampleTree(context, settings, (0, 0)) as tree:
            while clock() - started < seconds and not tree.exhausted:
                for sample in samples(tree.step(batch_width(distinct, engine.info.backend))):
                    total.samples += 1
                    event = context.judge(sample.code)
                    if event is not None:
                        distinct += 1
                        passed += event.passed
        total.seconds += clock() - started
        total.tokens += context.meter.tokens.candidate - before
    total.distinct += distinct
    total.passed += passed
    total.solved += passed > 0


def samples(step: Generator[Event, None, list[Sample]]) -> Sequence[Sample]:
    """The samples that a step of the tree ended."""
    while True:
        try:
            next(step)
        except StopIteration as end:
            ended: list[Sample] = end.value
            return ended


if __name__ == "__main__":
    main()

"""What to do next when greedy and samples have missed: the same budget by different arms, paired.

    python benchmarks/next_step.py BENCH --arms samples facts facts-placebo guided --seconds 40 --out FILE
    python benchmarks/next_step.py --report FILE

BENCH is the folder of a bench that ran `sample` with the model's clock. The exercises are those whose sample
task used up its budget; each arm starts from the first 24 failed answers of that task, executed again outside
the budget. Answers that are the same as one of these do not count. Seconds are by the model's clock, with the
prices of the bench. Every arm of an exercise is one line of FILE; the same command goes on where it stopped.
The report compares each arm with `samples`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from next_step_arms import ARMS, Arm, Failed, Start

from egcfg_tui.bench.clock.account import Account, PricedEngine, PricedSandbox
from egcfg_tui.bench.clock.measuring import measured_prices, processor_clock
from egcfg_tui.bench.clock.prices import PriceTable, read_prices
from egcfg_tui.bench.comparison.statistics import interval, mcnemar
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.events import CodeExecuted
from egcfg_tui.exercises import load_chosen
from egcfg_tui.models import resolve
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import task_prompt
from egcfg_tui.runs.reading import read_recording
from egcfg_tui.solving.commands import CommandInbox, Interrupted
from egcfg_tui.solving.context import Answer, SolveContext
from egcfg_tui.solving.decoding.meter import ContextFull
from egcfg_tui.solving.scoring import score
from egcfg_tui.system.cores import usable_cores

_STARTED_FROM: Final = 24
_UNLIMITED_S: Final = 1e9
_BASE: Final = "samples"


class Model:
    """A loaded model whose decodes are added to an account. Prices are measured if they are not given."""

    def __init__(self, name: str, sandbox: PricedSandbox, threads: int, prices: PriceTable | None) -> None:
        spec = ModelSpec(name, resolve(name).path, threads=threads)
        self.account = sandbox.account = Account()
        self.engine = PricedEngine(LlamaEngine(spec), self.account)
        self.prices = prices or measured_prices(self.engine, sandbox, processor_clock(threads))


def main() -> None:
    """Runs the arms, or reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("bench", nargs="?", type=Path)
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=[_BASE, "facts", "facts-placebo"])
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--larger", default="qwen2.5-coder-1.5b", help="the model of the arm `larger`")
    parser.add_argument("--threads", type=int, default=usable_cores())
    parser.add_argument("--out", type=Path, default=Path("next_step.jsonl"))
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    if arguments.report is not None:
        report(arguments.report)
        return
    missed = list(missed_exercises(arguments.bench, arguments.model))
    if len(missed) < 2:
        raise SystemExit(f"{arguments.bench}: a placebo needs two missed exercises, there are {len(missed)}")
    done = {(line["exercise"], line["arm"]) for line in read_lines(arguments.out)}
    folder = BenchFolder(arguments.bench)
    prices = read_prices(folder.prices, folder.plan().prices_sha256).tables()
    models: dict[str, Model] = {}
    with PricedSandbox() as sandbox:
        for number, failed in enumerate(missed):
            turn = number % len(arguments.arms)
            for name in arguments.arms[turn:] + arguments.arms[:turn]:
                if (failed.exercise.id, name) in done:
                    continue
                wanted = arguments.larger if ARMS[name].larger else arguments.model
                if wanted not in models:
                    models[wanted] = Model(wanted, sandbox, arguments.threads, prices.get(wanted))
                other = missed[(number + 1) % len(missed)]
                line = run_arm(models[wanted], sandbox, failed, other, ARMS[name], arguments.seconds)
                line = {"exercise": failed.exercise.id, "arm": name, "model": wanted, **line}
                with arguments.out.open("a") as file:
                    file.write(json.dumps(line) + "\n")
                print(json.dumps(line), flush=True)
    report(arguments.out)


def missed_exercises(bench: Path, model: str) -> Iterator[Failed]:
    """The exercises whose sample task used up its budget, with the answers that failed."""
    folder = BenchFolder(bench)
    references = {exercise.id: exercise.reference for exercise in folder.plan().exercises}
    for record in folder.read_records():
        if (record.method, record.model, record.outcome) != ("sample", model, "budget"):
            continue
        exercise = load_chosen([references[record.exercise]])[0]
        recording = read_recording(bench / (record.recording or ""))
        answers = [timed.event.source for timed in recording.events if isinstance(timed.event, CodeExecuted)]
        yield Failed(replace(exercise, id=record.exercise), tuple(answers[:_STARTED_FROM]))


def run_arm(
    model: Model, sandbox: PricedSandbox, failed: Failed, other: Failed, arm: Arm, seconds: float
) -> dict[str, Any]:
    """What one arm made of one exercise."""
    account, engine, exercise = model.account, model.engine, failed.exercise
    account.prices, account.seconds = None, 0.0
    sandbox.account = account
    inbox = CommandInbox(budget_s=_UNLIMITED_S, clock=lambda: account.seconds)
    style = arm.settings.prompt_style
    template = None if style is PromptStyle.COMPLETION else engine.info.chat_template
    frame = chat_frame(template, bos_text=engine.info.bos_text, eos_text=engine.info.eos_text)
    plain = task_prompt(exercise, style, frame)
    elsewhere = task_prompt(other.exercise, style, frame)
    with SolveContext(engine, sandbox, other.exercise, elsewhere, inbox) as context:
        others = executed(context, other)
    with SolveContext(engine, sandbox, exercise, plain, inbox) as context:
        own = executed(context, failed)
    start = Start(own, other.exercise, others)
    prompt = arm.prompt(plain, start)
    inbox = CommandInbox(budget_s=seconds, clock=lambda: account.seconds)
    outcome = "exhausted"
    with arm.context(engine, sandbox, exercise, prompt, inbox) as context:
        executed(context, failed)
        known, runs = len(context.failures), context.cache.runs
        account.prices, account.seconds = model.prices, 0.0
        try:
            for _ in context.evaluate_prompt(arm.settings):
                pass
            for _ in arm.run(context, start):
                pass
        except Interrupted:
            outcome = "budget"
        except ContextFull:
            outcome = "length"
        spent = account.seconds
        account.prices = None
        passed = context.solved
        rows = score(sandbox, exercise, context.solution, left_s=_UNLIMITED_S, stop_requested=lambda: False)
        return {
            "outcome": "passed" if passed else outcome,
            "solved": passed and all(row.passed for row in rows),
            "seconds": round(spent, 2),
            "distinct": len(context.failures) - known + passed,
            "runs": context.cache.runs - runs,
            "tokens": context.meter.tokens.evaluated,
            "best": context.best.passed_tests if context.best else 0,
            "tests": len(exercise.visible),
            "budget_s": seconds,
        }


def executed(context: SolveContext, failed: Failed) -> tuple[Answer, ...]:
    """The failed answers with their results; the context then knows them."""
    for code in failed.answers:
        context.judge(code)
    return tuple(context.failures)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines so far; a file that is not there yet has none."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def report(path: Path) -> None:
    """Prints a Markdown table: each arm against `samples` on the exercises that both ended."""
    solved: dict[str, dict[str, dict[str, Any]]] = {}
    for line in read_lines(path):
        solved.setdefault(line["arm"], {})[line["exercise"]] = line
    base = solved[_BASE]
    print("| arm | exercises | visible passed | solved | distinct answers | points | 95 % interval | p |")
    print("| :-- | --: | --: | --: | --: | --: | --: | --: |")
    for arm, lines in solved.items():
        shared = [exercise for exercise in base if exercise in lines]
        mine, theirs = ([table[exercise]["solved"] for exercise in shared] for table in (lines, base))
        differences = np.array(mine, dtype=float) - np.array(theirs, dtype=float)
        low, high = interval(differences)
        only = (int((differences > 0).sum()), int((differences < 0).sum()))
        passing = sum(lines[exercise]["outcome"] == "passed" for exercise in shared)
        distinct = np.mean([lines[exercise]["distinct"] for exercise in shared])
        print(
            f"| {arm} | {len(shared)} | {passing} | {sum(mine)} | {distinct:.1f} "
            f"| {100 * differences.mean():+.1f} | {100 * low:+.1f} to {100 * high:+.1f} "
            f"| {mcnemar(*only):.3f} |"
        )


if __name__ == "__main__":
    main()

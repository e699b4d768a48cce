"""Which method solves more exercises at an equal price: auto, samples, guided trials, one greedy answer.

Every method gets the same exercises, seed and budget, side by side in one process on one engine; the order
changes from exercise to exercise. One JSON line per exercise and method goes to --out; what stands there is
not run again, so that a long measurement can be done in pieces (--stop-after). At the end: a table, paired
differences to plain sampling with a bootstrap interval, and one JSON line.

Seconds are the wall's. With `--clock model` they are the sum of what each decode costs while this machine is
idle, by a table that is measured first (the fastest of many), plus 20 ms a run, or what it took to time out.
A busy machine then slows the measurement, not the methods. Python's share between decodes is left out.

    python benchmarks/methods.py EXERCISES... --out FILE [--limit N] [--methods auto,sample] [--budget 30]
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from egcfg_sandbox import Program, Report, Sandbox, Verdict
from egcfg_tui.engine.api import Inference, Logits, ModelSpec
from egcfg_tui.engine.branches import BatchToken
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.events import SolveFailed, SolveFinished
from egcfg_tui.exercises import Exercise, load_all
from egcfg_tui.models import resolve
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.methods import offered_methods
from egcfg_tui.solving.request.grid_file import bundled_grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve

SIZES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128)
RUN_S: Final = 0.02
RESAMPLES: Final = 10_000
Row = dict[str, Any]


class Account:
    """Seconds of model and sandbox, by price."""

    def __init__(self) -> None:
        self.prices: dict[int, float] = {}
        self.seconds = 0.0

    def decode(self, tokens: int) -> None:
        """Adds the price of a decode, between the two nearest sizes in proportion."""
        if not self.prices:
            return
        sizes = sorted(self.prices)
        high = next((size for size in sizes if size >= tokens), sizes[-1])
        low = max((size for size in sizes if size <= tokens), default=sizes[0])
        share = 0.0 if high == low else (tokens - low) / (high - low)
        self.seconds += self.prices[low] + share * (self.prices[high] - self.prices[low])


class PricedEngine(LlamaEngine):
    """An engine that keeps account of its decodes."""

    def __init__(self, spec: ModelSpec, account: Account) -> None:
        super().__init__(spec)
        self._account = account

    def _decode(self, batch: list[BatchToken]) -> tuple[Inference, list[Logits]]:
        self._account.decode(len(batch))
        return super()._decode(batch)


class PricedSandbox(Sandbox):
    """A sandbox that keeps account of its runs."""

    account = Account()

    def run_many(
        self, programs: Sequence[Program], should_stop: Callable[[], bool] | None = None
    ) -> list[Report]:
        """Runs the programs; see `Sandbox.run_many`."""
        reports = super().run_many(programs, should_stop)
        for report in reports:
            timed_out = report.status is Verdict.TIMEOUT
            self.account.seconds += report.wall_s if timed_out else RUN_S
        return reports


def measured_prices(engine: LlamaEngine) -> dict[int, float]:
    """Seconds of a decode by its tokens, behind a prompt of 200: the fastest of eight."""
    prices = {}
    word = engine.tokenize("x = y + 1\n")
    with engine.branch() as root:
        root.prompt((word * 200)[:200])
        while engine.infer() is Inference.MORE:
            pass
        for size in SIZES:
            seconds = []
            for _ in range(8):
                # Wide ones are prefills, narrow ones samples side by side.
                children = [root.fork() for _ in range(size if size <= 16 else 1)]
                for child in children:
                    child.prompt((word * size)[: size // len(children)])
                started = time.perf_counter()
                engine.infer()
                seconds.append(time.perf_counter() - started)
                for child in children:
                    child.close()
            prices[size] = min(seconds)
    return prices


def run(
    engine: LlamaEngine,
    sandbox: Sandbox,
    exercise: Exercise,
    method: str,
    budget_s: float,
    seed: int,
    clock: Callable[[], float],
) -> Row:
    """One exercise by one method."""
    request = SolveRequest(exercise, method, Settings(), budget_s, seed, bundled_grid(method))
    inbox = CommandInbox(budget_s=budget_s, clock=clock)
    *_, last = solve(engine, sandbox, request, inbox)
    if isinstance(last, SolveFailed):
        raise SystemExit(f"{exercise.id}, {method}: {last.message}")
    assert isinstance(last, SolveFinished)
    trials = last.trial_list
    by = trials[last.solved_by - 1].method if last.solved_by else None
    return {
        "exercise": exercise.id,
        "method": method,
        "solved": last.solved,
        "visible_passed": last.solved_by is not None,
        "reason": last.reason,
        "by": by,
        "wall_s": round(last.wall_s, 2),
        "tokens": last.tokens.evaluated,
        "token_counts": asdict(last.tokens),
        "runs": last.runs,
        "trials": [[trial.method, round(trial.wall_s, 2), trial.tokens.evaluated] for trial in trials],
        "seed": seed,
        "budget_s": budget_s,
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("exercises", nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--methods", default=",".join(offered_methods()))
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--budget", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clock", choices=("wall", "model"), default="wall")
    parser.add_argument("--stop-after", type=float, default=math.inf, metavar="SECONDS")
    arguments = parser.parse_args()
    methods = arguments.methods.split(",")
    exercises = [
        exercise
        for file in arguments.exercises
        for exercise in load_all(file)[arguments.skip : arguments.skip + arguments.limit]
    ]
    rows = read_rows(arguments.out)
    started = time.monotonic()
    account = PricedSandbox.account
    with PricedSandbox() as sandbox:
        engine = PricedEngine(ModelSpec(arguments.model, resolve(arguments.model).path), account)
        if arguments.clock == "model":
            account.prices = prices_for(engine, arguments.out.with_suffix(".prices.json"))
        clock = time.monotonic if arguments.clock == "wall" else lambda: account.seconds
        for number, exercise in enumerate(exercises):
            turn = number % len(methods)
            for method in methods[turn:] + methods[:turn]:
                if any((r["exercise"], r["method"]) == (exercise.id, method) for r in rows):
                    continue
                if time.monotonic() - started > arguments.stop_after:
                    break
                row = run(engine, sandbox, exercise, method, arguments.budget, arguments.seed, clock)
                rows.append(row)
                with arguments.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")
        engine.close()
    print(report(rows, methods))


def read_rows(path: Path) -> list[Row]:
    """What was measured before."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def prices_for(engine: LlamaEngine, path: Path) -> dict[int, float]:
    """The prices beside the results; measured once, so that all pieces of a measurement have the same."""
    if not path.exists():
        path.write_text(json.dumps(measured_prices(engine)))
    return {int(size): seconds for size, seconds in json.loads(path.read_text()).items()}


def report(rows: Sequence[Row], methods: Sequence[str]) -> str:
    """The table, over the exercises that every method has tried, and the JSON line."""
    by_method = {m: {row["exercise"]: row for row in rows if row["method"] == m} for m in methods}
    common = sorted(set.intersection(*(set(found) for found in by_method.values())))
    if not common:
        return json.dumps({"exercises": 0})
    lines = [f"{'method':8}{'solved':>8}{'visible':>9}{'mean s':>8}{'mean tokens':>13}  solved by"]
    values: Row = {"exercises": len(common)}
    for method, found in by_method.items():
        mine = [found[exercise] for exercise in common]
        solved, visible = (sum(row[key] for row in mine) for key in ("solved", "visible_passed"))
        seconds, tokens = (statistics.fmean(row[key] for row in mine) for key in ("wall_s", "tokens"))
        by = [row["by"] for row in mine if row["by"]]
        kinds = ", ".join(f"{name} {by.count(name)}" for name in dict.fromkeys(by))
        lines.append(f"{method:8}{solved:8}{visible:9}{seconds:8.1f}{tokens:13.0f}  {kinds}")
        values[method] = {
            "solved": solved,
            "visible_passed": visible,
            "mean_s": round(seconds, 2),
            "mean_tokens": round(tokens),
        }
    if "sample" in by_method:
        for method in by_method:
            if method != "sample":
                values[method] |= paired(
                    [by_method[method][exercise]["solved"] for exercise in common],
                    [by_method["sample"][exercise]["solved"] for exercise in common],
                )
                told = values[method]
                interval = f"[{told['low']:+.3f}, {told['high']:+.3f}]"
                lines.append(
                    f"{method} - sample: {told['difference']:+.3f} {interval}, "
                    f"{told['wins']} won, {told['losses']} lost"
                )
    return "\n".join([*lines, json.dumps(values)])


def paired(left: Sequence[bool], right: Sequence[bool]) -> Row:
    """The mean difference with its 95 % bootstrap interval over exercises."""
    differences = [int(a) - int(b) for a, b in zip(left, right, strict=True)]
    dice = random.Random(0)
    means = sorted(statistics.fmean(dice.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    return {
        "difference": round(statistics.fmean(differences), 4),
        "low": round(means[int(0.025 * RESAMPLES)], 4),
        "high": round(means[int(0.975 * RESAMPLES) - 1], 4),
        "wins": differences.count(1),
        "losses": differences.count(-1),
    }


if __name__ == "__main__":
    main()

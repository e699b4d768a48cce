"""What `egcfg-tui compare` costs: CPU seconds for 10,000 synthetic records, a fresh process for each format.

The first three lines are parts of all others: starting Python with SciPy, reading the records, and comparing.

    python benchmarks/compare.py [--records 10000] [--methods 4] [--repeats 1]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from egcfg_tui.bench.comparison import compare, source_of
from egcfg_tui.bench.records import Outcome, Record, read_records
from egcfg_tui.bench.records import append as append_record
from egcfg_tui.events import Outcome as TrialOutcome
from egcfg_tui.events import StageSeconds, TokenCounts, TrialCost

FORMATS: Final = ("human", "json", "markdown", "html")
SOLUTION: Final = "def solve(numbers):\n" + "    numbers = [n + 1 for n in numbers]\n" * 12


def synthetic(exercise: int, method: int, repeat: int, dice: random.Random) -> Record:
    """A record as long as a real one, with a random outcome."""
    solved = dice.random() < 0.3 + 0.05 * method
    seconds = dice.uniform(1, 40)
    counts = TokenCounts(prompt=200, candidate=600, decoded=100)
    trial = TrialCost(1, "greedy", "ns4t0.75d5k1_ln", 1.0, TrialOutcome.FAILED, seconds / 2, counts, 1)
    return Record(
        exercise=f"synthetic/{exercise}",
        exercise_sha256=f"{exercise:064x}",
        model="synthetic-model",
        method=f"method-{method}",
        repeat=repeat,
        seed=0,
        outcome=Outcome.SOLVED if solved else Outcome.BUDGET,
        visible_passed=solved,
        hidden_passed=solved,
        seconds=seconds,
        wall_s=seconds,
        tokens=counts.evaluated,
        token_counts=counts,
        stages=StageSeconds(1, seconds / 2, 1, seconds / 4, 0.2, 0.1),
        runs=9,
        solved_by="sample" if solved else None,
        trials=(trial, trial),
        solution=SOLUTION,
        tests_passed=3 if solved else 1,
        tests_total=3,
        budget_s=40.0,
        clock="wall",
        visible="format",
        load_average=1.0,
        created="2026-01-02T03:04:05+00:00",
        recording=f"recordings/{exercise}-{method}-{repeat}.jsonl",
    )


def write(path: Path, records: int, methods: int, repeats: int) -> None:
    """Writes the records of a synthetic bench to a file."""
    dice = random.Random(0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for exercise in range(records // (methods * repeats)):
        for method in range(methods):
            for repeat in range(1, repeats + 1):
                append_record(descriptor, synthetic(exercise, method, repeat, dice))
    os.close(descriptor)


def cpu_seconds_of(work: Callable[[], object]) -> float:
    """CPU seconds of this process and its children: the least of three, so that other work counts little."""
    found = []
    for _ in range(3):
        started = sum(os.times()[:4])
        work()
        found.append(sum(os.times()[:4]) - started)
    return min(found)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--methods", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.jsonl"
        write(file, arguments.records, arguments.methods, arguments.repeats)
        records = read_records(file)
        source = source_of(records, path=file)

        def run(*argv: str) -> None:
            subprocess.run(
                [sys.executable, *argv], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

        seconds = {
            "python and scipy": cpu_seconds_of(lambda: run("-c", "import scipy.stats")),
            "reading": cpu_seconds_of(lambda: read_records(file)),
            "comparing": cpu_seconds_of(lambda: compare([source])),
        }
        for form in FORMATS:
            command = ("-m", "egcfg_tui", "compare", folder, "--format", form)
            seconds[f"compare --format {form}"] = cpu_seconds_of(partial(run, *command))
    for name, taken in seconds.items():
        print(f"{name:28}{taken:8.2f} s")
    print(json.dumps({"records": len(records)} | {name: round(taken, 3) for name, taken in seconds.items()}))


if __name__ == "__main__":
    main()

"""How fast the sandbox runs small programs, compared with plain processes; the last line is JSON.

Latencies are those of one caller that waits for each result. Each round runs every way once, in a random
order. So a drifting machine slows all ways alike; and the work that the sandbox does after giving a result
(it clears away and prepares the next run) slows whichever way comes next. Rates are those of many programs
handed over together, run two at a time; they include that later work. If the machine has other work to do,
compare only lines of the same table.

python benchmarks/sandbox.py [--runs N] [--leak-runs N]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_sandbox import CodeTest, Limits, Program, Report, Sandbox

SOURCE: Final = """
def total(numbers):
    result = 0
    for number in numbers:
        if number > 0:
            result += number
    return result
"""
TEST: Final = "assert total([1, -2, 3, 4]) == 8"
LIMITS: Final = Limits(wall_s=20.0, cpu_s=20.0)
LEAK_BATCH: Final = 200
SETTLE_S: Final = 0.5
BWRAP: Final = ("--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "--new-session")


@dataclass(frozen=True, slots=True)
class Timing:
    """Latencies of one way to run the program, in milliseconds, and its runs per second."""

    p50_ms: float
    p99_ms: float
    runs_per_s: float


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run the program: `once`, or `many` times, two at a time."""

    name: str
    once: Callable[[], None]
    many: Callable[[int], None]


def latencies(ways: Sequence[Way], rounds: int) -> list[list[float]]:
    """For each way, the milliseconds of every round; a tenth as many rounds run first to warm up."""
    taken: list[list[float]] = [[] for _ in ways]
    order = list(range(len(ways)))
    draw = random.Random(0)
    warm_up = max(1, rounds // 10)
    for number in range(warm_up + rounds):
        draw.shuffle(order)
        for index in order:
            started = time.perf_counter()
            ways[index].once()
            if number >= warm_up:
                taken[index].append((time.perf_counter() - started) * 1e3)
    return taken


def rate(way: Way, runs: int) -> float:
    """Runs per second of `runs` programs handed over together."""
    started = time.perf_counter()
    way.many(runs)
    return runs / (time.perf_counter() - started)


def measure(ways: Sequence[Way], runs: int) -> list[Timing]:
    """Times all ways in the same rounds."""
    return [
        Timing(statistics.median(taken), sorted(taken)[min(runs - 1, int(runs * 0.99))], rate(way, runs))
        for way, taken in zip(ways, latencies(ways, runs), strict=True)
    ]


def in_sandbox(name: str, sandbox: Sandbox, *, trace: bool) -> Way:
    """Runs the program in the sandbox, with every layer of protection that this machine has."""
    program = Program(SOURCE, (CodeTest(TEST),), trace=trace, limits=LIMITS)

    def check(report: Report) -> None:
        if not report.passed:
            raise SystemExit(f"the benchmark's own program did not pass: {report}")

    def many(runs: int) -> None:
        for report in sandbox.run_many([program] * runs):
            check(report)

    return Way(name, lambda: check(sandbox.run(program)), many)


def in_process(name: str, *command: str) -> Way:
    """Runs the program as a process of its own, without the sandbox."""
    line = [*command, sys.executable, "-I", "-c", SOURCE + TEST]

    def once() -> None:
        subprocess.run(line, check=True)

    def many(runs: int) -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: once(), range(runs)))

    return Way(name, once, many)


def processes() -> list[int]:
    """The ids of this process and all its descendants."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        with contextlib.suppress(OSError):
            waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


def state() -> dict[str, int]:
    """What a leak would make grow: processes, and the open descriptors and memory of all of them."""
    time.sleep(SETTLE_S)
    pids = processes()
    descriptors = pages = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE") // 1024
    return {"processes": len(pids), "descriptors": descriptors, "resident_kib": resident}


def main() -> None:
    """Measures everything in one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300, help="timed runs of each way")
    parser.add_argument(
        "--leak-runs", type=int, default=0, help="further runs to look for what they leave behind"
    )
    arguments = parser.parse_args()
    bwrap = shutil.which("bwrap")

    with Sandbox() as sandbox:
        off = [layer.name for layer in sandbox.layers if not layer.active]
        traced = in_sandbox("sandbox, traced", sandbox, trace=True)
        ways = [
            traced,
            in_sandbox("sandbox, not traced", sandbox, trace=False),
            in_process("python -I, no sandbox"),
        ]
        if bwrap:
            ways.append(in_process("bwrap python -I", bwrap, *BWRAP))
        timings = measure(ways, arguments.runs)
        leaks = None
        if arguments.leak_runs:
            before = state()
            for _ in range(0, arguments.leak_runs, LEAK_BATCH):
                traced.many(LEAK_BATCH)
            leaks = {name: value - before[name] for name, value in state().items()}

    print(f"{'':24}{'p50 ms':>10}{'p99 ms':>10}{'runs/s':>10}")
    for way, timing in zip(ways, timings, strict=True):
        print(f"{way.name:24}{timing.p50_ms:10.2f}{timing.p99_ms:10.2f}{timing.runs_per_s:10.1f}")
    print(f"layers off: {', '.join(off) or 'none'}")
    if leaks is not None:
        print(f"after {arguments.leak_runs} further runs: {leaks}")
    result = {
        "traced_p50_ms": round(timings[0].p50_ms, 3),
        "plain_p50_ms": round(timings[1].p50_ms, 3),
        "fresh_python_p50_ms": round(timings[2].p50_ms, 3),
        "bwrap_p50_ms": round(timings[3].p50_ms, 3) if bwrap else None,
        "runs_per_s": round(timings[0].runs_per_s, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

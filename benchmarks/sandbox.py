"""How fast the sandbox runs small programs, beside what it replaces; the last line is JSON.

Latencies are of one run after another, by one caller that waits for each result; the rate is of many programs
handed over at once. Both use two cores: on a machine with other work, compare the lines of one table only.

python benchmarks/sandbox.py [--runs N] [--leak-runs N]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_sandbox import CodeTest, Limits, Program, Sandbox

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
    """Latencies of one way to run the program, in milliseconds."""

    name: str
    p50_ms: float
    p99_ms: float
    runs_per_s: float


def measure(name: str, run: Callable[[], None], runs: int) -> Timing:
    """Times `run` one after another, after a tenth as many to warm up."""
    for _ in range(max(1, runs // 10)):
        run()
    latencies = []
    for _ in range(runs):
        started = time.perf_counter()
        run()
        latencies.append(time.perf_counter() - started)
    p99 = sorted(latencies)[min(runs - 1, int(runs * 0.99))]
    return Timing(name, statistics.median(latencies) * 1e3, p99 * 1e3, runs / sum(latencies))


def in_sandbox(sandbox: Sandbox, *, trace: bool) -> Callable[[], None]:
    """One run in the sandbox with every layer on."""
    program = Program(SOURCE, (CodeTest(TEST),), trace=trace, limits=LIMITS)

    def run() -> None:
        report = sandbox.run(program)
        if not report.passed:
            raise SystemExit(f"the benchmark's own program did not pass: {report}")

    return run


def in_process(*command: str) -> Callable[[], None]:
    """One run as a process of its own."""
    line = [*command, sys.executable, "-I", "-c", SOURCE + TEST]

    def run() -> None:
        subprocess.run(line, check=True)

    return run


def side_by_side(sandbox: Sandbox, runs: int) -> float:
    """Traced runs per second when many are handed over at once."""
    program = Program(SOURCE, (CodeTest(TEST),), trace=True, limits=LIMITS)
    started = time.perf_counter()
    sandbox.run_many([program] * runs)
    return runs / (time.perf_counter() - started)


def processes() -> list[int]:
    """This process and all below it."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        with contextlib.suppress(OSError):
            waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


def state() -> dict[str, int]:
    """What a leak would make grow: processes, open descriptors and memory over all of them."""
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

    timings = []
    with Sandbox() as sandbox:
        off = [layer.name for layer in sandbox.layers if not layer.active]
        timings.append(measure("sandbox, traced", in_sandbox(sandbox, trace=True), arguments.runs))
        timings.append(measure("sandbox, not traced", in_sandbox(sandbox, trace=False), arguments.runs))
        timings.append(measure("python -I, no sandbox", in_process(), max(10, arguments.runs // 3)))
        if bwrap:
            timings.append(
                measure("bwrap python -I", in_process(bwrap, *BWRAP), max(10, arguments.runs // 3))
            )
        rate = side_by_side(sandbox, arguments.runs)
        leaks = None
        if arguments.leak_runs:
            before = state()
            for _ in range(0, arguments.leak_runs, LEAK_BATCH):
                side_by_side(sandbox, LEAK_BATCH)
            leaks = {name: value - before[name] for name, value in state().items()}

    print(f"{'':24}{'p50 ms':>10}{'p99 ms':>10}{'runs/s':>10}")
    for timing in timings:
        print(f"{timing.name:24}{timing.p50_ms:10.2f}{timing.p99_ms:10.2f}{timing.runs_per_s:10.1f}")
    print(f"{'traced, side by side':24}{'':20}{rate:10.1f}")
    print(f"layers off: {', '.join(off) or 'none'}")
    if leaks is not None:
        print(f"after {arguments.leak_runs} further runs: {leaks}")
    result = {
        "traced_p50_ms": round(timings[0].p50_ms, 3),
        "plain_p50_ms": round(timings[1].p50_ms, 3),
        "fresh_python_p50_ms": round(timings[2].p50_ms, 3),
        "bwrap_p50_ms": round(timings[3].p50_ms, 3) if bwrap else None,
        "runs_per_s": round(rate, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

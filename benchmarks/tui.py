"""How quickly the workbench paints and answers keys, and how much memory it takes in an hour.

    python benchmarks/tui.py

First paint: seconds from the start of `egcfg-tui open` to the first frame, in a terminal of 120x36, with an
empty home and no model. Key to paint: a real solve runs in a terminal of 100x30 while keys switch between
panels; milliseconds from a key to the title of its panel. Memory: the workbench gets the bundled recording
over and over, as one solve of many trials, until an hour of recorded time is over. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import pty
import random
import resource
import select
import signal
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Final

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import Author, EngineLoaded, Event, SolveStarted, TrialFinished, TrialStarted
from egcfg_tui.exercises import load
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.first_start import bundled_recording
from egcfg_tui.tui.services import Services

STARTS: Final = 7
HOUR_S: Final = 3600.0
PANELS: Final = (("2", b"Tokens"), ("3", b"Signal"), ("1", b"Candidates"))
COMMAND: Final = (sys.executable, "-m", "egcfg_tui")
PATIENCE_S: Final = 120.0


class Terminal:
    """The program in a terminal of its own; a context manager that ends it."""

    def __init__(self, arguments: tuple[str, ...], columns: int, rows: int, home: Path | None) -> None:
        environment = {**os.environ, "TERM": "xterm-256color"}
        if home is not None:
            environment["HOME"] = environment["HF_HOME"] = str(home)
            for folder in ("CONFIG", "DATA", "STATE", "CACHE"):
                environment[f"XDG_{folder}_HOME"] = str(home / folder.lower())
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.execve(COMMAND[0], [*COMMAND, *arguments], environment)
        ioctl(self._fd, TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, text: bytes) -> None:
        """Reads what is painted until `text` has been painted."""
        painted, ends_s = b"", time.monotonic() + PATIENCE_S
        while text not in painted:
            if not select.select([self._fd], [], [], max(0.0, ends_s - time.monotonic()))[0]:
                raise SystemExit(f"{text.decode()!r} was not painted within {PATIENCE_S:g} s")
            try:
                painted = painted[-4096:] + os.read(self._fd, 65536)
            except OSError:
                raise SystemExit(f"the workbench ended: {painted[-2000:]!r}") from None

    def read_for(self, seconds: float) -> None:
        """Reads and drops what is painted within `seconds`."""
        ends_s = time.monotonic() + seconds
        while (left_s := ends_s - time.monotonic()) > 0:
            if select.select([self._fd], [], [], left_s)[0]:
                os.read(self._fd, 65536)

    def press(self, key: str) -> None:
        """Sends a key."""
        os.write(self._fd, key.encode())

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGTERM)
        with suppress(OSError):
            while os.read(self._fd, 65536):
                pass
        os.waitpid(self._pid, 0)
        os.close(self._fd)


def first_paint(starts: int) -> list[float]:
    """Seconds to the first frame of each start; the first start, which reads cold files, is not counted."""
    seconds = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(starts + 1):
            begun = time.perf_counter()
            with Terminal(("open", "cheer"), 120, 36, Path(home)) as terminal:
                terminal.wait_for(b"Exercise")
                seconds.append(time.perf_counter() - begun)
    return seconds[1:]


def key_to_paint(model: str | None, presses: int) -> list[float]:
    """Milliseconds from a key to the panel that it shows, while a model solves."""
    arguments = ("open", "pocket-formula", "--method", "egcfg", "--budget", "900", "--no-record")
    named = ("--model", model) if model else ()
    rng, times = random.Random(0), []
    with Terminal((*arguments, *named), 100, 30, None) as terminal:
        terminal.wait_for(b"ready")
        terminal.press("s")
        terminal.wait_for(b"candidates")
        for press in range(presses):
            terminal.read_for(rng.uniform(0.05, 0.2))
            key, title = PANELS[press % len(PANELS)]
            pressed = time.perf_counter()
            terminal.press(key)
            terminal.wait_for(title)
            times.append(1000 * (time.perf_counter() - pressed))
    return times


class ReplayedHour:
    """A session that loads at once and gives an hour of recorded events as fast as the screen takes them."""

    def __init__(self) -> None:
        self.alive = True
        self.events_given = 0
        recorded = bundled_recording()
        self.exercise = recorded.header.exercise
        self._seconds = recorded.events[-1].t
        self._events = [timed.event for timed in recorded.events]

    def start(self) -> Iterator[Event]:
        yield EngineLoaded("replayed", "recording", "cpu", 4096, 0.0)

    def solve(self, _request: SolveRequest) -> Iterator[Event]:
        """The events of one solve, with as many trials as fit into an hour."""
        begin = next(at for at, event in enumerate(self._events) if isinstance(event, SolveStarted))
        yield self._events[begin]
        for index in range(1, int(HOUR_S / self._seconds) + 2):
            for event in self._events[begin + 1 : -1]:
                self.events_given += 1
                yield (
                    replace(event, index=index) if isinstance(event, TrialStarted | TrialFinished) else event
                )
        yield self._events[-1]

    def close(self) -> None:
        self.alive = False

    def stop(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def step(self) -> None: ...
    def rewind(self, line: int) -> None: ...
    def replace_code(self, line: int, text: str, author: Author) -> None: ...
    def undo(self) -> None: ...
    def change(self, values: Mapping[str, float]) -> None: ...


async def _hour() -> tuple[float, float, int]:
    session = ReplayedHour()
    services = Services(
        find_model=lambda _name: ModelSpec("replayed", Path("replayed")),
        open_session=lambda _model: session,
        bundled=lambda: (),
        load=load,
    )
    app = WorkbenchApp(services, exercise=session.exercise)
    async with app.run_test(size=(120, 36)) as pilot:
        driver = app.workbench.control
        while not driver.can_start or not driver.view.engine.model:
            await pilot.pause(0.05)
        before_mb = _most_mb()
        await pilot.press("s")
        while driver.view.result is None:
            await pilot.pause(0.1)
        await pilot.press("up", "left_square_bracket", "home", "end")
        return before_mb, _most_mb(), session.events_given


def _most_mb() -> float:
    """The most memory that this process has taken so far."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024) if sys.platform == "darwin" else most / 1024


def memory(results: multiprocessing.Queue[tuple[float, float, int]]) -> None:
    """Puts megabytes before and after the hour, and its number of events, into `results`."""
    results.put(asyncio.run(_hour()))


def main() -> None:
    """Measures all three and prints them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="the model that solves; default: the default model")
    parser.add_argument("--presses", type=int, default=200, help="keys pressed while it solves")
    arguments = parser.parse_args()

    spawn = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[tuple[float, float, int]] = spawn.Queue()
    process = spawn.Process(target=memory, args=(results,))
    process.start()
    before_mb, after_mb, events = results.get()
    process.join()
    starts = first_paint(STARTS)
    times = key_to_paint(arguments.model, arguments.presses)
    centiles = statistics.quantiles(times, n=100)

    load_1 = os.getloadavg()[0]
    print(f"first paint: {', '.join(f'{one:.2f}' for one in sorted(starts))} s")
    print(f"key to paint: p50 {centiles[49]:.0f} ms, p95 {centiles[94]:.0f} ms, most {max(times):.0f} ms")
    print(f"memory: {before_mb:.0f} MB before, {after_mb:.0f} MB after {events} events of an hour")
    print(f"load of the machine: {load_1:.1f} on {os.cpu_count()} cores")
    result = {
        "first_paint_s": round(statistics.median(starts), 3),
        "key_to_paint_p50_ms": round(centiles[49], 1),
        "key_to_paint_p95_ms": round(centiles[94], 1),
        "memory_mb": round(after_mb, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

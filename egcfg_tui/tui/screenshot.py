"""Draws a recorded run as an SVG: `python -m egcfg_tui.tui.screenshot RECORDING OUT.svg [--at SECONDS]`.

The picture is the workbench itself, fed from the file; neither a model nor a terminal is needed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import Event, SolveStarted
from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.runs import Recording, RecordingError, TimedEvent, read_recording
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.session_driver import Services

_FONT_FACE: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_SETTLE_S: Final = 0.2


class RecordedSession:
    """Plays the events of a recording as fast as they are taken, then stands still until closed."""

    def __init__(self, events: Sequence[TimedEvent]) -> None:
        starts = [at for at, timed in enumerate(events) if isinstance(timed.event, SolveStarted)]
        first = starts[0] if starts else len(events)
        self._loading, self._solving = events[:first], events[first:]
        self.now_s = 0.0
        self._closed = threading.Event()
        self.played = threading.Event()

    @property
    def alive(self) -> bool:
        """Until it is closed."""
        return not self._closed.is_set()

    def start(self) -> Iterator[Event]:
        """The events before the solve."""
        yield from self._play(self._loading)

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        """The events of the solve, whatever is asked for."""
        yield from self._play(self._solving)
        self.played.set()
        self._closed.wait()

    def stop(self) -> None:
        """A recorded run cannot be stopped."""

    def pause(self) -> None:
        """A recorded run stands still anyway."""

    def resume(self) -> None:
        """There is nothing to go on with."""

    def step(self) -> None:
        """There is nothing to go on with."""

    def rewind(self, line: int) -> None:
        """What was chosen was chosen."""

    def set_gamma(self, gamma: float) -> None:
        """What was chosen was chosen."""

    def close(self) -> None:
        """Lets the session's thread end."""
        self._closed.set()

    def _play(self, events: Sequence[TimedEvent]) -> Iterator[Event]:
        for timed in events:
            self.now_s = timed.t
            yield timed.event


async def draw(
    recording: Recording, size: tuple[int, int], at_s: float | None, keys: Sequence[str] = ()
) -> str:
    """The SVG of the screen `at_s` seconds into the recording (None: at its end), after pressing `keys`."""
    session = RecordedSession([timed for timed in recording.events if at_s is None or timed.t <= at_s])
    request = recording.header.request
    app = WorkbenchApp(
        Services(
            find_model=lambda: ModelSpec(request.model.name, Path()),
            open_session=lambda _model: session,
            bundled=lambda: (),
            load=_nothing_to_load,
            clock=lambda: session.now_s,
        ),
        SolveOptions(request.method, request.settings, request.budget_s, request.seed, request.grid),
        recording.header.exercise,
    )
    async with app.run_test(size=size) as pilot:
        app.workbench.control.start()
        await asyncio.to_thread(session.played.wait)
        await pilot.pause(_SETTLE_S)
        await pilot.press(*keys)
        await pilot.pause(_SETTLE_S)
        picture = app.export_screenshot(title="egcfg-tui")
    return _FONT_FACE.sub("", picture)


def _nothing_to_load(reference: str) -> Exercise:
    raise ExerciseError(f"{reference}: a recording holds one exercise only")


def main(argv: Sequence[str]) -> int:
    """Writes the picture; 0 when it was written, 2 for a wrong command line, 3 for a recording or file."""
    parser = argparse.ArgumentParser(prog="python -m egcfg_tui.tui.screenshot", description=__doc__)
    parser.add_argument("recording", type=Path, metavar="RECORDING")
    parser.add_argument("out", type=Path, metavar="OUT.svg")
    parser.add_argument("--size", type=_size, default=(120, 36), metavar="COLUMNSxROWS")
    parser.add_argument("--at", type=float, metavar="SECONDS", help="into the recording; default: its end")
    parser.add_argument("--keys", nargs="*", default=[], metavar="KEY", help="keys to press first")
    args = parser.parse_args(argv)
    try:
        recording = read_recording(args.recording)
        args.out.write_text(asyncio.run(draw(recording, args.size, args.at, args.keys)), encoding="utf-8")
    except (RecordingError, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 3
    return 0


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,3})x(\d{1,3})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"must look like 120x36, not {text!r}")
    return int(match[1]), int(match[2])


def _entry() -> NoReturn:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    _entry()

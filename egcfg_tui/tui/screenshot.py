"""Draws a recorded run as an SVG: `python -m egcfg_tui.tui.screenshot RECORDING OUT.svg [--at SECONDS]`.

The picture is the workbench's replay, held at a moment; neither a model nor a terminal is needed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.models import ModelError
from egcfg_tui.runs import Recording, RecordingError, read_recording
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.bridge import Session
from egcfg_tui.tui.screens.replay import ReplayScreen
from egcfg_tui.tui.services import Services

_FONT_FACE: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_SETTLE_S: Final = 0.2


async def draw(
    recording: Recording, size: tuple[int, int], at_s: float | None, keys: Sequence[str] = ()
) -> str:
    """The SVG of the screen `at_s` seconds into the recording (None: at its end), after pressing `keys`."""
    (picture,) = await draw_several(recording, size, [(at_s, keys)])
    return picture


async def draw_several(
    recording: Recording, size: tuple[int, int], moments: Sequence[tuple[float | None, Sequence[str]]]
) -> list[str]:
    """The SVG of each moment, after pressing its keys; what earlier keys did stays."""
    services = Services(
        find_model=_no_model,
        open_session=_no_session,
        bundled=lambda: (),
        load=_nothing_to_load,
        clock=lambda: 0.0,
    )
    app = WorkbenchApp(services, exercise=recording.header.exercise, recording=recording)
    pictures = []
    async with app.run_test(size=size) as pilot:
        await pilot.pause(_SETTLE_S)
        if not isinstance(app.screen, ReplayScreen):
            raise RuntimeError(f"the replay is not up, but {app.screen}")
        replay = app.screen
        for at_s, keys in moments:
            replay.hold_at(at_s)
            await pilot.press(*keys)
            await pilot.pause(_SETTLE_S)
            pictures.append(_FONT_FACE.sub("", app.export_screenshot(title="egcfg-tui")))
    return pictures


def _no_model(_name: str | None) -> ModelSpec:
    raise ModelError("a picture needs no model")


def _no_session(_model: ModelSpec) -> Session:
    raise RuntimeError("a picture needs no session")


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

"""Prints a recorded run as text, at its original pace, faster, or at once."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.styles import FAINT
from egcfg_tui.cli.wording import Wording
from egcfg_tui.events import SolveFailed, SolveFinished
from egcfg_tui.runs import Header, Recording, paced
from egcfg_tui.terminal_text import printable


def emit_run(recording: Recording, speed: float | None = None) -> None:
    """Prints when and where the run was recorded, then every event in full; `speed` as in `paced`."""
    stdout.emit_lines([_head(recording.header)])
    wording = Wording(full=True)
    for timed in paced(recording, speed):
        stdout.emit_lines(wording.lines(timed.event))


def _head(header: Header) -> Text:
    """When and where the run was recorded."""
    machine = header.machine
    cores = f"{machine.cores} core{'' if machine.cores == 1 else 's'}"
    place = ", ".join(printable(part) for part in (machine.system, machine.processor, cores) if part)
    when = f"recorded {printable(header.created)} with egcfg-tui {printable(header.version)}"
    return Text(f"{when} on {place}", FAINT)


def warn_if_incomplete(path: Path, recording: Recording) -> None:
    """Warns if the recording was cut short, so that it does not look like a run that ended."""
    if recording.cut_short:
        stderr.narrate(f"{path}: the last line is incomplete and was left out")
    if not any(isinstance(timed.event, SolveFinished | SolveFailed) for timed in recording.events):
        stderr.narrate(f"{path}: the recording ends before the solve did")

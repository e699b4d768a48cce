"""`egcfg-tui replay`: a recorded solve again, with neither model nor sandbox."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.text import Text

from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.option_types import number
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.styles import FAINT
from egcfg_tui.cli.wording import Wording
from egcfg_tui.events import SolveFailed, SolveFinished
from egcfg_tui.runs import Header, Recording, RecordingError, event_line, paced, read_recording
from egcfg_tui.terminal_text import printable

_EPILOG = """\
examples:
  egcfg-tui replay run.jsonl
  egcfg-tui replay run.jsonl --speed 2
  egcfg-tui replay run.jsonl --format json | jq 'select(.event == "LineChosen") | .data.text'"""


def configure(parser: CommandParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    parser.add_argument("file", type=Path, metavar="FILE", help="made with `egcfg-tui solve --record FILE`")
    parser.add_argument(
        "--format", choices=("human", "json"), default="human", help="json: one event a line; default: human"
    )
    parser.add_argument(
        "--speed",
        type=number(0.01, 1000),
        metavar="F",
        help="times the pace it was recorded at; default: all at once",
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Shows the recording."""
    try:
        recording = read_recording(args.file)
    except RecordingError as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error
    if args.format == "json":
        for timed in paced(recording, args.speed):
            stdout.emit_json(event_line(timed))
    else:
        stdout.emit_lines([_head(recording.header)])
        wording = Wording(full=True)
        for timed in paced(recording, args.speed):
            stdout.emit_lines(wording.lines(timed.event))
    _tell_the_end(args.file, recording)
    return ExitCode.DONE


def _head(header: Header) -> Text:
    """When and where the run was recorded."""
    machine = header.machine
    cores = f"{machine.cores} core{'' if machine.cores == 1 else 's'}"
    place = ", ".join(printable(part) for part in (machine.system, machine.processor, cores) if part)
    when = f"recorded {printable(header.created)} with egcfg-tui {printable(header.version)}"
    return Text(f"{when} on {place}", FAINT)


def _tell_the_end(path: Path, recording: Recording) -> None:
    """A run that was cut short must not look like one that ended."""
    if recording.cut_short:
        stderr.narrate(f"{path}: the last line is incomplete and was left out")
    if not any(isinstance(timed.event, SolveFinished | SolveFailed) for timed in recording.events):
        stderr.narrate(f"{path}: the recording ends before the solve did")

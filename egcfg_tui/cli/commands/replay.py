"""`egcfg-tui replay`: shows a recorded solve again, without model and sandbox."""

from __future__ import annotations

import argparse

from egcfg_tui.cli import stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.option_types import number
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.recording import recording_path
from egcfg_tui.cli.run_text import emit_run, warn_if_incomplete
from egcfg_tui.runs import (
    RecordingError,
    RunNotFound,
    event_line,
    paced,
    read_recording,
)

_EPILOG = """\
examples:
  egcfg-tui replay latest
  egcfg-tui replay run.jsonl
  egcfg-tui replay run.jsonl --speed 2
  egcfg-tui replay run.jsonl --format json | jq 'select(.event == "LineChosen") | .data.text'"""


def configure(parser: CommandParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "run", metavar="RUN", help="the file of a recording, a run of `egcfg-tui runs list`, or `latest`"
    )
    parser.add_argument(
        "--format",
        choices=("human", "json"),
        default="human",
        help="json: one event per line; default: human",
    )
    parser.add_argument(
        "--speed",
        type=number(0.01, 1000),
        metavar="F",
        help="replay at F times the original pace; default: all at once",
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Shows the recording."""
    try:
        path = recording_path(args.run)
        recording = read_recording(path)
    except (RecordingError, RunNotFound) as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error
    if args.format == "json":
        for timed in paced(recording, args.speed):
            stdout.emit_json(event_line(timed))
    else:
        emit_run(recording, args.speed)
    warn_if_incomplete(path, recording)
    return ExitCode.DONE

"""Where a solve of the command line is recorded: a file that was named, else the history."""

from __future__ import annotations

import argparse
from pathlib import Path

from egcfg_tui.cli import stderr
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.runs import History, RecordedModel, Recorder, RecordingError, RunRecording, header_for
from egcfg_tui.solving.request.solve_request import SolveRequest


def add_no_record_option(parser: CommandParser) -> None:
    """Adds the way to leave no trace in the history."""
    parser.add_argument(
        "--no-record",
        action="store_true",
        help="do not keep the run; `egcfg-tui runs list` shows those that are kept",
    )


def open_recording(args: argparse.Namespace, request: SolveRequest, model: RecordedModel) -> RunRecording:
    """Begins the recording.

    A named file that cannot be written is told before the solve. The history is a convenience: where its
    folder cannot be written, the solve goes on without.
    """
    named: Path | None = args.record
    if named is not None:
        try:
            return RunRecording(Recorder(named, header_for(request, model)), stderr.narrate)
        except RecordingError as error:
            raise CommandError(str(error), ExitCode.USAGE) from error
    if args.no_record:
        return RunRecording(None, stderr.narrate)
    try:
        return RunRecording(History().begin(request, model), stderr.narrate)
    except RecordingError as error:
        stderr.narrate(str(error))
        return RunRecording(None, stderr.narrate)


def recording_path(name: str) -> Path:
    """The file of a recording, named by its path or as a run of the history. Raises `RunNotFound`."""
    path = Path(name).expanduser()
    if path.exists() or path.suffix == ".jsonl" or "/" in name:
        return path
    return History().find(name).path

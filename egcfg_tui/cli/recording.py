"""Recordings of the command line: a solve is recorded in a named file, or else in the history."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Final

from egcfg_tui.cli import stderr
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.runs import (
    LATEST,
    History,
    RecordedModel,
    Recorder,
    RecordingError,
    RunRecording,
    header_for,
    is_recording,
)
from egcfg_tui.solving.request.solve_request import SolveRequest

_RUN_ID: Final = re.compile(r"\d{8}-\d{6}-")


def add_no_record_option(parser: CommandParser) -> None:
    """Adds the option to keep a run out of the history."""
    parser.add_argument(
        "--no-record",
        action="store_true",
        help="do not keep the run; `egcfg-tui runs list` shows those that are kept",
    )


def open_recording(args: argparse.Namespace, request: SolveRequest, model: RecordedModel) -> RunRecording:
    """Begins the recording.

    Raises `CommandError` if a named file cannot be written. If the history cannot be written, the user is
    told and the solve goes on without a recording, because the history is only a convenience.
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


def recording_named(name: str) -> Path | None:
    """The recording that a name given instead of an exercise means: a path, the id of a run, or `latest`.

    None if the name means an exercise. Raises `RunNotFound`.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path if is_recording(path) else None
    return History().find(name).path if name == LATEST or _RUN_ID.match(name) else None

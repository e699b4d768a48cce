"""`egcfg-tui runs`: lists, shows, exports and deletes recorded solves."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.columns import columns
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.option_types import whole_number
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.recording import recording_path
from egcfg_tui.cli.run_text import emit_run, warn_if_incomplete
from egcfg_tui.runs import History, Recording, RecordingError, RunNotFound, RunSummary, read_recording
from egcfg_tui.runs.report import markdown, solution_of

_EPILOG: Final = """\
Every solve of the command line and of the workbench is recorded. When all recordings together take more
than 256 MB, the oldest are removed. RUN is an id of the list, the beginning of one, `latest`, or the file
of a recording. The variable EGCFG_RUNS_DIR sets another folder.

examples:
  egcfg-tui runs list solved streak
  egcfg-tui runs show latest
  egcfg-tui runs export latest --as markdown --out report.md
  egcfg-tui runs delete 20260102-030405-digit_sum"""


def configure(parser: CommandParser) -> None:
    """Adds the subcommands."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|export|delete")
    listing = actions.add_parser("list", help="the runs, newest first")
    listing.add_argument("words", nargs="*", metavar="WORD", help="only runs whose row contains every WORD")
    listing.add_argument("--limit", type=whole_number(1, 10**6), metavar="N", help="only the newest N")
    listing.add_argument("--format", choices=("human", "json"), default="human", help="default: human")
    showing = actions.add_parser("show", help="one run from start to end")
    showing.add_argument("run", metavar="RUN")
    exporting = actions.add_parser("export", help="the solution, a report, a picture or the recording itself")
    exporting.add_argument("run", metavar="RUN")
    exporting.add_argument(
        "--as",
        dest="form",
        choices=tuple(_EXPORTS),
        default="solution",
        help="default: solution; svg is the workbench's screen at the end of the run",
    )
    exporting.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    deleting = actions.add_parser("delete", help="remove runs for good")
    deleting.add_argument("runs", nargs="*", metavar="RUN")
    deleting.add_argument("--all", action="store_true", help="every run")


def run(args: argparse.Namespace) -> ExitCode:
    """Does what the subcommand says."""
    actions: dict[str, Callable[[argparse.Namespace], None]] = {
        "list": _list,
        "show": _show,
        "export": _export,
        "delete": _delete,
    }
    try:
        actions[args.action](args)
    except (RunNotFound, RecordingError) as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error
    return ExitCode.DONE


def _list(args: argparse.Namespace) -> None:
    history = History()
    runs = history.runs(args.words)[: args.limit]
    if args.format == "json":
        stdout.emit_json([_values(run) for run in runs])
    elif runs:
        stdout.emit(_table(runs))
    else:
        of = f" with {' and '.join(args.words)}" if args.words else ""
        stderr.narrate(f"no run{of} is kept in {history.folder}")


def _show(args: argparse.Namespace) -> None:
    path = recording_path(args.run)
    recording = read_recording(path)
    emit_run(recording)
    warn_if_incomplete(path, recording)


def _export(args: argparse.Namespace) -> None:
    path = recording_path(args.run)
    text = _EXPORTS[args.form](path, read_recording(path))
    if not text.strip():
        raise CommandError(f"{path}: the run holds no solution", ExitCode.NOT_SOLVED)
    if args.out is None:
        stdout.emit(text)
        return
    try:
        args.out.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CommandError(
            f"--out {args.out}: cannot be written: {error.strerror}; name another file", ExitCode.USAGE
        ) from error


def _delete(args: argparse.Namespace) -> None:
    history = History()
    if bool(args.runs) == args.all:
        raise CommandError("name the runs to delete, or all of them with --all", ExitCode.USAGE)
    runs = history.runs() if args.all else [history.find(name) for name in args.runs]
    try:
        count = history.delete(runs)
    except OSError as error:
        raise CommandError(
            f"{error.filename}: cannot be removed: {error.strerror}", ExitCode.MODEL_OR_DATA
        ) from error
    stderr.narrate(f"{count} {'run' if count == 1 else 'runs'} removed")


def _as_recording(path: Path, recording: Recording) -> str:
    return path.read_text("ascii", errors="replace")


def _as_picture(path: Path, recording: Recording) -> str:
    from egcfg_tui.tui.screenshot import draw

    return asyncio.run(draw(recording, (120, 36), None))


_EXPORTS: Final[dict[str, Callable[[Path, Recording], str]]] = {
    "solution": lambda _path, recording: solution_of(recording),
    "markdown": lambda _path, recording: markdown(recording),
    "recording": _as_recording,
    "svg": _as_picture,
}
"""The forms in which a run can be exported."""


def _values(run: RunSummary) -> dict[str, Any]:
    return dataclasses.asdict(run) | {"path": str(run.path)}


def _table(runs: list[RunSummary]) -> str:
    rows = [("RUN", "RESULT", "SECONDS", "METHOD", "MODEL", "EXERCISE")]
    for run in runs:
        state = {True: "solved", False: run.reason or "failed", None: "unfinished"}[run.solved]
        seconds = "-" if run.wall_s is None else f"{run.wall_s:.1f}"
        rows.append((run.id, state, seconds, run.method, run.model, run.title or run.exercise))
    return columns(rows)

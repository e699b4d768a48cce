"""`egcfg-tui compare`: reports which model and method solves more, from one or more benches."""

from __future__ import annotations

import argparse
from pathlib import Path

from egcfg_tui.bench.comparison import Comparison, compare_paths
from egcfg_tui.bench.records import BenchError
from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.report_file import ReportFile
from egcfg_tui.terminal_text import printable

_EPILOG = """\
DIR is the folder of a bench, or a file of records. Several benches must have the same exercises, visible
tests, budget and clock.

examples:
  egcfg-tui compare bench-1
  egcfg-tui compare before after --common
  egcfg-tui compare bench-1 --format html --out report.html
  egcfg-tui compare before.jsonl after.jsonl --format json | jq .pairs"""


def configure(parser: CommandParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "benches", nargs="+", type=Path, metavar="DIR", help="made with `egcfg-tui bench --out DIR`"
    )
    parser.add_argument(
        "--format",
        choices=("human", "json", "markdown", "html"),
        default="human",
        help="format of the report; default: human",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="the file for the report; default: standard output"
    )
    parser.add_argument(
        "--common",
        action="store_true",
        help="only exercises that all benches have and for which every row has a result",
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Compares the benches and prints or writes the report."""
    file = ReportFile(args.out) if args.out else None
    try:
        comparison = compare_paths(args.benches, common=args.common)
    except BenchError as error:
        raise CommandError(printable(str(error)), ExitCode.MODEL_OR_DATA) from error
    if args.format == "human" and file is None:
        from egcfg_tui.cli.comparison_view import view

        stdout.emit_rendered(view(comparison))
        return ExitCode.DONE
    report = _report(comparison, args.format, args.out.parent if args.out else Path())
    safe = "\n".join(map(printable, report.split("\n")))
    if file is None:
        stdout.emit(safe)
    else:
        file.write(safe)
        stderr.narrate(f"the report is in {printable(str(args.out))}")
    for note in comparison.notes:
        stderr.narrate(printable(note))
    return ExitCode.DONE


def _report(comparison: Comparison, form: str, folder: Path) -> str:
    """The report as a text; links in it are relative to `folder`."""
    match form:
        case "json":
            from egcfg_tui.bench.comparison.reports import json_report

            return json_report.render(comparison)
        case "markdown":
            from egcfg_tui.bench.comparison.reports import markdown

            return markdown.render(comparison)
        case "html":
            from egcfg_tui.bench.comparison.reports import html

            return html.render(comparison, folder)
        case _:
            from egcfg_tui.cli.comparison_view import plain

            return plain(comparison)

"""Finds the command, imports only that one, and turns every error into an exit code.

A command is a module in `egcfg_tui.cli.commands` and a row in `COMMANDS`. The module offers

    def configure(parser: CommandParser) -> None     # options, subcommands, `parser.epilog` with examples
    def run(args: argparse.Namespace) -> ExitCode    # does the work, of all subcommands

`args.argv` is the whole command line, for a command that tells the user how to repeat it.

`parser` is the parser of the command, with `prog` and `description` set. A command raises `CommandError` for
everything that the user must know. This module may not import textual, numpy or llama_cpp, so that `--help`
stays instant.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from egcfg_tui import __version__
from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.interrupts import ending_at_once
from egcfg_tui.cli.parser import CommandParser, did_you_mean
from egcfg_tui.system import garbage


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its module, and a line of help."""

    name: str
    module: str
    help: str


COMMANDS: Final = (
    Command("open", "egcfg_tui.cli.commands.open", "open the workbench, also with a given exercise"),
    Command("solve", "egcfg_tui.cli.commands.solve", "solve one exercise and print the solution"),
    Command("bench", "egcfg_tui.cli.commands.bench", "run many exercises with several models or methods"),
    Command("replay", "egcfg_tui.cli.commands.replay", "show a recorded solve again, without a model"),
    Command("compare", "egcfg_tui.cli.commands.compare", "compare what benches measured"),
    Command("runs", "egcfg_tui.cli.commands.runs", "list, show, export and delete the runs that are kept"),
    Command("exercises", "egcfg_tui.cli.commands.exercises", "list, show and check exercises"),
    Command("models", "egcfg_tui.cli.commands.models", "list, show and pull models"),
    Command("doctor", "egcfg_tui.cli.commands.doctor", "say what works on this machine, and why not"),
)

_EPILOG: Final = """\
Without a command the workbench opens.

examples:
  egcfg-tui
  egcfg-tui solve total-climb
  egcfg-tui solve problems.jsonl#17 --format json --record run.jsonl
  egcfg-tui replay run.jsonl

exit codes:
  0 solved or done    1 not solved    2 usage    3 model or data missing or broken
  4 sandbox refused   70 unexpected error        130 interrupted"""


def dispatch(argv: Sequence[str]) -> int:
    """Runs one command line and returns its exit code. It never raises an exception."""
    try:
        code = _run(argv)
        stdout.flush()
        return code
    except CommandError as error:
        stderr.fail(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        stderr.fail("interrupted")
        return ExitCode.INTERRUPTED
    except stdout.ReaderGone:
        stdout.abandon()
        return ExitCode.BROKEN_PIPE
    except Exception as error:
        from egcfg_tui.cli import crash_log

        stderr.fail(crash_log.describe(error, crash_log.write(error, argv)))
        return ExitCode.INTERNAL


def _run(argv: Sequence[str]) -> int:
    if argv and argv[0].startswith("-"):
        return _top_level(argv)
    name, *rest = argv or ["open"]
    known = {command.name: command for command in COMMANDS}
    if name not in known:
        hint = did_you_mean(name, known)
        raise CommandError(
            f"unknown command {name!r}{hint}\n"
            f"See `egcfg-tui --help`. To open an exercise: `egcfg-tui open {name}`.",
            ExitCode.USAGE,
        )
    command = known[name]
    with ending_at_once(), garbage.paused():
        module = importlib.import_module(command.module)
    parser = CommandParser(
        prog=f"egcfg-tui {name}", description=f"{command.help[0].upper()}{command.help[1:]}."
    )
    module.configure(parser)
    try:
        args = parser.parse(rest)
    except SystemExit:
        return ExitCode.DONE  # argparse printed the help
    args.argv = tuple(argv)
    return int(module.run(args))


def _top_level(argv: Sequence[str]) -> int:
    """Handles `--help` and `--version`, the only options before a command."""
    width = max(len(command.name) for command in COMMANDS)
    listing = "\n".join(f"  {command.name:<{width}}  {command.help}" for command in COMMANDS)
    parser = CommandParser(
        prog="egcfg-tui",
        usage="egcfg-tui [COMMAND] [OPTIONS]",
        description="Solves coding exercises offline with a small local model and execution-guided decoding."
        "\n\n"
        f"commands:\n{listing}",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"egcfg-tui {__version__}")
    try:
        parser.parse(argv)
    except SystemExit:
        return ExitCode.DONE
    raise CommandError(f"no command given\nSee `{parser.prog} --help`.", ExitCode.USAGE)

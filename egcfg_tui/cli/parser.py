"""The argument parser of all commands: suggests what was probably meant and never exits by itself."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from egcfg_tui.cli import stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the known word closest to `word`, or an empty text if none is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


class CommandParser(argparse.ArgumentParser):
    """An `argparse` parser that raises `CommandError` with a hint for a wrong command line.

    Options cannot be abbreviated, so that a new option never changes the meaning of a script.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**options, allow_abbrev=False)

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """Parses the arguments of a command. Raises `CommandError`, also for arguments that are left over."""
        args, extra = self.parse_known_args(list(argv))
        if extra:
            word = next((item for item in extra if item.startswith("-")), extra[0]).split("=")[0]
            if word.startswith("-"):
                self.error(f"unknown option {word}{did_you_mean(word, self._options(argv))}")
            self.error(f"unexpected argument {word!r}")
        return args

    def error(self, message: str) -> NoReturn:
        """Ends the command with exit code 2 and a pointer to the help."""
        raise CommandError(f"{message}\nSee `{self.prog} --help`.", ExitCode.USAGE)

    def _options(self, argv: Sequence[str]) -> list[str]:
        """All option strings of this parser and of the subcommands named in `argv`."""
        known: list[str] = []
        for action in self._actions:
            known += action.option_strings
            if isinstance(action, argparse._SubParsersAction):
                for name, parser in action.choices.items():
                    if name in argv and isinstance(parser, CommandParser):
                        known += parser._options(argv)
        return known

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            raise argparse.ArgumentError(
                action, f"{value!r} is not one of {', '.join(choices)}{did_you_mean(str(value), choices)}"
            )

    def _print_message(self, message: str, file: object = None) -> None:
        if message:
            stdout.emit(message)

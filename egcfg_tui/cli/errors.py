"""Errors the user must know of."""

from __future__ import annotations

from egcfg_tui.cli.exit_codes import ExitCode


class CommandError(Exception):
    """Ends a command with one message and an exit code.

    The message says what is wrong, where (file, key, line), and the next step; it is printed once, by `main`.
    """

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code

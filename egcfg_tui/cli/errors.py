"""The error that ends a command with a message."""

from __future__ import annotations

from egcfg_tui.cli.exit_codes import ExitCode


class CommandError(Exception):
    """Ends a command with one message and an exit code.

    The message says what is wrong, where (file, key, line), and the next step. `dispatch` prints it.
    """

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code

"""The command line's entry. How a command is made and found is in `egcfg_tui.cli.dispatch`."""

# Nothing else is imported here: a Ctrl-C that comes while the rest is imported must find a handler.
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn


def entry() -> NoReturn:
    """Runs the command line of this process."""
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = _interrupted()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a late Ctrl-C must not break the interpreter's shutdown
    # An interrupt inside any `exec` of a text, as dataclasses make, leaves a mark in CPython that turns the
    # exit code into a death by SIGINT, even when it was caught; running another text wipes the mark.
    exec("")
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Runs one command line and returns its exit code."""
    from egcfg_tui.cli.dispatch import dispatch

    return dispatch(argv)


def _interrupted() -> int:
    """Says so; for the moments when `dispatch` is not there yet, or no longer."""
    from egcfg_tui.cli import stderr
    from egcfg_tui.cli.exit_codes import ExitCode

    stderr.fail("interrupted")
    return ExitCode.INTERRUPTED

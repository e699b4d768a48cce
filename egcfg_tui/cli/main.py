"""The entry of the command line. `egcfg_tui.cli.dispatch` finds and runs the command."""

# All other imports are inside functions, so that a Ctrl-C during an import finds a handler.
import sys


def entry() -> None:
    """Runs the command line of this process."""
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = _interrupted()
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a late Ctrl-C must not break the interpreter's shutdown
    sys.exit(code)


def main(argv: list[str]) -> int:
    """Runs one command line and returns its exit code."""
    from egcfg_tui.cli.interrupts import ending_at_once

    with ending_at_once():
        from egcfg_tui.cli.dispatch import dispatch
    return dispatch(argv)


def _interrupted() -> int:
    """Tells the user about an interrupt before `dispatch` began or after it ended."""
    from egcfg_tui.cli import stderr
    from egcfg_tui.cli.exit_codes import ExitCode

    stderr.fail("interrupted")
    return ExitCode.INTERRUPTED

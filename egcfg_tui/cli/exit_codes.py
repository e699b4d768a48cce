"""The exit codes of the command line."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The closed set of exit codes; scripts may rely on them."""

    DONE = 0
    """The exercise was solved, or the command did what it was asked."""
    NOT_SOLVED = 1
    """The solve ended without a solution that passes all tests, a check found a failing reference, or tasks
    of a bench ended in a fault."""
    USAGE = 2
    """The command line itself is wrong: an unknown command or option, a value out of its range."""
    MODEL_OR_DATA = 3
    """A model, an exercise or a recording is missing, broken or does not fit."""
    SANDBOX = 4
    """The sandbox refused to run programs on this machine, or broke."""
    INTERNAL = 70
    """There was an unexpected error; its details are in the log file that the message names."""
    INTERRUPTED = 130
    """Ctrl-C stopped the command."""
    BROKEN_PIPE = 141
    """The reader of standard output went away, as with `| head`."""

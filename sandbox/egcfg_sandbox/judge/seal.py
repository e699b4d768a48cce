"""Rule 6: nothing that the program sends becomes code of the judge, whatever the test does with it.

Python tells a process's audit hooks (PEP 578) of every text that is compiled, of code that is executed or
read, and of every name that a pickle looks up, also where a library does so for the test. Once the program
has said something, the hook refuses all of it.
"""

from __future__ import annotations

import sys
from typing import Any, Final

_REFUSED: Final = frozenset(
    {"compile", "exec", "marshal.loads", "marshal.load", "code.__new__", "pickle.find_class"}
)
# The judge itself; Python's own import, whose files no program can write; and two modules that compile only
# names that they have checked: those of named tuples and dataclasses.
_TRUSTED: Final = frozenset(
    {
        __name__.partition(".")[0], "importlib._bootstrap", "importlib._bootstrap_external", "ast",
        "collections", "dataclasses",
    }
)  # fmt: skip


class _State:
    """Whether the seal is closed, and whether the hook is installed."""

    closed = False
    installed = False


def open_for_test() -> None:
    """Opens the seal for a new test, whose own text may be compiled and executed."""
    _State.closed = False
    if not _State.installed:
        _State.installed = True
        sys.addaudithook(_look)


def close() -> None:
    """Closes the seal when the program has sent something: nothing becomes code until the next test."""
    _State.closed = True


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not _State.closed or event not in _REFUSED or _asking_module() in _TRUSTED:
        return
    raise TypeError("a test does not run as code what the program may have said")


def _asking_module() -> str:
    """The module, of a package of ours the package, whose code makes Python do what the hook is told of."""
    frame = sys._getframe(2)
    name = str(frame.f_globals.get("__name__", ""))
    package = name.partition(".")[0]
    return package if package in _TRUSTED else name

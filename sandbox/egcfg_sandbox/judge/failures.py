"""Rebuilds the program's exceptions, so that an `except` of the test recognises them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, Final

from egcfg_sandbox.codec import CodecError
from egcfg_sandbox.judge.handles import refuse_comparing

_ENDING: Final = (StopIteration, StopAsyncIteration)
# By these a library of the test skips, forgets or cancels something.
_STEERING: Final = frozenset({"unittest", "doctest", "asyncio"})
NAMESAKES: Final[dict[type, type]] = {
    kind: type(kind.__name__, (kind,), {"__module__": "program"})
    for kind in (BaseException, Exception, AssertionError)
}
"""Classes that would catch a failed check of the test: a program that gives one gives another of its name."""
_MOST_TEXT: Final = 300


@dataclass(frozen=True, slots=True)
class Raised:
    """The facts about an exception of the program: its text, the line of the program, its errno."""

    text: str
    line: int | None
    number: int | None


def raised_in_program(error: BaseException) -> Raised | None:
    """The facts about an exception; None if it does not come from the program."""
    found = vars(error).get("_raised")
    return found if isinstance(found, Raised) else None


def error_class(name: str, bases: tuple[type, ...]) -> type:
    """The class that stands here for an exception class of the program."""
    return type(name, bases, {"__module__": "program", "__str__": _text_of})


def standard_error(module: Any, name: str) -> type[BaseException] | None:
    """An exception class of the standard library, the same one that the test imports.

    Only of modules that are loaded here: a program must not choose what the judge imports.
    """
    if type(module) is not str or name.startswith("_") or _top(module) in _STEERING:
        return None
    if _top(module) not in sys.stdlib_module_names:
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def rebuild(kind: Any, details: Any, *, iterating: bool) -> BaseException:
    """The exception of a class that stands here for the program's; `CodecError` for one that is none.

    The end of an iteration arrives as such only where the test asks an iterator for its next item: from a
    call it would silently end a `map` or `zip` of the test.
    """
    arguments, state, text, line, number, own_text = details
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        raise CodecError("an exception that is none")
    if (issubclass(kind, _ENDING) and not iterating) or _steers(kind):
        kind = RuntimeError
    error = _new(kind, arguments, state)
    error._raised = Raised(  # type: ignore[attr-defined]
        text[:_MOST_TEXT] if type(text) is str else "",
        line if type(line) is int else None,
        number if type(number) is int else None,
    )
    error._own_text = own_text if type(own_text) is str else None  # type: ignore[attr-defined]
    return error


def _top(module: str) -> str:
    return module.partition(".")[0]


def _steers(kind: type[BaseException]) -> bool:
    return any(_top(base.__module__) in _STEERING for base in kind.__mro__)


def _new(kind: type[BaseException], arguments: Any, state: Any) -> BaseException:
    """An exception with its arguments and variables, without running a constructor of the program."""
    arguments = arguments if type(arguments) is tuple else ()
    try:
        error = kind.__new__(kind, *arguments)
        kind.__init__(error, *arguments)
    except (TypeError, ValueError):
        error = RuntimeError(f"an exception of the class {kind.__name__}")
    for name, value in state.items() if type(state) is dict else ():
        if type(name) is str and not name.startswith("_"):
            setattr(error, name, refuse_comparing(name, value))
    return error


def _text_of(error: BaseException) -> str:
    """The text that the program's class gives its exception, or else the text that Python gives it."""
    text = vars(error).get("_own_text")
    if text is not None:
        return str(text)
    base: Any = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
    return str(base.__str__(error))

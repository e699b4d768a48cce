"""Stand-ins for the program's classes of exceptions, and its exceptions rebuilt as objects of these."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from egcfg_sandbox.codec import CodecError
from egcfg_sandbox.judge.remote_objects import deciding_nothing

if TYPE_CHECKING:
    from egcfg_sandbox.judge.session import Session

_ENDING: Final = (StopIteration, StopAsyncIteration)
# What also catches a failed assertion of the test. A program that gives one of these classes, under whatever
# name, gives another of that name.
NAMESAKES: Final[dict[type, type]] = {
    kind: type(kind.__name__, (kind,), {"__module__": "program"})
    for kind in (BaseException, Exception, AssertionError)
}
_STEERING: Final = frozenset({"unittest", "doctest"})


@dataclass(frozen=True, slots=True)
class RemoteError:
    """What is known of an exception of the program: its text, the program's line, its errno."""

    text: str
    line: int | None
    number: int | None


class RemoteErrorType(type):
    """The class of stand-ins for the program's classes of exceptions, which are classes of exceptions here.

    An exception is rebuilt here from its arguments and variables, what else it has is asked for. Classes of
    the test that extend one of these work as Python has them.
    """

    _remote_class_session: Session
    _remote_class_number: int

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        if "_remote_class_number" not in vars(cls):
            return super().__call__(*arguments, **named)
        return cls._remote_class_session.ask("call", cls, arguments, named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("__", "_remote")):
            raise AttributeError(name)
        known = next(kind for kind in cls.__mro__ if "_remote_class_number" in vars(kind))
        return deciding_nothing(name, cls._remote_class_session.ask("getattr", known, name))


def _asked_of_error(error: Any, name: str) -> Any:
    """An attribute that an exception of the program has by its class."""
    session = type(error)._remote_class_session
    number = session.mirrors.errors.number_of(error)
    if number is None or name.startswith(("__", "_remote")):
        raise AttributeError(f"{type(error).__name__!r} object has no attribute {name!r}")
    return deciding_nothing(name, session.ask("getattr", error, name))


def error_class(session: Session, number: int, name: str, bases: tuple[type, ...]) -> type:
    """The stand-in for a class of exceptions."""
    attributes = {"__module__": "program", "__str__": _shown, "__getattr__": _asked_of_error}
    failing = RemoteErrorType(name, bases, attributes)
    failing._remote_class_session, failing._remote_class_number = session, number
    return failing


class Errors:
    """Rebuilds and keeps the exceptions of one program."""

    def __init__(self, session: Session, find_class: Callable[[Any], type]) -> None:
        self._session = session
        self._find_class = find_class
        self._errors: dict[int, tuple[BaseException, int]] = {}

    def number_of(self, value: BaseException) -> int | None:
        """The reference of an exception of one of the program's classes."""
        known = self._errors.get(id(value))
        return None if known is None else known[1]

    def _steers(self, kind: type[BaseException]) -> bool:
        """Whether an exception would have a library of the test skip, forget or cancel something."""
        tasks = sys.modules.get("asyncio.exceptions")
        cancels = tasks is not None and issubclass(kind, tasks.CancelledError)
        if cancels and not self._session.may_be_cancelled:
            return True
        return any(base.__module__.partition(".")[0] in _STEERING for base in kind.__mro__)

    def exception(self, plain: Any, *, iterating: bool) -> BaseException:
        """The program's exception, as one of a class that the test's `except` recognises.

        The end of an iteration only where the test asks an iterator for its next item: from a call it would
        silently end a `map` or `zip` of the test.
        """
        try:
            named, arguments, state, text, line, number, shown, cause, at_test, reference, around = plain
            kind: Any = self._find_class(named)
            if not issubclass(kind, BaseException):
                raise CodecError("an exception that is none")
            if (issubclass(kind, _ENDING) and not iterating) or self._steers(kind):
                kind = RuntimeError
            known: Any = self._session.thing(at_test) if type(at_test) is int else None
            if isinstance(known, kind) and (iterating or not isinstance(known, _ENDING)):
                if not isinstance(known, AssertionError):
                    known.remote = RemoteError(str(text)[:300], line if type(line) is int else None, None)
                return known  # type: ignore[no-any-return]
            try:
                error = _new_exception(kind, arguments, state)
                if type(kind) is RemoteErrorType and type(reference) is int:
                    self._errors[id(error)] = (error, reference)
                if type(shown) is str:
                    error._remote_shown = shown  # type: ignore[attr-defined]
                if cause is not None:
                    error.__cause__ = self.exception(cause, iterating=False)
                if around is not None:
                    error.__context__ = self.exception(around, iterating=False)
            except (TypeError, ValueError, AttributeError):
                # Of a class that cannot be made anew from its arguments, such as a group.
                error = RuntimeError(f"an exception of the class {kind.__name__}")
        except (TypeError, ValueError, LookupError, CodecError):
            error, text, line, number = (
                RuntimeError("garbled"),
                "an exception that cannot be read",
                None,
                None,
            )
        error.remote = RemoteError(  # type: ignore[attr-defined]
            text[:300] if type(text) is str else "",
            line if type(line) is int else None,
            number if type(number) is int else None,
        )
        return error


def _shown(error: Any) -> str:
    """What the program's class says of its exception, else what Python would."""
    text = getattr(error, "_remote_shown", None)
    if text is not None:
        return str(text)
    base: Any = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
    return str(base.__str__(error))


def _new_exception(kind: type[BaseException], arguments: Any, state: Any) -> BaseException:
    """An exception with its arguments and attributes but without running a constructor of the program."""
    arguments = arguments if type(arguments) is tuple else ()
    try:
        error = kind.__new__(kind, *arguments)
        kind.__init__(error, *arguments)
    except (TypeError, ValueError):
        error = kind.__new__(kind)
    for name, value in state.items() if type(state) is dict else ():
        if type(name) is str and not name.startswith("__"):
            setattr(error, name, deciding_nothing(name, value))
    return error


def standard_exception(module: Any, name: str) -> type[BaseException] | None:
    """An exception of the standard library, so that the test's own import of it matches.

    Only of modules that are loaded here: a program must not choose what the judge imports. None of
    unittest's, whose exceptions tell it to skip or to forget a failure.
    """
    if type(module) is not str or name.startswith("_") or module.partition(".")[0] in _STEERING:
        return None
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None

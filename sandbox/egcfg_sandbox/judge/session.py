"""Questions to the program's process, and what comes back, rebuilt as values the judge trusts."""

from __future__ import annotations

import ast
import os
import struct
import sys
import threading
import types
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from egcfg_sandbox.codec import CodecError, Decoder, Encoder
from egcfg_sandbox.judge import mocks, things
from egcfg_sandbox.judge.evaluation import Evaluation, builtin_name
from egcfg_sandbox.judge.later import Later, is_aside
from egcfg_sandbox.judge.mirrors import Mirrors
from egcfg_sandbox.judge.modules import HELPER_MODULES
from egcfg_sandbox.judge.notices import Notices
from egcfg_sandbox.judge.remote_objects import is_remote, number_of
from egcfg_sandbox.judge.replacements import Place, Replacements
from egcfg_sandbox.judge.streams import Streams
from egcfg_sandbox.judge.values import Values
from egcfg_sandbox.judge.watch import Watch
from egcfg_sandbox.shared import Shared
from egcfg_sandbox.verdicts import Verdict

_NUMBER: Final = struct.Struct("<I")
_MOST_CALLBACKS_DEEP: Final = 50
_SECRET_BYTES: Final = 16
# Kinds of things, and loaded modules, in which a thing can be found under its name on both sides.
_NAMED: Final = (type, types.FunctionType, types.BuiltinFunctionType)
_PLAIN: Final = (type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
_SHARED_MODULES: Final = {"builtins", "_operator", "_functools", *HELPER_MODULES} & sys.modules.keys()
_NEXT: Final = ("next", "anext")
_READING: Final = frozenset({"next", "iter", "len"})
_WITH: Final = {"enter": (), "exit": (None, None, None)}
_ANSWERING: Final = frozenset({"call", "operate", "getattr", "execute"})


def _give(what: str, thing: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What the program asked of a thing of the test: a call, a `with`, a public variable, an operator."""
    if what == "call":
        return thing(*arguments, **named)
    if what == "isinstance" and isinstance(thing, type):
        return isinstance(arguments[0], thing)
    mock = mocks.is_mock(thing)
    if what == "operate":
        return things.operate(thing, *arguments, of_test=mock or _belongs_to_test(thing))
    if what == "vars":
        variables = vars(thing) if _belongs_to_test(thing) else {}
        return {name: value for name, value in variables.items() if not name.startswith("_")}
    if what in _WITH and (mock or _belongs_to_test(thing)):
        # A mock's method is bound already where it is found.
        method = getattr(thing if mock else type(thing), f"__{what}__")
        return method(*(() if mock else (thing,)), *_WITH[what])
    name = arguments[0]
    if type(name) is str and things.is_open(thing, name) and what == "getattr":
        return getattr(thing, name)
    is_open = type(name) is str and (
        mocks.is_open(name)
        if mock
        else _belongs_to_test(thing) and not name.startswith("_") and not things.is_of_unittest(thing, name)
    )
    if not is_open:
        raise AttributeError(f"{type(thing).__name__!r} object has no attribute {name!r} for the program")
    if what == "setattr":
        # Nothing of the program is to be called in the place of what the test made.
        closed = isinstance(thing, type) or callable(getattr(thing, name, None))
        if (mock and type(arguments[1]) not in _PLAIN) or (not mock and closed and hasattr(thing, name)):
            raise AttributeError(f"{type(thing).__name__!r} object attribute {name!r} is read-only")
        setattr(thing, name, arguments[1])
        return None
    return getattr(thing, name)


def _belongs_to_test(thing: Any) -> bool:
    """Whether the test, or a module that it made from text, defines the thing's class, or the class it is."""
    module = thing.__module__ if _is_plain_class(thing) else type(thing).__module__
    if module in sys.stdlib_module_names:
        return things.is_lent(thing)
    made = sys.modules.get(module)
    return module == "__main__" or (made is not None and getattr(made, "__spec__", None) is None)


def _is_plain_class(thing: Any) -> bool:
    """Whether something is a class that extends none, nor follows the rules of a metaclass."""
    return type(thing) is type and thing.__base__ is object


def _public_name(value: Any) -> tuple[str, str] | None:
    """Module and name of a function or class that both sides have: the program is to use its own."""
    tool = builtin_name(value)
    if tool is not None:
        return ("builtins", tool)
    if isinstance(value, types.ModuleType):
        known = value.__name__.partition(".")[0] in sys.stdlib_module_names
        return (value.__name__, "") if known and sys.modules.get(value.__name__) is value else None
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(value, _NAMED) or type(module) is not str or type(name) is not str:
        return None
    if module not in _SHARED_MODULES or vars(sys.modules[module]).get(name) is not value:
        return None
    return (module, name)


class Session:
    """One program, asked one question at a time, also by a test of several threads."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self._things: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._callbacks = 0
        self._shared = Shared(0)
        self._dropped: list[int] = []
        self._later = Later(self._shared)
        self._asides = 0
        self.mirrors = Mirrors(self)
        self.values = Values(self)
        self.answered = False
        self.changes = 0
        """How many questions there were that may have changed an object."""
        self._foretold = b""
        self._came_early: bytes | None = None
        self._turn = threading.RLock()
        self.evaluation: Evaluation | None = None
        self._streams: Streams | None = None
        self._replacements: Replacements | None = None
        self._notices: Notices | None = None
        self.class_names: frozenset[str] = frozenset()
        self.may_be_cancelled = False
        """Whether the test looks for cancellations."""
        # Bytes of values that the program gave.
        self.heard = 0
        # The setup and the test.
        self.texts: tuple[ast.Module, ...] = ()
        # The test's globals.
        self.names: dict[str, Any] = {}

    @cached_property
    def secret(self) -> bytes:
        """Part of what the program's objects hash by: the program cannot tell where in a set they come."""
        return os.urandom(_SECRET_BYTES)

    def ask(self, operation: str, *details: Any) -> Any:
        """One question; returns its answer or raises what the program raised."""
        with self._turn:
            if self._notices is not None:
                self._notices.before()
            if self._streams is None or self._replacements is None:
                return self._ask(operation, *details)
            self._replacements.before()
            self._streams.before()
            try:
                return self._ask(operation, *details)
            finally:
                self._streams.after()

    def forget(self) -> None:
        """Lets go of all that the program gave: what refers to itself would stay until it is collected."""
        names, mirrors = self.names, self.mirrors
        # First, so that nothing that ends with the others asks the program any more.
        vars(self).clear()
        vars(mirrors).clear()
        names.clear()

    def heed_replacements(self, further: Iterable[Place]) -> None:
        """From now on the program reads and prints where the test does, and finds what that has replaced.

        `further`: where the test may have put something, beyond the usual places.
        """
        self._streams = Streams(self._printed, self._ask)
        self._replacements = Replacements(self._ask, further)

    def _printed(self, errors: bool) -> str:
        text = self.watch.printed(errors=errors)
        if self.evaluation is not None:
            self.evaluation.hear([text.encode("utf-8", "surrogatepass")])
        return text

    def heed_notices(self) -> None:
        """From now on the test hears of the program's warnings and log records."""
        self._notices = Notices(self._ask)

    def load_and_call(
        self, load: tuple[Any, ...], name: str, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[Any, bool]:
        """Has a program loaded and, if that makes `name` a function, called: one question for both.

        Returns what loading it gave, and whether the answer to the call is to come, by `foretold`.
        """
        asked, self._foretold = os.urandom(_NUMBER.size), os.urandom(_NUMBER.size)
        self._send(b"B" + asked + self._foretold, (load, name, arguments, named))
        called = False
        try:
            found, called = self._await(asked)
        finally:
            if called is not True:
                self._foretold = b""
        return found, called is True

    def foretold(self) -> Any:
        """What came of the call that went along with the loading."""
        if self._came_early is None:
            number, self._foretold = self._foretold, b""
            return self._await(number, answering=True)
        message, self._came_early = self._came_early, None
        self.answered = True
        return self._answer(message[5:], iterating=False)

    def _ask(self, operation: str, *details: Any) -> Any:
        if is_aside(operation, details):
            self._asides += 1
            try:
                return self._question(operation, *details)
            finally:
                self._asides -= 1
        if self._later and not self._asides:
            self._catch_up()
        return self._question(operation, *details)

    def _catch_up(self) -> None:
        """Lets the test see what the program has changed while it was asked for something else."""
        try:
            self._later.put_in()
        except (CodecError, TypeError, ValueError, LookupError) as error:
            raise self.watch.end(Verdict.MALFORMED, f"the program's answer is garbled: {error}") from None

    def _question(self, operation: str, *details: Any) -> Any:
        # Not to be guessed, so that nothing can be answered before it is asked.
        asked = os.urandom(_NUMBER.size)
        self._send(b"Q" + asked, (operation, *details))
        operator = details[0] if operation == "operate" else ""
        iterating = operator in _NEXT
        if operator not in _READING:
            self.changes += 1
        return self._await(asked, answering=operation in _ANSWERING, iterating=iterating)

    def _send(self, head: bytes, value: Any) -> None:
        try:
            body = self._message(value)
        except CodecError as error:
            raise TypeError(f"this argument cannot be handed to the program: it is {error}") from None
        self.watch.send(head + body, early=bool(self._foretold))

    def _await(self, asked: bytes, *, answering: bool = False, iterating: bool = False) -> Any:
        """The answer to a question, after what the program asks before it."""
        while True:
            message = self.watch.receive()
            kind, number = message[:1], message[1:5]
            if kind == b"C":
                self._call_back(number, message[5:])
                continue
            if kind == b"A" and number == self._foretold and number != asked:
                # What loading gave makes the judge ask for more, such as the hash of a key.
                self._foretold, self._came_early = b"", message
                continue
            if kind != b"A" or number != asked:
                raise self.watch.end(Verdict.MALFORMED, "the program's answer is garbled")
            self.answered = self.answered or answering
            return self._answer(message[5:], iterating=iterating)

    def _message(self, value: Any) -> bytes:
        """A value for the program, with what the test has changed, or lost sight of, since the last one."""
        shared = self._shared
        between = self._callbacks > 0
        changed = shared.changed(between)
        if self._later:
            self._later.forget(changed)
        self._dropped += shared.drop_unused(changed, between)
        mark = shared.mark
        encoder = Encoder(self._describe, shared=shared)
        try:
            encoder.part(tuple(self._dropped) if len(shared) else None)
            encoder.part(value)
        except CodecError:
            shared.withdraw(mark)
            raise
        self._dropped.clear()
        parts = [encoder.take()]
        for number in changed:
            mark = shared.mark
            try:
                encoder.part(number)
                encoder.content(shared[number])
                parts.append(encoder.take())
            except CodecError:
                # It holds something of the test that has no form outside it: the program's stays as it was.
                encoder.take()
                shared.withdraw(mark)
                shared.drop((number,))
                self._dropped.append(number)
        return b"".join(parts)

    def _content(self, body: bytes) -> Any:
        """The value of a message from the program, after its changes to shared containers."""
        self.heard += len(body)
        texts: list[bytes] | None = None if self.evaluation is None else []
        decoder = Decoder(body, self.mirrors.resolve, shared=self._shared, texts=texts)
        value = decoder.part()
        if self._later and not self._asides:
            self._later.put_in()
        while not decoder.finished:
            number = decoder.part()
            if type(number) is not int:
                raise CodecError("a container without a number")
            container = self._shared[number]
            if self._asides:
                self._later.note(number, container, decoder.content(container))
            else:
                decoder.refill(container)
        if self.evaluation is not None and texts:
            # The first is what kind of message it is.
            self.evaluation.hear(texts[1:])
        return value

    def _answer(self, body: bytes, *, iterating: bool) -> Any:
        try:
            outcome, value = self._content(body)
        except (CodecError, TypeError, ValueError, LookupError) as error:
            raise self.watch.end(Verdict.MALFORMED, f"the program's answer is garbled: {error}") from None
        if outcome == "raised":
            raise self.mirrors.errors.exception(value, iterating=iterating)
        if outcome == "uncarried":
            text = str(value)[:200] if type(value) is str else ""
            raise self.watch.end(Verdict.MALFORMED, f"the answer cannot be carried over: {text}")
        if outcome != "value":
            raise self.watch.end(Verdict.MALFORMED, "the program's answer is garbled")
        return value

    def thing(self, number: int) -> Any:
        """A function or object of the test that the program was handed, when it comes back."""
        if not 0 <= number < len(self._things):
            raise CodecError("a thing that was never sent")
        return self._things[number]

    def _describe(self, value: Any) -> Any:
        """What the program sees of a value of the test that is no plain data."""
        if is_remote(value):
            return ("mine", number_of(value))
        number = self.mirrors.class_number(value)
        if number is None:
            number = self.mirrors.generator_number(value)
        if number is None and isinstance(value, BaseException):
            number = self.mirrors.errors.number_of(value)
        if number is None:
            number = self.values.number_of(value)
        if number is not None:
            return ("mine", number)
        if isinstance(value, tuple) and isinstance(getattr(value, "_fields", None), tuple):
            return self.values.describe_named_tuple(value)
        name = _public_name(value)
        if name is not None:
            return ("standard", *name)
        if isinstance(value, BaseException):
            return ("error", self._number(value), type(value), self._carried(value))
        if isinstance(value, type) and issubclass(value, BaseException):
            return ("raises", self._number(value), value.__name__, value.__bases__)
        stream = isinstance(value, things.STREAMS)
        of_test = mocks.is_mock(value) or _belongs_to_test(value)
        if stream or callable(value) or of_test:
            operable = stream or (of_test and not isinstance(value, type) and things.is_operable(value))
            return ("test", self._number(value), operable)
        raise CodecError(f"a {type(value).__name__}, which has no form outside the test")

    def _number(self, thing: Any) -> int:
        """Under which the program knows a thing of the test."""
        number = self._numbers.setdefault(id(thing), len(self._things))
        if number == len(self._things):
            self._things.append(thing)
        return number

    def _carried(self, error: BaseException) -> tuple[Any, ...]:
        """The arguments of an exception, or its text where they have no form outside the test."""
        try:
            Encoder(self._describe).encode(error.args)
        except CodecError:
            return (str(error),)
        return error.args

    def _call_back(self, number: bytes, body: bytes) -> None:
        """Does for the program what it asks of a thing of the test."""
        try:
            what, which, arguments, named = self._content(body)
            if type(what) is not str:
                raise CodecError("a question of no kind")
            thing = self.thing(which)
        except (CodecError, TypeError, ValueError, LookupError):
            raise self.watch.end(Verdict.MALFORMED, "the program's question is garbled") from None
        self._callbacks += 1
        try:
            if self._callbacks > _MOST_CALLBACKS_DEEP:
                raise RecursionError("the test and the program call each other too deeply")
            answer: Any = ("value", _give(what, thing, arguments, named))
        except Exception as error:
            answer = ("raised", error)
        finally:
            self._callbacks -= 1
        try:
            data = self._message(answer)
        except CodecError as error:
            data = self._message(("raised", TypeError(str(error))))
        self.watch.send(b"V" + number + data)

"""Loads the program and answers the judge's questions, in the program's own process."""

from __future__ import annotations

import atexit
import builtins
import mmap
import os
import pickle
import random
import struct
import sys
import threading
import types
from collections.abc import Callable
from functools import partial
from types import CodeType
from typing import Any, Final, NoReturn

from egcfg_sandbox import wire
from egcfg_sandbox.candidate.errors import describe_error
from egcfg_sandbox.candidate.memory import as_plain, plain_base, state_of
from egcfg_sandbox.candidate.objects import ByReference, Objects
from egcfg_sandbox.candidate.operations import OPERATIONS
from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.candidate.surroundings import give_input, program_path
from egcfg_sandbox.candidate.tracing import Tracing
from egcfg_sandbox.codec import CodecError, Encoder
from egcfg_sandbox.exchange import Received, pack_question, unpack_answer

CHANNEL: Final = 3
"""The descriptor by which the program's process talks with the judge."""
INSIDE: Final = b"I"
"""The beginning of a message that holds a test to run in the program's process."""
READY: Final = b"+"
"""The first message of that process: it is confined."""
FILENAME: Final = "<program>"
MODULE: Final = "program"
NUMBER: Final = struct.Struct("<I")
_CODEC_RECURSION: Final = 20_000
_MOST_TEXT: Final = 2000
_MEMORY_RESERVE_BYTES: Final = 1 << 20


class Runner:
    """Serves one program to one judge. `trace_limits`: events, and characters of a value."""

    def __init__(self, channel: int, memory: Any, trace_limits: tuple[int, int]) -> None:
        self._channel = channel
        self._tracing = Tracing(memory, trace_limits)
        self._objects = Objects(self._ask_test, self._raised)
        self._module: dict[str, Any] = {}
        self._process = os.getpid()
        # The program's threads ask the test one after another.
        self._turn = threading.RLock()
        self._reserve: mmap.mmap | None = mmap.mmap(-1, _MEMORY_RESERVE_BYTES)
        self._asked = 0
        self._window: tuple[int, int] | None = None
        self._builtins = _own_builtins()

    def serve(self) -> NoReturn:
        """Answers until the process is killed, or `WireError` when the judge has gone."""
        while True:
            message = wire.read_message(self._channel)
            if message[:1] == INSIDE:
                self._run_inside(message[1:])
            else:
                self._handle(message)

    def _run_inside(self, order: bytes) -> None:
        """Runs a test in this process, and reports; what the test has forked reports nothing."""
        own_process, process = os.getpid, self._process
        write, leave = wire.write_message, os._exit
        # What a test puts in the place of a builtin counts for the program too.
        sys.modules["builtins"] = builtins
        from egcfg_sandbox.candidate import inside

        number, brief = pickle.loads(order)
        self._tracing.wanted = brief.trace
        report = inside.answer(number, brief, self._tracing)
        if own_process() != process:
            leave(0)
        write(self._channel, report)

    def _handle(self, message: bytes) -> None:
        """Answers one question."""
        received: Received | None = None
        try:
            received = _with_deep_recursion(partial(Received, message[5:], self._objects.resolve))
            answer = ("value", self._perform(received.question))
        except BaseException as error:
            self._release_reserve()
            answer = ("raised", self._described(error))
        if os.getpid() != self._process:
            os._exit(0)
        self._flush()
        with self._turn:
            body = _with_deep_recursion(partial(self._pack, answer, received))
            wire.write_message(self._channel, b"A" + message[1:5] + body)

    def _pack(self, answer: Any, received: Received | None) -> bytes:
        """An answer with what became of the question's containers; in its place why it cannot be carried."""
        try:
            if received is not None:
                return received.pack_answer(answer, self._objects.describe)
            return Encoder(self._objects.describe).encode(answer)
        except (CodecError, RecursionError, MemoryError) as error:
            if answer[0] == "value":
                answer = ("uncarried", str(error) or type(error).__name__)
            return Encoder(self._objects.describe).encode(answer)

    def _release_reserve(self) -> None:
        """Frees a reserve of memory, so that an exception can be reported when memory is used up."""
        if self._reserve is not None:
            self._reserve.close()
            self._reserve = None

    def _flush(self) -> None:
        """Flushes the output, whatever the program did to its streams."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:
                continue

    def _described(self, error: BaseException) -> Any:
        try:
            return self._raised(error)
        except BaseException:
            # Its class has a metaclass that resists being looked at.
            return ("Exception", (), {}, "an exception that cannot be described", None, None, None)

    def _raised(self, error: BaseException) -> Any:
        """An exception as data: class, arguments, variables, text, the program's line it came from, errno.

        Last what its class says of it by a `__str__` of its own, else None.
        """
        text = describe_error(error, Renderer(200).text)
        line = self._line_of(error)
        # Read from memory: the class may have methods of its own for anything, which raise again.
        arguments: tuple[Any, ...] = BaseException.__dict__["args"].__get__(error)
        state = dict(BaseException.__dict__["__dict__"].__get__(error) or {})
        try:
            Encoder(self._objects.describe).encode((arguments, state))
        except BaseException:
            arguments, state = (text,), {}
        kind = self._objects.describe_class(type(error))
        number = OSError.__dict__["errno"].__get__(error) if isinstance(error, OSError) else None
        BaseException.__dict__["__traceback__"].__set__(error, None)
        number = number if type(number) is int else None
        return (kind, arguments, state, text, line, number, _own_text(error))

    def _line_of(self, error: BaseException) -> int | None:
        """The program's line that raised an exception, or that does not parse."""
        line = None
        trace = BaseException.__dict__["__traceback__"].__get__(error)
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == FILENAME:
                line = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and SyntaxError.__dict__["filename"].__get__(error) == FILENAME:
            line = error.lineno
        if line is None or self._window is None:
            return line
        first, last = self._window
        return line - first + 1 if first <= line <= last else None

    def _perform(self, question: Any) -> Any:
        operation, *details = question
        return getattr(self, f"_do_{operation}")(*details)

    def _prepare_module(self, source: bytes, name: str, *, trace: bool) -> CodeType:
        """Makes the program's module, still empty, and returns what will fill it."""
        code = compile(source, FILENAME, "exec", dont_inherit=True)
        self._tracing.wanted = trace
        self._tracing.prepare(source, code, FILENAME)
        module = types.ModuleType(name)
        module.__dict__["__builtins__"] = self._builtins
        module.__dict__["__file__"] = program_path(source)
        sys.modules[name] = module
        self._module = module.__dict__
        return code

    def _do_load(self, source: bytes, trace: bool, names: tuple[str, ...]) -> dict[str, Any]:
        """Loads the program as a module; returns what it has of these names."""
        exec(self._prepare_module(source, MODULE, trace=trace), self._module)
        return self._do_names(names)

    def _do_run_whole(self, source: bytes, trace: bool, text: bytes) -> None:
        """Runs the program as a script, from its first line to the end of its threads."""
        give_input(text, source)
        open_input()
        code = self._prepare_module(source, "__main__", trace=trace)
        try:
            self._tracing.run(lambda: exec(code, self._module), "<module>", 1)
        finally:
            _finish()

    def _do_execute(
        self, source: str, names: tuple[str, ...], trace: bool, window: tuple[int, int]
    ) -> dict[str, Any]:
        """Executes a text that holds the snippet; returns those of the variables `names` that are there.

        `window`: the first and the last line of the text that are the snippet's.
        """
        text = source.encode("utf-8", "surrogatepass")
        self._window = window
        code = compile(text, FILENAME, "exec", dont_inherit=True)
        self._tracing.wanted = trace
        self._tracing.prepare(text, code, FILENAME, window)
        scope: dict[str, Any] = {}
        self._tracing.run(lambda: exec(code, scope), "<module>", 1)
        return {name: scope[name] for name in names if name in scope}

    def _do_names(self, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: self._module[name] for name in names if name in self._module}

    def _do_call(self, target: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        line = getattr(getattr(target, "__code__", None), "co_firstlineno", 0)
        value = self._tracing.run(
            partial(target, *arguments, **named), str(getattr(target, "__name__", "")), line
        )
        if isinstance(target, type) and type(value) is target and plain_base(target) is not None:
            # The members of an enumeration were there before.
            return value if "_member_map_" in vars(target) else ByReference(value)
        return value

    def _do_getattr(self, target: Any, name: str) -> Any:
        return getattr(target, name)

    def _do_setattr(self, target: Any, name: str, value: Any) -> None:
        setattr(target, name, value)

    def _do_delattr(self, target: Any, name: str) -> None:
        delattr(target, name)

    def _do_operate(self, name: str, operands: tuple[Any, ...]) -> Any:
        return self._tracing.run(lambda: OPERATIONS[name](*operands), name, 0)

    def _do_state(self, target: Any) -> dict[str, Any]:
        return state_of(target) or {}

    def _do_plain(self, target: Any) -> Any:
        """Whether a builtin's part is in an object, and that part."""
        base = plain_base(type(target))
        return (base is not None, None if base is None else as_plain(target, base))

    def _ask_test(self, what: str, number: int, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Asks the test to do something and waits; answers what the test asks meanwhile."""
        with self._turn:
            self._asked += 1
            body, containers = pack_question((what, number, arguments, named), self._objects.describe)
            wire.write_message(self._channel, b"C" + NUMBER.pack(self._asked) + body)
            while True:
                message = wire.read_message(self._channel)
                if message[:1] == b"V":
                    break
                self._handle(message)
            outcome, value = unpack_answer(message[5:], containers, self._objects.resolve)
        if outcome == "value":
            return value
        raise value


def _with_deep_recursion(work: Callable[[], Any]) -> Any:
    """Lets our own code handle deep values, whatever recursion limit the program has set."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_CODEC_RECURSION)
    try:
        return work()
    finally:
        sys.setrecursionlimit(limit)


def _finish() -> None:
    """Does what the interpreter does at the end of a program: waits for threads, calls the exit functions."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()


def _own_builtins() -> dict[str, Any]:
    """Builtins that the program may change without changing what carries its answers."""
    copy = types.ModuleType("builtins")
    vars(copy).update(vars(builtins))
    sys.modules["builtins"] = copy
    return vars(copy)


def _own_text(error: BaseException) -> str | None:
    """The text of an exception by the `__str__` of its class; None if that is a builtin's."""
    owner = next(kind for kind in type(error).__mro__ if "__str__" in vars(kind))
    if owner.__module__ == "builtins":
        return None
    text = str(error)
    return text[:_MOST_TEXT] if type(text) is str else None


def open_streams() -> None:
    """Python's standard streams on descriptors 0 to 2, whatever these will be when a program uses them."""
    open_input()
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr  # type: ignore[misc]


def open_input() -> None:
    """Python's standard input on what descriptor 0 is now."""
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.__stdin__ = sys.stdin  # type: ignore[misc]


def run(memory: Any, trace_limits: tuple[int, int]) -> NoReturn:
    """Serves the judge, and ends the process when the judge is gone. Called in the program's process."""
    try:
        # After a fork the module has seeded itself anew.
        random.seed(0)
        runner = Runner(CHANNEL, memory, trace_limits)
        os.write(CHANNEL, READY)
        runner.serve()
    finally:
        os._exit(0)

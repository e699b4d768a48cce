"""Loads the program and answers the judge's requests, in the program's own process.

That process is fresh for each run: what is called here is called a few times, and what counts is how many
objects are looked at, as each may lie in a page of memory that has to be copied first. A comprehension makes
a function, which looks at four; a loop does not.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import importlib
import io
import marshal
import mmap
import os
import random
import struct
import sys
import threading
import types
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType
from typing import Any, Final, NoReturn

from egcfg_sandbox import wire
from egcfg_sandbox.candidate import statements
from egcfg_sandbox.candidate.extending import extended
from egcfg_sandbox.candidate.notices import Teller
from egcfg_sandbox.candidate.objects import OPERATIONS, Kept, Objects, as_plain, plain_base, state_of
from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.candidate.tracing import (
    MonitoringTracer,
    Recorder,
    SettraceTracer,
    describe_error,
    tracer_for,
)
from egcfg_sandbox.codec import CodecError, Decoder, Encoder
from egcfg_sandbox.shared import Shared
from egcfg_sandbox.trace_memory import TraceWriter
from egcfg_sandbox.verdicts import unpacked_test

CHANNEL: Final = 3
"""The descriptor by which the program's process talks with the judge."""
INSIDE: Final = b"I"
"""What a message begins with that hands over a test to be run in the program's process."""
READY: Final = b"+"
"""What that process says first: it is confined."""
FILENAME: Final = "<program>"
MODULE: Final = "program"
NUMBER: Final = struct.Struct("<I")
_NOT_RETURNED: Final = (types.ModuleType, types.FunctionType, type)
_CODEC_RECURSION: Final = 20_000
_MOST_CAUSES: Final = 3
_MOST_TEXT: Final = 2000
_MEMORY_RESERVE_BYTES: Final = 1 << 20


class Runner:
    """Serves one program to one judge. Made before the fork, so that the program's process finds it ready."""

    _memory: Any
    _trace_limits: tuple[int, int]
    _recorder: Recorder

    def __init__(self) -> None:
        self._objects = Objects(self._call_back, self._raised)
        self._module: dict[str, Any] = {}
        self._tracing = False
        self._tracer: SettraceTracer | MonitoringTracer | None = None
        self._depth = 0
        self._process = 0
        self._shared = Shared(1)
        self._teller = Teller()
        self._waiting = 0
        # The program's threads ask the test one after another.
        self._turn = threading.RLock()
        self._replaced: dict[tuple[str, str], Any] = {}
        self._questions = self._answers = CHANNEL
        self._reserve: mmap.mmap | None = mmap.mmap(
            -1, _MEMORY_RESERVE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        )
        self._asked = 0
        self.window: tuple[int, int] | None = None
        self._builtins = _own_builtins()

    def open(self, questions: int, answers: int, memory: Any, trace: tuple[int, int]) -> None:
        """Takes the descriptors it is asked and answers by, and the memory for traces with its limits.

        `trace`: how many events, and how many characters of a value.
        """
        self._questions, self._answers = questions, answers
        self._memory, self._trace_limits = memory, trace
        self._recorder = self._new_recorder()
        self._process = os.getpid()

    def answer(self) -> None:
        """Answers the next question; `WireError` when there will be none."""
        message = wire.read_message(self._questions)
        if message[:1] == INSIDE:
            self._run_inside(message[1:])
        elif message[:1] == b"B":
            self._begin(message)
        else:
            self._handle(message)

    def close(self) -> None:
        """Lets go of the tracer, of which the interpreter has only one."""
        if self._tracer is not None:
            self._tracer.close()
            self._tracer = None

    def _handle(self, message: bytes) -> None:
        self._reply(message[1:5], lambda: self._perform(self._content(message[5:])))

    def _run_inside(self, order: bytes) -> None:
        """Runs a test in this process, and reports; what the test has forked reports nothing."""
        own_process, process = os.getpid, self._process
        write, leave = wire.write_message, os._exit
        # What a test puts in the place of a builtin counts for the program too.
        sys.modules["builtins"] = builtins
        from egcfg_sandbox.candidate import inside

        number, test, source, entry_point, self._tracing = marshal.loads(order)
        report = inside.answer((number, unpacked_test(test), source, entry_point), self)
        if own_process() != process:
            leave(0)
        write(self._answers, report)

    def prepare(
        self, source: bytes, code: CodeType, filename: str, window: tuple[int, int] | None = None
    ) -> None:
        """Has a text of the program traced that a test inside is about to execute."""
        if self._tracing:
            self._prepare_trace(source, code, window, filename)

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Traces while a test inside runs code."""
        if self._tracer is None or self._depth:
            yield
            return
        self._depth += 1
        self._tracer.start()
        try:
            yield
        finally:
            self._tracer.stop()
            self._depth -= 1

    def _begin(self, message: bytes) -> None:
        """Loads the program and then, under the second number, calls what the test calls first.

        Of anything but a function the judge must know more before it calls it.
        """
        call: list[Any] = []

        def load() -> tuple[dict[str, Any], bool]:
            details, name, arguments, named = self._content(message[9:])
            found = self._load(*details)
            function = self._module.get(name)
            if type(function) is types.FunctionType:
                call[:] = function, arguments, named
            return found, bool(call)

        self._reply(message[1:5], load)
        if call:
            self._reply(message[5:9], lambda: self._do_call(*call))

    def _reply(self, number: bytes, action: Callable[[], Any]) -> None:
        """Answers a question with what an action gives, or raises."""
        try:
            answer = ("value", action())
        except BaseException as error:
            self._release_reserve()
            answer = ("raised", self._described(error))
        if os.getpid() != self._process:
            os._exit(0)
        self._flush()
        with self._turn:
            self._send(b"A" + number, answer)

    def _content(self, body: bytes) -> Any:
        """The value of a message from the judge, after the test's changes to shared containers."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_CODEC_RECURSION)
        try:
            decoder = Decoder(body, self._objects.resolve, shared=self._shared)
            dropped = decoder.part()
            if dropped is None:
                self._shared.clear()
            else:
                self._shared.drop(dropped)
            value = decoder.part()
            while not decoder.finished:
                decoder.refill(self._shared[decoder.part()])
            return value
        finally:
            sys.setrecursionlimit(limit)

    def _release_reserve(self) -> None:
        """Makes room to tell of an exception when memory is used up."""
        if self._reserve is not None:
            self._reserve.close()
            self._reserve = None

    def _flush(self) -> None:
        """Lets out what was printed, whatever the program made of its streams."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:
                continue

    def _send(self, head: bytes, answer: Any) -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_CODEC_RECURSION)
        try:
            try:
                body = self._message(answer)
            except (CodecError, RecursionError, MemoryError) as error:
                told = ("uncarried", str(error) or type(error).__name__) if answer[0] == "value" else answer
                body = Encoder(self._objects.describe, shared=self._shared).encode(told)
        finally:
            sys.setrecursionlimit(limit)
        wire.write_message(self._answers, head + body)

    def _message(self, value: Any) -> bytes:
        """A value for the judge, with what the program has changed since the last one."""
        mark, classes = self._shared.mark, self._objects.mark
        encoder = Encoder(self._objects.describe, shared=self._shared)
        try:
            encoder.part(value)
            for number in self._shared.changed(self._waiting > 0):
                encoder.part(number)
                encoder.content(self._shared[number])
        except BaseException:
            self._shared.withdraw(mark)
            self._objects.withdraw(classes)
            raise
        return encoder.take()

    def _described(self, error: BaseException) -> Any:
        try:
            return self._raised(error)
        except BaseException:
            # Its class has a metaclass that resists being looked at.
            text = "an exception that cannot be described"
            return ("Exception", (), {}, text, *[None] * 7)

    def _raised(self, error: BaseException, causes: int = _MOST_CAUSES) -> Any:
        """An exception as data.

        Class, arguments, variables, text, the program's line it came from, errno; further what its own
        `__str__` says, its cause, its number where it is one of the test's that came back, the reference by
        which one of a class of the program's can be asked for more, and in what it arose, without a cause.
        """
        text = describe_error(error, Renderer(200).text)
        line = None
        trace = BaseException.__dict__["__traceback__"].__get__(error)
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == FILENAME:
                line = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and SyntaxError.__dict__["filename"].__get__(error) == FILENAME:
            line = error.lineno
        if line is not None and self.window is not None:
            first, last = self.window
            line = line - first + 1 if first <= line <= last else None
        # Read from memory: the class may have methods of its own for anything, which raise again.
        arguments: tuple[Any, ...] = BaseException.__dict__["args"].__get__(error)
        state = dict(BaseException.__dict__["__dict__"].__get__(error) or {})
        classes = self._objects.mark
        try:
            Encoder(self._objects.describe).encode((arguments, state))
        except BaseException:
            arguments, state = (text,), {}
        finally:
            self._objects.withdraw(classes)
        kind = self._objects.describe_class(type(error))
        number = OSError.__dict__["errno"].__get__(error) if isinstance(error, OSError) else None
        cause = BaseException.__dict__["__cause__"].__get__(error)
        around = None if cause is not None else BaseException.__dict__["__context__"].__get__(error)
        BaseException.__dict__["__traceback__"].__set__(error, None)
        return (
            kind,
            arguments,
            state,
            text,
            line,
            number if type(number) is int else None,
            _own_text(error),
            None if cause is None or not causes else self._raised(cause, causes - 1),
            self._objects.number_at_test(error),
            None if type(kind) is str else self._objects.number_of(error),
            None if around is None or not causes else self._raised(around, causes - 1),
        )

    def _perform(self, request: Any) -> Any:
        operation, *rest = request
        if operation == "load":
            return self._load(*rest)
        return getattr(self, f"_do_{operation}")(*rest)

    def _traced(self, action: Callable[[], Any], name: str, line: int) -> Any:
        """Runs the program's code under the tracer; only the outermost call starts it."""
        if self._tracer is None or self._depth:
            return action()
        self._depth += 1
        value: Any = None
        failure: BaseException | None = None
        self._tracer.start()
        try:
            value = action()
            return value
        except BaseException as error:
            failure = error
            raise
        finally:
            self._tracer.stop()
            self._depth -= 1
            if self._recorder.exhausted:
                self._recorder.finish(name, line, value, failure)

    def _new_recorder(self) -> Recorder:
        events, characters = self._trace_limits
        return Recorder(TraceWriter(self._memory, events), Renderer(characters), events)

    def _prepare_trace(
        self,
        source: bytes,
        code: CodeType,
        window: tuple[int, int] | None = None,
        filename: str = FILENAME,
    ) -> None:
        if self._tracer is not None:
            self._tracer.close()
            self._recorder = self._new_recorder()
        self._recorder.follow(statements.first_lines(source), window)
        self._tracer = tracer_for(self._recorder, filename, code)

    def _do_execute(
        self, source: str, names: tuple[str, ...], trace: bool, window: tuple[int, int] | None
    ) -> dict[str, Any]:
        """Executes a text that holds the snippet; returns those of the variables `names` that are there.

        `window`: the first and the last line of the text that are the snippet's.
        """
        text = source.encode("utf-8", "surrogatepass")
        self.window = window
        code = compile(text, FILENAME, "exec", dont_inherit=True)
        if trace:
            self._prepare_trace(text, code, window)
        scope: dict[str, Any] = {}
        self._traced(lambda: exec(code, scope), "<module>", 1)
        return {name: scope[name] for name in names if name in scope}

    def _load(self, source: bytes, entry: str, trace: bool, names: tuple[str, ...]) -> dict[str, Any]:
        code = compile(source, FILENAME, "exec", dont_inherit=True)
        if trace:
            self._prepare_trace(source, code)
        module = types.ModuleType(entry)
        module.__dict__["__builtins__"] = self._builtins
        sys.modules[entry] = module
        self._module = module.__dict__
        if entry == "__main__":
            try:
                self._traced(lambda: exec(code, self._module), "<module>", 1)
            finally:
                _finish()
        else:
            exec(code, self._module)
        return self._do_names(names)

    def _do_names(self, names: tuple[str, ...]) -> dict[str, Any]:
        found = {}
        for name in names:
            if name in self._module:
                found[name] = self._module[name]
        return found

    def _do_call(self, target: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        code = getattr(target, "__code__", None)
        line = getattr(code, "co_firstlineno", 0)
        value = self._traced(partial(target, *arguments, **named), str(getattr(target, "__name__", "")), line)
        if isinstance(target, type) and type(value) is target and plain_base(target) is not None:
            # The members of an enumeration were there before.
            return value if "_member_map_" in vars(target) else Kept(value)
        return value

    def _do_seed(self, value: Any, version: int) -> None:
        random.seed(value, version)

    def _do_replace(self, module: str, name: str, function: Any) -> None:
        """Puts a function of the test in the place of a builtin or a module's, or that back (None)."""
        names = self._builtins if module == "builtins" else vars(importlib.import_module(module))
        original = self._replaced.setdefault((module, name), names[name])
        names[name] = original if function is None else function

    def _do_environment(self, variables: dict[str, str]) -> None:
        os.environ.clear()
        os.environ.update(variables)

    def _do_listen(self, heeded: bool, levels: Any, warned: Any, logged: Any) -> None:
        self._teller.listen(heeded, levels, warned, logged)

    def _do_feed(self, text: str, anew: bool) -> None:
        """Gives the program further text to read, or text in the place of what it has not read."""
        left = "" if anew or type(sys.stdin) is not io.StringIO else sys.stdin.read()
        sys.stdin = io.StringIO(left + text)

    def _do_getattr(self, target: Any, name: str) -> Any:
        return getattr(target, name)

    def _do_setattr(self, target: Any, name: str, value: Any) -> None:
        setattr(target, name, value)

    def _do_extend(self, name: str, bases: tuple[type, ...], members: dict[str, tuple[Any, ...]]) -> type:
        return extended(name, bases, members)

    def _do_above(self, kind: type, target: Any, name: str) -> Any:
        return getattr(super(kind, target), name)

    def _do_delattr(self, target: Any, name: str) -> None:
        delattr(target, name)

    def _do_operate(self, name: str, operands: tuple[Any, ...]) -> Any:
        return self._traced(lambda: OPERATIONS[name](*operands), name, 0)

    def _do_state(self, target: Any) -> dict[str, Any]:
        return state_of(target)

    def _do_plain(self, target: Any) -> Any:
        base = plain_base(type(target))
        return (base is not None, None if base is None else as_plain(target, base))

    def _call_back(self, what: str, number: int, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Asks the test for something and waits, answering what the test asks meanwhile."""
        with self._turn:
            return self._ask(what, number, arguments, named)

    def _ask(self, what: str, number: int, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        self._asked += 1
        head = b"C" + NUMBER.pack(self._asked)
        self._waiting += 1
        try:
            wire.write_message(self._answers, head + self._message((what, number, arguments, named)))
            while True:
                message = wire.read_message(self._questions)
                if message[:1] == b"V":
                    break
                self._handle(message)
            outcome, value = self._content(message[5:])
        finally:
            self._waiting -= 1
        if outcome == "value":
            return value
        raise value if isinstance(value, BaseException) else RuntimeError(str(value))


def _finish() -> None:
    """What the interpreter does at the end of a program: waits for threads, calls what asked for it."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()


def _own_builtins() -> dict[str, Any]:
    """Builtins that the program may change without changing what carries its answers."""
    copy = types.ModuleType("builtins")
    vars(copy).update(vars(builtins))
    sys.modules["builtins"] = copy
    return vars(copy)


def _own_text(error: BaseException) -> str | None:
    """What an exception says of itself where its class has a say in it."""
    owner = next(kind for kind in type(error).__mro__ if "__str__" in vars(kind))
    if owner.__module__ == "builtins":
        return None
    text = str(error)
    return text[:_MOST_TEXT] if type(text) is str else None


def open_streams() -> None:
    """Python's standard streams on descriptors 0 to 2, whatever these will be when a program uses them."""
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def run(runner: Runner, memory: Any, trace: tuple[int, int]) -> NoReturn:
    """Serves the judge until the process is killed, or ends it when the judge has gone; see `Runner.open`."""
    # Not earlier: after a fork the module seeds itself anew.
    random.seed(0)
    try:
        runner.open(CHANNEL, CHANNEL, memory, trace)
        os.write(CHANNEL, READY)
        while True:
            runner.answer()
    finally:
        os._exit(0)

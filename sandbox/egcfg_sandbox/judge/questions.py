"""Asks the program one question at a time, and answers what it asks of the test's functions meanwhile."""

from __future__ import annotations

import os
from typing import Any, Final

from egcfg_sandbox.assertions import NOT_COMPARED
from egcfg_sandbox.codec import CodecError
from egcfg_sandbox.exchange import Received, pack_question, unpack_answer
from egcfg_sandbox.judge import seal
from egcfg_sandbox.judge.references import References
from egcfg_sandbox.judge.run_watch import Watch
from egcfg_sandbox.verdicts import Verdict

_NUMBER_BYTES: Final = 4
_MOST_CALLBACKS_DEEP: Final = 50
_READING: Final = frozenset({"hash", "iter", "len", "next", "reversed"})
_ANSWERING: Final = frozenset({"call", "operate", "getattr", "execute"})


class Questions:
    """The conversation with one program about one test.

    `answered`: whether the program has given anything to be judged. `changes`: see `Questioner`. `compared`:
    got and expected of the comparison that decided, once the test is over.
    """

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.references = References(self)
        self.answered = False
        self.compared = NOT_COMPARED
        self.changes = 0
        self._callbacks = 0

    def ask(self, operation: str, *details: Any) -> Any:
        """Asks one question; returns the answer, or raises what the program raised."""
        references = self.references
        try:
            body, containers = pack_question((operation, *details), references.describe)
        except CodecError as error:
            raise TypeError(f"this argument cannot be handed to the program: it is {error}") from None
        # Not to be guessed, so that nothing can be answered before it is asked.
        number = os.urandom(_NUMBER_BYTES)
        self.watch.send(b"Q" + number + body)
        while True:
            message = self.watch.receive()
            seal.close()
            kind, answered, body = message[:1], message[1 : 1 + _NUMBER_BYTES], message[1 + _NUMBER_BYTES :]
            if kind == b"C":
                self._call_back(answered, body)
                continue
            if kind != b"A" or answered != number:
                raise self.watch.end(Verdict.MALFORMED, "the program's answer is garbled")
            break
        self.answered = self.answered or operation in _ANSWERING
        if operation != "operate" or details[0] not in _READING:
            self.changes += 1
        try:
            outcome, value = unpack_answer(body, containers, references.resolve)
            if outcome == "raised":
                iterating = operation == "operate" and details[0] == "next"
                value = references.exception(value, iterating=iterating)
        except (CodecError, TypeError, ValueError, LookupError) as error:
            raise self.watch.end(Verdict.MALFORMED, f"the program's answer is garbled: {error}") from None
        if outcome == "raised":
            raise value
        if outcome == "uncarried":
            text = str(value)[:200] if type(value) is str else ""
            raise self.watch.end(Verdict.MALFORMED, f"the answer cannot be carried over: {text}")
        if outcome != "value":
            raise self.watch.end(Verdict.MALFORMED, "the program's answer is garbled")
        return value

    def _call_back(self, number: bytes, body: bytes) -> None:
        """Calls a function of the test for the program, or asks an iterator of the test for its next item."""
        try:
            received = Received(body, self.references.resolve)
            what, which, arguments, named = received.question
            thing = self.references.of_test(which)
            action = {"call": thing, "next": getattr(thing, "__next__", None)}[what]
        except (CodecError, TypeError, ValueError, LookupError):
            raise self.watch.end(Verdict.MALFORMED, "the program's question is garbled") from None
        self._callbacks += 1
        try:
            if self._callbacks > _MOST_CALLBACKS_DEEP:
                raise RecursionError("the test and the program call each other too deeply")
            answer: Any = ("value", action(*arguments, **named))
        except Exception as error:
            answer = ("raised", error)
        finally:
            self._callbacks -= 1
        describe = self.references.describe
        try:
            data = received.pack_answer(answer, describe)
        except CodecError as error:
            data = received.pack_answer(("raised", TypeError(str(error))), describe)
        self.watch.send(b"V" + number + data)

"""Questions and answers as bytes, in either direction between the test and the program.

Lists, dicts, sets and their like travel with the question that they are arguments of, and its answer says
what became of them: a function that sorts its argument has sorted it on the asking side too. Nothing is
shared beyond that: a container in an answer belongs to whoever asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any

from egcfg_sandbox.codec import CodecError, Decoder, Describe, Encoder, Resolve


def pack_question(question: Any, describe: Describe) -> tuple[bytes, Sequence[Any]]:
    """The message, and the containers in it, which `unpack_answer` needs again."""
    encoder = Encoder(describe)
    return encoder.encode(question), encoder.containers


def unpack_answer(body: bytes, containers: Sequence[Any], resolve: Resolve) -> Any:
    """The answer, after the question's containers were refilled; `CodecError` for what is no answer."""
    decoder = Decoder(body, resolve, known=containers)
    match decoder.json:
        case [plain, list(changes)]:
            answer = decoder.value(plain)
        case _:
            raise CodecError("no answer")
    for change in changes:
        match change:
            case [number, content] if number in range(len(containers)):
                decoder.refill(number, content)
            case _:
                raise CodecError("a container that was not in the question")
    return answer


class Received:
    """A question as the answering side sees it, with its containers as they were when they came."""

    def __init__(self, body: bytes, resolve: Resolve) -> None:
        decoder = Decoder(body, resolve)
        self.question = decoder.decode()
        self._containers = decoder.containers
        self._before = [_items(container) for container in decoder.containers]

    def pack_answer(self, answer: Any, describe: Describe) -> bytes:
        """The message: the answer, and what containers hold that have changed meanwhile."""
        encoder = Encoder(describe, known=self._containers)
        plain = encoder.plain(answer)
        changes = [
            (number, encoder.content(container))
            for number, (container, before) in enumerate(zip(self._containers, self._before, strict=True))
            if _differs(container, before)
        ]
        return encoder.message((plain, changes))


def _items(container: Any) -> Any:
    if isinstance(container, dict):
        return [*container.keys(), *container.values()]
    return bytes(container) if isinstance(container, bytearray) else list(container)


def _differs(container: Any, before: Any) -> bool:
    """Whether a container holds other items than before, by identity."""
    now = _items(container)
    if isinstance(container, bytearray):
        return bool(now != before)
    return len(now) != len(before) or not all(map(is_, now, before))

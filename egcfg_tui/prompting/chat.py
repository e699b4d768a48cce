"""Chat templates: what the Jinja2 text that a GGUF carries writes around the parts of a task."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

from egcfg_tui.prompting.chat_rendering import ChatTemplate, ChatTemplateError, Message
from egcfg_tui.prompting.thoughts import ThoughtMarks, answer_at_once

__all__ = ["ChatTemplateError", "Exchange", "Frame", "Shape", "chat_frame"]

# Private-use characters: no template and no exercise has a reason to contain them.
_BODY_MARK: Final = "\ue000\ue001"
_QUESTION_MARK: Final = "\ue002"
_ANSWER_MARK: Final = "\ue003"

_SYSTEM_TEXT: Final = "You are a helpful assistant."
"""The system message of templates that insist on one."""


_Render = Callable[[list[Message]], str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a chat template writes around one earlier question with its answer, and the message behind them.

    The prompt is `before` + question + `between` + answer + `then` + message + [signal] + `after`; `between`
    and `then` repeat for further exchanges.
    """

    before: str
    between: str
    then: str
    after: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How a template wants its messages: as texts or as lists of parts, with a system message or without.

    `system_parts` is None without one, else whether its text is a list of parts; `parts` says so of the
    others.
    """

    system_parts: bool | None
    parts: bool

    def messages(self, *turns: tuple[str, str]) -> list[Message]:
        """Messages of these roles and texts, behind the system message where there is one."""
        system = [] if self.system_parts is None else [_message("system", _SYSTEM_TEXT, self.system_parts)]
        return system + [_message(role, text, self.parts) for role, text in turns]


_SHAPES: Final = (
    Shape(None, False),
    Shape(None, True),
    Shape(False, False),
    Shape(False, True),
    Shape(True, True),
)
"""In the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chat template writes around a user's message.

    The prompt is `before` + message + [signal] + `after`. Both hold control tokens; the message does not.
    `exchange` is None where the template takes no earlier turns. A base model has no template: `chat` is
    False and `before` the text that begins a document. `shape` is how the template wants its messages,
    `switches` are the names by which it is told not to think. `thought` are the marks of the thought that it
    opens all the same, and that `after` leaves empty.
    """

    before: str
    after: str
    exchange: Exchange | None = None
    chat: bool = True
    bos: str = ""
    shape: Shape = _SHAPES[0]
    switches: tuple[str, ...] = ()
    thought: ThoughtMarks | None = None


@lru_cache(maxsize=8)
def chat_frame(template: str | None, *, bos_text: str, eos_text: str) -> Frame:
    """The frame of a template; without one, as for base models and documents, the message stands alone.

    A template that thinks before it answers is told not to, since the answer's beginning is given; a thought
    that it opens all the same is closed. Messages are tried as texts first, then as lists of parts, then
    behind a system message; a template that insists on thinking is let. Raises `ChatTemplateError` when the
    template fails or drops the message, with what it said of the first try.
    """
    if template is None:
        return Frame(bos_text, "", chat=False, bos=bos_text)
    compiled = ChatTemplate(template, bos_text=bos_text, eos_text=eos_text)
    faults: list[ChatTemplateError] = []
    doubtful: list[Frame] = []
    for off, shape in itertools.product((True, False) if compiled.asked else (True,), _SHAPES):
        render = partial(compiled.render, switches=compiled.off if off else {})
        try:
            frame = _framed(render, shape, bos_text, compiled.asked if off else ())
        except ChatTemplateError as error:
            faults.append(error)
            continue
        if not _takes_for_system_message(render, shape, bos_text):
            return frame
        doubtful.append(frame)
    if doubtful:
        return doubtful[0]
    raise faults[0]


def _framed(render: _Render, shape: Shape, bos_text: str, switches: tuple[str, ...]) -> Frame:
    before, after = _around(render(shape.messages(("user", _BODY_MARK))), _BODY_MARK)
    answered, thought = answer_at_once(after)
    return Frame(
        before,
        answered,
        _exchange(render, shape),
        bos=bos_text,
        shape=shape,
        switches=switches,
        thought=thought,
    )


def _takes_for_system_message(render: _Render, shape: Shape, bos_text: str) -> bool:
    """Whether the template writes the first message as a system message, whoever says it.

    So it does where it ignores the role of the first message, and writes something else around a second one.
    """
    if shape.system_parts is not None:
        return False
    try:
        as_user = _around(render(shape.messages(("user", _BODY_MARK))), _BODY_MARK)
        as_system = _around(render(shape.messages(("system", _BODY_MARK))), _BODY_MARK)
        both = render(shape.messages(("system", _QUESTION_MARK), ("user", _BODY_MARK)))
        before, between, _ = _around(both, _QUESTION_MARK, _BODY_MARK)
    except ChatTemplateError:
        return False
    return as_user == as_system and not between.endswith(before.removeprefix(bos_text))


def _exchange(render: _Render, shape: Shape) -> Exchange | None:
    """What stands around an earlier turn; None where the template takes none."""
    turns = shape.messages(("user", _QUESTION_MARK), ("assistant", _ANSWER_MARK), ("user", _BODY_MARK))
    try:
        before, between, then, after = _around(render(turns), _QUESTION_MARK, _ANSWER_MARK, _BODY_MARK)
    except ChatTemplateError:
        return None
    return Exchange(before, between, then, answer_at_once(after)[0])


def _around(text: str, *marks: str) -> list[str]:
    """The pieces of a prompt around the marks. Raises `ChatTemplateError` unless each stands there once."""
    if any(text.count(mark) > 1 for mark in marks):
        raise ChatTemplateError("the model's chat template repeats the user's message")
    pieces: list[str] = []
    for mark in marks:
        piece, found, text = text.partition(mark)
        if not found:
            raise ChatTemplateError("the model's chat template does not pass the user's message on")
        pieces.append(piece)
    return [*pieces, text]


def _message(role: str, text: str, parts: bool) -> Message:
    content: Any = [{"type": "text", "text": text}] if parts else text
    return {"role": role, "content": content}

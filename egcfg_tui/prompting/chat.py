"""Chat templates: finds the text that a model's Jinja2 template writes around the parts of a task."""

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
"""The system message for templates that insist on one."""


_Render = Callable[[list[Message]], str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a chat template writes around one earlier question, its answer, and the message after them.

    The prompt is `before` + question + `between` + answer + `then` + message + [signal] + `after`. Each
    further exchange adds `between` and `then` once more.
    """

    before: str
    between: str
    then: str
    after: str


@dataclass(frozen=True, slots=True)
class Shape:
    """How a template wants its messages: as texts or as lists of parts, with a system message or without.

    `system_parts` is None without a system message, else whether that is a list of parts. `parts` says
    whether the other messages are lists of parts.
    """

    system_parts: bool | None
    parts: bool

    def messages(self, *turns: tuple[str, str]) -> list[Message]:
        """Messages with these roles and texts, after the system message if there is one."""
        system = [] if self.system_parts is None else [_message("system", _SYSTEM_TEXT, self.system_parts)]
        return system + [_message(role, text, self.parts) for role, text in turns]


_SHAPES: Final = (
    Shape(None, False),
    Shape(None, True),
    Shape(False, False),
    Shape(False, True),
    Shape(True, True),
)
"""All shapes, in the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chat template writes around a user's message.

    The prompt is `before` + message + [signal] + `after`. `before` and `after` hold control tokens; the
    message does not. `exchange` is None if the template takes no earlier turns. A base model has no template:
    then `chat` is False and `before` is the text that begins a document. `shape` is how the template wants
    its messages. `switches` are the names of the variables that tell the template not to think. If it opens
    a thought all the same, `after` leaves that thought empty and `thought` holds its marks.
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
    """The frame of a template. Without a template (base models, documents) the message stands alone.

    A thinking template is told not to think, because the beginning of the answer is given; a thought that it
    opens all the same is closed. The function tries messages as texts, then as lists of parts, then after a
    system message; at last it tries all of these without telling the template not to think. Raises
    `ChatTemplateError`, with the template's first complaint, if every try fails or drops the message.
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
    """Whether the template writes the first message as a system message, whatever its role.

    It does so if the first message looks the same in both roles, and a user's message after it looks
    different.
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
    """What the template writes around an earlier turn; None if it takes no earlier turns."""
    turns = shape.messages(("user", _QUESTION_MARK), ("assistant", _ANSWER_MARK), ("user", _BODY_MARK))
    try:
        before, between, then, after = _around(render(turns), _QUESTION_MARK, _ANSWER_MARK, _BODY_MARK)
    except ChatTemplateError:
        return None
    return Exchange(before, between, then, answer_at_once(after)[0])


def _around(text: str, *marks: str) -> list[str]:
    """The pieces of a prompt around the marks. Raises `ChatTemplateError` unless each mark occurs once."""
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

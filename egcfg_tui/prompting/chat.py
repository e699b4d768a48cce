"""Chat templates: the Jinja2 text a GGUF carries, rendered around the parts of a task."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

# Private-use characters: no template and no exercise has a reason to contain them.
_BODY_MARK: Final = "\ue000"
_SIGNAL_MARK: Final = "\ue001"
_QUESTION_MARK: Final = "\ue002"
_ANSWER_MARK: Final = "\ue003"

# Templates may ask for the date; a fixed one keeps the same request yielding the same tokens.
_DATE: Final = date(2024, 7, 26)
# What expressions of a template raise, besides Jinja's own errors.
_FAULTS: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_THOUGHTS_OPEN: Final = re.compile(r"<think>\s*\Z")


class ChatTemplateError(Exception):
    """A model's chat template cannot be used; the text says why."""


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
class Frame:
    """What a chat template writes around a user's message.

    The prompt is `before` + message + [signal] + `after`. Both hold control tokens; the message does not.
    `exchange` is None where the template takes no earlier turns. A base model has no template: `chat` is
    False and `before` the text that begins a document.
    """

    before: str
    after: str
    exchange: Exchange | None = None
    chat: bool = True
    bos: str = ""


def chat_frame(template: str | None, *, bos_text: str, eos_text: str) -> Frame:
    """The frame of a template; for a base model, which has none, the message stands alone.

    A template that thinks before it answers is told not to, since the answer's beginning is given. Raises
    `ChatTemplateError` when the template fails or drops the message.
    """
    if template is None:
        return Frame(bos_text, "", chat=False, bos=bos_text)
    last = {"role": "user", "content": _BODY_MARK + _SIGNAL_MARK}
    before, after = _split(_render(template, [last], bos_text, eos_text), _BODY_MARK + _SIGNAL_MARK)
    earlier = [
        {"role": "user", "content": _QUESTION_MARK},
        {"role": "assistant", "content": _ANSWER_MARK},
    ]
    return Frame(before, after, _exchange(template, [*earlier, last], bos_text, eos_text), bos=bos_text)


def _exchange(template: str, messages: list[dict[str, str]], bos_text: str, eos_text: str) -> Exchange | None:
    try:
        text = _render(template, messages, bos_text, eos_text)
        before, text = _split(text, _QUESTION_MARK)
        between, text = _split(text, _ANSWER_MARK)
        then, after = _split(text, _BODY_MARK + _SIGNAL_MARK)
    except ChatTemplateError:
        return None
    return Exchange(before, between, then, after)


def _split(text: str, mark: str) -> tuple[str, str]:
    before, found, after = text.partition(mark)
    if not found:
        raise ChatTemplateError("the model's chat template does not pass the user's message on")
    return before, after


def _render(template: str, messages: list[dict[str, str]], bos_text: str, eos_text: str) -> str:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals |= {"raise_exception": _raise, "strftime_now": _DATE.strftime}
    try:
        text = environment.from_string(template).render(
            messages=messages,
            add_generation_prompt=True,
            enable_thinking=False,
            bos_token=bos_text,
            eos_token=eos_text,
        )
    except (TemplateError, *_FAULTS) as error:
        raise ChatTemplateError(f"the model's chat template fails: {error}") from error
    return f"{text.rstrip()}\n\n</think>\n\n" if _THOUGHTS_OPEN.search(text) else text


def _raise(message: Any) -> None:
    raise TemplateError(str(message))

"""Chat templates: the Jinja2 text a GGUF carries, rendered around the parts of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

# Private-use characters: no template and no exercise has a reason to contain them.
_BODY_MARK: Final = "\ue000"
_SIGNAL_MARK: Final = "\ue001"

_BASE_MODEL_AFTER: Final = "\n\n"


class ChatTemplateError(Exception):
    """A model's chat template cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chat template writes around a user's message.

    The prompt is `before` + message + [signal] + `after`. Both hold control tokens; the message does not.
    """

    before: str
    after: str


def chat_frame(template: str | None, *, bos_text: str, eos_text: str) -> Frame:
    """The frame of a template; for a base model, which has none, the message stands alone.

    Raises `ChatTemplateError` when the template fails or drops the message.
    """
    if template is None:
        return Frame(bos_text, _BASE_MODEL_AFTER)
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = _raise
    try:
        text = environment.from_string(template).render(
            messages=[{"role": "user", "content": _BODY_MARK + _SIGNAL_MARK}],
            add_generation_prompt=True,
            bos_token=bos_text,
            eos_token=eos_text,
        )
    except TemplateError as error:
        raise ChatTemplateError(f"the model's chat template fails: {error}") from error
    before, mark, rest = text.partition(_BODY_MARK)
    if not mark or not rest.startswith(_SIGNAL_MARK):
        raise ChatTemplateError("the model's chat template does not pass the user's message on")
    return Frame(before, rest.removeprefix(_SIGNAL_MARK))


def _raise(message: Any) -> None:
    raise TemplateError(str(message))

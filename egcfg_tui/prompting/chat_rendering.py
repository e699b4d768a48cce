"""Renders a chat template as `apply_chat_template` of Hugging Face transformers does.

The environment, globals and defaults are the same, so a template works here as its author tried it there.
Two things differ. The date is fixed, so that a request gives the same tokens every day. Every switch that
makes a model think is off.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from jinja2 import TemplateError, meta, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

Message = dict[str, Any]
"""Keys `role` and `content`; the content is a text or a list of parts."""

_DATE: Final = date(2024, 7, 26)

_SWITCHES: Final[dict[str, Any]] = {
    # Qwen, SmolLM3, GLM, Gemma 4, Nemotron.
    "enable_thinking": False,
    # Granite, DeepSeek, Kimi.
    "thinking": False,
    # Command A.
    "reasoning": False,
    "enable_reasoning": False,
    # Seed-OSS: the token budget of a thought.
    "thinking_budget": 0,
}
"""The template variables that switch thinking on or off, with the value for off."""

_LEVELS: Final = ("reasoning_effort", "thinking_effort", "reasoning_mode", "thinking_mode")
"""The template variables that say how much to think. Each template has its own words for the amount."""

_LITTLE: Final = ("none", "off", "disabled", "no_think", "chat", "minimal", "low")
"""Words for little thinking, the least first. If a template names none of them it gets the last, which is the
least that gpt-oss knows."""


class ChatTemplateError(Exception):
    """A model's chat template cannot be used; the text says why."""


class ChatTemplate:
    """A compiled template with the control texts of its model. Raises `ChatTemplateError` if it is broken.

    `off` maps all switches to the values that turn thinking off; `asked` are the names of those that the
    template uses.
    """

    def __init__(self, source: str, *, bos_text: str, eos_text: str) -> None:
        try:
            parsed = _ENVIRONMENT.parse(source)
            texts = {node.value for node in parsed.find_all(nodes.Const) if isinstance(node.value, str)}
            self._template = _ENVIRONMENT.from_string(source)
            asked = meta.find_undeclared_variables(parsed)
        # A template is a program that came with the model and may raise anything.
        except Exception as error:
            raise _fault(error) from error
        least = next((word for word in _LITTLE if word in texts), _LITTLE[-1])
        self.off: Mapping[str, Any] = _SWITCHES | dict.fromkeys(_LEVELS, least)
        self.asked = tuple(name for name in self.off if name in asked)
        self._variables = {
            "tools": None,
            "documents": None,
            "add_generation_prompt": True,
            "bos_token": bos_text,
            "eos_token": eos_text,
        }

    def render(self, messages: list[Message], switches: Mapping[str, Any]) -> str:
        """The prompt for these messages, up to where the answer begins. Raises `ChatTemplateError`."""
        try:
            return self._template.render(self._variables, messages=messages, **switches)
        except Exception as error:
            raise _fault(error) from error


class _Generation(Extension):
    """`{% generation %}...{% endgeneration %}` marks answers for training; here it renders its content."""

    tags = {"generation"}  # noqa: RUF012 - as the base class declares it

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body, lineno=line)


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Plain JSON, since Jinja's own filter escapes it for HTML."""
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _raise(message: Any) -> None:
    raise TemplateError(str(message))


def _fault(error: Exception) -> ChatTemplateError:
    return ChatTemplateError(f"the model's chat template fails: {error or type(error).__name__}")


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _tojson
    environment.globals |= {"raise_exception": _raise, "strftime_now": _DATE.strftime}
    return environment


_ENVIRONMENT: Final = _environment()

"""The styles of prompts. The code that writes prompts imports slowly, so they have a module of their own."""

from __future__ import annotations

from enum import StrEnum


class PromptStyle(StrEnum):
    """How the prompt is written. A base model, which has no chat template, always gets a document."""

    PLAIN = "plain"
    """Statement and tests alone."""
    LONG_CODE = "long-code"
    """Asks for many short lines, so that more prefixes can be executed."""
    FEW_SHOT = "few-shot"
    """First shows solved exercises of the same kind, as earlier turns if the template takes them."""
    COMPLETION = "completion"
    """A document without the chat template that breaks off where the solution begins."""

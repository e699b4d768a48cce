"""Reads the chat template of a GGUF file and the control texts that it is rendered with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.models.gguf_values import Value, opened, pairs

_VOCABULARY: Final = "tokenizer.ggml.tokens"


@dataclass(frozen=True, slots=True)
class Chat:
    """A model's chat template and control texts.

    `template` is Jinja2 source, None for a base model. `bos_text` and `eos_text` are the texts of the
    beginning and end tokens, empty if the file names no such token.
    """

    template: str | None
    bos_text: str
    eos_text: str


def read_chat(path: Path) -> Chat:
    """Reads the file's whole header with the vocabulary, which takes half a second. Raises `ModelError`."""
    with opened(path) as file:
        values = dict(pairs(file, texts=(_VOCABULARY,)))
    template = values.get("tokenizer.chat_template")
    return Chat(
        template if isinstance(template, str) else None,
        _token(values, "tokenizer.ggml.bos_token_id"),
        _token(values, "tokenizer.ggml.eos_token_id"),
    )


def _token(values: dict[str, Value], key: str) -> str:
    index, vocabulary = values.get(key), values.get(_VOCABULARY)
    if isinstance(index, int) and isinstance(vocabulary, list) and 0 <= index < len(vocabulary):
        return str(vocabulary[index])
    return ""

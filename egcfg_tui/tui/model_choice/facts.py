"""Reads the facts of a model from its file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from egcfg_tui import models
from egcfg_tui.engine.api import DEFAULT_CONTEXT_TOKENS
from egcfg_tui.models.gguf_header import read_header, read_values
from egcfg_tui.models.quantisation import quantisation_name

if TYPE_CHECKING:
    from egcfg_tui.prompting.chat_facts import ChatFacts

_FILE_TYPE: Final = "general.file_type"
_QUANTISATION: Final = re.compile(r"(?<![A-Za-z0-9])(I?Q\d(?:_[A-Z0-9]+)*|BF16|F16|F32)(?![A-Za-z0-9])", re.I)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """`needed_bytes` of memory with the context that the workbench asks for; `chat`: of its template."""

    quantisation: str
    licence: str
    context_tokens: int
    needed_bytes: int
    chat: ChatFacts


def facts_of(path: Path) -> ModelFacts:
    """Reads header and template: up to a second, once for each state of a file. Raises `ModelError`."""
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise models.ModelError(f"{path}: cannot be read: {error.strerror}") from error
    return _facts(path, stamp)


def named_quantisation(text: str) -> str:
    """The quantisation named in a file's name or title; empty if there is none."""
    found = _QUANTISATION.search(text)
    return found[1].upper() if found else ""


@lru_cache(maxsize=64)
def _facts(path: Path, _stamp: int) -> ModelFacts:
    from egcfg_tui.prompting.chat_facts import chat_facts  # brings Jinja, which takes a while

    header, chat = read_header(path), models.read_chat(path)
    file_type = read_values(path, (_FILE_TYPE,)).get(_FILE_TYPE)
    context = min(DEFAULT_CONTEXT_TOKENS, header.context_tokens or DEFAULT_CONTEXT_TOKENS)
    return ModelFacts(
        quantisation=quantisation_name(file_type if isinstance(file_type, int) else None),
        licence=header.licence,
        context_tokens=header.context_tokens,
        needed_bytes=models.needed_bytes(path, context),
        chat=chat_facts(chat.template, bos_text=chat.bos_text, eos_text=chat.eos_text),
    )

"""A stand-in for a model: it answers every exercise with one given text, token by token.

Everything but the model is real: prompt, trials, cutting the answer, sandbox. So a bug report needs no model,
and neither does a test of how an answer is handled.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from egcfg_tui.engine.api import EngineError, Logits, ModelInfo, ModelSpec
from egcfg_tui.engine.python_engine import CHAT_TEMPLATE, END, VOCAB_SIZE, PythonEngine

_PIECE: Final = re.compile(rb"\w+|\s+|.", re.DOTALL)
"""Cuts a text about as tokenizers do: into words, white space, and single other bytes."""

_CONTEXT_TOKENS: Final = 1 << 17
_MAX_BRANCHES: Final = 64
_BATCH_TOKENS: Final = 4096
_UNLIKELY: Final = -1000.0
"""The logit of all tokens but one: so low that no temperature of the settings ever samples them."""


class StandIn(PythonEngine):
    """Gives the text as its answer, then ends the answer.

    A prompt is read as bytes. The pieces of the answer have their own tokens: `VOCAB_SIZE + i` is piece i. So
    the last token alone determines the next one: piece 0 follows a byte, piece i + 1 follows piece i, and the
    end token follows the last piece.
    """

    def __init__(self, text: bytes, *, name: str, context_tokens: int | None = None) -> None:
        self._pieces = _PIECE.findall(text)
        super().__init__(
            ModelInfo(
                name=name,
                description="stand-in for a model",
                backend="cpu",
                vocab_size=VOCAB_SIZE + len(self._pieces),
                context_tokens=context_tokens or _CONTEXT_TOKENS,
                max_branches=_MAX_BRANCHES,
                chat_template=CHAT_TEMPLATE,
                bos_text="",
                eos_text="",
            ),
            _BATCH_TOKENS,
        )

    def piece(self, token: int) -> bytes:
        """The bytes of a token; empty for the end token."""
        return self._pieces[token - VOCAB_SIZE] if token >= VOCAB_SIZE else super().piece(token)

    def _next_row(self, tokens: Sequence[int]) -> Logits:
        index = max(0, tokens[-1] - VOCAB_SIZE + 1)
        row = np.full(self.info.vocab_size, _UNLIKELY, dtype=np.float32)
        row[VOCAB_SIZE + index if index < len(self._pieces) else END] = 0.0
        return row


def load_stand_in(spec: ModelSpec) -> StandIn:
    """The stand-in whose answer is the text in `spec.path`. Raises `EngineError` if it cannot be read."""
    try:
        text = spec.path.read_bytes()
    except OSError as error:
        raise EngineError(
            f"the answer in {spec.path} cannot be read: {error.strerror}; name another file after say:"
        ) from error
    return StandIn(text, name=spec.name, context_tokens=spec.context_tokens)

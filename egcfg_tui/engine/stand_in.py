"""A stand-in for a model: it answers every exercise with one given text, as a model would say it.

Everything but the model is real: prompt, trials, answer cutting, sandbox. So a bug report needs no model,
and neither does a test of what becomes of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from egcfg_tui.engine.api import EngineError, Logits, ModelInfo, ModelSpec
from egcfg_tui.engine.python_engine import CHAT_TEMPLATE, END, VOCAB_SIZE, PythonEngine

_PIECE: Final = re.compile(rb"\w+|\s+|.", re.DOTALL)
"""As tokenizers cut: words, a newline with the indent behind it, characters or their bytes."""

_CONTEXT_TOKENS: Final = 1 << 17
_MAX_BRANCHES: Final = 64
_BATCH_TOKENS: Final = 4096
_UNLIKELY: Final = -1000.0
"""The logit of all tokens but one: drawn at no temperature that the settings allow."""


class StandIn(PythonEngine):
    """Says a text wherever an answer begins, and ends with it.

    What it reads are bytes. What it says has tokens of its own: `VOCAB_SIZE + i` is piece i of the text. So
    the last token alone tells the next: piece 0 behind anything that was read, piece i + 1 behind piece i,
    the end token behind the last piece.
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
        """The bytes a token stands for; none for the end token."""
        return self._pieces[token - VOCAB_SIZE] if token >= VOCAB_SIZE else super().piece(token)

    def _next_row(self, tokens: Sequence[int]) -> Logits:
        index = max(0, tokens[-1] - VOCAB_SIZE + 1)
        row = np.full(self.info.vocab_size, _UNLIKELY, dtype=np.float32)
        row[VOCAB_SIZE + index if index < len(self._pieces) else END] = 0.0
        return row


def load_stand_in(spec: ModelSpec) -> StandIn:
    """The stand-in that says the text of `spec.path`; `EngineError` when the file cannot be read."""
    try:
        text = spec.path.read_bytes()
    except OSError as error:
        raise EngineError(
            f"the answer in {spec.path} cannot be read: {error.strerror}; name another file behind say:"
        ) from error
    return StandIn(text, name=spec.name, context_tokens=spec.context_tokens)

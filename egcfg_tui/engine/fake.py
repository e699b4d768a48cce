"""An engine without a model, for tests: the same branches and errors, but logits from a Python function.

Its vocabulary is the 256 bytes and one end token, so that a test can write answers as plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from egcfg_tui.engine.api import Logits, ModelInfo
from egcfg_tui.engine.python_engine import CHAT_TEMPLATE, END, VOCAB_SIZE, PythonEngine

__all__ = ["CHAT_TEMPLATE", "END", "VOCAB_SIZE", "FakeEngine", "LogitsFunction", "hashed", "scripted"]

LogitsFunction = Callable[[bytes], Logits]
"""Maps all bytes of a branch to the logits of its next token, shape [VOCAB_SIZE]."""


def scripted(answers: Callable[[str], Sequence[tuple[str, float]]], marker: str) -> LogitsFunction:
    """A model that knows whole answers.

    `answers(prompt)` lists pairs (answer, weight) for the text up to and including the last `marker`. The
    text after the marker is continued along every answer that it is a prefix of, in proportion to the
    weights. The end token follows a complete answer, and a text that fits no answer.
    """

    def logits(data: bytes) -> Logits:
        text = data.decode("utf-8", "replace")
        cut = text.rfind(marker) + len(marker)
        so_far = text[cut:].encode()
        row = np.full(VOCAB_SIZE, -20.0, dtype=np.float32)
        weights: dict[int, float] = {}
        for answer, weight in answers(text[:cut]):
            full = answer.encode()
            if full.startswith(so_far):
                token = full[len(so_far)] if len(full) > len(so_far) else END
                weights[token] = weights.get(token, 0.0) + weight
        for token, weight in (weights or {END: 1.0}).items():
            row[token] = np.log(weight)
        return row

    return logits


def hashed(seed: int) -> LogitsFunction:
    """Random but repeatable logits that depend on the length and the last 12 bytes, for property tests."""

    def logits(data: bytes) -> Logits:
        state = np.random.default_rng([seed, len(data), *data[-12:]])
        row = state.normal(0.0, 2.0, VOCAB_SIZE).astype(np.float32)
        row[: ord("\n")] -= 30.0
        row[128:256] -= 30.0
        return row

    return logits


class FakeEngine(PythonEngine):
    """Branches over a logits function. `context_tokens` bounds the cells as in a real cache.

    `can_rewind` False: sequences are states, as in recurrent models.
    """

    def __init__(
        self,
        function: LogitsFunction,
        *,
        context_tokens: int = 100_000,
        max_branches: int = 64,
        batch_tokens: int = 512,
        chat_template: str | None = CHAT_TEMPLATE,
        can_rewind: bool = True,
        fingerprint: str = "",
    ) -> None:
        super().__init__(
            ModelInfo(
                name="fake",
                description="scripted",
                backend="cpu",
                vocab_size=VOCAB_SIZE,
                context_tokens=context_tokens,
                max_branches=max_branches,
                chat_template=chat_template,
                bos_text="",
                eos_text="",
                can_rewind=can_rewind,
                fingerprint=fingerprint,
            ),
            batch_tokens,
        )
        self._function = function

    def _next_row(self, tokens: Sequence[int]) -> Logits:
        return self._function(bytes(token for token in tokens if token < END))

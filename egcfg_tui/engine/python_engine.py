"""Engines whose logits are computed in Python: tokens are bytes, and the memory behaves like a real one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

import numpy as np

from egcfg_tui.engine.api import EngineError, Inference, Logits, ModelInfo
from egcfg_tui.engine.branches import BatchToken, SequenceEngine

END: Final = 256
VOCAB_SIZE: Final = 257
"""The 256 bytes and one end token, so that any text can be tokenised."""

CHAT_TEMPLATE: Final = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


class PythonEngine(SequenceEngine):
    """A whole engine but for the logits. `ModelInfo.context_tokens` bounds the cells as in a real cache.

    `ModelInfo.can_rewind` False: sequences are states, as in recurrent models.
    """

    def __init__(self, info: ModelInfo, batch_tokens: int) -> None:
        super().__init__(info, batch_tokens)
        self._sequences: dict[int, list[int]] = {}
        self.decodes = 0
        self.decoded_tokens = 0

    @abstractmethod
    def _next_row(self, tokens: Sequence[int]) -> Logits:
        """The row after these tokens, shape [vocab_size]."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """The bytes of the text."""
        return list(text.encode("utf-8", "surrogatepass"))

    def piece(self, token: int) -> bytes:
        """The byte itself; nothing for the end token."""
        return bytes([token]) if token < END else b""

    def is_end(self, token: int) -> bool:
        """Whether it is the end token."""
        return token == END

    def close(self) -> None:
        """Nothing to free."""

    def _decode(self, batch: list[BatchToken]) -> tuple[Inference, list[Logits]]:
        # The tokens of this batch are still pending, so `free_tokens` has already subtracted them.
        if self.free_tokens < 0:
            return Inference.NO_SLOT, []
        self.decodes += 1
        self.decoded_tokens += len(batch)
        rows: list[Logits] = []
        for entry in batch:
            for number in self.sequences_of(entry):
                sequence = self._sequences.setdefault(number, [])
                if len(sequence) != entry.position:
                    raise AssertionError(f"position {entry.position} in a sequence of {len(sequence)} tokens")
                sequence.append(entry.token)
            if entry.wanted:
                shared = self._sequences[entry.sequences[0]]
                rows.append(self._next_row(shared))
        return Inference.DONE, rows

    def _copy(self, source: int, target: int, length: int) -> None:
        self._sequences[target] = self._sequences.get(source, [])[:length]

    def _cut(self, sequence: int, length: int) -> bool:
        tokens = self._sequences.setdefault(sequence, [])
        if not self.info.can_rewind and 0 < length < len(tokens):
            return False
        del tokens[length:]
        return True

    def _save(self, sequence: int) -> bytes:
        return np.array(self._sequences[sequence], dtype=np.int32).tobytes()

    def _load(self, sequence: int, state: bytes) -> None:
        self._sequences[sequence] = []
        if len(state) % 4:
            raise EngineError("a saved state does not fit this engine")
        self._sequences[sequence] = np.frombuffer(state, dtype=np.int32).tolist()

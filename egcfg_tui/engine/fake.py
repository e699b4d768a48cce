"""An engine without a model, for tests: same branches, same misuse errors, logits from a Python function.

Its vocabulary is the 256 bytes and one end token, so any text can be tokenised and scripts stay readable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from egcfg_tui.engine.api import EngineError, Inference, Logits, ModelInfo
from egcfg_tui.engine.branches import BatchToken, SequenceEngine

END: Final = 256
VOCAB_SIZE: Final = 257

CHAT_TEMPLATE: Final = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)

LogitsFunction = Callable[[bytes], Logits]
"""Maps all bytes of a branch to the logits of its next token, shape [VOCAB_SIZE]."""


def scripted(answers: Callable[[str], Sequence[tuple[str, float]]], marker: str) -> LogitsFunction:
    """A model that knows whole answers.

    `answers(prompt)` lists (answer, weight) for the text up to and including the last `marker`; what stands
    behind it is continued along every answer it is a prefix of, in proportion to the weights, and ended
    when an answer is complete or none fits.
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
    """Random but repeatable logits that depend on the last bytes: for properties, not for sense."""

    def logits(data: bytes) -> Logits:
        state = np.random.default_rng([seed, len(data), *data[-12:]])
        row = state.normal(0.0, 2.0, VOCAB_SIZE).astype(np.float32)
        row[: ord("\n")] -= 30.0
        row[128:256] -= 30.0
        return row

    return logits


class FakeEngine(SequenceEngine):
    """Branches over a logits function. `context_tokens` bounds the cells as a real cache would.

    `can_rewind` False: its sequences are states, as those of recurrent models.
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
        self._sequences: dict[int, list[int]] = {}
        self.decodes = 0
        self.decoded_tokens = 0

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
        # This batch is pending still, so `free_tokens` counts it as queued already.
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
                rows.append(self._function(bytes(token for token in shared if token < END)))
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
            raise EngineError("a saved state does not fit a fake")
        self._sequences[sequence] = np.frombuffer(state, dtype=np.int32).tolist()

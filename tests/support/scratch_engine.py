"""Engines without forks: every row is that of one prompt which is evaluated alone."""

from __future__ import annotations

import numpy as np

from egcfg_tui.engine.api import Engine, Inference, Logits
from egcfg_tui.engine.branches import BatchToken, SequenceEngine
from egcfg_tui.sequences import shared_length


class ScratchEngine(SequenceEngine):
    """An engine whose branches are lists of tokens; `inner` evaluates each alone and from its beginning."""

    def __init__(self, inner: Engine) -> None:
        super().__init__(inner.info, batch_tokens=64)
        self._inner = inner
        self._sequences: dict[int, list[int]] = {}
        self._known: dict[tuple[int, ...], Logits] = {}
        self.tokenize = inner.tokenize
        self.piece = inner.piece
        self.control_text = inner.control_text
        self.is_end = inner.is_end
        self.close = inner.close

    def _decode(self, batch: list[BatchToken]) -> tuple[Inference, list[Logits]]:
        rows: list[Logits] = []
        for entry in batch:
            for number in self.sequences_of(entry):
                self._sequences.setdefault(number, []).append(entry.token)
            if entry.wanted:
                rows.append(self._row(tuple(self._sequences[entry.sequences[0]])))
        return Inference.DONE, rows

    def _row(self, tokens: tuple[int, ...]) -> Logits:
        row = self._known.get(tokens)
        if row is None:
            with self._inner.branch() as branch:
                branch.prompt(tokens)
                while self._inner.infer() is Inference.MORE:
                    pass
                row = self._known[tokens] = branch.logits()
        return row

    def _copy(self, source: int, target: int, length: int) -> None:
        self._sequences[target] = self._sequences.get(source, [])[:length]

    def _cut(self, sequence: int, length: int) -> bool:
        del self._sequences.setdefault(sequence, [])[length:]
        return True

    def _save(self, sequence: int) -> bytes:
        return np.array(self._sequences[sequence], dtype=np.int32).tobytes()

    def _load(self, sequence: int, state: bytes) -> None:
        self._sequences[sequence] = np.frombuffer(state, dtype=np.int32).tolist()


class OnceEngine(ScratchEngine):
    """Computes the row after the same tokens only once, so that it is always equal bit for bit.

    `inner` must be able to rewind. Closing this engine leaves `inner` open.
    """

    def __init__(self, inner: Engine) -> None:
        super().__init__(inner)
        self._branch = inner.branch()
        self.close = self._branch.close

    def _row(self, tokens: tuple[int, ...]) -> Logits:
        row = self._known.get(tokens)
        if row is None:
            shared = min(shared_length(self._branch.tokens, tokens), len(tokens) - 1)
            self._branch.rewind(shared)
            self._branch.prompt(tokens[shared:])
            while self._inner.infer() is Inference.MORE:
                pass
            row = self._known[tokens] = self._branch.logits()
        return row

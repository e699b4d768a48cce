"""The engine's surface: one model, many branches, everything pending evaluated together.

Misuse raises `BranchMisuse`, whose text names the missing call; conditions that belong to a step
(no room in the cache, a stop request) are values of `Inference`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
"""One row of unnormalised log probabilities, shape [vocab_size]."""


CACHE_TYPES: Final = ("f16", "f32", "q8_0")
"""What keys and values may be stored as."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model to load and how; None: chosen by the engine, from what benchmarks/engine.py measured.

    `gpu_layers` -1 offers every layer to the GPU when the build has one; 0 keeps all on the CPU; above 0 the
    build has to have one. `sequences`: how many branches the context has room for at once.
    `batch_tokens`: most tokens of one decode, at least one per branch. `cache_type`: one of `CACHE_TYPES`.
    `stand_in`: `path` is a text, which a stand-in for a model says; of the rest only `context_tokens` counts.
    """

    name: str
    path: Path
    context_tokens: int | None = None
    threads: int | None = None
    gpu_layers: int = -1
    batch_tokens: int | None = None
    flash_attention: bool | None = None
    cache_type: str = "f16"
    stand_in: bool = False
    sequences: int | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a loaded model says of itself. `chat_template` is Jinja2 source, None for a base model."""

    name: str
    description: str
    backend: str
    vocab_size: int
    context_tokens: int
    max_branches: int
    chat_template: str | None
    bos_text: str
    eos_text: str
    can_rewind: bool = True
    """Whether branches can be cut back; a memory that is one state (recurrent, hybrid) cannot."""
    fingerprint: str = ""
    """Names the model's file and all that changes its states; empty: they are not to be kept on disk."""


class Inference(Enum):
    """How a call of `infer` ended."""

    DONE = "done"
    """Everything pending is evaluated."""
    MORE = "more"
    """One batch was evaluated and tokens are still pending: call again."""
    NO_SLOT = "no_slot"
    """The cache has no room; nothing changed. Close a branch and call again."""
    ABORTED = "aborted"
    """A stop was asked for; the batch in flight was undone and is still pending. So is everything else where
    branches cannot be cut back."""


class EngineError(Exception):
    """The engine cannot do what was asked; the text says why and what to do next."""


class EngineDied(EngineError):
    """The engine's process ended on its own. The text gives the signal or code and the next step."""


class BranchMisuse(EngineError):
    """A branch was used out of order; the text names the call that is missing."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A position of a branch to come back to without evaluating anything.

    `logits` is the row behind the last token. `state` holds a copy of the sequence's memory where it was
    asked for, and for models whose memory cannot be cut back (`ModelInfo.can_rewind`), else None.
    """

    tokens: tuple[int, ...]
    logits: Logits | None
    state: bytes | None = None


class Branch(Protocol):
    """One token sequence with its cache. A context manager: leaving it closes the branch."""

    @property
    def tokens(self) -> Sequence[int]:
        """The evaluated tokens, oldest first."""

    @property
    def length(self) -> int:
        """How many tokens the branch has, pending ones included."""

    def prompt(self, tokens: Sequence[int], *, rows: int = 1) -> None:
        """Queues tokens for the next `infer`, which keeps the logits behind the last `rows` of them."""

    def logits(self, back: int = 0) -> Logits:
        """The row behind the last token, or `back` tokens before it, where it was kept."""

    def fork(self) -> Branch:
        """A new branch with the same tokens and logits; neither ever changes the other.

        What is pending here is pending there too and is evaluated once for both: a tree of branches costs
        its distinct tokens.
        """

    def rewind(self, length: int) -> None:
        """Cuts the branch back to its first `length` tokens, with the logits there if they were kept.

        Pending tokens can always be cut, evaluated ones only where `ModelInfo.can_rewind` says so: else
        `BranchMisuse`, and nothing changed.
        """

    def snapshot(self, *, portable: bool = False) -> Snapshot:
        """Remembers this position, logits included.

        `portable`: with a copy of the memory, to be loaded by any engine with the same `fingerprint`.
        """

    def restore(self, snapshot: Snapshot) -> None:
        """Goes back to a snapshot taken of this branch's own past, logits included."""

    def load(self, snapshot: Snapshot) -> None:
        """Makes an empty branch that of a portable snapshot; `EngineError`, and still empty, if it cannot."""

    def close(self) -> None:
        """Frees the branch's cache and id. Closing twice is fine."""

    def __enter__(self) -> Branch: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """A loaded model with one context that all branches share."""

    @property
    def info(self) -> ModelInfo:
        """What the model says of itself."""

    @property
    def free_tokens(self) -> int:
        """Cells left in the cache for tokens not queued yet; what forks share is counted once."""

    @property
    def pending_tokens(self) -> int:
        """Tokens queued and not evaluated yet; what forks share is counted once."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Text to tokens, without adding any. `special`: control tokens in the text are recognised."""

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; control tokens stand for none."""

    def control_text(self, token: int) -> str:
        """What a chat template writes for a control token; empty for any other, and where there are none."""

    def is_end(self, token: int) -> bool:
        """Whether the token ends a generation."""

    def branch(self) -> Branch:
        """A new, empty branch."""

    def infer(self) -> Inference:
        """Evaluates what is pending on all branches, at most one batch a call, in one native decode."""

    def close(self) -> None:
        """Frees the model. Branches are unusable afterwards."""

"""The engine's interface: one model with many branches, whose pending tokens are evaluated together.

Misuse raises `BranchMisuse`, whose text names the missing call. A full cache and a stop request are no
errors: they are values of `Inference`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:  # numpy takes a seventh of a second, and most who import this evaluate nothing
    import numpy as np
    from numpy.typing import NDArray

Logits: TypeAlias = "NDArray[np.float32]"
"""One row of unnormalised log probabilities, shape [vocab_size]."""


DEFAULT_CONTEXT_TOKENS: Final = 8192
"""The context where none is asked for, unless the model was made for less."""

CACHE_TYPES: Final = ("f16", "f32", "q8_0")
"""The types in which the cache may store keys and values."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model to load and how. None: the engine chooses, by the measurements of benchmarks/engine.py.

    `gpu_layers`: -1 puts every layer on the GPU if the build supports one, 0 keeps all layers on the CPU, and
    a number above 0 requires such a build. `sequences`: the most branches open at once. `batch_tokens`: the
    most tokens of one decode, at least one per branch. `cache_type`: one of `CACHE_TYPES`. `stand_in`: `path`
    is a text that a stand-in for a model gives as its answer; of the other options it uses only
    `context_tokens`.
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
    """The facts of a loaded model. `chat_template` is Jinja2 source, None for a base model."""

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
    """Whether branches can be cut back. Recurrent and hybrid models keep one state, which cannot be cut."""
    fingerprint: str = ""
    """Identifies the model's file and all options that change its states; empty: do not keep them on disk."""


class Inference(Enum):
    """How a call of `infer` ended."""

    DONE = "done"
    """Everything pending is evaluated."""
    MORE = "more"
    """One batch was evaluated and tokens are still pending: call again."""
    NO_SLOT = "no_slot"
    """The cache has no room; nothing changed. Close a branch and call again."""
    ABORTED = "aborted"
    """A stop was asked for. The batch in flight was undone and is pending again. If the model's branches
    cannot be cut back, all their tokens are pending again."""


class EngineError(Exception):
    """The engine cannot do what was asked; the text says why and gives the next step."""


class EngineDied(EngineError):
    """The engine's process ended on its own. The text gives the signal or code and the next step."""


class BranchMisuse(EngineError):
    """A branch was used out of order; the text names the call that is missing."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A position of a branch; restoring it evaluates nothing.

    `logits` is the row after the last token, shape [vocab_size]. `state` is a copy of the sequence's memory
    for a portable snapshot and for a model whose memory cannot be cut back (`ModelInfo.can_rewind`), else
    None.
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
        """Queues tokens for the next `infer`, which keeps the logits after each of the last `rows` tokens."""

    def logits(self, back: int = 0) -> Logits:
        """The row after the last token, or `back` tokens earlier, shape [vocab_size].

        Raises `BranchMisuse` when that row was not kept.
        """

    def fork(self) -> Branch:
        """A new branch with the same tokens and logits; the two are independent.

        Tokens that are pending here are pending there too, and are evaluated once for both. So a tree of
        branches costs as many evaluations as it has distinct tokens.
        """

    def rewind(self, length: int) -> None:
        """Cuts the branch back to its first `length` tokens; rows up to there stay if they were kept.

        Pending tokens can always be cut. Evaluated tokens can be cut only if `ModelInfo.can_rewind` is True:
        otherwise this raises `BranchMisuse` and changes nothing.
        """

    def snapshot(self, *, portable: bool = False) -> Snapshot:
        """A snapshot of this position with its logits.

        A `portable` one holds a copy of the memory, which any engine with the same `fingerprint` can load.
        """

    def restore(self, snapshot: Snapshot) -> None:
        """Goes back to an earlier snapshot of this same branch, with its logits."""

    def load(self, snapshot: Snapshot) -> None:
        """Fills an empty branch from a portable snapshot.

        Raises `EngineError` when the state does not fit this engine; the branch is then still empty.
        """

    def close(self) -> None:
        """Frees the branch's cache and id. Closing twice does nothing more."""

    def __enter__(self) -> Branch: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """A loaded model with one context that all branches share."""

    @property
    def info(self) -> ModelInfo:
        """The facts of the model."""

    @property
    def free_tokens(self) -> int:
        """Cells in the cache that are neither used nor needed by pending tokens.

        A cell that forks share counts once.
        """

    @property
    def pending_tokens(self) -> int:
        """Tokens that are queued but not evaluated; a token that forks share counts once."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """The tokens of a text and no others (no beginning token is added).

        `special`: control tokens are recognised in the text; otherwise they are read as plain text.
        """

    def piece(self, token: int) -> bytes:
        """The bytes of a token; empty for control tokens."""

    def control_text(self, token: int) -> str:
        """The text that a chat template writes for a control token; empty for any other token."""

    def is_end(self, token: int) -> bool:
        """Whether the token ends a generation."""

    def branch(self) -> Branch:
        """A new, empty branch."""

    def infer(self) -> Inference:
        """Evaluates pending tokens of all branches in one native decode: at most one batch per call."""

    def close(self) -> None:
        """Frees the model; its branches cannot be used afterwards."""

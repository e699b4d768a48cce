"""Branches as numbered sequences of one context: the part that all engines share.

An engine adds five primitives (`_decode`, `_copy`, `_cut`, `_save`, `_load`). Ids, pending tokens, rows and
misuse are handled here once, so that the fake engine and the native one behave alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from egcfg_tui.engine.api import BranchMisuse, Inference, Logits, ModelInfo, Snapshot


@dataclass(slots=True, eq=False)
class BatchToken:
    """One token to evaluate: its position, and whether the logits after it are wanted.

    `sequences` are the ids of all branches that share the token: the common part of a tree is evaluated once.
    `cell` is the number of its cell in the cache, -1 while it is pending.
    """

    token: int
    position: int
    sequences: list[int]
    wanted: bool
    cell: int = -1


class SequenceBranch:
    """A branch that is one sequence id of its engine's context.

    A row of logits is kept by the number of tokens before it.
    """

    def __init__(self, engine: SequenceEngine, sequence: int) -> None:
        self._engine = engine
        self.sequence = sequence
        self._tokens: list[int] = []
        self.cells: list[int] = []
        self.pending: list[BatchToken] = []
        self._rows: dict[int, Logits] = {}
        self._open = True

    @property
    def tokens(self) -> Sequence[int]:
        """The evaluated tokens, oldest first."""
        return self._tokens

    @property
    def length(self) -> int:
        """How many tokens the branch has, pending ones included."""
        return len(self._tokens) + len(self.pending)

    def prompt(self, tokens: Sequence[int], *, rows: int = 1) -> None:
        """Queues tokens for the next `infer`, which keeps the logits after each of the last `rows` tokens."""
        self._check_open()
        if not tokens:
            raise BranchMisuse("prompt needs at least one token")
        if not 1 <= rows <= len(tokens):
            raise BranchMisuse(f"rows is {rows}; it must lie between 1 and the {len(tokens)} tokens")
        self._engine.check_tokens(tokens)
        if not self.pending:
            self._rows = {}
        start, silent = self.length, len(tokens) - rows
        self.pending += [
            BatchToken(token, start + offset, [self.sequence], offset >= silent)
            for offset, token in enumerate(tokens)
        ]

    def logits(self, back: int = 0) -> Logits:
        """The row after the last token, or `back` tokens earlier, if it was kept; shape [vocab_size]."""
        self._check_open()
        if self.pending:
            raise BranchMisuse("tokens are pending: call engine.infer() before logits()")
        if not self._rows:
            raise BranchMisuse("no logits at this position: call prompt() and engine.infer() first")
        row = self._rows.get(len(self._tokens) - back)
        if back < 0 or row is None:
            raise BranchMisuse(f"no row was kept {back} tokens back; ask for more rows in prompt()")
        return row

    def fork(self) -> SequenceBranch:
        """A new branch with the same tokens and logits; the two are independent.

        Tokens that are pending here are pending there too, and are evaluated once for both.
        """
        self._check_open()
        twin = self._engine.branch()
        self._engine.copy_sequence(self.sequence, twin.sequence, len(self._tokens))
        twin._tokens = list(self._tokens)
        twin.cells = list(self.cells)
        twin._rows = dict(self._rows)
        twin.pending = list(self.pending)
        for entry in twin.pending:
            entry.sequences.append(twin.sequence)
        return twin

    def rewind(self, length: int) -> None:
        """Cuts the branch back to its first `length` tokens; rows up to there stay if they were kept."""
        self._check_open()
        if not 0 <= length <= self.length:
            raise BranchMisuse(f"cannot rewind to {length}: the branch holds {self.length} tokens")
        if length < len(self._tokens):
            self._engine.cut_sequence(self.sequence, length)
        self._drop_pending(max(0, length - len(self._tokens)))
        if length >= len(self._tokens):
            return
        del self._tokens[length:]
        del self.cells[length:]
        self._rows = {behind: row for behind, row in self._rows.items() if behind <= length}

    def snapshot(self, *, portable: bool = False) -> Snapshot:
        """A snapshot of this position with its logits; a `portable` one holds a copy of the memory."""
        self._check_fully_evaluated("snapshot()")
        # An empty branch needs no copy: it has no state, and every memory can be emptied.
        copied = bool(self._tokens) and (portable or not self._engine.info.can_rewind)
        return Snapshot(
            tuple(self._tokens),
            self._rows.get(len(self._tokens)),
            self._engine.save_sequence(self.sequence) if copied else None,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Goes back to an earlier snapshot of this same branch, with its logits."""
        self._check_fully_evaluated("restore()")
        length = len(snapshot.tokens)
        if tuple(self._tokens[:length]) != snapshot.tokens:
            raise BranchMisuse(
                "the snapshot is not of this branch's past: restore it on the branch it came from"
            )
        if snapshot.state is None or self._engine.info.can_rewind:
            self.rewind(length)
            self._rows = {} if snapshot.logits is None else {length: snapshot.logits}
        else:
            self._take(snapshot, snapshot.state)

    def load(self, snapshot: Snapshot) -> None:
        """Fills an empty branch from a portable snapshot.

        Raises `EngineError` when the state does not fit this engine; the branch is then still empty.
        """
        self._check_open()
        if self.length:
            raise BranchMisuse(f"the branch holds {self.length} tokens: load() needs an empty one")
        if snapshot.state is None:
            raise BranchMisuse("the snapshot has no state: take it with snapshot(portable=True)")
        self._engine.check_tokens(snapshot.tokens)
        self._take(snapshot, snapshot.state)

    def _take(self, snapshot: Snapshot, state: bytes) -> None:
        self._engine.load_sequence(self.sequence, state)
        length = len(snapshot.tokens)
        self._tokens = list(snapshot.tokens)
        self.cells = self._engine.new_cells(length)
        self._rows = {} if snapshot.logits is None else {length: snapshot.logits}

    def close(self) -> None:
        """Frees the branch's cache and id. Closing twice does nothing more."""
        if self._open:
            self._open = False
            self._drop_pending(0)
            self._rows = {}
            self._engine.release(self)

    def settle(self, rows: dict[int, Logits]) -> None:
        """Moves the pending tokens that have got a cell to the evaluated ones (called by the engine).

        `rows` maps a cell to the wanted row of its token.
        """
        count = 0
        for entry in self.pending:
            if entry.cell < 0:
                break
            count += 1
            self._tokens.append(entry.token)
            self.cells.append(entry.cell)
            if entry.wanted:
                self._rows[entry.position + 1] = rows[entry.cell]
        del self.pending[:count]

    def requeue(self, entries: dict[int, BatchToken]) -> None:
        """Makes the evaluated tokens pending again (called by the engine); kept rows stay.

        `entries` maps cells to the tokens requeued so far, so that branches share again what they shared.
        """
        again = [
            entries.setdefault(cell, BatchToken(token, position, [], wanted=False))
            for position, (token, cell) in enumerate(zip(self._tokens, self.cells, strict=True))
        ]
        for entry in again:
            entry.sequences.append(self.sequence)
        self.pending = again + self.pending
        self._tokens, self.cells = [], []

    def __enter__(self) -> SequenceBranch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _drop_pending(self, kept: int) -> None:
        for entry in self.pending[kept:]:
            entry.sequences.remove(self.sequence)
        del self.pending[kept:]

    def _check_open(self) -> None:
        if not self._open:
            raise BranchMisuse("the branch is closed: take a new one with engine.branch() or fork()")

    def _check_fully_evaluated(self, call: str) -> None:
        self._check_open()
        if self.pending:
            raise BranchMisuse(f"tokens are pending: call engine.infer() before {call}")


class SequenceEngine(ABC):
    """One context of numbered sequences. Ids are pooled and bounded by `info.max_branches`.

    If `info.can_rewind` is False, the memory of a sequence is one state instead of a cell per token. It
    cannot be cut, sequences cannot share the evaluation of a token, and an interrupted decode destroys it.
    Branches hide that, but for `rewind`: tokens that forks share are evaluated on one of them and the state
    is copied, and lost tokens are evaluated again.

    `branches_per_batch` 1 evaluates branches one after another, as engines without sequences must.
    """

    def __init__(self, info: ModelInfo, batch_tokens: int, branches_per_batch: int | None = None) -> None:
        self.info = info
        self._batch_tokens = batch_tokens
        self._branches_per_batch = branches_per_batch
        self._free_ids = list(range(info.max_branches - 1, -1, -1))
        self._branches: dict[int, SequenceBranch] = {}
        self._cells_made = 0

    def branch(self) -> SequenceBranch:
        """A new, empty branch."""
        if not self._free_ids:
            raise BranchMisuse(
                f"all {self.info.max_branches} branches are in use: close one before taking another"
            )
        sequence = self._free_ids.pop()
        branch = SequenceBranch(self, sequence)
        self._branches[sequence] = branch
        return branch

    def control_text(self, token: int) -> str:
        """Empty, since an engine without a vocabulary has no control tokens."""
        return ""

    @property
    def open_branches(self) -> int:
        """How many branches are open."""
        return len(self._branches)

    @property
    def free_tokens(self) -> int:
        """Cells in the cache that are neither used nor needed by pending tokens; shared cells count once."""
        used: set[int] = set()
        for branch in self._branches.values():
            used.update(branch.cells)
        return self.info.context_tokens - len(used) - self.pending_tokens

    @property
    def pending_tokens(self) -> int:
        """Tokens that are queued but not evaluated; a token that forks share counts once."""
        return len({id(entry) for branch in self._branches.values() for entry in branch.pending})

    def infer(self) -> Inference:
        """Evaluates pending tokens of all branches in one native decode: at most one batch per call."""
        waiting = [branch for branch in self._branches.values() if branch.pending]
        taken = waiting[: self._branches_per_batch]
        batch = self._next_batch(taken)
        if not batch:
            return Inference.DONE
        outcome, rows = self._decode(batch)
        if outcome is not Inference.DONE:
            if outcome is Inference.ABORTED and not self.info.can_rewind:
                self._lose_states()
            else:
                for branch in waiting:
                    self._cut(branch.sequence, len(branch.tokens))
            return outcome
        self._spread(batch)
        for entry, cell in zip(batch, self.new_cells(len(batch)), strict=True):
            entry.cell = cell
        wanted = (entry.cell for entry in batch if entry.wanted)
        rows_by_cell = dict(zip(wanted, rows, strict=True))
        # Not only the branches in `taken`: others may share tokens of this batch.
        for branch in waiting:
            branch.settle(rows_by_cell)
        return Inference.MORE if any(branch.pending for branch in waiting) else Inference.DONE

    def _next_batch(self, branches: Sequence[SequenceBranch]) -> list[BatchToken]:
        """As many pending tokens as fit into a batch, in the order of each branch, shared ones once.

        If sequences are states, a branch's part ends where fewer branches share the tokens: there the state
        must be copied to those that go another way.
        """
        batch: dict[int, BatchToken] = {}
        for branch in branches:
            sharing = branch.pending[0].sequences
            for entry in branch.pending:
                if not self.info.can_rewind and entry.sequences != sharing:
                    break
                if id(entry) not in batch:
                    if len(batch) == self._batch_tokens:
                        return list(batch.values())
                    batch[id(entry)] = entry
        return list(batch.values())

    def sequences_of(self, entry: BatchToken) -> list[int]:
        """The sequences to evaluate a token on: all that share it, or only the first if they are states."""
        return entry.sequences if self.info.can_rewind else entry.sequences[:1]

    def _spread(self, batch: list[BatchToken]) -> None:
        """Copies the states after a batch to all sequences that share them."""
        if self.info.can_rewind:
            return
        last = {entry.sequences[0]: entry for entry in batch}
        for first, entry in last.items():
            for sequence in entry.sequences[1:]:
                self._cut(sequence, 0)
                self._copy(first, sequence, entry.position + 1)

    def _lose_states(self) -> None:
        """Clears the memory and makes all tokens pending again.

        A decode also moves the states of sequences that are not in its batch, so an abort spoils all of them.
        """
        entries: dict[int, BatchToken] = {}
        for branch in self._branches.values():
            self._cut(branch.sequence, 0)
            branch.requeue(entries)

    def release(self, branch: SequenceBranch) -> None:
        """Takes back the id of a closed branch (called by the branch)."""
        if self._branches.pop(branch.sequence, None) is not None:
            self._cut(branch.sequence, 0)
            self._free_ids.append(branch.sequence)

    def copy_sequence(self, source: int, target: int, length: int) -> None:
        """Lets `target` share the first `length` cells of `source` (called by the branch)."""
        self._copy(source, target, length)

    def cut_sequence(self, sequence: int, length: int) -> None:
        """Drops the cells from `length` on (called by the branch); `BranchMisuse` if the memory cannot."""
        if not self._cut(sequence, length):
            raise BranchMisuse(
                "this model's memory cannot be cut back; take a snapshot before and restore it instead"
            )

    def save_sequence(self, sequence: int) -> bytes:
        """A copy of the sequence's memory."""
        return self._save(sequence)

    def load_sequence(self, sequence: int, state: bytes) -> None:
        """Replaces the sequence's memory by a saved copy."""
        self._load(sequence, state)

    def check_tokens(self, tokens: Sequence[int]) -> None:
        """Raises `BranchMisuse` for an id outside the vocabulary, before it reaches native code."""
        for token in tokens:
            if not 0 <= token < self.info.vocab_size:
                raise BranchMisuse(f"token {token} is outside the vocabulary of {self.info.vocab_size}")

    def new_cells(self, count: int) -> list[int]:
        """Numbers for cells just filled.

        A fork has its parent's numbers, so the count of distinct numbers is the count of cells in use.
        """
        self._cells_made += count
        return list(range(self._cells_made - count, self._cells_made))

    @abstractmethod
    def _decode(self, batch: list[BatchToken]) -> tuple[Inference, list[Logits]]:
        """Evaluates a batch; returns DONE with one row per wanted token, or NO_SLOT or ABORTED with none."""

    @abstractmethod
    def _copy(self, source: int, target: int, length: int) -> None: ...

    @abstractmethod
    def _cut(self, sequence: int, length: int) -> bool:
        """Drops the cells from `length` on; returns False and changes nothing if the memory cannot be cut."""

    @abstractmethod
    def _save(self, sequence: int) -> bytes: ...

    @abstractmethod
    def _load(self, sequence: int, state: bytes) -> None:
        """Replaces the sequence's memory; if the state does not fit, empties it and raises `EngineError`."""

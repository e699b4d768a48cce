"""Drafts: growing candidates, each with its tokens, its cache and the rows that it was drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from egcfg_tui.engine.api import Branch, Engine, Logits, Snapshot
from egcfg_tui.events import Candidate
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.text.answer_span import answer_end, cut_after_lines, lines_in


@dataclass(slots=True)
class Draft:
    """One candidate after the code.

    `branch` holds the code (`base` tokens) and all of `tokens`, at times without the last one. Row j of
    `rows` is the unconditional row from which token j was drawn, shape [vocab_size]. Rows are kept only if
    asked for, and only for the first tokens if memory is short.
    """

    index: int
    branch: Branch
    base: int
    path: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    rows: list[Logits] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    text: str = ""
    complete: bool = False

    @property
    def evaluated(self) -> int:
        """How many of its tokens the branch holds."""
        return self.branch.length - self.base

    def grows(self, horizon: int, max_tokens: int) -> bool:
        """Whether the draft has fewer lines and fewer tokens than allowed, and is not complete."""
        return (
            not self.complete
            and len(self.tokens) < max_tokens
            and lines_in(self.data.decode("utf-8", "replace")) < horizon
        )

    def take(self, token: int, engine: Engine, code: str, exercise: Exercise) -> bool:
        """Adds a drawn token. False if it ends the generation and is not kept."""
        if engine.is_end(token):
            self.complete = True
            return False
        self.tokens.append(token)
        self.data += engine.piece(token)
        self.text = self.data.decode("utf-8", "replace")
        end = answer_end(code + self.text, exercise)
        if end is not None:
            self.text = (code + self.text)[len(code) : end]
            self.complete = True
        return True

    def as_candidate(self, horizon: int) -> Candidate:
        """The candidate for events, cut to `horizon` lines."""
        text = cut_after_lines(self.text, horizon)
        return Candidate(self.index, text, len(self.tokens), self.complete and text == self.text)

    def knows_row(self, tokens: Sequence[int]) -> bool:
        """Whether the draft has the row after the code and these tokens."""
        return len(self.rows) > len(tokens) and self.tokens[: len(tokens)] == tokens

    def branch_at(self, count: int) -> Branch:
        """A new branch with the code and the first `count` tokens.

        Tokens that are not evaluated yet are pending on it; if none are, it has logits.
        """
        branch = self.branch.fork()
        held = self.evaluated
        if count < held:
            # If the row after the last token was not kept, that token is evaluated again.
            held = min(count, len(self.rows) - 1)
            branch.restore(Snapshot(tuple(branch.tokens[: self.base + held]), self.rows[held]))
        if held < count:
            branch.prompt(self.tokens[held:count])
        return branch

    def move(self, branch: Branch) -> None:
        """Changes to another branch with the same tokens and closes the old one."""
        self.branch.close()
        self.branch = branch

    def advance(self, count: int, text: str) -> None:
        """Moves the first `count` tokens, whose text is `text`, from the candidate to the code."""
        self.base += count
        self.data = self.data[len(text.encode()) :]
        self.text = self.text[len(text) :]
        del self.tokens[:count]
        del self.rows[:count]

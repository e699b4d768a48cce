"""The lines that a guided trial has chosen so far, and the changes that the user makes to them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from egcfg_tui.engine.api import Snapshot
from egcfg_tui.events import Author, Event, LineChosen, LinesRestored, LinesRewound
from egcfg_tui.solving.commands import CodeCommand, ReplaceCode, Undo
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.signal_state import NO_SIGNAL, SignalState
from egcfg_tui.solving.guided.written import written_lines
from egcfg_tui.solving.text.prefixes import canonical
from egcfg_tui.solving.text.rows import next_row, row_of


@dataclass(frozen=True, slots=True)
class _LineStart:
    """The state at the beginning of a line, which going back to the line restores.

    `unconditional` is None for lines of the user, and if snapshots are copies of the memory, which are too
    large to keep one per line. `signal_state` is the state before the line got its own signal.
    """

    code: str
    tokens: tuple[int, ...]
    unconditional: Snapshot | None
    signal_state: SignalState


class ChosenLines:
    """The answer so far: `code` with the starter, `tokens` without it. `signal_state` goes back with them.

    A change by the user closes the candidates and the conditional branch, because they hold the code before
    the change.
    """

    def __init__(self, context: SolveContext, pair: BranchPair, pool: CandidatePool) -> None:
        self._context = context
        self._pair = pair
        self._pool = pool
        self.code = context.prompt.starter
        self.tokens: list[int] = []
        self.signal_state = self._state_before = NO_SIGNAL
        self._starts: list[_LineStart] = []
        self._undo: list[list[_LineStart]] = []

    def begin_line(self) -> None:
        """Notes the state before the next line gets its own signal."""
        self._state_before = self.signal_state

    def mark_start(self) -> None:
        """Keeps the state at the beginning of a line; the unconditional branch must have logits."""
        cheap = self._context.engine.info.can_rewind
        self._starts.append(self._here(self._pair.unconditional.snapshot() if cheap else None))

    def end_line(self) -> None:
        """Notes that the line is chosen."""
        self._context.code_so_far = self.code
        self.signal_state = self.signal_state.after_line()

    def change(self, command: CodeCommand, number: int, gamma: float) -> Generator[Event, None, int]:
        """Changes the code as the user asked while line `number` was being chosen.

        Returns the number of the next line to choose. `gamma` is the guidance weight in the events of the
        user's lines.
        """
        if isinstance(command, Undo):
            if not self._undo:
                return number
            *self._starts, end = self._undo.pop()
            self._return_to(end, None)
            number = len(self._starts) + 1
            yield LinesRestored(number, next_row(self.code), self.code)
            return number
        begun = number <= len(self._starts)
        self._undo.append(self._starts[:number] if begun else [*self._starts, self._here(None)])
        number = self._go_back(command.line, number)
        yield LinesRewound(number, next_row(self.code), self.code)
        if isinstance(command, ReplaceCode):
            yield from self._write(command, number, gamma)
            number = len(self._starts) + 1
            if command.author is Author.USER and canonical(self.code) is not None:
                yield from self._context.execute_answer(self.code)
        return number

    def _here(self, snapshot: Snapshot | None) -> _LineStart:
        return _LineStart(self.code, tuple(self.tokens), snapshot, self._state_before)

    def _go_back(self, line: int, number: int) -> int:
        """Takes back `line` and all lines after it; returns the number of the next line to choose.

        That is `line`, or the present line `number` if `line` is not one before it. Nothing is evaluated,
        unless there is no snapshot of the branch: then the code is evaluated again.
        """
        line = line if 0 < line < number else number
        if line <= len(self._starts):
            start = self._starts[line - 1]
            del self._starts[line - 1 :]
            self._return_to(start, start.unconditional)
        else:
            self._pool.close()
            self._pair.replace_conditional(None)
            self.signal_state = self._state_before
        return line

    def _return_to(self, start: _LineStart, snapshot: Snapshot | None) -> None:
        """Goes back to the beginning of a line, or forward to it after an undo."""
        self._pool.close()
        self._pair.return_to(self._context.start, start.tokens, snapshot)
        self.code, self.tokens, self.signal_state = start.code, list(start.tokens), start.signal_state
        self._context.code_so_far = self.code

    def _write(self, command: ReplaceCode, number: int, gamma: float) -> Iterator[Event]:
        """Adds the user's lines to the code; their tokens are pending on the unconditional branch."""
        for at, line in enumerate(written_lines(self._context.engine, command.text), number):
            self.begin_line()
            self._starts.append(self._here(None))
            self._pair.unconditional.prompt(line.tokens)
            self.code += line.text
            self.tokens += line.tokens
            self.end_line()
            row = row_of(line.text, self.code)
            yield LineChosen(at, row, line.text, self.code, gamma, (), command.author)

"""The mark of every outcome: one cell, told apart by shape as well as by colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from egcfg_sandbox import Verdict
from egcfg_tui.bench.records import Outcome
from egcfg_tui.tui.styles import MUTED


@dataclass(frozen=True, slots=True)
class Mark:
    """One outcome: its symbol, its style, and the word for it."""

    symbol: str
    style: str
    word: str

    @property
    def content(self) -> Content:
        """The symbol in its colour."""
        return Content.styled(self.symbol, self.style)


PENDING: Final = Mark("·", MUTED, "not run yet")

MARKS: Final[dict[Verdict, Mark]] = {
    Verdict.PASSED: Mark("✓", "bold $text-success", "passed"),
    Verdict.FAILED: Mark("✗", "bold $text-error", "failed: a wrong answer"),
    Verdict.ERROR: Mark("!", "bold $text-warning", "error: it raised"),
    Verdict.TIMEOUT: Mark("T", "bold $text-warning", "timeout"),
    Verdict.MEMORY: Mark("M", "bold $text-warning", "memory limit"),
    Verdict.OUTPUT_LIMIT: Mark("O", "bold $text-warning", "output limit"),
    Verdict.CRASHED: Mark("C", "bold $text-warning", "crashed"),
    Verdict.MALFORMED: Mark("?", "bold $text-warning", "malformed answer"),
    Verdict.SANDBOX_ERROR: Mark("S", "bold $text-accent", "fault of the sandbox"),
}

RUNNING: Final = Mark("▸", "bold $text-primary", "running")

OUTCOMES: Final[dict[Outcome, Mark]] = {
    Outcome.SOLVED: Mark("✓", "bold $text-success", "solved: all tests pass"),
    Outcome.WRONG: Mark("◐", "bold $text-warning", "wrong: visible tests pass, a hidden one fails"),
    Outcome.FAILED: Mark("✗", "bold $text-error", "failed: a visible test fails"),
    Outcome.BUDGET: Mark("B", "bold $text-error", "the budget ended first"),
    Outcome.LENGTH: Mark("L", "bold $text-error", "length: prompt or answer was cut"),
    Outcome.NO_CODE: Mark("∅", "bold $text-error", "no code in the answer"),
    Outcome.FAULT: Mark("!", "bold $text-accent", "fault of engine or sandbox; runs again"),
}
"""How the tasks of a bench end."""


def mark(verdict: Verdict | None) -> Mark:
    """The mark of a verdict; None has not run yet."""
    return PENDING if verdict is None else MARKS[verdict]


def row(verdicts: Iterable[Verdict | None], widest: int) -> Content:
    """One mark per test side by side; more than `widest` become `passed/all`."""
    verdicts = tuple(verdicts)
    if len(verdicts) <= widest:
        return Content("").join(mark(verdict).content for verdict in verdicts)
    passed = sum(verdict is Verdict.PASSED for verdict in verdicts)
    style = MARKS[Verdict.PASSED if passed == len(verdicts) else Verdict.FAILED].style
    return Content.styled(f"{passed}/{len(verdicts)}", style)

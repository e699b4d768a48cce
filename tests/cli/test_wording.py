"""Events in words number the rows of the code."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support import digits_run

from egcfg_tui.cli.wording import Wording
from egcfg_tui.events import CodeExecuted, LineChosen, SolvePaused
from egcfg_tui.solving.text.rows import row_of

TEXTS = ("a = 1\n    ", "    b = 2\n", "\n", "\n\n    c = 3\n", "if d:\n        e = 5\n    ", "  # f", "g\n")


@given(st.lists(st.sampled_from(TEXTS), max_size=8))
def test_every_row_is_told_under_its_number(texts: list[str]) -> None:
    wording, code, told = Wording(full=False), "", dict[int, str]()
    for number, text in enumerate(texts, start=1):
        code += text
        for line in wording.lines(LineChosen(number, row_of(text, code), text, code, 1.0, ())):
            row, _, shown = line.plain.partition(" │ ")
            told[int(row)] = shown
    rows = dict(enumerate(code.split("\n"), start=1))
    assert {row: text for row, text in told.items() if text.strip()} == {
        row: text for row, text in rows.items() if text.strip()
    }


def test_what_was_changed_to_make_a_mutant_is_told() -> None:
    event = CodeExecuted("b = 2\n", (), True, "b = 2", mutant_of="b = 1")
    told = [line.plain for line in Wording(full=False).lines(event)]
    assert told[0] == "mutant of an answer: line 1: `b = 1` became `b = 2`"


def test_a_replay_tells_more_than_a_running_solve() -> None:
    brief, full = (
        [line.plain for event in digits_run.SOLVE for line in wording.lines(event)]
        for wording in (Wording(full=False), Wording(full=True))
    )
    assert len(full) > 3 * len(brief)
    paused = [Wording(full=full).lines(SolvePaused())[0].plain for full in (False, True)]
    assert paused == ["paused", "  paused"]

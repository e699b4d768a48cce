"""Rows and details show foreign texts as themselves, on one line, whatever they hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from support.digits_run import EXERCISE
from support.paper_models import row as model_row

from egcfg_tui.models import State
from egcfg_tui.runs.attempts import Attempts
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.choosing import words
from egcfg_tui.tui.choosing.filtering import Filter
from egcfg_tui.tui.choosing.paths import Completion
from egcfg_tui.tui.choosing.rows import BrokenRow, ExerciseRow, FileRow, Row
from egcfg_tui.tui.model_choice import words as model_words

SAMPLES = [
    *("[/]", "list[int]", "[@click=app.quit]x[/]", "\x1b[2J\x07", "\u202eabc", "e\u0301", "数字"),
    "👩\u200d👩\u200d👧",
]
HOSTILE = st.one_of(st.text(max_size=40), st.sampled_from(SAMPLES))


def rows(text: str) -> list[Row]:
    exercise = replace(EXERCISE, id=text, title=text, statement=text, source=text)
    path = Path(text.replace("\0", ""))
    return [ExerciseRow(exercise, Attempts((text,), (text,))), FileRow(path), BrokenRow(text)]


@given(text=HOSTILE)
def test_every_row_is_one_line_of_harmless_text(text: str) -> None:
    shown = [words.row_content(row).plain for row in rows(text)]
    shown.append(words.completion_content(Completion(text, "file")).plain)
    model = replace(model_row("m", State.READY), name=text)
    shown.append(model_words.row_content(model, "", None, None).plain)
    assert all(line == visible(line) and "\n" not in line for line in shown)


@given(text=HOSTILE)
def test_every_detail_is_harmless_text(text: str) -> None:
    shown = [words.details(row).plain for row in rows(text)]
    broken = replace(model_row("m", State.BROKEN, title=text), name=text, problem=text)
    shown.append(model_words.details(broken, 1, 1.0).plain)
    assert all(part == visible(part) for part in shown)


@given(text=HOSTILE)
def test_a_row_is_found_by_its_own_words(text: str) -> None:
    assert all(Filter(text).passes(row) for row in rows(text) if not isinstance(row, FileRow))

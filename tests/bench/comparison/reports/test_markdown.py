"""In the Markdown report names of models and exercises are plain text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.benches import source

from egcfg_tui.bench.comparison import compare
from egcfg_tui.bench.comparison.reports import markdown

HOSTILE = "a|b`c` *d* <script>[x](y) #1\n| --- |"


def test_hostile_names_break_no_table() -> None:
    rows = {f"{HOSTILE}/auto": "10", f"{HOSTILE}/sample": "00"}
    text = markdown.render(compare([source(rows, ids=(HOSTILE, "</details>"))]))
    assert "<script>" not in re.sub(r"`` .*? ``", "", text)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    widths = {line.replace("\\|", "").count("|") for line in tables}
    assert widths == {8, 7, 11}, "as many cells as headings in every line: " + "\n".join(tables)
    assert "`` a|b`c`" in text
    assert "`</details>`" in text


@pytest.mark.parametrize(
    ("text", "span"),
    [("e1", "`e1`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a\nb", "`a b`")],
)
def test_a_code_span_holds_any_text(text: str, span: str) -> None:
    assert markdown.code(text) == span


@given(st.text())
def test_a_plain_text_is_one_line(text: str) -> None:
    assert len(markdown.plain(text).splitlines()) <= 1

"""Python in colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.terminal_text import visible
from egcfg_tui.tui import code

SOURCE = st.text(st.sampled_from("ab=(1 \n'\"#\t[]\x1bé日"), max_size=60)


@given(SOURCE)
def test_colours_change_no_character(source: str) -> None:
    assert "\n".join(line.plain for line in code.lines(source)) == visible(source)


@given(SOURCE, SOURCE)
def test_a_growing_line_reads_as_it_would_in_the_whole(source: str, text: str) -> None:
    if source and not source.endswith("\n"):
        source += "\n"
    grown = code.line_after(source, text)
    assert "\n".join(line.plain for line in grown) == visible(text)


def test_a_growing_line_inside_a_docstring_is_coloured_as_one() -> None:
    source = 'def f():\n    """Say\n'
    inside = code.line_after(source, "    for x in y")
    whole = code.lines(source + "    for x in y")[-1]
    assert inside[-1].is_same(whole)
    assert not inside[-1].is_same(code.lines("    for x in y")[0])


@pytest.mark.parametrize("quotes", ['"""a"""', "'''b'''", '\'"""\''])
def test_closed_strings_do_not_reach_into_the_next_line(quotes: str) -> None:
    assert [line.plain for line in code.line_after(f"x = {quotes}\n", "for x in y:")] == ["for x in y:"]


def test_the_same_source_is_coloured_once() -> None:
    assert code.lines("x = 1") is code.lines("x = 1")

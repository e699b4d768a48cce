"""Lexical rules for unfinished code."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.text.open_code import Place, lines_of, place_after, scan


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("", Place()),
        ("x = '''a", Place("'''")),
        ('x = """a\n', Place('"""')),
        ('x = """a\\"""', Place('"""')),
        ("x = '''a'''", Place()),
        ("# '''\n", Place()),
        ("x = \"'''\"\n", Place()),
        ("x = '''a''' + '''b", Place("'''")),
        ("x = r'''\\'''", Place("'''")),
        ("x = 'a", Place("'")),
        ("x = 'a\\\n", Place("'")),
        ("x = 'a\n", None),
        ("it's\n", None),
        ("x = (1, [\n", Place(depth=2)),
        ("x = (1, '''\n", Place("'''", 1)),
        ("x = (1))\n", Place()),
        ("x = 1 + \\\n", Place(joined=True)),
        ("x = 1  # \\\n", Place()),
        ("x = 1 + \\\r\n", Place(joined=True)),
    ],
)
def test_what_is_open_behind_code(code: str, place: Place | None) -> None:
    assert place_after(code) == place


PIECES = st.sampled_from(["'", '"', "#", "\\", "\n", "a", "(", "]", "'" * 3, '"' * 3])


@st.composite
def literals(draw: st.DrawFn) -> str:
    """A string literal of any kind that contains quotes, brackets, backslashes and newlines."""
    value = "".join(draw(st.lists(PIECES, max_size=6)))
    quotes = draw(st.sampled_from(["'" * 3, '"' * 3, ""]))
    if not quotes:
        return repr(value)
    escaped = value.replace("\\", "\\\\").replace(quotes[0], f"\\{quotes[0]}")
    return f"{quotes}{escaped}{quotes}"


@given(st.lists(literals(), max_size=4), st.sampled_from(["'" * 3, '"' * 3]))
def test_strings_are_open_until_their_own_quotes(strings: list[str], quotes: str) -> None:
    code = "".join(f"x = {string}  # it's (\n" for string in strings)
    ast.parse(code)
    assert place_after(code) == Place()
    assert place_after(f"{code}y = {quotes} a") == Place(quotes)


@given(st.lists(literals(), max_size=4))
def test_what_stands_outside_strings_and_comments_is_code(strings: list[str]) -> None:
    code = "".join(f"y({string})  # a\n" for string in strings)
    outside, place = "", Place()
    for line in lines_of(code):
        read = scan(line, place)
        outside += "".join(line[start:end] for start, end in read.code)
        place = read.place
    assert outside == "y()  " * len(strings)


@given(st.text("ab\n\r\f\x85\u2028"))
def test_only_newlines_end_lines(text: str) -> None:
    assert "".join(lines_of(text)) == text
    assert len(lines_of(text)) == text.count("\n") + bool(text) - text.endswith("\n")

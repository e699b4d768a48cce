"""Lexical rules for unfinished code."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.text.open_code import header_end, inside_string


@pytest.mark.parametrize(
    ("code", "inside"),
    [
        ("x = '''a", True),
        ('x = """a\n', True),
        ('x = """a\\"""', True),
        ("x = '''a'''", False),
        ("x = 'a\n", False),
        ("# '''\n", False),
        ("x = \"'''\"\n", False),
        ("x = '''a''' + '''b", True),
        ("x = r'''\\'''", True),
        ("", False),
    ],
)
def test_only_an_open_triple_quoted_string_counts(code: str, inside: bool) -> None:
    assert inside_string(code) is inside


PIECES = st.sampled_from(["'", '"', "#", "\\", "\n", "a", "'" * 3, '"' * 3])


@st.composite
def literals(draw: st.DrawFn) -> str:
    """A string literal of any kind that holds quotes, backslashes and newlines."""
    value = "".join(draw(st.lists(PIECES, max_size=6)))
    quotes = draw(st.sampled_from(["'" * 3, '"' * 3, ""]))
    if not quotes:
        return repr(value)
    escaped = value.replace("\\", "\\\\").replace(quotes[0], f"\\{quotes[0]}")
    return f"{quotes}{escaped}{quotes}"


@given(st.lists(literals(), max_size=4), st.sampled_from(["'" * 3, '"' * 3]))
def test_strings_are_open_until_their_own_quotes(strings: list[str], quotes: str) -> None:
    code = "".join(f"x = {string}  # it's\n" for string in strings)
    ast.parse(code)
    assert not inside_string(code)
    assert inside_string(f"{code}y = {quotes} a")


@pytest.mark.parametrize(
    ("code", "header"),
    [
        ("def f(x):\n", "def f(x):\n"),
        ("def f(x): return {1: 2}\nrest", "def f(x): return {1: 2}\n"),
        ("def f(\n    x: int = 1,\n) -> dict[int, str]:  # a: b\n    pass", None),
        ("def f(x=':')", None),
        ("def f(x={1: 2}\n", None),
        ("def f(x)", None),
        ("def f(x):", None),
    ],
)
def test_a_header_ends_with_its_own_colon_and_line(code: str, header: str | None) -> None:
    expected = code.index("    pass") if header is None and "pass" in code else header and len(header)
    assert header_end(code, 0) == expected

"""Questions about source are answered without executing it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.source import SourceError


@given(st.text())
def test_any_text_parses_or_is_refused_with_a_line(text: str) -> None:
    line = 1
    try:
        python_source.parse(text)
    except SourceError as error:
        line = error.line
    assert line >= 1


@pytest.mark.parametrize("text", ["x = \0", "(" * 5000, "-" * 200_000 + "1"])
def test_what_breaks_the_parser_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        python_source.parse(text)


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):",
        "def f(x):\n",
        "class A:\n    def g(self):\n",
        "def f(x):\n    for i in x:\n",
        "x = 1",
        "def f():\n\tif 1:",
    ],
)
def test_an_open_block_is_closed(source: str) -> None:
    assert python_source.parse_open(source).body


def test_other_mistakes_keep_their_own_line() -> None:
    with pytest.raises(SourceError) as caught:
        python_source.parse_open("x = 1\ndef f(x:\n")
    assert caught.value.line == 2


def test_definitions_are_those_of_the_top_level() -> None:
    source = """
import os.path, re as regex
from math import *
from math import pi
def f():
    inner = 1
class C:
    attribute = 1
a, (b, *c) = 1, (2, 3)
d: int = 4
a.j = b[0] = 5
if a:
    e = 1
else:
    def g(): ...
try:
    import numpy
except ImportError:
    h = None
with open(a) as file:
    i = 1
"""
    names = python_source.definitions(python_source.parse(source)).keys()
    assert names == {"os", "regex", "*", "pi", "f", "C", "a", "b", "c", "d", "e", "g", "numpy", "h", "i"}


def test_calls_are_listed_from_the_outside() -> None:
    assert python_source.called_names(python_source.parse("assert set(f(g(1))) == h.i(2)")) == [
        "set",
        "f",
        "g",
    ]


@pytest.mark.parametrize(
    ("text", "literal"), [("[1, (2, -3)]", True), ("range(3)", True), ("x", False), ("f(1)", False)]
)
def test_literals_read_no_names_but_builtins(text: str, literal: bool) -> None:
    node = python_source.parse_expression(text)
    assert node is not None
    assert python_source.is_literal(node) is literal
    assert python_source.is_literal(node, {"x", "f"})


@pytest.mark.parametrize("text", ["x = 1", "1; 2", "", "1 +"])
def test_only_a_single_expression_is_one(text: str) -> None:
    assert python_source.parse_expression(text) is None

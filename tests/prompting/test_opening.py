"""How the answer begins."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.prompting.opening import without_known_text

STARTER = '''import math


def f(x):
    """Doubles x.

    Doubling is adding to itself.
    >>> f(2)
    4

    Never fails.
    """
'''
HEAD = STARTER[: STARTER.index("\n\n    Doubling")]


def test_lines_that_the_statement_has_are_left_out_but_the_first() -> None:
    statement = "Doubles x.\n\nDoubling is adding to itself.\n>>> f(2)\n4\n\nNever fails."
    assert without_known_text(STARTER, statement) == f'{HEAD}\n    """\n'
    assert without_known_text(STARTER, ">>> f(2)\n4") == STARTER.replace("    >>> f(2)\n    4\n", "")
    assert without_known_text(STARTER, "Doubles x.") == STARTER
    assert without_known_text(STARTER, "") == STARTER


def test_code_stays_whatever_the_statement_says() -> None:
    starter = (
        'N = 3\n\n\nclass A:\n    """Counts."""\n\n    def f(self):\n        """Counts on.\n        Up."""\n'
    )
    shown = without_known_text(starter, "N = 3\nclass A:\ndef f(self):\nCounts.\nUp.")
    assert shown == starter.replace('\n        Up."""', '\n        """')


@pytest.mark.parametrize("opening", ['"""Says.\n', '"""\n    Says.\n', "'''Says.\n", 'r"""\n\n    Says.\n'])
@pytest.mark.parametrize("end", ["", "\n    "])
def test_the_first_text_and_both_ends_of_the_docstring_stay(opening: str, end: str) -> None:
    quotes = opening.lstrip("r")[:3]
    shown = without_known_text(f"def f(x):\n    {opening}    Known.{end}{quotes}\n", "Says.\nKnown.")
    assert shown == f"def f(x):\n    {opening}    {quotes}\n"


LINES = st.sampled_from(["text", ">>> f(2)", "4", ">>> f(3)", "  5", "... 6", ""])


@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=8), st.booleans())
def test_what_is_left_parses_and_has_all_that_the_statement_lacks(
    lines: list[str], known: list[str], alone: bool
) -> None:
    doc = "\n".join(f"    {line}" for line in ["Says.", *lines]).lstrip()
    end = "\n    " if alone else ""
    starter = f'def f(x):\n    """{doc}{end}"""\n'
    shown = without_known_text(starter, "\n".join(known))
    function = ast.parse(shown).body[0]
    assert isinstance(function, ast.FunctionDef)
    text = ast.get_docstring(function) or ""
    assert text.startswith("Says.")
    said, wanted = ({line.strip() for line in texts} - {""} for texts in (known, lines))
    assert all(line in text for line in wanted - said)
    assert not any(line in text for line in wanted & said)
    assert said & wanted or "" in lines or shown == starter

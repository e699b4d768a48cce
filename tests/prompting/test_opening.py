"""How the answer begins."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.prompting.opening import without_known_examples

STARTER = '''def f(x):
    """Doubles x.

    >>> f(2)
    4
    >>> f("a")
    'aa'

    Never fails.
    """
'''
STATEMENT = "Doubles x.\n\n>>> f(2)\n4\n>>> f(\"a\")\n'aa'\n\nNever fails."


def test_examples_that_the_statement_has_are_left_out() -> None:
    assert without_known_examples(STARTER, STATEMENT) == (
        'def f(x):\n    """Doubles x.\n\n    Never fails.\n    """\n'
    )
    assert without_known_examples(STARTER, ">>> f(2)\n4") == STARTER.replace("    >>> f(2)\n    4\n", "")
    assert without_known_examples(STARTER, "Doubles x.") == STARTER


def test_the_end_of_the_docstring_stays() -> None:
    behind = 'def f(x):\n    """>>> f(2)\n    4"""\n'
    assert without_known_examples('def f(x):\n    """Doubles.\n    >>> f(2)\n    4"""\n', STATEMENT) == (
        'def f(x):\n    """Doubles.\n    """\n'
    )
    assert without_known_examples(behind, STATEMENT) == behind
    inside = 'def f(x):\n    """Doubles.\n    >>> f(2)\n    4\n    """\n'
    assert without_known_examples(inside, STATEMENT) == 'def f(x):\n    """Doubles.\n    """\n'


LINES = st.sampled_from(["text", ">>> f(2)", "4", ">>> f(3)", "5", "... 6", ""])


@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=8))
def test_what_is_left_parses_and_has_all_that_the_statement_lacks(lines: list[str], known: list[str]) -> None:
    doc = "".join(f"    {line}\n" for line in lines)
    shown = without_known_examples(f'def f(x):\n    """Says.\n{doc}    """\n', "\n".join(known))
    function = ast.parse(shown).body[0]
    assert isinstance(function, ast.FunctionDef)
    text = ast.get_docstring(function) or ""
    for line in set(lines) - set(known):
        assert line in text
    if not any(line.startswith(">>>") for line in lines):
        assert doc in shown

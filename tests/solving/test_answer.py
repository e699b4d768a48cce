"""Line boundaries and the end of an answer, whatever tokens the text came in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.answer import (
    answer_end,
    cut_after_lines,
    defines_entry_point,
    line_is_complete,
    lines_in,
)


def exercise(kind: ExerciseKind = ExerciseKind.FUNCTION, name: str | None = "f") -> Exercise:
    return Exercise("x", "X", "Do x.", kind, name, visible=())


FUNCTION = "def f(x):\n    return x\n"


@pytest.mark.parametrize(
    ("line", "complete"),
    [
        ("", False),
        ("\n", False),
        ("  \n\n", False),
        ("x", False),
        ("x\n", True),
        ("\n  x\n   ", True),
        ("x\n\n", True),
    ],
)
def test_a_line_is_complete_when_something_visible_is_followed_by_a_newline(
    line: str, complete: bool
) -> None:
    assert line_is_complete(line) is complete


@given(st.text("ab \n", max_size=60), st.integers(0, 6))
def test_cutting_keeps_a_prefix_with_at_most_that_many_lines(text: str, count: int) -> None:
    cut = cut_after_lines(text, count)
    assert text.startswith(cut)
    if lines_in(text) > count:
        assert lines_in(cut) == count
        assert cut.endswith("\n") or count == 0
    elif count > lines_in(text):
        assert cut == text


@pytest.mark.parametrize(
    ("code", "rest"),
    [
        (FUNCTION, "```"),
        (FUNCTION, "print(f(1))"),
        (FUNCTION, "assert"),
        (FUNCTION, "# Test"),
        (FUNCTION + "\n\n", "if __name__"),
        (FUNCTION, "def test_f"),
        ("import re\n" + FUNCTION, "x = f(2)"),
        ("async def f(x):\n    return x\n", "print"),
    ],
)
def test_a_function_ends_where_something_foreign_stands_at_the_margin(code: str, rest: str) -> None:
    assert answer_end(code + rest, exercise()) == len(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "import math\n\nx = 1",
        "def g(x):\n    return x\nprint",
        FUNCTION,
        FUNCTION + "    ",
        FUNCTION + "de",
        FUNCTION + "def helper(y):",
        FUNCTION + "i",
        FUNCTION + "@cache",
        FUNCTION + "class Node:",
        "def f(x):\n    y = (\n1",
        'def f(x):\n    """\nprint(x)',
    ],
)
def test_an_answer_goes_on_while_it_may_belong_to_a_definition(code: str) -> None:
    assert answer_end(code, exercise()) is None


def test_a_program_ends_only_at_the_fence() -> None:
    program = exercise(ExerciseKind.STDIN, None)
    assert answer_end("n = int(input())\nprint(n)\n# done", program) is None
    assert answer_end("print(1)\n```", program) == 9


@pytest.mark.parametrize(
    ("code", "defined"),
    [
        (FUNCTION, True),
        ("def f(x)", False),
        ("def f(x):", False),
        ("def f(x):\n", True),
        ("def f(\n    x,\n    y,\n):\n", True),
        ("def f(\n    x,\n", False),
        ("def ff(x):\n", False),
        ("class f:\n", True),
        ("    def f(x):\n", False),
        ("def f(x):  # adds\n", True),
    ],
)
def test_the_entry_point_is_defined_once_its_header_is_complete(code: str, defined: bool) -> None:
    assert defines_entry_point(code, exercise()) is defined

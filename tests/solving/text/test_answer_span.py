"""Line boundaries and the end of an answer, whatever tokens the text came in."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.text.answer_span import (
    answer_code,
    answer_end,
    answer_span,
    cut_after_lines,
    defines_entry_point,
    line_is_complete,
    lines_in,
)


def exercise(kind: ExerciseKind = ExerciseKind.FUNCTION, name: str | None = "f") -> Exercise:
    return Exercise("x", "X", "Do x.", kind, name, visible=())


FUNCTION = "def f(x):\n    return x\n"
NEEDS_G = "def f(x):\n    return g(x)\n"


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
        (FUNCTION, "`"),
        (FUNCTION, "print(f(1))"),
        (FUNCTION, "a"),
        (FUNCTION, "# Test"),
        (FUNCTION + "\n\n", "if __name__"),
        (FUNCTION, "def test_f"),
        (FUNCTION, "def helper"),
        (FUNCTION, "import p"),
        (FUNCTION, "def f"),
        ("import re\n" + FUNCTION, "x = f(2)"),
        ("async def f(x):\n    return x\n", "print"),
        ("def f(x): return x\n", "print"),
        ("def f(x):\n    pass\n" + FUNCTION, "print"),
        (NEEDS_G, "print(f(1))\n"),
        (NEEDS_G, "# Test\nprint(f(1))\n"),
        (NEEDS_G, "print("),
        (NEEDS_G, "# Test\nprint(f(["),
        (NEEDS_G, "[f(1)"),
        (NEEDS_G, "f(1) == 2"),
        (NEEDS_G + "def g(x):\n    return x\n", "d"),
        ("from math import *\ndef f(x):\n    return sqrt(x)\n", "p"),
    ],
)
def test_a_function_ends_where_nothing_that_follows_is_needed(code: str, rest: str) -> None:
    assert answer_end(code + rest, exercise()) == len(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "import math\n\nx = 1",
        "def g(x):\n    return x\nprint",
        "def f(x):\n    pass\ndef f",
        FUNCTION,
        FUNCTION + "    ",
        NEEDS_G + "de",
        NEEDS_G + "def helper(y):",
        NEEDS_G + "def helper(y):\n    return y\n\n@cache\ndef g",
        NEEDS_G + "import h\n",
        NEEDS_G + "g",
        NEEDS_G + "print",
        NEEDS_G + "h, g: Callable",
        NEEDS_G + "g =",
        NEEDS_G + "class Node:",
        "if 1:\n    pass\ndef f(x):\n    y = (\n1",
        'def f(x):\n    """\nprint(x)',
        'def f(x):\n    """\n```',
    ],
)
def test_an_answer_goes_on_while_something_is_missing(code: str) -> None:
    assert answer_end(code, exercise()) is None


def test_everything_the_exercise_asks_for_belongs_to_the_answer() -> None:
    pair = replace(exercise(), also=("h",))
    second = "def h(x):\n    return x\n"
    assert answer_end(FUNCTION + second, pair) is None
    assert answer_end(FUNCTION + second + "print", pair) == len(FUNCTION + second)


def test_the_starter_never_ends_the_answer() -> None:
    starter = "def f(x):\n    return x\n\n\ndef h(x):\n"
    assert answer_end(starter + "    return x", replace(exercise(), starter=starter)) is None
    assert answer_end(starter + "    return x", exercise()) is not None


BEFORE = (
    "import math\n",
    "from typing import (\nList,\n)\n",
    "LIMIT = 10\n",
    "def helper(y):\n    return y\n\n\n",
    "class Node:\n    def __init__(self):\n        self.n = 0\n\n    def value(self):\n        return 1\n\n",
    'TEXT = """\n```\nprint(1)\n"""\n',
    "try:\n    import re\nexcept ImportError:\n    re = None\n",
    "# A remark.\n",
)
BODIES = (
    "    return RESULT\n",
    "\treturn RESULT\n",
    '    """Doc.\n\n```python\nf(1)\n```\n"""\n    return RESULT\n',
    "    y = [\n1,\n2,\n]\n    return RESULT\n",
    "    y = '''\nprint(x)\n# text\n'''\n    return RESULT\n",
    "    if x:\n        return 1\n\n    return RESULT\n",
    "    y = (x\n)\n\n\n    return RESULT\n",
    "    def inner(z):\n        return z\n    return inner(RESULT)\n",
    '    return RESULT if "it\'s" else \'"\' # it\'s """ so\n',
    "# at the margin\n    return RESULT\n",
    "    y = x + \\\n1\n    return RESULT\n",
)
AFTER = (
    "def g(y):\n    return y\n",
    "\n# What is missing.\n@staticmethod\ndef g(y):\n    return y\n",
    "import g\n",
    "from helpers import (\ng,\n)\n",
    "import math\n\ndef g(y):\n    return math.sqrt(y)\n",
    "g = len\n",
    "def other(y):\n    return y\n\ndef g(y):\n    return other(y)\n",
    "def g(y):\n    return other(y)\n\nLIMIT = 3\n\ndef other(y):\n    return y\n",
    "class g:\n    pass\n",
)
TAILS = (
    "```",
    "```\n\nThis function returns `x`.\n",
    "```\n\n```python\ndef f(x):\n    return 2\n```\n",
    "print(f(1))\n",
    "assert f(1) == 1\n",
    "# Test cases\nprint(f(1))\n",
    "if __name__ == '__main__':\n    print(f(1))\n",
    "def test_f():\n    assert f(1) == 1\n",
    "def main():\n    print(f(1))\nmain()\n",
    "import pytest\n\ndef test_f():\n    pass\n",
    "import unittest\nclass TestF(unittest.TestCase):\n    pass\n",
    "This function returns x.\n",
    "result = f(1)\nprint(result)\n",
    "def f(x):\n    return 3\n",
    "async def run():\n    pass\n",
    "'''\nWrite a function g.\n'''\n",
    "excellent = f(1)\n",
    "elsewhere()\n",
)
PROSE = (
    "",
    "Here is the function:\n```python\n",
    "Sure!\n\nThe function below returns its argument.\n\n```py\n",
    "```python\n",
    "Here is the function you asked for:\n\n",
)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, str, str]:
    """What a model wrote before a program that defines `f`, the program, and what it wrote after it."""
    before = "".join(draw(st.lists(st.sampled_from(BEFORE), max_size=3)))
    decorator = draw(st.sampled_from(["", "@staticmethod\n"]))
    after = draw(st.sampled_from(["", "\n\n", *AFTER]))
    body = draw(st.sampled_from(BODIES)).replace("RESULT", "g(x)" if after.strip() else "x")
    program = f"{before}{decorator}def f(x):\n{body}{after}"
    parts = draw(st.sampled_from(PROSE)), program, draw(st.sampled_from(TAILS))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return parts[0].replace("\n", newline), program.replace("\n", newline), parts[2].replace("\n", newline)


@given(answers())
def test_the_answer_is_the_program_and_nothing_else(parts: tuple[str, str, str]) -> None:
    prose, program, tail = parts
    begin, end = answer_span(prose + program + tail, exercise())
    assert end == len(prose + program)
    assert (prose + program)[begin:].strip() == program.strip()
    assert answer_code(prose + program + tail, exercise()).strip() == program.strip()
    ast.parse(program)


@given(answers(), st.lists(st.integers(1, 12), min_size=1))
def test_text_in_tokens_ends_where_the_whole_text_ends(parts: tuple[str, str, str], sizes: list[int]) -> None:
    text = "".join(parts)
    position = 0
    end = None
    for size in cycle(sizes):
        position += size
        end = answer_end(text[:position], exercise())
        if end is not None:
            break
        assert position < len(text)
    assert end == answer_end(text, exercise())


@given(answers())
def test_an_answer_never_ends_inside_itself(parts: tuple[str, str, str]) -> None:
    prose, program, _ = parts
    for length in range(len(program)):
        end = answer_end(prose + program[:length], exercise())
        assert end is None or not program[end - len(prose) :].strip()


LINES = (
    "def f(x):",
    "    return x",
    "    return g(x)",
    "def g(x):",
    "x = (",
    ")",
    "'''",
    "```",
    "```py",
    "print(f(1))",
    "@d",
    "import a",
    "    a = [",
    "]",
    "One two three four",
    "else:",
    "",
)


@given(st.lists(st.sampled_from(LINES), max_size=12).map("\n".join), st.booleans())
def test_any_text_in_tokens_ends_where_the_whole_text_ends(text: str, program: bool) -> None:
    task = exercise(ExerciseKind.STDIN, None) if program else exercise()
    ends = [answer_end(text[:length], task) for length in range(len(text) + 1)]
    assert next((end for end in ends if end is not None), None) == ends[-1]


@pytest.mark.parametrize("rest", ["```", "This program prints the sum.", "**Note**", "Explanation:\n"])
def test_a_program_ends_at_the_fence_or_at_prose(rest: str) -> None:
    code = "def main():\n    print(int(input()))\n\nif __name__ == '__main__':\n    main()\n"
    program = exercise(ExerciseKind.STDIN, None)
    assert answer_end(code, program) is None
    assert answer_end(code + rest, program) == len(code)
    assert answer_code(f"Here is the program:\n```python\n{code}{rest}", program) == code


def test_a_program_goes_on_with_statements_and_remarks() -> None:
    program = exercise(ExerciseKind.STDIN, None)
    code = (
        "N, M = map(int, input().split())\nprint(N)\n# A remark of five words\nMOD = 7\n"
        "T = '''\n```\nOne two three four\n'''"
    )
    assert answer_end(code, program) is None
    assert answer_code(code, program) == code


def test_code_behind_a_fence_keeps_the_starter_it_needs() -> None:
    given_imports = replace(exercise(), starter="import math\n")
    text = "import math\n```python\ndef f(x):\n    return math.pi\n```\n"
    assert answer_code(text, given_imports) == "import math\ndef f(x):\n    return math.pi\n"


def test_text_without_code_is_left_as_it_is() -> None:
    assert answer_code("```python\n", exercise()) == "```python\n"


@pytest.mark.parametrize("end", ["```", "</code>", "### END SOLUTION"])
def test_a_snippet_ends_where_something_closes_it(end: str) -> None:
    snippet = replace(exercise(ExerciseKind.DATA, "total"), given="xs = [1]\n")
    assert answer_end(f"print(1)\ntotal = 1\n{end}", snippet) == 19
    assert answer_end("print(1)\ntotal = 1\n# END", snippet) is None
    assert answer_end(f'total = """\n{end}', snippet) is None
    assert defines_entry_point("", snippet)


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("total = 1\nprint(total)", 10),
        ("total = 1\nprint", None),
        ("n = 1\nprint(n)", None),
        ("total = (1,\nprint(n)", None),
        ("total = 1\nThis adds up the numbers", 10),
        ("Here is the code you want:\n```python\ntotal = 1\n```", 47),
    ],
)
def test_a_snippet_ends_behind_what_is_asked_for(code: str, end: int | None) -> None:
    assert answer_end(code, replace(exercise(ExerciseKind.DATA, "total"), given="xs = [1]\n")) == end


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("    return 1\nprint", 13),
        ("    return 1\n# no\n", None),
        ("    return (\n)", None),
        ("    return 1\n\n    x", None),
        ("re", None),
    ],
)
def test_a_snippet_inside_a_function_ends_with_it(code: str, end: int | None) -> None:
    snippet = replace(exercise(ExerciseKind.DATA, None), given="def f(x):\n")
    assert answer_end(code, snippet) == end


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
        ("    def f(x):\n", True),
        ("def f(x):  # adds\n", True),
        ("def f(x): return x\n", True),
        ("def f(x: dict = {1: 2}\n", False),
        ("def f(x=')') -> dict[str, int]:\n", True),
    ],
)
def test_the_entry_point_is_defined_once_its_header_is_complete(code: str, defined: bool) -> None:
    assert defines_entry_point(code, exercise()) is defined

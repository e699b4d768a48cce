"""For any text of a model: nothing is raised, its tokens do not matter, and work grows with its length."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.text import answer_span as answers
from egcfg_tui.solving.text import continuations
from egcfg_tui.solving.text.answer_span import (
    answer_code,
    answer_end,
    answer_span,
    defines_entry_point,
    holds_code,
)

FUNCTION = Exercise("x", "X", "Do x.", ExerciseKind.FUNCTION, "f", visible=())
EXERCISES = (
    FUNCTION,
    replace(FUNCTION, also=("g",)),
    replace(FUNCTION, starter="import math\n\n\ndef f(x):\n    '''Doc.'''\n"),
    replace(FUNCTION, starter="def f(x):\n"),
    replace(FUNCTION, kind=ExerciseKind.CLASS),
    replace(FUNCTION, kind=ExerciseKind.STDIN, entry_point=None),
    replace(FUNCTION, kind=ExerciseKind.DATA, entry_point="g", given="x = [1]\n"),
    replace(FUNCTION, kind=ExerciseKind.DATA, entry_point=None, given="def h(x):\n"),
)
PIECES = st.sampled_from(
    [
        *"\n\n\n \t()[]{}'\"\\#:=.,@*<>-!`~1xf",
        "    ",
        "def f(x):\n",
        "def g(x):\n    return x\n",
        "    return g(x)\n",
        "    return x\n",
        "        y = 1\n",
        "class f:\n",
        "f = lambda x: x\n",
        "g.calls = 0\n",
        "f.calls",
        "import math as f\n",
        "import sys\n",
        "sys.setrecursionlimit(9)\n",
        "if x:\n",
        "else:\n",
        "elif",
        "try:\n",
        "except ValueError:\n",
        "for x in f(1):\n",
        "@cache\n",
        "x = (\n",
        "'''",
        '"""',
        "```",
        "```python\n",
        "~~~\n",
        "> ",
        ">>> ",
        "... ",
        "1. ",
        "2: ",
        "- ",
        "[PYTHON]\n",
        "[/PYTHON]",
        "<code>",
        "</code>\n",
        "<|im_end|>",
        "</s>",
        "<think>",
        "</think>\n",
        "[THINK]",
        "[/THINK]",
        "print(f(1))\n",
        "x = 1\n",
        "This adds the numbers.\n",
        "it's ",
        "Überall ",
        "Wörter\n",
        "これは関数です。\n",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "\r\n",
        "\f",
        "\x00",
        "\ud800",
        "\N{REPLACEMENT CHARACTER}",
        "async ",
        "lambda ",
        "match x:\n",
        "global x\n",
        "nonlocal x\n",
        "from a import *\n",
        "# END SOLUTION\n",
        "(" * 100,
        "-" * 50,
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.sampled_from(EXERCISES))
def test_any_text_in_tokens_ends_where_the_whole_text_ends(text: str, exercise: Exercise) -> None:
    text = exercise.starter + text
    ends = [answer_end(text[:length], exercise) for length in range(len(text) + 1)]
    assert next((end for end in ends if end is not None), None) == ends[-1]
    assert ends[-1] is None or len(exercise.starter.rstrip()) <= ends[-1] <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "n = input()\nprint(n)\nprint(n)<|im_end|>\n",
        "n = input()\nprint(n)\nprint(n)</s>\n",
        "n = input()\nprint(n)\nprint(n)```\n",
        "print(1)\n\\[THINK]",
        "print(1)\n\u200b\nprint(2)\n\u00a0\nüber = 1\nÜberall wird addiert.\n",
        "print(1)\nn = 1e-5\nprint('ü')\nif n: print(2)\nelse:\n    print(3)\n",
        "print(1)\r\nprint(2)\r\nDone here.\r\n",
    ],
)
def test_bytes_of_a_program_end_where_the_whole_program_ends(text: str) -> None:
    program, data = EXERCISES[5], text.encode()
    ends = [answer_end(data[:size].decode("utf-8", "replace"), program) for size in range(len(data) + 1)]
    assert next((end for end in ends if end is not None), None) == ends[-1]


@settings(max_examples=500, deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=80)), st.sampled_from(EXERCISES))
def test_nothing_is_raised_and_cutting_changes_nothing(text: str, exercise: Exercise) -> None:
    text = exercise.starter + text
    begin, end = answer_span(text, exercise)
    assert 0 <= begin <= len(text)
    defines_entry_point(text, exercise)
    code = answer_code(text, exercise)
    if end is not None:
        assert answer_code(text[:end], exercise).strip() == code.strip()
        assert holds_code(text, exercise)
    if not holds_code(text, exercise) and not exercise.starter:
        assert code == text


@contextmanager
def counted_parses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A list that gets every text that is parsed, each time it is parsed."""
    parsed: list[str] = []

    def counting(source: str, *arguments: object, **keywords: object) -> object:
        parsed.append(source)
        return builtins.compile(source, *arguments, **keywords)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(continuations, "compile", counting, raising=False)
        continuations._parse.cache_clear()
        answers._readings.clear()
        yield parsed


# The text before, the part that is repeated (each time with another number), and the text after.
LONG = {
    "body": ("def f(x):\n", "    x += {}\n", "    return x\n"),
    "helpers": ("", "def g{}(x):\n    return x\n\n\n", "def f(x):\n    return g(x)\n"),
    "list": ("x = [\n", "{},\n", "]\ndef f(x):\n    return x\n"),
    "prose": ("", "This is line {} of words.\n", "def f(x):\n    return x\n"),
    "words": ("", "Word{}\n", "def f(x):\n    return x\n"),
    "open brackets": ("", "f{}(x\n", "def f(x):\n    return x\n"),
    "headers": ("", "if x{}:\n", "def f(x):\n    return x\n"),
    "string": ("x = '''\n", "def f{}(x):\n", "'''\ndef f(x):\n    return x\n"),
    "fences": ("", "```\nx{} = 1\n", "```\ndef f(x):\n    return x\n"),
    "broken body": ("def g(x):\n    y = = 1\n", "    y = ({})\n", "def f(x):\n    return x\n"),
    "remarks": ("def f(x):\n    return g(x)\n", "# Remark {}\n", "g = f\n"),
    "missing": ("def f(x):\n    return g(x)\n", "def h{}(x):\n    return x\n", "g = f\n"),
    "one line": ("x = 1", " + {}", "\ndef f(x):\n    return x\n"),
}


@pytest.mark.parametrize("exercise", [FUNCTION, EXERCISES[5]], ids=["function", "program"])
@pytest.mark.parametrize("name", LONG)
def test_parses_grow_with_the_text_and_not_faster(
    name: str, exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, line, after = LONG[name]

    def cost(count: int) -> tuple[int, int]:
        """Calls of the parser, and their characters in all, for a text in tokens of three characters."""
        text = before + "".join(map(line.format, range(count))) + after
        with counted_parses(monkeypatch) as parsed:
            for length in range(0, len(text), 3):
                answer_end(text[:length], exercise)
            answer_code(text, exercise)
        return len(parsed), sum(map(len, parsed))

    few, short = cost(50)
    many, long = cost(200)
    assert many <= 4 * few + 20
    assert long <= 6 * short or name == "one line"

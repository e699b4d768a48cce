"""Answers as models write them, grouped by what once went wrong with such answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.text.answer_span import answer_code, answer_end, holds_code

ADD = Exercise("x", "X", "Do x.", ExerciseKind.FUNCTION, "f", visible=())
STARTER = replace(ADD, starter='def f(a, b):\n    """Return the sum."""\n')
BOX = replace(ADD, kind=ExerciseKind.CLASS, entry_point="Box")
SUM = replace(ADD, kind=ExerciseKind.STDIN, entry_point=None)

PLAIN = "def f(a, b):\n    return a + b\n"
COUNTED = "def f():\n    f.calls += 1\n    return f.calls\n\n"
GLOBAL = "def f():\n    global COUNT\n    COUNT += 1\n    return COUNT\n\n"
CLASS = "class Box:\n    def get(self):\n        return 7\n\n"
RECURSIVE = "def f(n):\n    return n and f(n - 1)\n\n"
CACHED = "seen = {}\n\ndef f(n):\n    return seen[n]\n\n"
PRINTED = "print(sum(map(int, input().split())))\n"

WHOLE = {
    "capitals, tuple": (SUM, "A, B, C = map(int, input().split())\nprint(A + B + C)\n", "```\n"),
    "capitals, constants": (ADD, f"MOD, INF, EPS = 1000, 10**9, 1e-9\n\n{PLAIN}", "```\n"),
    "capitals, expression": (SUM, "N = input()\nN and print(N)\n", "```\n"),
    "capitals, later": (
        SUM,
        "import sys\nN, M, K = map(int, sys.stdin.readline().split())\nprint(N)\n",
        "```\n",
    ),
    "capitals, semicolon": (SUM, "A, B, C = (int(v) for v in input().split()); print(A + B + C)\n", "```\n"),
    "bound by lambda": (ADD, "f = lambda a, b: a + b\n", "```\nThis works because addition is built in.\n"),
    "bound with a type": (ADD, "f: Callable = lambda a, b: a + b\n", "print(f(1, 2))\n"),
    "bound by import": (ADD, "from operator import add as f\n", "```\n"),
    "bound by alias": (ADD, "def total(a, b):\n    return a + b\n\nf = total\n", "```\n"),
    "bound by alias, then a print": (
        ADD,
        "def g(a, b):\n    return a + b\nf = g\n\n",
        "print(f(1, 2))\n```\n",
    ),
    "bound in if": (ADD, "if True:\n    def f(a, b):\n        return a + b\n", "```\n"),
    "bound in try": (
        ADD,
        "try:\n    from x import f\nexcept ImportError:\n    f = max\n",
        "print(f(1, 2))\n",
    ),
    "bound in with": (ADD, "with open(0) as h:\n    f = h.read\n", "assert f\n"),
    "bound by walrus": (ADD, "(f := max)\n", "```\n"),
    "global behind": (ADD, f"{GLOBAL}COUNT = 0\n", "```\n"),
    "attribute behind": (ADD, f"{COUNTED}f.calls = 0\n", "print(f())\n"),
    "attribute behind a remark": (ADD, f"{COUNTED}# The count.\nf.calls = 0\n", "print(f())\n"),
    "attribute by setattr": (ADD, f"{COUNTED}setattr(f, 'calls', 0)\n", "print(f())\n"),
    "attribute of the class": (BOX, f"{CLASS}Box.EMPTY = Box()\n", "box = Box()\nprint(box.get())\n"),
    "setting behind": (ADD, f"import sys\n{RECURSIVE}sys.setrecursionlimit(9999)\n", "print(f(9))\n"),
    "setting and import behind": (
        ADD,
        f"{RECURSIVE}import sys\nsys.setrecursionlimit(9999)\n",
        "print(f(9))\n",
    ),
    "setting by name": (
        ADD,
        "from decimal import getcontext\nf = max\ngetcontext().prec = 50\n",
        "f(1, 2)\n",
    ),
    "table filled behind": (ADD, f"{CACHED}for i in range(9):\n    seen[i] = i\n", "print(f(1))\n"),
    "wrapped behind": (ADD, f"{PLAIN}\nf = staticmethod(f)\n", "print(f(1, 2))\n"),
    "prose behind a program": (SUM, PRINTED, "Überall wird addiert, also fertig.\n"),
    "list behind a program": (SUM, f"{PRINTED}\n", "1. First we read.\n2. Then we add.\n"),
    "words behind a program": (SUM, PRINTED, "完成\n"),
    "indented fence": (ADD, PLAIN, "   ```\nThat is all there is.\n"),
    "no look at a module": (ADD, f"import math\n{PLAIN}", "math.pi\n"),
    "no print": (ADD, CACHED, "for i in range(9):\n    print(f(i))\nx = 1\n"),
    "no test class": (ADD, f"import unittest\n{PLAIN}\n", "class T(unittest.TestCase):\n    pass\n"),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_an_answer_holds_what_it_needs_and_nothing_else(kind: str) -> None:
    exercise, code, tail = WHOLE[kind]
    assert answer_code(code + tail, exercise) == code
    ends = [answer_end((code + tail)[:length], exercise) for length in range(len(code + tail) + 1)]
    assert {end for end in ends if end is not None} == {len(code)}


@pytest.mark.parametrize(
    "text",
    [
        f"here is the function:\n\n{PLAIN}",
        f"~~~python\n{PLAIN}~~~\n",
        f"\ufeff{PLAIN}```\n",
        "def f(a, b):\n\u00a0\u00a0\u00a0\u00a0return a + b\n```\n",
        "def\u00a0f(a,\u202fb):\u200b\n    return a\u2009+ b\n```\n",
        f"[PYTHON]\n{PLAIN}[/PYTHON]\n",
        f"[BEGIN]\n{PLAIN}[DONE]\n",
        "    def f(a, b):\n        return a + b\n```\n",
        "def f(a, b):\n    return a + b<|im_end|>\n",
        "def f(a, b):\n    return a + b<end_of_turn>\n",
        "def f(a, b):\n    return a + b</s>",
        "def f(a, b):\n    return a + b```",
        f"Here it is: ```python\n{PLAIN}```\n",
        "1. Use this:\n   ```python\n   def f(a, b):\n       return a + b\n   ```\n",
        "> ```\n> def f(a, b):\n>     return a + b\n> ```\n",
        "$ python\n>>> def f(a, b):\n...     return a + b\n>>> f(1, 2)\n3\n",
        "In [1]: def f(a, b):\n   ...:     return a + b\n\nIn [2]: f(1, 2)\nOut[2]: 3\n",
        "1  def f(a, b):\n2      return a + b\n",
        "     1\tdef f(a, b):\n     2\t    return a + b\n",
        "def f(a, b):\n    return a + b\n    This adds them.\n",
        f"<think>\ndef f(a, b):\n    return 0\n```\nno, wrong\n</think>\n```python\n{PLAIN}```\n",
        f"I add them.\n</think>\n{PLAIN}",
        f"def f(a, b):\n    ...\n```\nNow the body:\n```python\n{PLAIN}```\n",
        f"def f(a, b):\n    raise NotImplementedError('later')\n```\n```python\n{PLAIN}```\n",
        f"def f(a, b):\n    return (a + b\n```\nSorry:\n```python\n{PLAIN}```\n",
    ],
)
def test_decoration_thoughts_and_stubs_are_no_part_of_an_answer(text: str) -> None:
    assert answer_code(text, ADD).strip() == PLAIN.strip()


@pytest.mark.parametrize(
    "text", [f"```python\n{PLAIN}```\n", f"    pass\n```\nThen:\n```python\n{PLAIN}```\n", PLAIN]
)
def test_a_starter_that_is_repeated_is_replaced(text: str) -> None:
    code = answer_code(STARTER.starter + text, STARTER)
    assert code.endswith(PLAIN)
    assert holds_code(STARTER.starter + text, STARTER)


@pytest.mark.parametrize(
    "text",
    ["Here is the body:\n\n    return a + b\n", "<think>\n    return 0\n</think>\n    return a + b\n```\n"],
)
def test_the_body_that_a_starter_leaves_open_may_come_behind_prose(text: str) -> None:
    assert answer_code(STARTER.starter + text, STARTER) == f"{STARTER.starter}    return a + b\n"


def test_what_another_block_defines_is_taken_from_there() -> None:
    text = "```python\nimport math\nprint(1)\n```\nThen:\n```python\ndef f(a):\n    return math.pi\n```\n"
    assert answer_code(text, ADD) == "import math\ndef f(a):\n    return math.pi\n"


def test_code_that_does_not_define_what_is_asked_for_is_shown_without_its_fence() -> None:
    assert answer_code("def add(a, b):\n    return a + b\n```\n", ADD) == "def add(a, b):\n    return a + b\n"
    assert holds_code("def add(a, b):\n    return a + b\n```\n", ADD)


@pytest.mark.parametrize(
    "text",
    ["", "Sorry, I cannot help.\n", "```python\n```\n", "<think>\ndef f(a, b):\n    return 0\n", "# To do\n"],
)
def test_a_text_without_code_is_told_and_left_as_it_is(text: str) -> None:
    assert not holds_code(text, ADD)
    assert answer_code(text, ADD) == text
    assert not holds_code(STARTER.starter + text, STARTER)

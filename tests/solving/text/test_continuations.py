"""Which texts some continuation makes Python, and which texts none does."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.text.continuations import line_may_continue, lines_that_may_continue, may_continue
from egcfg_tui.solving.text.open_code import lines_of

PROSE = (
    "Here is the function:",
    "here is the function:",
    "Here's what it does",
    "Überall wird addiert, also fertig.",
    "これは関数です。",
    "下面是函数：",
    "Функция складывает числа.",
    "Use ''' for strings",
    "1. First we read.",
    "2) Then we add",
    "> quoted",
    "**Note**",
    "Explanation:",
    "Sure!",
    "---",
    "This `works`",
    "<answer>",
    "[/PYTHON]",
)


@pytest.mark.parametrize("line", PROSE)
def test_prose_has_no_continuation(line: str) -> None:
    assert not may_continue(f"{line}\n")


@pytest.mark.parametrize("line", [line for line in PROSE if " " in line])
def test_prose_is_seen_in_front_of_its_lines_end(line: str) -> None:
    seen = [length for length in range(len(line) + 1) if not line_may_continue(line[:length])]
    assert seen
    assert seen == list(range(seen[0], len(line) + 1))


PROGRAM = '''\
import sys
from math import (
    pi,
    tau,
)

@property
async def f(x: int = 1, *, y="it's (") -> dict[str, int]:
    """Doc.

    Words without any sense
    """
    match x:
        case [1, *_]:
            raise ValueError(f"{x!r} {y}") from None
        case _:
            pass
    try:
        z = x if not y else \\
            1e-5
    except* OSError as error:
        del error
    finally:
        z = lambda *a, **k: (yield)
    while True:
        z **= 0x1f @ 1_0; break
    else:
        return {**{}, "a": [i for i in (1, 2) if i]}


class A(B, metaclass=C):
    x: int
    "text" "text"


Überall, N = map(int, input().split())
N and print(*[1 <= N != 3], end='')
'''


def test_every_beginning_of_a_program_may_continue() -> None:
    ast.parse(PROGRAM)
    for line_end in (end for end, sign in enumerate(PROGRAM, 1) if sign == "\n"):
        assert may_continue(PROGRAM[:line_end])
    for length in range(len(PROGRAM)):
        assert line_may_continue(PROGRAM[:length]), PROGRAM[:length]


@given(st.text("ab1.e-+ =(:'\"#\n\\\r\x00\ud800é“"))
def test_any_text_can_be_asked_about(text: str) -> None:
    may_continue(text)
    line_may_continue(text)


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_first_wrong_line_is_found(right: int, wrong: int) -> None:
    lines = lines_of("x = [\n" + "1,\n" * right + "no sense\n" * wrong)
    assert lines_that_may_continue(lines) == right + 1

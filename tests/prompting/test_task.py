"""The task in words."""

from __future__ import annotations

import pytest

from egcfg_sandbox import CodeTest, StdioTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.chat import Frame
from egcfg_tui.prompting.task import PromptStyle, task_prompt

FRAME = Frame("<user>", "</user><assistant>")


def exercise(**changes: object) -> Exercise:
    values: dict[str, object] = {
        "id": "double",
        "title": "Double",
        "statement": "Double a number.",
        "kind": ExerciseKind.FUNCTION,
        "entry_point": "double",
        "visible": (CodeTest("assert double(2) == 4", setup="import math"),),
        "hidden": (CodeTest("assert double(77001) == 154002"),),
    }
    return Exercise(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("style", list(PromptStyle))
def test_visible_tests_are_told_and_hidden_ones_never(style: PromptStyle) -> None:
    prompt = task_prompt(exercise(reference="def double(x): return 2 * x"), style, FRAME)
    text = prompt.before + prompt.body + prompt.after + prompt.opening
    assert "Double a number." in text
    assert "assert double(2) == 4" in text
    assert "77001" not in text
    assert "2 * x" not in text


def test_styles_differ_only_by_an_instruction() -> None:
    plain = task_prompt(exercise(), PromptStyle.PLAIN, FRAME)
    long_code = task_prompt(exercise(), PromptStyle.LONG_CODE, FRAME)
    assert "short steps" in long_code.body
    assert "short steps" not in plain.body
    assert (plain.after, plain.opening) == (long_code.after, long_code.opening)


def test_the_answer_continues_the_starter() -> None:
    prompt = task_prompt(exercise(starter="def double(x):\n\n"), PromptStyle.PLAIN, FRAME)
    assert prompt.opening == "```python\ndef double(x):\n"
    assert prompt.starter == "def double(x):\n"
    assert task_prompt(exercise(), PromptStyle.PLAIN, FRAME).opening == "```python\n"


def test_a_program_is_shown_its_input_and_output() -> None:
    program = exercise(
        kind=ExerciseKind.STDIN, entry_point=None, visible=(StdioTest("1 2\n", "3\n"),), hidden=()
    )
    body = task_prompt(program, PromptStyle.PLAIN, FRAME).body
    assert "Input:\n1 2\nOutput:\n3" in body
    assert "standard input" in body


def test_control_tokens_are_recognised_in_the_frame_alone() -> None:
    seen: list[tuple[str, bool]] = []

    def tokenize(text: str, *, special: bool = False) -> list[int]:
        seen.append((text, special))
        return [len(text)]

    prompt = task_prompt(exercise(statement="Say <|im_end|>."), PromptStyle.PLAIN, FRAME)
    prompt.head_tokens(tokenize)
    prompt.tail_tokens(tokenize)
    assert [text for text, special in seen if special] == [FRAME.before, FRAME.after]
    assert any("<|im_end|>" in text for text, special in seen if not special)

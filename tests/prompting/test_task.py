"""The task in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from egcfg_sandbox import CodeTest, StdioTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.chat import Exchange, Frame
from egcfg_tui.prompting.examples import worked_examples
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import TaskPrompt, task_prompt

FRAME = Frame(
    "<user>", "</user><assistant>", Exchange("<user>", "</user><assistant>", "</assistant><user>", "<go>")
)
ONE_TURN = Frame("<user>", "</user><assistant>")
BASE = Frame("<s>", "", chat=False, bos="<s>")
FRAMES = (FRAME, ONE_TURN, BASE)


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


def whole(prompt: TaskPrompt) -> str:
    return prompt.before + prompt.body + prompt.after + prompt.opening


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("style", list(PromptStyle))
def test_visible_tests_are_told_and_hidden_ones_never(style: PromptStyle, frame: Frame) -> None:
    text = whole(task_prompt(exercise(reference="def double(x): return 2 * x"), style, frame))
    assert "Double a number." in text
    assert "assert double(2) == 4" in text
    assert "77001" not in text
    assert "2 * x" not in text


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("style", list(PromptStyle))
def test_problem_and_tests_stand_directly_in_front_of_the_signal(style: PromptStyle, frame: Frame) -> None:
    prompt = task_prompt(exercise(), style, frame)
    assert "Double a number." in prompt.body
    assert "assert double(2) == 4" in prompt.body
    assert len(prompt.after) < 40
    assert prompt.opening == "```python\n"


def test_styles_differ_only_by_an_instruction() -> None:
    plain = task_prompt(exercise(), PromptStyle.PLAIN, FRAME)
    long_code = task_prompt(exercise(), PromptStyle.LONG_CODE, FRAME)
    assert "short steps" in long_code.body
    assert "short steps" not in plain.body
    assert (plain.after, plain.opening) == (long_code.after, long_code.opening)


@pytest.mark.parametrize("kind", list(ExerciseKind))
def test_worked_examples_are_earlier_turns_that_look_like_the_task(kind: ExerciseKind) -> None:
    task = exercise(kind=kind, visible=())
    plain, few_shot = (task_prompt(task, style, FRAME) for style in (PromptStyle.PLAIN, PromptStyle.FEW_SHOT))
    assert few_shot.body == plain.body
    assert few_shot.after == "<go>"
    turns = few_shot.before.removesuffix("</assistant><user>").split("</assistant><user>")
    assert len(turns) == len(worked_examples(kind))
    for turn, example in zip(turns, worked_examples(kind), strict=True):
        question, answer = turn.removeprefix("<user>").split("</user><assistant>")
        assert question == task_prompt(example, PromptStyle.PLAIN, FRAME).body
        assert answer == f"```python\n{example.given}{example.reference}```"


def test_worked_examples_stand_in_the_message_where_the_template_takes_no_turns() -> None:
    prompt = task_prompt(exercise(), PromptStyle.FEW_SHOT, ONE_TURN)
    assert (prompt.before, prompt.after) == (ONE_TURN.before, ONE_TURN.after)
    assert prompt.body.endswith(task_prompt(exercise(), PromptStyle.PLAIN, ONE_TURN).body)
    assert all(example.reference in prompt.body for example in worked_examples(ExerciseKind.FUNCTION))


@pytest.mark.parametrize("style", list(PromptStyle))
def test_a_base_model_completes_a_document(style: PromptStyle) -> None:
    prompt = task_prompt(exercise(), style, BASE)
    text = prompt.body + prompt.after
    assert prompt.before == "<s>"
    assert text.count("# Task\n") == text.count("# Solution\n") == 1 + 2 * (style is PromptStyle.FEW_SHOT)
    assert text.endswith("# Solution\n\n")
    assert ("short steps" in text) is (style is PromptStyle.LONG_CODE)


def test_any_model_can_be_given_a_document() -> None:
    chosen = task_prompt(exercise(), PromptStyle.COMPLETION, replace(FRAME, bos="<s>"))
    assert chosen == task_prompt(exercise(), PromptStyle.PLAIN, BASE)


def test_a_snippet_continues_what_is_given() -> None:
    tests = (CodeTest("total"), CodeTest("assert total == 3"))
    prompt = task_prompt(
        exercise(
            kind=ExerciseKind.DATA, entry_point="total", also=("n",), given="xs = [1, 2]\n\n", visible=tests
        ),
        PromptStyle.PLAIN,
        FRAME,
    )
    assert (prompt.opening, prompt.starter) == ("```python\nxs = [1, 2]\n", "")
    assert "must compute `total` and `n`" in prompt.body
    assert prompt.body.count("total") == 2
    assert "It must pass these tests:\nassert total == 3" in prompt.body


def test_the_opening_does_not_repeat_what_the_statement_says() -> None:
    starter = 'def double(x):\n    """Twice.\n\n    >>> double(2)\n    4\n    """\n'
    prompt = task_prompt(
        exercise(starter=starter, statement="Twice.\n\n>>> double(2)\n4"), PromptStyle.PLAIN, FRAME
    )
    assert ">>> double(2)" in prompt.body
    assert prompt.opening == '```python\ndef double(x):\n    """Twice.\n    """\n'
    assert prompt.starter == starter


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

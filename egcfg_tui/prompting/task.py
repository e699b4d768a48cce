"""The task as the model reads it: statement, visible tests, instructions, and the opening of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import StdioTest, Test
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.chat import Frame
from egcfg_tui.prompting.examples import worked_examples
from egcfg_tui.prompting.opening import without_known_text
from egcfg_tui.prompting.styles import PromptStyle

FENCE: Final = "```"


_LONG_CODE: Final = (
    "Write it in many short steps: explicit loops, one operation a line, every intermediate result in a "
    "variable of its own; no comprehensions, no chained calls."
)

_ANSWER_WITH: Final = f"Answer with one {FENCE}python block that holds the code alone."
_SOLUTION: Final = "\n\n# Solution\n\n"

_WANTED: Final = {
    ExerciseKind.FUNCTION: "Write the Python function `{name}` for this task.",
    ExerciseKind.CLASS: "Write the Python class `{name}` for this task.",
    ExerciseKind.STDIN: (
        "Write a Python program for this task. It reads standard input and prints to standard output."
    ),
    ExerciseKind.DATA: "Continue the Python code of this task.",
}


@dataclass(frozen=True, slots=True)
class TaskPrompt:
    """A prompt in parts: `before`, `body`, [signal], `after`, `opening`.

    `before` and `after` come from the chat template and hold control tokens; the rest is plain text. The
    answer continues `opening`, which ends with `starter` without the docstring lines that `body` has. For an
    exercise of kind `data`, `opening` begins with the given code, which is no part of the answer.
    """

    before: str
    body: str
    after: str
    opening: str
    starter: str

    def frame_tokens(self, tokenize: Callable[..., list[int]]) -> list[int]:
        """The tokens of `before`: the same for all exercises of one kind and style."""
        return tokenize(self.before, special=True)

    def head_tokens(self, tokenize: Callable[..., list[int]]) -> list[int]:
        """The tokens before the signal, which all branches share."""
        return self.frame_tokens(tokenize) + tokenize(self.body)

    def tail_tokens(self, tokenize: Callable[..., list[int]]) -> list[int]:
        """The tokens after the signal, up to the first token of the answer."""
        return tokenize(self.after, special=True) + tokenize(self.opening)


def task_prompt(exercise: Exercise, style: PromptStyle, frame: Frame) -> TaskPrompt:
    """The prompt of an exercise. Hidden tests are never part of it."""
    before, body, after = _parts(exercise, style, frame)
    starter = exercise.starter.rstrip()
    starter = f"{starter}\n" if starter else ""
    shown = without_known_text(starter, exercise.statement)
    return TaskPrompt(before, body, after, f"{FENCE}python\n{_given(exercise)}{shown}", starter)


def _parts(exercise: Exercise, style: PromptStyle, frame: Frame) -> tuple[str, str, str]:
    """The parts before the opening of the answer: `before`, `body` and `after`."""
    examples = worked_examples(exercise.kind) if style is PromptStyle.FEW_SHOT else ()
    request = _request(exercise, style)
    if style is PromptStyle.COMPLETION or not frame.chat:
        solved = "".join(f"# Task\n\n{_request(e)}{_SOLUTION}{_answer(e)}\n\n" for e in examples)
        return frame.bos, f"{solved}# Task\n\n{request}", _SOLUTION
    ask = f"{request}\n\n{_ANSWER_WITH}"
    exchange = frame.exchange
    if examples and exchange is not None:
        turns = "".join(
            f"{_request(e)}\n\n{_ANSWER_WITH}{exchange.between}{_answer(e)}{exchange.then}" for e in examples
        )
        return exchange.before + turns, ask, exchange.after
    solved = "".join(f"{_request(e)}\n\n{_answer(e)}\n\n" for e in examples)
    return frame.before, solved + ask, frame.after


def _request(exercise: Exercise, style: PromptStyle = PromptStyle.PLAIN) -> str:
    parts = [_WANTED[exercise.kind].format(name=exercise.entry_point), exercise.statement.strip()]
    if exercise.kind is ExerciseKind.DATA:
        parts += _wanted_variables(exercise)
    shown = tuple(test for test in exercise.visible if _says_what_is_expected(test, exercise))
    if shown:
        parts.append(_tests_text(shown))
    if style is PromptStyle.LONG_CODE:
        parts.append(_LONG_CODE)
    return "\n\n".join(parts)


def _answer(example: Exercise) -> str:
    return f"{FENCE}python\n{_given(example)}{example.reference}{FENCE}"


def _given(exercise: Exercise) -> str:
    """The code that an answer of kind `data` continues; empty for the other kinds."""
    return f"{exercise.given.rstrip()}\n" if exercise.given.strip() else ""


def _wanted_variables(exercise: Exercise) -> list[str]:
    """A sentence that names the variables which an answer of kind `data` must compute."""
    wanted = [name for name in (exercise.entry_point, *exercise.also) if name]
    if not wanted:
        return []
    names = " and ".join(f"`{name}`" for name in wanted)
    return [f"The code is given up to the point where your lines follow; they must compute {names}."]


def _says_what_is_expected(test: Test, exercise: Exercise) -> bool:
    """Whether a test's text says what is expected. Tests of kind `data` may only run something."""
    return exercise.kind is not ExerciseKind.DATA or "assert" in test.text


def _tests_text(tests: tuple[Test, ...]) -> str:
    if any(isinstance(test, StdioTest) for test in tests):
        return "\n\n".join(
            f"Input:\n{test.stdin.rstrip()}\nOutput:\n{test.stdout.rstrip()}"
            for test in tests
            if isinstance(test, StdioTest)
        )
    return "It must pass these tests:\n" + "\n".join(test.text for test in tests)

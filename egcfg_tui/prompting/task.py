"""The task as the model reads it: statement, visible tests, instructions, and how the answer begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from egcfg_sandbox import StdioTest, Test
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.chat import Frame

FENCE: Final = "```"


class PromptStyle(StrEnum):
    """How the task is put to the model."""

    PLAIN = "plain"
    """Statement and tests, nothing else."""
    LONG_CODE = "long-code"
    """Asks for many short lines, so that more prefixes can be executed."""


_LONG_CODE: Final = (
    "Write it in many short steps: explicit loops, one operation a line, every intermediate result in a "
    "variable of its own; no comprehensions, no chained calls."
)

_WANTED: Final = {
    ExerciseKind.FUNCTION: "Write the Python function `{name}` for this task.",
    ExerciseKind.CLASS: "Write the Python class `{name}` for this task.",
    ExerciseKind.STDIN: (
        "Write a Python program for this task. It reads standard input and prints to standard output."
    ),
}


@dataclass(frozen=True, slots=True)
class TaskPrompt:
    """A prompt in parts: `before`, `body`, [signal], `after`, `opening`.

    `before` and `after` come from the chat template and hold control tokens, the rest is plain text. The
    answer continues `opening`, which ends with `starter`.
    """

    before: str
    body: str
    after: str
    opening: str
    starter: str

    def head_tokens(self, tokenize: Callable[..., list[int]]) -> list[int]:
        """The part in front of the signal, which every branch shares."""
        return tokenize(self.before, special=True) + tokenize(self.body)

    def tail_tokens(self, tokenize: Callable[..., list[int]]) -> list[int]:
        """The part behind the signal, up to the first token of the answer."""
        return tokenize(self.after, special=True) + tokenize(self.opening)


def task_prompt(exercise: Exercise, style: PromptStyle, frame: Frame) -> TaskPrompt:
    """Puts an exercise into words. Hidden tests never enter."""
    parts = [_WANTED[exercise.kind].format(name=exercise.entry_point), exercise.statement.strip()]
    if exercise.visible:
        parts.append(_tests_text(exercise.visible))
    if style is PromptStyle.LONG_CODE:
        parts.append(_LONG_CODE)
    parts.append(f"Answer with one {FENCE}python block that holds the code alone.")
    starter = exercise.starter.rstrip()
    starter = f"{starter}\n" if starter else ""
    return TaskPrompt(
        before=frame.before,
        body="\n\n".join(parts),
        after=frame.after,
        opening=f"{FENCE}python\n{starter}",
        starter=starter,
    )


def _tests_text(tests: tuple[Test, ...]) -> str:
    if any(isinstance(test, StdioTest) for test in tests):
        return "\n\n".join(
            f"Input:\n{test.stdin.rstrip()}\nOutput:\n{test.stdout.rstrip()}"
            for test in tests
            if isinstance(test, StdioTest)
        )
    return "It must pass these tests:\n" + "\n".join(test.text for test in tests)

"""Thoughts: the text that reasoning models write before their answer, and the marks around it.

This module holds the only table of these marks. It serves to close thoughts that a chat template opens, to
skip thoughts that a model opens itself, and to cut thoughts out of an answer's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ThoughtMarks:
    """What a family of models writes around a thought.

    `closing` is written after the opener to leave a thought empty, as the family's own templates do; the
    answer follows it directly. In some families the model itself says after the prompt whether it thinks or
    answers: there `header` is the end of such a prompt, and `answer` the text that says that it answers. In
    all other families both are empty.
    """

    opener: str
    end: str
    closing: str
    header: str = ""
    answer: str = ""


THOUGHTS: Final = (
    # Qwen, DeepSeek, SmolLM, GLM, Granite, LFM, Nemotron, MiniMax.
    ThoughtMarks("<think>", "</think>", "\n\n</think>\n\n"),
    # EXAONE Deep, Nanbeige and fine-tunes of many models.
    ThoughtMarks("<thought>", "</thought>", "\n\n</thought>\n\n"),
    ThoughtMarks("<thinking>", "</thinking>", "\n\n</thinking>\n\n"),
    ThoughtMarks("<reasoning>", "</reasoning>", "\n\n</reasoning>\n\n"),
    # Magistral and Ministral.
    ThoughtMarks("[THINK]", "[/THINK]", "[/THINK]"),
    # Seed-OSS.
    ThoughtMarks("<seed:think>", "</seed:think>", "\n</seed:think>\n"),
    # Gemma 4.
    ThoughtMarks("<|channel>thought", "<channel|>", "\n<channel|>"),
    # MedGemma.
    ThoughtMarks("<unused94>thought", "<unused95>", "\n<unused95>"),
    # gpt-oss (harmony): an answer is a message of its own, in the channel `final`.
    ThoughtMarks(
        "<|channel|>analysis<|message|>",
        "<|end|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        header="<|start|>assistant",
        answer="<|channel|>final<|message|>",
    ),
    # Command A.
    ThoughtMarks("<|START_THINKING|>", "<|END_THINKING|>", "<|END_THINKING|>"),
    # Apertus.
    ThoughtMarks("<|inner_prefix|>", "<|inner_suffix|>", "<|inner_suffix|>"),
    # OpenThinker and Sky-T1.
    ThoughtMarks("<|begin_of_thought|>", "<|end_of_thought|>", "\n\n<|end_of_thought|>\n\n"),
    # Kimi.
    ThoughtMarks("◁think▷", "◁/think▷", "\n\n◁/think▷\n\n"),
)
"""Every known pair of marks. No opener begins like another, so at most one fits a text."""


def opened_at(text: str, position: int = 0) -> ThoughtMarks | None:
    """The marks of the thought that is opened at this position of a text; None if none is."""
    return next((marks for marks in THOUGHTS if text.startswith(marks.opener, position)), None)


def may_become_opener(text: str) -> bool:
    """Whether a text that still grows is the beginning of an opener; True for an empty text."""
    return any(marks.opener.startswith(text) for marks in THOUGHTS)


def left_open(text: str) -> ThoughtMarks | None:
    """The marks of the thought that is still open at the end of a text; None if none is."""
    return next((marks for marks in THOUGHTS if text.rfind(marks.opener) > text.rfind(marks.end)), None)


def answer_at_once(text: str) -> tuple[str, ThoughtMarks | None]:
    """The end of a prompt, extended so that the answer follows it: a thought that it opens is closed.

    Also returns the marks of that thought, None if the text opens none.
    """
    marks = left_open(text)
    if marks is not None:
        return text.rstrip() + marks.closing, marks
    for marks in THOUGHTS:
        if marks.header and text.endswith(marks.header):
            return text + marks.answer, marks
    return text, None

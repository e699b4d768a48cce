"""The facts about a model's chat template, as data and in words."""

from __future__ import annotations

from dataclasses import dataclass

from egcfg_tui.prompting.chat import ChatTemplateError, chat_frame
from egcfg_tui.prompting.thoughts import THOUGHTS


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """What prompts with this template look like.

    `template`: the model has one. `problem`: why it cannot be used, None if it can. `thinks`: it knows
    thoughts. `switches` are the names of the variables that tell it not to think. `closed` is the opener of
    the thought that it opens all the same and that is left empty, None if it opens none. `system_message`: it
    insists on one. `parts`: it wants messages as lists of parts. `earlier_turns`: it takes earlier turns, so
    examples are written as such.
    """

    template: bool
    problem: str | None = None
    thinks: bool = False
    switches: tuple[str, ...] = ()
    closed: str | None = None
    system_message: bool = False
    parts: bool = False
    earlier_turns: bool = False


def chat_facts(template: str | None, *, bos_text: str, eos_text: str) -> ChatFacts:
    """Finds the facts by trying the template; `template` is None for a model without one. Never raises."""
    if template is None:
        return ChatFacts(template=False)
    try:
        frame = chat_frame(template, bos_text=bos_text, eos_text=eos_text)
    except ChatTemplateError as error:
        return ChatFacts(template=True, problem=str(error))
    return ChatFacts(
        template=True,
        thinks=bool(frame.switches) or frame.thought is not None or _names_a_thought(template),
        switches=frame.switches,
        closed=frame.thought.opener if frame.thought else None,
        system_message=frame.shape.system_parts is not None,
        parts=frame.shape.parts,
        earlier_turns=frame.exchange is not None,
    )


def in_words(facts: ChatFacts) -> list[str]:
    """A sentence for each thing that matters to a user."""
    if not facts.template:
        return ["no chat template: every prompt is a document"]
    if facts.problem is not None:
        return [facts.problem, "only --prompt-style completion works, which needs no template"]
    needs = "insists on a system message, and gets one" if facts.system_message else "needs no system message"
    lines = [_thinking(facts), needs]
    if facts.parts:
        lines.append("takes texts as lists of parts")
    if not facts.earlier_turns:
        lines.append("takes one message, which contains the examples")
    return lines


def _names_a_thought(template: str) -> bool:
    """Whether the template opens thoughts, or removes them from earlier answers.

    The end mark of a family with a `header` does not count: `<|end|>` also ends messages.
    """
    return any(marks.opener in template or (marks.end in template and not marks.header) for marks in THOUGHTS)


def _thinking(facts: ChatFacts) -> str:
    if not facts.thinks:
        return "does not think"
    means = []
    if facts.switches:
        means.append(f"asked not to by {' and '.join(facts.switches)}")
    if facts.closed is not None:
        means.append(f"the thought that it opens, {facts.closed}, is left empty")
    return f"thinks; {', and '.join(means) or 'a thought before its answer is skipped'}"

"""The facts about a model's chat template, and their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.prompting.chat_facts import ChatFacts, chat_facts, in_words

FOLDER = Path(__file__).parent / "chat_templates"


def facts_of(template: str | None) -> ChatFacts:
    return chat_facts(template, bos_text="<s>", eos_text="</s>")


@pytest.mark.parametrize(
    ("family", "said"),
    [
        ("qwen2.5", "does not think"),
        ("granite-4", "does not think"),
        ("qwen3", "thinks; asked not to by enable_thinking"),
        ("granite-3.3", "thinks; asked not to by thinking"),
        ("deepseek-r1-distill", "thinks; the thought that it opens, <think>, is left empty"),
        ("lfm2.5-thinking", "thinks; a thought before its answer is skipped"),
        (
            "gpt-oss",
            "thinks; asked not to by reasoning_effort, and the thought that it opens, "
            "<|channel|>analysis<|message|>, is left empty",
        ),
    ],
)
def test_a_family_is_said_to_think_or_not(family: str, said: str) -> None:
    template = (FOLDER / f"{family}.jinja").read_text("utf-8")
    assert in_words(facts_of(template)) == [said, "needs no system message"]


def test_a_base_model_has_no_template() -> None:
    assert facts_of(None) == ChatFacts(template=False)
    assert in_words(facts_of(None)) == ["no chat template: every prompt is a document"]


def test_a_template_that_fails_says_why() -> None:
    facts = facts_of("{{ raise_exception('only for poems') }}")
    assert facts.problem == "the model's chat template fails: only for poems"
    assert in_words(facts)[0] == facts.problem


def test_what_a_template_insists_on_is_said() -> None:
    odd = (
        "{% if messages[0].role != 'system' or messages[2] is defined %}{{ raise_exception('') }}{% endif %}"
        "{% for p in messages[1].content %}{{ p.text }}{% endfor %}"
    )
    assert in_words(facts_of(odd)) == [
        "does not think",
        "insists on a system message, and gets one",
        "takes texts as lists of parts",
        "takes one message, which contains the examples",
    ]

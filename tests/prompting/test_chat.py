"""Chat templates around a user's message."""

from __future__ import annotations

import pytest

from egcfg_tui.prompting.chat import ChatTemplateError, chat_frame
from egcfg_tui.prompting.thoughts import THOUGHTS, ThoughtMarks

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def rendered(*messages: tuple[str, str]) -> str:
    text = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in messages)
    return f"{text}<|im_start|>assistant\n"


def test_the_frame_is_what_stands_around_the_message() -> None:
    frame = chat_frame(CHATML, bos_text="<s>", eos_text="</s>")
    assert (frame.before, frame.after) == ("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n")
    assert frame.chat


def test_an_exchange_is_what_stands_around_earlier_turns() -> None:
    exchange = chat_frame(CHATML, bos_text="", eos_text="").exchange
    assert exchange is not None
    text = f"{exchange.before}Q{exchange.between}A{exchange.then}M{exchange.after}"
    assert text == rendered(("user", "Q"), ("assistant", "A"), ("user", "M"))


def test_a_template_for_one_message_takes_no_earlier_turns() -> None:
    template = (
        "{% if messages | length > 1 %}{{ raise_exception('one message, please') }}{% endif %}"
        "{{ messages[0].content }}!"
    )
    frame = chat_frame(template, bos_text="", eos_text="")
    assert (frame.before, frame.after, frame.exchange) == ("", "!", None)


def test_templates_see_the_control_texts_and_may_trim() -> None:
    template = "{{ bos_token }}[INST] {{ messages[-1]['content'] | trim }} [/INST]{{ eos_token }}"
    frame = chat_frame(template, bos_text="<s>", eos_text="</s>")
    assert (frame.before, frame.after) == ("<s>[INST] ", " [/INST]</s>")


def test_a_base_model_gets_the_message_alone() -> None:
    frame = chat_frame(None, bos_text="<s>", eos_text="</s>")
    assert (frame.before, frame.after, frame.chat, frame.bos) == ("<s>", "", False, "<s>")


@pytest.mark.parametrize("marks", THOUGHTS, ids=lambda marks: marks.opener)
@pytest.mark.parametrize("behind", ["", "\n", "\nFirst,"])
def test_a_thought_that_a_template_opens_is_closed(marks: ThoughtMarks, behind: str) -> None:
    template = f"{{{{ messages[-1].content }}}}<a>{marks.opener}{behind}"
    frame = chat_frame(template, bos_text="", eos_text="")
    assert frame.after == f"<a>{marks.opener}{behind.rstrip()}{marks.closing}"
    assert frame.thought is marks


@pytest.mark.parametrize(
    "asked",
    [
        "enable_thinking",
        "enable_thinking is not defined or enable_thinking",
        "thinking is not defined or thinking",
        "reasoning",
        "enable_reasoning",
        "thinking_budget is not defined or thinking_budget > 0",
        "reasoning_effort != 'none'",
        "reasoning_effort | default('high') in ['medium', 'high']",
        "thinking_mode | default('on') != 'off'",
    ],
)
def test_a_template_that_asks_is_told_not_to_think(asked: str) -> None:
    template = f"{{{{ messages[-1].content }}}}{{% if {asked} %}}<think>{{% else %}}<no>{{% endif %}}"
    frame = chat_frame(template, bos_text="", eos_text="")
    assert (frame.after, frame.thought) == ("<no>", None)
    assert len(frame.switches) == 1


def test_a_template_that_insists_on_thinking_is_let_and_its_thought_closed() -> None:
    insists = "{% if enable_thinking is defined %}{{ raise_exception('always thinks') }}{% endif %}"
    frame = chat_frame(f"{insists}{{{{ messages[-1].content }}}}<think>", bos_text="", eos_text="")
    assert frame.after == "<think>\n\n</think>\n\n"
    assert frame.switches == ()


def test_thoughts_of_other_messages_are_left_alone() -> None:
    frame = chat_frame("Think in <think> marks. {{ messages[-1].content }}<a>", bos_text="", eos_text="")
    assert (frame.before, frame.after) == ("Think in <think> marks. ", "<a>")


def test_the_date_of_a_template_does_not_depend_on_the_day() -> None:
    template = (
        "{{ strftime_now('%d %b %Y') }}{% for m in messages %}"
        "{% if not loop.last %}{% continue %}{% endif %}{{ m.content }}{% endfor %}"
    )
    assert chat_frame(template, bos_text="", eos_text="").before == "26 Jul 2024"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{% for %}", "chat template fails"),
        ("{{ messages.nothing.here }}", "chat template fails"),
        ("{{ ''.__class__.__mro__ }}{{ messages[0].content }}", "chat template fails"),
        ("{{ messages[0].content + 1 }}", "chat template fails"),
        ("{{ 1 // 0 }}", "chat template fails"),
        ("hello", "does not pass"),
    ],
)
def test_a_template_that_cannot_be_used_says_why(template: str, said: str) -> None:
    with pytest.raises(ChatTemplateError, match=said):
        chat_frame(template, bos_text="", eos_text="")

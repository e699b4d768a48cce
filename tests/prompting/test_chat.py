"""Chat templates around a user's message."""

from __future__ import annotations

import pytest

from egcfg_tui.prompting.chat import ChatTemplateError, chat_frame

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


def test_models_that_think_are_told_to_answer_at_once() -> None:
    forced = chat_frame("{{ messages[-1].content }}<a><think>\n", bos_text="", eos_text="")
    assert forced.after == "<a><think>\n\n</think>\n\n"
    asked = "{{ messages[-1].content }}{% if enable_thinking %}<think>{% else %}<no>{% endif %}"
    assert chat_frame(asked, bos_text="", eos_text="").after == "<no>"


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

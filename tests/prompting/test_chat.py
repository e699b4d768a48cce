"""Chat templates around a user's message."""

from __future__ import annotations

import pytest

from egcfg_tui.prompting.chat import ChatTemplateError, Frame, chat_frame

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def test_the_frame_is_what_stands_around_the_message() -> None:
    frame = chat_frame(CHATML, bos_text="<s>", eos_text="</s>")
    assert frame == Frame("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n")


def test_templates_see_the_control_texts_and_may_trim() -> None:
    template = "{{ bos_token }}[INST] {{ messages[0]['content'] | trim }} [/INST]{{ eos_token }}"
    assert chat_frame(template, bos_text="<s>", eos_text="</s>") == Frame("<s>[INST] ", " [/INST]</s>")


def test_a_base_model_gets_the_message_alone() -> None:
    assert chat_frame(None, bos_text="<s>", eos_text="</s>") == Frame("<s>", "\n\n")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{% for %}", "chat template fails"),
        ("{{ messages.nothing.here }}", "chat template fails"),
        ("{{ ''.__class__.__mro__ }}{{ messages[0].content }}", "chat template fails"),
        ("hello", "does not pass"),
    ],
)
def test_a_template_that_cannot_be_used_says_why(template: str, said: str) -> None:
    with pytest.raises(ChatTemplateError, match=said):
        chat_frame(template, bos_text="", eos_text="")

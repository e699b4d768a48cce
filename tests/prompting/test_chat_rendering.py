"""Chat templates find the environment in which their authors tried them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egcfg_tui.prompting.chat import ChatTemplateError, Frame, chat_frame

CHAT = (
    "{% for m in messages %}<|user|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def frame(template: str) -> Frame:
    return chat_frame(template, bos_text="<s>", eos_text="</s>")


@pytest.mark.parametrize(
    ("template", "after"),
    [
        ("{{ m }}{% generation %}, {{ 1 + 1 }}{% endgeneration %}!", ", 2!"),
        ("{{ m }}{% set x = 1 %}{% generation %}{% set x = 2 %}{% endgeneration %}{{ x }}", "1"),
        ("{{ m }}{{ {'k': 'é<'} | tojson }}", '{"k": "é<"}'),
        ("{{ m }}{{ {'k': 'é'} | tojson(ensure_ascii=True) }}", '{"k": "\\u00e9"}'),
        ("{{ m }}{{ {'b': 1, 'a': 2} | tojson(sort_keys=True, separators=(',', ':')) }}", '{"a":2,"b":1}'),
        ("{{ m }}{{ [1] | tojson(indent=1) }}", "[\n 1\n]"),
        ("{{ m }}{% if tools is not none %}tools{% endif %}", ""),
        ("{{ m }}{% if documents is defined and documents is none %}none{% endif %}", "none"),
        ("{{ m }}{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "01"),
        ("{{ m }}{{ strftime_now('%Y-%m-%d %H:%M') }}", "2024-07-26 00:00"),
        ("{{ m }}\n    {% if true %}\n    x\n    {% endif %}\n", "\n    x\n"),
        (
            "{{ m }}{% set n = namespace(x=0) %}{% for i in [1, 2] %}{% set n.x = i %}{% endfor %}{{ n.x }}",
            "2",
        ),
        ("{{ m }}{{ nothing }}{{ bos_token }}{{ eos_token }}", "<s></s>"),
    ],
)
def test_templates_render_as_in_transformers(template: str, after: str) -> None:
    assert frame(template.replace("{{ m }}", "{{ messages[0].content }}")).after == after


@pytest.mark.parametrize("template", ["{{ messages.append(1) }}", "{{ messages[0].update(a=1) }}"])
def test_a_template_changes_nothing_that_it_is_given(template: str) -> None:
    with pytest.raises(ChatTemplateError):
        frame(CHAT + template)


def test_content_may_have_to_be_a_list_of_parts() -> None:
    parts = (
        "{% for m in messages %}<|user|>{% for p in m.content %}{% if p.type == 'text' %}{{ p.text }}"
        "{% endif %}{% endfor %}<|end|>{% endfor %}<|assistant|>"
    )
    assert frame(parts).after == "<|end|><|assistant|>"
    exchange = frame(parts).exchange
    assert exchange is not None
    assert exchange.between == "<|end|><|user|>"


@pytest.mark.parametrize(
    "first",
    [
        "{% if messages[0].role != 'system' %}{{ raise_exception('no system message') }}{% endif %}",
        "{% set messages = messages[1:] %}",
        "<|system|>{{ messages[0].content }}<|end|>{% set messages = messages[1:] %}",
    ],
)
def test_a_template_that_needs_a_system_message_gets_one(first: str) -> None:
    framed = frame(first + CHAT)
    assert framed.before.endswith("<|user|>")
    assert framed.after == "<|end|><|assistant|>"
    assert framed.exchange is not None


def test_a_system_message_is_given_to_no_template_that_does_without() -> None:
    no_system = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    assert frame(no_system + CHAT).before == "<|user|>"
    assert frame(CHAT).before == "<|user|>"
    assert frame(f"{{{{ bos_token }}}}{CHAT}").before == "<s><|user|>"


ALTERNATING = (
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}"
    "[{{ m.role }}] {{ m.content }}{% endfor %}[assistant]"
)


def test_roles_alternate() -> None:
    exchange = frame(ALTERNATING).exchange
    assert exchange is not None
    assert (exchange.between, exchange.then) == ("[assistant] ", "[user] ")


def test_the_first_try_says_what_is_wrong() -> None:
    with pytest.raises(ChatTemplateError, match="only for poems"):
        frame("{% if messages[0].role == 'user' %}{{ raise_exception('only for poems') }}{% endif %}")


def test_a_message_that_comes_twice_is_refused() -> None:
    with pytest.raises(ChatTemplateError, match="repeats the user's message"):
        frame("{{ messages[0].content }} I say: {{ messages[0].content }}")


FRAGMENTS = (
    "{{ messages[0].content }}",
    "{{ messages[-1]['content'] | trim }}",
    "{% for m in messages %}",
    "{% for p in messages[0].content %}",
    "{% endfor %}",
    "{% if enable_thinking %}",
    "{% if messages[0].role == 'system' %}",
    "{% else %}",
    "{% endif %}",
    "{{ m.content[0].text }}",
    "{{ p.text }}",
    "{{ raise_exception(1 // 0) }}",
    "{{ raise_exception(messages) }}",
    "{{ strftime_now('%') }}",
    "{{ strftime_now(1) }}",
    "{{ tools | length }}",
    "{{ messages | tojson(indent=messages) }}",
    "{{ raise_exception | tojson }}",
    "{{ bos_token * 3 + nothing }}",
    "{{ nothing.here }}",
    "{{ nothing() }}",
    "{{ self.__class__ }}",
    "{{ ''.format.__globals__ }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '%d' % 'x' }}",
    "{{ ['a'] | first | int | batch(0) | list }}",
    "{{ 1 | sum }}",
    "{{ range(10 ** 6) }}",
    "{{ cycler() }}",
    "{{ joiner(1)(2) }}",
    "{% macro f(x) %}{{ f(x) }}{% endmacro %}",
    "{{ f(1) }}",
    "{% include 'other' %}",
    "{% extends bos_token %}",
    "{% import 'a' as b %}",
    "{% block a %}{{ super() }}{% endblock %}",
    "{% set messages = 1 %}",
    "{% break %}",
    "{% generation %}",
    "{% endgeneration %}",
    "{% call raise_exception() %}{% endcall %}",
    "{# ",
    "{%",
    "}}",
    "<think>\n",
    "<|start|>assistant",
    "\ue000\ue001",
    "\ud800",
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text("{}%# \n|()['\"]+*-.m", max_size=8)), max_size=9)
    | st.integers(1, 30).map(lambda deep: ["{% for i in [1] %}"] * deep + ["{% endfor %}"] * deep)
)
def test_no_exception_but_the_declared_one_leaves(fragments: list[str]) -> None:
    with suppress(ChatTemplateError):
        framed = frame("".join(fragments))
        assert not {"\ue000\ue001", "\ue002", "\ue003"} & set(framed.after)

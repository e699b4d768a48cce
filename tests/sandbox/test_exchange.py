"""Arguments that a function changes have changed on the asking side too, and nothing else has."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox.codec import CodecError, Encoder
from egcfg_sandbox.exchange import Received, pack_question, unpack_answer


def _nothing(*_: Any) -> Any:
    raise CodecError("no references here")


def _ask(arguments: Any, function: Any) -> Any:
    """What a function that is asked over the border makes of its arguments, and gives."""
    body, containers = pack_question(arguments, _nothing)
    received = Received(body, _nothing)
    answer = function(received.question)
    return unpack_answer(received.pack_answer(answer, _nothing), containers, _nothing)


values = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=10,
)


@given(values, values)
def test_what_is_put_into_an_argument_is_there(first: Any, second: Any) -> None:
    def change(arguments: Any) -> None:
        for argument in arguments:
            if isinstance(argument, list):
                argument.append(second)
            elif isinstance(argument, dict):
                argument["new"] = second

    arguments = [first, [first]]
    expected = copy.deepcopy(arguments)
    change(expected)
    assert _ask(arguments, change) is None
    assert arguments == expected


def test_an_argument_that_is_given_back_is_the_same_one() -> None:
    inner = [1]
    outer = [inner, inner]
    assert _ask((outer,), lambda arguments: arguments[0]) is outer
    assert _ask((outer,), lambda arguments: arguments[0][1]) is inner
    _ask((outer,), lambda arguments: arguments[0].pop())
    assert outer == [[1]]
    assert outer[0] is inner


@pytest.mark.parametrize("change", [(1, [2]), (0, {1: 2}), (-1, [2]), ("0", [2])])
def test_an_answer_refills_only_what_was_asked_about(change: tuple[Any, Any]) -> None:
    _, containers = pack_question(([1],), _nothing)
    number, content = change
    forged = Encoder(_nothing)
    with pytest.raises(CodecError):
        unpack_answer(forged.message([None, [[number, forged.content(content)]]]), containers, _nothing)
    assert containers == [[1]]

"""The stand-in gives its text as the answer to any prompt, on any branch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.engine.api import Branch, EngineError, Inference, ModelSpec
from egcfg_tui.engine.stand_in import StandIn, load_stand_in


def said(engine: StandIn, branch: Branch, at_most: int = 1000) -> bytes:
    """The greedy answer of the engine on a branch, up to the end token."""
    data = b""
    for _ in range(at_most):
        while engine.infer() is Inference.MORE:
            pass
        token = int(branch.logits().argmax())
        if engine.is_end(token):
            return data
        data += engine.piece(token)
        branch.prompt([token])
    raise AssertionError(f"no end after {data!r}")


def read(engine: StandIn, tokens: Sequence[int]) -> Branch:
    branch = engine.branch()
    branch.prompt(tokens)
    return branch


@given(st.binary(max_size=200), st.text(min_size=1, max_size=50))
def test_every_text_is_said_whole_behind_every_prompt(text: bytes, prompt: str) -> None:
    engine = StandIn(text, name="say:x")
    assert said(engine, read(engine, engine.tokenize(prompt))) == text


def test_a_prompt_that_ends_like_the_text_is_no_part_of_it() -> None:
    text = "def f():\n    return 1\n"
    engine = StandIn(text.encode(), name="say:x")
    assert said(engine, read(engine, engine.tokenize("```python\ndef f():\n"))) == text.encode()


def test_a_fork_goes_on_where_it_was_forked_and_a_rewound_branch_where_it_was_cut() -> None:
    engine = StandIn(b"one two three", name="say:x")
    branch = read(engine, engine.tokenize("count: "))
    length = branch.length
    said(engine, branch)
    branch.rewind(length + 2)
    branch.prompt([branch.tokens[-1] + 1])
    fork = branch.fork()
    assert said(engine, fork) == b" three"


def test_what_becomes_of_the_vocabulary_is_told() -> None:
    engine = StandIn(b"one two", name="say:x", context_tokens=4096)
    assert engine.info.vocab_size == 257 + 3
    assert engine.info.context_tokens == 4096


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    spec = ModelSpec("say:gone.txt", tmp_path / "gone.txt", stand_in=True)
    with pytest.raises(EngineError, match=r"gone\.txt cannot be read: .*; name another file"):
        load_stand_in(spec)

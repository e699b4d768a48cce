"""The chat template of a file, read without a native library."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_gguf import CHAT_TEMPLATE, write_tiny_gguf
from support.tiny_models import gguf_bytes

from egcfg_tui.models import ModelError, read_chat


def test_template_and_control_texts_are_read(tmp_path: Path) -> None:
    chat = read_chat(write_tiny_gguf(tmp_path / "chat.gguf"))
    assert (chat.template, chat.bos_text, chat.eos_text) == (CHAT_TEMPLATE, "<|end|>", "<|end|>")


def test_a_base_model_has_none(tmp_path: Path) -> None:
    assert read_chat(write_tiny_gguf(tmp_path / "base.gguf", chat_template=None)).template is None


@pytest.mark.parametrize("index", [2, 3, 10**9])
def test_tokens_that_are_no_text_or_none_do_no_harm(tmp_path: Path, index: int) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(gguf_bytes(tokenizer__ggml__bos_token_id=index))
    chat = read_chat(path)
    assert (chat.bos_text, chat.eos_text) == ("\N{REPLACEMENT CHARACTER}" if index == 2 else "", "")


def test_a_file_that_is_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(gguf_bytes()[:-1])
    with pytest.raises(ModelError, match=r"cut\.gguf: the GGUF header is cut short"):
        read_chat(path)

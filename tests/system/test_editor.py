"""The user's editor: its command, and the text that it returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.system import editor
from egcfg_tui.system.editor import EditorError, edit_file, edit_text, editor_command


def script(folder: Path, body: str) -> str:
    """An editor that is a shell script; the file is its last argument."""
    path = folder / "my editor.sh"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return f"'{path}'"


def test_visual_comes_before_editor_and_keeps_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "ed")
    assert editor_command() == ["ed"]
    monkeypatch.setenv("VISUAL", "code --wait '/a b'")
    assert editor_command() == ["code", "--wait", "/a b"]


def test_without_both_a_usual_editor_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr(editor.shutil, "which", lambda name: name if name == "vi" else None)
    assert editor_command() == ["vi"]
    monkeypatch.setattr(editor.shutil, "which", lambda _name: None)
    with pytest.raises(EditorError, match="set EDITOR"):
        editor_command()


def test_a_text_comes_back_as_it_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", script(tmp_path, "echo 'y = 2' >> \"$1\""))
    assert edit_text("x = '数字 [/]'\n", ".py") == "x = '数字 [/]'\ny = 2\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [("/no/such/editor", "No such file"), ("false", "status 1"), ("'open", "No closing quotation")],
)
def test_an_editor_that_fails_is_told_and_the_file_is_kept(
    command: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", command)
    file = tmp_path / "kept.toml"
    file.write_text("mine")
    with pytest.raises(EditorError, match=words):
        edit_file(file)
    assert file.read_text() == "mine"

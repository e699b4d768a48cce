"""`egcfg-tui exercises new`: an exercise from the editor or from standard input; nothing typed is lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from support.command_line import CommandLine

from egcfg_tui.exercises import load
from egcfg_tui.exercises.drafts import new_draft

EXERCISE = """title = "Twice"
statement = "Double."
entry_point = "twice"
visible = [{ code = "assert twice(1) == 2" }]
"""
WRITE_THEN_MEND = f"""if grep -q Twice "$1"; then sed -i s/levl/level/ "$1"; else cat > "$1" <<EOF
levl = 2
{EXERCISE}
EOF
fi"""

Editor = Callable[[str], None]


class Terminal(io.StringIO):
    """A person at the keyboard."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Makes the user's editor a shell script about the file `$1`."""

    def as_script(body: str) -> None:
        path = tmp_path / "editor.sh"
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setenv("EDITOR", str(path))

    return as_script


def new(command_line: CommandLine) -> tuple[int, str, str]:
    outcome = command_line("exercises", "new")
    return outcome.code, outcome.stdout, outcome.stderr


def test_an_exercise_is_written_in_the_editor_until_it_holds(
    command_line: CommandLine, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(WRITE_THEN_MEND)
    monkeypatch.setattr("sys.stdin", Terminal("\n"))
    code, out, err = new(command_line)
    assert code == 0
    assert "line 1, key `levl`: is unknown; did you mean `level`?" in err
    assert "egcfg-tui solve twice" in err
    assert load("twice").source == out.strip()
    assert "twice" in command_line("exercises", "list").stdout


def test_a_draft_with_mistakes_is_kept_for_another_time(
    command_line: CommandLine, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor('echo "my = 1" >> "$1"')
    monkeypatch.setattr("sys.stdin", Terminal("q\n"))
    code, out, err = new(command_line)
    assert (code, out) == (3, "")
    assert "the draft is kept" in err
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert "going on with the draft" in new(command_line)[2]
    assert new_draft().text().count("my = 1") == 2


def test_an_editor_that_changes_nothing_saves_nothing(
    command_line: CommandLine, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor("true")
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert new(command_line) == (0, "", "nothing was written, so nothing is saved\n")
    assert not new_draft().is_kept


def test_a_pasted_exercise_is_saved_and_one_with_mistakes_kept(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(EXERCISE))
    code, out, _ = new(command_line)
    assert (code, load("twice").source) == (0, out.strip())
    for name in ("new.toml", "new-2.toml"):
        monkeypatch.setattr("sys.stdin", io.StringIO("def twice(n) return"))
        code, out, err = new(command_line)
        assert (code, out) == (3, "")
        kept = new_draft().path.with_name(name)
        assert kept.read_text(encoding="utf-8") == "def twice(n) return"
        assert f"The text is kept: {kept}" in err

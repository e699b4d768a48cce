"""The user's own keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.tui import keymap
from egcfg_tui.tui.commands import COMMANDS


def read(folder: Path, text: str | bytes) -> keymap.Keymap:
    path = folder / "keys.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return keymap.load(path)


def test_no_file_no_change(tmp_path: Path) -> None:
    assert keymap.load(tmp_path / "keys.toml") == keymap.Keymap()


def test_keys_are_taken_in_any_spelling(tmp_path: Path) -> None:
    keys = read(tmp_path, '[keys]\nstart = "f5"\nhelp = ["f2", "?"]\nstop = "ctrl+x"\ngamma_up = ";"\n')
    assert keys.problems == ()
    assert keys.of("start") == ("f5",)
    assert keys.of("help") == ("f2", "question_mark")
    assert keys.of("gamma_up") == ("semicolon",)
    assert keys.of("pause") == ("space",)


def test_two_commands_may_swap_their_keys(tmp_path: Path) -> None:
    keys = read(tmp_path, '[keys]\nstart = "x"\nstop = "s"\n')
    assert keys.problems == ()
    assert (keys.of("start"), keys.of("stop")) == (("x",), ("s",))


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('[keys]\n\nstrat = "f5"\n', "line 3, keys.strat", "did you mean start?"),
        ('[keys]\nzzzz = "f5"\n', "line 2, keys.zzzz", "no such command"),
        ('[keys]\nstart = "wibble"\n', "line 2, keys.start", "'wibble' is not a key"),
        ('[keys]\nstart = "hyper+drive+s"\n', "line 2, keys.start", "is not a key"),
        ("[keys]\nstart = 5\n", "line 2, keys.start", "must be a key"),
        ("[keys]\nstart = []\n", "line 2, keys.start", "must be a key"),
        ('[keys]\nstart = "q"\n', "line 2, keys.start", "'q' is already the key of quit"),
        ('start = "f5"\n', "line 1, start", "below [keys]"),
        ('[keys]\nstart = "s\n', "line 2", "not valid TOML"),
        (b"[keys]\nstart = '\xff'\n", "line 2", "not UTF-8"),
        ('keys = "s"\n', "line 1, keys", "must be a table"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, text: str | bytes, where: str, what: str
) -> None:
    keys = read(tmp_path, text)
    (problem,) = keys.problems
    assert str(tmp_path / "keys.toml") in problem
    assert where in problem
    assert what in problem
    assert keys.of("start") == ("s",)


def test_a_key_that_stays_after_a_clash_may_clash_in_turn(tmp_path: Path) -> None:
    keys = read(tmp_path, '[keys]\nstart = "q"\nstop = "s"\n')
    assert len(keys.problems) == 2
    assert (keys.of("start"), keys.of("stop")) == (("s",), ("x",))


def test_a_mistake_leaves_the_rest_of_the_file_in_force(tmp_path: Path) -> None:
    keys = read(tmp_path, '[keys]\nstart = "f5"\nstop = 7\n')
    assert len(keys.problems) == 1
    assert keys.of("start") == ("f5",)


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").mkdir()
    (problem,) = keymap.load(tmp_path / "keys.toml").problems
    assert "cannot be read" in problem


def test_built_in_keys_do_not_clash_and_have_one_spelling() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    assert [keymap.normal_key(key) for key in keys] == keys
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def test_the_documentation_names_every_command() -> None:
    text = (Path(__file__).parents[2] / "docs" / "workbench.md").read_text()
    assert [command.id for command in COMMANDS if f"`{command.id}`" not in text] == []

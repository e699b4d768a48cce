"""What is remembered: read, told where it is wrong, and written without touching the rest of the file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.digits_run import OTHER
from support.stage import Stage, wait_until

from egcfg_tui.exercises import DEMO_ID
from egcfg_tui.system.folders import config_folder
from egcfg_tui.tui import theme
from egcfg_tui.tui.preferences import KEYS, Memory, default_path, load, remember
from egcfg_tui.tui.view import EngineState

FILE = """\
# my own words
theme = "workbench-day"  # in the office

method = "sample"
"""

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


def written(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text("utf-8"))


def test_it_lies_in_the_config_folder_of_the_user(home: Path) -> None:
    assert default_path() == config_folder() / "config.toml"
    assert home in default_path().parents


def test_a_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    found = load(tmp_path / "config.toml")
    assert (dict(found.values), found.problems) == ({}, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'theme = "x"\nmethod = "smaple"\n', ["line 2, method", "auto, egcfg", "default"]),
        (b'\nthme = "x"\n', ["line 2, thme", "did you mean theme?"]),
        (b"method = 3\n", ["line 1, method", "text in quotes"]),
        (b'method = "sample\n', ["not valid TOML", "line 1", "defaults"]),
        (b'# \xff\nmethod = "sample"\n', ["line 1", "UTF-8", "defaults"]),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_rest_holds(
    tmp_path: Path, text: bytes, words: list[str]
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    found = load(path)
    (problem,) = found.problems
    assert str(path) in problem
    for word in words:
        assert word in problem
    assert "method" not in found.values
    assert found.get("theme") == ("x" if text.startswith(b"theme") else None)


def test_a_changed_value_changes_its_line_only(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    assert remember(path, {"method": "greedy", "exercise": "cheer"}) == ""
    assert path.read_text() == 'exercise = "cheer"\n' + FILE.replace('"sample"', '"greedy"')


@given(st.dictionaries(st.sampled_from(["theme", "exercise", "model"]), texts), texts)
def test_what_is_remembered_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, str], model: str
) -> None:
    path = tmp_path_factory.mktemp("config") / "deep" / "config.toml"
    assert remember(path, values) == ""
    assert remember(path, {"model": model}) == ""
    assert dict(load(path).values) == {**values, "model": model}
    assert load(path).problems == ()


def test_a_file_that_is_not_understood_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("theme = [")
    assert "not valid TOML" in remember(path, {"theme": "x"})
    assert path.read_text() == "theme = ["


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, path = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    target.write_text(FILE)
    path.symlink_to(target)
    assert remember(path, {"method": "auto"}) == ""
    assert path.is_symlink()
    assert written(target)["method"] == "auto"


def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert "cannot be written" in remember(blocked / "config.toml", {"theme": "x"})


def test_only_changes_are_written_and_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('method = "smaple"\n')
    memory = Memory(load(path), {"method": "auto", "exercise": DEMO_ID})
    assert memory.keep({"method": "auto", "exercise": DEMO_ID, "model": ""}) == ""
    assert path.read_text() == 'method = "smaple"\n', "a mistake stays for its owner to mend"
    memory.keep({"method": "egcfg"})
    assert written(path) == {"method": "egcfg"}
    path.unlink()
    memory.keep({"method": "egcfg"})
    assert not path.exists()


def test_what_stands_in_the_way_is_told_once(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    memory = Memory(load(blocked / "config.toml"), {})
    assert "cannot be written" in memory.keep({"method": "auto"})
    assert memory.keep({"method": "egcfg"}) == ""


async def test_the_workbench_remembers_theme_exercise_and_method(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    app = stage.app(preferences=load(path))
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        app.theme = theme.DAY.name
        await pilot.press("m")
        app.workbench.control.open(OTHER)
        await wait_until(pilot, path.exists)
    assert {key: written(path)[key] for key in ("theme", "method")} == {
        "theme": theme.DAY.name,
        "method": "egcfg",
    }
    again = stage.app(preferences=load(path))
    assert again.theme == theme.DAY.name


async def test_the_workbench_opens_on_a_wrong_theme_and_says_so(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('\ntheme = "[/]"\n')
    app = stage.app(preferences=load(path))
    async with app.run_test() as pilot:
        await pilot.pause()
        (note,) = app._notifications
        assert f"{path}, line 2, theme" in note.message
        assert app.theme == theme.NIGHT.name
    assert path.read_text() == '\ntheme = "[/]"\n'


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "workbench.md").read_text("utf-8")
    for key in KEYS:
        assert f"{key} = " in text

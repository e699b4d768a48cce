"""Where a picture of the screen is saved, and that it is said."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.stage import Stage

from egcfg_tui.system.folders import state_folder
from egcfg_tui.tui import picture_file


def test_without_a_downloads_folder_it_goes_to_the_current_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert picture_file.folders() == [tmp_path, state_folder()]
    (home / "Downloads").mkdir()
    assert picture_file.folders()[0] == home / "Downloads"


def test_pictures_of_the_same_second_lie_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "strftime", lambda _form: "now")
    first, second = (picture_file.save(text, [tmp_path]) for text in ("a", "b"))
    assert (first.read_text(), second.read_text()) == ("a", "b")


def test_a_folder_that_takes_no_file_is_passed_over(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert picture_file.save("a", [blocked, tmp_path]).parent == tmp_path
    with pytest.raises(picture_file.PictureError, match=str(blocked)):
        picture_file.save("a", [blocked])


async def test_the_screen_is_saved_and_the_place_told(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_screenshot()
        await pilot.pause()
        (note,) = app._notifications
    (picture,) = tmp_path.glob("*.svg")
    assert str(picture) in note.message
    assert "Sum of digits" in picture.read_text().replace("&#160;", " ")

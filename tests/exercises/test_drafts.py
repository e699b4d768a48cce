"""Drafts of exercises are kept as typed, and saved without overwriting anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises import DEMO_ID, ExerciseError, bundled, load, load_each
from egcfg_tui.exercises.drafts import TEMPLATE, Draft, draft_of, new_draft
from egcfg_tui.exercises.formats import toml_format
from egcfg_tui.exercises.library import own_folder

TEXT = """title = "Twice [/]"
statement = "Write `twice(n)`."
entry_point = "twice"

[[visible]]
code = "assert twice(2) == 4"
"""


def test_a_saved_exercise_is_found_by_its_id_and_the_draft_is_gone() -> None:
    draft = new_draft()
    draft.keep(TEXT)
    exercise = draft.save(TEXT)
    assert (exercise.id, exercise.title) == ("twice", "Twice [/]")
    assert load("twice") == exercise
    assert list(load_each("twice")) == [exercise]
    assert not draft.is_kept


def test_nothing_is_overwritten_whatever_the_titles_are() -> None:
    titles = ["Twice", "Twice", "../../Twice", DEMO_ID, "…"]
    saved = [new_draft().save(TEXT.replace("Twice [/]", title)) for title in titles]
    names = [Path(exercise.source) for exercise in saved]
    assert len(set(names)) == len(titles)
    assert {path.parent for path in names} == {own_folder()}
    assert load(DEMO_ID).source.startswith("bundled/")


def test_a_text_with_mistakes_is_kept_and_all_of_them_are_told() -> None:
    draft = new_draft()
    draft.keep(TEMPLATE)
    with pytest.raises(ExerciseError) as caught:
        draft.save(TEMPLATE)
    told = str(caught.value).split("\n")
    assert len(told) == 5
    assert all(line.startswith(f"{draft.path}, line ") for line in told)
    assert draft.text() == TEMPLATE
    assert list(own_folder().glob("*.toml")) == []


def test_ones_own_exercise_is_changed_in_its_place_and_others_are_copied() -> None:
    exercise = new_draft().save(TEXT)
    draft, text = draft_of(exercise)
    assert text == TEXT
    changed = draft.save(text.replace("Write", "Please write"))
    assert (changed.id, changed.statement) == ("twice", "Please write `twice(n)`.")
    draft, text = draft_of(load(DEMO_ID))
    copy = draft.save(text)
    assert copy.id == "climbing-on-a-hike"
    assert Path(copy.source).parent == own_folder()
    assert copy.visible == load(DEMO_ID).visible


@pytest.mark.parametrize("exercise", bundled(), ids=lambda exercise: exercise.id)
def test_every_bundled_exercise_can_be_copied(exercise: object) -> None:
    _, text = draft_of(load(str(getattr(exercise, "id"))))  # noqa: B009 - a parameter without a type
    assert toml_format.read(text, exercise_id="copy", source="copy")


@given(text=st.text())
def test_a_draft_keeps_what_was_typed(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    draft = Draft(tmp_path_factory.mktemp("drafts") / "new.toml")
    draft.keep(text)
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert draft.path.read_bytes().decode() == text
    assert draft.unused().path.name == "new-2.toml"

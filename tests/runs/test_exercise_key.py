"""By what the runs of an exercise are known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from support import recordings
from support.digits_run import EXERCISE

from egcfg_tui.runs import History
from egcfg_tui.runs.exercise_key import key_of, recorded_key


def test_files_of_one_name_in_two_folders_are_told_apart_by_their_content() -> None:
    here = replace(EXERCISE, source="here/digits.toml")
    moved = replace(EXERCISE, source="there/digits.toml", title="Another title")
    other = replace(EXERCISE, source="there/digits.toml", statement="Something else.")
    assert key_of(here) == key_of(moved)
    assert key_of(here) != key_of(other)
    assert key_of(here) != key_of(replace(EXERCISE, visible=EXERCISE.visible[:1]))
    assert key_of(here) != key_of(replace(EXERCISE, id="another"))


def test_which_tests_are_visible_does_not_matter() -> None:
    hidden = replace(EXERCISE, visible=(), hidden=(*EXERCISE.visible, *EXERCISE.hidden))
    assert key_of(hidden) == key_of(EXERCISE)


def test_a_kept_run_has_the_key_of_its_exercise(tmp_path: Path) -> None:
    recordings.write(recordings.recording_of(), tmp_path / "20260101-000000-x.jsonl")
    (run,) = History(tmp_path).runs()
    recorded = json.loads(run.path.read_text().splitlines()[0])["exercise"]
    assert run.exercise_key == recorded_key(recorded) == key_of(EXERCISE)

"""References of users find their exercises; an unknown one gets an error that names close matches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from egcfg_tui.exercises import (
    DEMO_ID,
    Exercise,
    ExerciseError,
    bundled,
    load,
    load_all,
    load_each,
    reference_to,
)
from egcfg_tui.exercises.formats import toml_format

MBPP_ROWS = [
    {
        "task_id": number,
        "text": "Double.",
        "code": "def twice(x): return 2 * x",
        "test_list": ["assert twice(1) == 2"],
    }
    for number in (11, 12, 13)
]
HUMANEVAL_ROW = {
    "task_id": "HumanEval/3",
    "prompt": "def twice(x):\n",
    "entry_point": "twice",
    "canonical_solution": "    return 2 * x\n",
    "test": "def check(f):\n    assert f(1) == 2\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in with two data sets, two exercises and something else."""
    (tmp_path / "mbpp.jsonl").write_text("\n".join(json.dumps(row) for row in MBPP_ROWS))
    (tmp_path / "human.json").write_text(json.dumps([HUMANEVAL_ROW]))
    sums = tmp_path / "sums"
    sums.mkdir()
    for exercise in bundled()[:2]:
        (sums / f"{exercise.id}.toml").write_text(toml_format.write(exercise), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nothing")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(reference: str) -> str:
    with pytest.raises(ExerciseError) as caught:
        load(reference)
    return str(caught.value)


def test_a_bundled_id_is_found() -> None:
    assert load(DEMO_ID).id == DEMO_ID
    assert load_all(DEMO_ID) == [load(DEMO_ID)]
    assert load_all("bundled") == list(bundled())


@pytest.mark.usefixtures("folder")
def test_rows_are_found_by_id() -> None:
    assert load("mbpp.jsonl#12").id == "12"
    assert load("human.json#HumanEval/3") == load("human.json#3") == load("human.json")
    assert [exercise.id for exercise in load_all("mbpp.jsonl")] == ["11", "12", "13"]
    assert load_all("mbpp.jsonl#13") == [load("mbpp.jsonl#13")]


@pytest.mark.usefixtures("folder")
def test_files_and_folders_are_found() -> None:
    first, second = sorted(exercise.id for exercise in bundled()[:2])
    assert load(f"sums/{first}.toml").id == load(f"sums#{first}").id == first
    assert load(f"sums/{second}.toml#{second}").id == second
    assert [exercise.id for exercise in load_all("sums")] == [first, second]


def test_a_home_folder_is_expanded(home: Path) -> None:
    (home / "mine.toml").write_text(toml_format.write(load(DEMO_ID)), encoding="utf-8")
    assert load("~/mine.toml").id == "mine"


def test_a_file_named_like_a_bundled_exercise_is_reached_by_its_path(folder: Path) -> None:
    other = next(exercise for exercise in bundled() if exercise.id != DEMO_ID)
    (folder / DEMO_ID).mkdir()
    (folder / DEMO_ID / "other.toml").write_text(toml_format.write(other), encoding="utf-8")
    assert load(DEMO_ID).id == DEMO_ID
    assert [exercise.id for exercise in load_all(f"./{DEMO_ID}")] == ["other"]


def test_a_hash_in_a_file_name_belongs_to_the_file(folder: Path) -> None:
    (folder / "c#1.toml").write_text(toml_format.write(load(DEMO_ID)), encoding="utf-8")
    assert load("c#1.toml").id == "c#1"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("mbpp.jsonl", "mbpp.jsonl: holds 3 exercises; name one, such as mbpp.jsonl#11"),
        ("mbpp.jsonl#14", "mbpp.jsonl: has no exercise `14`; did you mean"),
        ("mbpp.jsonl#zzz", "mbpp.jsonl: has no exercise `zzz`; it has 11 to 13"),
        ("mbpp.jsonl#", "the id after `#` is missing; write FILE#ID"),
        ("mbp.jsonl", "there is no such file or bundled exercise; did you mean mbpp.jsonl?"),
        ("mbp.jsonl#11", "there is no such file or bundled exercise; did you mean mbpp.jsonl?"),
        (f"{DEMO_ID}s", f"there is no such file or bundled exercise; did you mean {DEMO_ID}?"),
        ("qqqqqqqq", "`egcfg-tui exercises list` shows the bundled ones"),
        ("no/folder/at.toml", "there is no such file or bundled exercise"),
        (
            "notes.txt",
            "notes.txt: `.txt` is not a known exercise format; name a .toml or .py",
        ),
        ("sums", "sums: is a folder; name one exercise in it, such as sums/"),
        ("sums#zzz", "sums: has no exercise `zzz`; it has "),
        ("", ": is a folder; name"),
    ],
)
def test_what_is_not_found_is_named(reference: str, words: str, folder: Path) -> None:
    if reference == "":
        (folder / "one.toml").write_text(toml_format.write(load(DEMO_ID)), encoding="utf-8")
    assert words in refusal(reference)


def test_a_folder_with_a_stub_and_its_test_file_is_an_exercise(tmp_path: Path) -> None:
    for name, test_file in (("double", "test_double.py"), ("treble", "checks_test.py")):
        folder = tmp_path / f"{name} [it]"
        folder.mkdir()
        (folder / f"{name}.py").write_text(f'def {name}(n):\n    "Multiplies."\n', encoding="utf-8")
        text = f"from {name} import {name}\n\ndef test_it():\n    assert {name}(0) == 0\n"
        (folder / test_file).write_text(text, encoding="utf-8")
        (folder / "notes.py").write_text("", encoding="utf-8")
        exercise = load(str(folder))
        assert (exercise.id, len(exercise.visible)) == (name, 1)
        assert load(reference_to(exercise)) == exercise
        assert load(f"{folder}#{name}") == exercise
    assert [exercise.id for exercise in load_all(str(tmp_path))] == ["double", "treble"]


def test_a_track_is_searched_as_deep_as_its_exercises_lie_and_no_deeper(tmp_path: Path) -> None:
    for place, name in (("track/exercises/practice", "two-fer"), ("track/a/b/c/d/e", "deep")):
        config = tmp_path / place / name / ".meta" / "config.json"
        config.parent.mkdir(parents=True)
        config.write_text("{}", encoding="utf-8")
    found = list(load_each(str(tmp_path / "track")))
    assert len(found) == 1
    assert "two-fer" in str(found[0])


def test_a_folder_that_is_closed_to_the_user_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(ExerciseError, match="cannot be read: Permission denied; check its permissions"):
        load_all(str(tmp_path))


def test_a_folder_without_exercises_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match="the folder holds no exercises"):
        load_all(str(tmp_path))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"task_id": 11, "code": ""}, "line 2: looks like MBPP, but lacks `test_list`"),
        ({"question": ""}, "line 2: has none of the known formats (HumanEval, MBPP, CodeContests, DS-1000)"),
        ({"question_title": "A", "platform": "p", "metadata": "{}"}, "line 2: has none of the known formats"),
        ({"prompt": "", "metadata": {}}, "line 2: has none of the known formats"),
        ({"prompt": "", "test": "", "task_id": "a"}, "line 2: looks like HumanEval, but lacks `canonical_"),
        ({"name": "", "description": ""}, "line 2: looks like CodeContests, but lacks `public"),
        (MBPP_ROWS[0], "line 2: line 1 already has the id `11`"),
    ],
)
def test_a_foreign_or_doubled_row_is_named(tmp_path: Path, row: dict[str, object], words: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{json.dumps(MBPP_ROWS[0])}\n{json.dumps(row)}")
    for read in (load, load_all):
        with pytest.raises(ExerciseError) as caught:
            read(str(file))
        assert f"{file}, {words}" in str(caught.value)


def test_a_broken_row_does_not_hide_the_others(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(MBPP_ROWS[0]) + "\n" + json.dumps(MBPP_ROWS[1] | {"test_list": []}))
    assert isinstance(load(f"{file}#11"), Exercise)
    with pytest.raises(ExerciseError, match=r"rows\.jsonl, line 2, key `test_list`"):
        load_all(str(file))

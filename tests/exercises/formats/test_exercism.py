"""Exercism folders become exercises, also with several functions, classes and modules beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from egcfg_sandbox import CodeTest, Sandbox
from egcfg_tui.exercises import (
    Exercise,
    ExerciseError,
    ExerciseKind,
    Visibility,
    load,
    load_all,
    with_visible,
)
from egcfg_tui.exercises.checking import check_references

SUITE = """\
import unittest
from tide_table import high_tide, LEVELS, Tide
from tide_data import HOURS

class TideTest(unittest.TestCase):
    def test_first(self):
        self.assertEqual(high_tide(HOURS), 3)

    def test_level(self):
        self.assertIn("low", LEVELS)

    def test_class(self):
        self.assertEqual(Tide(2).later(), 3)

    def test_refusal(self):
        with self.assertRaises(ValueError) as caught:
            high_tide([])
        self.assertEqual(caught.exception.args[0], "no hours")
"""
EXAMPLE = """\
from tide_data import HOURS
LEVELS = ["low", "high"]

def high_tide(hours):
    if not hours:
        raise ValueError("no hours")
    return max(hours)

class Tide:
    def __init__(self, hour):
        self.hour = hour

    def later(self):
        return self.hour + len(HOURS) - 1
"""
STUB = """\
from tide_data import HOURS

# Level names of the harbour.
LEVELS = []


def high_tide(hours):
    \"\"\"The latest hour.\"\"\"
    pass


class Tide:
    def later(self):
        pass
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


FILES = {
    ".meta/config.json": json.dumps(
        {
            "files": {
                "solution": ["tide_table.py"],
                "test": ["tide_table_test.py"],
                "example": [".meta/example.py"],
            }
        }
    ),
    ".meta/example.py": EXAMPLE,
    ".docs/instructions.md": "# Instructions\n\nTell the tides.\n",
    ".docs/introduction.md": "# Introduction\n\nAt sea.\n",
    "tide_table.py": STUB,
    "tide_table_test.py": SUITE,
    "tide_data.py": "HOURS = [1, 3]\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "tide-table", FILES)


def test_a_folder_is_read(folder: Path) -> None:
    exercise = load(str(folder))
    assert (exercise.id, exercise.title, exercise.source) == ("tide-table", "Tide table", str(folder))
    assert (exercise.kind, exercise.entry_point, exercise.also) == (
        ExerciseKind.FUNCTION,
        "high_tide",
        ("LEVELS", "Tide"),
    )
    assert exercise.statement.startswith("# Introduction\n\nAt sea.\n\n# Instructions\n\nTell the tides.")
    assert "must define `high_tide`, `LEVELS`, `Tide`" in exercise.statement
    assert "def later(self):" in exercise.statement
    assert exercise.starter.endswith("# Level names of the harbour.\nLEVELS = []\n")
    assert [test.text for test in exercise.visible] == [
        "def test_first(self):\n    self.assertEqual(high_tide(HOURS), 3)",
        "assert 'low' in LEVELS",
        "assert Tide(2).later() == 3",
    ]
    assert len(exercise.hidden) == 1


def test_the_example_passes_in_the_sandbox(folder: Path, sandbox: Sandbox) -> None:
    (check,) = check_references([load(str(folder))], sandbox.run_many)
    assert [(test.name, test.result.error) for test in check.failures] == []


def test_a_single_function_begins_the_answer(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "one",
        FILES
        | {
            "tide_table.py": "import math\n\ndef high_tide(hours):\n    '''Why.'''\n    pass\n",
            "tide_table_test.py": "from tide_table import high_tide\nassert high_tide([1]) == 1\n",
        },
    )
    exercise = load(str(folder))
    assert exercise.starter == "import math\n\n\ndef high_tide(hours):\n    '''Why.'''\n"
    assert exercise.visible == (CodeTest("assert high_tide([1]) == 1"),)
    assert exercise.also == ()
    assert "must define" not in exercise.statement


def test_a_class_is_outlined(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "one",
        FILES
        | {
            "tide_table.py": "class Tide:\n    def __init__(self, hour):\n        pass\n",
            "tide_table_test.py": "from tide_table import Tide\ndef test_a():\n    assert Tide(1)\n",
        },
    )
    exercise = load(str(folder))
    assert (exercise.kind, exercise.entry_point, exercise.starter) == (ExerciseKind.CLASS, "Tide", "")
    assert "class Tide:" in exercise.statement


def test_an_empty_stub_is_known_by_its_tests(tmp_path: Path) -> None:
    exercise = load(str(write(tmp_path / "one", FILES | {"tide_table.py": ""})))
    assert (exercise.entry_point, exercise.kind, exercise.starter) == ("high_tide", ExerciseKind.FUNCTION, "")


def test_folders_are_found_in_a_track(tmp_path: Path) -> None:
    for name in ("b-two", "a-one"):
        write(tmp_path / name, FILES)
    write(tmp_path / "other", {"readme.md": ""})
    assert [exercise.id for exercise in load_all(str(tmp_path))] == ["a-one", "b-two"]
    assert load(f"{tmp_path}#b-two").id == "b-two"
    assert isinstance(load_all(str(tmp_path / "a-one"))[0], Exercise)


def config(**files: object) -> dict[str, str]:
    named = json.loads(FILES[".meta/config.json"])["files"] | files
    return {".meta/config.json": json.dumps({"files": named})}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({".meta/config.json": "{"}, "config.json, line 1: is not JSON"),
        ({".meta/config.json": "{}"}, "config.json, key `files`: must be an object that names"),
        (config(solution=[]), "config.json, key `files.solution`: names no Python file"),
        (config(test=["gone.py"]), "config.json, key `files.test`: `gone.py` does not exist"),
        ({"tide_table_test.py": "def test_a(:"}, "tide_table_test.py, line 1: is not Python"),
        ({"tide_table_test.py": "assert 1"}, "tide_table_test.py: imports nothing from `tide_table`"),
        (
            {"tide_table_test.py": "from tide_table import high_tide"},
            "tide_table_test.py: the exercise has no tests",
        ),
        ({"tide_table.py": "def high_tide(:"}, "tide_table.py, line 1: is not Python"),
        ({".meta/example.py": "x = 1"}, "example.py: the reference does not define `high_tide`"),
        (
            {".docs/instructions.md": "", ".docs/introduction.md": ""},
            "instructions.md: there is no such file",
        ),
    ],
)
def test_a_mistake_is_named_by_its_file(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    folder = write(tmp_path / "one", FILES | changes)
    with pytest.raises(ExerciseError) as caught:
        load(str(folder))
    assert words in str(caught.value)


def test_a_download_has_its_task_in_the_readme_and_no_solution(tmp_path: Path) -> None:
    readme = (
        "# Tides\n\nWelcome to Tides.\n\n## Introduction\n\nAt sea.\n\n## Instructions\n\nTell the tides.\n\n"
        "## Source\n\n### Created by\n\n- @x\n"
    )
    files = {name: text for name, text in FILES.items() if not name.startswith(".")}
    config = FILES[".meta/config.json"]
    folder = write(tmp_path / "tides", {**files, ".exercism/config.json": config, "README.md": readme})
    exercise = load(str(folder))
    assert exercise.reference is None
    assert exercise.statement.startswith("## Introduction\n\nAt sea.\n\n## Instructions\n\nTell the tides.")
    assert "Welcome" not in exercise.statement
    assert "Created by" not in exercise.statement


def test_a_track_is_read_from_any_folder_above_its_exercises(tmp_path: Path) -> None:
    write(tmp_path / "exercises" / "practice" / "tide-table", FILES)
    assert [exercise.id for exercise in load_all(str(tmp_path))] == ["tide-table"]


def test_the_test_file_is_told_from_modules_beside_it(tmp_path: Path) -> None:
    config = json.loads(FILES[".meta/config.json"])
    config["files"]["test"] = ["tide_data.py", "tide_table_test.py"]
    folder = write(tmp_path / "tide-table", {**FILES, ".meta/config.json": json.dumps(config)})
    assert len(load(str(folder)).visible) == 3


def test_all_tests_can_be_opened(folder: Path) -> None:
    exercise = load(str(folder))
    assert with_visible(exercise, Visibility.ALL).hidden == ()
    assert len(with_visible(exercise, Visibility.FIRST).visible) == 1

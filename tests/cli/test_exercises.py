"""`egcfg-tui exercises` lists, shows and checks; data go to standard output and everything else does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.command_line import CommandLine

from egcfg_sandbox import CodeTest, Program, Report, SandboxRefused, TestResult, Verdict
from egcfg_tui.exercises import DEMO_ID, Exercise, ExerciseKind, bundled
from egcfg_tui.exercises.formats import toml_format

TWICE = Exercise(
    id="twice",
    title="Twice [int]",
    statement="Double a number.",
    kind=ExerciseKind.FUNCTION,
    entry_point="twice",
    visible=(CodeTest("assert twice(1) == 2"),),
    hidden=(CodeTest("assert twice(0) == 0", setup="import math"),),
    starter="def twice(x):\n",
    reference="def twice(x):\n    return 2 * x\n",
    level=3,
)
WRONG = replace(TWICE, id="wrong", reference="def twice(x):\n    return x\n")
ROW = {
    "task_id": "HumanEval/3",
    "prompt": 'def twice(x):\n    """\n    twice(1) => 3\n    """\n',
    "entry_point": "twice",
    "canonical_solution": "    return 2 * x\n",
    "test": "def check(f):\n    assert f(1) == 2\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a right and a wrong exercise and a data set with a wrong example."""
    for exercise in (TWICE, WRONG):
        (tmp_path / f"{exercise.id}.toml").write_text(toml_format.write(exercise), encoding="utf-8")
    (tmp_path / "human.jsonl").write_text(json.dumps(ROW))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_shows_the_bundled_set(command_line: CommandLine) -> None:
    outcome = command_line("exercises", "list")
    header, *rows = outcome.stdout.splitlines()
    assert (outcome.code, outcome.stderr) == (0, "")
    assert header.split() == ["ID", "LEVEL", "KIND", "VISIBLE", "HIDDEN", "TITLE"]
    assert [row.split()[0] for row in rows] == [exercise.id for exercise in bundled()]
    assert all(
        row[header.index("TITLE") :] == exercise.title for row, exercise in zip(rows, bundled(), strict=True)
    )


def test_list_as_json(command_line: CommandLine, folder: Path) -> None:
    outcome = command_line("exercises", "list", str(folder), "--format", "json")
    assert json.loads(outcome.stdout)[0] == {
        "id": "twice",
        "title": "Twice [int]",
        "kind": "function",
        "entry_point": "twice",
        "level": 3,
        "visible": 1,
        "hidden": 1,
        "packages": [],
        "source": str(folder / "twice.toml"),
    }


@pytest.mark.usefixtures("folder")
def test_show(command_line: CommandLine, golden: Callable[[str, str], None]) -> None:
    golden("exercise.txt", command_line("exercises", "show", "twice.toml").stdout)
    golden("exercise_all.txt", command_line("exercises", "show", "twice.toml", "--all").stdout)
    golden("exercise_stdin.txt", command_line("exercises", "show", "ferry-trips").stdout)
    golden("exercise_data.txt", command_line("exercises", "show", "shelf-labels", "--all").stdout)


@pytest.mark.usefixtures("folder")
def test_show_with_another_choice_of_visible_tests(command_line: CommandLine) -> None:
    shown = json.loads(
        command_line("exercises", "show", DEMO_ID, "--visible", "first", "--format", "json").stdout
    )
    usual = json.loads(command_line("exercises", "show", DEMO_ID, "--format", "json").stdout)
    assert shown["visible_tests"] == usual["visible_tests"][:1]
    assert shown["visible"] + shown["hidden"] == usual["visible"] + usual["hidden"]
    refused = command_line("exercises", "show", DEMO_ID, "--visible", "firts")
    assert refused.code == 2
    assert "'firts' is not one of first, all; did you mean first?" in refused.stderr


@pytest.mark.usefixtures("folder")
def test_show_as_json_hides_what_is_hidden(command_line: CommandLine) -> None:
    shown = json.loads(command_line("exercises", "show", "twice.toml", "--format", "json").stdout)
    assert shown["visible_tests"] == [{"code": "assert twice(1) == 2", "setup": "", "guarded": True}]
    assert "hidden_tests" not in shown
    assert "reference" not in shown
    everything = json.loads(
        command_line("exercises", "show", "twice.toml", "--all", "--format", "json").stdout
    )
    assert everything["hidden_tests"] == [
        {"code": "assert twice(0) == 0", "setup": "import math", "guarded": True}
    ]
    assert everything["reference"] == TWICE.reference


@pytest.mark.usefixtures("folder")
def test_check_passes(command_line: CommandLine) -> None:
    outcome = command_line("exercises", "check", "twice.toml", DEMO_ID)
    assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "2 of 2 references pass\n", "")


@pytest.mark.usefixtures("folder")
def test_check_names_what_fails(command_line: CommandLine) -> None:
    outcome = command_line("exercises", "check", "wrong.toml", "twice.toml")
    first, test, last = outcome.stdout.splitlines()
    assert outcome.code == 1
    assert first.startswith("wrong.toml: visible test 1 failed: ")
    assert test == "    assert twice(1) == 2"
    assert last == "1 of 2 references pass"


@pytest.mark.usefixtures("folder")
def test_check_as_json(command_line: CommandLine) -> None:
    outcome = command_line("exercises", "check", "wrong.toml", "human.jsonl", "--format", "json")
    report = json.loads(outcome.stdout)
    assert (outcome.code, report["passed"], report["total"]) == (1, 1, 2)
    wrong, human = report["exercises"]
    assert [(row["hidden"], row["number"], row["status"]) for row in wrong["failures"]] == [
        (False, 1, "failed")
    ]
    assert human["passed"]
    assert [row["test"] for row in human["doubts"]] == ["assert twice(1) == 3"]


@pytest.mark.usefixtures("folder")
def test_check_reports_a_wrong_example_without_failing(command_line: CommandLine) -> None:
    outcome = command_line("exercises", "check", "human.jsonl")
    assert (outcome.code, outcome.stdout) == (0, "1 of 1 references pass\n")
    assert outcome.stderr == (
        "human.jsonl#HumanEval/3: visible test 1, read from the docstring, contradicts the reference: "
        "assert twice(1) == 3\n"
    )


def test_check_says_what_was_not_checked(command_line: CommandLine, folder: Path) -> None:
    (folder / "bare.toml").write_text(toml_format.write(replace(TWICE, reference=None)))
    outcome = command_line("exercises", "check", "bare.toml", "twice.toml")
    assert (outcome.code, outcome.stdout) == (0, "1 of 1 references pass\n")
    assert outcome.stderr == "bare.toml: has no reference solution; nothing to run\n"
    outcome = command_line("exercises", "check", "bare.toml")
    assert outcome.code == 3
    assert "no exercise has a reference solution; add the key `reference`" in outcome.stderr


class BrokenSandbox:
    """A sandbox that refuses to start, or whose every run breaks."""

    def __init__(self, *, refuses: bool) -> None:
        self._refuses = refuses

    def __call__(self, *, packages: bool) -> BrokenSandbox:
        if self._refuses:
            raise SandboxRefused("landlock is off; use a newer kernel")
        return self

    def __enter__(self) -> BrokenSandbox:
        return self

    def __exit__(self, *_: object) -> None: ...

    def run_many(self, programs: list[Program]) -> list[Report]:
        row = TestResult("t", Verdict.SANDBOX_ERROR, "the server is gone")
        return [Report(Verdict.SANDBOX_ERROR, (row,) * len(program.tests)) for program in programs]


@pytest.mark.parametrize(
    ("refuses", "words"),
    [
        (True, "landlock is off; use a newer kernel"),
        (False, "the sandbox failed in visible test 1: the server is gone"),
    ],
)
def test_a_sandbox_at_fault_is_never_a_wrong_reference(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, refuses: bool, words: str
) -> None:
    monkeypatch.setattr("egcfg_sandbox.Sandbox", BrokenSandbox(refuses=refuses))
    outcome = command_line("exercises", "check", DEMO_ID)
    assert (outcome.code, outcome.stdout) == (4, "")
    assert words in outcome.stderr


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("list", "none.toml"), 3, "none.toml: there is no such file or bundled exercise"),
        (("show", "none.toml#3"), 3, "none.toml#3: there is no such file or bundled exercise"),
        (("check", "none.toml"), 3, "none.toml: there is no such file"),
        (("show", "bundled/"), 3, "there is no such file"),
        ((), 2, "the following arguments are required: list|show|check"),
        (("show",), 2, "the following arguments are required: EXERCISE"),
        (("chek",), 2, "did you mean check?"),
        (("list", "--format", "xml"), 2, "'xml' is not one of human, json"),
    ],
)
def test_mistakes_are_named(command_line: CommandLine, argv: tuple[str, ...], code: int, words: str) -> None:
    outcome = command_line("exercises", *argv)
    assert (outcome.code, outcome.stdout) == (code, "")
    assert words in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_broken_file_is_named_and_the_others_are_checked(command_line: CommandLine, folder: Path) -> None:
    (folder / "broken.toml").write_text('title = "x\n')
    outcome = command_line("exercises", "check", "twice.toml", "broken.toml")
    assert (outcome.code, outcome.stdout) == (3, "1 of 1 references pass, 1 broken\n")
    assert "broken.toml, line 1: is not valid TOML" in outcome.stderr


def test_nothing_shown_can_steer_the_terminal(command_line: CommandLine, folder: Path) -> None:
    evil = replace(
        TWICE, title="a\x1b[2J\nb", statement="see \u202e this", reference="def twice(x):\n    '\x1b'\n"
    )
    (folder / "evil.toml").write_text(toml_format.write(evil), encoding="utf-8")
    outputs = [
        command_line("exercises", "list", "evil.toml"),
        command_line("exercises", "show", "evil.toml", "--all"),
        command_line("exercises", "check", "evil.toml"),
        command_line("exercises", "show", "evil\x1b.toml"),
    ]
    text = "".join(outcome.stdout + outcome.stderr for outcome in outputs)
    assert "\\x1b" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(outputs[0].stdout.splitlines()) == 2


def test_check_says_which_packages_are_missing_and_runs_the_others(
    command_line: CommandLine, folder: Path
) -> None:
    foreign = replace(TWICE, id="foreign", reference="import no_such_module\n\n" + (TWICE.reference or ""))
    (folder / "foreign.toml").write_text(toml_format.write(foreign), encoding="utf-8")
    outcome = command_line("exercises", "check", "twice.toml", "foreign.toml")
    assert (outcome.code, outcome.stdout) == (3, "1 of 1 references pass, 1 not run\n")
    assert "foreign.toml: not run, because `no_such_module` is missing; install with" in outcome.stderr
    assert "-m pip install no_such_module`" in outcome.stderr


def test_a_broken_exercise_does_not_keep_the_others_away(command_line: CommandLine, folder: Path) -> None:
    (folder / "broken.toml").write_text(toml_format.write(TWICE).replace("level = 3", "level = '3'"))
    told = "broken.toml, line 3, key `level`: is a string; write a whole number\n"
    checked = command_line("exercises", "check", ".")
    assert (checked.code, checked.stderr) == (1, told)
    assert checked.stdout.splitlines()[-1] == "1 of 2 references pass, 1 broken"
    listed = command_line("exercises", "list", ".")
    assert (listed.code, listed.stderr) == (3, told)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["ID", "twice", "wrong"]
    assert command_line("exercises", "check", "broken.toml", "twice.toml").code == 3
    alone = command_line("exercises", "check", "broken.toml")
    assert (alone.code, alone.stdout) == (3, "")


def test_tests_that_run_inside_are_told_and_can_be_refused(command_line: CommandLine, folder: Path) -> None:
    mocked = CodeTest("from unittest.mock import Mock\nassert twice(1) == 2 and Mock()")
    (folder / "inside.toml").write_text(toml_format.write(replace(TWICE, id="inside", hidden=(mocked,))))
    outcome = command_line("exercises", "check", "twice.toml", "inside.toml")
    assert (outcome.code, outcome.stdout) == (0, "2 of 2 references pass\n")
    why = "replaces parts of the program (`unittest.mock`)"
    assert f"inside.toml: 1 of 2 tests run inside the program's process, unguarded: hidden test 1 {why}" in (
        outcome.stderr
    )
    as_json = command_line("exercises", "check", "inside.toml", "--format", "json")
    (row,) = json.loads(as_json.stdout)["exercises"]
    assert row["inside"] == [{"hidden": True, "number": 1, "why": why}]
    refused = command_line("exercises", "check", "twice.toml", "inside.toml", "--guarded-only")
    assert (refused.code, refused.stdout) == (3, "1 of 1 references pass, 1 not run\n")
    assert f"not run: inside.toml: hidden test 1 {why}" in refused.stderr
    for command in ("solve", "open"):
        ended = command_line(command, "inside.toml", "--guarded-only")
        assert (ended.code, ended.stdout) == (4, "")
        assert f"inside.toml: hidden test 1 {why}" in ended.stderr
    shown = command_line("exercises", "show", "inside.toml", "--all").stdout
    assert f"Hidden test 1 (runs inside, unguarded: {why})" in shown


def test_tests_that_are_left_out_are_told(command_line: CommandLine, folder: Path) -> None:
    (folder / "half.py").write_text('def half(x):\n    """Half of it."""\n    return x / 2\n')
    (folder / "test_half.py").write_text(
        "import pytest\nfrom half import half\n@pytest.mark.skip\ndef test_a(): assert half(1)\n"
        "def test_b(): assert half(2) == 1\n"
    )
    outcome = command_line("exercises", "check", "half.py")
    assert (outcome.code, outcome.stdout) == (0, "1 of 1 references pass\n")
    assert outcome.stderr == "test_half.py: `test_a` is skipped; it is left out\n"

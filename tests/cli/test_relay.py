"""Several models in one budget: `solve --models`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command_line import CommandLine, Outcome
from support.digits_run import EXERCISE, LOADING, SOLVE
from support.fake_session import FakeSession, Script
from support.tiny_models import gguf_bytes

from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import FailureKind, SolveFailed, SolveFinished
from egcfg_tui.solving.request.solve_request import SolveRequest

SOLVED = SOLVE[-1]
assert isinstance(SOLVED, SolveFinished)


def unsolved(passed: int, wall_s: float) -> SolveFinished:
    """The last event of a solve whose answer passes so many tests."""
    tests = tuple(
        test if index < passed else dataclasses.replace(test, result=None)
        for index, test in enumerate(SOLVED.tests)
    )
    return dataclasses.replace(
        SOLVED, solved=False, solved_by=None, tests=tests, wall_s=wall_s, solution=f"passes = {passed}\n"
    )


class Models:
    """`egcfg-tui solve --models small,large` with a script for each."""

    def __init__(self, command_line: CommandLine, folder: Path) -> None:
        self.scripts: dict[str, Script] = {}
        self.sessions: list[FakeSession] = []
        self._command_line, self._folder = command_line, folder

    def open_session(self, model: ModelSpec, **_: object) -> FakeSession:
        assert all(not session.alive for session in self.sessions), "one model at a time"
        self.sessions.append(FakeSession(model, self.scripts[model.path.stem], LOADING))
        return self.sessions[-1]

    def __call__(self, *options: str) -> Outcome:
        names = []
        for name in self.scripts:
            path = self._folder / f"{name}.gguf"
            path.write_bytes(gguf_bytes(tiny__context_length=4096))
            names.append(str(path))
        return self._command_line("solve", "digits.toml", "--models", ",".join(names), *options)

    @property
    def budgets(self) -> list[float]:
        return [
            call.budget_s
            for session in self.sessions
            for call in session.calls
            if isinstance(call, SolveRequest)
        ]


@pytest.fixture
def models(command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Models]:
    found = Models(command_line, tmp_path)
    monkeypatch.setattr("egcfg_tui.exercises.load_several", lambda references: [EXERCISE])
    monkeypatch.setattr("egcfg_tui.solving.process.client.SolverSession", found.open_session)
    return found


def test_the_second_model_has_what_the_first_left_of_the_budget(models: Models) -> None:
    models.scripts = {"small": (*SOLVE[:-1], unsolved(0, 60.5)), "large": SOLVE}
    outcome = models("--budget", "120")
    assert outcome.code == ExitCode.DONE
    assert outcome.stdout == SOLVED.solution
    assert models.budgets == [60.0, 59.5]
    assert "large goes on, with 60 s" in outcome.stderr


def test_a_model_that_solves_it_ends_the_relay(models: Models) -> None:
    models.scripts = {"small": SOLVE, "large": SOLVE}
    assert models().code == ExitCode.DONE
    assert len(models.sessions) == 1


@pytest.mark.parametrize(("first", "second", "shown"), [(1, 0, 1), (0, 1, 1), (1, 1, 1)])
def test_of_two_that_fail_the_answer_that_passes_more_visible_tests_is_shown(
    models: Models, first: int, second: int, shown: int
) -> None:
    models.scripts = {
        "small": (*SOLVE[:-1], unsolved(first, 5.0)),
        "large": (*SOLVE[:-1], unsolved(second, 5.0)),
    }
    outcome = models()
    assert (outcome.code, outcome.stdout) == (ExitCode.NOT_SOLVED, f"passes = {shown}\n")


def test_a_second_model_that_cannot_solve_loses_nothing(models: Models) -> None:
    models.scripts = {
        "small": (*SOLVE[:-1], unsolved(1, 5.0)),
        "large": (SolveFailed(FailureKind.MODEL, "its process died"),),
    }
    outcome = models()
    assert (outcome.code, outcome.stdout) == (ExitCode.NOT_SOLVED, "passes = 1\n")
    assert "large: its process died" in outcome.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--models", "a,a"), "--models names 'a' twice"),
        (("--models", "a,,"), "--models 'a,,' has an empty name"),
        (("--models", "a,b", "--model", "c"), "--model and --models exclude each other"),
    ],
)
def test_a_wrong_list_of_models_is_told(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    monkeypatch.setattr("egcfg_tui.exercises.load_several", lambda references: [EXERCISE])
    outcome = command_line("solve", "digits.toml", *options)
    assert (outcome.code, outcome.stdout) == (ExitCode.USAGE, "")
    assert message in outcome.stderr


def test_one_recording_does_not_hold_the_runs_of_two_models(models: Models, tmp_path: Path) -> None:
    models.scripts = {"small": SOLVE, "large": SOLVE}
    outcome = models("--record", str(tmp_path / "run.jsonl"))
    assert outcome.code == ExitCode.USAGE
    assert "--record: one file holds one run, but 2 models are named" in outcome.stderr

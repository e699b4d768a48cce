"""`solve` drives a session, keeps data and narration apart, and maps every end to its exit code."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.command_line import CommandLine, Outcome
from support.digits_run import EXERCISE, LOADING, SOLUTION, SOLVE
from support.fake_session import FakeSession, Hold, Script
from support.tiny_models import gguf_bytes

import egcfg_sandbox
from egcfg_tui import events
from egcfg_tui.cli import interrupts
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import Event, FailureKind, SolveFailed, SolveFinished, TrialStarted
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.runs import read_recording
from egcfg_tui.solving.request.grid_file import bundled_grid, read_grid
from egcfg_tui.solving.request.settings import RefreshMode, Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

PASSED, FAILED = events.Outcome.PASSED, events.Outcome.FAILED
FINISHED = SOLVE[-1]
assert isinstance(FINISHED, SolveFinished)


class Solver:
    """`egcfg-tui solve` with a scripted session."""

    def __init__(self, command_line: CommandLine, exercise: str, model: str) -> None:
        self.exercise, self.model = exercise, model
        self.load: Script = LOADING
        self.script: Script = SOLVE
        self.session: FakeSession | None = None
        self.layers: tuple[str, ...] | None = None
        self._command_line = command_line

    def open_session(
        self, model: ModelSpec, *, allow_missing_layers: tuple[str, ...], prompt_cache: bool
    ) -> FakeSession:
        self.prompt_cache = prompt_cache
        self.session, self.layers = InterruptedSession(model, self.script, self.load), allow_missing_layers
        return self.session

    def __call__(self, *options: str) -> Outcome:
        return self._command_line("solve", self.exercise, "--model", self.model, *options)

    @property
    def request(self) -> SolveRequest:
        assert self.session
        (request,) = (call for call in self.session.calls if isinstance(call, SolveRequest))
        return request


class CtrlC(Event):
    """In a script: the user presses Ctrl-C before the next event."""


class InterruptedSession(FakeSession):
    """A fake session whose script may press keys."""

    def __enter__(self) -> InterruptedSession:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def _play(self, script: Script, request: SolveRequest | None) -> Iterator[Event]:
        for event in super()._play(script, request):
            if isinstance(event, CtrlC):
                os.kill(os.getpid(), signal.SIGINT)
            else:
                yield event


@pytest.fixture
def solver(command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Solver:
    model = tmp_path / "tiny-coder.gguf"
    model.write_bytes(gguf_bytes(tiny__context_length=4096))
    solver = Solver(command_line, "digits.toml", str(model))
    monkeypatch.setattr("egcfg_tui.exercises.load_several", lambda references: [EXERCISE])
    monkeypatch.setattr("egcfg_tui.solving.process.client.SolverSession", solver.open_session)
    return solver


def finished(**changes: Any) -> SolveFinished:
    """The end of the scripted solve, changed."""
    return dataclasses.replace(FINISHED, **changes)


def test_the_human_output_is_the_golden_one(solver: Solver, golden: Callable[[str, str], None]) -> None:
    outcome = solver()
    assert outcome.code == ExitCode.DONE
    assert outcome.stdout == SOLUTION
    golden("solve.txt", outcome.stdout)
    golden("solve_narration.txt", outcome.stderr)


def test_the_json_output_is_the_golden_one(solver: Solver, golden: Callable[[str, str], None]) -> None:
    outcome = solver("--format", "json")
    assert outcome.code == ExitCode.DONE
    golden("solve.json", outcome.stdout)


def test_the_json_object_keeps_the_contract(solver: Solver) -> None:
    result = json.loads(solver("--format", "json").stdout)
    contract = [
        *("exercise", "solved", "hidden_passed", "solution", "method", "model", "seed", "wall_s", "tokens"),
        *("runs", "trials", "tests"),
    ]
    assert list(result)[: len(contract)] == contract
    assert {"prompt", "candidate", "signal", "verified", "decoded"} <= set(result["tokens"])
    assert all({"test", "passed", "status"} <= set(test) for test in result["tests"])


def test_the_result_names_every_trial_and_the_one_that_passed(solver: Solver) -> None:
    (only,) = FINISHED.trial_list
    trials = tuple(
        dataclasses.replace(only, index=index, method=method, outcome=outcome, wall_s=2.5)
        for index, (method, outcome) in enumerate(
            (("greedy", FAILED), ("sample", FAILED), ("sample", FAILED), ("egcfg", PASSED)), start=1
        )
    )
    started = (
        TrialStarted(2, "sample", "ns3t0.75d5k1_ln", 1.0),
        TrialStarted(4, "egcfg", "ns3t0.75d5k1_pp", 3.0, 17),
    )
    solver.script = (*started, finished(trials=4, trial_list=trials, solved_by=4))
    outcome = solver("--format", "json")
    result = json.loads(outcome.stdout)
    assert (result["trials"], result["solved_by"]) == (4, 4)
    assert [(trial["trial"], trial["method"], trial["outcome"]) for trial in result["trial_list"]] == [
        (1, "greedy", "failed"),
        (2, "sample", "failed"),
        (3, "sample", "failed"),
        (4, "egcfg", "passed"),
    ]
    assert all(trial["wall_s"] == 2.5 and trial["tokens"]["prompt"] == 240 for trial in result["trial_list"])
    narrated = outcome.stderr.splitlines()
    assert "trial 2: sample" in narrated
    assert "trial 4: egcfg ns3t0.75d5k1_pp, gamma 3, from 17 failed answers" in narrated
    assert narrated[-4:] == [
        "  greedy: 1 trial, 652 tokens, 2.5 s",
        "  sample: 2 trials, 1304 tokens, 5.0 s",
        "  egcfg: 1 trial, 652 tokens, 2.5 s",
        "  trial 4 passed the visible tests: egcfg",
    ]


def test_without_options_the_defaults_are_asked_for(solver: Solver) -> None:
    solver()
    grid = bundled_grid("auto")
    assert solver.request == SolveRequest(EXERCISE, "auto", Settings(), 120.0, 0, grid)
    assert solver.session
    assert solver.session.model == ModelSpec("tiny-coder", Path(solver.model))
    assert solver.layers == ()


def test_every_option_arrives(solver: Solver) -> None:
    given = {
        "--method": "sample",
        "--gamma": 2.5,
        "--candidates": 4,
        "--horizon": 7,
        "--temperature": 0.9,
        "--refresh": 2,
        "--top-p": 0.8,
        "--max-tokens": 99,
        "--signal-tokens": 77,
        "--prompt-style": "long-code",
        "--trace": "minimal",
        "--refresh-mode": "token",
        "--budget": 33,
        "--seed": 11,
        "--threads": 3,
        "--context": 1024,
        "--gpu-layers": 5,
    }
    flags = ("--no-partial-execution", "--no-stop-loops", "--no-early-stop")
    solver(*(str(word) for pair in given.items() for word in pair), *flags)
    settings = Settings(
        candidates=4,
        temperature=0.9,
        horizon=7,
        refresh=2,
        gamma=2.5,
        top_p=0.8,
        prompt_style=PromptStyle.LONG_CODE,
        max_tokens=99,
        signal_tokens=77,
        trace=TraceFormat.MINIMAL,
        refresh_mode=RefreshMode.TOKEN,
        partial_execution=False,
        stop_loops=False,
        early_stop=False,
    )
    assert solver.request == SolveRequest(EXERCISE, "sample", settings, 33.0, 11)
    assert solver.session
    assert solver.session.model == ModelSpec("tiny-coder", Path(solver.model), 1024, 3, 5)


def test_the_grid_of_egcfg_is_the_papers_unless_the_user_names_one(solver: Solver, tmp_path: Path) -> None:
    solver("--method", "egcfg")
    assert solver.request.grid == bundled_grid("egcfg")
    grid = tmp_path / "mine.toml"
    grid.write_text("horizon = [2, 4]\ngamma = [1, 2]\n")
    solver("--method", "egcfg", "--grid", str(grid))
    assert solver.request.grid == read_grid(grid)


def test_no_grid_varies_what_the_user_gives(solver: Solver) -> None:
    solver("--method", "egcfg", "--gamma", "2", "--temperature", "0.9")
    assert [axis.name for axis in solver.request.grid.axes] == [
        "candidates",
        "refresh",
        "horizon",
        "prompt_style",
    ]
    solver("--method", "egcfg", "--config", "ns3t0.75d5k1_ln")
    assert [axis.name for axis in solver.request.grid.axes] == ["gamma"]


def test_options_win_over_the_setting_string(solver: Solver) -> None:
    solver("--config", "ns4t0.9d7k2_lci_ln", "--horizon", "2")
    assert solver.request.settings == Settings(
        candidates=4, temperature=0.9, horizon=2, refresh=2, prompt_style=PromptStyle.LONG_CODE
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--method", "sample", "--grid", "x.toml"], "--grid: method sample has no guided trials"),
        (["--grid", "x.toml"], "--grid: x.toml: there is no such file"),
        (["--trace", "long"], "'long' is not one of compact, full, minimal"),
        (["--top-p", "0"], "--top-p: must be a number from 0.01 to 1, not '0'"),
        (
            ["--method", "gredy"],
            "'gredy' is not one of auto, egcfg, sample, mutate, greedy; did you mean greedy?",
        ),
        (["--gamma", "11"], "--gamma: must be a number from 0 to 10, not '11'"),
        (["--gamma", "nan"], "--gamma: must be a number from 0 to 10, not 'nan'"),
        (["--candidates", "0"], "--candidates: must be a whole number from 1 to 16, not '0'"),
        (["--candidates", "2.5"], "--candidates: must be a whole number from 1 to 16, not '2.5'"),
        (["--budget", "0"], "--budget: must be a number of seconds above 0, not '0'"),
        (["--budget", "inf"], "--budget: must be a number of seconds above 0, not 'inf'"),
        (["--seed", "-1"], "--seed: must be a whole number from 0 to"),
        (
            ["--config", "fast"],
            "--config: setting string 'fast' cannot be read; it looks like ns3t0.75d5k1_lci_ln",
        ),
        (["--config", "ns99t1d5"], "--config: candidates is 99; it must be a whole number between 1 and 16"),
        (["--config", f"ns{'9' * 5000}t1d5"], "--config: "),
        (["--gama", "1"], "unknown option --gama; did you mean --gamma?"),
        (["--allow-missing-layer", "secomp"], "--allow-missing-layer: the sandbox has no layer 'secomp'"),
    ],
)
def test_a_wrong_option_is_told(solver: Solver, options: list[str], message: str) -> None:
    outcome = solver(*options)
    assert (outcome.code, outcome.stdout) == (ExitCode.USAGE, "")
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert solver.session is None


def test_a_layer_can_be_given_up_by_name(solver: Solver) -> None:
    name = egcfg_sandbox.layers()[0].name
    solver("--allow-missing-layer", name)
    assert solver.layers == (name,)


@pytest.mark.parametrize(("options", "kept"), [((), True), (("--no-prompt-cache",), False)])
def test_evaluated_prompts_are_kept_unless_told_not_to(
    solver: Solver, options: tuple[str, ...], kept: bool
) -> None:
    solver(*options)
    assert solver.prompt_cache is kept


def test_an_unsolved_exercise_still_shows_the_last_answer(solver: Solver) -> None:
    solver.script = (*SOLVE[:-1], finished(solved=False, reason=events.Outcome.BUDGET))
    outcome = solver()
    assert (outcome.code, outcome.stdout) == (ExitCode.NOT_SOLVED, SOLUTION)
    assert "not solved: the budget is used up" in outcome.stderr


def test_a_solve_that_is_stopped_while_it_is_scored_prints_its_answer(solver: Solver) -> None:
    tests = (FINISHED.tests[0], *(dataclasses.replace(test, result=None) for test in FINISHED.tests[1:]))
    end = finished(solved=False, hidden_passed=None, reason=events.Outcome.STOPPED, tests=tests)
    solver.script = (*SOLVE[:-1], CtrlC(), end)
    outcome = solver()
    assert (outcome.code, outcome.stdout) == (ExitCode.INTERRUPTED, SOLUTION)
    assert (
        "not solved: stopped\nvisible tests: 1 of 3 passed\nhidden tests: 0 of 2 passed\n" in outcome.stderr
    )
    assert "the solve was stopped before 4 tests could be run" in outcome.stderr


def test_json_tells_of_every_test_whether_it_was_run(solver: Solver) -> None:
    tests = (FINISHED.tests[0], dataclasses.replace(FINISHED.tests[1], result=None))
    solver.script = (*SOLVE[:-1], finished(solved=False, hidden_passed=None, tests=tests))
    rows = json.loads(solver("--format", "json").stdout)["tests"]
    assert [(row["status"], row["passed"], row["error"]) for row in rows] == [
        ("passed", True, None),
        ("not_run", False, None),
    ]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FailureKind.MODEL, ExitCode.MODEL_OR_DATA),
        (FailureKind.CONTEXT, ExitCode.MODEL_OR_DATA),
        (FailureKind.SANDBOX, ExitCode.SANDBOX),
    ],
)
@pytest.mark.parametrize("when", ["load", "script"])
def test_a_solve_that_cannot_be_carried_out_says_why(
    solver: Solver, kind: FailureKind, code: ExitCode, when: str, tmp_path: Path
) -> None:
    failure = SolveFailed(kind, "it broke; mend it")
    setattr(solver, when, (LOADING[0], failure))
    outcome = solver("--format", "json", "--record", str(tmp_path / "run.jsonl"))
    assert (outcome.code, outcome.stdout) == (code, "")
    assert outcome.stderr.endswith("egcfg-tui: it broke; mend it\n")
    assert read_recording(tmp_path / "run.jsonl").events[-1].event == failure
    assert solver.session
    assert solver.session.calls[-1] == "close"


@pytest.mark.parametrize("form", ["human", "json"])
@pytest.mark.parametrize("at", [0, 3, 9, len(SOLVE) - 1])
def test_ctrl_c_stops_the_solve_and_keeps_the_recording(
    solver: Solver, tmp_path: Path, at: int, form: str
) -> None:
    solver.script = (*SOLVE[:at], CtrlC(), Hold())
    outcome = solver("--record", str(tmp_path / "run.jsonl"), "--format", form)
    assert outcome.code == ExitCode.INTERRUPTED
    assert outcome.stderr.endswith("egcfg-tui: interrupted\n")
    last = read_recording(tmp_path / "run.jsonl").events[-1].event
    assert isinstance(last, SolveFinished)
    assert last.reason == "stopped"
    if form == "json":
        assert json.loads(outcome.stdout)["reason"] == "stopped"
    else:
        assert outcome.stdout == ""


def test_one_ctrl_c_that_arrives_twice_is_one(
    solver: Solver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupts, "SAME_PRESS_S", 60.0)
    solver.script = (*SOLVE[:-1], CtrlC(), CtrlC(), finished(solved=False, reason=events.Outcome.STOPPED))
    outcome = solver("--record", str(tmp_path / "run.jsonl"))
    assert (outcome.code, outcome.stdout) == (ExitCode.INTERRUPTED, SOLUTION)
    assert isinstance(read_recording(tmp_path / "run.jsonl").events[-1].event, SolveFinished)


@pytest.mark.parametrize(("load", "script"), [((CtrlC(),), ()), (LOADING, (SOLVE[0], CtrlC(), CtrlC()))])
def test_ctrl_c_while_loading_or_twice_ends_at_once(
    solver: Solver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: Script, script: Script
) -> None:
    monkeypatch.setattr(interrupts, "SAME_PRESS_S", 0.0)
    solver.load, solver.script = load, (*script, Hold())
    outcome = solver("--record", str(tmp_path / "run.jsonl"))
    assert (outcome.code, outcome.stdout) == (ExitCode.INTERRUPTED, "")
    assert not read_recording(tmp_path / "run.jsonl").cut_short
    assert solver.session
    assert solver.session.calls[-1] == "close"


def test_interrupts_are_given_back(solver: Solver) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    solver()
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert after == before


def test_the_recording_holds_the_run(solver: Solver, tmp_path: Path) -> None:
    solver("--record", str(tmp_path / "run.jsonl"), "--seed", "5")
    recording = read_recording(tmp_path / "run.jsonl")
    assert [timed.event for timed in recording.events] == [
        event for event in (*LOADING, *SOLVE) if not event.transient
    ]
    assert recording.header.request.seed == 5
    assert recording.header.request.model.name == "tiny-coder"
    assert recording.header.request.model.size_bytes == Path(solver.model).stat().st_size


def test_a_recording_that_cannot_begin_is_told_before_the_solve(solver: Solver, tmp_path: Path) -> None:
    outcome = solver("--record", str(tmp_path / "none" / "run.jsonl"))
    assert outcome.code == ExitCode.USAGE
    assert "run.jsonl: the recording cannot be written: No such file or directory" in outcome.stderr
    assert solver.session is None


def test_a_recording_that_breaks_off_does_not_lose_the_solution(
    solver: Solver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0

    def write_until_full(recorder: Any, value: Any) -> None:
        nonlocal written
        written += 1
        if written > 4:
            raise recorder._failure(OSError(28, "No space left on device"))

    monkeypatch.setattr("egcfg_tui.runs.recorder.Recorder._write", write_until_full)
    outcome = solver("--record", str(tmp_path / "run.jsonl"))
    assert (outcome.code, outcome.stdout) == (ExitCode.MODEL_OR_DATA, SOLUTION)
    message = "the recording cannot be written: No space left on device; the solve goes on without it"
    assert outcome.stderr.count(message) == 1


def test_a_session_without_an_end_is_an_unexpected_error(solver: Solver) -> None:
    solver.script = SOLVE[:3]
    assert solver().code == ExitCode.INTERNAL


def test_a_missing_model_is_told(solver: Solver) -> None:
    solver.model = "no-such-model"
    outcome = solver()
    assert (outcome.code, outcome.stdout) == (ExitCode.MODEL_OR_DATA, "")
    assert "egcfg-tui: unknown model 'no-such-model'" in outcome.stderr


def test_a_context_beyond_the_model_is_told(solver: Solver) -> None:
    outcome = solver("--context", "8192")
    assert (outcome.code, solver.session) == (ExitCode.MODEL_OR_DATA, None)
    assert "--context 8192 is more than the 4096 tokens for which tiny-coder was trained" in outcome.stderr


def test_an_unknown_exercise_is_told(command_line: CommandLine) -> None:
    outcome = command_line("solve", "watering-dais")
    assert (outcome.code, outcome.stdout) == (ExitCode.MODEL_OR_DATA, "")
    assert "watering-dais" in outcome.stderr


def test_several_exercises_are_solved_on_a_model_that_is_loaded_once(
    solver: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dataclasses.replace(EXERCISE, id="other")
    monkeypatch.setattr("egcfg_tui.exercises.load_several", lambda references: [EXERCISE, other])
    outcome = solver()
    assert outcome.code == ExitCode.DONE
    assert outcome.stdout == f"# {EXERCISE.id}\n{SOLUTION}" * 2  # the script knows one exercise
    assert solver.session is not None
    requests = [call for call in solver.session.calls if isinstance(call, SolveRequest)]
    assert [request.exercise.id for request in requests] == [EXERCISE.id, "other"]
    assert outcome.stderr.count("loaded in") == 1
    as_json = solver("--format", "json").stdout.splitlines()
    assert [json.loads(line)["exercise"] for line in as_json] == [EXERCISE.id] * 2


def test_of_several_exercises_one_that_is_not_solved_decides_the_exit_code(
    solver: Solver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("egcfg_tui.exercises.load_several", lambda references: [EXERCISE] * 2)
    solver.script = (*SOLVE[:-1], finished(solved=False))
    assert solver().code == ExitCode.NOT_SOLVED
    solver.script = (SolveFailed(FailureKind.CONTEXT, "the context is too small"),)
    outcome = solver()
    assert outcome.code == ExitCode.MODEL_OR_DATA
    assert outcome.stderr.count(f"{EXERCISE.id}: the context is too small") == 2


def test_one_recording_does_not_hold_several_runs(
    solver: Solver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("egcfg_tui.exercises.load_several", lambda references: [EXERCISE] * 2)
    outcome = solver("--record", str(tmp_path / "run.jsonl"))
    assert outcome.code == ExitCode.USAGE
    assert "--record: one file holds one run, but 2 exercises are named" in outcome.stderr

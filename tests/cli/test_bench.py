"""`bench`: the choices of its options, its narration, and the message of every end."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.command_line import CommandLine, Outcome
from support.fake_bench import FakeMachine, setup_of
from support.tiny_models import gguf_bytes

from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.records import read_records
from egcfg_tui.bench.setup import BenchSetup, Choices
from egcfg_tui.cli.bench_narration import LiveBench, duration
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.events import FailureKind, SolveFailed
from egcfg_tui.exercises import bundled, bundled_half
from egcfg_tui.solving.request.solve_request import SolveRequest

ANSWER = "def add(n):\n    return n + 1\n"


def row(task: int, **changes: Any) -> dict[str, Any]:
    tests = [f"assert add({task}) == {task + 1}"]
    return {"task_id": task, "text": "Add one.", "code": ANSWER, "test_list": tests, **changes}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with exercises and two stand-ins for models, one with right and one with wrong answers."""
    monkeypatch.chdir(tmp_path)
    rows = [*(row(number) for number in range(1, 5)), row(5, test_list=[])]
    Path("ex.jsonl").write_text("\n".join(map(json.dumps, rows)))
    Path("right.txt").write_text(ANSWER)
    Path("wrong.txt").write_text("def add(n):\n    return n\n")
    return tmp_path


class FakeBench:
    """`egcfg-tui bench` on an imaginary machine; `choices` holds the choices of the options."""

    def __init__(self, command_line: CommandLine, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.machine = FakeMachine()
        self.setup = setup_of()
        self.choices: Choices | None = None
        self._command_line = command_line
        self._model = model
        monkeypatch.setattr("egcfg_tui.bench.setup.set_up", self._set_up)
        monkeypatch.setattr("egcfg_tui.bench.session.BenchSession", self._open)

    def __call__(self, *options: str) -> Outcome:
        return self._command_line("bench", "--models", self._model, *options)

    def _set_up(self, choices: Choices) -> BenchSetup:
        self.choices = choices
        return self.setup

    def _open(self, *args: Any) -> Any:
        return self.machine.open_session(*args)


@pytest.fixture
def bench(command_line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBench:
    model = folder / "tiny.gguf"
    model.write_bytes(gguf_bytes(tiny__context_length=4096))
    return FakeBench(command_line, str(model), monkeypatch)


def test_a_bench_of_two_models_ends_with_their_comparison(command_line: CommandLine, folder: Path) -> None:
    command = (
        *("bench", "ex.jsonl#1-3", "--models", "say:right.txt,say:wrong.txt"),
        *("--methods", "greedy", "--budget", "60", "--out", "mine"),
    )
    first = command_line(*command)
    assert first.code == ExitCode.DONE, first.stderr
    assert "6 tasks, 60 s each by the wall's clock" in first.stderr
    assert "[3/6] solved  3  say:right.txt  greedy" in first.stderr
    assert "[6/6] failed  3  say:wrong.txt  greedy" in first.stderr
    assert "say:right.txt" in first.stdout
    records = read_records(folder / "mine" / "records.jsonl")
    assert [record.outcome.value for record in records] == ["solved"] * 3 + ["failed"] * 3
    assert {record.solution for record in records[:3]} == {ANSWER}
    again = command_line(*command)
    assert (again.code, again.stdout) == (first.code, first.stdout)
    assert "[" not in again.stderr, "no task runs a second time"
    assert read_records(folder / "mine" / "records.jsonl") == records


def test_without_a_folder_the_same_bench_goes_on_in_the_same_one(bench: FakeBench) -> None:
    first, again = bench(), bench()
    told = re.search(r"bench in (\S+)", first.stderr)
    assert told is not None
    assert told[0] in again.stderr
    assert len(read_records(Path(told[1]) / "records.jsonl")) == 6
    bench.setup = setup_of(seed=8)
    assert told[0] not in bench().stderr


def test_the_default_is_a_fixed_half_of_the_bundled_exercises_by_auto(bench: FakeBench) -> None:
    bench()
    assert bench.choices is not None
    assert bench.choices.exercises == bundled_half()
    assert bench.choices.methods == ("auto",)
    assert (bench.choices.budget_s, bench.choices.budget_tokens, bench.choices.clock) == (25.0, None, "wall")
    # Two models end within twenty minutes.
    assert bench.choices.budget_s * 2 * len(bundled_half()) <= 20 * 60


def test_options_choose(bench: FakeBench) -> None:
    bench("--all", "--methods", "sample, greedy,sample", "--repeats", "3", "--seed", "5", "--clock", "model")
    assert bench.choices is not None
    assert bench.choices.exercises == bundled()
    assert bench.choices.methods == ("sample", "greedy")
    assert (bench.choices.repeats, bench.choices.seed, bench.choices.clock) == (3, 5, "model")
    bench("ex.jsonl", "--ids", "2-4", "--limit", "2", "--budget-tokens", "900", "--gamma", "2")
    assert [exercise.id for exercise in bench.choices.exercises] == ["2", "3"]
    assert (bench.choices.budget_s, bench.choices.budget_tokens) == (None, 900)
    assert bench.choices.settings.gamma == 2.0


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (
            ["--methods", "gredy"],
            2,
            "'gredy' is not one of auto, egcfg, sample, mutate, greedy; did you mean greedy?",
        ),
        (["--methods", ","], 2, "is empty; name at least one"),
        (["--budget", "5", "--budget-tokens", "5"], 2, "not allowed with argument --budget"),
        (["ex.jsonl", "--all"], 2, "--all means the bundled exercises"),
        (["--repeats", "0"], 2, "must be a whole number"),
        (["--models", "qwen9"], 3, "unknown model 'qwen9'"),
        (["ex.jsonl", "--ids", "9"], 3, "ex.jsonl: has no exercise `9`"),
        (["ex.jsonl#7-9"], 3, "ex.jsonl: has no exercise in the range 7-9; it has 1 to 5"),
        (["ex.jsonl"], 3, "ex.jsonl, line 5, key `test_list`: is empty"),
        (["none.jsonl"], 3, "none.jsonl: there is no such file"),
        (
            ["--out", "ex.jsonl"],
            3,
            "ex.jsonl: cannot be written: File exists; name another folder with --out",
        ),
        (["--out", "."], 3, ".: is not a bench (it has no bench.json) and holds ex.jsonl"),
        (["--watch", "."], 3, ".: is not a bench: it has no bench.json"),
        (["--rescore", "none"], 3, "none: there is no such folder"),
        (["--watch", "a", "--rescore", "b"], 2, "not allowed with argument --watch"),
        (["ex.jsonl", "--watch", "a"], 2, "--watch and --rescore take the folder of a bench; leave out"),
        (["--grid", "g.toml", "--methods", "greedy"], 2, "--grid: method greedy has no guided trials"),
    ],
)
def test_what_is_wrong_is_named_with_the_next_step(
    bench: FakeBench, options: list[str], code: int, told: str
) -> None:
    outcome = bench(*options)
    assert outcome.code == code
    assert told in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not bench.machine.ran


def test_models_that_do_not_fit_are_refused_by_name_before_anything_runs(
    command_line: CommandLine, folder: Path
) -> None:
    huge = gguf_bytes(tiny__context_length=1 << 20, tiny__block_count=4096, tiny__embedding_length=65536)
    Path("huge.gguf").write_bytes(huge)
    outcome = command_line(
        *(
            "bench",
            "ex.jsonl#1",
            "--models",
            "say:right.txt,huge.gguf",
            "--context",
            "1048576",
            "--out",
            "mine",
        )
    )
    assert outcome.code == ExitCode.MODEL_OR_DATA
    assert "not enough memory for the model: huge.gguf" in outcome.stderr
    assert not Path("mine").exists()


def test_ctrl_c_keeps_what_ended_and_says_how_to_go_on(bench: FakeBench) -> None:
    def press(request: SolveRequest, _model: str) -> None:
        if len(bench.machine.ran) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    bench.machine = FakeMachine(press)  # type: ignore[arg-type]
    outcome = bench("--out", "my bench")
    assert outcome.code == ExitCode.INTERRUPTED
    assert outcome.stdout == ""
    assert "4 tasks are left. Go on with:\n  egcfg-tui bench --models" in outcome.stderr
    assert "--out 'my bench'" in outcome.stderr
    assert len(read_records(Path("my bench") / "records.jsonl")) == 2
    bench.machine = FakeMachine()
    assert "2 of 6 tasks ended" in bench("--out", "my bench").stderr
    assert len(bench.machine.ran) == 4


def test_a_bench_with_faults_says_that_it_is_incomplete(bench: FakeBench) -> None:
    bench.machine = FakeMachine(lambda request, _: SolveFailed(FailureKind.SANDBOX, "the sandbox broke [/]"))
    outcome = bench("--out", "mine")
    assert outcome.code == ExitCode.NOT_SOLVED
    assert outcome.stderr.count("the sandbox broke [/]") == 6
    assert "The bench is incomplete: 6 tasks ended in a fault" in outcome.stderr
    assert "Run them again with:\n  egcfg-tui bench" in outcome.stderr


def test_a_finished_bench_can_be_watched_and_a_stopped_one_is_told(bench: FakeBench) -> None:
    bench("--out", "mine")
    outcome = bench._command_line("bench", "--watch", "mine")
    assert outcome.code == ExitCode.DONE
    assert "6 tasks" in outcome.stderr
    assert outcome.stdout
    lines = Path("mine/records.jsonl").read_text().splitlines(keepends=True)
    Path("mine/records.jsonl").write_text("".join(lines[:2]))
    outcome = bench._command_line("bench", "--watch", "mine")
    assert "No bench writes into mine now, and 4 tasks are left" in outcome.stderr


def test_rescoring_tells_the_verdicts_that_changed(command_line: CommandLine, folder: Path) -> None:
    command_line(
        *("bench", "ex.jsonl#1-2", "--models", "say:right.txt", "--methods", "greedy", "--out", "mine")
    )
    Path("ex.jsonl").write_text(
        "\n".join(json.dumps(row(n, test_list=[f"assert add({n}) == {n + n}"])) for n in (1, 2))
    )
    outcome = command_line("bench", "--rescore", "mine")
    assert outcome.code == ExitCode.DONE, outcome.stderr
    assert outcome.stdout == "2  say:right.txt  greedy  solved -> failed\n"
    assert "1 of 2 verdicts changed; the new records are in mine/rescored-1.jsonl" in outcome.stderr


def test_the_narration_is_the_golden_one(bench: FakeBench, golden: Callable[[str, str], None]) -> None:
    bench.setup = replace(setup_of(exercises=2, repeats=2))
    outcome = bench("--out", "mine")
    golden("bench_narration.txt", re.sub(r"about \d+ s left", "about 1 s left", outcome.stderr))


@pytest.mark.parametrize("width", [80, 120])
def test_the_live_table_is_the_golden_one(
    golden: Callable[[str, str], None], tmp_path: Path, width: int
) -> None:
    from rich.console import Console

    live = LiveBench(lambda: False)
    bench = FakeMachine().run(setup_of(models=("tiny", "a-model-of-a-longer-name")), tmp_path)
    for _, event in zip(range(30), bench, strict=False):
        live.show(event)
    bench.close()  # type: ignore[attr-defined]
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(live)
    shown = re.sub(r"[·•●] ", "· ", re.sub(r"about \d+ s left", "about 1 s left", capture.get()))
    assert max(map(len, shown.splitlines())) <= width
    golden(f"bench_table_{width}.txt", "".join(f"{line.rstrip()}\n" for line in shown.splitlines()))


def test_durations_are_told_in_the_units_that_a_person_uses() -> None:
    assert [duration(s) for s in (3, 89.6, 600, 5399, 7200)] == ["3 s", "90 s", "10 min", "90 min", "2.0 h"]


def test_the_folder_of_a_bench_is_private(bench: FakeBench) -> None:
    bench("--out", "mine")
    assert BenchFolder(Path("mine")).path.stat().st_mode & 0o077 == 0

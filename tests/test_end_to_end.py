"""The real command line with the real model and the real sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from egcfg_tui.exercises import DEMO_ID
from egcfg_tui.solving.methods import DEMO_METHOD

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "egcfg_tui", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_the_demo_is_solved_recorded_and_replayed(model_path: Path, tmp_path: Path) -> None:
    recording = tmp_path / "run.jsonl"
    solved = run(
        "solve",
        DEMO_ID,
        "--method",
        DEMO_METHOD,
        "--model",
        str(model_path),
        "--budget",
        "400",
        "--record",
        str(recording),
        "--format",
        "json",
    )
    assert solved.returncode == 0, solved.stderr
    result = json.loads(solved.stdout)
    assert result["solved"] is True
    assert result["hidden_passed"] is True
    assert result["tokens"]["candidate"] > 0
    assert result["tokens"]["signal"] > 0
    assert all(test["passed"] for test in result["tests"])

    replayed = run("replay", str(recording), "--format", "json")
    assert replayed.returncode == 0, replayed.stderr
    assert json.dumps(result["solution"]) in replayed.stdout
    again = run("replay", str(recording))
    assert all(line in again.stdout for line in result["solution"].splitlines())


def test_the_same_seed_gives_the_same_run(model_path: Path) -> None:
    """Runs greedy decoding and sampling twice; the prompt is evaluated only once, and no budget cuts them."""
    for method in ("greedy", "sample"):
        runs = [
            run(
                "solve", DEMO_ID, "--model", str(model_path), "--method", method,
                "--seed", "3", "--budget", "400", "--format", "json",
            )
            for _ in range(2)
        ]  # fmt: skip
        first, second = (json.loads(finished.stdout) for finished in runs)
        for result in (first, second):
            result.pop("wall_s")
            for trial in result["trial_list"]:
                trial.pop("wall_s")
            tokens = result["tokens"]
            tokens["prompt"] += tokens.pop("reused")
        assert first == second

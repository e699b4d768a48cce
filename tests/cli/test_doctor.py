"""The doctor tells everything it found; its exit code is the one with which a solve would fail."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from support.command_line import CommandLine

from egcfg_sandbox import Layer, SandboxRefused
from egcfg_tui.cli import diagnosis, engine_probe
from egcfg_tui.cli.commands import doctor
from egcfg_tui.cli.diagnosis import Diagnosis, ModelFacts, SandboxFacts, TerminalFacts
from egcfg_tui.cli.engine_probe import Device, EngineFacts, probe_engine, read_features
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.runs.machine import Machine

LAYERS = (
    Layer("seccomp", active=True, required=True),
    Layer("landlock", active=False, required=False, reason="the kernel lacks it"),
)
HEALTHY = Diagnosis(
    version="0.1.0",
    python="/usr/bin/python3",
    machine=Machine("Linux 6.1", "x86_64", "Some processor", 2, 8_000_000_000, "3.11.7"),
    memory_available_bytes=5_500_000_000,
    engine=EngineFacts(
        "0.3.36",
        gpu_offload=True,
        features=(("CUDA", ("ARCHS=890",)), ("CPU", ("AVX2", "FMA"))),
        devices=(Device("CUDA0", "Some GPU", 3_000_000_000, 4_000_000_000),),
    ),
    model=ModelFacts("tiny", "ready", "/models/tiny.gguf", ""),
    sandbox=SandboxFacts(LAYERS, 12.5, ""),
    folders=(("models", "/models"), ("state", "/state")),
    unwritable=(),
    terminal=TerminalFacts(True, True, 80, 24, "xterm", "256", "utf-8"),
)
NO_MODEL = dataclasses.replace(
    HEALTHY, model=ModelFacts("tiny", "absent", None, "model tiny is not on this machine\nFetch it: pull")
)
NO_STATE = dataclasses.replace(
    HEALTHY, unwritable=(("state", "cannot be written to (Read-only file system): no logs are kept"),)
)
NO_ENGINE = dataclasses.replace(HEALTHY, engine=EngineFacts(problem="killed by SIGILL"))
NO_SANDBOX = dataclasses.replace(
    HEALTHY,
    sandbox=SandboxFacts(
        (Layer("seccomp", active=False, required=True, reason="the kernel was built without it"),),
        None,
        "runs are refused without seccomp",
    ),
)


@pytest.mark.parametrize(
    ("found", "code", "name"),
    [
        (HEALTHY, ExitCode.DONE, "doctor.txt"),
        (NO_STATE, ExitCode.DONE, "doctor_no_state.txt"),
        (NO_MODEL, ExitCode.MODEL_OR_DATA, "doctor_no_model.txt"),
        (NO_ENGINE, ExitCode.MODEL_OR_DATA, "doctor_no_engine.txt"),
        (NO_SANDBOX, ExitCode.SANDBOX, "doctor_no_sandbox.txt"),
    ],
)
def test_the_output_is_the_golden_one(
    command_line: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    golden: Callable[[str, str], None],
    found: Diagnosis,
    code: ExitCode,
    name: str,
) -> None:
    monkeypatch.setattr(doctor, "diagnose", lambda: found)
    outcome = command_line("doctor")
    assert (outcome.code, outcome.stderr) == (code, "")
    golden(name, outcome.stdout)


def test_json_is_the_golden_one(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, golden: Callable[[str, str], None]
) -> None:
    monkeypatch.setattr(doctor, "diagnose", lambda: HEALTHY)
    outcome = command_line("doctor", "--json")
    assert outcome.code == ExitCode.DONE
    golden("doctor.json", outcome.stdout)


def test_a_real_machine_is_looked_at(command_line: CommandLine) -> None:
    outcome = command_line("doctor", "--json")
    found = json.loads(outcome.stdout)
    assert found["engine"]["problem"] == ""
    assert found["engine"]["version"]
    assert found["engine"]["features"]["CPU"]
    assert found["engine"]["devices"][0]["total_bytes"] > 0
    assert found["machine"]["cores"] >= 1
    assert found["model"]["state"] == "absent"
    assert "egcfg-tui models pull" in found["model"]["problem"]
    assert found["sandbox"]["layers"]
    assert outcome.code == (ExitCode.SANDBOX if found["sandbox"]["problem"] else ExitCode.MODEL_OR_DATA)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGILL)",
            "llama-cpp-python cannot be loaded: killed by SIGILL",
        ),
        ("import no_such_library", "llama-cpp-python cannot be loaded: ModuleNotFoundError: No module named"),
        ("raise SystemExit(7)", "llama-cpp-python cannot be loaded: exit code 7"),
    ],
)
def test_a_library_that_breaks_costs_one_line(
    monkeypatch: pytest.MonkeyPatch, script: str, problem: str
) -> None:
    run = subprocess.run

    def run_script(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return run([sys.executable, "-c", script], **options)

    monkeypatch.setattr(engine_probe.subprocess, "run", run_script)
    facts = probe_engine()
    assert facts.problem.startswith(problem)
    assert "\n" not in facts.problem


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("", ()),
        ("CPU : SSE3 = 1 | AVX = 0 | LLAMAFILE = 1 | ", (("CPU", ("SSE3", "LLAMAFILE")),)),
        (
            "CUDA : ARCHS = 890 | USE_GRAPHS = 1 | CPU : AVX2 = 1 | ",
            (("CUDA", ("ARCHS=890", "USE_GRAPHS")), ("CPU", ("AVX2",))),
        ),
    ],
)
def test_features_are_read_by_backend(text: str, features: object) -> None:
    assert read_features(text) == features


def test_a_sandbox_that_refuses_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**options: object) -> None:
        raise SandboxRefused("no seccomp on this kernel")

    monkeypatch.setattr(diagnosis, "Sandbox", refuse)
    assert diagnosis._sandbox().problem == "no seccomp on this kernel"

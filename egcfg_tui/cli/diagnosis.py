"""Finds out what works on this machine, for `egcfg-tui doctor`."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

import egcfg_sandbox
from egcfg_sandbox import CodeTest, Layer, Program, Sandbox, SandboxRefused
from egcfg_tui import __version__, models
from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.engine_probe import EngineFacts, probe_engine
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.models.folders import models_folder, user_catalogue_file
from egcfg_tui.runs.machine import Machine, this_machine
from egcfg_tui.system.folders import log_folder, state_folder, why_unwritable
from egcfg_tui.system.memory import available_bytes


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The default model: its file, or the reason why it cannot be used and the next step."""

    id: str
    state: str
    path: str | None
    problem: str


@dataclass(frozen=True, slots=True)
class SandboxFacts:
    """The layers of the sandbox and the result of a trial run. An empty `problem`: programs can be run."""

    layers: tuple[Layer, ...]
    run_ms: float | None
    problem: str


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """The terminal or files that the command line is connected to."""

    standard_output: bool
    standard_error: bool
    columns: int
    lines: int
    term: str
    colours: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that the doctor found."""

    version: str
    python: str
    machine: Machine
    memory_available_bytes: int | None
    engine: EngineFacts
    model: ModelFacts
    sandbox: SandboxFacts
    folders: tuple[tuple[str, str], ...]
    unwritable: tuple[tuple[str, str], ...]
    """The names of folders that cannot be written to, each with the consequences."""
    terminal: TerminalFacts

    @property
    def exit_code(self) -> ExitCode:
        """The exit code with which `solve` would fail; `DONE` if it can start."""
        if self.sandbox.problem:
            return ExitCode.SANDBOX
        if self.engine.problem or self.model.path is None:
            return ExitCode.MODEL_OR_DATA
        return ExitCode.DONE


def diagnose() -> Diagnosis:
    """Checks everything that a solve needs."""
    return Diagnosis(
        version=__version__,
        python=sys.executable,
        machine=this_machine(),
        memory_available_bytes=available_bytes(),
        # The sandbox comes first: it is meant to start in a process without native libraries.
        sandbox=_sandbox(),
        engine=probe_engine(),
        model=_model(),
        folders=_folders(),
        unwritable=_unwritable(),
        terminal=_terminal(),
    )


def _sandbox() -> SandboxFacts:
    """The layers, and the result of a real run."""
    layers = egcfg_sandbox.layers()
    started = time.perf_counter()
    try:
        with Sandbox(workers=1) as sandbox:
            report = sandbox.run(
                Program("def double(x):\n    return x * 2\n", (CodeTest("assert double(2) == 4"),))
            )
    except SandboxRefused as error:
        return SandboxFacts(layers, None, str(error))
    problem = (
        "" if report.passed else f"a correct program ended as {report.status}: {report.results[0].error}"
    )
    return SandboxFacts(layers, round((time.perf_counter() - started) * 1000, 1), problem)


def _model() -> ModelFacts:
    try:
        catalogue = models.load_catalogue()
    except models.ModelError as error:
        return ModelFacts("", "unknown", None, str(error))
    entry = catalogue.get(catalogue.default)
    if entry is None:
        return ModelFacts(catalogue.default, "unknown", None, "the catalogue does not hold its default model")
    try:
        path = models.resolve(entry.id, catalogue).path
    except models.ModelError as error:
        return ModelFacts(entry.id, str(models.standing(entry).state), None, str(error))
    return ModelFacts(entry.id, "ready", str(path), "")


def _folders() -> tuple[tuple[str, str], ...]:
    return (
        ("models", str(models_folder())),
        ("catalogue", str(user_catalogue_file())),
        ("config", platformdirs.user_config_dir("egcfg-tui", appauthor=False)),
        ("state", str(state_folder())),
        ("cache", platformdirs.user_cache_dir("egcfg-tui", appauthor=False)),
    )


def _unwritable() -> tuple[tuple[str, str], ...]:
    """The folders that cannot be written to, each with the reason and the consequences."""
    logs = log_folder()
    meanings = {
        "models": "no model can be pulled; EGCFG_MODELS_DIR names another folder",
        "config": "no model can be added to the catalogue",
        "state": f"logs go to {logs}" if logs else "no logs are kept",
        "cache": "evaluated prompts and checksums are not kept, so every solve computes them again",
    }
    found = []
    for name, folder in _folders():
        reason = why_unwritable(Path(folder)) if name in meanings else None
        if reason is not None:
            found.append((name, f"cannot be written to ({reason}): {meanings[name]}"))
    return tuple(found)


def _terminal() -> TerminalFacts:
    size = shutil.get_terminal_size()
    return TerminalFacts(
        standard_output=stdout.is_terminal(),
        standard_error=stderr.is_terminal(),
        columns=size.columns,
        lines=size.lines,
        term=os.environ.get("TERM", ""),
        colours=stderr.console().color_system or "none",
        encoding=sys.stdout.encoding if sys.stdout else "",
    )

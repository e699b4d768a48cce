"""The solver in the child process: one model and one sandbox serve one solve after another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from egcfg_sandbox import Sandbox, SandboxRefused
from egcfg_tui.engine.api import DEFAULT_CONTEXT_TOKENS, Engine, EngineError, ModelSpec
from egcfg_tui.engine.prompt_files import PromptFiles
from egcfg_tui.engine.stand_in import load_stand_in
from egcfg_tui.engine.stop_flag import StopFlag
from egcfg_tui.events import EngineLoaded, Event, FailureKind, SolveFailed, Stage, StageEntered
from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.exercises.packages import require_packages
from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.gguf_header import read_header
from egcfg_tui.models.memory import sequences_for
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.process.host import Inbox
from egcfg_tui.solving.process.service_config import ServiceConfig
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve


def sequences_that_fit(spec: ModelSpec) -> int:
    """For how many sequences there is memory if the model is loaded with these options.

    Raises `ModelError` if the model surely does not fit into memory.
    """
    from egcfg_tui.engine import llama

    trained = read_header(spec.path).context_tokens or DEFAULT_CONTEXT_TOKENS
    return sequences_for(
        spec.path,
        spec.context_tokens or min(DEFAULT_CONTEXT_TOKENS, trained),
        batch_tokens=llama.batch_tokens_for(spec),
        cache_type=spec.cache_type,
        weights_on_gpu=llama.offloads(spec),
    )


class SolverService:
    """The service that `Host` runs: it loads the model, then handles one `SolveRequest` at a time."""

    def __init__(self, config: ServiceConfig, stop: StopFlag) -> None:
        self._config = config
        self._stop = stop
        self._sandbox: Sandbox | None = None
        self._sandbox_with_packages: Sandbox | None = None
        self._engine: Engine | None = None

    def opened(self) -> Iterator[Event]:
        """Starts the sandbox, then loads the model: the sandbox must start before native libraries load."""
        yield StageEntered(Stage.LOADING)
        started = time.monotonic()
        try:
            self._sandbox = self._open_sandbox(packages=False)
            self._engine = self._load()
        except SandboxRefused as error:
            yield SolveFailed(FailureKind.SANDBOX, str(error))
        except (EngineError, ModelError) as error:
            yield SolveFailed(FailureKind.MODEL, str(error))
        else:
            info = self._engine.info
            yield EngineLoaded(
                model=info.name,
                description=info.description,
                backend=info.backend,
                context_tokens=info.context_tokens,
                load_s=time.monotonic() - started,
            )

    def _clock(self) -> float:
        """The clock that measures budgets, in seconds."""
        return time.monotonic()

    def _open_sandbox(self, *, packages: bool) -> Sandbox:
        return Sandbox(allow_missing_layers=self._config.allow_missing_layers, packages=packages)

    def _load(self) -> Engine:
        """Loads the model. Raises `ModelError` before loading if it does not fit into memory."""
        spec = self._config.model
        if spec.stand_in:
            return load_stand_in(spec)
        from egcfg_tui.engine import llama

        if spec.path.is_file():
            spec = replace(spec, sequences=sequences_that_fit(spec))
        return llama.LlamaEngine(spec, self._stop)

    def handle(self, job: SolveRequest, inbox: Inbox) -> Iterator[Event]:
        """The events of one solve."""
        if self._engine is None or self._sandbox is None:
            yield SolveFailed(FailureKind.MODEL, "no model is loaded; start the engine again")
            return
        try:
            sandbox = self._sandbox_for(job.exercise)
        except ExerciseError as error:
            yield SolveFailed(FailureKind.EXERCISE, str(error))
            return
        except SandboxRefused as error:
            yield SolveFailed(FailureKind.SANDBOX, str(error))
            return
        commands = CommandInbox(
            budget_s=job.budget_s,
            clock=self._clock,
            budget_tokens=job.budget_tokens,
            wait=inbox.wait,
            stop_requested=lambda: inbox.stop.is_set,
        )
        folder = self._config.prompt_folder
        prompts = None if folder is None else PromptFiles(folder)
        yield from solve(self._engine, sandbox, job, commands, prompts)

    def _sandbox_for(self, exercise: Exercise) -> Sandbox:
        """The sandbox for the exercise's programs. One with packages is made when it is first needed.

        The server of a sandbox is a fresh interpreter, so it holds none of the engine's native libraries.
        Raises `ExerciseError` for packages that are not installed.
        """
        assert self._sandbox is not None
        if not exercise.packages:
            return self._sandbox
        require_packages(exercise)
        if self._sandbox_with_packages is None:
            self._sandbox_with_packages = self._open_sandbox(packages=True)
        return self._sandbox_with_packages

    def close(self) -> None:
        """Frees the model and ends the sandboxes."""
        if self._engine is not None:
            self._engine.close()
        for sandbox in (self._sandbox, self._sandbox_with_packages):
            if sandbox is not None:
                sandbox.close()

"""A solver in a child process: what the command line and the TUI talk to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import Event
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.settings import Method, Settings


@dataclass(frozen=True, slots=True)
class SolveRequest:
    """One exercise to solve. `budget_s` is wall seconds; the same `seed` gives the same run."""

    exercise: Exercise
    method: Method = Method.EGCFG
    settings: Settings = field(default_factory=Settings)
    budget_s: float = 120.0
    seed: int = 0


class SolverSession:
    """One loaded model and one sandbox in a child process, serving one solve after another.

    `start` spawns the process and yields events until the model is loaded; `solve` yields the events of one
    solve. Both block, so a TUI iterates them in a thread; `stop`, `pause`, `resume`, `step`, `set_gamma` and
    `close` may be called from any other thread meanwhile. Every failure arrives as a `SolveFailed` event
    (also when the process dies), after which `alive` is False if the session must be started again.
    """

    def __init__(self, model: ModelSpec, *, allow_missing_layers: tuple[str, ...] = ()) -> None:
        raise NotImplementedError

    @property
    def alive(self) -> bool:
        """Whether the process runs and can take a solve."""
        raise NotImplementedError

    def start(self) -> Iterator[Event]:
        """Spawns the process; yields `StageEntered(LOADING)`, then `EngineLoaded` or `SolveFailed`."""
        raise NotImplementedError

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        """Yields events, the last being `SolveFinished` or `SolveFailed`."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends the solve in flight within a fraction of a second, also in the middle of a prefill.

        The solve still yields `SolveFinished` with reason `stopped`.
        """
        raise NotImplementedError

    def pause(self) -> None:
        """Holds the solve at the next token; `SolvePaused` follows."""
        raise NotImplementedError

    def resume(self) -> None:
        """Lets a paused solve go on; `SolveResumed` follows."""
        raise NotImplementedError

    def step(self) -> None:
        """Lets a paused solve go on up to the next chosen line."""
        raise NotImplementedError

    def set_gamma(self, gamma: float) -> None:
        """Changes the guidance weight from the next line on; `GammaChanged` follows."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the process; kills it when it does not end by itself within two seconds."""
        raise NotImplementedError

    def __enter__(self) -> SolverSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

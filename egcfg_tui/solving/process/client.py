"""The solver in a child process, as the command line, the workbench and benches use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

from egcfg_tui.engine.api import EngineDied, ModelSpec
from egcfg_tui.engine.stop_flag import StopFlag
from egcfg_tui.events import Author, Event, FailureKind, SolveFailed
from egcfg_tui.models.folders import prompts_folder
from egcfg_tui.solving.commands import ChangeSettings, Pause, ReplaceCode, Resume, Rewind, StepLine, Undo
from egcfg_tui.solving.process.host import Host, Service
from egcfg_tui.solving.process.service_config import ServiceConfig
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.system.folders import log_folder

__all__ = ["SolveRequest", "SolverSession"]


class SolverSession:
    """One loaded model and one sandbox in a child process, serving one solve after another.

    `start` spawns the process and yields events until the model is loaded; `solve` yields the events of one
    solve. Both block, so the workbench iterates them in a thread. Meanwhile `stop`, `pause`, `resume`,
    `step`, `rewind`, `replace_code`, `undo`, `change` and `close` may be called from any thread. Every
    failure, even the death of the process, is a `SolveFailed` event; `alive` is then False if the session
    must be started again.

    `prompt_cache`: evaluated prompts are kept in the user's cache folder. `niceness` is added to the
    process's own, so that a screen stays quick.
    """

    def __init__(
        self,
        model: ModelSpec,
        *,
        allow_missing_layers: tuple[str, ...] = (),
        prompt_cache: bool = True,
        niceness: int = 0,
    ) -> None:
        config = ServiceConfig(model, allow_missing_layers, prompts_folder() if prompt_cache else None)
        self._host = Host(self.service, config, _log_path(), niceness=niceness)

    @staticmethod
    def service(config: ServiceConfig, stop: StopFlag) -> Service:
        """Makes the service in the child process.

        Only the child imports it: numpy and the solver took a quarter of the start of a screen.
        """
        from egcfg_tui.solving.process.server import SolverService

        return SolverService(config, stop)

    @property
    def alive(self) -> bool:
        """Whether the process runs and can be given a solve."""
        return self._host.alive

    def start(self) -> Iterator[Event]:
        """Spawns the process; yields `StageEntered(LOADING)`, then `EngineLoaded` or `SolveFailed`."""
        for event in self._survive(self._host.start()):
            yield event
            if isinstance(event, SolveFailed):
                self._host.close()
                return

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        """Yields events, at last `SolveFinished` or `SolveFailed`."""
        yield from self._survive(self._host.request(request))

    def stop(self) -> None:
        """Ends the solve in flight within a fraction of a second, even during a prefill.

        The solve still yields `SolveFinished` with reason `stopped`.
        """
        self._host.stop()

    def pause(self) -> None:
        """Pauses the solve at the next token; `SolvePaused` follows."""
        self._host.command(Pause())

    def resume(self) -> None:
        """Lets a paused solve go on; `SolveResumed` follows."""
        self._host.command(Resume())

    def step(self) -> None:
        """Lets a paused solve go on up to the next chosen line."""
        self._host.command(StepLine())

    def rewind(self, line: int) -> None:
        """Takes back `line` and all lines after it; `LinesRewound` follows."""
        self._host.command(Rewind(line))

    def replace_code(self, line: int, text: str, author: Author) -> None:
        """Replaces the lines from `line` on by `text`.

        `LinesRewound` follows, then a `LineChosen` for each line.
        """
        self._host.command(ReplaceCode(line, text, author))

    def undo(self) -> None:
        """Undoes the last `rewind` or `replace_code`; `LinesRestored` follows."""
        self._host.command(Undo())

    def change(self, values: Mapping[str, float]) -> None:
        """Changes settings of `LIVE` from the next line on, and the budget at once.

        `GammaChanged` and `SettingsChanged` follow, also during a pause.
        """
        self._host.command(ChangeSettings(tuple(values.items())))

    def kill(self) -> None:
        """Kills the process at once, even while it loads; neither blocks nor takes locks."""
        self._host.kill()

    def close(self) -> None:
        """Ends the process; kills it when it does not end by itself within two seconds."""
        self._host.close()

    def __enter__(self) -> SolverSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _survive(self, events: Iterator[Event]) -> Iterator[Event]:
        try:
            yield from events
        except EngineDied as death:
            yield SolveFailed(FailureKind.MODEL, str(death))


def _log_path() -> Path | None:
    folder = log_folder()
    return None if folder is None else folder / "engine.log"

"""Apps over scripted sessions, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from egcfg_tui.bench.setup import BenchSetup, Choices
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises import Exercise, load
from egcfg_tui.models import ModelError
from egcfg_tui.runs import History, Recorder, Recording
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.comparing.offers import OfferedModel
from egcfg_tui.tui.comparing.sources import BenchServices
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.model_choice.services import ModelServices
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.preferences import Preferences
from egcfg_tui.tui.services import Services
from support.digits_run import EXERCISE, LOADING, OTHER
from support.fake_bench import FakeMachine, setup_of
from support.fake_session import FakeSession, Script

TICK_S = 0.01


async def wait_until(pilot: Pilot[Any], predicate: Callable[[], object], timeout_s: float = 30.0) -> None:
    """Waits until the predicate is true, while the screen's timer works; fails with the predicate."""
    for _ in range(int(timeout_s / TICK_S)):
        if predicate():
            await pilot.pause()
            return
        await pilot.pause(TICK_S)
    raise AssertionError(f"never came true: {predicate}")


class Stage:
    """Builds an app and keeps the sessions that it opened."""

    def __init__(self) -> None:
        self.sessions: list[FakeSession] = []
        self.solve: Script = ()
        self.load: Script = LOADING
        self.model_error: str | None = None
        self.machine = FakeMachine()
        self.bench_exercises = 4
        self.offers = (OfferedModel("tiny", "0.1 MB", chosen=True), OfferedModel("hf:[/]/[b]large", "3.2 GB"))
        self.asked: list[Choices] = []
        self.bundled: tuple[Exercise, ...] = (EXERCISE, OTHER)
        self.history = History(Path("no-history"))
        self.models = ModelServices()
        self.begin_recording: Callable[[SolveRequest], Recorder | None] = lambda _request: None

    def app(
        self,
        exercise: Exercise | None = EXERCISE,
        options: SolveOptions | None = None,
        keys: Keymap | None = None,
        recording: Recording | None = None,
        *,
        welcome: bool = False,
        preferences: Preferences | None = None,
    ) -> WorkbenchApp:
        services = Services(
            find_model=self._find,
            open_session=self._open,
            bundled=lambda: self.bundled,
            load=load,
            clock=lambda: 0.0,
            begin_recording=lambda request: self.begin_recording(request),
            bench=self._bench,
            history=self.history,
            models=self.models,
        )
        return WorkbenchApp(
            services, options, exercise, keys, recording, welcome=welcome, preferences=preferences
        )

    @property
    def session(self) -> FakeSession:
        return self.sessions[-1]

    def _find(self, name: str | None) -> ModelSpec:
        if self.model_error is not None:
            raise ModelError(self.model_error)
        return ModelSpec(name or "tiny-coder", Path("tiny.gguf"))

    def _bench(self) -> BenchServices:
        return BenchServices(
            models=lambda: self.offers,
            model_named=lambda name: ModelSpec(name, Path("tiny.gguf")),
            open_session=lambda model, layers: self.machine.open_session(model, layers),
            set_up=self._set_up,
            clock=lambda: 0.0,
        )

    def _set_up(self, choices: Choices) -> BenchSetup:
        """A bench on exercises of the fake machine, whichever exercises the caller names."""
        self.asked.append(choices)
        models = [spec.name for spec in choices.models]
        return setup_of(self.bench_exercises, models, choices.methods, budget_s=choices.budget_s)

    def _open(self, model: ModelSpec) -> FakeSession:
        self.sessions.append(FakeSession(model, self.solve, self.load))
        return self.sessions[-1]

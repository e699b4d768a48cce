"""Drives one session after another and keeps the view, which the screen draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from egcfg_tui.events import Event, LinesRewound, TrialFinished
from egcfg_tui.exercises import Exercise
from egcfg_tui.solving.methods import DEFAULT_METHOD
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui import state
from egcfg_tui.tui.acts import CODE, Act, ModelChoice
from egcfg_tui.tui.bridge import Session, StreamEnded
from egcfg_tui.tui.options import SolveOptions, live_values
from egcfg_tui.tui.rewinding import NoWayBackError, line_to_retake
from egcfg_tui.tui.services import Services
from egcfg_tui.tui.session_slot import SessionSlot
from egcfg_tui.tui.stepping_in import NewCode
from egcfg_tui.tui.view import EngineState, EngineView, LineView, Phase, SolveView, idle


class SessionDriver:
    """Which exercise, which options, which session, and what came of it so far.

    `spawn` runs a function in a thread of its own. Everything else is called in the screen's thread.
    """

    def __init__(
        self,
        services: Services,
        options: SolveOptions,
        exercise: Exercise | None,
        spawn: Callable[[Callable[[], None]], object],
    ) -> None:
        self.services = services
        self.options = options
        self.exercise = exercise
        self.view = idle(exercise) if exercise else SolveView()
        self.waiting = False
        self.stopping = False
        self.closing = False
        self.next_model: str | None = None
        """The model to change to when the solve in flight has ended."""
        self._acts: list[Act] = []
        self.chosen_model: str | None = None
        """The model that the user changed to; None: the one that the workbench was opened with."""
        self.is_demo = False
        """Whether the method was chosen for the demo exercise, and not by the user."""
        self._slot = SessionSlot(services, spawn)
        self.suspended = False
        self._busy = False
        self._began = False
        self._method = ""
        """The method of the solve in flight, or of the last one."""
        self._next_exercise: Exercise | None = None
        self._going_back_to: LineView | None = None

    @property
    def model_name(self) -> str:
        """The model that was loaded last, or is being loaded."""
        return self._slot.model_name

    @property
    def next_method(self) -> str:
        """The method that was chosen while a solve with another one goes on; empty if there is none."""
        waits = self.view.phase.active and self.options.method != self._method
        return self.options.method if waits else ""

    @property
    def _session(self) -> Session | None:
        return self._slot.session

    @property
    def can_start(self) -> bool:
        """Whether there is something to solve and nothing in flight."""
        return self.exercise is not None and not self.view.phase.active and not self.waiting

    @property
    def can_restart(self) -> bool:
        """Whether starting the engine again may help."""
        broken = self.view.engine.state in (EngineState.ABSENT, EngineState.DEAD)
        return (broken and not self._busy) or self.stopping

    @property
    def can_undo(self) -> bool:
        """Whether the user did something that can be taken back."""
        return bool(self._acts)

    def tick(self) -> bool:
        """Folds the events since the last tick into the view; returns whether it changed."""
        before = self.view
        for at_s, event in self._slot.drain():
            self.view = state.fold(event, self.view, at_s)
            self._note_rewinding(event)
            if isinstance(event, StreamEnded):
                self._stream_ended(event, at_s)
        return self.view is not before

    def check_alive(self) -> None:
        """Notices an engine that died while nobody asked anything of it."""
        session = self._session
        if session and not self._busy and self.view.engine.state is EngineState.READY and not session.alive:
            self.view = state.engine_lost(self.view, "The engine's process ended.", self.services.clock())

    def load_once(self) -> None:
        """Loads the model unless that was tried already."""
        if not self._began:
            self.restart()

    def restart(self) -> None:
        """Loads the model in a new session, after closing the old one."""
        self._began = True
        self._busy = True
        self.stopping = self.suspended = False
        self._going_back_to = None
        now_s = self.services.clock()
        engine = EngineView(EngineState.LOADING, model=self.model_name, since_s=now_s)
        if self.view.phase.active:
            self.view = replace(self.view, phase=Phase.IDLE, stage=None, ended_s=now_s)
        self.view = replace(self.view, engine=engine)
        self._slot.load(self.chosen_model)

    def use_model(self, name: str) -> None:
        """Loads another model in the place of this one; a solve in flight ends."""
        self.chosen_model = self._slot.model_name = name
        self.restart()

    def suspend(self) -> None:
        """Ends the session so that its memory is free, until `restart`; blocks until its process is gone.

        There must be no solve in flight. May be called from any thread.
        """
        self.suspended = True
        self._slot.empty()

    def start(self) -> None:
        """Starts a solve; if the engine is not up, after bringing it up."""
        if not self.can_start:
            return
        if self._busy:
            self.waiting = True
        elif self._session is not None and self._session.alive:
            self._solve()
        else:
            self.waiting = True
            self.restart()

    def stop(self) -> None:
        """Ends the solve in flight, or drops the one that waits for the engine."""
        self.waiting = False
        if self.view.phase.active and self._session:
            self.stopping = True
            self._session.stop()

    def pause_or_resume(self) -> None:
        """Holds the solve, or lets it go on."""
        if self._session and self.view.phase is Phase.PAUSED:
            self._session.resume()
        elif self._session and self.view.phase is Phase.RUNNING:
            self._session.pause()

    def step(self) -> None:
        """Holds a running solve; lets a held one go on by one line."""
        if self._session and self.view.phase is Phase.PAUSED:
            self._session.step()
        elif self._session and self.view.phase is Phase.RUNNING:
            self._session.pause()

    def rewind(self, selected: int | None) -> None:
        """Goes back to the line numbered `selected`, else to the last chosen one: it and all after it are
        taken back and chosen anew, by a held solve when it goes on. Raises `NoWayBackError`.
        """
        asked = self._going_back_to.number if self._going_back_to else None
        line = line_to_retake(self.view, selected, asked)
        if self._session:
            self._going_back_to = line
            self._session.rewind(line.number)
            self._acts.append(CODE)

    def replace_code(self, new: NewCode) -> None:
        """Puts the user's code in the place of lines of a held solve, which stays held."""
        if self._session:
            if new.text.strip():
                self._session.replace_code(new.line, new.text, new.author)
            else:
                self._session.rewind(new.line)
            self._acts.append(CODE)

    def change(self, options: SolveOptions) -> None:
        """Takes other options: what can change in a running solve does so, the rest is for the next one."""
        if options != self.options:
            self._acts.append(self.options)
            self._take_options(options)

    def change_model(self, name: str) -> None:
        """Takes another model: now, or when the solve in flight ends."""
        self._acts.append(ModelChoice(self.next_model or self.chosen_model or self.model_name))
        self._take_model(name)

    def undo(self) -> str:
        """Takes back the last act; says which. Raises `NoWayBackError` where there is none."""
        if not self._acts:
            raise NoWayBackError("There is nothing to undo.")
        act = self._acts.pop()
        if isinstance(act, SolveOptions):
            self._take_options(act)
            return "the settings are as before"
        if isinstance(act, ModelChoice):
            self._take_model(act.name)
            return f"the model is {act.name} again"
        if self._session:
            self._session.undo()
        return "the code is as before"

    def _take_options(self, options: SolveOptions) -> None:
        self.is_demo = self.is_demo and options.method == self.options.method
        if self._session and self.view.phase.active:
            old, new = live_values(self.options), live_values(options)
            values = {name: value for name, value in new.items() if old[name] != value}
            if values:
                self._session.change(values)
        self.options = options

    def _take_model(self, name: str) -> None:
        if self.view.phase.active or self.waiting:
            self.next_model = name
        else:
            self.next_model = None
            self.use_model(name)

    def open(self, exercise: Exercise) -> None:
        """Turns to another exercise, ending the solve in flight first."""
        if self.view.phase.active:
            self._next_exercise = exercise
            self.stop()
            return
        self.waiting = False
        if self.is_demo and (self.exercise is None or exercise.id != self.exercise.id):
            self.change(self.options.with_method(DEFAULT_METHOD))
        self.exercise = exercise
        self.view = idle(exercise, self.view.engine)

    @property
    def pending_word(self) -> str:
        """What was asked for and has not come about yet, for the status; empty when nothing is."""
        if self.closing:
            return "closing the engine"
        if self.stopping:
            return "stopping"
        return f"going back to line {self._going_back_to.row}" if self._going_back_to else ""

    def close(self) -> None:
        """Ends the session; blocks until its process is gone. May be called from any thread."""
        self._slot.close()

    def _solve(self) -> None:
        if self.exercise is None:
            return
        options = self.options
        request = SolveRequest(
            self.exercise, options.method, options.settings, options.budget_s, options.seed, options.grid
        )
        self._busy = True
        self._method = options.method
        self.waiting = False
        self.view = replace(
            idle(self.exercise, self.view.engine),
            phase=Phase.RUNNING,
            method=options.method,
            gamma=options.settings.gamma,
            seed=options.seed,
            budget_s=options.budget_s,
            started_s=self.services.clock(),
        )
        self._slot.solve(request)

    def _note_rewinding(self, event: Event) -> None:
        """A wish to go back ends when the solver has gone back that far, and with its trial."""
        line = self._going_back_to
        gone_back = isinstance(event, LinesRewound) and line is not None and event.line <= line.number
        if gone_back or isinstance(event, TrialFinished | StreamEnded):
            self._going_back_to = None
        if isinstance(event, TrialFinished | StreamEnded):
            self._acts = [act for act in self._acts if act is not CODE]

    def _stream_ended(self, event: StreamEnded, at_s: float) -> None:
        self._busy = False
        self.stopping = False
        if not event.alive:
            self.waiting = False
            message = self.view.failure.message if self.view.failure else "The engine's process ended."
            self.view = state.engine_lost(self.view, message, at_s, absent=event.absent)
        if self.next_model is not None and not self.waiting:
            name, self.next_model = self.next_model, None
            self.use_model(name)
        if self._next_exercise is not None:
            exercise, self._next_exercise = self._next_exercise, None
            self.open(exercise)
        if self.waiting and self._session:
            self._solve()

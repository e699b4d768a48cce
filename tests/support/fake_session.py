"""A session with the surface of `SolverSession` that plays scripted events and waits where told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import (
    Author,
    Event,
    FailureKind,
    GammaChanged,
    LineChosen,
    LinesRestored,
    LinesRewound,
    Outcome,
    SettingsChanged,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    TokenCounts,
)
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.text.rows import last_row, next_row
from support.digits_run import LOADING


class Hold:
    """In a script: nothing comes until the test says `go`, or someone stops or kills the session."""


Script = Sequence[Event | Hold]


class FakeSession:
    """One process that was never there. `calls` records what the screen asked of it."""

    def __init__(self, model: ModelSpec, solve: Script, load: Script = LOADING) -> None:
        self.model = model
        self.calls: list[object] = []
        self.alive = False
        self._scripts = {"load": load, "solve": solve}
        self._changed = threading.Condition()
        self._passes = 0
        self._stopped = False
        self._said: list[Event] = []
        self._paused = False
        self._codes = {0: ""}
        """The code after each line given so far; the first is the starter."""
        self._before: list[dict[int, str]] = []
        self.waiting = False
        """Whether the script of the solve is at its end or at a hold."""
        self.obituary = "the engine's process was killed by SIGKILL; start it again"

    def start(self) -> Iterator[Event]:
        self.alive = True
        yield from self._play(self._scripts["load"], None)

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        self.calls.append(request)
        self._stopped = self._paused = False
        yield from self._play(self._scripts["solve"], request)
        self.waiting = True

    def go(self, times: int = 1) -> None:
        """Passes the next `times` holds."""
        self._change(lambda: setattr(self, "_passes", self._passes + times))

    def die(self) -> None:
        """Ends the session like `kill -9`."""
        self._change(lambda: setattr(self, "alive", False))

    def say(self, event: Event) -> None:
        """Adds an event while a script holds."""
        self._change(lambda: self._said.append(event))

    def stop(self) -> None:
        self.calls.append("stop")
        self._change(lambda: setattr(self, "_stopped", True))

    def pause(self) -> None:
        self.calls.append("pause")
        self._paused = True
        self.say(SolvePaused())

    def resume(self) -> None:
        self.calls.append("resume")
        self._paused = False
        self.say(SolveResumed())

    def step(self) -> None:
        self.calls.append("step")
        self._paused = False
        self.say(SolveResumed())

    def rewind(self, line: int) -> None:
        """A paused solve wakes up for it and holds again, as the solver does."""
        self.calls.append(("rewind", line))
        code = self._taken_back(line)
        told: list[Event] = [LinesRewound(line, next_row(code), code)]
        for event in [SolveResumed(), *told, SolvePaused()] if self._paused else told:
            self.say(event)

    def replace_code(self, line: int, text: str, author: Author) -> None:
        """What is put in the place of the lines is told line by line, as the solver does."""
        self.calls.append(("replace", line, text, author))
        code = self._taken_back(line)
        told: list[Event] = [LinesRewound(line, next_row(code), code)]
        for number, part in enumerate(text.splitlines(keepends=True), line):
            code += part
            told.append(LineChosen(number, last_row(code), part, code, 1.0, (), author))
        for event in [SolveResumed(), *told, SolvePaused()] if self._paused else told:
            self._remember(event)
            self.say(event)

    def undo(self) -> None:
        self.calls.append("undo")
        self._codes = self._before.pop()
        line, code = max(self._codes.items())
        self.say(LinesRestored(line + 1, next_row(code), code))

    def change(self, values: Mapping[str, float]) -> None:
        self.calls.append(("change", dict(values)))
        values = dict(values)
        if "gamma" in values:
            self.say(GammaChanged(values.pop("gamma")))
        if values:
            self.say(SettingsChanged(tuple(values.items())))

    def close(self) -> None:
        self.calls.append("close")
        self.die()

    def _taken_back(self, line: int) -> str:
        """Drops the lines from `line` on; returns the code that is left."""
        self._before.append(dict(self._codes))
        self._codes = {number: code for number, code in self._codes.items() if number < line}
        return self._codes[line - 1]

    def _change(self, change: Callable[[], None]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    def _play(self, script: Script, request: SolveRequest | None) -> Iterator[Event]:
        for item in script:
            if isinstance(item, Event):
                self._remember(item)
                yield item
                if isinstance(item, SolveFailed):
                    self.alive = request is not None
                    return
                continue
            self.waiting = request is not None
            yield from self._wait()
            if not self.alive:
                yield SolveFailed(FailureKind.MODEL, self.obituary)
                return
            if self._stopped and request is not None:
                yield _stopped(request)
                return

    def _remember(self, event: Event) -> None:
        if isinstance(event, SolveStarted):
            self._codes = {0: event.starter}
        elif isinstance(event, LineChosen):
            self._codes[event.line] = event.code

    def _wait(self) -> Iterator[Event]:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._passes or self._stopped or self._said or not self.alive, timeout=30
                )
                said, self._said = self._said, []
                through = bool(self._passes) or self._stopped or not self.alive
                if through and self._passes:
                    self._passes -= 1
            yield from said
            if through or not said:
                return


def _stopped(request: SolveRequest) -> SolveFinished:
    return SolveFinished(
        exercise_id=request.exercise.id,
        solved=False,
        hidden_passed=None,
        solution="",
        reason=Outcome.STOPPED,
        method=request.method,
        model="tiny-coder",
        seed=request.seed,
        wall_s=1.0,
        tokens=TokenCounts(),
        runs=0,
        trials=1,
        tests=(),
    )

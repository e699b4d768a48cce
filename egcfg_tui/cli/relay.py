"""Solves an exercise with one model, or with several models one after another in one budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING

from egcfg_tui.cli import stderr
from egcfg_tui.cli.interrupts import Interrupts
from egcfg_tui.cli.live import narrator
from egcfg_tui.events import Event, SolveFailed, SolveFinished
from egcfg_tui.runs import RecordedModel, RunRecording
from egcfg_tui.solving.request.solve_request import SolveRequest

if TYPE_CHECKING:
    from egcfg_tui.engine.api import ModelSpec
    from egcfg_tui.solving.process.client import SolverSession

OpenRecording = Callable[[SolveRequest, RecordedModel], RunRecording]


@dataclass(slots=True)
class Runner:
    """One of the models. `loading` holds the events of its loading, with which each recording begins."""

    spec: ModelSpec
    recorded: RecordedModel
    session: SolverSession | None = None
    loading: list[Event] = field(default_factory=list)


class Relay:
    """Solves exercises with the models in their order; each gets an equal share of the budget that is left.

    At most one model is in memory. Leaving this context manager ends the process of the loaded model.
    """

    def __init__(
        self,
        models: list[tuple[ModelSpec, RecordedModel]],
        open_session: Callable[[ModelSpec], SolverSession],
        open_recording: OpenRecording,
        interrupts: Interrupts,
    ) -> None:
        self._runners = [Runner(spec, recorded) for spec, recorded in models]
        self._open_session = open_session
        self._open_recording = open_recording
        self._interrupts = interrupts
        self.recording_failed = False

    @property
    def alive(self) -> bool:
        """Whether another exercise can be solved: no loaded model's process has died."""
        return all(runner.session is None or runner.session.alive for runner in self._runners)

    def solve(self, request: SolveRequest) -> SolveFinished | SolveFailed:
        """Solves the exercise and returns the last event of the best solve.

        The best is the first whose answer passes all visible tests, else the one whose answer passes most of
        them. A model that cannot solve at all ends the relay, but the result of an earlier model is not lost.
        Loading does not count against the budget.
        """
        best: SolveFinished | None = None
        left_s, left_tokens = request.budget_s, request.budget_tokens
        for number, runner in enumerate(self._runners):
            share = len(self._runners) - number
            part = replace(
                request,
                budget_s=left_s / share,
                budget_tokens=None if left_tokens is None else left_tokens // share,
            )
            if number:
                stderr.narrate(f"{runner.spec.name} goes on, with {part.budget_s:.0f} s")
            last = self._solve(runner, part)
            if isinstance(last, SolveFailed):
                if best is None:
                    return last
                stderr.fail(f"{runner.spec.name}: {last.message}")
                break
            if best is None or _passed(last) >= _passed(best):
                best = last
            if last.solved_by is not None or self._interrupts.requested:
                break
            left_s = max(0.1, left_s - last.wall_s)
            if left_tokens is not None:
                left_tokens = max(1, left_tokens - last.tokens.evaluated)
        assert best is not None
        return best

    def _solve(self, runner: Runner, request: SolveRequest) -> SolveFinished | SolveFailed:
        """Solves with one model, after loading it if necessary."""
        with (
            self._open_recording(request, runner.recorded) as recording,
            narrator(lambda: self._interrupts.requested) as narrate,
        ):

            def tell(event: Event) -> None:
                recording.record(event)
                narrate.show(event)

            session = runner.session
            if session is None:
                session = self._load(runner)
                for event in session.start():
                    runner.loading.append(event)
                    tell(event)
                    if isinstance(event, SolveFailed):
                        return event
            else:
                for event in runner.loading:
                    recording.record(event)
            last: SolveFinished | SolveFailed | None = None
            with self._interrupts.softly(session.stop):
                for event in session.solve(request):
                    tell(event)
                    if self._interrupts.requested:
                        session.stop()  # the session ignores a stop that came before its first event
                    if isinstance(event, SolveFinished | SolveFailed):
                        last = event
            self.recording_failed |= recording.failed
        if last is None:
            raise RuntimeError("the solve ended without a result")
        return last

    def _load(self, runner: Runner) -> SolverSession:
        """Opens a session for the model, after closing that of the other model."""
        self.close()
        runner.session = self._open_session(runner.spec)
        runner.loading = []
        return runner.session

    def close(self) -> None:
        """Ends the process of the loaded model."""
        for runner in self._runners:
            session, runner.session = runner.session, None
            if session is not None:
                session.close()

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _passed(finished: SolveFinished) -> int:
    """How many visible tests the answer passes; hidden tests must not decide between answers."""
    return sum(test.passed for test in finished.tests if not test.hidden)

"""Runs programs against the visible tests, each distinct program only once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from egcfg_sandbox import Program, Report, Sandbox, TestResult, Verdict
from egcfg_tui.events import Outcome, SandboxRestarted
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.commands import Interrupted


class SandboxBroke(Exception):
    """The sandbox itself failed, twice. That says nothing about the program."""


class RunCache:
    """Executes programs in parallel and keeps their reports by source text.

    `runs` counts the real executions, without those answered from the cache.
    """

    def __init__(self, sandbox: Sandbox, exercise: Exercise) -> None:
        self._sandbox = sandbox
        self._exercise = exercise
        self._reports: dict[str, Report] = {}
        self.runs = 0

    def knows(self, source: str) -> bool:
        """Whether the program has run before."""
        return source in self._reports

    def execute(self, sources: Sequence[str], halt_reason: Callable[[], Outcome | None]) -> list[Report]:
        """The reports in the order of `sources`, with traces.

        Raises `Interrupted` if `halt_reason` returns a reason meanwhile, and `SandboxBroke` if the sandbox
        fails.
        """
        missing = [source for source in dict.fromkeys(sources) if source not in self._reports]
        if missing:
            halted: list[Outcome] = []

            def should_stop() -> bool:
                reason = halt_reason()
                halted.extend([reason] if reason else [])
                return bool(reason)

            reports = self._sandbox.run_many([self._program(source) for source in missing], should_stop)
            for report in reports:
                check_sandbox(report.results)
            self.runs += len(reports)
            self._reports.update(zip(missing, reports, strict=False))
            if len(reports) < len(missing):
                raise Interrupted(halted[-1])
        return [self._reports[source] for source in sources]

    def _program(self, source: str) -> Program:
        exercise = self._exercise
        return Program(
            source,
            exercise.visible,
            trace=True,
            limits=exercise.limits,
            entry_point=exercise.entry_point,
            classes=exercise.classes,
        )


def check_sandbox(results: Iterable[TestResult]) -> None:
    """Raises `SandboxBroke` when the sandbox failed in one of the runs."""
    for row in results:
        if row.status is Verdict.SANDBOX_ERROR:
            raise SandboxBroke(row.error or "no reason was given")


def restarted(event: SandboxRestarted) -> str:
    """A message about a sandbox that was started again, with the next step."""
    again = f", {event.times} times in this solve" if event.times > 1 else ""
    return (
        f"the sandbox's process was killed and is started again{again}; its tests ran again. If that "
        "goes on, the machine may be out of memory: `egcfg-tui doctor` says more"
    )

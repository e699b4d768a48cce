"""Runs programs against the visible tests, each distinct program only once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from egcfg_sandbox import Program, Report, Sandbox, Test, TestResult, Verdict
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
            reports, halted = self._run([self._program(source) for source in missing], halt_reason)
            self._reports.update(zip(missing, reports, strict=False))
            if halted is not None:
                raise Interrupted(halted)
        return [self._reports[source] for source in sources]

    def verdicts(
        self, sources: Sequence[str], test: Test, most_s: float, halt_reason: Callable[[], Outcome | None]
    ) -> list[Verdict]:
        """The verdicts of one test within `most_s` seconds each, without traces; they are not kept.

        Raises the same errors as `execute`.
        """
        limits = self._exercise.limits
        limits = replace(limits, wall_s=min(limits.wall_s, most_s), cpu_s=min(limits.cpu_s, most_s))
        programs = [
            replace(self._program(source), tests=(test,), trace=False, limits=limits) for source in sources
        ]
        reports, halted = self._run(programs, halt_reason)
        if halted is not None:
            raise Interrupted(halted)
        return [report.status for report in reports]

    def _run(
        self, programs: Sequence[Program], halt_reason: Callable[[], Outcome | None]
    ) -> tuple[list[Report], Outcome | None]:
        """The reports of the leading programs that finished, and why the others did not."""
        halted: list[Outcome] = []

        def should_stop() -> bool:
            reason = halt_reason()
            halted.extend([reason] if reason else [])
            return bool(reason)

        reports = self._sandbox.run_many(programs, should_stop)
        for report in reports:
            check_sandbox(report.results)
        self.runs += len(reports)
        return reports, halted[-1] if len(reports) < len(programs) else None

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

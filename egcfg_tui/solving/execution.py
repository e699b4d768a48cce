"""Runs of programs against the visible tests, each distinct program once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from egcfg_sandbox import Limits, Program, Report, Sandbox, Test
from egcfg_tui.solving.control import Interrupted


class RunCache:
    """Executes programs side by side and remembers their reports by source text.

    `runs` counts the executions that were not answered from memory.
    """

    def __init__(self, sandbox: Sandbox, tests: tuple[Test, ...], limits: Limits) -> None:
        self._sandbox = sandbox
        self._tests = tests
        self._limits = limits
        self._reports: dict[str, Report] = {}
        self.runs = 0

    def knows(self, source: str) -> bool:
        """Whether the program ran before."""
        return source in self._reports

    def execute(self, sources: Sequence[str], should_stop: Callable[[], bool]) -> list[Report]:
        """Reports in the order of `sources`, traces included. Raises `Interrupted` when stopped meanwhile."""
        missing = [source for source in dict.fromkeys(sources) if source not in self._reports]
        if missing:
            programs = [Program(source, self._tests, trace=True, limits=self._limits) for source in missing]
            reports = self._sandbox.run_many(programs, should_stop)
            self.runs += len(reports)
            self._reports.update(zip(missing, reports, strict=False))
            if len(reports) < len(missing):
                raise Interrupted("stopped")
        return [self._reports[source] for source in sources]

"""What is set up before the fork, so that the program's process finds it ready."""

from __future__ import annotations

from collections.abc import Callable

from egcfg_sandbox.candidate.rehearsal import Rehearsal
from egcfg_sandbox.candidate.runner import Runner
from egcfg_sandbox.linux import pages
from egcfg_sandbox.server.zone import Zone


class Stage:
    """The program's runner, and the means to have the memory that it writes to copied ahead of the run."""

    warm: Callable[[], object]
    """Makes the pages this process's own; where they are not known, by a rehearsal."""

    def __init__(self) -> None:
        self.runner = Runner()
        self._rehearsal = Rehearsal()
        self.warm = self._rehearsal.play

    def learn(self, zone: Zone, before: Callable[[], object]) -> None:
        """Finds out which pages a run, and what goes before it, write to: by a rehearsal in a child."""

        def rehearse() -> None:
            before()
            self._rehearsal.play()

        known = None if zone.proc is None else pages.written_by(rehearse, zone.proc)
        if known is not None:
            self.warm = known.copy

"""What is set up before the fork, so that the program's process finds it ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from egcfg_sandbox.candidate.rehearsal import Rehearsal
from egcfg_sandbox.candidate.runner import Runner
from egcfg_sandbox.linux.pages import Pages, touched_by
from egcfg_sandbox.server.zone import Zone


class Stage:
    """The program's runner, and the means to have the memory that a run touches ready ahead of it."""

    def __init__(self) -> None:
        self.runner = Runner()
        self._rehearsal = Rehearsal()
        self._pages: list[Pages] | None = None

    def learn(self, zone: Zone, before: Callable[[], object]) -> None:
        """Finds out which pages a run, and what goes before it, touch: by a rehearsal in a child."""

        def rehearse() -> None:
            before()
            self._rehearsal.play()

        self._pages = None if zone.proc is None else touched_by(rehearse, zone.proc)

    def warm(self, more: Sequence[Pages]) -> None:
        """Makes the pages that a run touches, and some more, this process's own.

        Where they are not known, a rehearsal does it.
        """
        if self._pages is None:
            self._rehearsal.play()
            return
        for pages in self._pages:
            pages.make_ready()
        for pages in more:
            pages.make_ready()

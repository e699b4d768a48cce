"""Where the events of a bench come from: one that is run here, or the folder of one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from egcfg_tui.bench.events import BenchEvent
from egcfg_tui.bench.folder import BenchFolder, default_folder
from egcfg_tui.bench.runner import run_bench
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.bench.watching import watch_bench
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises import Exercise, Visibility
from egcfg_tui.tui.comparing.asked import Asked, Which, choices_of, exercises_of
from egcfg_tui.tui.comparing.offers import OfferedModel
from egcfg_tui.tui.options import SolveOptions

if TYPE_CHECKING:
    from egcfg_tui.bench.loaded_model import OpenSession
    from egcfg_tui.bench.setup import BenchSetup, Choices


@dataclass(frozen=True, slots=True)
class BenchServices:
    """What benches need from outside; tests pass their own.

    `models` may take seconds, as may `model_named` and `set_up`; all raise `ModelError`. `set_up` raises
    `BenchError` and `ExerciseError` as well. `clock` gives seconds from any origin.
    """

    models: Callable[[], tuple[OfferedModel, ...]]
    model_named: Callable[[str], ModelSpec]
    open_session: OpenSession
    set_up: Callable[[Choices], BenchSetup]
    exercises: Callable[[Which], tuple[Exercise, ...]] = exercises_of
    visible: Visibility | None = None
    missing_layers: tuple[str, ...] = ()
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class FolderChosen(BenchEvent):
    """The folder of the bench is known."""

    path: Path


class Source(Protocol):
    """A bench to follow. `is_run` here: else another process may fill its folder."""

    @property
    def is_run(self) -> bool: ...

    def events(self, stopper: Stopper) -> Iterator[BenchEvent]:
        """The events until the end or until asked to stop.

        Raises `BenchError`, `ExerciseError` and `ModelError`.
        """


class RunHere:
    """Runs what the user asks for, in the folder that the command line would take.

    `make_room` ends what holds a model, before it is looked whether the bench's models fit into memory.
    """

    is_run: Final = True

    def __init__(
        self, asked: Asked, options: SolveOptions, services: BenchServices, make_room: Callable[[], None]
    ) -> None:
        self._asked = asked
        self._options = options
        self._services = services
        self._make_room = make_room

    def events(self, stopper: Stopper) -> Iterator[BenchEvent]:
        """See `Source`."""
        services = self._services
        self._make_room()
        choices = choices_of(
            self._asked,
            self._options,
            services.model_named,
            visible=services.visible,
            missing_layers=services.missing_layers,
        )
        setup = services.set_up(choices)
        folder = BenchFolder(default_folder(setup.plan))
        yield FolderChosen(folder.path)
        yield from run_bench(setup, folder, services.open_session, stopper)


class WatchFolder:
    """Follows a folder, as long as another process writes into it."""

    is_run: Final = False

    def __init__(self, path: Path) -> None:
        self._path = path

    def events(self, stopper: Stopper) -> Iterator[BenchEvent]:
        """See `Source`."""
        asked_to_end = threading.Event()
        stopper.passes_on(asked_to_end.set)
        yield FolderChosen(self._path)

        def sleep(seconds: float) -> None:
            if asked_to_end.wait(seconds):
                raise _WatchedEnoughError

        try:
            yield from watch_bench(BenchFolder(self._path), sleep)
        except _WatchedEnoughError:
            return


class _WatchedEnoughError(Exception):
    """The user does not want to watch any longer."""

"""What the workbench needs from outside; tests pass their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises import Exercise, ExerciseError, load_each
from egcfg_tui.runs import History, Recorder
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui.bridge import Session
from egcfg_tui.tui.model_choice.services import ModelServices

if TYPE_CHECKING:
    from egcfg_tui.tui.comparing.sources import BenchServices


@dataclass(frozen=True, slots=True)
class Services:
    """Models, sessions, exercises, recordings, and the clock.

    `find_model` takes a model's name, None for the one that the workbench was opened with, and raises
    `ModelError`; it is asked again at every restart, since a missing model may have arrived. `clock` gives
    seconds from any origin. `begin_recording` gives None where runs are not kept; it may raise
    `RecordingError`. `history` is where kept runs lie. `bench` is called when the user compares for the
    first time, since benches bring much that nothing else needs; None where nothing can be compared.
    """

    find_model: Callable[[str | None], ModelSpec]
    open_session: Callable[[ModelSpec], Session]
    bundled: Callable[[], tuple[Exercise, ...]]
    load: Callable[[str], Exercise]
    load_each: Callable[[str], Iterator[Exercise | ExerciseError]] = load_each
    clock: Callable[[], float] = time.monotonic
    begin_recording: Callable[[SolveRequest], Recorder | None] = lambda _request: None
    bench: Callable[[], BenchServices] | None = None
    history: History = field(default_factory=History)
    models: ModelServices = field(default_factory=ModelServices)

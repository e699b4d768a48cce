"""What the list of models uses of the world outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from egcfg_tui.models.background_pull import BackgroundPull, PullEvent
from egcfg_tui.system.memory import available_bytes
from egcfg_tui.tui.model_choice.rows import ModelRow, read_models


class Pull(Protocol):
    """See `BackgroundPull`."""

    def events(self) -> Iterator[PullEvent]:
        """How it goes, until it ended."""

    def cancel(self) -> None:
        """Ends it; blocks until it is gone."""


@dataclass(frozen=True, slots=True)
class ModelServices:
    """Tests hand in their own. `read` may take seconds and raises `ModelError`."""

    read: Callable[[], Iterator[ModelRow]] = read_models
    open_pull: Callable[[str], Pull] = BackgroundPull
    available_bytes: Callable[[], int | None] = available_bytes

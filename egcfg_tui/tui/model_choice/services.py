"""What the list of models needs from outside the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from egcfg_tui.models import ModelError, load_catalogue
from egcfg_tui.models.background_pull import BackgroundPull, PullEvent
from egcfg_tui.system.memory import available_bytes
from egcfg_tui.tui.model_choice.rows import ModelRow, read_models


class Pull(Protocol):
    """See `BackgroundPull`."""

    def events(self) -> Iterator[PullEvent]:
        """The events of the pull, up to its end."""

    def cancel(self) -> None:
        """Ends the pull and waits until it is gone."""


def known_models() -> tuple[str, ...]:
    """The names of the catalogue; none if it is broken, which the user learns on loading a model."""
    try:
        return tuple(entry.id for entry in load_catalogue().entries)
    except ModelError:
        return ()


@dataclass(frozen=True, slots=True)
class ModelServices:
    """Tests hand in their own.

    `read` may take seconds and raises `ModelError`; `known` are names to suggest.
    """

    read: Callable[[], Iterator[ModelRow]] = read_models
    known: Callable[[], tuple[str, ...]] = known_models
    open_pull: Callable[[str], Pull] = BackgroundPull
    available_bytes: Callable[[], int | None] = available_bytes

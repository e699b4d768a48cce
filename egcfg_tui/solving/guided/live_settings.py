"""The settings of a guided trial, which the user can change while it runs."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Final

from egcfg_tui.events import Event
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.request.fitting import OTHER_BRANCHES
from egcfg_tui.solving.request.settings import RANGES, Settings

_LEAST_TOKENS: Final = int(RANGES["max_tokens"][0])
# At most this many branches hold the whole answer, besides the candidates.
_BRANCHES: Final = 2


class LiveSettings:
    """The `settings` and the `seed` in force: those of the trial, with the user's changes.

    An answer is never longer than the cache has room for, and candidates are never more than there are
    branches for.
    """

    def __init__(self, context: SolveContext, settings: Settings, seed: tuple[int, ...]) -> None:
        self._context = context
        self._asked = settings
        self._room_tokens = context.answer_room(settings) * (settings.candidates + _BRANCHES)
        self.settings = self._fitted(settings)
        self.seed = seed

    def take_changes(self) -> Generator[Event, None, bool]:
        """Takes the user's changes; returns whether there are any. An event says what had to be lowered."""
        inbox = self._context.inbox
        branches = self._context.engine.info.max_branches - OTHER_BRANCHES
        most = max(branches, self._asked.candidates)
        wanted = inbox.in_force(self._asked)
        if wanted.candidates > most:
            yield inbox.lower("candidates", most)
            wanted = inbox.in_force(self._asked)
        seed = self.seed if inbox.seed is None else (inbox.seed, *self.seed[1:])
        before = self.settings, self.seed
        self.settings, self.seed = self._fitted(wanted), seed
        return before != (self.settings, self.seed)

    def _fitted(self, settings: Settings) -> Settings:
        """The settings, with an answer that is no longer than the cache has room for."""
        room = self._room_tokens // (settings.candidates + _BRANCHES)
        return replace(settings, max_tokens=max(_LEAST_TOKENS, min(settings.max_tokens, room)))

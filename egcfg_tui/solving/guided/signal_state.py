"""What a guided trial remembers of its last signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from egcfg_tui.prompting.signal import Attempt, Signal
from egcfg_tui.solving.guided.attempts import attempt_key


@dataclass(frozen=True, slots=True)
class SignalState:
    """The present signal, and what it is about.

    `lines_since` counts the lines since the last refresh, None if there was none. `covered` are the codes
    that the runs of that refresh executed, `attempts` the keys of the attempts that the signal shows.
    """

    signal: Signal
    lines_since: int | None
    covered: tuple[str, ...]
    attempts: frozenset[tuple[str, bool]]

    @classmethod
    def after(cls, signal: Signal, attempts: Sequence[Attempt], covered: tuple[str, ...]) -> SignalState:
        """The state after a refresh that made a new signal of these attempts.

        The token budget may have left some attempts out of the signal. Then none count as shown, so that the
        next refresh makes a new signal.
        """
        shown = frozenset() if signal.dropped else frozenset(map(attempt_key, attempts))
        return cls(signal, 0, covered, shown)

    def after_line(self) -> SignalState:
        """The state after one more line."""
        return self if self.lines_since is None else replace(self, lines_since=self.lines_since + 1)

    def shows_all(self, attempts: Sequence[Attempt]) -> bool:
        """Whether there are attempts and the signal already shows all of them."""
        return bool(attempts) and self.attempts.issuperset(map(attempt_key, attempts))


NO_SIGNAL: Final = SignalState(Signal("", 0, ""), None, (), frozenset())

"""A recording as a sequence of positions: `p` is what the screen shows after the first `p` events."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import Final

from egcfg_tui.events import CodeExecuted, LineChosen, SolveFinished, TrialStarted
from egcfg_tui.runs import Recording
from egcfg_tui.tui import state
from egcfg_tui.tui.view import EngineState, EngineView, SolveView, idle

STRIDE: Final = 64
"""Events between two kept views: no position is further than this from one of them."""

_LANDMARKS: Final = (TrialStarted, LineChosen, CodeExecuted, SolveFinished)


class Replay:
    """Views of a recording by position, and the positions worth stopping at."""

    def __init__(self, recording: Recording) -> None:
        """Folds the whole recording once."""
        header = recording.header
        self.recording = recording
        self.times_s = _rising(tuple(timed.t for timed in recording.events))
        """When each event happened, in seconds since the recording began; never falling."""
        self.changed_s: list[float] = []
        """When lines were chosen that guidance changed."""
        self._events = tuple(
            (at_s, timed.event) for at_s, timed in zip(self.times_s, recording.events, strict=True)
        )
        view = idle(header.exercise, EngineView(EngineState.READY, model=header.request.model.name))
        self._kept = [view]
        self._changes, self._landmarks = [0], [0]
        for position, (at_s, event) in enumerate(self._events, start=1):
            before, view = view, state.fold(event, view, at_s)
            if position % STRIDE == 0:
                self._kept.append(view)
            if view != before:
                self._changes.append(position)
            if isinstance(event, _LANDMARKS):
                self._landmarks.append(position)
            if isinstance(event, LineChosen) and any(token.instead is not None for token in event.tokens):
                self.changed_s.append(at_s)

    @property
    def end(self) -> int:
        """The last position."""
        return len(self._events)

    @property
    def duration_s(self) -> float:
        """When the last event happened."""
        return self.times_s[-1] if self.times_s else 0.0

    def view(self, position: int) -> SolveView:
        """What is shown after the first `position` events."""
        kept = position // STRIDE
        return state.fold_all(self._kept[kept], self._events[kept * STRIDE : position])

    def at(self, position: int) -> float:
        """The seconds at which a position is reached."""
        return self.times_s[position - 1] if position else 0.0

    def position_at(self, at_s: float) -> int:
        """The position reached after `at_s` seconds."""
        return bisect_right(self.times_s, at_s)

    def change(self, position: int, steps: int) -> int:
        """The position `steps` changes of the screen further, or back; the ends hold."""
        return _moved(self._changes, position, steps, self.end)

    def landmark(self, position: int, steps: int) -> int:
        """The position `steps` lines, answers or trials further, or back; the ends hold."""
        return _moved(self._landmarks, position, steps, self.end)


def _rising(times_s: tuple[float, ...]) -> tuple[float, ...]:
    """The times; one that falls back, or is not a finite number, becomes the one before it."""
    rising, now_s = [], 0.0
    for at_s in times_s:
        now_s = max(now_s, at_s) if math.isfinite(at_s) else now_s
        rising.append(now_s)
    return tuple(rising)


def _moved(stops: list[int], position: int, steps: int, end: int) -> int:
    place = bisect_right(stops, position) - 1 if steps > 0 else bisect_left(stops, position)
    place += steps
    if place < 0:
        return 0
    return stops[place] if place < len(stops) else end

"""Measures the progress and the rate of a download."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

Progress = Callable[[int, int, float], None]
"""Called with bytes done, bytes in all, and bytes per second."""

_WINDOW_S: Final = 5.0
_INTERVAL_S: Final = 0.1


class Meter:
    """Turns positions of a download into reports.

    There are at most ten reports per second, each with the rate of the last five seconds.
    """

    def __init__(
        self, total_bytes: int, report: Progress, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total_bytes = total_bytes
        self._report = report
        self._clock = clock
        self._points: deque[tuple[float, int]] = deque()
        self._reported_at: float | None = None
        self._reported_bytes = -1

    def start(self, done_bytes: int) -> None:
        """Sets the position where the download begins or goes on; the rate ignores the bytes before it."""
        self._points.clear()
        self._reported_at = None
        self.at(done_bytes)

    def at(self, done_bytes: int) -> None:
        """Notes the position and reports it if the last report is old enough; the end is always reported."""
        now = self._clock()
        done_bytes = min(done_bytes, self._total_bytes)
        self._points.append((now, done_bytes))
        while len(self._points) > 2 and now - self._points[0][0] > _WINDOW_S:
            self._points.popleft()
        due = self._reported_at is None or now - self._reported_at >= _INTERVAL_S
        ended = done_bytes == self._total_bytes and self._reported_bytes != done_bytes
        if due or ended:
            self._reported_at, self._reported_bytes = now, done_bytes
            self._report(done_bytes, self._total_bytes, self._rate())

    def _rate(self) -> float:
        (first_s, first), (last_s, last) = self._points[0], self._points[-1]
        return max(0.0, (last - first) / (last_s - first_s)) if last_s > first_s else 0.0

"""The progress of a bench in words, the same on the command line and on the screen."""

from __future__ import annotations

from egcfg_tui.bench.progress import Estimate, Progress
from egcfg_tui.bench.records import Outcome


def outcome_word(outcome: Outcome) -> str:
    """The name of an outcome for people."""
    return outcome.value.replace("_", " ")


def standing(progress: Progress) -> str:
    """How many tasks have ended, and the time left."""
    estimate = progress.estimate()
    left = f"; {told_estimate(estimate)}" if estimate else ""
    return f"{progress.ended} of {progress.total} tasks ended{left}"


def told_estimate(estimate: Estimate, passed_s: float = 0.0) -> str:
    """The time left in words: `about 3 min left, by the 12 tasks that ended`.

    `passed_s` is how many seconds ago the estimate was made.
    """
    seconds = max(0.0, estimate.seconds - passed_s)
    how = "at most" if estimate.at_most else "about"
    return f"{how} {duration(seconds)} left, {estimate.basis}"


def duration(seconds: float) -> str:
    """A time in seconds, minutes or hours, as a person would say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"

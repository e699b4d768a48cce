"""Follows a bench that another process runs, by reading its folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from egcfg_tui.bench.events import (
    BenchEvent,
    BenchFinished,
    BenchStarted,
    BenchStopped,
    TaskEnded,
    TaskFound,
    TaskStarted,
)
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.records import Outcome, RecordTail

_POLL_S: Final = 0.5


def watch_bench(folder: BenchFolder, sleep: Callable[[float], None] = time.sleep) -> Iterator[BenchEvent]:
    """The events of a bench that its folder shows: first the tasks that have ended, then those that end.

    The last event is `BenchFinished`, or `BenchStopped` if no process writes into the folder. Tasks run in
    the plan's order, so the first one that has not ended counts as running. Raises `BenchError`.
    """
    plan = folder.plan()
    tail = RecordTail(folder.records)
    yield BenchStarted(plan)
    left = dict.fromkeys(plan.tasks())
    faulty: set[object] = set()
    kind: type[TaskFound] | type[TaskEnded] = TaskFound
    running = None
    while True:
        # This comes before reading, so that records written just before the writer ends are still read.
        works = folder.writer_pid() is not None
        for record in tail.new():
            if record.outcome is Outcome.FAULT:
                faulty.add(record.task)
            else:
                faulty.discard(record.task)
                left.pop(record.task, None)
            yield kind(record)
        kind = TaskEnded
        if not left or (not works and not left.keys() - faulty):
            yield BenchFinished(len(faulty))
            return
        if not works:
            yield BenchStopped(len(left))
            return
        first = next((task for task in left if task not in faulty), None)
        if first is not None and first != running:
            running = first
            yield TaskStarted(first)
        sleep(_POLL_S)

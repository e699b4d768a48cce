"""A trace as a table: a row for each step, the variables it left, and loops folded.

A row is named by the index of its first step in the trace, so that a place in the table stays the same when
folds open and close.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from egcfg_sandbox import Trace, TraceEvent

LEAST_PASSES: Final = 4
"""Loops with fewer passes are shown whole."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and the variables of its call after it. `changed` are the variables that it set."""

    index: int
    event: TraceEvent
    variables: tuple[tuple[str, str], ...]
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fold:
    """Passes of a loop that are not shown: the steps from `index` up to `end`, without the loop's first and
    last pass. `line` is that of the loop.
    """

    index: int
    end: int
    passes: int
    line: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Steps that the sandbox did not keep; they are missing before step `index`."""

    index: int
    dropped: int


Row = Step | Fold | Gap


@lru_cache(maxsize=8)
def table(source: str, trace: Trace, opened: frozenset[int] = frozenset()) -> tuple[Row, ...]:
    """The rows of a trace; a fold whose index is in `opened` shows all of its steps."""
    steps = _steps(trace)
    folds = {fold.index: fold for fold in _folds(source, trace) if fold.index not in opened}
    gap = len(trace.events) - len(trace.events) // 2 if trace.dropped else None
    rows: list[Row] = []
    at = 0
    while at < len(steps):
        if at == gap:
            rows.append(Gap(at, trace.dropped))
        fold = folds.get(at)
        if fold is None:
            rows.append(steps[at])
            at += 1
        else:
            rows.append(fold)
            at = fold.end
    return tuple(rows)


def folded_at(source: str, trace: Trace, index: int) -> Fold | None:
    """The innermost fold, open or not, that a step belongs to."""
    around = [fold for fold in _folds(source, trace) if fold.index <= index < fold.end]
    return min(around, key=lambda fold: fold.end - fold.index, default=None)


def names(rows: Sequence[Row]) -> list[str]:
    """The variables in the order in which they appear; those that keep one value follow, arguments last."""
    values: dict[str, set[str]] = {}
    arguments: set[str] = set()
    for row in rows:
        if isinstance(row, Step):
            for name, value in row.variables:
                values.setdefault(name, set()).add(value)
            if row.event.kind == "call":
                arguments.update(name for name, _ in row.event.changes)
    return sorted(values, key=lambda name: (len(values[name]) == 1, name in arguments))


def place(rows: Sequence[Row], index: int | None) -> int:
    """The row that shows a step; the first row if no step is given."""
    if index is None:
        return 0
    behind = [at for at, row in enumerate(rows) if row.index <= index and not isinstance(row, Gap)]
    return behind[-1] if behind else 0


def _steps(trace: Trace) -> list[Step]:
    """The steps, each with the variables of its call."""
    frames: dict[int, dict[str, str]] = {}
    steps = []
    for index, event in enumerate(trace.events):
        if event.kind == "call":
            frames[event.depth] = {}
        frame = frames.setdefault(event.depth, {})
        frame.update(event.changes)
        changed = frozenset(name for name, _ in event.changes)
        steps.append(Step(index, event, tuple(frame.items()), changed))
    return steps


@lru_cache(maxsize=8)
def _folds(source: str, trace: Trace) -> tuple[Fold, ...]:
    """A fold for every loop with many passes: those between the first and the last."""
    events, loops = trace.events, _loops(source)
    folds: list[Fold] = []
    done: set[int] = set()
    for start, event in enumerate(events):
        if event.kind != "line" or event.line not in loops or start in done:
            continue
        passes = _passes(events, start, loops[event.line])
        done.update(passes)
        if len(passes) >= LEAST_PASSES:
            folds.append(Fold(passes[1], passes[-1], len(passes) - 2, event.line))
    return tuple(folds)


def _passes(events: Sequence[TraceEvent], start: int, last_line: int) -> list[int]:
    """Where each pass of one loop begins; its last visit, which ends it, is none."""
    head = events[start]
    begins, at = [start], start + 1
    while at < len(events):
        event = events[at]
        own = event.depth == head.depth
        if event.depth < head.depth or (own and not head.line <= event.line <= last_line):
            break
        if own and event.kind != "line":
            break
        if own and event.line == head.line:
            begins.append(at)
        at += 1
    else:
        return begins
    ended_by_head = begins[-1] == at - 1
    return begins[:-1] if ended_by_head else begins


def _loops(source: str) -> dict[int, int]:
    """The line of every loop and the last line of its body."""
    try:
        nodes = ast.walk(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {
        node.lineno: max(statement.end_lineno or node.lineno for statement in node.body)
        for node in nodes
        if isinstance(node, ast.For | ast.While | ast.AsyncFor)
    }

"""A trace in words: all of its steps, the values of its variables, or only their last values."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from egcfg_sandbox import Trace

RETURNED: Final = "returned"
RAISED: Final = "raised"
_VALUES_SHOWN: Final = 6


class TraceFormat(StrEnum):
    """How much of a trace the signal shows."""

    COMPACT = "compact"
    """Each variable with its values in order, without repetitions of an unchanged value."""
    FULL = "full"
    """Every step with its source line, depth and changes, as in arXiv 2506.10948."""
    MINIMAL = "minimal"
    """The last value of each variable, and what was returned or raised."""


def values(trace: Trace) -> dict[str, tuple[str, ...]]:
    """The values of each variable in order, then those under `RETURNED` and `RAISED`.

    The arguments of the outermost call are left out: the test's text shows them already.
    """
    seen: dict[str, list[str]] = {}
    ends: dict[str, list[str]] = {}
    for event in trace.events:
        if event.kind == "call" and event.depth == 0:
            continue
        if event.kind == "return":
            ends.setdefault(RETURNED, []).append(event.value or "None")
        elif event.kind == "exception":
            ends.setdefault(RAISED, []).append(event.value or "")
        for name, value in event.changes:
            seen.setdefault(name, []).append(value)
    return {name: tuple(found) for name, found in (seen | ends).items()}


def last_values(trace: Trace) -> dict[str, tuple[str, ...]]:
    """Like `values`, but only the last value of each."""
    return {name: found[-1:] for name, found in values(trace).items()}


def in_words(name: str, found: tuple[str, ...]) -> str:
    """A name with its values; a long sequence shows its first and last values and a count of the others."""
    return f"{name} {_sequence(found)}" if name in (RETURNED, RAISED) else f"{name}: {_sequence(found)}"


def steps(source: str, trace: Trace) -> list[tuple[str, int | None]]:
    """One line of text per step of a trace, with the step's line of `source`, and the index of the step.

    If steps are missing, one line without an index says how many.
    """
    lines = source.splitlines()
    told: list[tuple[str, int | None]] = []
    half = len(trace.events) - len(trace.events) // 2
    for index, event in enumerate(trace.events):
        if trace.dropped and index == half:
            told.append((f"({trace.dropped} steps left out)", None))
        text = lines[event.line - 1].strip() if 0 < event.line <= len(lines) else ""
        changed = ", ".join(f"{name} = {value}" for name, value in event.changes)
        parts = [f"{event.kind} line {event.line} depth {event.depth}: {text}"]
        if changed:
            parts.append(changed)
        if event.value is not None:
            parts.append(event.value)
        if event.repeats:
            parts.append(f"{event.repeats} more times")
        told.append((" | ".join(parts), index))
    return told


def _sequence(found: tuple[str, ...]) -> str:
    if len(found) <= _VALUES_SHOWN:
        return ", ".join(found)
    head, tail = found[: _VALUES_SHOWN - 2], found[-2:]
    return f"{', '.join(head)}, ({len(found) - len(head) - 2} more), {', '.join(tail)}"

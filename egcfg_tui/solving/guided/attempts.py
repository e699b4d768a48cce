"""Turns the runs of a refresh into attempts, and the attempts into a signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from egcfg_tui.engine.api import Engine
from egcfg_tui.events import AttemptOrigin, Candidate, CandidateRun, SignalBuilt
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.prompting.signal import Attempt, Signal, render_signal
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.text.answer_span import answer_code
from egcfg_tui.solving.text.prefixes import canonical, executable_prefix, shape


def attempts_of(
    candidates: Sequence[Candidate], runs: Sequence[CandidateRun], *, unfinished: bool = True
) -> list[Attempt]:
    """An attempt for each run with results; `unfinished` False leaves out those of unfinished code.

    An attempt is complete if one of its candidates is.
    """
    complete = {candidate.index for candidate in candidates if candidate.complete}
    attempts = [
        Attempt(run.source, not complete.isdisjoint(run.candidates), run.results)
        for run in runs
        if run.source is not None and run.results
    ]
    return [attempt for attempt in attempts if attempt.complete or unfinished]


def attempt_key(attempt: Attempt) -> tuple[str, bool]:
    """A key that is different for different attempts of one trial."""
    return attempt.source, attempt.complete


def signal_after(
    code: str, exercise: Exercise, attempts: Sequence[Attempt], settings: Settings, engine: Engine
) -> Signal:
    """The signal for the line after `code`, in the format and within the length of the settings."""
    prefix = executable_prefix(answer_code(code, exercise))
    so_far = (canonical(prefix) if prefix is not None else None) or ""
    if settings.trace is not TraceFormat.FULL:
        attempts = distinct(attempts)
    return render_signal(
        so_far,
        attempts,
        settings.signal_tokens,
        lambda text: len(engine.tokenize(text)),
        settings.trace,
    )


def origins_of(line: int, runs: Sequence[CandidateRun]) -> dict[str, AttemptOrigin]:
    """For each program that ran for `line`, the run that executed it."""
    return {run.source: AttemptOrigin(line, at) for at, run in enumerate(runs) if run.source is not None}


def signal_built(line: int, row: int, signal: Signal, origins: Mapping[str, AttemptOrigin]) -> SignalBuilt:
    """The event of a signal. `origins` maps each program that the signal may show to its last run."""
    ran = tuple(origins[source] for source in signal.attempts)
    return SignalBuilt(line, row, signal.text, signal.tokens, signal.dropped, signal.parts, ran)


def distinct(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts that do different things: the first of each shape, complete if one of that shape is.

    Code that differs only in names does the same, and repeating it in the signal would add nothing.
    """
    by_shape: dict[str, Attempt] = {}
    for attempt in attempts:
        first = by_shape.setdefault(shape(attempt.source), attempt)
        if attempt.complete and not first.complete:
            by_shape[shape(attempt.source)] = replace(first, complete=True)
    return list(by_shape.values())

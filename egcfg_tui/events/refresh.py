"""Events of a refresh: candidates, their runs, and the signal made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from egcfg_sandbox import TestResult
from egcfg_tui.events.base import Event
from egcfg_tui.prompting.signal_parts import SignalPart


@dataclass(frozen=True, slots=True)
class CandidatesGrown(Event):
    """The texts so far of the candidates that are being sampled."""

    transient: ClassVar[bool] = True
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sampled continuation. `complete`: the model ended the answer in this continuation."""

    index: int
    text: str
    tokens: int
    complete: bool


@dataclass(frozen=True, slots=True)
class CandidatesSampled(Event):
    """The candidates of one refresh. `line` is the number of the line about to be chosen, from 1.

    Here and below `row` is the row of the code on which that line begins, from 1. People are shown rows.
    """

    line: int
    row: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class CandidateRun:
    """One distinct executable prefix, the indices of its candidates, and its result per visible test.

    `source` is None when no part of the candidate could be executed. `cached`: the results are those of an
    earlier run of the same program.
    """

    candidates: tuple[int, ...]
    source: str | None
    results: tuple[TestResult, ...]
    cached: bool = False


@dataclass(frozen=True, slots=True)
class CandidatesExecuted(Event):
    """The executable prefixes were run against the visible tests."""

    line: int
    row: int
    runs: tuple[CandidateRun, ...]


@dataclass(frozen=True, slots=True)
class AttemptOrigin:
    """The run that an attempt of a signal comes from.

    `run` is its index among the runs for `line` in this trial. With `line` 0 it is the index among all whole
    answers that ran so far, in all trials.
    """

    line: int
    run: int


@dataclass(frozen=True, slots=True)
class SignalBuilt(Event):
    """The traces became the signal, a text for the conditional prompt.

    `dropped` says what the token budget left out; empty when nothing was. `parts` say where its words come
    from; they refer to an attempt by its index in `origins`.
    """

    line: int
    row: int
    text: str
    tokens: int
    dropped: str = ""
    parts: tuple[SignalPart, ...] = ()
    origins: tuple[AttemptOrigin, ...] = ()

"""Builds a comparison from benches or files of records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from egcfg_tui.bench.comparison import matching, words
from egcfg_tui.bench.comparison.notes import notes
from egcfg_tui.bench.comparison.pairs import compare_pairs
from egcfg_tui.bench.comparison.relays import with_relays
from egcfg_tui.bench.comparison.rows import summarise
from egcfg_tui.bench.comparison.sources import Source, read_sources
from egcfg_tui.bench.comparison.summary import Comparison, PairSummary, RowSummary
from egcfg_tui.bench.records import BenchError


def compare_paths(paths: Sequence[Path], *, common: bool = False) -> Comparison:
    """Compares all rows of the benches at these paths. Raises `BenchError`; see `compare`."""
    return compare(read_sources(paths), common=common)


def compare(sources: Sequence[Source], *, common: bool = False) -> Comparison:
    """Compares all rows of all sources.

    `common` limits the comparison to exercises that all sources have and for which all rows have a result.
    Raises `BenchError` if the sources differ in something that must be equal.
    """
    conditions = matching.equal_conditions(sources)
    planned = matching.compared_exercises(sources, common=common)
    ran = summarise(sources, planned)
    faults, missing = sum(row.faults for row in ran), sum(row.missing for row in ran)
    exercises, known = planned, {id_ for source in sources for id_ in source.exercises}
    if common:
        exercises = matching.ended_by_all(sources, planned)
        if not exercises:
            raise BenchError(
                "no exercise has a result in every row; let the benches go on, or compare without `--common`"
            )
    rows = summarise([with_relays(source) for source in sources], exercises)
    pairs = compare_pairs(rows)
    left_out = len(known) - len(exercises)
    return Comparison(
        exercises=tuple(exercises),
        left_out=left_out,
        conditions=conditions,
        complete=not faults and not missing,
        rows=tuple(rows),
        pairs=tuple(pairs),
        summary=words.summary_sentence(*_that_ran(rows, pairs)),
        notes=notes(sources, rows, pairs, faults=faults, missing=missing, left_out=left_out),
    )


def _that_ran(
    rows: Sequence[RowSummary], pairs: Sequence[PairSummary]
) -> tuple[list[RowSummary], list[PairSummary]]:
    """The rows and pairs without relays: the summary is about what was asked for."""
    ran = [row for row in rows if not row.relay]
    names = {row.name for row in ran}
    return ran, [pair for pair in pairs if {pair.a, pair.b} <= names]

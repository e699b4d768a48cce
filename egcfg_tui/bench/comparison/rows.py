"""The rows of a comparison: each model with each method, over the compared exercises."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from egcfg_tui.bench.comparison.curve import curve
from egcfg_tui.bench.comparison.sources import RowName, Source
from egcfg_tui.bench.comparison.statistics import relative_success_rate
from egcfg_tui.bench.comparison.summary import Cell, RowSummary
from egcfg_tui.bench.records import Outcome, Record
from egcfg_tui.events import StageSeconds

GREEDY = "greedy"
"""The method to which the relative success rate (RSR) refers."""


def summarise(sources: Sequence[Source], exercises: Sequence[str]) -> list[RowSummary]:
    """All rows, ordered by the share that they solved, then by name.

    If rows have the same model and method, or different models have the same name, the rows carry the name of
    their bench.
    """
    holders = Counter(row for source in sources for row in source.rows)
    files = {model_and_hash for source in sources for model_and_hash in source.models.items()}
    namesakes = {model for model, count in Counter(model for model, _ in files).items() if count > 1}
    rows = [
        _row(source, row, exercises, told_apart=holders[row] > 1 or row[0] in namesakes)
        for source in sources
        for row in source.rows
    ]
    with_rsr = (_with_rsr(row, rows, own_bench_only=row.model_name in namesakes) for row in rows)
    return sorted(with_rsr, key=lambda row: (-row.share, row.name))


def share_on(row: RowSummary, exercises: Sequence[str]) -> float:
    """The solved share, averaged over exercises for which the row has a result, from 0 to 1."""
    return statistics.fmean(row.cells[id_].share for id_ in exercises)


def shared_exercises(a: RowSummary, b: RowSummary) -> list[str]:
    """The exercises for which both rows have a result."""
    return [id_ for id_, cell in a.cells.items() if cell.ended and id_ in b.cells and b.cells[id_].ended]


def _row(source: Source, row: RowName, exercises: Sequence[str], *, told_apart: bool) -> RowSummary:
    model, method = row
    cells = _cells(source.records.get(row, {}), exercises)
    records = [record for cell in cells.values() for record in cell.records]
    ended = [record for cell in cells.values() for record in cell.ended]
    solved = [record for record in ended if record.outcome is Outcome.SOLVED]
    planned = len(exercises) * source.repeats
    seconds = [record.seconds for record in solved]
    return RowSummary(
        model=f"{model} ({source.name})" if told_apart else model,
        method=method,
        model_name=model,
        bench=source.name,
        folder=source.folder,
        planned=planned,
        tasks=len(ended),
        solved=len(solved),
        visible_passed=sum(record.visible_passed for record in ended),
        faults=len(records) - len(ended),
        missing=planned - len(records),
        median_s=statistics.median(seconds) if seconds else None,
        mean_s=statistics.fmean(seconds) if seconds else None,
        seconds=sum(record.seconds for record in ended),
        tokens=sum(record.tokens for record in ended),
        runs=sum(record.runs for record in ended),
        stages=_total(ended),
        outcomes=Counter(record.outcome for record in records),
        repeat_shares=_repeat_shares(ended) if source.repeats > 1 else (),
        unguarded=sum(not record.guarded for record in solved),
        by_seconds=curve(seconds, len(ended)),
        by_tokens=curve((record.tokens for record in solved), len(ended)),
        cells=cells,
        relay=row in source.relays,
    )


def _cells(records: Mapping[str, tuple[Record, ...]], exercises: Sequence[str]) -> dict[str, Cell]:
    return {
        id_: Cell(
            records[id_], tuple(record for record in records[id_] if record.outcome is not Outcome.FAULT)
        )
        for id_ in exercises
        if id_ in records
    }


def _total(records: Sequence[Record]) -> StageSeconds:
    return StageSeconds(
        **{
            stage.name: sum(getattr(record.stages, stage.name) for record in records)
            for stage in fields(StageSeconds)
        }
    )


def _repeat_shares(records: Sequence[Record]) -> tuple[float, ...]:
    """The solved share of each repeat, in order."""
    solved: dict[int, list[bool]] = defaultdict(list)
    for record in records:
        solved[record.repeat].append(record.outcome is Outcome.SOLVED)
    return tuple(statistics.fmean(solved[repeat]) for repeat in sorted(solved))


def _with_rsr(row: RowSummary, rows: Sequence[RowSummary], *, own_bench_only: bool) -> RowSummary:
    """The row with its RSR, if its model has a greedy row: the one of its own bench, or else the only one."""
    greedy = [other for other in rows if (other.model_name, other.method) == (row.model_name, GREEDY)]
    own = [other for other in greedy if other.bench == row.bench]
    baseline = own if own or own_bench_only else greedy
    shared = shared_exercises(row, baseline[0]) if len(baseline) == 1 else []
    if row.method == GREEDY or not shared:
        return row
    return replace(row, rsr=relative_success_rate(share_on(row, shared), share_on(baseline[0], shared)))

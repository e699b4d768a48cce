"""The figures of a comparison as tables of texts, which each report arranges in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from egcfg_tui.bench.comparison.summary import Comparison, PairSummary, RowSummary
from egcfg_tui.bench.comparison.words import percent, probability, range_of, rounded_up, short_names, signed
from egcfg_tui.bench.records import Outcome

OUTCOMES: Final = {
    Outcome.WRONG: "wrong",
    Outcome.FAILED: "failed",
    Outcome.BUDGET: "budget",
    Outcome.LENGTH: "length",
    Outcome.NO_CODE: "no code",
}
"""The outcomes of tasks that were not solved, each with its heading."""
_STAGES: Final = ("prompt", "candidates", "signal", "line", "runs")
_THOUGHT: Final = "thought"
"""A stage that only thinking models have."""


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers under headings; each line belongs to a row of the comparison, or to a pair."""

    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def row_tables(comparison: Comparison) -> tuple[Table, ...]:
    """Four tables: what the rows solved, their cost, the outcomes of unsolved tasks, the time by stage."""
    rows = comparison.rows
    return (
        _table("solved", rows, _SOLVED, _NOT_EVERYWHERE),
        _table("cost", rows, _COST),
        _table("not solved", rows, {name: _outcome(outcome) for outcome, name in OUTCOMES.items()}),
        _table(
            "share of the time, %",
            rows,
            {stage: _stage(stage) for stage in _STAGES},
            {_THOUGHT: _stage(_THOUGHT)} if any(row.stages.thought for row in rows) else {},
        ),
    )


def pair_table(comparison: Comparison) -> Table:
    """A table of the pairs: their difference, the interval, the counts and the verdict."""
    names = short_names(comparison.rows)

    def verdict(pair: PairSummary) -> str:
        if pair.difference is None:
            return "no exercise in common"
        if pair.ahead is None:
            return f"{rounded_up(pair.needed)} exercises to tell"
        return f"{names[pair.ahead]} is ahead"

    columns: dict[str, Callable[[PairSummary], str]] = {
        "points": lambda pair: signed(pair.difference),
        "95 % interval": lambda pair: f"{signed(pair.low)} to {signed(pair.high)}",
        "p": lambda pair: probability(pair.mcnemar_p).removeprefix("= "),
        "both": lambda pair: str(len(pair.both)),
        "only first": lambda pair: str(len(pair.only_a)),
        "only second": lambda pair: str(len(pair.only_b)),
        "neither": lambda pair: str(len(pair.neither)),
        "verdict": verdict,
    }
    lines = tuple(tuple(cell(pair) for cell in columns.values()) for pair in comparison.pairs)
    return Table("pairs", tuple(columns), lines)


Column = Callable[[RowSummary], str]


def _number(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:.{digits}f}"


_SOLVED: Final[dict[str, Column]] = {
    "solved": lambda row: str(row.solved),
    "of": lambda row: str(row.tasks),
    "share": lambda row: percent(row.share),
    "visible": lambda row: str(row.visible_passed),
}
_NOT_EVERYWHERE: Final[dict[str, Column]] = {
    "RSR": lambda row: "" if row.rsr is None else percent(row.rsr),
    "repeats": lambda row: range_of(row.repeat_shares) if row.repeat_shares else "",
    "unguarded": lambda row: str(row.unguarded or ""),
    "faults": lambda row: str(row.faults or ""),
    "missing": lambda row: str(row.missing or ""),
}
"""Columns that are left out of a table if they are empty."""
_COST: Final[dict[str, Column]] = {
    "median s": lambda row: _number(row.median_s, 1),
    "mean s": lambda row: _number(row.mean_s, 1),
    "s per solved": lambda row: _number(row.seconds_per_solved, 1),
    "tokens": lambda row: str(row.tokens),
    "tokens per solved": lambda row: _number(row.tokens_per_solved, 0),
}


def _outcome(outcome: Outcome) -> Column:
    return lambda row: str(row.outcomes.get(outcome, 0))


def _stage(stage: str) -> Column:
    return lambda row: _number(100 * getattr(row.stages, stage) / row.seconds if row.seconds else None, 0)


def _table(
    title: str,
    rows: Sequence[RowSummary],
    columns: Mapping[str, Column],
    not_everywhere: Mapping[str, Column] = MappingProxyType({}),
) -> Table:
    filled = {heading: cell for heading, cell in not_everywhere.items() if any(map(cell, rows))}
    columns = {**columns, **filled}
    return Table(title, tuple(columns), tuple(tuple(cell(row) for cell in columns.values()) for row in rows))

"""Computes rows of two models that share one budget: the first gets half of it, the second what is left.

Nothing has to run for such a row, which is called a relay. A solve does not depend on earlier solves, and a
solve with half the budget is the beginning of the solve with the whole budget. So the records of the two
models say what the relay would have done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import combinations

from egcfg_tui.bench.comparison.sources import RowName, Source
from egcfg_tui.bench.records import Outcome, Record
from egcfg_tui.events import StageSeconds

SHARE = 0.5
"""The first model's share of the budget."""


def with_relays(source: Source) -> Source:
    """The bench with an additional row for every two of its models, in their order.

    Only the bench's first method gets such rows: with rows for every method, those that ran would be hard to
    find.
    """
    relays = dict(_relays(source))
    rows = (*source.rows, *relays)
    return replace(source, rows=rows, records={**source.records, **relays}, relays=frozenset(relays))


def relay_name(first: str, second: str) -> str:
    """The name of the two models together."""
    return f"{first} then {second}"


def _relays(source: Source) -> Iterator[tuple[RowName, dict[str, tuple[Record, ...]]]]:
    method = source.rows[0][1]
    models = [model for model, other in source.rows if other == method]
    for first, second in combinations(models, 2):
        cells = {
            id_: _cell(firsts, source.records.get((second, method), {}).get(id_, ()))
            for id_, firsts in source.records.get((first, method), {}).items()
        }
        name = relay_name(first, second)
        yield (name, method), {id_: cell for id_, cell in cells.items() if cell}


def _cell(firsts: tuple[Record, ...], seconds: tuple[Record, ...]) -> tuple[Record, ...]:
    """One record for each repeat that both models have a record of."""
    of_repeat = {record.repeat: record for record in seconds}
    return tuple(relayed(first, of_repeat[first.repeat]) for first in firsts if first.repeat in of_repeat)


def relayed(first: Record, second: Record) -> Record:
    """The record of the relay, from two records of one exercise, method, repeat and budget.

    If only a part of a solve fits into the budget, its tokens, seconds and runs count in proportion.
    """
    model = relay_name(first.model, second.model)
    if Outcome.FAULT in (first.outcome, second.outcome):
        broken = first if first.outcome is Outcome.FAULT else second
        return replace(broken, model=model)
    share = min(1.0, SHARE * _budget(first) / max(_spent(first), 1e-9))
    if share == 1.0 and first.visible_passed:
        return replace(first, model=model)
    left = _budget(first) - share * _spent(first)
    rest = min(1.0, left / max(_spent(second), 1e-9))
    whole = _sum(_part(first, share), _part(second, rest))
    if rest < 1.0:
        whole = replace(
            whole, outcome=Outcome.BUDGET, visible_passed=False, hidden_passed=None, solved_by=None
        )
    return replace(whole, model=model)


def _budget(record: Record) -> float:
    """The budget in seconds, or in tokens if it is one of tokens."""
    return record.budget_s if record.budget_s is not None else float(record.budget_tokens or 0)


def _spent(record: Record) -> float:
    """What the solve spent of the budget, in the same unit."""
    return record.seconds if record.budget_s is not None else float(record.tokens)


def _part(record: Record, share: float) -> Record:
    """The beginning of a solve: `share` (0 to 1) of everything that it spent."""
    return replace(
        record,
        seconds=record.seconds * share,
        wall_s=record.wall_s * share,
        tokens=round(record.tokens * share),
        runs=round(record.runs * share),
        stages=StageSeconds(
            **{stage.name: getattr(record.stages, stage.name) * share for stage in fields(StageSeconds)}
        ),
    )


def _sum(first: Record, second: Record) -> Record:
    """The end of the second solve, with everything that both solves spent."""
    return replace(
        second,
        seconds=first.seconds + second.seconds,
        wall_s=first.wall_s + second.wall_s,
        tokens=first.tokens + second.tokens,
        runs=first.runs + second.runs,
        stages=StageSeconds(
            **{
                stage.name: getattr(first.stages, stage.name) + getattr(second.stages, stage.name)
                for stage in fields(StageSeconds)
            }
        ),
    )

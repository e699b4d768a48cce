"""Notes that a reader must know to understand the figures."""

from __future__ import annotations

from collections.abc import Sequence

from egcfg_tui.bench.comparison.sources import Source
from egcfg_tui.bench.comparison.summary import PairSummary, RowSummary
from egcfg_tui.bench.comparison.words import joined
from egcfg_tui.terminal_text import counted_things


def notes(
    sources: Sequence[Source],
    rows: Sequence[RowSummary],
    pairs: Sequence[PairSummary],
    *,
    faults: int,
    missing: int,
    left_out: int,
) -> tuple[str, ...]:
    """All notes that apply. `faults` and `missing` also count exercises that `--common` left out."""
    found = []
    if faults or missing:
        parts = [
            counted_things(count, name)
            for count, name in ((faults, "fault"), (missing, "missing task"))
            if count
        ]
        found.append(
            f"Incomplete: {joined(parts)}. A fault says nothing about a method and is not counted; the same "
            "`egcfg-tui bench` command runs the remaining tasks."
        )
    if left_out:
        found.append(f"{counted_things(left_out, 'exercise')} left out, because not every row has a result.")
    found += _differences(sources)
    if any(row.relay for row in rows):
        found.append(
            "`A then B` is two models in one budget: A has half of it, B the rest. It is computed from what "
            "each of them did alone."
        )
    unguarded = sum(row.unguarded for row in rows if not row.relay)
    if unguarded:
        found.append(
            f"{counted_things(unguarded, 'solved task')} had a test that runs inside the program's process, "
            "where a verdict can be forged."
        )
    if len(pairs) > 3:
        found.append(
            f"{len(pairs)} pairs are compared, each at the 5 % level: of twenty pairs that are equally good, "
            "about one would be called ahead."
        )
    return tuple(found)


def _differences(sources: Sequence[Source]) -> list[str]:
    """A note for each fact in which the benches differ, such as the machine, on which seconds depend."""
    found = []
    for fact in dict.fromkeys(fact for source in sources for fact in source.facts):
        values = {source.name: source.facts[fact] for source in sources if fact in source.facts}
        if len(set(values.values())) > 1:
            told = joined([f"{value} in {name}" for name, value in values.items()])
            found.append(f"The benches differ in {fact}: {told}.")
    return found

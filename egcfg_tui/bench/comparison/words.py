"""The sentences of a comparison, the same in every report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from egcfg_tui.bench.comparison.summary import Comparison, Conditions, PairSummary, RowSummary
from egcfg_tui.terminal_text import counted_things

Name = tuple[str, str]
WORTH_SEEING: Final = 5
"""If two rows do not differ, the sentence says how many exercises would show a difference of these points."""


def short_names(rows: Sequence[RowSummary]) -> dict[Name, str]:
    """The short name of each row in sentences: its method, its model, or both if that is needed."""
    parts: tuple[Callable[[RowSummary], str], ...] = (lambda row: row.method, lambda row: row.model)
    for part in parts:
        names = {row.name: part(row) for row in rows}
        if len(set(names.values())) == len(rows):
            return names
    return {row.name: " ".join(row.name) for row in rows}


def pair_sentence(pair: PairSummary, a: str, b: str) -> str:
    """A sentence about a pair: which row is ahead and by how much, or how many exercises would be needed."""
    if pair.difference is None or pair.low is None or pair.high is None:
        return f"{a} and {b} cannot be compared: there is no exercise that both have a result for."
    difference, low, high = pair.difference, pair.low, pair.high
    if difference < 0:
        a, b, difference, low, high = b, a, -difference, -high, -low
    on = f"on {counted_things(pair.exercises, 'exercise')}"
    measured = f"(95 % interval {signed(low)} to {signed(high)}, p {probability(pair.mcnemar_p)})"
    if pair.ahead is not None:
        return f"{a} is ahead of {b} by {difference:.1f} points {on} {measured}."
    needed = f"too few exercises to tell: {rounded_up(pair.needed)} would be needed"
    if difference == 0:
        return f"{a} and {b} solved equally many {on} {measured}; {needed} to see {WORTH_SEEING} points."
    return f"{a} solved {difference:.1f} points more than {b} {on} {measured}; {needed}."


def summary_sentence(rows: Sequence[RowSummary], pairs: Sequence[PairSummary]) -> str:
    """A sentence about the row that solved the largest share, and whether it is ahead of the others."""
    names, best = short_names(rows), rows[0]
    if not best.tasks:
        return "No task has a result yet."
    if not best.solved:
        return "No task was solved."
    first = [names[row.name] for row in rows if row.share == best.share]
    if len(first) > 1:
        solved = f"{joined(first)} solved {percent(best.share)} of their tasks"
    else:
        solved = (
            f"{first[0]} solved {best.solved} of {counted_things(best.tasks, 'task')} ({percent(best.share)})"
        )
    if len(rows) == 1:
        return f"{solved}."
    verdicts = {pair.b: pair.ahead for pair in pairs if pair.a == best.name}
    ahead = [names[name] for name, verdict in verdicts.items() if verdict == best.name]
    behind = [names[name] for name, verdict in verdicts.items() if verdict == name]
    unclear = [names[name] for name, verdict in verdicts.items() if verdict is None]
    subject, named = ("it", "") if len(first) == 1 else (names[best.name], f"for {names[best.name]} ")
    parts = []
    if ahead:
        parts.append(f"{subject} is ahead of {joined(ahead)}")
    if behind:
        parts.append(f"{subject} is behind {joined(behind)} on the exercises that both tried")
    if unclear:
        parts.append(f"{named}against {joined(unclear)} there are too few exercises to tell")
    return f"{solved}, the largest share; {'; '.join(parts)}."


def conditions_line(conditions: Conditions) -> str:
    """The conditions in one line."""
    limits = [
        f"{conditions.budget_s:g} s" if conditions.budget_s is not None else "",
        f"{conditions.budget_tokens} tokens" if conditions.budget_tokens is not None else "",
    ]
    budget = " and ".join(limit for limit in limits if limit) or "none"
    clock = {"wall": "seconds by the wall clock", "model": "seconds by the model's clock"}
    visible = {"format": "visible tests as each format says", "first": "the first test visible"}
    return ", ".join(
        (
            f"budget {budget} a task",
            clock.get(conditions.clock, conditions.clock),
            visible.get(conditions.visible, "all tests visible"),
        )
    )


def exercises_line(comparison: Comparison) -> str:
    """How many exercises are compared, and how many are left out."""
    left_out = f", {comparison.left_out} left out" if comparison.left_out else ""
    return counted_things(len(comparison.exercises), "exercise") + left_out


def joined(words: Sequence[str]) -> str:
    """`a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def signed(points: float | None) -> str:
    """Points with their sign and one digit; `-` for none."""
    return "-" if points is None else f"{points:+z.1f}"


def percent(share: float) -> str:
    """A share of 1 as a percentage."""
    return f"{100 * share:.1f} %"


def probability(p: float) -> str:
    """`= 0.031`, or `< 0.001` for anything below."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def rounded_up(number: int | None) -> str:
    """A number of exercises, rounded up to two digits because it is an estimate; `-` for None."""
    if number is None:
        return "-"
    step = 10 ** max(0, len(str(number)) - 2)
    return str(-(-number // step) * step)


def range_of(shares: Iterable[float]) -> str:
    """The smallest and the largest of some shares, in percent."""
    shares = list(shares)
    return f"{100 * min(shares):.1f} to {percent(max(shares))}"

"""Checks that compared benches have equal conditions, and finds the exercises that they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from egcfg_tui.bench.comparison.sources import Source
from egcfg_tui.bench.comparison.summary import Conditions
from egcfg_tui.bench.records import BenchError, Outcome, Record

_OPTIONS: Final = {
    "visible": "--visible",
    "budget_s": "--budget",
    "budget_tokens": "--budget-tokens",
    "clock": "--clock",
}
"""The fields of `Conditions`, each with the option of `bench` that sets it."""


def equal_conditions(sources: Sequence[Source]) -> Conditions:
    """The conditions that all records share. Raises `BenchError` for the first field that differs."""
    firsts = [_conditions_of(source) for source in sources]
    for (earlier, one), (later, other) in pairwise(zip(sources, firsts, strict=True)):
        _refuse_difference(one, f"{earlier.path}", other, f"{later.path}")
    return firsts[0]


def compared_exercises(sources: Sequence[Source], *, common: bool) -> list[str]:
    """The ids of the exercises of all sources, in natural order. Raises `BenchError` if the sources differ.

    `common`: only the exercises that all sources have with the same content.
    """
    if common:
        shared = set.intersection(*(set(source.exercises.items()) for source in sources))
        if not shared:
            raise BenchError(
                f"{_listed([str(source.path) for source in sources])} have no exercise in common; "
                "compare runs of the same exercises"
            )
        return sorted((id_ for id_, _ in shared), key=natural)
    for one, other in pairwise(sources):
        _refuse_other_exercises(one, other)
    return sorted(sources[0].exercises, key=natural)


def ended_by_all(sources: Sequence[Source], exercises: Iterable[str]) -> list[str]:
    """The exercises for which every row of every source has ended all repeats without a fault."""
    return [
        id_
        for id_ in exercises
        if all(
            sum(record.outcome is not Outcome.FAULT for record in source.records.get(row, {}).get(id_, ()))
            == source.repeats
            for source in sources
            for row in source.rows
        )
    ]


def natural(text: str) -> list[tuple[int, str]]:
    """A sort key that orders numbers in texts by their value: `HumanEval/2` before `HumanEval/10`."""
    parts = re.split(r"([0-9]+)", text)
    return [(len(part.lstrip("0")) if part.isdecimal() else 0, part) for part in parts]


def _conditions_of(source: Source) -> Conditions:
    records = source.all_records()
    first = next(records)
    conditions = _conditions(first)
    for record in records:
        other = _conditions(record)
        if other != conditions:
            _refuse_difference(conditions, _place(source, first), other, _place(source, record))
    return conditions


def _conditions(record: Record) -> Conditions:
    return Conditions(record.visible, record.budget_s, record.budget_tokens, record.clock)


def _place(source: Source, record: Record) -> str:
    return f"{source.path} (exercise {record.exercise}, {record.model} {record.method})"


def _refuse_difference(one: Conditions, one_place: str, other: Conditions, other_place: str) -> None:
    for field, option in _OPTIONS.items():
        here, there = getattr(one, field), getattr(other, field)
        if here != there:
            value = f" {_shown(here)}" if here is not None else ""
            raise BenchError(
                f"`{field}` is {_shown(here)} in {one_place} and {_shown(there)} in {other_place}; it must "
                f"be the same in all benches: run the second bench again {'with' if value else 'without'} "
                f"`{option}{value}`"
            )


def _refuse_other_exercises(one: Source, other: Source) -> None:
    if missing := _without(one, other) or _without(other, one):
        raise BenchError(
            f"`exercises` are {len(one.exercises)} in {one.path} and {len(other.exercises)} in {other.path}; "
            f"{missing}. Compare the common ones with `--common`, or run both benches on the same exercises"
        )
    for id_, sha256 in one.exercises.items():
        if other.exercises[id_] != sha256:
            raise BenchError(
                f"`exercise_sha256` of exercise {id_} is {sha256[:12]} in {one.path} and "
                f"{other.exercises[id_][:12]} in {other.path}: its text or its tests were changed. "
                "Leave it out with `--common`, or run both benches on the same version of it"
            )


def _without(one: Source, other: Source) -> str:
    """Which exercises of the other source this one lacks, in words; empty if it has all."""
    missing = sorted(other.exercises.keys() - one.exercises.keys(), key=natural)
    return f"{one.path} lacks {_listed(missing)}" if missing else ""


def _listed(words: Sequence[str]) -> str:
    """The first five words, and how many more there are."""
    shown = ", ".join(words[:5])
    return f"{shown} and {len(words) - 5} more" if len(words) > 5 else shown


def _shown(value: object) -> str:
    return "not set" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

"""Reads the sources of a comparison: folders of benches, or files of records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from egcfg_tui.bench.folder import PLAN, RECORDS
from egcfg_tui.bench.plan import Plan, read_plan
from egcfg_tui.bench.records import BenchError, Record, latest, read_records

RowName = tuple[str, str]
"""Model and method."""


@dataclass(frozen=True, slots=True)
class Source:
    """One bench.

    `exercises` maps the id of each exercise, unique here, to the hash of its content. Each of `rows` was
    planned to run on every exercise `repeats` times. `records` has one record per task, the one that counts,
    by row and exercise and in the order of repeats. The paths of recordings are relative to `folder`.
    `models` maps each model to its hash. `facts` are facts that a reader must know if they differ between
    benches. Both are empty without a plan. The rows in `relays` did not run; they are computed from
    two others.
    """

    name: str
    path: Path
    folder: Path
    exercises: Mapping[str, str]
    rows: tuple[RowName, ...]
    repeats: int
    records: Mapping[RowName, Mapping[str, tuple[Record, ...]]]
    models: Mapping[str, str]
    facts: Mapping[str, str]
    relays: frozenset[RowName] = frozenset()

    def all_records(self) -> Iterator[Record]:
        """Every record that counts."""
        return (record for row in self.records.values() for cell in row.values() for record in cell)


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """All sources, with distinct names. Raises `BenchError`."""
    resolved = [path.resolve() for path in paths]
    for path, place in zip(paths, resolved, strict=True):
        if resolved.count(place) > 1:
            raise BenchError(f"{path} is given twice; name every bench once")
    names = distinct_names(resolved)
    return [_read(path, name) for path, name in zip(paths, names, strict=True)]


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """The last part of each path, with as many parts before it as make the names distinct."""
    ends = [_named_parts(path) for path in paths]
    deepest = max(len(parts) for parts in ends)
    for depth in range(1, deepest + 1):
        names = ["/".join(parts[-depth:]) for parts in ends]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]


def _named_parts(path: Path) -> list[str]:
    """The parts of a path that name it: without `records.jsonl`, which has the name of its folder."""
    if path.name == RECORDS:
        path = path.parent
    elif path.suffix == ".jsonl":
        path = path.with_suffix("")
    return [part for part in path.parts if part != path.anchor] or [path.anchor]


def source_of(
    records: Iterable[Record], plan: Plan | None = None, *, path: Path, name: str | None = None
) -> Source:
    """The bench at `path` with these records, of which one per task counts. Raises `BenchError`.

    Without a plan the records say what was planned: every row on every exercise, with the largest number of
    repeats found.
    """
    counted = list(latest(records).values())
    if not counted:
        raise BenchError(f"{path}: no task has ended yet; compare once some have")
    ids = _distinct_ids(
        [(exercise.id, exercise.sha256) for exercise in plan.exercises]
        if plan
        else [(record.exercise, record.exercise_sha256) for record in counted]
    )
    grouped: dict[RowName, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in sorted(counted, key=lambda record: record.repeat):
        id_ = ids.get((record.exercise, record.exercise_sha256))
        if id_ is None:
            raise BenchError(
                f"{path}: {RECORDS} holds exercise {record.exercise}, which {PLAN} does not plan; the two "
                "belong to different benches, restore the one that was replaced"
            )
        grouped[record.model, record.method][id_].append(record)
    return Source(
        name=name or path.name,
        path=path,
        folder=path if path.is_dir() else path.parent,
        exercises={shown: sha256 for (_, sha256), shown in ids.items()},
        rows=tuple((model.name, method.name) for model in plan.models for method in plan.methods)
        if plan
        else tuple(grouped),
        repeats=plan.repeats if plan else max(record.repeat for record in counted),
        records={row: {id_: tuple(cell) for id_, cell in cells.items()} for row, cells in grouped.items()},
        models={model.name: model.sha256 for model in plan.models} if plan else {},
        facts=_facts(plan) if plan else {},
    )


def _read(path: Path, name: str) -> Source:
    """Reads a bench from its folder, with its plan if it has one, or from a file of records."""
    if not path.is_dir():
        return source_of(read_records(path), path=path, name=name)
    plan, records = path / PLAN, path / RECORDS
    if not plan.exists() and not records.exists():
        raise BenchError(
            f"{path}: is not a bench: it has neither {PLAN} nor {RECORDS}; "
            "`egcfg-tui bench --out DIR` makes one"
        )
    return source_of(
        read_records(records) if records.exists() else [],
        read_plan(plan) if plan.exists() else None,
        path=path,
        name=name,
    )


def _distinct_ids(exercises: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A distinct id for each id and hash, because two data sets may use one id for different exercises."""
    hashes: dict[str, dict[str, None]] = defaultdict(dict)
    for id_, sha256 in exercises:
        hashes[id_][sha256] = None
    return {
        (id_, sha256): id_ if len(of_id) == 1 else f"{id_} ({sha256[:8]})"
        for id_, of_id in hashes.items()
        for sha256 in of_id
    }


def _facts(plan: Plan) -> dict[str, str]:
    """Facts that a reader must know if they differ between benches."""
    machine = plan.machine
    return {
        "machine": f"{machine.processor or machine.architecture}, {machine.cores} cores",
        "version": f"egcfg-tui {plan.version}",
        "llama-cpp-python": plan.llama_cpp,
        "settings": plan.settings.to_string(),
        "prompt style": plan.prompt_style,
        "prices of the model's clock": (plan.prices_sha256 or "none")[:8],
    } | {
        f"model {model.name}": f"{model.sha256[:8]}, {model.quantisation}, "
        f"context of {model.context_tokens}, {model.threads} threads"
        for model in plan.models
    }

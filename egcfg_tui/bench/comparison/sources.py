"""Reads what is compared: the folder of a bench, or a file of its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from egcfg_tui.bench.records import BenchError, Record, latest, read_records

RECORDS = "records.jsonl"


RowName = tuple[str, str]
"""Model and method."""


@dataclass(frozen=True, slots=True)
class Source:
    """One bench.

    `exercises` maps the id of each exercise, unique here, to the hash of its content; each of `rows` was to
    run on every exercise `repeats` times. `records` are those that count, one a task, by row and exercise and
    in the order of their repeats. `folder` is what the records' recordings are relative to.
    """

    name: str
    path: Path
    folder: Path
    exercises: Mapping[str, str]
    rows: tuple[RowName, ...]
    repeats: int
    records: Mapping[RowName, Mapping[str, tuple[Record, ...]]]

    def all_records(self) -> Iterator[Record]:
        """Every record that counts."""
        return (record for row in self.records.values() for cell in row.values() for record in cell)


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """All sources, told apart by name. Raises `BenchError`."""
    resolved = [path.resolve() for path in paths]
    for path, place in zip(paths, resolved, strict=True):
        if resolved.count(place) > 1:
            raise BenchError(f"{path} is given twice; name every bench once")
    names = distinct_names(resolved)
    return [_read(path, name) for path, name in zip(paths, names, strict=True)]


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """The last part of each path, with as many parts before it as tell all of them apart."""
    ends = [_named_parts(path) for path in paths]
    deepest = max(len(parts) for parts in ends)
    for depth in range(1, deepest + 1):
        names = ["/".join(parts[-depth:]) for parts in ends]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]


def _named_parts(path: Path) -> list[str]:
    """The parts of a path that name it; the records of a folder bear the folder's name."""
    if path.name == RECORDS:
        path = path.parent
    elif path.suffix == ".jsonl":
        path = path.with_suffix("")
    return [part for part in path.parts if part != path.anchor] or [path.anchor]


def _read(path: Path, name: str) -> Source:
    file = path / RECORDS if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise BenchError(
            f"{path} is no bench: it holds no {RECORDS}; benches are made with `egcfg-tui bench --out {path}`"
        )
    records = list(latest(read_records(file)).values())
    if not records:
        raise BenchError(f"{file}: no task has ended yet; compare when some have")
    ids = _distinct_ids(records)
    grouped: dict[RowName, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in sorted(records, key=lambda record: record.repeat):
        grouped[record.model, record.method][ids[record.exercise, record.exercise_sha256]].append(record)
    return Source(
        name=name,
        path=path,
        folder=file.parent,
        exercises={shown: sha256 for (_, sha256), shown in ids.items()},
        rows=tuple(grouped),
        repeats=max(record.repeat for record in records),
        records={row: {id_: tuple(cell) for id_, cell in cells.items()} for row, cells in grouped.items()},
    )


def _distinct_ids(records: Iterable[Record]) -> dict[tuple[str, str], str]:
    """A distinct id for each id and hash: data sets may use an id for different exercises."""
    hashes: dict[str, dict[str, None]] = defaultdict(dict)
    for record in records:
        hashes[record.exercise][record.exercise_sha256] = None
    return {
        (id_, sha256): id_ if len(of_id) == 1 else f"{id_} ({sha256[:8]})"
        for id_, of_id in hashes.items()
        for sha256 in of_id
    }

"""Benches that never ran, written as one letter per task."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from egcfg_tui.bench.comparison import Source, source_of
from egcfg_tui.bench.plan import (
    KIND,
    SCHEMA,
    Plan,
    PlannedExercise,
    PlannedMethod,
    PlannedModel,
    encoded,
)
from egcfg_tui.bench.records import Outcome, Record, append
from egcfg_tui.runs.machine import Machine
from egcfg_tui.solving.request.grid_file import bundled_grid
from egcfg_tui.solving.request.settings import Settings
from support.bench_records import record

LETTERS: Final = {
    "1": Outcome.SOLVED,
    "w": Outcome.WRONG,
    "0": Outcome.FAILED,
    "b": Outcome.BUDGET,
    "l": Outcome.LENGTH,
    "n": Outcome.NO_CODE,
    "!": Outcome.FAULT,
}
"""The outcome of each letter; `.` is a task that did not end."""

Rows = Mapping[str, str | Sequence[str]]
"""By method, or by `model/method`: a letter for each exercise, or such a text for each repeat."""

MODEL: Final = "tiny-coder"


def records_of(rows: Rows, *, ids: Sequence[str] = (), **changes: Any) -> list[Record]:
    """The records of a bench on exercises `e1`, `e2` and so on, or on `ids`."""
    return list(_records(rows, ids, changes))


def source(rows: Rows, *, name: str = "bench", ids: Sequence[str] = (), **changes: Any) -> Source:
    """The source of a comparison that only has records."""
    return source_of(records_of(rows, ids=ids, **changes), path=Path(name), name=name)


def write_bench(path: Path, rows: Rows, plan: Plan | None = None, **changes: Any) -> Path:
    """Writes a bench's folder, or only its file of records if the name ends with `.jsonl`."""
    file = path if path.suffix == ".jsonl" else path / "records.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for one in records_of(rows, **changes):
        append(descriptor, one)
    os.close(descriptor)
    if plan is not None:
        (path / "bench.json").write_bytes(encoded(plan))
    return path


def plan_of(ids: Sequence[str], methods: Sequence[str], **changes: Any) -> Plan:
    """The plan of a bench of `MODEL`."""
    model = PlannedModel(MODEL, "a" * 64, "Q4_K_M", 1000, None, 4096, 2, 512, "cpu", "f16")
    plan = Plan(
        schema=SCHEMA,
        kind=KIND,
        version="0.1.0",
        created="2026-01-02T03:04:05+00:00",
        exercises=tuple(PlannedExercise(id_, sha256_of(id_), f"set.jsonl#{id_}", 1, 2) for id_ in ids),
        models=(model,),
        methods=tuple(PlannedMethod(name, "ns4", bundled_grid(name)) for name in methods),
        repeats=1,
        seed=0,
        budget_s=25.0,
        budget_tokens=None,
        clock="wall",
        visible="format",
        settings=Settings(),
        prompt_style="plain",
        missing_layers=(),
        llama_cpp="0.3.36",
        machine=Machine("Linux 6.1", "x86_64", "Some processor", 2, 8_000_000_000, "3.11.7"),
    )
    return replace(plan, **changes)


def sha256_of(id_: str) -> str:
    """A hash of the content of an exercise."""
    return (id_.encode().hex() * 64)[:64]


def _records(rows: Rows, ids: Sequence[str], changes: dict[str, Any]) -> Iterator[Record]:
    for place, (name, repeats) in enumerate(rows.items()):
        *model, method = name.rsplit("/", 1)
        for repeat, letters in enumerate([repeats] if isinstance(repeats, str) else repeats, start=1):
            for number, letter in enumerate(letters):
                if letter == ".":
                    continue
                id_ = ids[number] if ids else f"e{number + 1}"
                # Seconds and tokens that differ from task to task.
                values = {"seconds": 1.0 + number + place / 4, "tokens": 100 * (number + 1) + 10 * place}
                yield record(
                    id_,
                    LETTERS[letter],
                    **{
                        "exercise_sha256": sha256_of(id_),
                        "model": "".join(model) or MODEL,
                        "method": method,
                        "repeat": repeat,
                        "recording": f"recordings/{id_}-{method}-{repeat}.jsonl",
                        **values,
                        **changes,
                    },
                )

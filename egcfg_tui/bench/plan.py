"""The plan of a bench: its exercises, models and methods, and everything else that affects the results.

It is written once, as `bench.json`, when a bench begins. A resumed bench must have the same plan.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from egcfg_tui import __version__
from egcfg_tui.bench.records import BenchError, Task
from egcfg_tui.runs import json_codec
from egcfg_tui.runs.machine import Machine
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.settings import Settings

SCHEMA: Final = 1
KIND: Final = "egcfg-bench"


@dataclass(frozen=True, slots=True)
class PlannedExercise:
    """An exercise. `reference` is the text that it is loaded by; `visible` and `hidden` count its tests."""

    id: str
    sha256: str
    reference: str
    visible: int
    hidden: int


@dataclass(frozen=True, slots=True)
class PlannedModel:
    """A model's file and its load options. `template_sha256` is None for a model without chat template."""

    name: str
    sha256: str
    quantisation: str
    size_bytes: int
    template_sha256: str | None
    context_tokens: int
    threads: int
    batch_tokens: int
    backend: str
    cache_type: str
    flash_attention: bool | None = None
    gpu_layers: int = -1


@dataclass(frozen=True, slots=True)
class PlannedMethod:
    """A method, the setting string of its first trial, and the grid of its guided trials."""

    name: str
    settings: str
    grid: Grid


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about a bench but its results.

    `version` is that of egcfg-tui, `created` a UTC time in ISO 8601. The budget of a task is `budget_s`
    seconds by the `clock` (`wall` or `model`) or `budget_tokens` evaluated tokens; the other one is None.
    `visible` is `format`, or the user's choice of visible tests. `missing_layers` are the layers of the
    sandbox that the user allowed to be missing. `prices_sha256` is the checksum of `prices.json`, None with
    the wall clock.
    """

    schema: int
    kind: str
    version: str
    created: str
    exercises: tuple[PlannedExercise, ...]
    models: tuple[PlannedModel, ...]
    methods: tuple[PlannedMethod, ...]
    repeats: int
    seed: int
    budget_s: float | None
    budget_tokens: int | None
    clock: str
    visible: str
    settings: Settings
    prompt_style: str
    missing_layers: tuple[str, ...]
    llama_cpp: str
    machine: Machine
    prices_sha256: str | None = None

    @property
    def size(self) -> int:
        """How many tasks there are."""
        return len(self.exercises) * len(self.models) * len(self.methods) * self.repeats

    def tasks(self) -> Iterator[Task]:
        """All tasks in the order in which they run.

        Models run one after another, so that each is loaded once; within a model, repeats and then exercises.
        The methods of an exercise run right after each other, so that other work of the machine affects them
        alike. The first method changes from exercise to exercise.
        """
        for model in self.models:
            for repeat in range(1, self.repeats + 1):
                for number, exercise in enumerate(self.exercises):
                    turn = (number + repeat - 1) % len(self.methods)
                    for method in self.methods[turn:] + self.methods[:turn]:
                        yield Task(exercise.id, exercise.sha256, model.name, method.name, repeat)

    def seed_of(self, repeat: int) -> int:
        """The seed of a repeat. The first has the bench's own seed, so that `solve --seed` gives that run."""
        if repeat == 1:
            return self.seed
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{repeat}".encode()).digest()[:4])


def now() -> str:
    """The UTC time in ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def llama_cpp_version() -> str:
    """The version of llama-cpp-python, without loading it."""
    try:
        return version("llama-cpp-python")
    except PackageNotFoundError:
        return "unknown"


def difference(begun: Plan, asked: Plan) -> str | None:
    """The first field in which two plans differ so that results may differ, in words; None if there is none.

    The machine counts only with the wall clock, and only by what its speed depends on. With the model's clock
    the prices are kept in the folder.
    """
    theirs, ours = _identity(begun), _identity(asked)
    for name, value in ours.items():
        if theirs[name] != value:
            return f"{name} ({_unlike(theirs[name], value)})"
    return None


def fingerprint(plan: Plan) -> str:
    """Eight hex digits that identify everything that affects the results."""
    return hashlib.sha256(json.dumps(_identity(plan), sort_keys=True).encode("ascii")).hexdigest()[:8]


def _identity(plan: Plan) -> dict[str, Any]:
    """Everything that affects the results, the fields that matter most to a user first."""
    values = json_codec.encode(plan)
    for name in ("schema", "kind", "created", "prices_sha256", "machine"):
        del values[name]
    values["exercises"] = [f"{exercise.id} ({exercise.sha256[:8]})" for exercise in plan.exercises]
    for kind in ("models", "methods"):
        values[kind] = [item["name"] for item in values[kind]]
    for model in plan.models:
        for name, value in json_codec.encode(model).items():
            values[f"{name} of model {model.name}"] = value
    for method in plan.methods:
        values[f"grid of method {method.name}"] = json_codec.encode(method.grid)
    values["settings"] = [f"{name} {value}" for name, value in values["settings"].items()]
    values["version"] = f"egcfg-tui {plan.version}"
    if plan.clock == "wall":
        machine = plan.machine
        values["machine"] = f"{machine.processor or machine.architecture}, {machine.cores} cores"
    return values


def _unlike(there: Any, here: Any) -> str:
    """Two different values in words; for lists only the items that one of them lacks."""
    if not isinstance(there, list) or not isinstance(here, list):
        return f"there {_told(there)}, here {_told(here)}"
    only_there = [item for item in there if item not in here]
    only_here = [item for item in here if item not in there]
    if not only_there and not only_here:
        return "in another order"
    sides = [
        f"only {where}: {_told(items)}"
        for where, items in (("there", only_there), ("here", only_here))
        if items
    ]
    return "; ".join(sides)


def _told(value: Any) -> str:
    if isinstance(value, list):
        more = f" and {len(value) - 2} more" if len(value) > 3 else ""
        shown = value[:2] if more else value
        return ", ".join(str(item) for item in shown) + more
    return "none" if value is None else str(value)


def encoded(plan: Plan) -> bytes:
    """The content of `bench.json`."""
    return json.dumps(json_codec.encode(plan), indent=1, allow_nan=False).encode("ascii") + b"\n"


def read_plan(path: Path) -> Plan:
    """Reads a `bench.json`. Raises `BenchError`."""
    try:
        values = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise BenchError(
            f"{path.parent}: is not a bench: it has no {path.name}; `egcfg-tui bench --out DIR` makes one"
        ) from None
    except OSError as error:
        raise BenchError(f"{path}: cannot be read: {error.strerror}; check the path") from error
    except (ValueError, RecursionError):
        raise BenchError(f"{path}: not valid JSON, the file is damaged; restore it") from None
    if not isinstance(values, dict) or values.get("kind") != KIND:
        raise BenchError(f"{path}: not the plan of a bench (`kind` is not {KIND!r}); name another folder")
    if values.get("schema") != SCHEMA:
        raise BenchError(
            f"{path}: egcfg-tui {values.get('version')} wrote it with schema {values.get('schema')!r}, "
            f"this is version {__version__} and reads schema {SCHEMA}; use the version that wrote it"
        )
    try:
        return json_codec.decode(Plan, values)
    except ValueError as error:
        raise BenchError(f"{path}: {error}; restore the file") from None

"""Runs a bench on this machine, one task after another, and writes each record as its task ends."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from egcfg_tui.bench.attempt import Attempt
from egcfg_tui.bench.clock.prices import SCHEMA, ModelPrices, PriceFile, PriceTable, read_prices
from egcfg_tui.bench.events import (
    BenchEvent,
    BenchFinished,
    BenchStarted,
    BenchStopped,
    TaskEnded,
    TaskEvent,
    TaskStarted,
)
from egcfg_tui.bench.folder import PRICES, BenchFolder, BenchWriter
from egcfg_tui.bench.ledger import Ledger
from egcfg_tui.bench.loaded_model import LoadedModel, OpenSession, Stopped
from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.records import Outcome, Record, Task
from egcfg_tui.bench.setup import MODEL, BenchSetup
from egcfg_tui.bench.stopper import Stopper


def run_bench(
    setup: BenchSetup, folder: BenchFolder, open_session: OpenSession, stopper: Stopper
) -> Iterator[BenchEvent]:
    """Runs the tasks that have no record yet; the last event is `BenchFinished` or `BenchStopped`.

    Raises `BenchError`; the records of all tasks that ended before are then on the disk. Closing the iterator
    early frees the model and the folder.
    """
    layers = setup.plan.missing_layers
    with (
        BenchWriter(folder) as writer,
        LoadedModel(setup.specs, layers, open_session, stopper) as model,
    ):
        try:
            plan, prices = yield from begin(setup.plan, writer, model)
        except Stopped:
            yield BenchStopped(setup.plan.size)
            return
        setup = replace(setup, plan=plan)
        ledger = Ledger(plan, writer)
        yield BenchStarted(plan)
        yield from ledger.found()
        left = ledger.left()
        for number, task in enumerate(left):
            recording = writer.recording(task, ledger.tries(task))
            record = yield from _attempt(setup, task, folder, recording, model, prices, stopper)
            if record is None:
                yield BenchStopped(len(left) - number)
                return
            ledger.write(record)
            yield TaskEnded(record)
        yield BenchFinished(ledger.faults)


def _attempt(
    setup: BenchSetup,
    task: Task,
    folder: BenchFolder,
    recording: Path,
    model: LoadedModel,
    prices: Mapping[str, PriceTable],
    stopper: Stopper,
) -> Generator[BenchEvent, None, Record | None]:
    """Runs one task; returns None if it was stopped before its end."""
    try:
        yield from model.load(task.model)
    except Stopped:
        return None
    with Attempt(setup, task, folder.path, recording) as attempt:
        yield TaskStarted(task)
        for event in model.solve(attempt.request, prices.get(task.model)):
            attempt.take(event)
            yield TaskEvent(task, event)
        record = attempt.record()
    if stopper.requested and record is not None and record.outcome is Outcome.FAULT:
        return None  # a fault during a stop says nothing about the task
    return record


def begin(
    asked: Plan, writer: BenchWriter, model: LoadedModel
) -> Generator[BenchEvent, None, tuple[Plan, Mapping[str, PriceTable]]]:
    """The plan and the prices of the folder: those that it was begun with, or new ones, which it writes.

    Raises `BenchError` if the folder was begun with another plan, and the errors of `LoadedModel.measured`.
    """
    begun = writer.begun(asked)
    if begun is not None:
        if begun.clock != MODEL:
            return begun, {}
        return begun, read_prices(writer.folder.prices, begun.prices_sha256).tables()
    if asked.clock != MODEL:
        writer.begin(asked)
        return asked, {}
    tables = {}
    for planned in reversed(asked.models):  # the first model is measured last and stays loaded
        tables[planned.name] = yield from model.measured(planned)
    prices = PriceFile(
        SCHEMA,
        tuple(ModelPrices(planned.name, planned.sha256, tables[planned.name]) for planned in asked.models),
    )
    writer.write(PRICES, prices.encoded())
    plan = replace(asked, prices_sha256=prices.sha256)
    writer.begin(plan)
    return plan, tables

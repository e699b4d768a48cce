"""`egcfg-tui bench`: runs many exercises with several models and methods, and compares the results."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from egcfg_tui import exercises, models
from egcfg_tui.bench.events import BenchEvent, BenchFinished, BenchStopped
from egcfg_tui.bench.folder import BenchFolder, default_folder
from egcfg_tui.bench.progress_words import outcome_word
from egcfg_tui.bench.records import BenchError, Record
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.bench_narration import bench_narrator
from egcfg_tui.cli.bench_options import add_bench_options, choices_from
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.interrupts import Interrupts, ending_at_once
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.terminal_text import printable

if TYPE_CHECKING:
    from egcfg_tui.bench.rescoring import Rescored
    from egcfg_tui.bench.setup import BenchSetup

_EPILOG: Final = """\
EXERCISES are bundled ids, files, folders, FILE#ID or FILE#1-20,25; without any, every second one of the
bundled forty, which with two models and the default budget takes 20 minutes at most on two cores.

Every task (one exercise, model, method and repeat) is written as it ends: Ctrl-C, or even a power cut, loses
no task that has ended, and the same command goes on where it stopped. At the end it prints the comparison.

examples:
  egcfg-tui bench --models qwen2.5-coder-0.5b,qwen2.5-coder-1.5b
  egcfg-tui bench --methods auto,sample --all --repeats 3
  egcfg-tui bench problems.jsonl --ids 11-50,60 --methods auto,sample,greedy --budget 40 --out mine
  egcfg-tui bench problems.jsonl#11-30 --budget-tokens 3000 --clock model
  egcfg-tui bench --watch mine
  egcfg-tui bench --rescore mine

exit codes: 0 every task ended, 1 some ended in a fault, 2 usage, 3 model or data, 130 interrupted"""


def configure(parser: CommandParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    add_bench_options(parser)


def run(args: argparse.Namespace) -> ExitCode:
    """Runs or resumes a bench; with --watch shows one, with --rescore judges its answers again."""
    folder_alone = args.watch is not None or args.rescore is not None
    if folder_alone and (args.exercises or args.out is not None):
        raise CommandError(
            "--watch and --rescore take the folder of a bench; leave out exercises and --out", ExitCode.USAGE
        )
    try:
        if args.watch is not None:
            return _watch(args.watch)
        if args.rescore is not None:
            return _rescore(args.rescore)
        return _bench(args)
    except (BenchError, exercises.ExerciseError, models.ModelError) as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error


def _bench(args: argparse.Namespace) -> ExitCode:
    with ending_at_once():
        from egcfg_tui.bench.setup import set_up

    setup = set_up(choices_from(args))
    folder = BenchFolder(args.out or default_folder(setup.plan))
    stderr.narrate(f"bench in {folder.path}")
    stopper, last = Stopper(), None
    with (
        Interrupts() as interrupts,
        bench_narrator(lambda: stopper.requested) as narrate,
        interrupts.softly(stopper.request),
    ):
        for event in _events(args.ray, setup, folder, stopper):
            narrate.show(event)
            last = event
    return _conclude(last, folder, args)


def _events(
    address: str | None, setup: BenchSetup, folder: BenchFolder, stopper: Stopper
) -> Iterator[BenchEvent]:
    """The events of the bench, which runs on this machine or on Ray."""
    from egcfg_tui.bench.session import BenchSession

    if address is None:
        from egcfg_tui.bench.runner import run_bench

        yield from run_bench(setup, folder, BenchSession, stopper)
        return
    from egcfg_tui.bench.distributed import run_distributed
    from egcfg_tui.bench.ray_workers import ray_workers

    with ray_workers(address, threads=max(model.threads for model in setup.plan.models)) as workers:
        yield from run_distributed(setup, folder, workers, BenchSession, stopper)


def _conclude(last: BenchEvent | None, folder: BenchFolder, args: argparse.Namespace) -> ExitCode:
    """Prints the comparison; if tasks are left or had faults, says how to go on."""
    again = shlex.join(["egcfg-tui", *args.argv])
    if isinstance(last, BenchStopped):
        stderr.narrate(f"{last.left} tasks are left. Go on with:\n  {again}")
        raise KeyboardInterrupt
    assert isinstance(last, BenchFinished)
    if last.faults:
        stderr.narrate(
            f"The bench is incomplete: {last.faults} tasks ended in a fault of the engine or the sandbox, "
            f"which says nothing about model and method.\nRun them again with:\n  {again}"
        )
    _print_comparison(folder)
    return ExitCode.NOT_SOLVED if last.faults else ExitCode.DONE


def _watch(path: Path) -> ExitCode:
    from egcfg_tui.bench.watching import watch_bench

    folder, last = BenchFolder(path), None
    with Interrupts(), bench_narrator(lambda: False) as narrate:
        for event in watch_bench(folder):
            narrate.show(event)
            last = event
    if isinstance(last, BenchStopped):
        stderr.narrate(
            f"No bench writes into {path} now, and {last.left} tasks are left; repeat the command that "
            "began it."
        )
    else:
        _print_comparison(folder)
    return ExitCode.DONE


def _print_comparison(folder: BenchFolder) -> None:
    """Prints the comparison of the bench's models and methods."""
    with ending_at_once():
        from egcfg_tui.bench.comparison import compare_paths
        from egcfg_tui.cli.comparison_view import view

    stdout.emit_rendered(view(compare_paths([folder.path])))
    stderr.narrate(f"to see this again, or as HTML: egcfg-tui compare {shlex.quote(str(folder.path))}")


def _rescore(path: Path) -> ExitCode:
    from egcfg_sandbox import Sandbox
    from egcfg_tui.bench.rescoring import rescore, write_rescored

    folder = BenchFolder(path)
    layers = folder.plan().missing_layers
    rows: list[Rescored] = []

    def judged() -> Iterator[Record]:
        for row in rescore(folder, lambda packages: Sandbox(allow_missing_layers=layers, packages=packages)):
            rows.append(row)
            if row.changed:
                stdout.emit(_change(row))
            yield row.new

    with Interrupts():
        file = write_rescored(folder, judged())
    changed = sum(row.changed for row in rows)
    stderr.narrate(
        f"{changed} of {len(rows)} verdicts changed; the new records are in {file}\n"
        f"Compare: egcfg-tui compare {shlex.join([str(folder.records), str(file)])}"
    )
    return ExitCode.DONE


def _change(row: Rescored) -> str:
    """A changed outcome in words."""
    old, new = row.old, row.new
    repeat = f"  repeat {old.repeat}" if old.repeat > 1 else ""
    words = f"{outcome_word(old.outcome)} -> {outcome_word(new.outcome)}"
    reason = f"  {new.fault}" if new.fault else ""
    return printable(f"{old.exercise}  {old.model}  {old.method}{repeat}  {words}{reason}")

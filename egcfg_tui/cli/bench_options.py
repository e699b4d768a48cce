"""The options of a bench, and the choices that they make."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from egcfg_tui import exercises
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.model_choice import model_of
from egcfg_tui.cli.option_types import listed, seconds, whole_number
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.solving_options import (
    add_guarded_option,
    add_machine_options,
    add_seed,
    add_settings,
    add_visible_option,
    chosen_grid,
    held_settings,
    layers_from,
    refuse_unguarded,
    settings_from,
    visible_from,
)
from egcfg_tui.solving.methods import DEFAULT_METHOD, offered_methods
from egcfg_tui.solving.request.grid_file import grid_for

if TYPE_CHECKING:
    from egcfg_tui.bench.setup import Choices

_BUDGET_S = 25.0
"""With this budget 20 exercises with two models take less than 20 minutes."""


def add_bench_options(parser: CommandParser) -> None:
    """Adds the options: what is run, the budget, and the folder."""
    what = parser.add_argument_group("what is run")
    what.add_argument(
        "exercises", metavar="EXERCISES", nargs="*", help="bundled ids, files, folders, FILE#ID, FILE#1-20"
    )
    what.add_argument("--all", action="store_true", help="all forty bundled exercises, not every second one")
    what.add_argument("--ids", metavar="11-50,60", default="", help="only the exercises with these ids")
    what.add_argument("--limit", type=whole_number(1), metavar="N", help="only the first N exercises")
    what.add_argument(
        "--models",
        type=listed(),
        metavar="M,...",
        help="ids, .gguf files, hf:org/repo/file or ollama:name:tag; default: the default model",
    )
    what.add_argument(
        "--methods",
        type=listed(offered_methods()),
        default=[DEFAULT_METHOD],
        metavar="M,...",
        help=f"any of {', '.join(offered_methods())}; default: auto",
    )
    what.add_argument("--repeats", type=whole_number(1, 1000), default=1, metavar="N", help="default: 1")
    add_visible_option(parser)
    add_guarded_option(parser)
    how = parser.add_argument_group("budget of a task, and settings")
    budget = how.add_mutually_exclusive_group()
    budget.add_argument(
        "--budget", type=seconds, metavar="SECONDS", help=f"seconds by the clock; default: {_BUDGET_S:g}"
    )
    budget.add_argument(
        "--budget-tokens", type=whole_number(1), metavar="N", help="evaluated tokens instead of seconds"
    )
    how.add_argument(
        "--clock",
        choices=("wall", "model"),
        default="wall",
        help="wall: the seconds that pass; model: the seconds that each decode takes on the idle machine, so "
        "that a busy machine slows the bench but does not change its results; default: wall",
    )
    add_seed(how)
    add_settings(how)
    where = parser.add_argument_group("folder")
    where.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="default: a folder of the user's, the same one for the same bench",
    )
    where.add_argument(
        "--ray",
        type=_ray_address,
        metavar="ADDRESS|local:N",
        help="run on a Ray cluster, or on N workers here; needs the extra `ray`",
    )
    instead = where.add_mutually_exclusive_group()
    instead.add_argument("--watch", type=Path, metavar="DIR", help="show a bench that another process runs")
    instead.add_argument(
        "--rescore", type=Path, metavar="DIR", help="judge the stored answers again, without a model"
    )
    add_machine_options(parser.add_argument_group("machine"))


def choices_from(args: argparse.Namespace) -> Choices:
    """The choices that the options make. Raises `ExerciseError`, `ModelError` and `CommandError`."""
    from egcfg_tui.bench.setup import Choices

    methods = args.methods
    _share_cores(args)
    chosen, held = chosen_grid(args, methods), held_settings(args)
    budget_s = args.budget
    if budget_s is None and args.budget_tokens is None:
        budget_s = _BUDGET_S
    return Choices(
        exercises=_exercises(args),
        models=tuple(model_of(args, name)[0] for name in args.models or [None]),
        methods=tuple(methods),
        grids={method: grid_for(method, chosen, held) for method in methods},
        settings=settings_from(args),
        budget_s=budget_s,
        budget_tokens=args.budget_tokens,
        repeats=args.repeats,
        seed=args.seed,
        clock=args.clock,
        visible=visible_from(args),
        missing_layers=layers_from(args),
    )


def _share_cores(args: argparse.Namespace) -> None:
    """Divides the machine's cores among local workers, unless the user set --threads."""
    from egcfg_tui.bench.ray_workers import local_count
    from egcfg_tui.system.cores import usable_cores

    workers = None if args.ray is None else local_count(args.ray)
    if workers is not None and args.threads is None:
        args.threads = max(1, usable_cores() // workers)


def _ray_address(text: str) -> str:
    """`local:N` or the address of a cluster."""
    from egcfg_tui.bench.ray_workers import local_count

    if text.startswith("local") and local_count(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no number of workers; write local:2")
    return text


def _exercises(args: argparse.Namespace) -> tuple[exercises.Exercise, ...]:
    if args.exercises and args.all:
        raise CommandError(
            "--all means the bundled exercises; leave out --all or the other exercises", ExitCode.USAGE
        )
    if args.exercises:
        found = exercises.load_chosen(args.exercises, args.ids)
    elif args.all or args.ids:
        found = exercises.load_chosen([exercises.BUNDLED], args.ids)
    else:
        found = list(exercises.bundled_half())
    chosen = tuple(found[: args.limit])
    for exercise in chosen if args.guarded_only else ():
        refuse_unguarded(exercise)
    return chosen

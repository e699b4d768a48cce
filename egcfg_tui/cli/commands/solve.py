"""`egcfg-tui solve`: solves one or more exercises and prints the solutions."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from egcfg_tui import exercises, models
from egcfg_tui.cli import stderr, stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.interrupts import Interrupts, ending_at_once
from egcfg_tui.cli.model_choice import chosen_models
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.recording import add_no_record_option, open_recording
from egcfg_tui.cli.relay import Relay
from egcfg_tui.cli.result_json import result_json
from egcfg_tui.cli.solving_options import (
    add_solving_options,
    chosen_grid,
    held_settings,
    layers_from,
    refuse_unguarded,
    settings_from,
    visible_from,
)
from egcfg_tui.events import FailureKind, Outcome, SolveFailed, SolveFinished
from egcfg_tui.exercises.packages import require_packages
from egcfg_tui.solving.request.grid_file import grid_for
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.terminal_text import printable

if TYPE_CHECKING:
    from egcfg_tui.engine.api import ModelSpec
    from egcfg_tui.solving.process.client import SolverSession

_EPILOG: Final = """\
EXERCISE is a bundled id (`egcfg-tui exercises list`), a .toml file, or FILE#ID inside a data set,
FILE#1-20,25 for many. The model is loaded once. The solution goes to standard output, the narration to
standard error. Ctrl-C stops the solve and keeps the recording; a second Ctrl-C ends at once. If a solve
is stopped while its solution is being scored, the solution is still printed.

examples:
  egcfg-tui solve {demo}
  egcfg-tui solve problems.jsonl#17 --format json
  egcfg-tui solve problems.jsonl#1-20 {demo}
  egcfg-tui solve {demo} --method sample --temperature 0.8 --budget 60 --seed 3
  egcfg-tui solve {demo} --models qwen2.5-coder-0.5b,qwen2.5-coder-1.5b --budget 120
  egcfg-tui solve {demo} --config ns3t0.75d5k1_lci_ln --gamma 3 --record run.jsonl

exit codes: 0 solved, 1 not solved, 2 usage, 3 model or data, 4 sandbox, 130 interrupted"""

_FAILURES: Final = {
    FailureKind.MODEL: ExitCode.MODEL_OR_DATA,
    FailureKind.EXERCISE: ExitCode.MODEL_OR_DATA,
    FailureKind.CONTEXT: ExitCode.MODEL_OR_DATA,
    FailureKind.SANDBOX: ExitCode.SANDBOX,
}


def configure(parser: CommandParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG.format(demo=exercises.DEMO_ID)
    parser.add_argument(
        "exercises", metavar="EXERCISE", nargs="+", help="a bundled id, a file, FILE#ID, or many as FILE#1-20"
    )
    parser.add_argument("--format", choices=("human", "json"), default="human", help="default: human")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write the run to FILE instead of the history, for `egcfg-tui replay`",
    )
    add_no_record_option(parser)
    model = add_solving_options(parser)
    model.add_argument(
        "--models",
        metavar="A,B",
        help="models in one budget, a small one first: each gets an equal share of what is left, until an "
        "answer passes",
    )


def run(args: argparse.Namespace) -> ExitCode:
    """Solves the exercises one after another; returns the largest exit code of them."""
    with ending_at_once():
        from egcfg_tui.solving.process.client import SolverSession

    settings, method = settings_from(args), args.method
    grid = grid_for(method, chosen_grid(args, [method]), held_settings(args))
    layers = layers_from(args)
    try:
        found = [
            exercises.with_visible(exercise, visible_from(args))
            for exercise in exercises.load_several(args.exercises)
        ]
        for exercise in found:
            if args.guarded_only:
                refuse_unguarded(exercise)
            require_packages(exercise)
        chosen = chosen_models(args)
    except (exercises.ExerciseError, models.ModelError) as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error
    for number, what in ((len(found), "exercises"), (len(chosen), "models")):
        if args.record is not None and number > 1:
            raise CommandError(
                f"--record: one file holds one run, but {number} {what} are named; leave out --record, all "
                "runs are kept in the history",
                ExitCode.USAGE,
            )

    def open_session(model: ModelSpec) -> SolverSession:
        return SolverSession(model, allow_missing_layers=layers, prompt_cache=not args.no_prompt_cache)

    codes = []
    with (
        Interrupts() as interrupts,
        Relay(chosen, open_session, partial(open_recording, args), interrupts) as relay,
    ):
        for exercise in found:
            request = SolveRequest(exercise, method, settings, args.budget, args.seed, grid)
            last = relay.solve(request)
            if isinstance(last, SolveFinished):
                _emit(last, request, args.format, heading=len(found) > 1)
            if interrupts.requested:
                raise KeyboardInterrupt
            if isinstance(last, SolveFailed):
                if len(found) == 1 or not relay.alive:
                    raise CommandError(last.message, _FAILURES[last.kind])
                stderr.fail(f"{printable(exercise.id)}: {last.message}")
                codes.append(_FAILURES[last.kind])
            elif args.record is not None and relay.recording_failed:
                codes.append(ExitCode.MODEL_OR_DATA)
            else:
                codes.append(ExitCode.DONE if last.solved else ExitCode.NOT_SOLVED)
    return max(codes)


def _emit(finished: SolveFinished, request: SolveRequest, form: str, *, heading: bool) -> None:
    """Writes the result. As text, a solve that was stopped during a trial prints nothing.

    A solve that was stopped during scoring has a solution and prints it. `heading`: a comment line names the
    exercise.
    """
    if form == "json":
        stdout.emit_json(result_json(finished, request))
    elif finished.solution and (finished.reason is not Outcome.STOPPED or finished.tests):
        if heading:
            stdout.emit(f"# {printable(finished.exercise_id)}")
        stdout.emit(printable(finished.solution) if stdout.is_terminal() else finished.solution)

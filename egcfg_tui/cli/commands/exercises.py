"""`egcfg-tui exercises`: lists, shows and checks exercises."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from egcfg_sandbox import missing_packages
from egcfg_tui.cli import exercise_views as views
from egcfg_tui.cli import new_exercise, stderr, stdout
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.solving_options import add_guarded_option, add_visible_option, visible_from
from egcfg_tui.exercises import Exercise, ExerciseError, load, load_each, with_visible
from egcfg_tui.exercises.checking import Check, check_references
from egcfg_tui.exercises.guarding import notice, require_guarded
from egcfg_tui.exercises.library import own_folder
from egcfg_tui.exercises.packages import advice
from egcfg_tui.exercises.references import BUNDLED
from egcfg_tui.terminal_text import printable

_EPILOG = """\
EXERCISE is a bundled id, the id of one that you wrote, a file, or FILE#ID inside a data set file.

examples:
  egcfg-tui exercises list
  egcfg-tui exercises show problems.jsonl#17
  egcfg-tui exercises check my_exercise.toml
  egcfg-tui exercises new
  egcfg-tui exercises new longest-streak"""


def configure(parser: CommandParser) -> None:
    """Adds the subcommands."""
    parser.epilog = _EPILOG
    commands = parser.add_subparsers(dest="action", metavar="list|show|check|new", required=True)

    listing = commands.add_parser("list", help="one line per exercise")
    listing.add_argument(
        "exercises",
        nargs="?",
        metavar="FILE",
        help="a file or folder (default: the bundled set, and those that you wrote)",
    )

    show = commands.add_parser("show", help="one exercise for reading")
    show.add_argument("exercises", metavar="EXERCISE")
    show.add_argument("--all", action="store_true", help="also the hidden tests and the reference solution")
    add_visible_option(show)

    check = commands.add_parser("check", help="run reference solutions through the sandbox")
    check.add_argument(
        "exercises",
        nargs="*",
        default=[BUNDLED],
        metavar="EXERCISES",
        help="files, folders or single exercises",
    )

    new = commands.add_parser("new", help="write one in $EDITOR, or paste one into standard input")
    new.add_argument("exercise", nargs="?", metavar="EXERCISE", help="begin with a copy of this one")

    add_guarded_option(check)
    for command in (listing, show, check):
        command.add_argument(
            "--format", choices=("human", "json"), default="human", help="format of standard output"
        )


def run(args: argparse.Namespace) -> ExitCode:
    """Does what the subcommand says."""
    if args.action == "new":
        return new_exercise.run(args.exercise)
    as_json = args.format == "json"
    try:
        match args.action:
            case "list":
                found, broken = _load([args.exercises] if args.exercises else _at_hand())
                _list(found, as_json=as_json)
                return ExitCode.MODEL_OR_DATA if broken else ExitCode.DONE
            case "show":
                exercise = with_visible(load(args.exercises), visible_from(args))
                _show(exercise, everything=args.all, as_json=as_json)
            case _:
                found, broken = _load(args.exercises)
                return _check(found, broken, guarded_only=args.guarded_only, as_json=as_json)
    except ExerciseError as error:
        raise CommandError(printable(str(error)), ExitCode.MODEL_OR_DATA) from error
    return ExitCode.DONE


def _at_hand() -> list[str]:
    """The bundled set, and the exercises that the user wrote."""
    return [BUNDLED, *(str(file) for file in sorted(own_folder().glob("*.toml")))]


def _load(references: Sequence[str]) -> tuple[list[Exercise], int]:
    """The exercises that can be read, and how many are broken; tells the user the errors of the broken ones.

    Raises `ExerciseError` if all of them are broken.
    """
    found: list[Exercise | ExerciseError] = []
    for reference in references:
        try:
            found += load_each(reference)
        except ExerciseError as whole:
            found.append(whole)
    exercises = [exercise for exercise in found if isinstance(exercise, Exercise)]
    errors = [error for error in found if isinstance(error, ExerciseError)]
    if errors and not exercises:
        raise errors[0]
    for error in errors:
        stderr.narrate(printable(str(error)))
    return exercises, len(errors)


def _list(exercises: Sequence[Exercise], *, as_json: bool) -> None:
    if as_json:
        stdout.emit_json([views.summary(exercise) for exercise in exercises])
    else:
        stdout.emit(views.table(exercises))


def _show(exercise: Exercise, *, everything: bool, as_json: bool) -> None:
    if as_json:
        stdout.emit_json(views.details(exercise, everything=everything))
    else:
        stdout.emit(views.page(exercise, everything=everything))


def _check(exercises: Sequence[Exercise], broken: int, *, guarded_only: bool, as_json: bool) -> ExitCode:
    unchecked = [exercise for exercise in exercises if exercise.reference is None]
    for exercise in unchecked:
        stderr.narrate(f"{exercise.source}: has no reference solution; nothing to run")
    if len(unchecked) == len(exercises):
        raise CommandError(
            "no exercise has a reference solution; add the key `reference`", ExitCode.MODEL_OR_DATA
        )
    missing = _lacking_packages(exercises)
    runnable = [
        exercise
        for exercise in exercises
        if not missing.intersection(exercise.packages) and _may_run(exercise, guarded_only=guarded_only)
    ]
    checks = []
    for check in _checks(runnable, sum(exercise.reference is not None for exercise in runnable)):
        checks.append(check)
        if not as_json:
            for test in check.failures:
                stdout.emit(views.failure(check, test))
        for test in check.doubts:
            stderr.narrate(views.doubt(check, test))
    passed = sum(check.passed for check in checks)
    not_run = len(exercises) - len(runnable)
    if as_json:
        counts = {"passed": passed, "total": len(checks), "not_run": not_run, "broken": broken}
        stdout.emit_json(counts | {"exercises": [views.outcome(check) for check in checks]})
    else:
        left_out = [
            f", {count} {what}" for count, what in ((not_run, "not run"), (broken, "broken")) if count
        ]
        stdout.emit(f"{passed} of {len(checks)} references pass{''.join(left_out)}")
    if passed < len(checks):
        return ExitCode.NOT_SOLVED
    return ExitCode.MODEL_OR_DATA if not_run or broken else ExitCode.DONE


def _may_run(exercise: Exercise, *, guarded_only: bool) -> bool:
    """Tells the user about left-out and unguarded tests; False if `guarded_only` forbids the exercise."""
    for left_out in exercise.left_out:
        stderr.narrate(printable(left_out))
    if guarded_only:
        try:
            require_guarded(exercise)
        except ExerciseError as error:
            stderr.narrate(printable(f"not run: {error}"))
            return False
    elif line := notice(exercise):
        stderr.narrate(printable(line))
    return True


def _lacking_packages(exercises: Sequence[Exercise]) -> frozenset[str]:
    """The needed packages that are not installed; tells the user which exercises therefore do not run."""
    missing = frozenset(missing_packages({name for exercise in exercises for name in exercise.packages}))
    for name in sorted(missing):
        users = [exercise for exercise in exercises if name in exercise.packages]
        more = f" and {len(users) - 1} more" if len(users) > 1 else ""
        stderr.narrate(f"{users[0].source}{more}: not run, because `{name}` is missing; {advice([name])}")
    return missing


def _checks(exercises: Sequence[Exercise], total: int) -> Iterator[Check]:
    """Runs the references, with a progress bar on a terminal."""
    from rich.progress import Progress

    from egcfg_sandbox import Sandbox, SandboxRefused

    try:
        with (
            Sandbox(packages=any(exercise.packages for exercise in exercises)) as sandbox,
            Progress(console=stderr.console(), transient=True, disable=not stderr.is_terminal()) as progress,
        ):
            task = progress.add_task("checking", total=total)
            for check in check_references(exercises, sandbox.run_many):
                _refuse_broken_sandbox(check)
                yield check
                progress.advance(task)
    except SandboxRefused as error:
        raise CommandError(str(error), ExitCode.SANDBOX) from error


def _refuse_broken_sandbox(check: Check) -> None:
    """Ends the command with `CommandError` if the sandbox failed, which says nothing about the reference."""
    from egcfg_sandbox import Verdict

    for test in check.tests:
        if test.result.status is Verdict.SANDBOX_ERROR:
            raise CommandError(
                f"{check.exercise.source}: the sandbox failed in {test.name}: {test.result.error}; "
                "see `egcfg-tui doctor`",
                ExitCode.SANDBOX,
            )

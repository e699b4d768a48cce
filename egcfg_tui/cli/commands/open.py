"""`egcfg-tui open`: opens the workbench, as does `egcfg-tui` without a command."""

from __future__ import annotations

import argparse
from typing import Final

from egcfg_tui import exercises
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.model_choice import model_of
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.cli.recording import add_no_record_option, recording_named
from egcfg_tui.cli.solving_options import (
    add_solving_options,
    chosen_grid,
    held_settings,
    layers_from,
    refuse_unguarded,
    settings_from,
    visible_from,
)
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises.guarding import require_guarded
from egcfg_tui.exercises.recent import file_of, remember
from egcfg_tui.runs import (
    History,
    RecordedModel,
    Recorder,
    Recording,
    RecordingError,
    RunNotFound,
    read_recording,
)
from egcfg_tui.solving.methods import DEFAULT_METHOD, DEMO_METHOD
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui import preferences as remembered

_EPILOG: Final = """\
EXERCISE is a bundled id (`egcfg-tui exercises list`), a .toml file, or FILE#ID inside a data set. Without
it the last exercise opens again, at the first start a demo. Theme, method and model are also those of the
last time, unless options name others. With the file of a recording, the id of a run or `latest` the
workbench shows the replay of that run and needs no model. In the workbench ? lists the keys. Without a
usable model the workbench opens too, and says what to do.

examples:
  egcfg-tui open
  egcfg-tui open latest
  egcfg-tui open problems.jsonl#17 --model qwen2.5-coder-1.5b --gamma 2"""


def configure(parser: CommandParser) -> None:
    """Adds the options."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "exercise", metavar="EXERCISE", nargs="?", help="a bundled id, a file, FILE#ID, or a recorded run"
    )
    add_no_record_option(parser)
    add_solving_options(parser)
    parser.set_defaults(method=None)


def run(args: argparse.Namespace) -> ExitCode:
    """Opens the workbench and returns when the user leaves it."""
    preferences = remembered.load(remembered.default_path())
    named_model, args.model = args.model, args.model or preferences.get("model")
    method = args.method or preferences.get("method")
    demo = method is None and args.exercise is None and not preferences.get("exercise")
    args.method = method or (DEMO_METHOD if demo else DEFAULT_METHOD)
    settings, grid = settings_from(args), chosen_grid(args, [args.method])
    layers = layers_from(args)
    visible = visible_from(args)
    recording = _recording(args.exercise)
    if recording:
        exercise = recording.header.exercise
    elif args.exercise is None and preferences.get("exercise"):
        exercise, preferences = _last_exercise(preferences, visible, guarded_only=args.guarded_only)
    else:
        exercise = _exercise(args.exercise or exercises.DEMO_ID, visible)
    if args.guarded_only:
        refuse_unguarded(exercise)
    if (file := file_of(exercise.source)) is not None and not recording:
        remember(file)

    recorded: list[RecordedModel] = []

    def find_model(name: str | None) -> ModelSpec:
        spec, model = model_of(args, name or args.model)
        recorded[:] = [model]
        return spec

    def begin_recording(request: SolveRequest) -> Recorder | None:
        return None if args.no_record else History().begin(request, recorded[0])

    from egcfg_tui.tui.app import WorkbenchBroke, run_app
    from egcfg_tui.tui.options import SolveOptions
    from egcfg_tui.tui.terminal import NoTerminalError

    options = SolveOptions(args.method, settings, args.budget, args.seed, grid, held_settings(args))
    try:
        run_app(
            find_model,
            exercise,
            options,
            allow_missing_layers=layers,
            visible=visible,
            guarded_only=args.guarded_only,
            prompt_cache=not args.no_prompt_cache,
            begin_recording=begin_recording,
            model_named=lambda name: model_of(args, name)[0],
            model_name=args.model,
            recording=recording,
            welcome=args.exercise is None and named_model is None,
            preferences=preferences,
            demo=demo,
        )
    except NoTerminalError as error:
        raise CommandError(str(error), ExitCode.USAGE) from error
    except WorkbenchBroke as error:
        raise CommandError(str(error), ExitCode.INTERNAL) from error
    return ExitCode.DONE


def _exercise(reference: str, visible: exercises.Visibility | None) -> exercises.Exercise:
    try:
        return exercises.with_visible(exercises.load(reference), visible)
    except exercises.ExerciseError as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error


def _last_exercise(
    preferences: remembered.Preferences, visible: exercises.Visibility | None, *, guarded_only: bool
) -> tuple[exercises.Exercise, remembered.Preferences]:
    """The exercise of the last time; if it is gone or refused, the demo, with the reason in preferences."""
    try:
        exercise = exercises.with_visible(exercises.load(preferences.get("exercise") or ""), visible)
        if guarded_only:
            require_guarded(exercise)
    except exercises.ExerciseError as error:
        why = f"{error}; the demo is open instead"
        return _exercise(exercises.DEMO_ID, visible), preferences.without("exercise", why)
    return exercise, preferences


def _recording(name: str | None) -> Recording | None:
    """The recording that `name` means; None if it means an exercise."""
    try:
        path = recording_named(name) if name else None
        return read_recording(path) if path else None
    except (RunNotFound, RecordingError) as error:
        raise CommandError(str(error), ExitCode.MODEL_OR_DATA) from error

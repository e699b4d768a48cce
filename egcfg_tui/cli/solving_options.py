"""The options of a solve, shared by every command that runs one."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import egcfg_sandbox
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.cli.option_types import number, seconds, whole_number
from egcfg_tui.cli.parser import CommandParser, did_you_mean
from egcfg_tui.exercises import Exercise, ExerciseError, Visibility
from egcfg_tui.exercises.guarding import require_guarded
from egcfg_tui.solving.methods import DEFAULT_METHOD, METHODS, offered_methods
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.grid_file import GridError, read_grid
from egcfg_tui.solving.request.settings import CARRIED, SETTINGS, Setting, Settings, parse_settings
from egcfg_tui.solving.scoring import SCORING_MARGIN_S
from egcfg_tui.terminal_text import printable


def add_visible_option(parser: CommandParser) -> None:
    """Adds the choice of visible tests."""
    parser.add_argument(
        "--visible",
        choices=tuple(Visibility),
        metavar="first|all",
        help="tests that may steer: only the first, or all that the format does not reserve for scoring; "
        "default: the format's own choice (docs/exercises.md)",
    )


def add_guarded_option(parser: CommandParser) -> None:
    """Adds the choice to run no test whose verdict a program could forge."""
    parser.add_argument(
        "--guarded-only",
        action="store_true",
        help="refuse exercises with tests that run inside the program's process, which could forge verdicts",
    )


def add_solving_options(parser: CommandParser) -> argparse._ArgumentGroup:
    """Adds the options that say how to solve, and with which model; returns the model's group."""
    add_visible_option(parser)
    add_guarded_option(parser)
    method = parser.add_argument_group("method")
    method.add_argument(
        "--method",
        type=_method,
        default=DEFAULT_METHOD,
        metavar="|".join(offered_methods()),
        help=f"{'; '.join(METHODS[name].help for name in offered_methods())}; default: {DEFAULT_METHOD}",
    )
    add_settings(method)
    method.add_argument(
        "--budget",
        type=seconds,
        default=120.0,
        metavar="SECONDS",
        help=f"wall seconds; scoring may end up to {SCORING_MARGIN_S:g} s later; default: 120",
    )
    add_seed(method)
    model = parser.add_argument_group("model and machine")
    model.add_argument(
        "--model",
        metavar="M",
        help="an id, a .gguf file, hf:org/repo/file or ollama:name:tag; with say:FILE a stand-in "
        "for a model gives the text of FILE as its answer (docs/bug_report.md)",
    )
    add_machine_options(model)
    model.add_argument(
        "--no-prompt-cache",
        action="store_true",
        help="do not keep or use evaluated prompts on disk (in the user's cache folder, at most 256 MB)",
    )
    return model


def add_settings(method: argparse._ArgumentGroup) -> None:
    """Adds the settings: as a string, as a grid, and one by one."""
    method.add_argument(
        "--config",
        metavar="SETTINGS",
        help="a setting string such as ns3t0.75d5k1_ln; single options override it",
    )
    method.add_argument(
        "--grid",
        type=Path,
        metavar="FILE",
        help="the settings of the guided trials, one after another; single options override it",
    )
    for setting in SETTINGS.values():
        _add_setting(method, setting)


def add_seed(method: argparse._ArgumentGroup) -> None:
    """Adds the seed."""
    method.add_argument(
        "--seed",
        type=whole_number(0, 2**63 - 1),
        default=0,
        metavar="N",
        help="same seed, same run; default: 0",
    )


def add_machine_options(model: argparse._ArgumentGroup) -> None:
    """Adds the options for loading models, and for layers that the sandbox may lack."""
    model.add_argument(
        "--threads",
        type=whole_number(1, 1024),
        metavar="N",
        help="default: all cores that this process may use",
    )
    model.add_argument(
        "--context", type=whole_number(512, 1 << 20), metavar="TOKENS", help="default: chosen by the engine"
    )
    model.add_argument(
        "--gpu-layers",
        type=whole_number(-1, 10_000),
        default=-1,
        metavar="N",
        help="how many layers go to the GPU, -1 for all; needs a GPU build; default: -1",
    )
    model.add_argument(
        "--batch",
        type=whole_number(64, 4096),
        metavar="TOKENS",
        help="the most tokens of one decode; default: 256, on a GPU 512",
    )
    model.add_argument(
        "--flash-attention", choices=("on", "off"), help="default: on if llama.cpp supports it"
    )
    model.add_argument(
        "--cache-type",
        choices=("f16", "f32", "q8_0"),
        default="f16",
        help="type in which the cache stores keys and values; default: f16",
    )
    model.add_argument(
        "--allow-missing-layer",
        action="append",
        default=[],
        metavar="NAME",
        help="run even if the machine lacks this layer of the sandbox (`egcfg-tui doctor` lists them)",
    )


def visible_from(args: argparse.Namespace) -> Visibility | None:
    """The choice of visible tests; None: the choice of the exercise's format."""
    return None if args.visible is None else Visibility(args.visible)


def settings_from(args: argparse.Namespace) -> Settings:
    """The settings: those of the setting string if there is one, overridden by single options."""
    try:
        base = parse_settings(args.config) if args.config is not None else Settings()
    except ValueError as error:
        raise CommandError(f"--config: {error}", ExitCode.USAGE) from error
    return dataclasses.replace(base, **_given(args))


def chosen_grid(args: argparse.Namespace, methods: Sequence[str]) -> Grid | None:
    """The grid of the user's file, None without one. Raises `CommandError` if no method has guided trials."""
    if args.grid is None:
        return None
    if all(METHODS[name].grid is None for name in methods):
        raise CommandError(
            f"--grid: method {methods[0]} has no guided trials; leave it out, or use --method egcfg",
            ExitCode.USAGE,
        )
    try:
        return read_grid(args.grid)
    except GridError as error:
        raise CommandError(f"--grid: {error}", ExitCode.USAGE) from error


def held_settings(args: argparse.Namespace) -> frozenset[str]:
    """The names of the settings that the user gave, which no grid varies."""
    return frozenset(_given(args)) | (CARRIED if args.config is not None else frozenset())


def _method(text: str) -> str:
    """The type of `--method`: the name of a method, also of one that the help does not list."""
    if text not in METHODS:
        names = offered_methods()
        raise argparse.ArgumentTypeError(
            f"{text!r} is not one of {', '.join(names)}{did_you_mean(text, names)}"
        )
    return text


def _given(args: argparse.Namespace) -> dict[str, Any]:
    found = {name: getattr(args, name) for name in SETTINGS}
    return {name: SETTINGS[name].read(value) for name, value in found.items() if value is not None}


def _add_setting(group: argparse._ArgumentGroup, setting: Setting) -> None:
    """Adds the option of a setting: a number in its range, one of its choices, or yes and no."""
    option = f"--{setting.name.replace('_', '-')}"
    if setting.limits is not None:
        low, high = setting.limits
        group.add_argument(
            option,
            type=whole_number(int(low), int(high)) if setting.kind is int else number(low, high),
            metavar="N" if setting.kind is int else "F",
            help=f"{setting.meaning}; default: {setting.default:g}",
        )
    elif setting.choices:
        group.add_argument(
            option,
            choices=setting.choices,
            metavar="|".join(setting.choices),
            help=f"{setting.meaning}; default: {setting.default}",
        )
    else:
        group.add_argument(
            option,
            action=argparse.BooleanOptionalAction,
            help=f"{setting.meaning}; default: {'yes' if setting.default else 'no'}",
        )


def refuse_unguarded(exercise: Exercise) -> None:
    """Raises `CommandError` for an exercise with a test that runs inside."""
    try:
        require_guarded(exercise)
    except ExerciseError as error:
        raise CommandError(printable(str(error)), ExitCode.SANDBOX) from error


def layers_from(args: argparse.Namespace) -> tuple[str, ...]:
    """The layers that may be missing. Raises `CommandError` for an unknown name."""
    names: list[str] = args.allow_missing_layer
    if names:
        known = [layer.name for layer in egcfg_sandbox.layers()]
        for name in names:
            if name not in known:
                raise CommandError(
                    f"--allow-missing-layer: the sandbox has no layer {name!r}{did_you_mean(name, known)}\n"
                    f"Its layers: {', '.join(known)}",
                    ExitCode.USAGE,
                )
    return tuple(names)

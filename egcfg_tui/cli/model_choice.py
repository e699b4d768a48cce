"""Finds the model that the options of a command name, and how to load it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from egcfg_tui import models
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.runs import RecordedModel

if TYPE_CHECKING:
    from egcfg_tui.engine.api import ModelSpec


def chosen_model(args: argparse.Namespace) -> tuple[ModelSpec, RecordedModel]:
    """The model to load, and its entry in recordings. Raises `ModelError`."""
    return model_of(args, args.model)


def chosen_models(args: argparse.Namespace) -> list[tuple[ModelSpec, RecordedModel]]:
    """The models of `--models` in their order, else the one of `--model`. Raises `ModelError`."""
    if args.models is None:
        return [chosen_model(args)]
    if args.model is not None:
        raise CommandError("--model and --models exclude each other: give one of them", ExitCode.USAGE)
    names = [name.strip() for name in args.models.split(",")]
    twice = next((name for name in names if names.count(name) > 1), None)
    if "" in names:
        raise CommandError(f"--models {args.models!r} has an empty name; write A,B", ExitCode.USAGE)
    if twice is not None:
        raise CommandError(f"--models names {twice!r} twice; write it once", ExitCode.USAGE)
    return [model_of(args, name) for name in names]


def model_of(args: argparse.Namespace, name: str | None) -> tuple[ModelSpec, RecordedModel]:
    """The model with this name (None: the default model), with the load options. Raises `ModelError`."""
    from egcfg_tui.engine.api import ModelSpec

    catalogue = models.load_catalogue()
    name = name or catalogue.default
    entry = catalogue.get(name)
    resolved = models.resolve(name, catalogue)
    if args.context and resolved.context_tokens and args.context > resolved.context_tokens:
        raise models.ModelError(
            f"--context {args.context} is more than the {resolved.context_tokens} tokens for which "
            f"{resolved.name} was trained; use a smaller number"
        )
    spec = ModelSpec(
        name=resolved.name,
        path=resolved.path,
        context_tokens=args.context,
        threads=args.threads,
        gpu_layers=args.gpu_layers,
        batch_tokens=args.batch,
        flash_attention=None if args.flash_attention is None else args.flash_attention == "on",
        cache_type=args.cache_type,
        stand_in=resolved.stand_in,
    )
    return spec, RecordedModel(resolved.name, entry.sha256 if entry else None, resolved.path.stat().st_size)

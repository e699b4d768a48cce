"""What the solver in the child process is told once, before it loads the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from egcfg_tui.engine.api import ModelSpec


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """The configuration of the service. `prompt_folder` keeps evaluated prompts; None keeps none."""

    model: ModelSpec
    allow_missing_layers: tuple[str, ...] = ()
    prompt_folder: Path | None = None

"""The engine's surface: one model, many branches, everything pending evaluated together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Which model to load and how. `context_tokens` and `threads` None: chosen by the engine.

    `gpu_layers` -1 offers every layer to the GPU when the build has one; 0 keeps all on the CPU.
    """

    name: str
    path: Path
    context_tokens: int | None = None
    threads: int | None = None
    gpu_layers: int = -1


class EngineError(Exception):
    """The engine cannot do what was asked; the text says why and what to do next."""


class EngineDied(EngineError):
    """The engine's process ended on its own. The text gives the signal or code and the next step."""

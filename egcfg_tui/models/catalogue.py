"""The catalogue's data: models and the sources that they can be pulled from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file in a Hugging Face repository."""

    repo: str
    file: str

    def __str__(self) -> str:
        return f"Hugging Face {self.repo}"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a model file: `member` of the wheel of `package`."""

    package: str
    member: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Pinned packages whose parts, joined in order, make the model file."""

    version: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        names = list(dict.fromkeys(part.package for part in self.parts))
        more = f" to {names[-1]}" if len(names) > 1 else ""
        return f"packages {names[0]}{more} {self.version}"


Source = HubSource | PackageSource


@dataclass(frozen=True, slots=True)
class Entry:
    """One model. `path` is set for a file that the user added; such an entry may have no sources.

    `file` is its path inside the folder of pulled models. `sha256` is empty where none is known.
    """

    id: str
    title: str
    file: str
    size_bytes: int
    sha256: str
    licence: str
    context_tokens: int
    sources: tuple[Source, ...] = ()
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All known models, the bundled ones first. `default` is the id of the model used without --model."""

    default: str
    entries: tuple[Entry, ...]

    def get(self, model_id: str) -> Entry | None:
        """The entry with that id; None if there is none."""
        return next((entry for entry in self.entries if entry.id == model_id), None)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids in order."""
        return tuple(entry.id for entry in self.entries)

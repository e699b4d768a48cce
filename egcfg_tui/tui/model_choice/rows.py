"""The rows of the list of models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui import models
from egcfg_tui.models import Entry, State
from egcfg_tui.models.found import own_folder
from egcfg_tui.models.removing import is_ours
from egcfg_tui.tui.model_choice.facts import ModelFacts, facts_of, named_quantisation

_OVERHEAD: Final = 1.25
"""By how much a model's need of memory exceeds its file, where the file is not here to be asked."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model by the name that `models.resolve` takes. `entry`: None for a file outside of the catalogue.

    `path` is set where its file is here, `owner` is whose folder that lies in; `problem` is what is wrong.
    """

    name: str
    state: State
    size_bytes: int
    entry: Entry | None = None
    path: Path | None = None
    owner: str = ""
    problem: str = ""
    partial_bytes: int = 0
    default: bool = False
    facts: ModelFacts | None = None

    @property
    def quantisation(self) -> str:
        """How the weights are stored, from the file or else from its name."""
        if self.facts is not None:
            return self.facts.quantisation
        return named_quantisation(f"{self.entry.title} {self.entry.file}" if self.entry else self.name)

    @property
    def licence(self) -> str:
        """The licence, from the catalogue or from the file."""
        given = self.entry.licence if self.entry else ""
        return given or (self.facts.licence if self.facts else "") or "unknown"

    @property
    def needed_bytes(self) -> int:
        """The memory that the model needs; an estimate if its file is not here."""
        return self.facts.needed_bytes if self.facts else int(_OVERHEAD * self.size_bytes)

    @property
    def can_be_pulled(self) -> bool:
        """Whether the model is not here and has a source."""
        return self.state is not State.READY and self.entry is not None and bool(self.entry.sources)

    @property
    def can_be_removed(self) -> bool:
        """Whether the folder of egcfg-tui holds its file or a part of it."""
        return self.state is State.PARTIAL or (self.path is not None and is_ours(self.path))


def read_models() -> Iterator[ModelRow]:
    """The models of the catalogue, then what else lies on this disk.

    A file not seen before is read through for its checksum. Raises `ModelError` for a broken catalogue.
    """
    catalogue = models.load_catalogue()
    for entry in catalogue.entries:
        standing = models.standing(entry)
        yield ModelRow(
            name=entry.id,
            state=standing.state,
            size_bytes=entry.size_bytes,
            entry=entry,
            path=standing.path,
            owner=_owner(standing.path),
            problem=standing.problem,
            partial_bytes=models.partial_bytes(entry) if standing.state is State.PARTIAL else 0,
            default=entry.id == catalogue.default,
            facts=_facts_or_none(standing.path),
        )
    for found in models.others(catalogue):
        yield ModelRow(
            name=found.reference,
            state=State.READY,
            size_bytes=found.size_bytes,
            path=found.path,
            owner=found.owner,
            facts=_facts_or_none(found.path),
        )


def _owner(path: Path | None) -> str:
    return own_folder().owner if path is not None and is_ours(path) else ""


def _facts_or_none(path: Path | None) -> ModelFacts | None:
    """The facts of a file; None if it is no model, which the user learns on choosing it."""
    try:
        return facts_of(path) if path else None
    except models.ModelError:
        return None

"""Which models of the catalogue are on this disk, and which other models are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from egcfg_tui.models import found
from egcfg_tui.models.catalogue import Catalogue, Entry
from egcfg_tui.models.errors import ModelError, ModelMissingError
from egcfg_tui.models.pulling import partial_bytes
from egcfg_tui.models.resolving import locate


class State(StrEnum):
    """Whether a model of the catalogue can be used."""

    READY = "ready"
    """The file is on this disk and its checksum is right."""
    PARTIAL = "partial"
    """A pull was interrupted; the next pull goes on where it stopped."""
    BROKEN = "broken"
    """There is a file, but it is not the right one."""
    ABSENT = "absent"
    """The file is not on this disk."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A model with its state; `path` is set when it is ready, `problem` when it is broken."""

    entry: Entry
    state: State
    path: Path | None = None
    problem: str = ""


def standing(entry: Entry) -> Standing:
    """The state of one model. A file that was not seen before is read as a whole for its checksum."""
    try:
        return Standing(entry, State.READY, locate(entry))
    except ModelMissingError:
        return Standing(entry, State.PARTIAL if partial_bytes(entry) else State.ABSENT)
    except ModelError as error:
        return Standing(entry, State.BROKEN, problem=str(error))


def others(catalogue: Catalogue) -> list[found.Found]:
    """Models on this disk that are not in the catalogue."""
    known = {entry.size_bytes for entry in catalogue.entries}
    names = {entry.file for entry in catalogue.entries}
    return [
        row
        for row in found.find_all()
        if row.size_bytes not in known and not (row.owner == "egcfg-tui" and row.path.name in names)
    ]

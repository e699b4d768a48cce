"""What of the catalogue is on this disk, and what else is."""

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
    """Where a model of the catalogue stands."""

    READY = "ready"
    """On this disk and checked."""
    PARTIAL = "partial"
    """A pull broke off; the next one goes on there."""
    BROKEN = "broken"
    """A file is there, but not the right one."""
    ABSENT = "absent"
    """Not on this disk."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A model's state; `path` when it is ready, `problem` when it is broken."""

    entry: Entry
    state: State
    path: Path | None = None
    problem: str = ""


def standing(entry: Entry) -> Standing:
    """The state of one model. A file not seen before is read through for its checksum."""
    try:
        return Standing(entry, State.READY, locate(entry))
    except ModelMissingError:
        return Standing(entry, State.PARTIAL if partial_bytes(entry) else State.ABSENT)
    except ModelError as error:
        return Standing(entry, State.BROKEN, problem=str(error))


def others(catalogue: Catalogue) -> list[found.Found]:
    """Models on this disk that are no file of the catalogue."""
    known = {entry.size_bytes for entry in catalogue.entries}
    names = {entry.file for entry in catalogue.entries}
    return [
        row
        for row in found.find_all()
        if row.size_bytes not in known and not (row.owner == "egcfg-tui" and row.path.name in names)
    ]

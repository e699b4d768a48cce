"""The models that can be compared: those on this disk."""

from __future__ import annotations

from dataclasses import dataclass

from egcfg_tui import models
from egcfg_tui.models.units import megabytes


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model by the name that `models.resolve` takes. `chosen`: from the start."""

    name: str
    note: str
    chosen: bool = False


def models_on_disk(workbench_model: str | None) -> tuple[OfferedModel, ...]:
    """The workbench's own model, the catalogue's, then what else lies on this disk.

    Reads files that were never seen before through for their checksums. `workbench_model` None: the default
    one. Raises `ModelError` where the catalogue cannot be read.
    """
    catalogue = models.load_catalogue()
    own = workbench_model or catalogue.default
    standings = [models.standing(entry) for entry in catalogue.entries]
    offers = {
        standing.entry.id: megabytes(standing.entry.size_bytes)
        for standing in standings
        if standing.state is models.State.READY
    }
    for found in models.others(catalogue):
        offers.setdefault(found.reference, f"{megabytes(found.size_bytes)}, {found.owner}")
    if workbench_model is not None and workbench_model not in offers:
        offers = {workbench_model: "the workbench's", **offers}
    return tuple(OfferedModel(name, note, chosen=name == own) for name, note in offers.items())

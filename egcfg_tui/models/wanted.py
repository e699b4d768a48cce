"""Finds the catalogue entry for the name of a model that is to be pulled."""

from __future__ import annotations

from egcfg_tui.models.catalogue import Catalogue, Entry
from egcfg_tui.models.hub import PREFIX, entry_of


def wanted_entry(name: str, catalogue: Catalogue) -> Entry | None:
    """The entry of a catalogue id, or of a file `hf:org/repo/file`, which the hub is asked about.

    None for any other name. Raises `ModelError` if the hub has no such file or does not answer.
    """
    entry = catalogue.get(name)
    return entry if entry is not None or not name.startswith(PREFIX) else entry_of(name)

"""From the name of a model to what can be pulled."""

from __future__ import annotations

from egcfg_tui.models.catalogue import Catalogue, Entry
from egcfg_tui.models.hub import PREFIX, entry_of


def wanted_entry(name: str, catalogue: Catalogue) -> Entry | None:
    """The entry of a catalogue id, or of a file in the hub, which is asked for it; None for any other name.

    Raises `ModelError` where the hub has no such file or gives no answer.
    """
    entry = catalogue.get(name)
    return entry if entry is not None or not name.startswith(PREFIX) else entry_of(name)

"""What the user reads about the sources of a catalogue's model is true."""

from __future__ import annotations

from egcfg_tui.models import load_catalogue, provenance
from egcfg_tui.models.catalogue import HubSource


def test_size_and_checksum_are_called_official_only_where_the_hub_is_a_source() -> None:
    for entry in load_catalogue().entries:
        text = " ".join(provenance(entry))
        in_hub = any(isinstance(source, HubSource) for source in entry.sources)
        assert ("official file" in text) == in_hub
        assert "packages" in text
        assert "company networks" in text or not in_hub

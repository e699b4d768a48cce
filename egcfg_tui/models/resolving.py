"""Finds the file of a model by its name."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.models import found
from egcfg_tui.models.catalogue import Catalogue, Entry
from egcfg_tui.models.catalogue_file import load_catalogue
from egcfg_tui.models.checksums import sha256_of
from egcfg_tui.models.errors import ModelError, ModelMissingError
from egcfg_tui.models.folders import models_folder
from egcfg_tui.models.gguf_extent import check_extent
from egcfg_tui.models.gguf_header import read_header
from egcfg_tui.models.units import megabytes

_SAY: Final = "say:"


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model that is on this disk. `context_tokens` is None if the file does not say.

    `stand_in`: `path` is a text, which a stand-in for a model gives as its answer.
    """

    name: str
    path: Path
    context_tokens: int | None
    stand_in: bool = False


def resolve(name: str, catalogue: Catalogue | None = None) -> ResolvedModel:
    """Finds the file of a model named by catalogue id, path, `hf:org/repo/file` or `ollama:name:tag`.

    Files of the catalogue are checked by size and sha256, others by their header. `say:FILE` names a text
    file, which a stand-in for a model gives as its answer. Raises `ModelError`, and `ModelMissingError` for
    a model of the catalogue that is not on this disk.
    """
    catalogue = catalogue or load_catalogue()
    entry = catalogue.get(name)
    if entry is not None:
        return ResolvedModel(name, locate(entry), entry.context_tokens)
    if name.startswith("hf:"):
        return _described(
            name,
            _by_reference(
                name, found.find_hub() + found.find_pulled(), (found.hub_cache(), found.own_folder())
            ),
        )
    if name.startswith("ollama:"):
        full = name if ":" in name.removeprefix("ollama:").rpartition("/")[2] else f"{name}:latest"
        return _described(name, _by_reference(full, found.find_ollama(), found.ollama_folders()))
    if name.startswith(_SAY):
        return ResolvedModel(name, _answer_file(name.removeprefix(_SAY)), None, stand_in=True)
    path = Path(name).expanduser()
    if name.endswith(".gguf") or os.sep in name or path.is_file():
        return _described(path.stem, _existing(path))
    close = difflib.get_close_matches(name, catalogue.ids, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise ModelError(
        f"unknown model {name!r}{hint}\n"
        f"Known ids: {', '.join(catalogue.ids)}. A path to a .gguf file, hf:org/repo/file, "
        "ollama:name:tag and say:FILE are taken as well."
    )


def locate(entry: Entry) -> Path:
    """The checked file of a catalogue entry, in our own folder or in that of another program.

    Raises `ModelMissingError` when there is none, `ModelError` when each one found is broken.
    """
    broken = []
    for path in _places_of(entry):
        reason = fault(path, entry)
        if reason is None:
            return path
        broken.append(reason)
    if broken:
        raise ModelError(f"model {entry.id} is broken: {'; '.join(broken)}\n{_next_step(entry)}")
    if entry.path is not None:
        raise ModelMissingError(f"model {entry.id}: {entry.path} is gone\n{_next_step(entry)}")
    raise ModelMissingError(
        f"model {entry.id} is not on this machine; looked for {entry.file} ({megabytes(entry.size_bytes)}) "
        f"in {models_folder()} and for a file of that size in the folders of {_others()}\n{_next_step(entry)}"
    )


def fault(path: Path, entry: Entry) -> str | None:
    """Why a file is not that of the entry; None if it is."""
    try:
        size = path.stat().st_size
        if size != entry.size_bytes:
            return f"{path} has {size} bytes instead of {entry.size_bytes}"
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                return f"{path} does not begin like a GGUF file"
        digest = sha256_of(path) if entry.sha256 else ""
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    if digest != entry.sha256:
        return f"{path} has the checksum {digest[:12]}… instead of {entry.sha256[:12]}…"
    return None


def _places_of(entry: Entry) -> list[Path]:
    """Files that may be the entry's: first by name in our own folder, then by size in other folders."""
    likely = [entry.path] if entry.path else [models_folder() / entry.file]
    candidates = [path for path in likely if path.is_file()]
    for other in found.find_all():
        if other.size_bytes == entry.size_bytes and other.path not in candidates:
            candidates.append(other.path)
    return candidates


def _others() -> str:
    """The programs whose folders are searched besides our own."""
    owners = list(dict.fromkeys(place.owner for place in found.places()[1:]))
    return f"{', '.join(owners[:-1])} and {owners[-1]}"


def _next_step(entry: Entry) -> str:
    if entry.sources:
        return f"Fetch it: egcfg-tui models pull {entry.id}"
    return f"Put the file back, or add it again: egcfg-tui models add {entry.path} --id NAME"


def _by_reference(name: str, candidates: list[found.Found], looked: tuple[found.Place, ...]) -> Path:
    for candidate in candidates:
        if candidate.reference == name:
            return candidate.path
    folders = ", ".join(str(place.folder) for place in looked)
    close = difflib.get_close_matches(
        name, [candidate.reference for candidate in candidates], n=1, cutoff=0.7
    )
    hint = f"; did you mean {close[0]}?" if close else ""
    step = (
        f"Fetch it: egcfg-tui models pull {name}"
        if name.startswith("hf:")
        else "Fetch it with `ollama pull`, or see what is here: egcfg-tui models list"
    )
    raise ModelError(f"model {name} is not in {folders}{hint}\n{step}")


def _answer_file(name: str) -> Path:
    path = Path(name).expanduser()
    if name and path.is_file():
        return path
    problem = "is a folder" if name and path.is_dir() else "there is no such file"
    raise ModelError(
        f"model {_SAY}{name}: {problem}; give a text file that holds the answer (docs/bug_report.md)"
    )


def _existing(path: Path) -> Path:
    if path.is_file():
        return path
    problem = "is a folder" if path.is_dir() else "there is no such file"
    raise ModelError(
        f"model {path}: {problem}; give the path of a .gguf file, or see `egcfg-tui models list`"
    )


def _described(name: str, path: Path) -> ResolvedModel:
    check_extent(path)
    return ResolvedModel(name, path, read_header(path).context_tokens or None)

"""Models that other programs have already put on this disk. Read only, never copied."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from egcfg_tui.models.folders import models_folder

_OLLAMA_HOST: Final = "registry.ollama.ai"
_OLLAMA_MODEL: Final = "application/vnd.ollama.image.model"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder where models may lie, and whose it is."""

    owner: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Found:
    """A GGUF file on this disk. `reference` is what `resolve` takes for it."""

    path: Path
    owner: str
    reference: str

    @property
    def size_bytes(self) -> int:
        """Its size."""
        return self.path.stat().st_size


def own_folder() -> Place:
    """Where our own pulls go."""
    return Place("egcfg-tui", models_folder())


def hub_cache() -> Place:
    """The Hugging Face cache."""
    home = os.environ.get("HF_HOME") or _cache_home() / "huggingface"
    return Place("Hugging Face", _folder("HF_HUB_CACHE", Path(home) / "hub"))


def ollama_folders() -> tuple[Place, ...]:
    """Ollama's stores: the user's, and that of the system service."""
    own = _folder("OLLAMA_MODELS", Path.home() / ".ollama" / "models")
    return Place("Ollama", own), Place("Ollama", Path("/usr/share/ollama/.ollama/models"))


def plain_folders() -> tuple[Place, ...]:
    """Folders that simply hold .gguf files."""
    llama = Path.home() / "Library" / "Caches" if sys.platform == "darwin" else _cache_home()
    return (
        own_folder(),
        Place("llama.cpp", _folder("LLAMA_CACHE", llama / "llama.cpp")),
        Place("LM Studio", Path.home() / ".lmstudio" / "models"),
        Place("LM Studio", Path.home() / ".cache" / "lm-studio" / "models"),
    )


def places() -> tuple[Place, ...]:
    """Every place that is looked at, our own folder first."""
    return (*plain_folders(), hub_cache(), *ollama_folders())


def find_all() -> list[Found]:
    """Every GGUF file in those places, each file once, our own first."""
    unique: dict[Path, Found] = {}
    for place in plain_folders():
        for found in _plain(place):
            unique.setdefault(found.path.resolve(), found)
    for found in (*find_hub(), *find_ollama()):
        unique.setdefault(found.path.resolve(), found)
    return list(unique.values())


def find_hub() -> list[Found]:
    """Files of the Hugging Face cache, as `hf:org/repo/file`."""
    place = hub_cache()
    rows = []
    for path in _gguf_files(place.folder, "models--*/snapshots/*/**/*.gguf"):
        repository, _, _, *inside = path.relative_to(place.folder).parts
        name = repository.removeprefix("models--").replace("--", "/", 1)
        rows.append(Found(path, place.owner, f"hf:{name}/{'/'.join(inside)}"))
    return rows


def find_ollama() -> list[Found]:
    """Models of Ollama, as `ollama list` names them; a manifest names the blob that is the GGUF file."""
    rows = []
    for place in ollama_folders():
        manifests = place.folder / "manifests"
        for manifest in _files(manifests, "*/*/*/*"):
            host, owner, name, tag = manifest.relative_to(manifests).parts
            blob = _ollama_blob(manifest, place.folder / "blobs")
            if blob is not None:
                # Ollama leaves out its own registry, and there the owner of its own models.
                shown = (host, owner, name) if host != _OLLAMA_HOST else (owner, name)
                full = "/".join(shown).removeprefix("library/")
                rows.append(Found(blob, place.owner, f"ollama:{full}:{tag}"))
    return rows


def _ollama_blob(manifest: Path, blobs: Path) -> Path | None:
    try:
        layers: Any = json.loads(manifest.read_bytes())["layers"]
        digest = next(layer["digest"] for layer in layers if layer["mediaType"] == _OLLAMA_MODEL)
        blob = blobs / str(digest).replace(":", "-")
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return None  # not ours to complain about: half a download, or a manifest of another kind
    return blob if blob.is_file() else None


def _plain(place: Place) -> Iterator[Found]:
    for path in _gguf_files(place.folder, "**/*.gguf"):
        yield Found(path, place.owner, str(path))


def _gguf_files(folder: Path, pattern: str) -> list[Path]:
    """Matches outside of hidden folders, where unfinished downloads lie."""
    return [
        path
        for path in _files(folder, pattern)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _files(folder: Path, pattern: str) -> list[Path]:
    """Sorted files; a folder that is missing or closed to us holds none."""
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except OSError:
        return []


def _folder(variable: str, default: Path) -> Path:
    chosen = os.environ.get(variable)
    return Path(chosen).expanduser() if chosen else default


def _cache_home() -> Path:
    """`~/.cache`, on macOS as well: the tools asked for here do the same."""
    return _folder("XDG_CACHE_HOME", Path.home() / ".cache")

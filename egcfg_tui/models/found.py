"""Finds models that other programs have put on this disk. They are used where they are, never copied."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from egcfg_tui.models.folders import hub_folder, models_folder

_OLLAMA_HOST: Final = "registry.ollama.ai"
_OLLAMA_MODEL: Final = "application/vnd.ollama.image.model"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that may hold models, and the program that it belongs to."""

    owner: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Found:
    """A GGUF file on this disk. `reference` is the name by which `resolve` finds it."""

    path: Path
    owner: str
    reference: str

    @property
    def size_bytes(self) -> int:
        """The size of the file."""
        return self.path.stat().st_size


def own_folder() -> Place:
    """The folder of our own pulls."""
    return Place("egcfg-tui", models_folder())


def hub_cache() -> Place:
    """The Hugging Face cache."""
    home = os.environ.get("HF_HOME") or _cache_home() / "huggingface"
    return Place("Hugging Face", _folder("HF_HUB_CACHE", Path(home) / "hub"))


def ollama_folders() -> tuple[Place, ...]:
    """Ollama's folders: that of the user, and that of the system service."""
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
    """Every place that is searched, our own folder first."""
    return (*plain_folders(), hub_cache(), *ollama_folders())


def find_all() -> list[Found]:
    """Every GGUF file in those places, each file once, those of our own folder first."""
    unique = {found.path.resolve(): found for found in find_pulled()}
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


def find_pulled() -> list[Found]:
    """Files that our own pulls took from the hub by name, as `hf:org/repo/file`."""
    folder = hub_folder()
    return [
        Found(path, own_folder().owner, f"hf:{path.relative_to(folder).as_posix()}")
        for path in _gguf_files(folder, "*/*/**/*.gguf")
    ]


def find_ollama() -> list[Found]:
    """Models of Ollama, named as in `ollama list`. The manifest of a model names its GGUF file, a blob."""
    rows = []
    for place in ollama_folders():
        manifests = place.folder / "manifests"
        for manifest in _files(manifests, "*/*/*/*"):
            host, owner, name, tag = manifest.relative_to(manifests).parts
            blob = _ollama_blob(manifest, place.folder / "blobs")
            if blob is not None:
                # Ollama's names leave out its own registry, and there also the owner `library`.
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
        return None  # half a download or another kind of manifest: Ollama's own business
    return blob if blob.is_file() else None


def _plain(place: Place) -> Iterator[Found]:
    for path in _gguf_files(place.folder, "**/*.gguf"):
        yield Found(path, place.owner, str(path))


def _gguf_files(folder: Path, pattern: str) -> list[Path]:
    """Files that match, except in hidden folders, which hold unfinished downloads."""
    return [
        path
        for path in _files(folder, pattern)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _files(folder: Path, pattern: str) -> list[Path]:
    """Files that match, sorted; none if the folder is missing or cannot be read."""
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except OSError:
        return []


def _folder(variable: str, default: Path) -> Path:
    chosen = os.environ.get(variable)
    return Path(chosen).expanduser() if chosen else default


def _cache_home() -> Path:
    """`~/.cache`, on macOS as well, because the programs whose folders are searched use it there too."""
    return _folder("XDG_CACHE_HOME", Path.home() / ".cache")

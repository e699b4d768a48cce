"""Adds a model file of the user to the user's own catalogue."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import tomli_w

from egcfg_tui.models.catalogue import Entry
from egcfg_tui.models.catalogue_file import ID, ID_MEANING, read_user_text, with_user_entries
from egcfg_tui.models.checksums import sha256_of
from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.folders import make_private, user_catalogue_file
from egcfg_tui.models.gguf_extent import check_extent
from egcfg_tui.models.gguf_header import read_header


def add(path: Path, model_id: str | None = None) -> Entry:
    """Adds an entry for a GGUF file to the user's catalogue; the file stays where it is.

    Without `model_id` the file's name becomes the id. Raises `ModelError` when the file is no usable model,
    when the id is malformed or taken, or when the catalogue cannot be written.
    """
    path = path.expanduser().absolute()
    if any("\ud800" <= character <= "\udfff" for character in str(path)):
        raise ModelError(f"{str(path)!r}: the path is not UTF-8; rename the file or its folder")
    header = read_header(path)
    check_extent(path)
    if not header.context_tokens:
        raise ModelError(f"{path}: the file does not say how long its context is; it is not a language model")
    model_id = model_id or re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._") or "model"
    if not ID.fullmatch(model_id):
        raise ModelError(f"{model_id!r} is not {ID_MEANING}; choose another with --id")
    before = read_user_text()
    if with_user_entries(before).get(model_id) is not None:
        raise ModelError(f"model id {model_id!r} is already in the catalogue; choose another with --id")
    row = {
        "id": model_id,
        "title": header.name or path.stem,
        "path": str(path),
        "size": path.stat().st_size,
        "sha256": sha256_of(path),
        "licence": header.licence or "unknown",
        "context": header.context_tokens,
    }
    text = f"{before.rstrip()}\n\n[[models]]\n{tomli_w.dumps(row)}".lstrip()
    entry = with_user_entries(text).entries[-1]
    _replace(user_catalogue_file(), text)
    return entry


def _replace(target: Path, text: str) -> None:
    """Replaces the file in one step; only the user can read it."""
    try:
        descriptor, name = tempfile.mkstemp(dir=make_private(target.parent), prefix=f".{target.name}")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(target)
    except OSError as error:
        raise ModelError(f"{target}: cannot be written: {error.strerror}; check the folder") from error

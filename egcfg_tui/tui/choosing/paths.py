"""Completes the paths that a user types."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.exercises.formats.datasets import SUFFIXES, is_dataset
from egcfg_tui.exercises.references import is_exercise_folder

ENDINGS: Final = (".toml", ".py", *SUFFIXES)
"""The endings of file names that may hold exercises."""

MOST: Final = 300
"""How many entries of a folder are offered."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The offers for a typed text, and what the text itself is."""

    text: str
    note: str


def is_path(text: str) -> bool:
    """Whether a typed text is a path; otherwise it is words to search for."""
    return text.startswith(("~", ".")) or "/" in text or "#" in text or text.lower().endswith(ENDINGS)


def completions(text: str) -> list[Completion]:
    """The folders and exercise files that begin with the text, folders first.

    A folder that is closed to the user has none. Hidden entries need their dot to be typed.
    """
    head, slash, start = text.rpartition("/")
    folder = Path(f"{head}{slash}" or ".").expanduser()
    found: list[tuple[bool, str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if not name.startswith(start) or (name.startswith(".") and not start.startswith(".")):
                    continue
                if entry.is_dir():
                    found.append((False, name))
                elif name.lower().endswith(ENDINGS):
                    found.append((True, name))
    except (OSError, ValueError):
        return []
    return [
        Completion(f"{head}{slash}{name}{'' if is_file else '/'}", "file" if is_file else "folder")
        for is_file, name in sorted(found)[:MOST]
    ]


def completed(text: str, offers: list[Completion]) -> str:
    """The longest text that all offers begin with; there must be at least one offer."""
    texts = [offer.text for offer in offers]
    first, last = min(texts), max(texts)
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same] if same > len(text) else text


def holds_many(path: Path) -> bool:
    """Whether a file or folder holds several exercises."""
    return (path.is_dir() and not is_exercise_folder(path)) or (path.is_file() and is_dataset(path))


def shortened(path: Path) -> str:
    """The path relative to the current folder, or else to the home folder."""
    for folder, sign in ((Path.cwd, ""), (Path.home, "~/")):
        try:
            return f"{sign}{path.relative_to(folder())}"
        except (ValueError, OSError, RuntimeError):
            continue
    return str(path)

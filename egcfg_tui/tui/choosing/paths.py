"""Paths that are typed: what they may become."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.exercises.formats.datasets import SUFFIXES, is_dataset
from egcfg_tui.exercises.references import is_exercise_folder

ENDINGS: Final = (".toml", ".py", *SUFFIXES)
"""How the names of files end that may hold exercises."""

MOST: Final = 300
"""How many entries of a folder are offered."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the typed text may become, and what it is."""

    text: str
    note: str


def is_path(text: str) -> bool:
    """Whether a typed text means a file or folder, and not words to look for."""
    return text.startswith(("~", ".")) or "/" in text or "#" in text or text.lower().endswith(ENDINGS)


def completions(text: str) -> list[Completion]:
    """The folders and exercise files that the text is the beginning of, folders first.

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
    """The text grown as far as all offers, of which there is one at least, agree."""
    texts = [offer.text for offer in offers]
    first, last = min(texts), max(texts)
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same] if same > len(text) else text


def holds_many(path: Path) -> bool:
    """Whether a file or folder is a set of exercises, and not one."""
    return (path.is_dir() and not is_exercise_folder(path)) or (path.is_file() and is_dataset(path))


def shortened(path: Path) -> str:
    """The path as a person writes it: from the current folder, else from home."""
    for folder, sign in ((Path.cwd, ""), (Path.home, "~/")):
        try:
            return f"{sign}{path.relative_to(folder())}"
        except (ValueError, OSError, RuntimeError):
            continue
    return str(path)

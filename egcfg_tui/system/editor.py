"""Opens files and texts in the user's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

_USUAL: Final = ("nano", "vim", "vi")


class EditorError(Exception):
    """No editor was found, or it failed. The text says which variable to set."""


def editor_command() -> list[str]:
    """The words of `VISUAL`, else of `EDITOR`, else the first usual editor that is installed."""
    for variable in ("VISUAL", "EDITOR"):
        if words := os.environ.get(variable, "").strip():
            try:
                return shlex.split(words)
            except ValueError as error:
                raise EditorError(f"{variable} is {words!r}: {error}; set it to a command") from None
    for name in _USUAL:
        if shutil.which(name):
            return [name]
    raise EditorError(f"no editor is installed ({', '.join(_USUAL)}); set EDITOR to the command of one")


def edit_file(path: Path) -> None:
    """Opens the file in the editor and blocks until the editor ends. The editor uses the terminal meanwhile.

    Raises `EditorError` when the editor cannot be started or fails; what it has saved stays in the file.
    """
    command = editor_command()
    try:
        # The editor's messages belong on the terminal, but standard error may be the workbench's log.
        ended = subprocess.run([*command, str(path)], stderr=subprocess.STDOUT)
    except OSError as error:
        raise EditorError(f"{command[0]}: {error.strerror}; set EDITOR to the command of an editor") from None
    if ended.returncode:
        raise EditorError(f"{command[0]} ended with status {ended.returncode}; what it saved is kept")


def edit_text(text: str, suffix: str) -> str:
    """Lets the user edit a text and returns the result. `suffix` (`.py`) tells the editor the file type.

    Raises `EditorError`; the changes are then lost.
    """
    with tempfile.TemporaryDirectory(prefix="egcfg-") as folder:
        path = Path(folder) / f"edit{suffix}"
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        edit_file(path)
        return path.read_text(encoding="utf-8", errors="replace")

"""The first start ever plays a bundled recording of a guided solve, so that it shows something at once."""

from __future__ import annotations

from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Final

from egcfg_tui.runs import History, Recording, read_recording

WELCOME: Final = (
    "A small model writes this program line by line: candidates of the next line are run, and what they did "
    "steers its choice (◆: it changed the choice). {start} solves an easier one for real, {leave} goes to "
    "the workbench."
)
"""What one sees, with the names of two keys."""

SPEED: Final = 4.0
"""How fast it plays: the solve took a minute."""


def is_first_start(history: History, state: Path) -> bool:
    """Whether nothing was solved and no workbench was opened here before. Notes that one is opened now.

    If no note can be written, it counts as a later start: nobody wants a welcome every time.
    """
    flag = state / "started"
    if flag.exists() or history.runs():
        return False
    with suppress(OSError):
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        flag.touch()
        return True
    return False


def bundled_recording() -> Recording:
    """The recording: made by the default model, with `solve longest-streak --method egcfg --seed 1`."""
    return read_recording(Path(str(files("egcfg_tui.tui") / "first_run.jsonl")))

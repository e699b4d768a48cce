"""The user's editor in the middle of the workbench: the screen steps aside until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from textual.app import App, SuspendNotSupported

from egcfg_tui.system.editor import EditorError, edit_text


@contextmanager
def terminal_lent(app: App[None]) -> Iterator[None]:
    """Gives the terminal to another program for the block. Raises `EditorError` where that cannot be."""
    try:
        with app.suspend():
            yield
    except SuspendNotSupported:
        raise EditorError("an editor needs a terminal of its own; there is none here") from None
    finally:
        app.refresh(layout=True)


def edited_in_editor(app: App[None], text: str, suffix: str) -> str:
    """The text as the user left it in `$EDITOR`. Raises `EditorError`."""
    with terminal_lent(app):
        return edit_text(text, suffix)

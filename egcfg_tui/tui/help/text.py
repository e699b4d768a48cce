"""The help as one text."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from textual.content import Content

from egcfg_tui.tui import keymap, marks
from egcfg_tui.tui.commands import COMMANDS, Command
from egcfg_tui.tui.help.glossary import GLOSSARY
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import key_name
from egcfg_tui.tui.widgets.code_panel import CHANGED_MARK
from egcfg_tui.tui.widgets.lines import wrapped

KEY_CELLS: Final = 12
INDENT: Final = 2


def topic_rows(topic: tuple[str, str], width: int) -> list[Content]:
    """What the panel in focus is for."""
    title, text = topic
    return [_heading(title), *wrapped(Content(text), width, INDENT), Content("")]


def command_rows(commands: Iterable[Command], keys: Keymap, width: int) -> list[Content]:
    """Keys by group, the user's own where they differ from the built-in ones."""
    rows: list[Content] = []
    for group, members in groupby(commands, key=lambda command: command.group):
        rows.append(_heading(group))
        for command in members:
            names = " ".join(key_name(key) for key in keys.of(command.id))
            rows += _row(_name(names), command.help, width)
        rows.append(Content(""))
    return rows


def key_rows(keys: Iterable[tuple[str, str]], width: int) -> list[Content]:
    """Keys of a screen that has no groups: (key, what it does)."""
    return [
        _heading("Keys"),
        *(row for key, what in keys for row in _row(_name(key), what, width)),
        Content(""),
    ]


def general_rows(width: int) -> list[Content]:
    """What holds everywhere: moving between panels, words, signs, own keys."""
    rows = [_heading("Panels")]
    rows += _row(_name("tab"), "next panel; shift+tab the one before; arrows scroll in it", width)
    rows += _row(_name("ctrl+p"), "all commands and themes", width)
    rows += [Content(""), _heading("Words")]
    for word, meaning in GLOSSARY:
        rows += [Content(" " * INDENT) + Content.styled(word, "bold $text-primary")]
        rows += wrapped(Content(meaning), width, 2 * INDENT)
    rows += [Content(""), _heading("Signs")]
    for mark in (marks.PENDING, *marks.MARKS.values()):
        rows += _row(_sign(mark), mark.word, width)
    rows += _row(_name("A B C"), "candidates with one letter share an executable prefix", width)
    rows += _row(_name("▸"), "the chosen line is this candidate's", width)
    rows += _row(_name(CHANGED_MARK), "guidance chose another token than the model alone would have", width)
    rows += _row(_name("~"), "a token that a candidate had already, not decoded anew", width)
    rows += [Content(""), _heading("Signs of compared tasks")]
    for mark in (*marks.OUTCOMES.values(), marks.RUNNING):
        rows += _row(_sign(mark), mark.word, width)
    rows += [Content(""), _heading("Your own keys"), Content(f"  {keymap.default_path()}")]
    rows.append(Content.styled('  [keys]\n  start = "s"\n  stop = ["x", "ctrl+x"]', MUTED))
    names = "commands: " + ", ".join(command.id for command in COMMANDS)
    return rows + wrapped(Content.styled(names, MUTED), width, INDENT)


def _heading(text: str) -> Content:
    return Content.styled(text, "bold")


def _name(text: str) -> Content:
    return Content.styled(f"{text:<{KEY_CELLS}}", "bold $text-primary")


def _sign(mark: marks.Mark) -> Content:
    return mark.content + Content(" " * (KEY_CELLS - 1))


def _row(left: Content, text: str, width: int) -> list[Content]:
    """What is explained, and beside it the explanation; a long one goes on below itself."""
    head = Content(" " * INDENT) + left
    if not head.plain.endswith(" "):
        head += Content(" ")
    parts = wrapped(Content(text), width, INDENT + KEY_CELLS)
    return [head + parts[0][INDENT + KEY_CELLS :], *parts[1:]]

"""The row of keys at the foot of a screen: whole words in any width, and never without the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.events import MouseDown
from textual.screen import Screen
from textual.widget import Widget

KEPT: Final = frozenset({"help", "quit", "leave", "close", "dismiss"})
"""Actions that are shown however narrow the terminal is."""


def _named(binding: Binding) -> str:
    """The action of a binding without namespace and arguments."""
    return binding.action.partition("(")[0].rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands together in the footer: one key and its word, or keys that share a word."""

    bindings: tuple[Binding, ...]
    keys: tuple[str, ...]
    label: str

    @property
    def width(self) -> int:
        """Cells that the entry takes, the gap to the next one included."""
        return sum(cell_len(text) + 1 for text in (*self.keys, self.label))

    @property
    def kept(self) -> bool:
        """Whether it stays in any width."""
        return any(_named(binding) in KEPT for binding in self.bindings)


def fitting(entries: Sequence[Entry], width: int) -> list[Entry]:
    """The entries that fit: the last ones give way first, those that are kept never."""
    chosen = list(entries)
    for entry in reversed(entries):
        if sum(one.width for one in chosen) <= width:
            break
        if not entry.kept:
            chosen.remove(entry)
    return chosen


def key_at(entries: Sequence[Entry], x: int) -> str | None:
    """The key whose name or word stands at cell `x`; a word that several keys share means none of them."""
    at = 0
    for entry in entries:
        for binding, name in zip(entry.bindings, entry.keys, strict=True):
            at += cell_len(name) + 1
            if x < at:
                return binding.key
        at += cell_len(entry.label) + 1
        if x < at:
            return entry.bindings[0].key if len(entry.bindings) == 1 else None
    return None


class FittingFooter(Widget, can_focus=False):
    """One row of keys, of which only whole entries are shown. A click on a key presses it.

    The row is one widget: Textual's own footer makes a widget for each key whenever a panel gets the focus,
    which took a third of the screen's processor time while keys were pressed. `label_of` gives the word of a
    binding where it depends on the moment; without it that of the binding.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FittingFooter { dock: bottom; height: 1; background: $footer-background; }
    """

    def __init__(self, label_of: Callable[[Binding], str] | None = None) -> None:
        super().__init__()
        self._label_of = label_of or (lambda binding: binding.description)
        self._entries: list[Entry] = []

    def on_mount(self) -> None:
        """Follows the keys that apply."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Presses the key that was pointed at."""
        if (key := key_at(fitting(self._entries, self.size.width), event.x)) is not None:
            self.app.simulate_key(key)

    def render(self) -> Content:
        """The entries that fit into the width there is."""
        parts = []
        for entry in fitting(self._entries, self.size.width):
            for key in entry.keys:
                parts += [Content.styled(key, "bold $footer-key-foreground"), Content(" ")]
            parts += [Content.styled(entry.label, "$footer-description-foreground"), Content(" ")]
        return Content("").join(parts)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        """Draws anew what applies, where that is something else."""
        if screen is self.screen and (entries := self._applying()) != self._entries:
            self._entries = entries
            self.refresh()

    def _applying(self) -> list[Entry]:
        """What applies now, a binding with several keys by its first one."""
        bindings: dict[str, Binding] = {}
        for _, binding, _, _ in self.screen.active_bindings.values():
            if binding.show:
                bindings.setdefault(binding.action, binding)
        entries: list[Entry] = []
        for group, run in groupby(bindings.values(), lambda binding: binding.group):
            same = tuple(run)
            if group is not None:
                entries.append(Entry(same, tuple(map(self._key_name, same)), group.description))
            else:
                entries += [Entry((one,), (self._key_name(one),), self._label_of(one)) for one in same]
        return entries

    def _key_name(self, binding: Binding) -> str:
        return self.app.get_key_display(binding)

"""The row of keys at the foot of a screen: whole words in any width, and never without the way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Resize
from textual.widgets import Footer
from textual.widgets._footer import FooterKey, FooterLabel, KeyGroup

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


class FittingFooter(Footer):
    """Textual's footer, of which only whole entries are shown.

    `label_of` gives the word of a binding where it depends on the moment; without it that of the binding.
    """

    def __init__(self, label_of: Callable[[Binding], str] | None = None) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._label_of = label_of or (lambda binding: binding.description)
        self._shown: list[Entry] = []

    def compose(self) -> ComposeResult:
        """The entries that fit into the width there is."""
        if not self._bindings_ready:
            return
        self._shown = self._fitting()
        for entry in self._shown:
            if len(entry.keys) > 1:
                with KeyGroup(classes="-compact"):
                    for binding, key in zip(entry.bindings, entry.keys, strict=True):
                        yield self._key(binding, key, "", "-grouped")
                yield FooterLabel(entry.label, markup=False)
            else:
                yield self._key(entry.bindings[0], entry.keys[0], entry.label)

    def on_resize(self, _event: Resize) -> None:
        """Chooses anew what fits."""
        if self._bindings_ready and self._fitting() != self._shown:
            self.call_after_refresh(self.recompose)

    def _fitting(self) -> list[Entry]:
        return fitting(self._entries(), self.size.width)

    def _entries(self) -> list[Entry]:
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

    def _key(self, binding: Binding, name: str, label: str, classes: str = "") -> FooterKey:
        tooltip = binding.tooltip or binding.description
        key = FooterKey(binding.key, name, label, binding.action, tooltip=tooltip, classes=classes)
        return key.data_bind(compact=Footer.compact)

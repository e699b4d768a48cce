"""The palette (ctrl+p): what can be done now, with its keys, the most useful first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from egcfg_tui.solving.methods import METHODS, offered_methods
from egcfg_tui.tui.commands import CHOOSE, LOOK, REPLAY, SOLVE, WORKBENCH
from egcfg_tui.tui.screens.panels import PanelsScreen
from egcfg_tui.tui.screens.workbench import WorkbenchScreen
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import key_name

ORDER: Final = (SOLVE, REPLAY, CHOOSE, WORKBENCH, LOOK)
"""The groups of commands, the most useful first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette: what it does, the keys that do it as well, what it belongs to."""

    title: str
    keys: str
    group: str
    run: Callable[[], Awaitable[object] | object]


def entries(app: App[Any], screen: Screen[Any]) -> list[Entry]:
    """What applies on the screen now."""
    own = list(_of_panels(app, screen) if isinstance(screen, PanelsScreen) else _of_screen(app, screen))
    if isinstance(screen, WorkbenchScreen) and not screen.why_not("method"):
        own += [_of_method(app, screen, name) for name in offered_methods()]
    own += [
        Entry("Theme: choose the colours", "", WORKBENCH, app.action_change_theme),
        Entry("Screenshot: save the screen as a picture (SVG)", "", WORKBENCH, app.action_screenshot),
    ]
    return sorted(own, key=lambda entry: ORDER.index(entry.group) if entry.group in ORDER else -1)


class Palette(Provider):
    """Offers the entries to Textual's palette."""

    async def discover(self) -> Hits:
        """All of them, while nothing is typed."""
        found = self._entries()
        width = max((len(entry.title) for entry in found), default=0)
        for entry in found:
            yield DiscoveryHit(
                _label(Content(entry.title), entry, width), entry.run, entry.title, entry.group
            )

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        found = self._entries()
        width = max((len(entry.title) for entry in found), default=0)
        for entry in found:
            if (score := matcher.match(entry.title)) > 0:
                label = _label(matcher.highlight(entry.title), entry, width)
                yield Hit(score, label, entry.run, entry.title)

    def _entries(self) -> list[Entry]:
        return entries(self.app, self.screen)


def _label(title: Content, entry: Entry, width: int) -> Content:
    gap = " " * (width - len(entry.title) + 2)
    return Content("").join([title, Content(gap), Content.styled(entry.keys, MUTED)])


def _of_panels(app: App[Any], screen: PanelsScreen[Any]) -> Iterator[Entry]:
    for command in screen.OFFERED:
        if not screen.why_not(command.name):
            names = " ".join(key_name(key) for key in screen.keymap.of(command.id))
            title = command.help[0].upper() + command.help[1:]
            yield Entry(title, names, command.group, _action(app, command.action, screen))


def _of_method(app: App[Any], screen: WorkbenchScreen, name: str) -> Entry:
    action = _action(app, f"method('{name}')", screen)
    return Entry(f"Method {name}: {METHODS[name].help}", "", CHOOSE, action)


def _of_screen(app: App[Any], screen: Screen[Any]) -> Iterator[Entry]:
    """The keys of a screen without groups, as its footer names them."""
    seen = set()
    for node, binding, enabled, _ in screen.active_bindings.values():
        if binding.show and enabled and binding.action not in seen:
            seen.add(binding.action)
            yield Entry(binding.description, key_name(binding.key), "", _action(app, binding.action, node))


def _action(app: App[Any], action: str, node: Any) -> Callable[[], Awaitable[object]]:
    async def run() -> None:
        await app.run_action(action, node)

    return run

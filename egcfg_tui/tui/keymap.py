"""The user's own keys, from `keys.toml` in the config folder."""

from __future__ import annotations

import difflib
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from egcfg_tui.system.folders import config_folder
from egcfg_tui.tui.commands import COMMANDS
from egcfg_tui.tui.config_file import ConfigFile, UnusableConfig, read_config

_MODIFIERS: Final = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_NAMED: Final = frozenset(key.value for key in Keys if "+" not in key.value and "<" not in key.value)


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by command id, in Textual's form, and what could not be used of the file."""

    keys: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def of(self, command_id: str) -> tuple[str, ...]:
        """The keys a command is bound to."""
        if command_id in self.keys:
            return tuple(self.keys[command_id].split(","))
        return next(command.keys for command in COMMANDS if command.id == command_id)


def default_path() -> Path:
    """Where the file is looked for."""
    return config_folder() / "keys.toml"


def load(path: Path) -> Keymap:
    """Reads the file. What is wrong in it is left out and told; a missing file is an empty keymap."""
    try:
        return _read(read_config(path))
    except UnusableConfig as error:
        return Keymap(problems=(f"{error}. The default keys are used.",))


def _read(file: ConfigFile) -> Keymap:
    problems: list[str] = []
    table = file.table

    def complain(key: str, what: str) -> None:
        problems.append(file.complaint(key, what))

    for name in table:
        if name != "keys":
            complain(name, 'unknown; keys stand below [keys], as in: start = "s"')
    section = table.get("keys", {})
    if not isinstance(section, dict):
        complain("keys", "must be a table: [keys]")
        section = {}
    wanted: dict[str, tuple[str, ...]] = {}
    known = [command.id for command in COMMANDS]
    for name, value in section.items():
        place = f"keys.{name}"
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            complain(place, f"no such command; {hint}")
            continue
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not names or not all(isinstance(one, str) for one in names):
            complain(place, 'must be a key such as "s" or "ctrl+r", or a list of keys')
            continue
        keys = [normal_key(one) for one in names]
        if None in keys:
            complain(place, f'{names[keys.index(None)]!r} is not a key; write "s", "ctrl+r", "f5", "space"')
            continue
        wanted[name] = tuple(key for key in keys if key)
    while clash := _clash(wanted):
        name, key, other = clash
        complain(f"keys.{name}", f"{key!r} is already the key of {other}; the default key stays")
        del wanted[name]
    return Keymap({name: ",".join(keys) for name, keys in wanted.items()}, tuple(problems))


def normal_key(text: str) -> str | None:
    """A key in Textual's form (`?` is `question_mark`), or None if it is not a key."""
    *modifiers, key = text.strip().split("+") if text.strip() not in ("+", "") else [text.strip()]
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return None
    if len(key) == 1 and key.isprintable():
        if not key.isalnum():
            key = _character_name(key)
    elif key not in _NAMED and not _is_character_name(key):
        return None
    return "+".join([*modifiers, key])


def _character_name(character: str) -> str:
    """A character's name as Textual has it."""
    name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def _is_character_name(key: str) -> bool:
    if key in map(_character_name, string.punctuation):
        return True
    try:
        unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return False
    return True


def _clash(wanted: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str] | None:
    """(command, key, other command) for the first wanted key that another command has."""
    taken: dict[str, str] = {
        key: command.id for command in COMMANDS if command.id not in wanted for key in command.keys
    }
    for name, keys in wanted.items():
        for key in keys:
            if taken.setdefault(key, name) != name:
                return name, key, taken[key]
    return None

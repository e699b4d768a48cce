"""What the workbench remembers from one start to the next: `config.toml` in the config folder.

Only lines of changed values are rewritten, so comments and order stay as the user has them. A file that is
not understood is never written to.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import tomli_w

from egcfg_tui.solving.methods import METHODS
from egcfg_tui.system.folders import config_folder
from egcfg_tui.tui.config_file import ConfigFile, UnusableConfig, read_config


def _any_text(_value: str) -> str:
    return ""


def _method(value: str) -> str:
    return "" if value in METHODS else f"no such method; write one of {', '.join(METHODS)}"


KEYS: Final[dict[str, Callable[[str], str]]] = {
    "theme": _any_text,  # themes are known once the screen is there
    "exercise": _any_text,
    "method": _method,
    "model": _any_text,
}
"""What is remembered, each with what is wrong with a value of it; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The values of a file, and what could not be used of it. `writable`: the file was understood."""

    path: Path
    values: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    writable: bool = True

    def get(self, key: str) -> str | None:
        """The remembered value."""
        return self.values.get(key)

    def complaint(self, key: str, what: str) -> str:
        """What is wrong with a value, with its place."""
        return ConfigFile(self.path, lines=self.lines).complaint(key, what)

    def without(self, key: str, why: str) -> Preferences:
        """The same, but for a value that turned out not to be usable."""
        values = {name: value for name, value in self.values.items() if name != key}
        return replace(self, values=values, problems=(*self.problems, self.complaint(key, why)))


def default_path() -> Path:
    """Where the file lies."""
    return config_folder() / "config.toml"


def load(path: Path) -> Preferences:
    """Reads the file. What is wrong in it is left out and told; a missing file is an empty one."""
    try:
        file = read_config(path)
    except UnusableConfig as error:
        return Preferences(path, problems=(f"{error}. The defaults are used.",), writable=False)
    mistakes = dict(_mistakes(file.table))
    problems = tuple(file.complaint(key, what) for key, what in mistakes.items())
    values = {key: str(value) for key, value in file.table.items() if key not in mistakes}
    return Preferences(path, values, file.lines, problems)


def remember(path: Path, values: Mapping[str, str]) -> str:
    """Writes values into the file and keeps the rest of it. Returns what went wrong; empty if nothing did."""
    before = load(path)
    if not before.writable:
        return f"{before.problems[0]} Until that is mended nothing is remembered."
    try:
        text = path.read_text("utf-8") if path.exists() else ""
        changed = _with_values(text, before, values)
        if changed != text:
            _replace(path, changed)
    except OSError as error:
        return f"{path}: cannot be written: {error.strerror}. Your choices are not remembered."
    return ""


def _mistakes(table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if key not in KEYS:
            close = get_close_matches(key, KEYS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the keys are {', '.join(KEYS)}"
            yield key, f"no such key; {hint}"
        elif not isinstance(value, str):
            yield key, 'must be a text in quotes, as in: method = "auto"; the default is used'
        elif what := KEYS[key](value):
            yield key, f"{what}; the default is used"


def _with_values(text: str, before: Preferences, values: Mapping[str, str]) -> str:
    """The text with the lines of `values` changed or, where there are none, put in front."""
    rows = text.split("\n")
    new: list[str] = []
    for key, value in values.items():
        line = tomli_w.dumps({key: value}).rstrip("\n")
        if before.values.get(key) == value:
            continue
        if key not in before.lines:
            new.append(line)
        else:
            rows[before.lines[key] - 1] = line
    changed = "\n".join([*new, *rows])
    with suppress(tomllib.TOMLDecodeError):
        table = tomllib.loads(changed)
        if all(table.get(key) == value for key, value in values.items()):
            return changed
    return text  # a value over several lines, which the user wrote so: it is left alone


def _replace(path: Path, text: str) -> None:
    """Writes the file in one step, readable for the user only; a link to it stays one."""
    target = path.resolve()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


class Memory:
    """Writes choices down as they change. `defaults` are the choices of somebody who made none.

    A mistake in the file stays there for its owner to correct, until the user changes that very choice.
    """

    def __init__(self, preferences: Preferences, defaults: Mapping[str, str]) -> None:
        self._path = preferences.path
        self._known = {**defaults, **preferences.values}
        self._told = ""

    def keep(self, choices: Mapping[str, str]) -> str:
        """Remembers what differs from what is known, empty values aside. Says what went wrong, once."""
        changed = {key: value for key, value in choices.items() if value and value != self._known.get(key)}
        if not changed:
            return ""
        self._known |= changed
        problem, before = remember(self._path, changed), self._told
        self._told = problem
        return problem if problem != before else ""

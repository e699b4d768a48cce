"""Reads grid files: a TOML table with one key per setting. docs/method.md describes the format."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import Any, Final

from egcfg_tui.exercises.reading.toml_lines import key_lines
from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.grid import Axis, Grid
from egcfg_tui.solving.request.settings import SETTINGS, SettingError

LARGEST: Final = 10_000
"""The most combinations of a grid."""


class GridError(ValueError):
    """A grid file cannot be used; the text names file, line and key, and the next step."""


def bundled_grid(method: str) -> Grid:
    """The grid of a method if the user names none; it has no axes for a method without guided trials."""
    name = METHODS[method].grid
    if name is None:
        return Grid()
    file = resources.files("egcfg_tui.solving.request").joinpath("grids", name)
    return parse_grid(file.read_text("utf-8"), name)


def grid_for(method: str, chosen: Grid | None, held: Collection[str]) -> Grid:
    """The grid of a request: the user's or else the method's, without the settings that the user fixed."""
    return (chosen if chosen is not None else bundled_grid(method)).without(held)


def read_grid(path: Path) -> Grid:
    """Reads a grid file. Raises `GridError`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise GridError(f"{path}: there is no such file; check the path") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise GridError(f"{path}, line {line}: the text is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise GridError(f"{path}: cannot be read: {error.strerror}; check its permissions") from None
    return parse_grid(text, str(path))


def parse_grid(text: str, file: str) -> Grid:
    """Reads a grid from TOML text; errors name `file`. Raises `GridError`."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise GridError(f"{file}: this is not valid TOML: {error}; correct it") from None
    return _Reader(file, key_lines(text)).grid(table)


class _Reader:
    """Reads the table of one file and knows the lines of its keys, for errors."""

    def __init__(self, file: str, lines: dict[str, int]) -> None:
        self._file = file
        self._lines = lines

    def grid(self, table: dict[str, Any]) -> Grid:
        axes = []
        for name, value in table.items():
            if name not in SETTINGS:
                raise self._error(name, f"there is no such setting{_did_you_mean(name)}")
            axes.append(Axis(name, self._values(name, value)))
        grid = Grid(tuple(axes))
        if not axes:
            raise GridError(f"{self._file}: the grid is empty; give at least one setting its values")
        if len(grid) > LARGEST:
            raise GridError(
                f"{self._file}: {len(grid):,} combinations are more than {LARGEST:,}; give fewer values"
            )
        return grid

    def _values(self, name: str, value: Any) -> tuple[Any, ...]:
        values = value if isinstance(value, list) else [value]
        if not values:
            raise self._error(name, "the list is empty; give it a value, or remove the key")
        for item in values:
            try:
                SETTINGS[name].read(item)
            except SettingError as error:
                raise self._error(name, f"{error}; correct the value") from None
        if any(item in values[:place] for place, item in enumerate(values)):
            raise self._error(name, "the list has a value twice; remove one")
        return tuple(values)

    def _error(self, key: str, text: str) -> GridError:
        line = self._lines.get(key)
        where = f"{self._file}, line {line}" if line else self._file
        return GridError(f"{where}, {key}: {text}")


def _did_you_mean(name: str) -> str:
    close = difflib.get_close_matches(name, SETTINGS, n=1)
    return f"; did you mean {close[0]}?" if close else f"; the settings are {', '.join(SETTINGS)}"

"""Reads the TOML files of the config folder, which users write by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from egcfg_tui.exercises.reading.toml_lines import key_lines


class UnusableConfig(ValueError):
    """The file cannot be read as TOML. The text names the file and, where it is known, the line."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The values of a file and the line of each key; both are empty if there is no such file."""

    path: Path
    table: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def complaint(self, key: str, what: str) -> str:
        """What is wrong with a key, with the file and the line that it stands in."""
        line = self.lines.get(key)
        where = f"{self.path}, line {line}" if line else str(self.path)
        return f"{where}, {key}: {what}"


def read_config(path: Path) -> ConfigFile:
    """Reads the file. Raises `UnusableConfig`."""
    try:
        text = path.read_bytes().decode("utf-8")
        return ConfigFile(path, tomllib.loads(text), key_lines(text))
    except (FileNotFoundError, NotADirectoryError):
        return ConfigFile(path)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UnusableConfig(f"{path}, line {line}: is not UTF-8 text") from error
    except OSError as error:
        raise UnusableConfig(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnusableConfig(f"{path}: is not valid TOML: {error}") from error

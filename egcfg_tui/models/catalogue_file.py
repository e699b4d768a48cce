"""Reads catalogue files. Every error names file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from egcfg_tui.models.catalogue import Catalogue, Entry, HubSource, PackageSource, Part, Source
from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.folders import user_catalogue_file

BUNDLED: Final = Path(__file__).with_name("models.toml")

ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
ID_MEANING: Final = "an id (small letters, digits, dot, dash, underscore)"

_PACKAGE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION: Final = re.compile(r"[0-9][A-Za-z0-9.!+_-]*")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_TOP_KEYS: Final = frozenset({"default", "models"})
_ENTRY_KEYS: Final = frozenset(
    {"id", "title", "file", "path", "size", "sha256", "licence", "context", "sources"}
)
_SOURCE_KEYS: Final = {
    "hub": frozenset({"kind", "repo", "file"}),
    "packages": frozenset({"kind", "version", "parts"}),
}
_PART_KEYS: Final = frozenset({"package", "member", "size", "sha256"})


def load_catalogue() -> Catalogue:
    """The bundled catalogue with the user's own entries. Raises `ModelError` if one of the files is wrong."""
    return with_user_entries(read_user_text())


def with_user_entries(text: str) -> Catalogue:
    """The bundled catalogue with the entries of `text`, the content of the user's file."""
    bundled = parse_catalogue(BUNDLED.read_text(encoding="utf-8"), BUNDLED)
    own = parse_catalogue(text, user_catalogue_file(), known=bundled)
    return Catalogue(own.default or bundled.default, bundled.entries + own.entries)


def read_user_text() -> str:
    """The content of the user's catalogue file, empty when there is none. Raises `ModelError`."""
    file = user_catalogue_file()
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        raise ModelError(f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror}; check its permissions") from None


def parse_catalogue(text: str, file: Path, known: Catalogue | None = None) -> Catalogue:
    """Reads the text of a catalogue file. `default` is empty if the text does not set it.

    Raises `ModelError` for anything wrong, among it an id that `known` already has.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{file}: not valid TOML: {error}; correct that line") from None
    top = _Table(document, file, text, ())
    top.only(_TOP_KEYS)
    taken = set(known.ids if known else ())
    entries = []
    for table in top.tables("models"):
        entry = _entry(table)
        if entry.id in taken:
            raise table.error("id", f"{entry.id!r} is already in the catalogue; choose another id")
        taken.add(entry.id)
        entries.append(entry)
    default = top.text("default") if "default" in document else ""
    if default and default not in taken:
        raise top.error(
            "default", f"{default!r} is not a known model; name one of {', '.join(sorted(taken))}"
        )
    return Catalogue(default, tuple(entries))


@dataclass(frozen=True, slots=True)
class _Table:
    """One TOML table.

    `way` leads to it, e.g. `(("models", 0), ("sources", 1))`, so that messages can name the line.
    """

    values: dict[str, Any]
    file: Path
    source: str
    way: tuple[tuple[str, int], ...]

    def error(self, key: str, problem: str) -> ModelError:
        """An error that names file, line and key."""
        dotted = ".".join([f"{name}[{index}]" for name, index in self.way] + [key])
        return ModelError(f"{self.file}, line {self._line(key)}, key `{dotted}`: {problem}")

    def only(self, keys: frozenset[str]) -> None:
        """Refuses unknown keys, so that a misspelt one is not silently ignored."""
        for key in self.values:
            if key not in keys:
                raise self.error(key, f"unknown key; known are {', '.join(sorted(keys))}")

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"must be a non-empty text, not {value!r}")
        return value

    def matching(self, key: str, pattern: re.Pattern[str], meaning: str) -> str:
        value = self.text(key)
        if not pattern.fullmatch(value):
            raise self.error(key, f"{value!r} is not {meaning}")
        return value

    def positive(self, key: str) -> int:
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.error(key, f"must be a whole number above 0, not {value!r}")
        return value

    def tables(self, key: str) -> Iterator[_Table]:
        rows = self.values.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.error(key, "must be an array of tables")
        for index, row in enumerate(rows):
            yield _Table(row, self.file, self.source, (*self.way, (key, index)))

    def _value(self, key: str) -> Any:
        if key not in self.values:
            raise self.error(key, "is missing; add it")
        return self.values[key]

    def _line(self, key: str) -> int:
        """The line of the key, from 1; if the key is missing, the line of the innermost table around it."""
        lines = self.source.splitlines()
        at = 0
        for depth in range(1, len(self.way) + 1):
            header = "[[" + ".".join(name for name, _ in self.way[:depth]) + "]]"
            starts = [n for n in range(at, len(lines)) if lines[n].split("#")[0].strip() == header]
            name, index = self.way[depth - 1]
            if index >= len(starts):
                return _inline_row(lines, at, name, index) + 1
            at = starts[index]
        found = _key_line(lines, at + 1 if self.way else 0, key)
        return (at if found is None else found) + 1


def _key_line(lines: list[str], start: int, key: str) -> int | None:
    """The line that sets a key, from 0, searched from `start` to the end of the table; None if none does."""
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    for number in range(start, len(lines)):
        if pattern.match(lines[number]):
            return number
        if lines[number].startswith("["):
            return None
    return None


def _inline_row(lines: list[str], table: int, key: str, index: int) -> int:
    """The line of an inline table in an array, from 0; that of the array if tables share lines."""
    start = _key_line(lines, table + 1, key)
    if start is None:
        return table
    end = next((n for n in range(start, len(lines)) if lines[n].rstrip().endswith("]")), start)
    rows = [n for n in range(start, end + 1) if "{" in lines[n]]
    return rows[index] if index < len(rows) else start


def _entry(table: _Table) -> Entry:
    table.only(_ENTRY_KEYS)
    model_id = table.matching("id", ID, ID_MEANING)
    path = Path(table.text("path")).expanduser() if "path" in table.values else None
    if path is not None and not path.is_absolute():
        raise table.error("path", f"{str(path)!r} is not absolute; write the whole path")
    sources = tuple(_source(row) for row in table.tables("sources"))
    if path is None and not sources:
        raise table.error("sources", "is missing; give sources, or the `path` of a file")
    entry = Entry(
        id=model_id,
        title=table.text("title") if "title" in table.values else model_id,
        file=path.name if path else _file_name(table),
        size_bytes=table.positive("size"),
        sha256=table.matching("sha256", _SHA256, "a sha256 (64 small hexadecimal digits)"),
        licence=table.text("licence"),
        context_tokens=table.positive("context"),
        sources=sources,
        path=path,
    )
    for source in sources:
        if isinstance(source, PackageSource):
            joined = sum(part.size_bytes for part in source.parts)
            if joined != entry.size_bytes:
                raise table.error("size", f"is {entry.size_bytes}, but the parts make {joined} bytes")
    return entry


def _file_name(table: _Table) -> str:
    """The file's name. It must be a bare name, because a path could lead out of the models folder."""
    name = table.text("file")
    if Path(name).name != name or not name.endswith(".gguf"):
        raise table.error("file", f"{name!r} is not the bare name of a .gguf file")
    return name


def _source(table: _Table) -> Source:
    kind = table.text("kind")
    if kind not in _SOURCE_KEYS:
        raise table.error("kind", f"{kind!r} is not one of {', '.join(_SOURCE_KEYS)}")
    table.only(_SOURCE_KEYS[kind])
    if kind == "hub":
        return HubSource(table.text("repo"), table.text("file"))
    parts = tuple(_part(row) for row in table.tables("parts"))
    if not parts:
        raise table.error("parts", "is missing; name at least one part")
    return PackageSource(table.matching("version", _VERSION, "one exact version"), parts)


def _part(table: _Table) -> Part:
    table.only(_PART_KEYS)
    return Part(
        table.matching("package", _PACKAGE, "the name of a package"),
        table.text("member"),
        table.positive("size"),
        table.matching("sha256", _SHA256, "a sha256 (64 small hexadecimal digits)"),
    )

"""Reads the rows of a data set file: JSON lines or one JSON array, plain or gzipped."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from egcfg_tui.exercises.reading import text_files
from egcfg_tui.exercises.reading.places import LocateKey, Place, did_you_mean


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a data set file, with the line in which it begins.

    The methods check types and raise `ExerciseError`, which names file, line and key. `Row` knows no format.
    """

    place: Place
    values: dict[str, Any]

    def text(self, key: str) -> str:
        """The string under `key`, with `\\n` line ends."""
        return self._clean(self._value(key), key)

    def texts(self, key: str) -> list[str]:
        """The list of strings under `key`, with `\\n` line ends."""
        value = self._value(key)
        if not isinstance(value, list):
            self._wrong_type(key, "a list of strings")
        return [self._clean(item, key) for item in value]

    def optional_text(self, key: str) -> str:
        """The string under `key`, empty when the key is missing or null."""
        return "" if self.values.get(key) is None else self.text(key)

    def optional_texts(self, key: str) -> list[str]:
        """The list of strings under `key`, empty when the key is missing or null."""
        return [] if self.values.get(key) is None else self.texts(key)

    def number(self, key: str) -> float:
        """The number under `key`, which may be written as a string; 0 when the key is missing or null."""
        value = self.values.get(key)
        if value is None:
            return 0.0
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not 0 <= number < math.inf:
            self._wrong_type(key, "a number of at least 0")
        return number

    def columns(self, key: str) -> Row | None:
        """The object under `key` as a row; None when the key is missing or null."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong_type(key, "an object")
        return Row(self.at(key), value)

    def identifier(self, key: str) -> str:
        """The row's id under `key`, a string or a whole number, as a string."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, str | int):
            self._wrong_type(key, "a string or a whole number")
        return self._clean(str(value), key)

    def at(self, key: str) -> Place:
        """The place of a key of this row; `outer.key` if the row is an object inside another."""
        return self.place.at(f"{self.place.key}.{key}" if self.place.key else key)

    def locator(self, row_keys: Mapping[str, str]) -> LocateKey:
        """Finds the places of an exercise's fields in this row; `row_keys` maps fields to keys of the row."""

        def locate(field: str) -> Place:
            name, dot, number = field.partition(".")
            return self.at(f"{row_keys.get(name, name)}{dot}{number}")

        return locate

    def _value(self, key: str) -> Any:
        if key not in self.values:
            hint = did_you_mean(key, self.values) or f"; the row has {', '.join(self.values) or 'no keys'}"
            raise self.at(key).error(f"is missing{hint}")
        return self.values[key]

    def _clean(self, value: Any, key: str) -> str:
        if not isinstance(value, str):
            self._wrong_type(key, "a string")
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise self.at(key).error("holds half of a surrogate pair (\\ud8..); correct the escape")
        return text_files.unify_newlines(value)

    def _wrong_type(self, key: str, wanted: str) -> NoReturn:
        raise self.at(key).error(f"must be {wanted}; correct the row")


def read_rows(path: Path) -> list[Row]:
    """All rows of the file. Raises `ExerciseError`, which names file and line."""
    text = text_files.read_text(path)
    return list(
        _array_rows(text, str(path)) if text.lstrip().startswith("[") else _line_rows(text, str(path))
    )


def _line_rows(text: str, file: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = Place(file, number)
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                raise place.error(
                    f"is not JSON: {error.msg} (column {error.colno}); write one object in each line"
                ) from None
            except RecursionError:
                raise place.error("is nested too deeply; write one flat object in each line") from None
            yield _row(value, place)


def _array_rows(text: str, file: str) -> Iterator[Row]:
    """The objects of one JSON array, decoded one by one, so that each has its line."""
    decoder = json.JSONDecoder()
    position = _skip(text, text.index("[") + 1)
    while not text.startswith("]", position):
        place = Place(file, text.count("\n", 0, position) + 1)
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise Place(file, error.lineno).error(
                f"is not JSON: {error.msg} (column {error.colno}); correct it"
            ) from None
        except RecursionError:
            raise place.error("is nested too deeply; write an array of flat objects") from None
        yield _row(value, place)
        position = _skip(text, position)
        if text.startswith(",", position):
            position = _skip(text, position + 1)
        elif not text.startswith("]", position):
            line = text.count("\n", 0, position) + 1
            raise Place(file, line).error("is not JSON: `,` or `]` is missing here; correct it")


def _skip(text: str, position: int) -> int:
    """The position of the next character that is not white space."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _row(value: Any, place: Place) -> Row:
    if not isinstance(value, dict):
        raise place.error(
            f"is a JSON {type(value).__name__}, not an object; write one `{{...}}` per exercise"
        )
    return Row(place, value)

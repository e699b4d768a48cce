"""Reads our own format, and reports all mistakes of a text at once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import Any, Final

from egcfg_sandbox import TOLERANCE, CodeTest, SnippetTest, StdioTest, Test
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages, test_texts
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.reading.places import Mistakes, Place, did_you_mean
from egcfg_tui.exercises.reading.toml_lines import key_lines
from egcfg_tui.exercises.validation import validate

KEYS: Final[dict[str, type]] = {
    "title": str,
    "statement": str,
    "kind": str,
    "entry_point": str,
    "level": int,
    "given": str,
    "starter": str,
    "setup": str,
    "reference": str,
    "tolerance": float,
    "visible": list,
    "hidden": list,
}
_TEST_KEYS: Final[dict[str, type]] = {"code": str, "setup": str, "given": str, "stdin": str, "stdout": str}
_TYPE_NAMES: Final = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    list: "an array of tables (`[[...]]`)",
}
_LEVELS: Final = range(1, 6)


class TomlReader:
    """Reads one TOML text and knows the lines of its keys, for errors."""

    def __init__(self, text: str, file: str) -> None:
        self._file = Place(file)
        try:
            self._table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(text, str(error)) from None
        except RecursionError:
            raise self._file.error("is nested too deeply; an exercise holds strings and tests only") from None
        self._lines = key_lines(text)
        self._mistakes = Mistakes()
        self._unread: set[str] = set()
        """Top-level keys whose values have a wrong type or hold mistakes."""
        self._read: dict[str, list[int]] = {"visible": [], "hidden": []}
        """By group, the numbers (from 1) of the tests that could be read."""

    def exercise(self, exercise_id: str) -> Exercise:
        self._table, self._unread = self._known(self._table, KEYS, prefix="")
        kind = self._kind()
        level = self._table.get("level", 1)
        if level not in _LEVELS:
            problem = f"is {level}; write 1 (easiest) to {_LEVELS[-1]} (hardest)"
            self._mistakes.note(self._place("level").error(problem))
        if kind is not None:
            self._check_keys_of(kind)
        exercise = Exercise(
            id=exercise_id,
            title=self._required("title").strip(),
            statement=self._required("statement").strip(),
            kind=kind or ExerciseKind.FUNCTION,
            entry_point=self._table.get("entry_point"),
            visible=self._tests("visible"),
            hidden=self._tests("hidden"),
            starter=self._table.get("starter", ""),
            reference=self._table.get("reference"),
            level=level,
            source=self._file.file,
            given=self._table.get("given", ""),
        )
        if kind is not None:
            with self._mistakes.noted():
                validate(exercise, self._locate, self._unread)
        self._mistakes.raise_all()
        return replace(exercise, packages=_packages(exercise))

    def _check_keys_of(self, kind: ExerciseKind) -> None:
        """Notes keys of other kinds. Kind `data` has `given` instead of `starter` and `setup`."""
        note = self._mistakes.note
        if "tolerance" in self._table and kind is not ExerciseKind.STDIN:
            problem = 'belongs to kind `stdin`; write `kind = "stdin"` or remove it'
            note(self._place("tolerance").error(problem))
        if kind is not ExerciseKind.DATA:
            problem = f'belongs to kind `data`; write `kind = "data"` or remove it ({kind} has `starter`)'
            for key in self._lines:
                if key.rpartition(".")[2] == "given":
                    note(self._place(key).error(problem))
            return
        self._required("given")
        for key in ("starter", "setup"):
            if key in self._table:
                note(self._place(key).error("does not belong to kind `data`; put the code into `given`"))
        if "entry_point" not in self._table.keys() | self._unread:
            problem = "is missing; name the variable that the answer computes"
            note(self._place("entry_point").error(problem))

    def _kind(self) -> ExerciseKind | None:
        """The kind; notes a mistake and returns None if the text has no valid one."""
        if "kind" in self._unread:
            return None
        name = self._table.get("kind", ExerciseKind.FUNCTION)
        try:
            return ExerciseKind(name)
        except ValueError:
            kinds = [str(kind) for kind in ExerciseKind]
            hint = did_you_mean(name, kinds) or f"; write one of {', '.join(kinds)}"
            self._mistakes.note(self._place("kind").error(f"there is no kind {name!r}{hint}"))
            return None

    def _required(self, key: str) -> str:
        """The text of a key; notes a mistake if it is missing or empty."""
        value: str = self._table.get(key, "")
        if not value.strip() and key not in self._unread:
            state = "is empty" if key in self._table else "is missing"
            self._mistakes.note(self._place(key).error(f'{state}; write `{key} = "..."`'))
        return value

    def _tests(self, group: str) -> tuple[Test, ...]:
        """The tests that can be read; notes the mistakes in the others."""
        setup: str = self._table.get("setup", "")
        tests = []
        for number, table in enumerate(self._table.get(group, ()), start=1):
            with self._mistakes.noted():
                tests.append(self._test(table, f"{group}.{number}", setup, self._table.get("given")))
                self._read[group].append(number)
        if len(tests) < len(self._table.get(group, ())):
            self._unread.add(group)
        return tuple(tests)

    def _test(self, table: Any, name: str, setup: str, given: str | None) -> Test:
        if not isinstance(table, dict):
            raise self._place(name).error("is not a table; write each test under its own `[[...]]` header")
        mistakes = Mistakes()
        self._known(table, _TEST_KEYS, prefix=f"{name}.", mistakes=mistakes)
        mistakes.raise_all()
        match sorted(table.keys() - {"setup", "given"}):
            case ["code"] if given is not None:
                return self._snippet_test(table, name, given)
            case ["code"]:
                return CodeTest(code=table["code"], setup=table.get("setup", setup))
            case ["stdin", "stdout"]:
                return StdioTest(table["stdin"], table["stdout"], self._tolerance())
            case keys:
                has = f"has {' and '.join(f'`{key}`' for key in keys)}" if keys else "is empty"
                raise self._place(name).error(f"the test {has}; write either `code`, or `stdin` and `stdout`")

    def _tolerance(self) -> float:
        tolerance: float = self._table.get("tolerance", TOLERANCE)
        if not 0 <= tolerance < 1:
            raise self._place("tolerance").error(f"is {tolerance}; write a number from 0 to below 1")
        return float(tolerance)

    def _snippet_test(self, table: dict[str, Any], name: str, given: str) -> Test:
        if "setup" in table:
            raise self._place(f"{name}.setup").error(
                "does not belong to kind `data`; put the code into `given`"
            )
        own = table.get("given", "")
        for key, code in (("code", table["code"]), ("given", given + "\n" + own)):
            try:
                python_source.parse(code)
            except python_source.SourceError as error:
                raise self._place(f"{name}.{key}").error(
                    f"is not Python: {error} (its line {error.line}); correct it"
                ) from None
        return SnippetTest(table["code"], given, own)

    def _known(
        self, table: dict[str, Any], known: dict[str, type], *, prefix: str, mistakes: Mistakes | None = None
    ) -> tuple[dict[str, Any], set[str]]:
        """The known keys with values of the right type, and the set of those with a wrong one.

        Notes wrong values and unknown keys.
        """
        mistakes = mistakes or self._mistakes
        fitting, unread = {}, set()
        for key, value in table.items():
            place = self._place(prefix + key)
            if key not in known:
                hint = did_you_mean(key, known) or f"; known keys are {', '.join(known)}"
                mistakes.note(place.error(f"is unknown{hint}"))
            elif type(value) is known[key] or (known[key] is float and type(value) is int):
                fitting[key] = value
            else:
                mistakes.note(place.error(f"is {_type_name(value)}; write {_TYPE_NAMES[known[key]]}"))
                unread.add(key)
        return fitting, unread

    def _place(self, key: str) -> Place:
        """The place of a key; a key inside an inline table has the line in which that table begins."""
        holder = key
        while holder and holder not in self._lines:
            holder = holder.rpartition(".")[0]
        return self._file.at(key, self._lines.get(holder))

    def _locate(self, key: str) -> Place:
        """The place of a key of the exercise. The exercise numbers only the tests that could be read."""
        group, dot, number = key.partition(".")
        return self._place(f"{group}.{self._read[group][int(number) - 1]}" if dot else key)

    def _syntax_error(self, text: str, message: str) -> Exception:
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
        if found is None:
            return self._file.error(f"is not valid TOML: {message}; correct it")
        line = int(found[1]) if found[1] else text.count("\n") + 1
        return Place(self._file.file, line).error(
            f"is not valid TOML: {message[: found.start()]}; correct it"
        )


def _packages(exercise: Exercise) -> tuple[str, ...]:
    sources = test_texts(exercise.visible + exercise.hidden)
    return imported_packages(exercise.given, exercise.starter, exercise.reference or "", *sources)


def _type_name(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return _TYPE_NAMES.get(type(value), f"a {type(value).__name__}")

"""Our own format: one exercise in one TOML file. docs/exercises.md describes it for writers."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import tomli_w

from egcfg_sandbox import TOLERANCE, CodeTest, SnippetTest, StdioTest, Test
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages, test_texts
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.reading import text_files
from egcfg_tui.exercises.reading.places import Place, did_you_mean
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


def read_file(path: Path) -> Exercise:
    """Reads one exercise file; its id is the file's name without `.toml`."""
    return read(text_files.read_text(path), exercise_id=path.stem, source=str(path))


def read(text: str, *, exercise_id: str, source: str) -> Exercise:
    """Reads an exercise from TOML text. `source` is the file named in errors."""
    return _Reader(text, source).exercise(exercise_id)


def write(exercise: Exercise) -> str:
    """The exercise as TOML text, which reads back as the same exercise."""
    table: dict[str, object] = {
        "title": exercise.title,
        "kind": str(exercise.kind),
        "level": exercise.level,
        "statement": exercise.statement,
    }
    for key in ("entry_point", "given", "starter", "reference"):
        if value := getattr(exercise, key):
            table[key] = value
    tolerances = {t.tolerance for t in exercise.visible + exercise.hidden if isinstance(t, StdioTest)}
    if tolerances - {TOLERANCE}:
        table["tolerance"] = max(tolerances)
    setups = {test.setup for test in exercise.visible + exercise.hidden if isinstance(test, CodeTest)}
    shared = setups.pop() if len(setups) == 1 else ""
    if shared:
        table["setup"] = shared
    parts = [tomli_w.dumps(table, multiline_strings=True)]
    for group, tests in (("visible", exercise.visible), ("hidden", exercise.hidden)):
        for test in tests:
            body = tomli_w.dumps(_test_table(test, shared), multiline_strings=True)
            parts.append(f"[[{group}]]\n{body}")
    return "\n".join(parts)


def _test_table(test: Test, shared_setup: str) -> dict[str, str]:
    match test:
        case StdioTest():
            return {"stdin": test.stdin, "stdout": test.stdout}
        case SnippetTest():
            return ({"given": test.own} if test.own else {}) | {"code": test.code}
        case CodeTest():
            own = {} if test.setup == shared_setup else {"setup": test.setup}
            return own | {"code": test.code}
        case _:
            raise ValueError(f"a test of a whole file ({test.text!r}) has no form in TOML")


class _Reader:
    """One TOML text, with the lines of its keys at hand for errors."""

    def __init__(self, text: str, file: str) -> None:
        self._file = Place(file)
        try:
            self._table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(text, str(error)) from None
        except RecursionError:
            raise self._file.error("is nested too deeply; an exercise holds strings and tests only") from None
        self._lines = key_lines(text)

    def exercise(self, exercise_id: str) -> Exercise:
        self._check_keys(self._table, KEYS, prefix="")
        kind = self._kind()
        level = self._table.get("level", 1)
        if level not in _LEVELS:
            raise self._place("level").error(f"is {level}; write 1 (easiest) to {_LEVELS[-1]} (hardest)")
        self._check_given(kind)
        if "tolerance" in self._table and kind is not ExerciseKind.STDIN:
            raise self._place("tolerance").error(
                'belongs to kind `stdin`; write `kind = "stdin"` or remove it'
            )
        exercise = Exercise(
            id=exercise_id,
            title=self._required("title").strip(),
            statement=self._required("statement").strip(),
            kind=kind,
            entry_point=self._table.get("entry_point"),
            visible=self._tests("visible"),
            hidden=self._tests("hidden"),
            starter=self._table.get("starter", ""),
            reference=self._table.get("reference"),
            level=level,
            source=self._file.file,
            given=self._table.get("given", ""),
        )
        validate(exercise, self._place)
        return replace(exercise, packages=_packages(exercise))

    def _check_given(self, kind: ExerciseKind) -> None:
        """Given code belongs to kind `data` and takes the place of starter and setup there."""
        if kind is not ExerciseKind.DATA:
            for key in self._lines:
                if key.rpartition(".")[2] == "given":
                    raise self._place(key).error(
                        f'belongs to kind `data`; write `kind = "data"` or remove it ({kind} has `starter`)'
                    )
            return
        self._required("given")
        for key in ("starter", "setup"):
            if key in self._table:
                raise self._place(key).error("does not belong to kind `data`; put the code into `given`")
        if "entry_point" not in self._table:
            raise self._place("entry_point").error("is missing; name the variable that the answer computes")

    def _kind(self) -> ExerciseKind:
        name = self._table.get("kind", ExerciseKind.FUNCTION)
        try:
            return ExerciseKind(name)
        except ValueError:
            kinds = [str(kind) for kind in ExerciseKind]
            hint = did_you_mean(name, kinds) or f"; write one of {', '.join(kinds)}"
            raise self._place("kind").error(f"there is no kind {name!r}{hint}") from None

    def _required(self, key: str) -> str:
        value: str = self._table.get(key, "")
        if not value.strip():
            state = "is empty" if key in self._table else "is missing"
            raise self._place(key).error(f'{state}; write `{key} = "..."`')
        return value

    def _tests(self, group: str) -> tuple[Test, ...]:
        setup: str = self._table.get("setup", "")
        return tuple(
            self._test(table, f"{group}.{number}", setup, self._table.get("given"))
            for number, table in enumerate(self._table.get(group, ()), start=1)
        )

    def _test(self, table: Any, name: str, setup: str, given: str | None) -> Test:
        if not isinstance(table, dict):
            raise self._place(name).error("is not a table; write each test under its own `[[...]]` header")
        self._check_keys(table, _TEST_KEYS, prefix=f"{name}.")
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

    def _check_keys(self, table: dict[str, Any], known: dict[str, type], *, prefix: str) -> None:
        for key, value in table.items():
            place = self._place(prefix + key)
            if key not in known:
                hint = did_you_mean(key, known) or f"; known keys are {', '.join(known)}"
                raise place.error(f"is unknown{hint}")
            whole = known[key] is float and type(value) is int
            if type(value) is not known[key] and not whole:
                raise place.error(f"is {_type_name(value)}; write {_TYPE_NAMES[known[key]]}")

    def _place(self, key: str) -> Place:
        """Where the key stands; a key inside an inline table is placed where that table begins."""
        holder = key
        while holder and holder not in self._lines:
            holder = holder.rpartition(".")[0]
        return self._file.at(key, self._lines.get(holder))

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

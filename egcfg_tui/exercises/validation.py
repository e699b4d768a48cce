"""Checks that an exercise of any format can be solved and scored."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Collection

from egcfg_sandbox import CheckerTest, SnippetTest, StdioTest, SuiteTest, Test
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.stubs import definitions, is_open
from egcfg_tui.exercises.reading.places import LocateKey, Mistakes, Place, did_you_mean


def validate(exercise: Exercise, locate: LocateKey, unread: Collection[str] = ()) -> Exercise:
    """Returns the exercise if it can be solved and scored.

    Otherwise raises `ExerciseError`, with one line per mistake that names its place. Keys in `unread`, whose
    values are already known to be wrong, are not checked again.
    """
    mistakes = Mistakes()
    if not exercise.visible and not exercise.hidden and not {"visible", "hidden"}.intersection(unread):
        mistakes.note(locate("").error("the exercise has no tests; add at least one"))
    if "entry_point" not in unread:
        with mistakes.noted():
            _check_entry_point(exercise, locate("entry_point"))
    for group, tests in (("visible", exercise.visible), ("hidden", exercise.hidden)):
        for number, test in enumerate(tests, start=1):
            with mistakes.noted():
                _check_test(test, exercise, locate(f"{group}.{number}"))
    if exercise.given:
        with mistakes.noted():
            _parse(exercise.given, "the given code", locate("given"), open_end=True)
    for key, code in (("starter", exercise.starter), ("reference", exercise.reference)):
        if code or (code is not None and key == "reference"):
            with mistakes.noted():
                _check_code(exercise, code, key, locate(key))
    mistakes.raise_all()
    return exercise


def _check_entry_point(exercise: Exercise, place: Place) -> None:
    name = exercise.entry_point
    if exercise.kind is ExerciseKind.STDIN:
        if name is not None:
            raise place.error("a program of kind `stdin` has no entry point; remove the key")
    elif name is None:
        if exercise.kind is ExerciseKind.DATA:
            return
        raise place.error(f"is missing; name the {exercise.kind} that the tests use")
    elif not name.isidentifier() or keyword.iskeyword(name):
        raise place.error(f"{name!r} is not a name in Python; write the bare name, without parentheses")


def _check_test(test: Test, exercise: Exercise, place: Place) -> None:
    stdin = exercise.kind is ExerciseKind.STDIN
    if isinstance(test, StdioTest):
        if not stdin:
            raise place.error(f"a {exercise.kind} is tested by `code`; replace `stdin` and `stdout`")
        return
    if stdin:
        raise place.error("a program of kind `stdin` is tested by `stdin` and `stdout`; replace `code`")
    if isinstance(test, SuiteTest | CheckerTest):
        # These tests have their own runners, which report everything else that is wrong.
        _parse(test.source if isinstance(test, SuiteTest) else test.setup, "the test", place)
        return
    if isinstance(test, SnippetTest):
        _check_snippet_test(test, exercise, place)
        return
    setup = _parse(test.setup, "the test's setup", place)
    tree = _parse(test.code, "the test", place)
    if not tree.body:
        raise place.error("the test holds no statement; write an assertion")
    used = python_source.used_names(tree) | python_source.used_names(setup)
    if exercise.entry_point and used.isdisjoint((exercise.entry_point, *exercise.also)):
        raise place.error(
            f"the test does not use `{exercise.entry_point}`; correct the test or `entry_point`"
        )


def _check_snippet_test(test: SnippetTest, exercise: Exercise, place: Place) -> None:
    tree = _parse(test.code, "the test", place)
    if not tree.body:
        raise place.error("the test holds no statement; write an assertion")
    names = [name for name in (exercise.entry_point, *exercise.also) if name]
    if names and python_source.used_names(tree).isdisjoint(names):
        raise place.error(f"the test does not use `{names[0]}`; correct the test or `entry_point`")


def _check_code(exercise: Exercise, code: str, what: str, place: Place) -> None:
    if exercise.kind is ExerciseKind.DATA:
        _parse_snippet(exercise, code, what, place)
        return
    tree = _parse(code, f"the {what}", place, open_end=what == "starter")
    name = exercise.entry_point
    if name is None:
        return
    if what == "starter" and not any(is_open(node) for node in definitions(tree)[-1:]):
        return
    defined = {
        name: node
        for name, node in python_source.definitions(tree).items()
        if not isinstance(node, ast.Import | ast.ImportFrom)
    }
    if name not in defined:
        hint = did_you_mean(name, defined) or "; add it or correct `entry_point`"
        raise place.error(f"the {what} does not define `{name}`{hint}")
    if (exercise.kind is ExerciseKind.CLASS) != isinstance(defined[name], ast.ClassDef):
        raise place.error(f"`{name}` is not a {exercise.kind} in the {what}; correct the {what} or `kind`")


def _parse_snippet(exercise: Exercise, code: str, what: str, place: Place) -> None:
    """Parses a snippet after the code that it continues; errors count lines from the snippet's first line."""
    given = f"{exercise.given.rstrip()}\n" if exercise.given.strip() else ""
    try:
        python_source.parse_open(given + code)
    except python_source.SourceError as error:
        line = max(1, error.line - given.count("\n"))
        raise place.error(
            f"the {what} is not Python after the given code: {error} (its line {line}); correct it"
        ) from None


def _parse(code: str, what: str, place: Place, *, open_end: bool = False) -> ast.Module:
    try:
        return python_source.parse_open(code) if open_end else python_source.parse(code)
    except python_source.SourceError as error:
        raise place.error(f"{what} is not Python: {error} (its line {error.line}); correct it") from None

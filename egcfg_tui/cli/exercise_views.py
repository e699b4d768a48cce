"""Views of exercises and their checks: text for people, plain values for JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from egcfg_sandbox import CheckerTest, CodeTest, StdioTest, SuiteTest, Test, why_inside
from egcfg_tui.cli.columns import columns
from egcfg_tui.exercises import Exercise, ExerciseKind
from egcfg_tui.exercises.checking import Check, CheckedTest
from egcfg_tui.exercises.guarding import tests_inside
from egcfg_tui.terminal_text import printable

_HEADER = ("ID", "LEVEL", "KIND", "VISIBLE", "HIDDEN", "TITLE")


def table(exercises: Sequence[Exercise]) -> str:
    """One line per exercise in aligned columns."""
    return columns([_HEADER, *(_cells(exercise) for exercise in exercises)])


def page(exercise: Exercise, *, everything: bool) -> str:
    """One exercise for reading; hidden tests, setups and the reference only with `everything`."""
    facts = [exercise.id, str(exercise.kind), exercise.entry_point or "", f"level {_level(exercise)}"]
    parts = [f"{exercise.title}\n{' · '.join(fact for fact in facts if fact)}\n{exercise.source}"]
    parts.append(exercise.statement.strip("\n"))
    if exercise.given:
        parts.append(f"Given code, which the answer continues\n{_indented(exercise.given)}")
    if exercise.starter:
        parts.append(f"Starter\n{_indented(exercise.starter)}")
    parts += _tests("Visible", exercise.visible, everything)
    if everything:
        parts += _tests("Hidden", exercise.hidden, everything)
        if exercise.reference is not None:
            parts.append(f"Reference solution\n{_indented(exercise.reference)}")
    elif exercise.hidden:
        parts.append(f"Hidden tests: {len(exercise.hidden)} (`--all` shows them)")
    return printable("\n\n".join(parts))


def failure(check: Check, test: CheckedTest) -> str:
    """Why a reference solution did not pass a test."""
    error = f": {test.result.error}" if test.result.error else ""
    head = f"{check.exercise.source}: {test.name} {test.result.status}{error}"
    return printable(f"{head}\n{_indented(test.result.test)}")


def doubt(check: Check, test: CheckedTest) -> str:
    """The example of a docstring or question that the reference contradicts."""
    origin = "question" if check.exercise.kind is ExerciseKind.DATA else "docstring"
    head = f"{check.exercise.source}: {test.name}, read from the {origin}, contradicts the reference"
    return printable(f"{head}: {test.result.test}")


def summary(exercise: Exercise) -> dict[str, object]:
    """One exercise in short, as JSON values."""
    return {
        "id": exercise.id,
        "title": exercise.title,
        "kind": str(exercise.kind),
        "entry_point": exercise.entry_point,
        "level": exercise.level,
        "visible": len(exercise.visible),
        "hidden": len(exercise.hidden),
        "packages": list(exercise.packages),
        "source": exercise.source,
    }


def details(exercise: Exercise, *, everything: bool) -> dict[str, object]:
    """One exercise in full, as JSON values; hidden tests and the reference only with `everything`."""
    values = summary(exercise) | {
        "statement": exercise.statement,
        "given": exercise.given,
        "starter": exercise.starter,
        "visible_tests": [_test_values(test) for test in exercise.visible],
    }
    if everything:
        values["hidden_tests"] = [_test_values(test) for test in exercise.hidden]
        values["reference"] = exercise.reference
    return values


def outcome(check: Check) -> dict[str, object]:
    """One check, as JSON values."""
    return {
        "exercise": check.exercise.id,
        "source": check.exercise.source,
        "passed": check.passed,
        "inside": [
            {"hidden": test.hidden, "number": test.number, "why": test.why}
            for test in tests_inside(check.exercise)
        ],
        "failures": [_test_row(test) for test in check.failures],
        "doubts": [_test_row(test) for test in check.doubts],
    }


def _test_row(test: CheckedTest) -> dict[str, object]:
    return {
        "hidden": test.hidden,
        "number": test.number,
        "test": test.result.test,
        "status": str(test.result.status),
        "error": test.result.error,
        "guarded": test.result.guarded,
    }


def _test_values(test: Test) -> dict[str, object]:
    """A test as JSON values; a test of a whole file has the names of its files without their contents."""
    values = dataclasses.asdict(test)
    if isinstance(test, SuiteTest):
        values["files"] = [name for name, _ in test.files]
    return values | {"guarded": why_inside(test) is None}


def _cells(exercise: Exercise) -> tuple[str, ...]:
    visible, hidden = str(len(exercise.visible)), str(len(exercise.hidden))
    return exercise.id, _level(exercise), str(exercise.kind), visible, hidden, exercise.title


def _level(exercise: Exercise) -> str:
    return str(exercise.level) if exercise.level else "-"


def _tests(group: str, tests: Sequence[Test], setup: bool) -> list[str]:
    return [
        f"{group} test {number}{_mode(test)}\n{_indented(_test_text(test, setup))}"
        for number, test in enumerate(tests, 1)
    ]


def _test_text(test: Test, setup: bool) -> str:
    if isinstance(test, StdioTest):
        return f"input:\n{_indented(test.stdin)}\noutput:\n{_indented(test.stdout)}"
    if setup and isinstance(test, CodeTest | CheckerTest) and test.setup:
        return f"{test.setup}\n{test.code}"
    return test.text


def _mode(test: Test) -> str:
    """A note for a test whose verdict a program could forge; else empty."""
    why = why_inside(test)
    return "" if why is None else f" (runs inside, unguarded: {why})"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").split("\n"))

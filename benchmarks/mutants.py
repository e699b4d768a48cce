"""Are mutants that pass the visible tests right? Compared with samples that pass them.

    python benchmarks/mutants.py BENCH --tests 3

BENCH is the folder of a bench that ran `sample`. For every exercise: the first sample that passed, and the
first of at most `--most` mutants of the first `--answers` failed answers, the best ones first, that passes
the first `--tests` visible tests. An answer counts as right if it passes all tests, and if it agrees with the
exercise's reference solution on up to 16 inputs that are made by small random changes of those of the tests.
Every exercise is one JSON line; the last line counts.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from egcfg_sandbox import CodeTest, Program, Report, Sandbox, Test
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.events import CodeExecuted
from egcfg_tui.exercises import load_chosen
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.runs.reading import read_recording
from egcfg_tui.solving.mutation.mutants import mutants

INPUTS: Final = 16
TRIES: Final = 200
MOST_S: Final = 0.5
NOBODY: Final = "'a value that no answer gives'"


def main() -> None:
    """Judges what passed in every exercise, and counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--tests", type=int, default=3, help="how many visible tests decide")
    parser.add_argument("--answers", type=int, default=24)
    parser.add_argument("--most", type=int, default=700)
    arguments = parser.parse_args()
    counts = dict.fromkeys(("samples", "right samples", "mutants", "right mutants"), 0)
    with Sandbox() as sandbox:
        for exercise, answers in sampled(arguments.bench):
            judge = Judge(sandbox, exercise, exercise.visible[: arguments.tests])
            passed = judge.passing(answers)
            failed = [answer for answer in answers if answer not in passed][: arguments.answers]
            mutant = judge.first_mutant(failed, arguments.most)
            line: dict[str, Any] = {"exercise": exercise.id}
            for kind, answer in (("sample", next(iter(passed), None)), ("mutant", mutant)):
                line[kind] = None if answer is None else judge.is_right(answer)
                counts[f"{kind}s"] += answer is not None
                counts[f"right {kind}s"] += bool(line[kind])
            print(json.dumps(line), flush=True)
    print(json.dumps(counts))


def sampled(bench: Path) -> Iterator[tuple[Exercise, list[str]]]:
    """The exercises of a bench with the answers that were sampled, in their order."""
    folder = BenchFolder(bench)
    references = {exercise.id: exercise.reference for exercise in folder.plan().exercises}
    for record in folder.read_records():
        if record.method == "sample":
            recording = read_recording(bench / (record.recording or ""))
            events = (timed.event for timed in recording.events)
            answers = [event.executed for event in events if isinstance(event, CodeExecuted)]
            yield load_chosen([references[record.exercise]])[0], answers


class Judge:
    """Runs programs against some of the visible tests of an exercise, and against its reference solution."""

    def __init__(self, sandbox: Sandbox, exercise: Exercise, tests: tuple[Test, ...]) -> None:
        self._sandbox = sandbox
        self._exercise = exercise
        self._tests = tests

    def passing(self, sources: list[str]) -> list[str]:
        """The programs that pass the tests."""
        reports = self._run(sources, self._tests)
        return [source for source, report in zip(sources, reports, strict=True) if report.passed]

    def first_mutant(self, failed: list[str], most: int) -> str | None:
        """The first mutant that passes the tests; each runs the first test that its answer failed before."""
        known: set[str] = set()
        reports = self._run(failed, self._tests)
        by_score = sorted(
            zip(failed, reports, strict=True), key=lambda pair: -sum(row.passed for row in pair[1].results)
        )
        for source, report in by_score:
            first = next(
                test for test, row in zip(self._tests, report.results, strict=True) if not row.passed
            )
            made = list(islice((each for each in mutants(source) if each not in known), most - len(known)))
            known.update(made)
            again = zip(made, self._run(made, (first,)), strict=True)
            passed = self.passing([mutant for mutant, ran in again if ran.passed])
            if passed:
                return passed[0]
        return None

    def is_right(self, source: str) -> bool:
        """Whether a program passes all tests and does on other inputs what the reference does."""
        exercise = self._exercise
        (report,) = self._run([source], exercise.visible + exercise.hidden)
        if not report.passed or exercise.reference is None:
            return report.passed
        tests = tuple(
            CodeTest(f"assert {exercise.entry_point}({', '.join(map(repr, values))}) == {NOBODY}")
            for values in other_inputs(exercise)
        )
        if not tests:
            return True
        wanted, got = self._run([exercise.reference, source], tests)
        pairs = zip(wanted.results, got.results, strict=True)
        return all(ours.got == theirs.got for theirs, ours in pairs if theirs.got is not None)

    def _run(self, sources: list[str], tests: tuple[Test, ...]) -> list[Report]:
        limits = replace(self._exercise.limits, wall_s=MOST_S, cpu_s=MOST_S)
        return self._sandbox.run_many(
            [
                Program(
                    source,
                    tests,
                    limits=limits,
                    entry_point=self._exercise.entry_point,
                    classes=self._exercise.classes,
                )
                for source in sources
            ]
        )


def other_inputs(exercise: Exercise) -> list[list[Any]]:
    """Lists of arguments that differ a little from those of the tests, the same each time."""
    chance = random.Random(exercise.id)
    known = [values for test in exercise.visible + exercise.hidden for values in arguments_of(exercise, test)]
    made: list[list[Any]] = []
    for _ in range(TRIES if known else 0):
        values = list(chance.choice(known))
        if values:
            at = chance.randrange(len(values))
            values[at] = changed(values[at], chance)
        if values not in made and values not in known:
            made.append(values)
    return made[:INPUTS]


def arguments_of(exercise: Exercise, test: Test) -> Iterator[list[Any]]:
    """The arguments of every call of the entry point in a test whose arguments are literals."""
    try:
        nodes = list(ast.walk(ast.parse(getattr(test, "code", ""))))
    except SyntaxError:
        return
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id not in (exercise.entry_point, "candidate"):
                continue
            try:
                yield [ast.literal_eval(argument) for argument in node.args]
            except ValueError:
                continue


def changed(value: Any, chance: random.Random) -> Any:
    """A value of the same type that differs a little."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-3, -2, -1, 1, 2, 3, 7))
    if isinstance(value, float):
        return round(value + chance.uniform(-3, 3), 2)
    if isinstance(value, str):
        return "".join(changed_items(list(value), chance)) if value else "a"
    if isinstance(value, list | tuple):
        return type(value)(changed_items(list(value), chance))
    return value


def changed_items(items: list[Any], chance: random.Random) -> list[Any]:
    """One item left out, repeated, exchanged with another or changed."""
    if not items:
        return items
    at, other = chance.randrange(len(items)), chance.randrange(len(items))
    match chance.randrange(4):
        case 0:
            del items[at]
        case 1:
            items.insert(at, items[other])
        case 2:
            items[at], items[other] = items[other], items[at]
        case _:
            is_letter = isinstance(items[at], str) and len(items[at]) == 1
            items[at] = items[at].swapcase() if is_letter else changed(items[at], chance)
    return items


if __name__ == "__main__":
    main()

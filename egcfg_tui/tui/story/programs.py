"""The program that the screen explains: a candidate of a line, or a whole answer."""

from __future__ import annotations

from dataclasses import dataclass

from egcfg_sandbox import TestResult, Trace
from egcfg_tui.tui.story.candidates import Group, chosen_group, groups
from egcfg_tui.tui.view import AnswerView, LineView, TrialView


@dataclass(frozen=True, slots=True)
class Program:
    """What ran, and how it went on each visible test.

    `code` is the text whose lines traces count; where nothing could be executed, the text as it was sampled.
    `candidate` is the first of the candidates that it stands for, None for a whole answer.
    """

    name: str
    code: str
    results: tuple[TestResult, ...]
    candidate: int | None = None

    def result(self, test: int | None) -> tuple[int, TestResult] | None:
        """The index and result of a test; if it is None, of the first test that did not pass."""
        if not self.results:
            return None
        if test is None:
            failed = (at for at, result in enumerate(self.results) if not result.passed)
            test = next(failed, 0)
        test = min(test, len(self.results) - 1)
        return test, self.results[test]

    def trace(self, test: int | None) -> Trace | None:
        """The trace of that test."""
        found = self.result(test)
        return found[1].trace if found else None


def of_group(group: Group, line: LineView, code: str) -> Program:
    """The program of a candidate; `code` is the code of its trial."""
    run = group.run
    if run is not None and run.source is not None:
        return Program(group.name, run.source, run.results, group.indexes[0])
    before = "".join(f"{row}\n" for row in code.split("\n")[: line.row - 1])
    results = run.results if run is not None else ()
    return Program(group.name, before + group.text.lstrip("\n"), results, group.indexes[0])


def of_answer(answer: AnswerView, name: str) -> Program:
    """The program of a whole answer."""
    return Program(name, answer.executed or answer.code, answer.results)


def best_known(trial: TrialView, line: LineView | None) -> Program | None:
    """The program to explain if the user chose none.

    It is the candidate that begins like the chosen line, else the one that passes the most tests; without
    candidates it is the best whole answer of the trial.
    """
    found = groups(line) if line is not None and line.candidates else []
    if line is not None and found:
        best = max(found, key=lambda group: sum(r.passed for r in group.run.results) if group.run else -1)
        return of_group(chosen_group(line, found) or best, line, trial.code)
    answer = trial.best_answer
    return of_answer(answer, trial.name_of(answer) if trial.way.whole else "whole answer") if answer else None

"""Tests that are unittest classes. The library is loaded only for a test that imports it: it is large."""

from __future__ import annotations

from typing import Any

from egcfg_sandbox.judge.faults import NotATest


def take_over() -> None:
    """Makes `unittest.main()` in a test do nothing: its classes are run afterwards."""
    import unittest

    unittest.main = lambda *_, **__: None  # type: ignore[assignment]


def run(namespace: dict[str, Any]) -> None:
    """Runs the classes a test defined; raises the first failure."""
    import unittest

    cases = [
        value
        for value in namespace.values()
        if type(value) is type and issubclass(value, unittest.TestCase) and value.__module__ == "__main__"
    ]
    if not cases:
        return
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)
    result = unittest.TestResult()
    result.failfast = True
    first: list[BaseException] = []

    def note(test: Any, error: Any) -> None:
        if error is not None:
            first.append(error[1])
            result.stop()

    def note_subtest(test: Any, subtest: Any, error: Any) -> None:
        note(test, error)

    def note_success(test: Any) -> None:
        note(test, (None, AssertionError("an expected failure did not happen")))

    hooks = {"addError": note, "addFailure": note, "addSubTest": note_subtest}
    for name, hook in (*hooks.items(), ("addUnexpectedSuccess", note_success)):
        setattr(result, name, hook)
    suite.run(result)
    if first:
        raise first[0]
    if result.testsRun == len(result.skipped):
        raise NotATest("the test's classes hold no test")

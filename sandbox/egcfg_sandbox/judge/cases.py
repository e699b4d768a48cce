"""Tests that are unittest classes. Imported only for a test that imports unittest: it is large."""

from __future__ import annotations

import unittest
from types import TracebackType
from typing import Any

from egcfg_sandbox.judge.faults import NotATest


def take_over() -> None:
    """Makes `unittest.main()` in a test do nothing: its classes are run afterwards."""
    unittest.main = lambda *_, **__: None  # type: ignore[assignment]


def run(namespace: dict[str, Any]) -> None:
    """Runs the classes a test defined; raises the first failure."""
    found = [
        value for value in namespace.values() if type(value) is type and issubclass(value, unittest.TestCase)
    ]
    own = [case for case in found if case.__module__ == "__main__"]
    if not own:
        return
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in own)
    result = _FirstFailure()
    suite.run(result)
    if result.first is not None:
        raise result.first
    if result.testsRun == len(result.skipped):
        raise NotATest("the test's classes hold no test")


class _FirstFailure(unittest.TestResult):
    """Keeps the first exception of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.failfast = True
        self.first: BaseException | None = None

    def _note(self, error: Any) -> None:
        if self.first is None and error is not None:
            self.first = error[1]
        self.shouldStop = True

    def addError(
        self, test: Any, err: tuple[type[BaseException], BaseException, TracebackType] | Any
    ) -> None:
        self._note(err)

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        self._note(err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        self._note(err)

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802
        self._note((AssertionError, AssertionError("an expected failure did not happen"), None))

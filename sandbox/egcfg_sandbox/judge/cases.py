"""Runs what a test defines but does not call: classes, functions and `check(candidate)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from egcfg_sandbox.assertions import Checks, NotATest
from egcfg_sandbox.uncalled import Uncalled


def run_uncalled(uncalled: Uncalled, namespace: dict[str, Any], candidate: Callable[[], Any]) -> None:
    """Runs plain classes, functions and checks; `candidate` gives what is under test, or raises why not."""
    for name in uncalled.classes:
        _run_methods(namespace[name])
    for name in uncalled.functions:
        namespace[name]()
    for name in uncalled.checks:
        namespace[name](candidate())


def _run_methods(kind: type) -> None:
    """Runs a class without base classes, each method on a new object."""
    _call(kind, "setup_class")
    for name in [name for name in vars(kind) if name.startswith("test")]:
        made = kind()
        _call(made, "setup_method", name)
        getattr(made, name)()
        _call(made, "teardown_method", name)
    _call(kind, "teardown_class")


def _call(owner: Any, name: str, *arguments: Any) -> None:
    """Calls a function if there is one, with the argument if it takes one."""
    method = getattr(owner, name, None)
    if method is not None:
        method(*arguments[: method.__code__.co_argcount - 1])


def take_over(checks: Checks) -> None:
    """Makes unittest note failures and `unittest.main()` do nothing; the judge runs the classes later."""
    import unittest  # large: only for a test that imports it

    unittest.TestCase.failureException = checks.failed
    unittest.main = lambda *_, **__: None  # type: ignore[assignment]


def run_unittest(namespace: dict[str, Any]) -> None:
    """Runs the classes of unittest that a test defined; raises the first exception of one."""
    import unittest

    cases = [
        value
        for value in namespace.values()
        if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__module__ == "__main__"
    ]
    if not cases:
        return
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)
    result = _Result()
    suite.run(result)
    if result.raised is not None:
        raise result.raised
    if result.unexpectedSuccesses:
        raise AssertionError("an expected failure did not happen")
    if result.testsRun == len(result.skipped):
        raise NotATest("the test's classes hold no test")


def _Result() -> Any:  # noqa: N802 (the class is made when unittest is there)
    import unittest

    class Result(unittest.TestResult):
        """A result that keeps the first exception and ends the suite."""

        raised: BaseException | None = None

        def addError(self, test: Any, error: Any) -> None:  # noqa: N802
            self.raised = self.raised or error[1]
            self.stop()

        def addFailure(self, test: Any, error: Any) -> None:  # noqa: N802
            self.addError(test, error)

        def addSubTest(self, test: Any, subtest: Any, error: Any) -> None:  # noqa: N802
            if error is not None:
                self.addError(test, error)

    return Result()

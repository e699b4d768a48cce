"""Tests that are unittest classes. The library is loaded only for a test that imports it: it is large."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Generator
from inspect import iscoroutinefunction, isfunction
from typing import Any

from egcfg_sandbox.judge.faults import NotATest


def take_over() -> None:
    """Makes `unittest.main()` in a test do nothing: its classes are run afterwards."""
    import unittest

    unittest.main = lambda *_, **__: None  # type: ignore[assignment]
    run_suite = unittest.TextTestRunner.run

    def run_and_look(self: Any, suite: Any) -> Any:
        """Nobody may look at what comes out."""
        result = run_suite(self, suite)
        if not result.wasSuccessful():
            raise AssertionError("the test's own runner tells of failures")
        return result

    unittest.TextTestRunner.run = run_and_look  # type: ignore[assignment,method-assign]


def finished(result: Any) -> None:
    """Runs what a test function has given to its end, if it is a coroutine."""
    if isinstance(result, Coroutine):
        import asyncio

        asyncio.run(result)
    elif isinstance(result, Generator):
        raise NotATest("a test function yields: nobody runs it to its end")


def run(namespace: dict[str, Any]) -> None:
    """Runs the classes a test defined; raises the first failure."""
    import unittest

    cases = [
        value
        for value in namespace.values()
        if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__module__ == "__main__"
    ]
    if not cases:
        return
    for case in cases:
        _finish_coroutines(case)
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


def _finish_coroutines(case: Any) -> None:
    """Has test methods that are coroutines run, which a plain class of unittest would not."""
    import unittest

    if issubclass(case, unittest.IsolatedAsyncioTestCase):
        return
    for name in dir(case):
        method = getattr(case, name)
        if name.startswith("test") and iscoroutinefunction(method):
            setattr(case, name, _finishing(method))


def _finishing(method: Callable[..., Any]) -> Callable[..., None]:
    @functools.wraps(method)
    def run_to_its_end(self: Any) -> None:
        finished(method(self))

    return run_to_its_end


def run_plain(kind: Any) -> None:
    """Runs a class named `Test...` that extends nothing, a new object for each method."""
    if type(kind) is type and "__init__" not in vars(kind):
        _run_methods(kind)


def _run_methods(kind: type) -> None:
    _call(kind, "setup_class")
    for name, method in list(vars(kind).items()):
        if not (name.startswith("test") and isfunction(method)):
            continue
        made = kind()
        _call(made, "setup_method", method)
        finished(getattr(made, name)())
        _call(made, "teardown_method", method)
    _call(kind, "teardown_class")


def _call(owner: Any, name: str, *arguments: Any) -> None:
    """Calls what may be there, with an argument if it takes one."""
    method = getattr(owner, name, None)
    if method is not None:
        method(*arguments[: method.__code__.co_argcount - 1])

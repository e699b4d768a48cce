"""Runs one test function, or all of a file, by pytest in this process. The only module that needs pytest."""

from __future__ import annotations

import asyncio
import inspect
import io
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import pytest

_PLUGINS: Final = {
    "mocker": "pytest_mock",
    "freezer": "pytest_freezer",
    "faker": "faker.contrib.pytest.plugin",
}
"""Plugins that bring a fixture of that name: loaded where the file uses it and they are installed."""
_OPTIONS: Final = (
    "--capture=no",
    "--strict-config",
    *(f"-pno:{name}" for name in ("cacheprovider", "faulthandler", "threadexception", "unraisableexception")),
)
Traced = Callable[[], AbstractContextManager[None]]


class NothingRan(Exception):
    """pytest ran no test to its end, for a reason that is not an exception of test or program."""


def run(file: Path, node: str | None, traced: Traced, text: str = "") -> BaseException | None:
    """Returns the first exception of the file, or of the test function `node` in it; None: all passed.

    `traced` is entered while code of test and program runs. `text`: that of the file.
    """
    watcher = _Watcher(traced)
    arguments = [str(file) if node is None else f"{file}::{node}", *_OPTIONS]
    arguments += [f"--rootdir={file.parent}", f"--basetemp={file.parent / '.pytest'}", "-c/dev/null"]
    arguments += [f"-p{plugin}" for fixture, plugin in _PLUGINS.items() if fixture in text]
    code = pytest.main(arguments, plugins=[watcher, _Coroutines()])
    if watcher.first is not None:
        return watcher.first
    if watcher.skipped is not None:
        return NothingRan(f"the test was skipped: {watcher.skipped}")
    if code == pytest.ExitCode.OK and watcher.passed == watcher.collected > 0:
        return None
    if not watcher.collected:
        return NothingRan("pytest finds no such test in the file")
    return NothingRan(f"pytest ended early ({pytest.ExitCode(code).name})")


class _Watcher:
    """Notes the first exception, and which tests passed from setup to teardown."""

    def __init__(self, traced: Traced) -> None:
        self._traced = traced
        self.first: BaseException | None = None
        self.skipped: str | None = None
        self.passed = 0
        self.collected = 0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Lets pytest show nothing: what is printed is the program's output.

        Its reporter must stay, as it explains failed assertions.
        """
        config.get_terminal_writer()._file = io.StringIO()

    def _note(self, error: BaseException) -> None:
        if self.first is None:
            self.first = error

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected = len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Generator[None, Any, Any]:
        report = yield
        call = getattr(report, "call", None)
        if call is not None and call.excinfo is not None and not report.passed:
            error = call.excinfo.value
            self._note(error.__cause__ or error)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: Any) -> Generator[None, Any, Any]:
        with self._traced():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: Any) -> Generator[None, Any, Any]:
        with self._traced():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: Any) -> Generator[None, Any, Any]:
        with self._traced():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, Any]:
        report = yield
        if report.failed:
            error = None if call.excinfo is None else call.excinfo.value
            self._note(error or NothingRan(str(report.longrepr)))
        elif report.skipped and not _is_marked_to_fail(report, call):
            self.skipped = str(getattr(call.excinfo, "value", "")) or "without a reason"
        elif report.when == "call":
            self.passed += 1
        return report

    def pytest_internalerror(self, excinfo: Any) -> None:
        self._note(excinfo.value)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        self._note(excinfo.value)


def _is_marked_to_fail(report: Any, call: Any) -> bool:
    """Whether a failure is what the test's mark says; a program may call `pytest.xfail` as well."""
    called = call.excinfo is not None and isinstance(call.excinfo.value, pytest.xfail.Exception)
    return hasattr(report, "wasxfail") and not called


class _Coroutines:
    """Runs test functions and fixtures that are coroutines; each test gets its own event loop."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def _run(self, coroutine: Any) -> Any:
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(coroutine)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: Any) -> bool | None:
        if not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        wanted = pyfuncitem._fixtureinfo.argnames
        self._run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> None:
        function = fixturedef.func
        if inspect.iscoroutinefunction(function):
            fixturedef.func = lambda *given, **named: self._run(function(*given, **named))
        elif inspect.isasyncgenfunction(function):

            def to_its_yield(*given: Any, **named: Any) -> Any:
                generator = function(*given, **named)
                request.addfinalizer(lambda: self._run(_finish(generator)))
                return self._run(anext(generator))

            fixturedef.func = to_its_yield

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: Any) -> Generator[None, Any, Any]:
        try:
            return (yield)
        finally:
            if self._runner is not None:
                self._runner.close()
                self._runner = None


async def _finish(generator: Any) -> None:
    async for _ in generator:
        raise RuntimeError("an asynchronous fixture yields more than once")

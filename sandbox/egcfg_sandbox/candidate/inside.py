"""Runs a test in the program's own process, where both share everything: the mode `inside`.

A test that is code is executed; one that leaves functions or classes to a runner, and one of a whole test
file, is run by pytest. The outcome goes back by the channel that the judge asked by, with the number of its
question. So a program that exits early or prints a report does not pass by accident; one that looks for the
number can still forge its verdict.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib.abc
import json
import os
import sys
import types
import unittest
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, Final

from egcfg_sandbox.assertions import SHOWN, CheckedTest, NotATest
from egcfg_sandbox.candidate.errors import describe_error, exit_text, verdict_of
from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.candidate.tracing import Tracing
from egcfg_sandbox.orders import Brief
from egcfg_sandbox.uncalled import uncalled
from egcfg_sandbox.verdicts import CheckerTest, CodeTest, SnippetTest, SuiteTest, Verdict

_TEMPORARY: Final = ".tmp"
_PLAIN_MODULE: Final = "program"
_PLAIN_FILE: Final = "test_program.py"
_FILLING: Final = "_program_of_this_test"
_READ_ONLY: Final = 0o444
_RENDERER: Final = Renderer(SHOWN)
_USUAL_NAMES: Final = {"np": "numpy", "numpy": "numpy", "pd": "pandas", "pandas": "pandas"}
Outcome = tuple[Verdict, str | None]


class Inside:
    """One test, with the program in whose process it runs."""

    def __init__(self, brief: Brief, tracing: Tracing) -> None:
        self._test = test = brief.test
        self._source = brief.source
        self._entry_point = brief.entry_point
        self._tracing = tracing
        self._window: tuple[int, int] | None = None
        self._folder = Path.cwd()
        self._module = test.module if isinstance(test, SuiteTest) else _PLAIN_MODULE
        self._file = self._folder / f"{self._module}.py"
        self._own_files = frozenset({str(self._file)})

    def outcome(self) -> Outcome:
        """Runs the test to its end."""
        self._set_up()
        try:
            error = self._first_error()
        except BaseException as raised:
            error = raised
        return (Verdict.PASSED, None) if error is None else self._told(error)

    def _set_up(self) -> None:
        """Writes the files and the environment; keeps `unittest.main()` from running tests twice."""
        temporary = self._folder / _TEMPORARY
        temporary.mkdir(exist_ok=True)
        os.environ |= {
            "HOME": str(self._folder),
            "MPLCONFIGDIR": str(temporary),
            "TMPDIR": str(temporary),
        }
        for name, content in self._test.files if isinstance(self._test, SuiteTest) else ():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("utf-8", "surrogateescape"))
            path.chmod(_READ_ONLY)
        if not isinstance(self._test, SnippetTest | CheckerTest):
            self._file.write_bytes(self._source.encode("utf-8", "surrogatepass"))
        sys.path.insert(0, str(self._folder))
        sys.dont_write_bytecode = True
        unittest.main = lambda *_, **__: None  # type: ignore[assignment]

    def _first_error(self) -> BaseException | None:
        match self._test:
            case SuiteTest(file=file, node=node):
                sys.meta_path.insert(0, _Finder(self._module, self._file, self._fill))
                return self._by_pytest(self._folder / file, node, self._test.source)
            case SnippetTest():
                self._snippet(self._test)
                return None
            case CheckerTest():
                self._checker(self._test)
                return None
            case CodeTest(setup=setup, code=code):
                return self._code(setup, code)
            case _:
                raise NotATest("a test of this kind does not run inside")

    def _by_pytest(self, file: Path, node: str | None, text: str) -> BaseException | None:
        try:
            from egcfg_sandbox.candidate import with_pytest
        except ImportError:
            raise NotATest("the test needs pytest, which is not installed: `pip install pytest`") from None
        return with_pytest.run(file, node, self._tracing.active, text)

    def _fill(self, scope: dict[str, Any]) -> None:
        """Executes the program in the variables of a module."""
        source = self._source.encode("utf-8", "surrogatepass")
        code = compile(source, str(self._file), "exec", dont_inherit=True)
        self._tracing.prepare(source, code, str(self._file))
        with self._tracing.active():
            exec(code, scope)

    def _code(self, setup: str, code: str) -> BaseException | None:
        """Program and test share the variables of one module, as if written into one file."""
        tree = ast.parse(f"{setup}\n{code}")
        calls = uncalled(tree)
        if calls.tests:
            return self._code_by_pytest(tree, code)
        module = types.ModuleType(_PLAIN_MODULE)
        module.__file__ = str(self._file)
        sys.modules[_PLAIN_MODULE] = sys.modules["__main__"] = module
        scope = vars(module)
        self._fill(scope)
        scope |= {"__name__": "__main__"} | _libraries(tree)
        with self._tracing.active():
            self._run_test(tree, scope)
            for name in calls.checks:
                if self._entry_point is None:
                    raise NotATest(f"the test does not call its {name}(), and no entry_point is given")
                if self._entry_point not in scope:
                    raise NameError(f"name {self._entry_point!r} is not defined", name=self._entry_point)
                scope[name](scope[self._entry_point])
        return None

    def _code_by_pytest(self, tree: ast.Module, code: str) -> BaseException | None:
        """The same for a test with functions for pytest: the program is executed in the test's file."""

        def fill(scope: dict[str, Any]) -> None:
            sys.modules[_PLAIN_MODULE] = sys.modules["__main__"] = sys.modules[scope["__name__"]]
            self._fill(scope)
            scope |= _libraries(tree)

        sys.modules[_FILLING] = types.SimpleNamespace(fill=fill)  # type: ignore[assignment]
        path = self._folder / _PLAIN_FILE
        line = f"__import__({_FILLING!r}).fill(globals())"
        path.write_text(_behind_futures(tree, line), "utf-8", "surrogatepass")
        return self._by_pytest(path, None, code)

    def _snippet(self, test: SnippetTest) -> None:
        variables = self._execute(test.whole(self._source), test.window(self._source), {})
        self._run_test(ast.parse(test.code), variables)

    def _checker(self, test: CheckerTest) -> None:
        def execute(text: Any, variables: Any = None, *_: Any) -> None:
            if isinstance(text, types.CodeType):
                return builtins.exec(text, variables)
            self._execute(text, _window(self._source, text), {} if variables is None else variables)
            return None

        scope: dict[str, Any] = {"__name__": "__main__", "solution": self._source, "exec": execute}
        tree = ast.parse(f"{test.setup}\n{test.code}")
        self._run_test(tree, scope)

    def _run_test(self, tree: ast.Module, scope: dict[str, Any]) -> None:
        """Executes a test so that a failed comparison reports both of its sides."""
        test = CheckedTest([tree], {self._entry_point or ""})
        scope |= test.checks(_RENDERER.text).tools()
        for code in test.codes:
            exec(code, scope)

    def _execute(
        self, text: str, window: tuple[int, int] | None, variables: dict[str, Any]
    ) -> dict[str, Any]:
        """Executes a text that holds the snippet, whose lines are those of the window."""
        source = text.encode("utf-8", "surrogatepass")
        self._own_files |= {"<program>"}
        self._window = window
        code = compile(source, "<program>", "exec", dont_inherit=True)
        self._tracing.prepare(source, code, "<program>", window)
        with self._tracing.active():
            exec(code, variables)
        return variables

    def _told(self, error: BaseException) -> Outcome:
        """What an exception says: the program's fault where it came from there, else that of its values."""
        of_program, line = self._raised_by_program(error)
        text = describe_error(error, _RENDERER.text)
        where = f" (line {line})" if line is not None else ""
        number = getattr(error, "errno", None)
        match error:
            case SystemExit():
                return Verdict.CRASHED, f"{exit_text(error)}{where}"
            case KeyboardInterrupt():
                return Verdict.CRASHED, f"{text}{where}"
            case MemoryError() | OSError() if (verdict := verdict_of(error, number)) is not Verdict.ERROR:
                return verdict, f"{text}{where}"
            case RuntimeError() if str(error) == "can't start new thread":
                return Verdict.ERROR, f"{text}: more threads than the limit on processes and threads allows"
            case NotATest():
                return Verdict.ERROR, str(error)
        if type(error).__name__ == "NothingRan" or of_program:
            return Verdict.ERROR, f"{text.removeprefix('NothingRan: ')}{where}"
        if isinstance(error, NameError) and not isinstance(error, UnboundLocalError):
            return Verdict.ERROR, f"NameError: the program does not define {error.name!r}"
        if type(error).__name__ == "FixtureLookupError":
            return Verdict.ERROR, f"fixture {getattr(error, 'argname', '')!r} not found"
        if isinstance(error, ImportError | SyntaxError):
            return Verdict.ERROR, text
        if isinstance(error, AssertionError) or type(error).__name__ == "Failed":
            return Verdict.FAILED, f"AssertionError: {error}" if str(error) else "AssertionError"
        return Verdict.FAILED, f"{text} (in the test)"

    def _raised_by_program(self, error: BaseException) -> tuple[bool, int | None]:
        """Whether the program is where the exception was raised or passed last, and in which line of it."""
        if isinstance(error, SyntaxError) and error.filename in self._own_files:
            return True, self._line(error.lineno)
        line, deepest = None, False
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if file in self._own_files:
                own = self._line(trace.tb_lineno)
                line, deepest = (own, True) if own is not None else (line, deepest)
            elif file == "<test>" or file.startswith(str(self._folder)):
                deepest = False
            trace = trace.tb_next
        return deepest, line if deepest else None

    def _line(self, line: int | None) -> int | None:
        """The line counted in the program; None outside of it."""
        if self._window is None or line is None:
            return line
        first, last = self._window
        return line - first + 1 if first <= line <= last else None


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets imports find the program under the name of its module."""

    def __init__(self, name: str, file: Path, fill: Any) -> None:
        self._name, self._file, self._fill = name, file, fill

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """The protocol of `sys.meta_path`."""
        if name != self._name:
            return None
        spec = ModuleSpec(name, self, origin=str(self._file))
        spec.has_location = True
        return spec

    def exec_module(self, module: types.ModuleType) -> None:
        """Executes the program."""
        self._fill(vars(module))


def _libraries(tree: ast.Module) -> dict[str, Any]:
    """The libraries that a test uses by their usual names without importing them: never the program's."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    own = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    used = {node.id for node in names} & _USUAL_NAMES.keys() - own
    return {name: importlib.import_module(_USUAL_NAMES[name]) for name in used}


def _behind_futures(tree: ast.Module, line: str) -> str:
    """The text with a line added after its imports of `__future__`, which must come first."""
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    rest = [node for node in tree.body if node not in futures]
    return ast.unparse(ast.Module([*futures, *ast.parse(line).body, *rest], []))


def _window(snippet: str, text: str) -> tuple[int, int] | None:
    """The first and last line of a snippet in the text that holds it."""
    start = text.find(snippet.rstrip()) if snippet.strip() else -1
    if start < 0:
        return None
    first = text.count("\n", 0, start) + 1
    return first, first + snippet.rstrip().count("\n")


def answer(number: bytes, brief: Brief, tracing: Tracing) -> bytes:
    """The report on a test: the number it was asked by, the verdict, and one line that says why."""
    # Before the test: it may replace any of them, in all innocence.
    flushed = [sys.stdout, sys.stderr]
    dump, suppress = json.dumps, contextlib.suppress
    verdict, text = Inside(brief, tracing).outcome()
    for stream in flushed:
        with suppress(Exception):
            stream.flush()
    return number + dump([verdict.value, text]).encode()

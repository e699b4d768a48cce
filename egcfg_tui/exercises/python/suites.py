"""Reads the test functions of a unittest or pytest file, each as a separate test.

A function that only asserts is cut out of the file: models read short assertions well, and the sandbox can
judge them guarded. For any other function the test holds the whole file, and pytest runs that function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import SuiteTest, Test, why_inside
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.cutting import Cutter, marks_of
from egcfg_tui.exercises.reading.places import Place

_PREPARING_NAMES: Final = """
setup_module teardown_module setup_function teardown_function setUpModule tearDownModule load_tests
pytest_plugins pytestmark setup teardown
"""
_PREPARING: Final = frozenset(_PREPARING_NAMES.split())
"""Names that prepare or mark every test of a file."""
_STANDARD: Final = frozenset(
    {"Counter", "OrderedDict", "defaultdict", "deque", "datetime", "date", "timedelta", "Decimal", "Fraction"}
)
"""Names that the judge never takes from the program, which might have forged ones."""
_LEFT_OUT: Final = {
    **dict.fromkeys(("skip", "skipIf", "skipUnless", "skipif"), "is skipped"),
    **dict.fromkeys(("xfail", "expectedFailure"), "is expected to fail"),
}

_WITH_PYTEST: Final = "uses its runner for more than assertions"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Suite:
    """A test file for `module`. `beside` are the other files that it needs: modules, `conftest.py`, data."""

    tree: ast.Module
    text: str
    file: str
    module: str
    place: Place
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """All files that the tests need in their folder, with names and contents."""
        return ((self.file, self.text), *self.beside)


@dataclass(frozen=True, slots=True)
class SuiteTests:
    """The tests of a file, and one sentence for each test that is left out."""

    tests: tuple[Test, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A test function, its name in pytest (`Class::method`), and the classes around it."""

    function: Function
    node: str
    classes: tuple[ast.ClassDef, ...] = ()

    @property
    def decorators(self) -> list[ast.expr]:
        """The decorators of the function and of its classes."""
        return [line for one in (*self.classes, self.function) for line in one.decorator_list]


def read_tests(suite: Suite) -> SuiteTests:
    """Every test of a test file, in its order."""
    reaching = _reaching_all(suite)
    cutter = Cutter(suite.tree, suite.module)
    tests: list[Test] = []
    left_out: list[str] = []
    for found in _tests(suite.tree.body):
        if isinstance(found, ast.stmt):
            tests.append(cutter.statement(found))
            continue
        if reason := _reason_to_leave_out(found):
            left_out.append(f"{suite.place.file}: `{found.node}` {reason}; it is left out")
            continue
        cut = None if reaching else cutter.cut(found.function, found.classes)
        if cut is None:
            tests.append(_whole(suite, found, reaching or _WITH_PYTEST))
        elif why := next(filter(None, map(why_inside, cut)), None):
            tests.append(_whole(suite, found, why))
        else:
            tests += cut
    return SuiteTests(tuple(tests), tuple(left_out))


def _whole(suite: Suite, found: _Found, why: str) -> SuiteTest:
    decorated = [line.lineno for line in found.function.decorator_list]
    lines = suite.text.split("\n")
    first = min([found.function.lineno, *decorated]) - 1
    shown = ast.unparse(found.function)
    if found.function.end_lineno is not None and found.function.end_lineno <= len(lines):
        shown = _dedented(lines[first : found.function.end_lineno]) or shown
    return SuiteTest(found.node, suite.file, suite.module, suite.files, shown, why)


def _dedented(lines: list[str]) -> str:
    indent = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[indent:] if not line[:indent].strip() else line for line in lines).rstrip()


def _reaching_all(suite: Suite) -> str | None:
    """Why no test can be cut out of the file: something in or beside it affects all tests; else None."""
    for name, _ in suite.beside:
        # A helper module affects only the tests that use it.
        if name == "conftest.py" or not name.endswith(".py"):
            return f"uses {name} beside it"
    for name in python_source.imported_names(suite.tree, suite.module):
        if name in _STANDARD:
            return f"takes `{name}` from the program, which a guarded test has from the standard library"
    for name in python_source.definitions(suite.tree):
        if name in _PREPARING or name.startswith("pytest_"):
            return f"is prepared by `{name}`"
    for node in ast.walk(suite.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_automatic_fixture(node):
            return f"is prepared by the fixture `{node.name}`"
    return None


def _is_automatic_fixture(function: Function) -> bool:
    return any(
        "fixture(" in (text := ast.unparse(line)) and "autouse" in text for line in function.decorator_list
    )


def _reason_to_leave_out(found: _Found) -> str | None:
    return next((_LEFT_OUT[mark] for mark in marks_of(found.decorators) if mark in _LEFT_OUT), None)


def _tests(body: list[ast.stmt]) -> Iterator[_Found | ast.stmt]:
    """Test functions and methods as pytest collects them, and assertions at the top level."""
    classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test"):
                yield _Found(node, name)
            case ast.ClassDef() if _is_collected(node, classes):
                yield from _methods(node, classes, ())
            case ast.Assert():
                yield node
            case ast.If() if "__name__" in python_source.used_names(node.test):
                yield from (line for line in node.body if isinstance(line, ast.Assert))
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                yield from (found for found in _tests([*inner, *other]) if isinstance(found, _Found))
            case _:
                pass


def _is_collected(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    """Whether pytest looks for tests in a class."""
    if is_case(node, classes):
        return True
    has_init = any(isinstance(member, ast.FunctionDef) and member.name == "__init__" for member in node.body)
    return node.name.startswith("Test") and not has_init


def is_case(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    """Whether a class inherits from `TestCase`, directly or through a class of the same file."""
    for base in map(ast.unparse, node.bases):
        if base.endswith("TestCase"):
            return True
        if base in classes and base != node.name and is_case(classes[base], classes):
            return True
    return False


def _methods(
    node: ast.ClassDef, classes: dict[str, ast.ClassDef], outer: tuple[ast.ClassDef, ...]
) -> Iterator[_Found]:
    """The tests of a class, with those that it inherits from classes of the same file."""
    around = (*outer, node)
    path = "::".join(one.name for one in around)
    taken: set[str] = set()
    for owner in _lineage(node, classes):
        for member in owner.body:
            name = getattr(member, "name", "")
            if not name or name in taken:
                continue
            taken.add(name)
            if isinstance(member, Function) and name.startswith("test"):
                yield _Found(member, f"{path}::{name}", around)
            elif isinstance(member, ast.ClassDef) and _is_collected(member, {}):
                yield from _methods(member, classes, around)


def _lineage(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Iterator[ast.ClassDef]:
    yield node
    for base in map(ast.unparse, node.bases):
        if base in classes and base != node.name:
            yield from _lineage(classes[base], classes)

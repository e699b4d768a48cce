"""Decides the mode of a test, `guarded` or `inside`, from its text alone, so no program can choose it.

Guarded: the judge executes the test in a process of its own, and only values cross to the program's. A test
that needs more than values runs inside, in the program's process. In doubt it is inside.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from egcfg_sandbox.server.preloading import large_imports
from egcfg_sandbox.verdicts import CheckerTest, CodeTest, SnippetTest, StdioTest, SuiteTest, Test

_VALUE_MODULES_NAMES: Final = """
__future__ bisect cmath collections contextlib copy datetime decimal enum fractions functools heapq
itertools json math numbers operator random re statistics string textwrap time typing
unicodedata unittest
"""
_VALUE_MODULES: Final = frozenset(_VALUE_MODULES_NAMES.split())
"""Modules whose functions work on values and whose classes are values, here as in the program's process."""

_VALUES_OF_SYS: Final = frozenset({"maxsize", "float_info", "version_info", "getrecursionlimit"})
_NOT_VALUES: Final = {
    "unittest.mock": "replaces parts of the program",
    "unittest.IsolatedAsyncioTestCase": "runs coroutines",
    "contextlib.redirect_stdout": "replaces a stream",
    "contextlib.redirect_stderr": "replaces a stream",
    "contextlib.chdir": "changes the working folder",
    "random.seed": "seeds the random numbers that the program draws",
    "random.setstate": "sets the state of the random numbers that the program draws",
    "typing.get_type_hints": "evaluates annotations of the program",
}
"""What those modules have besides, and what a test does with it."""

_BEYOND_VALUES: Final = "works with arrays, tables or models, which do not cross to the judge as plain values"
_REACHING: Final = {
    **dict.fromkeys(("patch", "Mock", "MagicMock", "AsyncMock", "mocker"), "replaces parts of the program"),
    **dict.fromkeys(("eval", "exec", "compile", "__import__"), "executes text"),
    **dict.fromkeys(("globals", "locals", "vars", "__builtins__"), "looks at variables by reflection"),
    **dict.fromkeys(("open", "__file__"), "uses files"),
    **dict.fromkeys(("input", "breakpoint"), "reads standard input"),
    **dict.fromkeys(("help", "id"), "looks at objects of the program"),
    **dict.fromkeys(("np", "numpy", "pd", "pandas"), _BEYOND_VALUES),
}
"""Names by which a test reaches beyond its variables, and what it does with them."""

_HEARING: Final = (
    "assertWarns",
    "assertLogs",
    "assertNoLogs",
    "enterContext",
    "addModuleCleanup",
    "addCleanup",
)
"""Methods of unittest that hear of what happens in the program's process, or change it."""
_PLAIN_SPECIAL: Final = frozenset({"__name__", "__doc__", "__init__", "__class__", "__future__"})
_CHANGING_NAMES: Final = """
append extend insert remove pop clear update add discard setdefault sort reverse popitem appendleft popleft
"""
_CHANGING: Final = frozenset(_CHANGING_NAMES.split())
_EXCEPTIONS: Final = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
_CASES: Final = ("TestCase", "unittest.TestCase")
_RULING: Final = re.compile(r"\bAssertionError\b|\bexpectedFailure\b")
"""What a test may only name where it expects one of its own checks to fail."""


def why_inside(test: Test) -> str | None:
    """What the text of a test does that needs the mode `inside`, as in "the test ..."; None: guarded."""
    match test:
        case StdioTest():
            return None
        case SuiteTest(why=why):
            return why
        case CheckerTest():
            return "executes the program's text by itself"
        case SnippetTest(code=code, given=given, own=own):
            libraries = large_imports(f"{given}\n{own}")
            return f"{_BEYOND_VALUES} (`{min(libraries)}`)" if libraries else _why("", code)
        case CodeTest(code=code, setup=setup):
            return _why(setup, code)


@lru_cache(maxsize=4096)
def _why(setup: str, code: str) -> str | None:
    trees = [tree for text in (setup, code) if (tree := _parse(text)) is not None]
    return next(_Text(ast.Module([line for tree in trees for line in tree.body], [])).reasons(), None)


def _parse(text: str) -> ast.Module | None:
    """The syntax tree; None if the text does not parse, which the guarded judge reports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


class _Text:
    """One test's text, walked once for each kind of reason."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._read = {
            node.id for node in self._nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        self._assigned = {
            node.id for node in self._nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        self._defined = {
            node.name for node in self._nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        self._imported = dict(self._imports())
        stand_in = next((node for node in tree.body if _is_stand_in(node)), None)
        beyond = [] if stand_in is None else list(ast.walk(stand_in))
        self._nodes = [node for node in self._nodes if node not in beyond]
        self._classes = {node.name: node for node in self._nodes if isinstance(node, ast.ClassDef)}

    def reasons(self) -> Iterator[str]:
        """All reasons for the mode `inside`."""
        for name, origin in self._imported.items():
            if name in self._read or name == "*":
                yield from self._of_import(origin)
        for node in self._nodes:
            yield from self._of_node(node)
        yield from self._of_classes()
        yield from self._of_fixtures()

    def _imports(self) -> Iterator[tuple[str, str]]:
        """The names that imports bind, with what they stand for (`unittest.mock.patch`)."""
        for node in self._nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    yield alias.asname or top, alias.name if alias.asname else top
                    if not alias.asname and alias.name in _NOT_VALUES:
                        yield top, alias.name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"

    def _of_import(self, origin: str) -> Iterator[str]:
        top = origin.partition(".")[0]
        for name, what in _NOT_VALUES.items():
            if origin == name or origin.startswith(f"{name}."):
                yield f"{what} (`{name}`)"
        if top == "sys":
            if origin != "sys" and origin.removeprefix("sys.") not in _VALUES_OF_SYS:
                yield f"uses `{origin}`"
        elif large_imports(f"import {top}"):
            yield f"{_BEYOND_VALUES} (`{top}`)"
        elif top not in _VALUE_MODULES:
            yield f"uses the module `{top}`"

    def _of_node(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Name(id=name) if name in _REACHING and name not in self._imported:
                yield f"{_REACHING[name]} (`{name}`)"
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield "runs coroutines"
            case ast.Attribute():
                yield from self._of_attribute(node)
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()) if self._is_module(value):
                yield f"changes `{ast.unparse(value)}`"
            case ast.Subscript(value=ast.Attribute(value=owner) as value, ctx=ast.Store() | ast.Del()):
                if not _is_self(owner):
                    yield f"changes `{ast.unparse(value)}` in place"
            case ast.Call(func=ast.Attribute(value=target, attr=name)) if name in _CHANGING:
                if (isinstance(target, ast.Attribute) and not _is_self(target.value)) or isinstance(
                    target, ast.Call
                ):
                    yield f"changes `{ast.unparse(target)}` in place"
            case ast.Call(func=ast.Attribute(value=value, attr="format" | "format_map")):
                if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                    yield "formats by a text that is not written in it"
            case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, kind]):
                yield from self._of_kind(kind)
            case ast.Call(func=ast.Attribute(attr="assertIsInstance"), args=[_, kind, *_]):
                yield from self._of_kind(kind)
            case ast.With(items=items, body=body):
                yield from self._of_with(items, body)
            case ast.ExceptHandler(type=kind) if kind is not None and _RULING.search(ast.unparse(kind)):
                yield "catches the failure of a check"
            case ast.Call(func=ast.Attribute(attr="assertRaises"), args=args) if any(
                _RULING.search(ast.unparse(argument)) for argument in args[:1]
            ):
                yield "expects a check to fail"
            case ast.FunctionDef(decorator_list=decorators) if any(
                _RULING.search(ast.unparse(decorator)) for decorator in decorators
            ):
                yield "expects a check to fail"
            case ast.FunctionDef(decorator_list=decorators) if any(map(self._is_of_program, decorators)):
                yield f"has the program decorate `{node.name}`"
            case ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=name)]) if name[:1].isupper():
                yield f"looks at the class of the class `{name}`"
            case ast.Call(func=ast.Attribute(value=ast.Compare(), attr="all" | "any")):
                yield "compares arrays"
            case ast.Compare(
                left=ast.Attribute(), ops=[ast.Is() | ast.IsNot()], comparators=[ast.Attribute()]
            ):
                yield "compares the identity of attributes"
            case _:
                return

    def _of_attribute(self, node: ast.Attribute) -> Iterator[str]:
        name, value = node.attr, node.value
        written = ast.unparse(node) if isinstance(value, ast.Name | ast.Attribute) else ""
        origin = self._origin(value)
        if origin is not None:
            found = f"{origin}.{name}"
            if found in _NOT_VALUES:
                yield f"{_NOT_VALUES[found]} (`{found}`)"
            elif origin == "sys" and name not in _VALUES_OF_SYS:
                yield f"uses `{found}`"
            elif not isinstance(node.ctx, ast.Load):
                yield f"changes `{written}`"
            elif name in _REACHING:
                yield f"{_REACHING[name]} (`{found}`)"
        if name in _HEARING and _is_self(value):
            yield f"looks at what happens in the program's process (`self.{name}`)"
        if name[:2] == "__" == name[-2:] and name not in _PLAIN_SPECIAL:
            yield f"looks at objects by reflection (`{name}`)"

    def _origin(self, value: ast.expr) -> str | None:
        """The module that an expression names: an imported one, or a part of one."""
        if isinstance(value, ast.Name):
            return self._imported.get(value.id)
        if isinstance(value, ast.Attribute):
            outer = self._origin(value.value)
            return None if outer is None else f"{outer}.{value.attr}"
        return None

    def _is_module(self, value: ast.expr) -> bool:
        return isinstance(value, ast.Attribute) and self._origin(value) is not None

    def _of_kind(self, kind: ast.expr) -> Iterator[str]:
        for one in kind.elts if isinstance(kind, ast.Tuple) else [kind]:
            origin = self._origin(one)
            if origin is not None and origin.partition(".")[0] in ("typing", "numbers", "contextlib", "enum"):
                yield f"asks whether an object is a `{ast.unparse(one)}`"

    def _of_with(self, items: list[ast.withitem], body: list[ast.stmt]) -> Iterator[str]:
        """A `with` of the program's around an exception that the test raises may be there to swallow it."""
        raising = any(isinstance(node, ast.Raise) for line in body for node in ast.walk(line))
        for item in items:
            called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
            own = isinstance(called, ast.Attribute) and (
                _is_self(called.value) or self._origin(called.value) is not None or _is_pytest(called.value)
            )
            if raising and not own:
                yield "raises an exception inside a `with` of the program"
            plain = isinstance(called, ast.Name) and called.id not in self._imported
            if plain and (shared := self._variable(item.context_expr)):
                yield f"shares `{shared}` with a `with` of the program"

    def _variable(self, called: ast.expr) -> str | None:
        """The first variable of the test among the arguments of a call."""
        arguments = called.args if isinstance(called, ast.Call) else []
        names = (argument.id for argument in arguments if isinstance(argument, ast.Name))
        return next((name for name in names if name in self._assigned), None)

    def _is_of_program(self, decorator: ast.expr) -> bool:
        """Whether the program may define what stands behind an `@`."""
        root = decorator
        while isinstance(root, ast.Call | ast.Attribute):
            root = root.func if isinstance(root, ast.Call) else root.value
        known = self._imported.keys() | self._defined | vars(builtins).keys() | {"pytest"}
        return isinstance(root, ast.Name) and root.id not in known

    def _of_classes(self) -> Iterator[str]:
        called = {
            node.func.id
            for node in self._nodes
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        for name, node in self._classes.items():
            bases = {ast.unparse(base) for base in node.bases}
            if not all(self._is_known(base) for base in bases):
                yield f"extends a class of the program (`{name}`)"
            elif name in called and not self._is_exception(name):
                yield f"hands objects of its own class `{name}` to the program"

    def _of_fixtures(self) -> Iterator[str]:
        """Arguments that a runner of tests would have to find for a function that the test does not call."""
        for node in self._nodes:
            if (
                isinstance(node, ast.FunctionDef)
                and node.name.startswith("test")
                and node.name not in self._read
            ):
                given = node.args
                wanted = [argument.arg for argument in (*given.posonlyargs, *given.args)]
                wanted = wanted[: len(wanted) - len(given.defaults)]
                wanted = wanted[1:] if wanted[:1] == ["self"] else wanted
                yield from (f"takes `{name}` from a fixture" for name in wanted)

    def _is_known(self, base: str) -> bool:
        origin = self._imported.get(base.partition(".")[0], "")
        own = base in self._classes or base in _CASES or hasattr(builtins, base)
        return own or origin.partition(".")[0] in _VALUE_MODULES

    def _is_exception(self, name: str) -> bool:
        """Whether a class of the test is an exception."""
        node = self._classes[name]
        return any(
            base in _EXCEPTIONS or (base in self._classes and self._is_exception(base))
            for base in map(ast.unparse, node.bases)
        )


def _is_stand_in(node: ast.stmt) -> bool:
    """Whether it is the class in the place of pytest that exercises bring along for tests that assert."""
    return isinstance(node, ast.ClassDef) and node.name == "pytest"


def _is_self(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in ("self", "cls")


def _is_pytest(value: ast.expr) -> bool:
    """Whether it is the class of that name that exercises bring along for tests written for pytest."""
    return isinstance(value, ast.Name) and value.id == "pytest"

"""Cuts a test function out of its file, so that it is a short test of its own with nothing but assertions.

The module-level code becomes the setup of each test. A function stays in its file if cutting would lose
something: fixtures, hooks, marks that change how it runs, or parameters that are not written out.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.plain_asserts import plain_body

_PYTEST: Final = """\
import contextlib
import re


class pytest:
    class raises(contextlib.AbstractContextManager):
        def __init__(self, expected, match=None):
            self.expected, self.match, self.value = expected, match, None

        def __exit__(self, kind, error, trace):
            assert kind is not None, "nothing was raised"
            if not issubclass(kind, self.expected):
                return False
            self.value = error
            assert self.match is None or re.search(self.match, str(error)), f"{error!r} does not match"
            return True

    class approx:
        def __init__(self, expected, rel=None, abs=None):
            self.expected, self.abs = expected, 1e-12 if abs is None else abs
            self.rel = rel if rel is not None else 1e-6 if abs is None else 0.0

        def __eq__(self, other):
            if isinstance(self.expected, dict):
                return (
                    isinstance(other, dict)
                    and other.keys() == self.expected.keys()
                    and all(self.near(value) == other[key] for key, value in self.expected.items())
                )
            if isinstance(self.expected, (list, tuple)):
                return len(other) == len(self.expected) and all(map(self.is_near, self.expected, other))
            if isinstance(self.expected, (int, float, complex)) and isinstance(other, (int, float, complex)):
                distance = abs(self.expected - other)
                return self.expected == other or distance <= max(self.rel * abs(self.expected), self.abs)
            return self.expected == other

        def near(self, expected):
            return pytest.approx(expected, self.rel, self.abs)

        def is_near(self, expected, other):
            return self.near(expected) == other
"""
"""A small replacement for the parts of pytest that tests commonly use, since the judge has no pytest."""

_PREPARING_A_CASE: Final = frozenset({"setUp", "tearDown", "setUpClass", "tearDownClass"})
"""Methods of a unittest class that its tests depend on."""
_MEANINGFUL: Final = frozenset(["usefixtures", "filterwarnings", "asyncio", "anyio", "parametrize"])
"""Marks that change how a test runs."""
_REPLACED: Final = frozenset({"raises", "approx", "mark", "param"})
"""Names of pytest that a cut test may use."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def marks_of(decorators: Sequence[ast.expr]) -> list[str]:
    """The last names of decorators, such as `skipIf` or `parametrize`."""
    targets = [line.func if isinstance(line, ast.Call) else line for line in decorators]
    return [ast.unparse(target).rpartition(".")[2] for target in targets]


class Cutter:
    """Cuts tests out of one test file. `module` is the module under test."""

    def __init__(self, tree: ast.Module, module: str) -> None:
        self._tree = tree
        self._module = module
        self._modules = python_source.module_aliases(tree, module)
        self._resolver = _AliasResolver(_aliases(tree, module), self._modules)
        self._remover = _ImportRemover(module)
        clean = self._remover.visit(self._resolver.visit(copy.deepcopy(tree)))
        self._setup: list[ast.stmt] = [node for node in clean.body if _is_setup(node)]
        self._setup += _from_pytest(tree) + _stand_ins(tree, module)
        self._is_clear = self._names_are_clear(clean)

    def _names_are_clear(self, clean: ast.Module) -> bool:
        """Whether `module.name` can be replaced by `name` everywhere.

        No such name may be assigned in the file, and the module may not be used otherwise.
        """
        taken = {
            node.id
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        named = {
            node.attr
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in self._modules
        }
        return taken.isdisjoint(named) and self._modules.isdisjoint(python_source.used_names(clean))

    def statement(self, line: ast.stmt) -> CodeTest:
        """The test of an assertion at the top level."""
        return self._test([line])

    def cut(self, function: Function, classes: tuple[ast.ClassDef, ...]) -> list[CodeTest] | None:
        """The tests of a function, one per set of parameters; None if it must stay in its file."""
        if not self._is_clear or isinstance(function, ast.AsyncFunctionDef) or len(classes) > 1:
            return None
        decorators = [line for part in classes for line in part.decorator_list] + function.decorator_list
        sets = _parameter_sets([line for line in decorators if marks_of([line]) == ["parametrize"]])
        others = [line for line in decorators if marks_of([line]) != ["parametrize"]]
        if sets is None or not all(_is_harmless(line) for line in others) or not _only_asserts(function):
            return None
        if classes:
            return self._method(function, classes[0], sets)
        if {argument.arg for argument in _arguments(function)} != set(sets[0]):
            return None
        return [self._test(lines) for lines in _calls(function, sets)]

    def _method(
        self, method: ast.FunctionDef, owner: ast.ClassDef, sets: list[dict[str, ast.expr]]
    ) -> list[CodeTest] | None:
        case = any(ast.unparse(base).endswith("TestCase") for base in owner.bases)
        if len(owner.bases) > 1 or owner.keywords or (owner.bases and not case):
            return None
        if any(isinstance(node, ast.ClassDef) for node in owner.body) or method not in owner.body:
            return None
        others = [node for node in owner.body if node is not method and not _is_test(node)]
        if not case:
            return self._plain_method(method, others, sets)
        if sets != [{}]:
            return None
        plain = plain_body(method)
        prepared = any(getattr(node, "name", "") in _PREPARING_A_CASE for node in others)
        if plain is not None and not prepared and _is_flat(plain):
            return [self._test(_without_docstring(plain))]
        alone = ast.FunctionDef(method.name, method.args, method.body, [], None)
        members = [node for node in others if not isinstance(node, ast.Expr | ast.Pass)]
        return [self._test([ast.ClassDef(owner.name, owner.bases, [], [*members, alone], [])])]

    def _plain_method(
        self, method: ast.FunctionDef, others: list[ast.stmt], sets: list[dict[str, ast.expr]]
    ) -> list[CodeTest] | None:
        """The tests of a method of a pytest class; None if the method uses anything of its class."""
        first, *rest = _arguments(method) or [ast.arg("")]
        prepared = any(getattr(node, "name", "").startswith(("setup", "teardown")) for node in others)
        used = {node.id for line in method.body for node in ast.walk(line) if isinstance(node, ast.Name)}
        if prepared or first.arg in used or {argument.arg for argument in rest} != set(sets[0]):
            return None
        decorators = [line for node in others for line in getattr(node, "decorator_list", [])]
        if any("fixture" in ast.unparse(line) for line in decorators):
            return None
        arguments = ast.arguments([], rest, defaults=[], kwonlyargs=[], kw_defaults=[])
        bare = ast.FunctionDef(method.name, arguments, method.body, [], None)
        return [self._test(lines) for lines in _calls(bare, sets)]

    def _test(self, lines: list[ast.stmt]) -> CodeTest:
        body = [self._remover.visit(self._resolver.visit(copy.deepcopy(line))) for line in lines]
        used = {name for line in [*self._setup, *body] for name in python_source.used_names(line)}
        head = "import unittest\n" if "unittest" in used else ""
        setup = [line for line in self._setup if _binds_any(line, used)]
        return CodeTest(_text(body), head + (_PYTEST if "pytest" in used else "") + _text(setup))


def _binds_any(line: ast.stmt, used: set[str]) -> bool:
    """Whether a statement is no import, or an import of a used name."""
    if not isinstance(line, ast.Import | ast.ImportFrom):
        return True
    names = {(alias.asname or alias.name).partition(".")[0] for alias in line.names}
    return "*" in names or not names.isdisjoint(used)


def _is_setup(node: ast.stmt) -> bool:
    """Whether a top-level statement belongs to the setup of the tests, and is no test itself."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return not name.startswith("test")
        case ast.ClassDef():
            return not any(_is_test(member) for member in node.body)
        case ast.If() if "__name__" in python_source.used_names(node.test):
            return False
        case _:
            return not isinstance(node, ast.Assert | ast.Pass)


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, Function) and node.name.startswith("test")


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def _is_harmless(decorator: ast.expr) -> bool:
    """Whether a decorator is a mark that does not change how the test runs."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    text = ast.unparse(target)
    return text.startswith(("pytest.mark.", "mark.")) and text.rpartition(".")[2] not in _MEANINGFUL


def _only_asserts(function: ast.FunctionDef) -> bool:
    """Whether a function uses only those parts of pytest, and in those forms, that the replacement has."""
    entered = {
        id(item.context_expr)
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
    }
    seen = {
        item.optional_vars.id
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.optional_vars, ast.Name) and _is_raises(item.context_expr)
    }
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id="pytest"), attr=name) if name not in _REPLACED:
                return False
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in seen:
                if attribute != "value":
                    return False
            case ast.Call() if _is_raises(node):
                words = {word.arg for word in node.keywords}
                if id(node) not in entered or len(node.args) != 1 or not words <= {"match"}:
                    return False
            case ast.Call(func=function_, keywords=words) if _last_name(function_) == "approx":
                if any(word.arg not in ("rel", "abs") for word in words):
                    return False
    return True


def _is_raises(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _last_name(node.func) == "raises"


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _parameter_sets(marks: list[ast.expr]) -> list[dict[str, ast.expr]] | None:
    """All combinations of the values of stacked parametrize marks; None if a mark is not written out."""
    groups = []
    # The mark closest to the function varies slowest, as in pytest.
    for mark in reversed(marks):
        group = _group(mark)
        if group is None:
            return None
        groups.append(group)
    sets = [{name: value for part in parts for name, value in part.items()} for parts in product(*groups)]
    return sets or None


def _group(mark: ast.expr) -> list[dict[str, ast.expr]] | None:
    """The sets of values of one parametrize mark, each by parameter name; None if it is not written out."""
    if not isinstance(mark, ast.Call):
        return None
    given: dict[str | None, ast.expr] = {word.arg: word.value for word in mark.keywords}
    given |= dict(zip(("argnames", "argvalues"), mark.args, strict=False))
    if not given.keys() <= {"argnames", "argvalues", "ids"} or len(mark.args) > 2:
        return None
    names, values = given.get("argnames"), given.get("argvalues")
    order = None if names is None else _names(names)
    if not order or not isinstance(values, ast.List | ast.Tuple):
        return None
    group = []
    for value in values.elts:
        parts = _values(value, len(order))
        if parts is None:
            return None
        group.append(dict(zip(order, parts, strict=True)))
    return group


def _names(node: ast.expr) -> list[str] | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    return list(value) if isinstance(value, list | tuple) and all(isinstance(n, str) for n in value) else None


def _values(node: ast.expr, count: int) -> list[ast.expr] | None:
    """The values of one set: `(1, 2)`, `pytest.param(1, 2, id="small")`, or any expression for one name."""
    if isinstance(node, ast.Starred):
        return None
    if isinstance(node, ast.Call) and _last_name(node.func) == "param":
        plain = all(word.arg == "id" for word in node.keywords)
        return list(node.args) if plain and len(node.args) == count else None
    if count == 1:
        return [node]
    same = isinstance(node, ast.Tuple | ast.List) and len(node.elts) == count
    return list(node.elts) if same and isinstance(node, ast.Tuple | ast.List) else None


def _calls(function: ast.FunctionDef, sets: list[dict[str, ast.expr]]) -> Iterator[list[ast.stmt]]:
    """The function and a call of it for each set, or only its body if it takes no arguments."""
    bare = ast.FunctionDef(function.name, function.args, function.body, [], None)
    for values in sets:
        if values or not _is_flat(function.body):
            words = [ast.keyword(argument.arg, values[argument.arg]) for argument in _arguments(function)]
            yield [bare, ast.Expr(ast.Call(ast.Name(function.name, ast.Load()), [], words))]
        else:
            yield _without_docstring(function.body)


def _is_flat(body: list[ast.stmt]) -> bool:
    """Whether the statements mean the same outside a function."""
    return not any(
        isinstance(node, ast.Return | ast.Yield | ast.Global | ast.Nonlocal)
        for line in body
        for node in ast.walk(line)
    )


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    return body[1:] if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else body


class _ImportRemover(ast.NodeTransformer):
    """Removes all imports of the module under test and of modules that `Cutter` adds itself.

    It also removes imports of `__future__`: they would have to come first, and a test does not need them.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        return ast.Pass() if node.module in (self._module, "pytest", "__future__") else node

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        removed = (self._module, "pytest", "unittest")
        names = [alias for alias in node.names if alias.asname or alias.name not in removed]
        names = [alias for alias in names if alias.name != self._module]
        return ast.Import(names) if names else ast.Pass()

    def visit_Try(self, node: ast.Try) -> ast.stmt:
        self.generic_visit(node)
        return ast.Pass() if all(isinstance(line, ast.Pass) for line in node.body) else node


class _AliasResolver(ast.NodeTransformer):
    """Replaces aliases of the program's names, and `module.name`, by the program's own names."""

    def __init__(self, names: Mapping[str, str], modules: set[str]) -> None:
        self._names = names
        self._modules = modules

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            return ast.copy_location(ast.Name(node.attr, node.ctx), node)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self._names.get(node.id, node.id), node.ctx), node)


def _aliases(tree: ast.Module, module: str) -> dict[str, str]:
    """The aliases in `from module import name as alias`, with the program's own name for each.

    An alias is left out if the file uses the own name for something else: see `_stand_ins`.
    """
    used = python_source.used_names(tree)
    return {
        alias.asname: alias.name
        for alias in python_source.taken_from(tree, module)
        if alias.asname and alias.asname != alias.name and alias.name not in used
    }


def _stand_ins(tree: ast.Module, module: str) -> list[ast.stmt]:
    """Assignments for the aliases that cannot be replaced by the program's own names."""
    resolved = _aliases(tree, module)
    lines = [
        f"{alias.asname} = {alias.name}"
        for alias in python_source.taken_from(tree, module)
        if alias.asname and alias.asname != alias.name and alias.asname not in resolved
    ]
    return python_source.parse("\n".join(lines)).body


def _from_pytest(tree: ast.Module) -> list[ast.stmt]:
    """Assignments for the names that the tests import from pytest."""
    lines = [
        f"{alias.asname or alias.name} = pytest.{alias.name}"
        for alias in python_source.taken_from(tree, "pytest")
        if alias.name in ("raises", "approx")
    ]
    return python_source.parse("\n".join(lines)).body


def _text(lines: list[ast.stmt]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(lines, [])))

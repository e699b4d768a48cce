"""Cuts a test function out of its file, so that it is a short test of its own with nothing but assertions.

The module-level code becomes the setup of each test. A function stays in its file if cutting would lose
something: fixtures, hooks, marks that change how it runs, or parameters that are not written out.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from typing import Final

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.python import pytest_stand_in
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.imported import AliasResolver, ImportRemover, aliases, stand_ins
from egcfg_tui.exercises.python.parameters import parameter_sets
from egcfg_tui.exercises.python.plain_asserts import plain_body

_PREPARING_A_CASE: Final = frozenset({"setUp", "tearDown", "setUpClass", "tearDownClass"})
"""Methods of a unittest class that its tests depend on."""
_MEANINGFUL: Final = frozenset(["usefixtures", "filterwarnings", "asyncio", "anyio", "parametrize"])
"""Marks that change how a test runs."""
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
        self._resolver = AliasResolver(aliases(tree, module), self._modules)
        self._remover = ImportRemover(module)
        clean = self._remover.visit(self._resolver.visit(copy.deepcopy(tree)))
        self._setup: list[ast.stmt] = [node for node in clean.body if _is_setup(node)]
        self._setup += pytest_stand_in.taken_names(tree) + stand_ins(tree, module)
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
        sets = parameter_sets([line for line in decorators if marks_of([line]) == ["parametrize"]])
        others = [line for line in decorators if marks_of([line]) != ["parametrize"]]
        if (
            sets is None
            or not all(_is_harmless(line) for line in others)
            or not pytest_stand_in.covers(function)
        ):
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
        return CodeTest(
            _text(body), head + (pytest_stand_in.PYTEST if "pytest" in used else "") + _text(setup)
        )


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


def _text(lines: list[ast.stmt]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(lines, [])))

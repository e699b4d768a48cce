"""Cuts a suite of tests, unittest or pytest, into tests that stand alone.

Module level code goes into the setup of each test, and so do the modules beside the file that it imports.
Test methods that only assert become plain assertions, which are short and which models read well.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import Final

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.plain_asserts import plain_body
from egcfg_tui.exercises.reading.places import Place

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
        def __init__(self, expected, rel=1e-6, abs=1e-12):
            self.expected, self.rel, self.abs = expected, rel or 0.0, abs or 0.0

        def __eq__(self, other):
            if isinstance(self.expected, (list, tuple)):
                near = [pytest.approx(value, self.rel, self.abs) for value in self.expected]
                return len(near) == len(other) and all(left == right for left, right in zip(near, other))
            return abs(self.expected - other) <= max(self.rel * abs(self.expected), self.abs)
"""
"""What tests commonly use of pytest, which the sandbox does not have."""


_PREPARING: Final = ("setUp", "tearDown", "setUpClass", "tearDownClass")
"""Methods of a test class without which its tests cannot stand."""


def module_source(name: str, source: str) -> str:
    """Code after which `import name` finds a module that is not there as a file."""
    return (
        "import sys as _sys, types as _types\n"
        f"_sys.modules[{name!r}] = _types.ModuleType({name!r})\n"
        f"exec({source!r}, _sys.modules[{name!r}].__dict__)\n"
    )


def imported_names(tree: ast.Module, module: str) -> list[str]:
    """The names that a suite takes from the module under test, in their order."""
    names = [alias.name for alias in _taken_from(tree, module) if alias.name != "*"]
    aliases = _module_aliases(tree, module)
    names += [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases
    ]
    return list(dict.fromkeys(names))


def imports(tree: ast.AST, module: str) -> bool:
    """Whether the module is imported anywhere in the tree."""
    return any(
        (isinstance(node, ast.ImportFrom) and node.module == module)
        or (isinstance(node, ast.Import) and any(alias.name == module for alias in node.names))
        for node in ast.walk(tree)
    )


def read_tests(tree: ast.Module, module: str, helpers: Mapping[str, str], place: Place) -> list[CodeTest]:
    """The tests of a parsed suite about `module`; `helpers` are the sources of the modules beside it.

    Raises `ExerciseError` for tests that cannot stand alone.
    """
    setup: list[ast.stmt] = []
    tests: list[list[ast.stmt]] = []
    renamed = _AliasResolver(_aliases(tree, module)).visit(copy.deepcopy(tree))
    for node in _ImportRemover(module).visit(renamed).body:
        match node:
            case ast.FunctionDef(name=name) if name.startswith("test"):
                tests += [] if _is_skipped(node) else _function_tests(node, place)
            case ast.ClassDef() if _test_methods(node):
                tests += _class_tests(node)
            case ast.Assert():
                tests.append([node])
            case ast.If() if "__name__" in python_source.used_names(node.test):
                tests += [[line] for line in node.body if isinstance(line, ast.Assert)]
            case ast.Pass():
                pass
            case _:
                setup.append(node)
    setup += _stand_ins(tree, module)
    modules = "".join(module_source(name, source) for name, source in helpers.items() if imports(tree, name))
    return [CodeTest(code=_text(test), setup=modules + _setup_text(setup, test)) for test in tests]


def _setup_text(setup: list[ast.stmt], test: list[ast.stmt]) -> str:
    """The module level code, after the imports that only some of the tests need."""
    used = {name for line in [*setup, *test] for name in python_source.used_names(line)}
    head = "import unittest\n" if "unittest" in used else ""
    return head + (_PYTEST if "pytest" in used else "") + _text(setup)


def _function_tests(function: ast.FunctionDef, place: Place) -> Iterator[list[ast.stmt]]:
    """A call of the function, or its body alone where it takes no arguments; one per set of parameters."""
    parameters = [argument.arg for argument in function.args.args]
    sets = [decorator for decorator in function.decorator_list if _mark(decorator) == "parametrize"]
    bare = ast.FunctionDef(function.name, function.args, function.body, [], None)
    if not parameters:
        yield (
            _without_docstring(function.body) if _is_flat(function.body) else [bare, _call(function.name, [])]
        )
        return
    if len(sets) != 1 or not isinstance(sets[0], ast.Call) or len(sets[0].args) < 2:
        raise Place(place.file, function.lineno).error(
            f"`{function.name}` takes `{parameters[0]}` from a fixture; write the value into the test"
        )
    names, values = sets[0].args[:2]
    order = _parameter_names(names)
    if set(order) != set(parameters):
        raise Place(place.file, function.lineno).error(
            f"the parameters of `{function.name}` are not those of its parametrize mark; make them the same"
        )
    if not isinstance(values, ast.List | ast.Tuple):
        raise Place(place.file, values.lineno).error("the values of parametrize must be written as a list")
    for value in values.elts:
        given = value.elts if len(order) > 1 and isinstance(value, ast.Tuple | ast.List) else [value]
        keywords = [ast.keyword(name, each) for name, each in zip(order, given, strict=False)]
        yield [bare, _call(function.name, keywords)]


def _class_tests(node: ast.ClassDef) -> Iterator[list[ast.stmt]]:
    """One test per method: its assertions alone where it needs nothing of the class, else the class."""
    methods = _test_methods(node)
    others = [member for member in node.body if member not in methods]
    prepared = any(isinstance(member, ast.FunctionDef) and member.name in _PREPARING for member in others)
    for method in methods:
        decorators = [decorator for decorator in method.decorator_list if not _mark(decorator)]
        plain = None if prepared or decorators else plain_body(method)
        if plain is not None and _is_flat(plain):
            yield _without_docstring(plain)
        else:
            alone = ast.FunctionDef(method.name, method.args, method.body, decorators, None)
            members = [member for member in others if not isinstance(member, ast.Expr | ast.Pass)]
            yield [ast.ClassDef(node.name, node.bases, node.keywords, [*members, alone], node.decorator_list)]


def _test_methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [
        member
        for member in node.body
        if isinstance(member, ast.FunctionDef) and member.name.startswith("test") and not _is_skipped(member)
    ]


def _is_skipped(function: ast.FunctionDef) -> bool:
    """Whether `unittest.skip` or `pytest.mark.skip` takes the test out, whatever the condition."""
    names = [ast.unparse(getattr(decorator, "func", decorator)) for decorator in function.decorator_list]
    return any(name.rpartition(".")[2] in ("skip", "skipIf", "skipUnless", "skipif") for name in names)


def _is_flat(body: list[ast.stmt]) -> bool:
    """Whether the statements mean the same outside of a function."""
    return not any(
        isinstance(node, ast.Return | ast.Yield | ast.Global | ast.Nonlocal)
        for line in body
        for node in ast.walk(line)
    )


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    return body[1:] if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else body


class _ImportRemover(ast.NodeTransformer):
    """Removes imports, wherever they stand, of the module under test and of what `_setup_text` adds.

    Those of `__future__` would have to stand first, and no longer mean anything for a test.
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
    """Puts names in the place of others by which the tests call them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self._names.get(node.id, node.id), node.ctx), node)


def _aliases(tree: ast.Module, module: str) -> dict[str, str]:
    """Other names by which the tests call the program's, where its own name is free in them.

    What is called like a builtin a sandbox hands over under that name only.
    """
    used = python_source.used_names(tree)
    return {
        alias.asname: alias.name
        for alias in _taken_from(tree, module)
        if alias.asname and alias.asname != alias.name and alias.name not in used
    }


def _stand_ins(tree: ast.Module, module: str) -> list[ast.stmt]:
    """Gives the program's names the other names by which the tests call them, where those must stay."""
    resolved = _aliases(tree, module)
    lines = [
        f"{alias.asname} = {alias.name}"
        for alias in _taken_from(tree, module)
        if alias.asname and alias.asname != alias.name and alias.asname not in resolved
    ]
    given = ", ".join(f"{name}={name}" for name in imported_names(tree, module))
    lines += [
        f"import types\n{alias} = types.SimpleNamespace({given})"
        for alias in sorted(_module_aliases(tree, module))
    ]
    return python_source.parse("\n".join(lines)).body


def _taken_from(tree: ast.Module, module: str) -> list[ast.alias]:
    """The names in all imports of the form `from module import ...`."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module]
    return [alias for node in sorted(found, key=lambda node: node.lineno) for alias in node.names]


def _module_aliases(tree: ast.Module, module: str) -> set[str]:
    """The names by which `import module` is known."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == module
    }


def _mark(decorator: ast.expr) -> str:
    """The name of a `pytest.mark`, empty for another decorator."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (
        target.attr
        if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "pytest.mark"
        else ""
    )


def _parameter_names(node: ast.expr) -> list[str]:
    value = ast.literal_eval(node)
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else list(value)


def _call(name: str, keywords: list[ast.keyword]) -> ast.stmt:
    return ast.Expr(ast.Call(ast.Name(name, ast.Load()), [], keywords))


def _text(lines: list[ast.stmt]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(lines, [])))

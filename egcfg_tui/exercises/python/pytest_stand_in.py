"""A small replacement for the parts of pytest that tests commonly use, since the judge has no pytest."""

from __future__ import annotations

import ast
from typing import Final

from egcfg_tui.exercises.python import source as python_source

PYTEST: Final = """\
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
"""The source of the replacement, which is put before a test."""
_REPLACED: Final = frozenset({"raises", "approx", "mark", "param"})
"""Names of pytest that a cut test may use."""


def covers(function: ast.FunctionDef) -> bool:
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


def taken_names(tree: ast.Module) -> list[ast.stmt]:
    """Assignments for the names that the tests import from pytest."""
    lines = [
        f"{alias.asname or alias.name} = pytest.{alias.name}"
        for alias in python_source.taken_from(tree, "pytest")
        if alias.name in ("raises", "approx")
    ]
    return python_source.parse("\n".join(lines)).body

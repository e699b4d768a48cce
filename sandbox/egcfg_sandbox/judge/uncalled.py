"""What of a test nobody calls, so that its runner has to."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

_CHECK: Final = "check"
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Uncalled:
    """Looks through the texts of a test."""

    def __init__(self, trees: Sequence[ast.Module]) -> None:
        nodes = [node for tree in trees for node in ast.walk(tree)]
        read = {node.id for node in nodes if isinstance(node, ast.Name)}
        outermost = [node for tree in trees for node in tree.body]
        self.functions = [
            node
            for node in outermost
            if isinstance(node, Function) and node.name not in read and _is_for_others(node)
        ]
        """Functions that would be the whole test, were they called."""
        self.classes = [
            node.name
            for node in outermost
            if isinstance(node, ast.ClassDef)
            and node.name.startswith("Test")
            and node.name not in read
            and not (node.bases or node.keywords or node.decorator_list)
        ]
        """Classes of tests that extend nothing."""
        self.decorated = [
            node.name
            for node in outermost
            if isinstance(node, ast.ClassDef) and node.decorator_list and node.bases
        ]
        """Classes that extend others, of which something else may have been made."""
        self.hangs_on_assertions = _hangs_on_assertions(nodes)
        """Whether the test can fail by nothing but `assert`, of more than a constant."""


def _hangs_on_assertions(nodes: Sequence[ast.AST]) -> bool:
    if any(isinstance(node, ast.Raise) or _calls_an_assertion(node) for node in nodes):
        return False
    asserted = [node.test for node in nodes if isinstance(node, ast.Assert)]
    return any(isinstance(part, ast.Name) for test in asserted for part in ast.walk(test))


def _calls_an_assertion(node: ast.AST) -> bool:
    """Whether it is a call such as unittest and mocks have them."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and (called.attr.startswith("assert") or called.attr == "fail")


def wanted(function: Function) -> int:
    """How many arguments a call has to give: none for a test whose decorators, such as `patch`, do so."""
    if function.name.startswith("test") and function.decorator_list:
        return 0
    return len(function.args.args) - len(function.args.defaults)


def _is_for_others(function: Function) -> bool:
    """Whether a runner of tests would call the function: `check` with one argument, `test...` with none."""
    given = function.args
    if given.kwonlyargs or given.posonlyargs or given.vararg or given.kwarg:
        return False
    if function.name.startswith("test"):
        return wanted(function) == 0
    return wanted(function) == 1 and function.name == _CHECK

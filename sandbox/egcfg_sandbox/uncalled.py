"""Finds in the text of a test what it defines but does not call, so that its runner must call it."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Uncalled:
    """Names of test functions, of classes of tests (`cases`: those of unittest), of `check(candidate)`."""

    functions: tuple[str, ...]
    classes: tuple[str, ...]
    cases: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def tests(self) -> bool:
        """Whether there is any but a check, which only this sandbox calls."""
        return bool(self.functions or self.classes or self.cases)


def uncalled(tree: ast.Module) -> Uncalled:
    """All of a test, in its order."""
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    defined = [node for node in tree.body if getattr(node, "name", None) not in read]
    functions = [node for node in defined if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    classes = [node for node in defined if isinstance(node, ast.ClassDef)]
    cases = [node for node in classes if any("TestCase" in ast.unparse(base) for base in node.bases)]
    return Uncalled(
        functions=tuple(node.name for node in functions if node.name.startswith("test")),
        classes=tuple(node.name for node in classes if node.name.startswith("Test") and node not in cases),
        cases=tuple(node.name for node in cases),
        checks=tuple(node.name for node in functions if node.name == "check" and _parameters(node) == 1),
    )


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many arguments a caller has to give."""
    given = function.args
    return len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - len(given.defaults)

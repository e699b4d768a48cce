"""Tests without imports of what they test: the program's names in the place of those a file gives them."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from egcfg_tui.exercises.python import source as python_source


class ImportRemover(ast.NodeTransformer):
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


class AliasResolver(ast.NodeTransformer):
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


def aliases(tree: ast.Module, module: str) -> dict[str, str]:
    """The aliases in `from module import name as alias`, with the program's own name for each.

    An alias is left out if the file uses the own name for something else: see `_stand_ins`.
    """
    used = python_source.used_names(tree)
    return {
        alias.asname: alias.name
        for alias in python_source.taken_from(tree, module)
        if alias.asname and alias.asname != alias.name and alias.name not in used
    }


def stand_ins(tree: ast.Module, module: str) -> list[ast.stmt]:
    """Assignments for the aliases that cannot be replaced by the program's own names."""
    resolved = aliases(tree, module)
    lines = [
        f"{alias.asname} = {alias.name}"
        for alias in python_source.taken_from(tree, module)
        if alias.asname and alias.asname != alias.name and alias.asname not in resolved
    ]
    return python_source.parse("\n".join(lines)).body

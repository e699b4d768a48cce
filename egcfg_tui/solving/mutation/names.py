"""Changes of one name: another variable of the same function is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from egcfg_tui.solving.mutation.places import Change, Place, change


def name_changes(tree: ast.Module) -> Iterator[Change]:
    """Every other variable of the function in the place of each one that is read."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        nodes = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        variables = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
        variables |= {argument.arg for argument in function.args.args}
        for node in nodes:
            if isinstance(node.ctx, ast.Load) and node.id in variables:
                for other in sorted(variables - {node.id}):
                    yield change(Place(node, "id"), other)

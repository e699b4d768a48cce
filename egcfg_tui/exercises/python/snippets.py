"""Facts about the given code of kind `data`: where the answer is inserted, and whether the code can run."""

from __future__ import annotations

import ast
from functools import lru_cache

from egcfg_tui.exercises.python import source as python_source


def open_function(given: str) -> str | None:
    """The name of the function whose body holds the insertion point; None if it is in no function."""
    node = _open_node(given)
    return None if node is None else node.name


def needs_arguments(given: str) -> bool:
    """Whether the function around the insertion point cannot be called without arguments."""
    node = _open_node(given)
    if node is None:
        return False
    positional = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
    return positional > 0 or None in node.args.kw_defaults


@lru_cache(maxsize=64)
def _open_node(given: str) -> ast.FunctionDef | None:
    try:
        python_source.parse(given)
    except python_source.SourceError:
        pass
    else:
        return None
    last = python_source.parse_open(given).body[-1]
    return last if isinstance(last, ast.FunctionDef) else None


def undefined_names(tree: ast.Module) -> frozenset[str]:
    """Names that the code reads but never binds. Code with such names cannot run by itself."""
    bound: set[str] = set(python_source.BUILTIN_NAMES)
    read: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=other):
                bound.add(other or name.partition(".")[0])
            case _:
                pass
    return frozenset(read - bound)

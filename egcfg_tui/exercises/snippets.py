"""Exercises of kind `data`: what is executed around a snippet, and where the insertion point lies.

A snippet means nothing alone, so its tests hold the code around it: they put the snippet's text into that
code and have the whole executed by the program's process (`test_execution` in the sandbox's README).
"""

from __future__ import annotations

import ast
from functools import lru_cache

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises import python_source


def snippet_test(code: str, given: str, *, setup: str = "", end: str = "") -> CodeTest:
    """A test that executes `given`, the snippet and `end`, then `code` on the variables that are left.

    Only variables that `code` reads are taken from the program, and no builtin name. `setup` runs before
    all in the test alone.
    """
    names = python_source.used_names(python_source.parse(code)) - python_source.BUILTIN_NAMES
    lines = [
        *([setup.rstrip()] if setup else []),
        "def test_execution(solution):",
        "    variables = {}",
        f"    exec({_ended(given)!r} + solution + {end!r}, variables)",
        f"    wanted = {sorted(names)!r}",
        "    globals().update({name: variables[name] for name in wanted if name in variables})",
        "",
        "test_execution(solution)",
    ]
    return CodeTest(code.strip(), "\n".join(lines))


@lru_cache(maxsize=64)
def open_function(given: str) -> str | None:
    """The function whose body the insertion point is in, None where it is at the left margin."""
    try:
        python_source.parse(given)
    except python_source.SourceError:
        pass
    else:
        return None
    last = python_source.parse_open(given).body[-1]
    return last.name if isinstance(last, ast.FunctionDef) else None


def undefined_names(tree: ast.Module) -> frozenset[str]:
    """Names that code reads although nothing in it binds them: it cannot run as it stands."""
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


def _ended(given: str) -> str:
    return f"{given.rstrip()}\n" if given.strip() else ""

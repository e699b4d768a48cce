"""Exercises of kind `data`: what is executed around a snippet, and where the insertion point lies.

A snippet means nothing alone, so its tests hold the code around it: they put the snippet's text into that
code and have the whole executed by the program's process (`test_execution` in the sandbox's README).
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Final

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.python import source as python_source

_NOTE: Final = "# given: "
_HARNESS: Final = "def test_execution(solution):\n    variables = {}\n"


def snippet_test(code: str, given: str, *, own: str = "", end: str = "") -> CodeTest:
    """A test that executes `given`, the snippet and `end`, then `code` on the variables that are left.

    `own` is given code of this test alone, other data mostly; it runs behind `given`, and people read it as
    notes above the code. Only variables that `code` reads are taken from the program, and no builtin name.
    `code` must be Python.
    """
    names = python_source.used_names(python_source.parse(code)) - python_source.BUILTIN_NAMES
    notes = [f"{_NOTE}{line}" for line in own.strip("\n").split("\n")] if own.strip() else []
    lines = [
        f"    exec({_ended(given) + _ended(own)!r} + solution + {end!r}, variables)",
        f"    wanted = {sorted(names)!r}",
        "    globals().update({name: variables[name] for name in wanted if name in variables})",
        "",
        "test_execution(solution)",
    ]
    return CodeTest("\n".join([*notes, code.strip("\n")]), _HARNESS + "\n".join(lines))


def is_snippet_test(test: CodeTest) -> bool:
    """Whether `snippet_test` made the test: then its setup tells nothing new."""
    return test.setup.startswith(_HARNESS)


def split_notes(test: CodeTest) -> tuple[str, str]:
    """The given code of a test alone and the code behind it: what `snippet_test` made the test of."""
    lines = test.code.split("\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith(_NOTE)), len(lines))
    return "\n".join(line.removeprefix(_NOTE) for line in lines[:count]), "\n".join(lines[count:])


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

"""Rule 6: nothing that the program said becomes code of the judge, by whatever way a test comes to run it.

Python tells a process's audit hooks (PEP 578) of every text that is compiled, of code that is executed or
read, and of every name that a pickle looks up, also where a library does so for the test. Once the program
has said something, the hook refuses all of it, but for texts that the test executes as they stand in it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from types import CodeType
from typing import Any, Final

_REFUSED: Final = frozenset(
    {"compile", "exec", "marshal.loads", "marshal.load", "code.__new__", "pickle.find_class"}
)
# The judge itself; Python's own import, whose files no program can write; and two modules that compile only
# names that they have checked: those of named tuples and dataclasses.
_TRUSTED: Final = frozenset(
    {
        __name__.partition(".")[0], "importlib._bootstrap", "importlib._bootstrap_external", "ast",
        "collections", "dataclasses",
    }
)  # fmt: skip


class _State:
    """Whether the seal is closed, the codes that may run nevertheless, and whether the hook is installed."""

    closed = False
    installed = False
    own_codes: tuple[CodeType, ...] = ()


def open_for_test() -> None:
    """A new test begins: its own text may be compiled and executed."""
    _State.closed = False
    if not _State.installed:
        _State.installed = True
        sys.addaudithook(_look)


def close() -> None:
    """The program has said something: from now on nothing is made code, until the next test."""
    _State.closed = True


def allow(codes: Iterable[CodeType]) -> None:
    """These are the test's own."""
    _State.own_codes = tuple(codes)


class LiteralCode(ast.NodeTransformer):
    """Compiles ahead what a test executes literally, as `exec("x = 1", names)` does: `codes` by name."""

    def __init__(self) -> None:
        self.codes: dict[str, CodeType] = {}

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Name(id="exec" | "eval" as kind), args=[ast.Constant(value=str(text)), *rest]
            ):
                name = f"_judge_code_{len(self.codes)}"
                self.codes[name] = compile(text, "<test>", kind, dont_inherit=True)
                node.args = [ast.copy_location(ast.Name(name, ast.Load()), node), *rest]
        return node


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not _State.closed or event not in _REFUSED or _asking_module() in _TRUSTED:
        return
    if event == "exec" and any(arguments[0] is code for code in _State.own_codes):
        return
    raise TypeError("a test does not run as code what the program may have said")


def _asking_module() -> str:
    """The module, of a package of ours the package, whose code makes Python do what the hook is told of."""
    frame = sys._getframe(2)
    name = str(frame.f_globals.get("__name__", ""))
    package = name.partition(".")[0]
    return package if package in _TRUSTED else name

"""Splits a source file into the code that the answer begins with and the definitions that it must write."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Stub:
    """A source file without the wanted definitions.

    `starter` is the other code of the file; if a single function is wanted, it ends with that function's
    header and docstring. Otherwise `outline` shows the wanted definitions without bodies.
    """

    starter: str
    outline: str = ""


def definitions(tree: ast.Module) -> list[Definition]:
    """The functions and classes at the top level of a module."""
    return [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]


def split_stub(source: str, wanted: Sequence[Definition]) -> Stub:
    """Removes the wanted definitions from the source."""
    lines = source.split("\n")
    taken = {number for node in wanted for number in range(_first_line(node), (node.end_lineno or 0) + 1)}
    rest = "\n".join(line for number, line in enumerate(lines, start=1) if number not in taken).strip("\n")
    starter = f"{rest}\n" if rest.strip() else ""
    if len(wanted) == 1 and not isinstance(wanted[0], ast.ClassDef):
        return Stub(f"{starter}\n\n{_header(wanted[0], lines)}" if starter else _header(wanted[0], lines))
    return Stub(starter, "\n\n".join(ast.unparse(_without_body(node)) for node in wanted))


def is_empty(node: Definition) -> bool:
    """Whether a definition is a stub: it has at most a docstring, `pass`, `...` or `NotImplementedError`."""
    return all(_says_nothing(statement) for statement in node.body)


def is_open(node: Definition) -> bool:
    """Whether a definition is to be written: it is empty, and not a class that its first line says all about.

    Such are exceptions, dataclasses without methods, and protocols.
    """
    if not isinstance(node, ast.ClassDef):
        return is_empty(node)
    methods = any(isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) for inner in node.body)
    protocol = any("Protocol" in ast.unparse(base) for base in node.bases)
    said = protocol or (not methods and bool(node.bases or node.decorator_list))
    return is_empty(node) and not said


def _says_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return True
        case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))):
            return name == "NotImplementedError"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return is_empty(statement)
        case _:
            return False


def _without_body(node: Definition) -> Definition:
    """A copy with every function's body reduced to its docstring."""
    copy = ast.parse(ast.unparse(node)).body[0]
    for inner in ast.walk(copy):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(inner) is not None
            inner.body = inner.body[:1] if documented else [ast.Expr(ast.Constant(...))]
    assert isinstance(copy, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return copy


def _header(node: Definition, lines: list[str]) -> str:
    """The lines from the decorators to the docstring, or to the colon if there is no docstring."""
    body = node.body[0]
    end = (body.end_lineno or node.lineno) if ast.get_docstring(node) is not None else body.lineno - 1
    return "\n".join(lines[_first_line(node) - 1 : max(end, node.lineno)]) + "\n"


def _first_line(node: Definition) -> int:
    """The first line of a definition, with its decorators."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])

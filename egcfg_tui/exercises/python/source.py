"""Answers questions about Python source by its syntax tree, without executing it."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterable, Iterator
from typing import Final

BUILTIN_NAMES: Final = frozenset(dir(builtins))


class SourceError(ValueError):
    """A text is not Python. `line` counts from 1 within the text."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse(source: str) -> ast.Module:
    """The syntax tree. Raises `SourceError` for every error of the parser."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except SyntaxError as error:
            raise SourceError(error.msg, error.lineno or 1) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise SourceError(str(error) or "nested too deeply", 1) from None


def is_python(source: str) -> bool:
    """Whether the text parses."""
    try:
        parse(source)
    except SourceError:
        return False
    return True


def parse_open(source: str) -> ast.Module:
    """The syntax tree of code that may end in an unfinished block, such as a bare `def f(x):`.

    Raises `SourceError`.
    """
    try:
        return parse(source)
    except SourceError:
        last = source.rstrip().rpartition("\n")[2]
        indent = last[: len(last) - len(last.lstrip())]
        try:
            return parse(f"{source.rstrip()}\n{indent}    pass\n")
        except SourceError:
            pass
        raise


def parse_expression(text: str) -> ast.expr | None:
    """The syntax tree of an expression; None if the text is not exactly one expression."""
    try:
        body = parse(text.strip()).body
    except SourceError:
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None


def definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """The names that a module binds at its top level, in branches too, with the binding statement."""
    return dict(_bindings(tree.body))


def used_names(tree: ast.AST) -> frozenset[str]:
    """All names that the tree reads or writes."""
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def called_names(tree: ast.AST) -> list[str]:
    """The names that are called as functions, the outermost calls first."""
    return [
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]


def imports(tree: ast.AST, module: str) -> bool:
    """Whether the module is imported anywhere in the tree."""
    return any(
        (isinstance(node, ast.ImportFrom) and node.module == module)
        or (isinstance(node, ast.Import) and any(alias.name == module for alias in node.names))
        for node in ast.walk(tree)
    )


def taken_from(tree: ast.AST, module: str) -> list[ast.alias]:
    """The names in all imports of the form `from module import ...`."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module]
    return [alias for node in sorted(found, key=lambda node: node.lineno) for alias in node.names]


def module_aliases(tree: ast.AST, module: str) -> set[str]:
    """The names that `import module` and `import module as name` bind."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == module
    }


def imported_names(tree: ast.Module, module: str) -> list[str]:
    """The names that a test file imports from the module under test or uses as `module.name`, in order."""
    names = [alias.name for alias in taken_from(tree, module) if alias.name != "*"]
    aliases = module_aliases(tree, module)
    names += [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases
    ]
    return list(dict.fromkeys(names))


def is_literal(node: ast.expr, names: Iterable[str] = ()) -> bool:
    """Whether the expression uses no names but builtins and `names`."""
    return used_names(node) <= BUILTIN_NAMES.union(names)


def _stored_names(target: ast.expr) -> set[str]:
    """The names that an assignment binds; `x.y = 1` and `x[0] = 1` bind none."""
    return {
        node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _bindings(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, statement
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    yield alias.asname or alias.name.partition(".")[0], statement
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from ((name, statement) for name in sorted(_stored_names(target)))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, statement
            case ast.If(body=body, orelse=orelse) | ast.For(body=body, orelse=orelse):
                yield from _bindings([*body, *orelse])
            case ast.With(body=body):
                yield from _bindings(body)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                inner = [line for handler in handlers for line in handler.body]
                yield from _bindings([*body, *inner, *orelse, *finalbody])
            case _:
                pass

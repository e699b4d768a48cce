"""Executable prefixes: the longest part of unfinished code that can run, as a canonical text.

Source: arXiv 2506.10948, with this order of mends: parse; append `pass`; replace the last line by `pass`;
drop the last line and begin again. The canonical text has no comments and no docstrings, so that candidates
that differ only in those share their runs.

Code that begins with an indent continues a function before it. It is read as one block and keeps its margin.
"""

from __future__ import annotations

import ast
import textwrap

# All exceptions that Python raises for a text that is not a program.
_UNPARSABLE = (SyntaxError, ValueError, MemoryError, RecursionError)
# With these functions a program can see the names of its variables.
_NAMESPACES = frozenset({"dir", "eval", "exec", "globals", "locals", "vars"})


def executable_prefix(code: str) -> str | None:
    """The longest prefix of `code`, in whole lines, that parses by itself or mended with one `pass`.

    None if no prefix parses.
    """
    # Not splitlines(): in Python form feeds and the like do not end a line.
    lines = code.rstrip().split("\n") if code.strip() else []
    while lines:
        for mended in _mends(lines):
            if _tree(mended) is not None:
                return mended
        lines.pop()
    return None


def canonical(code: str) -> str | None:
    """Code without comments and docstrings, laid out by `ast.unparse`; None when it does not parse."""
    tree = _tree(code)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            _strip_docstring(node)
    try:
        return textwrap.indent(ast.unparse(tree), _margin(code))
    except _UNPARSABLE:
        return None


def shape(code: str) -> str:
    """A text that is equal for programs that differ only in the names of their variables.

    Names that are also keywords of calls, or declared global, are not replaced. The shape of code that does
    not parse, or that may look up a variable by its name, is the code itself.
    """
    tree = _tree(code)
    if tree is None:
        return code
    nodes = list(ast.walk(tree))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    arguments = [node for node in nodes if isinstance(node, ast.arg)]
    if any(node.id in _NAMESPACES for node in names):
        return code
    fixed = {node.arg for node in nodes if isinstance(node, ast.keyword)}
    for node in nodes:
        if isinstance(node, ast.Global | ast.Nonlocal):
            fixed.update(node.names)
    bound = dict.fromkeys(node.id for node in names if isinstance(node.ctx, ast.Store))
    bound |= dict.fromkeys(node.arg for node in arguments)
    # Numbers cannot clash with names of variables.
    numbers = {name: str(number) for number, name in enumerate(bound) if name not in fixed}
    for node in names:
        node.id = numbers.get(node.id, node.id)
    for node in arguments:
        node.arg = numbers.get(node.arg, node.arg)
    return ast.dump(tree)


def _mends(lines: list[str]) -> list[str]:
    """The ways to make these lines whole, in order of preference."""
    whole = "\n".join(lines)
    last = lines[-1]
    indent = last[: len(last) - len(last.lstrip())]
    return [
        f"{whole}\n",
        f"{whole}\n{indent}    pass\n",
        "\n".join([*lines[:-1], f"{indent}pass\n"]),
    ]


def _tree(code: str) -> ast.Module | None:
    try:
        if not _margin(code):
            tree = ast.parse(code)
        else:
            (block,) = ast.parse(f"if True:\n{code}").body
            assert isinstance(block, ast.If)
            tree = ast.Module(block.body, [])
    except _UNPARSABLE:
        return None
    return tree if tree.body else None


def _margin(code: str) -> str:
    """The indentation of the first line that is neither empty nor a comment."""
    for line in code.split("\n"):
        if (text := line.lstrip()) and not text.startswith("#"):
            return line[: len(line) - len(text)]
    return ""


def _strip_docstring(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
    first = node.body[0] if node.body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        del node.body[0]
        if not node.body:
            node.body.append(ast.Pass())

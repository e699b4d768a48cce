"""Executable prefixes: the longest part of unfinished code that runs, in one canonical text.

Source: arXiv 2506.10948, as the order of mends: parse; append `pass`; drop the last line; put `pass` in
its place; again. The canonical text has no comments and no docstrings, so that candidates which differ
only in those share their runs.

Code that begins indented continues a function that stands in front of it: it is read as one block and keeps
its margin.
"""

from __future__ import annotations

import ast
import textwrap

# What Python raises for text that is not a program, however odd the text.
_UNPARSABLE = (SyntaxError, ValueError, MemoryError, RecursionError)
# With these a program sees what its variables are called.
_NAMESPACES = frozenset({"dir", "eval", "exec", "globals", "locals", "vars"})


def executable_prefix(code: str) -> str | None:
    """The longest prefix of `code`, by lines, that parses as it stands or with one `pass` behind it.

    None when nothing that parses is left.
    """
    # Not splitlines(): form feeds and the like do not end a line of Python.
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
    """A text that is equal for programs which differ only in the names of their variables.

    Names that are also given as keywords, or declared global, count as they are. Code that does not parse,
    or may ask for a variable by its name, is its own shape.
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
    # No variable is called a number.
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

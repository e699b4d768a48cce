"""Turns the doctests of a docstring into assertions.

The standard library's parser finds the examples; this module makes a test of each. If the expected output is
a literal, the test compares values, as the assertions of a data set do; otherwise it compares the `repr`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.source import SourceError

if TYPE_CHECKING:
    import doctest

_PLAIN: Final = (
    ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.List, ast.Set, ast.Dict, ast.UnaryOp,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.BinOp,
)  # fmt: skip
"""Expressions that need no parentheses beside `==`."""


def doctest_assertions(text: str, known: frozenset[str]) -> list[str]:
    """The test code of each example in `text`. `known` are the names of the module that the text documents.

    An example that uses names of earlier examples gets their lines too. Text that the parser of the standard
    library refuses, and examples that are not Python, give no test.
    """
    import doctest  # which imports the debugger and unittest

    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return []
    return list(_assertions(examples, known))


def _assertions(examples: list[doctest.Example], known: frozenset[str]) -> Iterator[str]:
    session: list[str] = []
    session_names: set[str] = set()
    prepared = False
    for example in examples:
        try:
            tree = python_source.parse(example.source)
        except SourceError:
            continue
        used = python_source.used_names(tree)
        if _only_prepares(example, tree) and used.isdisjoint(known | session_names):
            # It may change state, such as a random seed, so all following examples get this line.
            session.append(example.source.rstrip("\n"))
            prepared = True
            continue
        in_session = prepared or bool(used & (session_names - known))
        made_earlier = bool(used & (session_names - known))
        test = None if made_earlier and not example.want else _assertion(example, tree)
        if test is not None:
            yield "\n".join([*session, test]) if in_session else test
        if example.exc_msg is None and (test is None or in_session):
            session.append(example.source.rstrip("\n"))
            session_names.update(python_source.definitions(tree))


def _only_prepares(example: doctest.Example, tree: ast.Module) -> bool:
    """Whether an example is an expression without an expected output."""
    shows = example.want.strip() or example.exc_msg is not None
    return not shows and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)


def _assertion(example: doctest.Example, tree: ast.Module) -> str | None:
    """The test of one example; None if it only prepares later ones or cannot be compared exactly."""
    source = example.source.rstrip("\n")
    import doctest

    if example.options.keys() & {doctest.SKIP, doctest.ELLIPSIS}:
        return None
    if example.exc_msg is not None:
        return _raises(source, example.exc_msg)
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return source if isinstance(tree.body[-1], ast.Assert) else None
    node = tree.body[0].value
    expression = ast.get_source_segment(example.source, node) or ast.unparse(node)
    if not example.want.strip():
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
            # In `f(2) [1, 2]` the author wrote the result on the line of the call; Python reads an index.
            return None
        left = _operand(node, expression)
        return f"assert {expression}" if isinstance(node, ast.Compare) else f"assert {left} is None"
    match node:
        case ast.Call(func=ast.Name(id="print"), args=[printed], keywords=[]):
            return f"assert str({ast.unparse(printed)}) == {example.want.rstrip()!r}"
        case _:
            return _compare(node, expression, example.want.strip())


def _compare(node: ast.expr, expression: str, wanted: str) -> str:
    """The assertion that an expression has the wanted value, or the wanted `repr` if it is no literal."""
    left = _operand(node, expression)
    lines = wanted.split("\n")
    for end in range(len(lines), 0, -1):
        value = python_source.parse_expression("\n".join(line.strip() for line in lines[:end]))
        if value is not None and python_source.is_literal(value):
            return equality(left, value, lines[0].strip() if end == 1 else ast.unparse(value))
    return f"assert repr({expression}) == {wanted!r}"


def equality(left: str, value: ast.expr, text: str) -> str:
    """`assert left == text`, with `is` for None and parentheses where `text` needs them."""
    if isinstance(value, ast.Constant) and value.value is None:
        return f"assert {left} is None"
    return f"assert {left} == {_operand(value, text)}"


def _operand(node: ast.expr, text: str) -> str:
    if isinstance(node, ast.Tuple):
        return ast.unparse(node)
    return text if isinstance(node, _PLAIN) else f"({text})"


def _raises(source: str, message: str) -> str:
    """A test that passes if the source raises the exception that the doctest shows."""
    name, _, text = message.strip().partition(":")
    name = name.rpartition(".")[2]
    body = "\n".join(f"    {line}" for line in source.split("\n"))
    return (
        f"try:\n{body}\n"
        f"except {name} as error:\n    assert str(error) == {text.strip()!r}\n"
        f"else:\n    raise AssertionError({f'{name} was not raised'!r})"
    )

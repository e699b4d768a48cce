"""Which builtins that a program has of its own a test means, where nobody says what is under test."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from egcfg_sandbox.judge.faults import NotATest


def under_test(trees: Sequence[ast.AST], names: set[str]) -> set[str]:
    """Those of the names whose results the test compares; all others are tools, and the judge's own.

    With one name there is nothing to be told apart. Raises `NotATest` where one may be given what another has
    made, or none is compared: a program could bring along the tool that hides what its function gives.
    """
    nodes = [node for tree in trees for node in ast.walk(tree)]
    called = {name for node in nodes for name in _called(node, names)}
    if len(called) < 2:
        return called
    meant: set[str] = set()
    literal = True
    for compared in (operand for node in nodes for operand in _compared(node)):
        parts = list(ast.walk(compared))
        within = {name for part in parts for name in _called(part, names)}
        if len(within) > 1:
            raise _undecided(within)
        meant |= within
        literal &= not within or names.issuperset(part.id for part in parts if isinstance(part, ast.Name))
    if len(meant) != 1 and not (meant and literal):
        raise _undecided(called)
    return meant


def _undecided(names: set[str]) -> NotATest:
    listed = " and ".join(sorted(names))
    return NotATest(f"the program has {listed} of its own: entry_point must say which is tested")


def _called(node: ast.AST, names: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
        yield node.func.id


def _compared(node: ast.AST) -> Iterator[ast.expr]:
    """What a comparison, or an assertion, compares or takes for true, and what is kept to be compared."""
    if isinstance(node, ast.Assign):
        yield node.value
    elif isinstance(node, ast.Compare):
        yield from (node.left, *node.comparators)
    elif isinstance(node, ast.Assert) and not isinstance(node.test, ast.Compare):
        yield from () if _holds_comparison(node.test) else (node.test,)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("assert")
    ):
        yield from (part for part in node.args if not _holds_comparison(part))


def _holds_comparison(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Compare) for part in ast.walk(node))

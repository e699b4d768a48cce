"""Changes of one statement: left out, exchanged with the next, moved into or out of a block."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from egcfg_tui.solving.mutation.places import Change, Place, blocks, change
from egcfg_tui.solving.mutation.tables import ARITHMETIC

_KEPT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def statement_changes(tree: ast.Module) -> Iterator[Change]:
    """Every change of every statement, but of definitions and imports."""
    for place in list(blocks(tree)):
        statements: list[ast.stmt] = place.value
        for index, statement in enumerate(statements):
            if isinstance(statement, _KEPT):
                continue
            for others in _in_its_place(statement):
                kept = [*statements[:index], *others, *statements[index + 1 :]]
                yield change(place, kept or [ast.Pass()])
            if isinstance(statement, ast.AugAssign):
                yield from _operators(statement)
            if isinstance(statement, ast.For | ast.While | ast.If):
                yield from _moves(place, statements, index, statement)
            after = statements[index + 1 :]
            if after and not isinstance(after[0], ast.Return):
                yield change(place, [*statements[:index], after[0], statement, *after[1:]])


def _in_its_place(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    yield []
    if isinstance(statement, ast.If):
        yield statement.body


def _operators(statement: ast.AugAssign) -> Iterator[Change]:
    for operator in ARITHMETIC.get(type(statement.op), ()):
        yield change(Place(statement, "op"), operator())


def _moves(place: Place, statements: list[ast.stmt], index: int, compound: ast.stmt) -> Iterator[Change]:
    """The last statement of a block moves behind it, and the one behind it moves into it."""
    before, after = statements[:index], statements[index + 1 :]
    for field in ("body", "orelse"):
        inner: list[ast.stmt] = getattr(compound, field)
        if len(inner) > (field == "body"):
            shorter = copy.copy(compound)
            setattr(shorter, field, inner[:-1])
            yield change(place, [*before, shorter, inner[-1], *after])
    if after:
        longer = copy.copy(compound)
        longer.body = [*compound.body, after[0]]  # type: ignore[attr-defined]
        yield change(place, [*before, longer, *after[1:]])

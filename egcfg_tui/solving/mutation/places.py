"""Places in a syntax tree, and what another node there would be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a node, or one item of a field that is a list."""

    owner: ast.AST
    field: str
    index: int | None = None

    @property
    def value(self) -> Any:
        """What is there."""
        value = getattr(self.owner, self.field)
        return value if self.index is None else value[self.index]

    def put(self, value: Any) -> None:
        """Puts another value there."""
        if self.index is None:
            setattr(self.owner, self.field, value)
        else:
            getattr(self.owner, self.field)[self.index] = value


@dataclass(frozen=True, slots=True)
class Change:
    """Other values for some places. The tree is as before once `made` is left."""

    values: tuple[tuple[Place, Any], ...]

    @contextmanager
    def made(self) -> Iterator[None]:
        """Makes the change for the length of a `with` block."""
        before = [(place, place.value) for place, _ in self.values]
        try:
            for place, value in self.values:
                place.put(value)
            yield
        finally:
            for place, value in before:
                place.put(value)


def change(place: Place, value: Any) -> Change:
    """A change of one place."""
    return Change(((place, value),))


def read_expressions(tree: ast.AST) -> Iterator[Place]:
    """The places of all expressions whose value is computed, outermost first.

    Targets of assignments, annotations and decorators are left out.
    """
    for owner in ast.walk(tree):
        for field, value in ast.iter_fields(owner):
            if field in ("annotation", "returns", "decorator_list"):
                continue
            items = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, item in items:
                if isinstance(item, ast.expr) and isinstance(getattr(item, "ctx", None), ast.Load | None):
                    yield Place(owner, field, index)


def blocks(tree: ast.AST) -> Iterator[Place]:
    """The places of all lists of statements, outermost first."""
    for owner in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            value = getattr(owner, field, None)
            if isinstance(value, list) and value:
                yield Place(owner, field)

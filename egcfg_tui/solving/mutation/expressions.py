"""Changes of one expression: an operator, a constant, a call, an index, a condition."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from egcfg_tui.solving.mutation.places import Change, Place, change, read_expressions
from egcfg_tui.solving.mutation.tables import ARITHMETIC, COMPARISONS, NAMES

_N = TypeVar("_N", bound=ast.AST)


def expression_changes(tree: ast.Module) -> Iterator[Change]:
    """Every other expression for every expression of the program."""
    for place in list(read_expressions(tree)):
        for value in _others(place.value):
            yield change(place, value)
        if place.field == "test" and isinstance(place.owner, ast.If | ast.While | ast.IfExp):
            yield from _conditions(place)


def _conditions(place: Place) -> Iterator[Change]:
    yield change(place, ast.UnaryOp(ast.Not(), place.value))
    if not isinstance(place.owner, ast.While):
        for value in (True, False):
            yield change(place, ast.Constant(value))


def _others(node: ast.expr) -> Iterator[ast.expr]:
    make = _CHANGERS.get(type(node))
    return make(node) if make is not None else iter(())


def _but(node: _N, **fields: Any) -> _N:
    """A shallow copy of a node with other fields."""
    copied = copy.copy(node)
    for name, value in fields.items():
        setattr(copied, name, value)
    return copied


def _item(items: list[Any], index: int, *values: Any) -> list[Any]:
    """A copy of a list with other values in the place of one item."""
    return [*items[:index], *values, *items[index + 1 :]]


def _shifted(node: ast.expr) -> Iterator[ast.expr]:
    """One more and one less."""
    for operator in (ast.Add(), ast.Sub()):
        yield ast.BinOp(node, operator, ast.Constant(1))


def _of_compare(node: ast.Compare) -> Iterator[ast.expr]:
    for index, operator in enumerate(node.ops):
        for other in COMPARISONS.get(type(operator), ()):
            yield _but(node, ops=_item(node.ops, index, other()))
    if len(node.ops) == 1:
        for left in _shifted(node.left):
            yield _but(node, left=left)
        for right in _shifted(node.comparators[0]):
            yield _but(node, comparators=[right])


def _of_binary(node: ast.BinOp) -> Iterator[ast.expr]:
    for other in ARITHMETIC.get(type(node.op), ()):
        yield _but(node, op=other())
    yield _but(node, left=node.right, right=node.left)
    yield node.left
    yield node.right


def _of_unary(node: ast.UnaryOp) -> Iterator[ast.expr]:
    yield node.operand


def _of_boolean(node: ast.BoolOp) -> Iterator[ast.expr]:
    yield _but(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for index in range(len(node.values)):
        rest = _item(node.values, index)
        yield rest[0] if len(rest) == 1 else _but(node, values=rest)


def _of_constant(node: ast.Constant) -> Iterator[ast.expr]:
    value = node.value
    others: list[bool | int | float | str] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1, 0, 1, 2, -value]
    elif isinstance(value, float):
        others = [value * 2, value / 2, -value, float("inf")]
    elif isinstance(value, str):
        others = ["", " ", ",", value.lower(), value.upper(), value.capitalize()]
    for other in dict.fromkeys(others):
        if other != value:
            yield ast.Constant(other)


def _of_call(node: ast.Call) -> Iterator[ast.expr]:
    called = node.func
    if isinstance(called, ast.Name):
        for name in NAMES.get(called.id, ()):
            yield _but(node, func=_but(called, id=name))
        if called.id == "range":
            yield from _of_range(node)
    elif isinstance(called, ast.Attribute):
        for name in NAMES.get(called.attr, ()):
            yield _but(node, func=_but(called, attr=name))
        if not node.args:
            yield called.value
    if len(node.args) == 2:
        yield _but(node, args=node.args[::-1])
    if len(node.args) == 1 and not node.keywords:
        yield node.args[0]
    for index in range(len(node.keywords)):
        yield _but(node, keywords=_item(node.keywords, index))


def _of_range(node: ast.Call) -> Iterator[ast.expr]:
    for index, argument in enumerate(node.args):
        for shifted in _shifted(argument):
            yield _but(node, args=_item(node.args, index, shifted))
    if len(node.args) == 1:
        end = node.args[0]
        further = ast.BinOp(end, ast.Add(), ast.Constant(1))
        for first, last in ((1, end), (2, end), (1, further)):
            yield _but(node, args=[ast.Constant(first), last])
    else:
        yield _but(node, args=node.args[1:2])


def _of_subscript(node: ast.Subscript) -> Iterator[ast.expr]:
    if not isinstance(node.slice, ast.Slice):
        for shifted in _shifted(node.slice):
            yield _but(node, slice=shifted)
        return
    yield node.value
    for end in ("lower", "upper"):
        bound = getattr(node.slice, end)
        if bound is not None:
            for other in (*_shifted(bound), None):
                yield _but(node, slice=_but(node.slice, **{end: other}))


def _of_comprehension(node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Iterator[ast.expr]:
    for index, generator in enumerate(node.generators):
        for condition in range(len(generator.ifs)):
            weaker = _but(generator, ifs=_item(generator.ifs, condition))
            yield _but(node, generators=_item(node.generators, index, weaker))


def _of_choice(node: ast.IfExp) -> Iterator[ast.expr]:
    yield _but(node, body=node.orelse, orelse=node.body)


_CHANGERS: Final[dict[type[ast.expr], Callable[[Any], Iterator[ast.expr]]]] = {
    ast.Compare: _of_compare,
    ast.BinOp: _of_binary,
    ast.UnaryOp: _of_unary,
    ast.BoolOp: _of_boolean,
    ast.Constant: _of_constant,
    ast.Call: _of_call,
    ast.Subscript: _of_subscript,
    ast.ListComp: _of_comprehension,
    ast.GeneratorExp: _of_comprehension,
    ast.SetComp: _of_comprehension,
    ast.IfExp: _of_choice,
}

"""Where a test may check something, as far as its text tells: in doubt it does."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from egcfg_sandbox.judge.modules import HELPER_MODULES

LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
TRYING: Final = (ast.Try, ast.TryStar)
BRANCHING: Final = (
    ast.If, ast.IfExp, ast.BoolOp, ast.Match, ast.ExceptHandler, *LOOPS,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
"""What executes a part of itself or not, or several times."""
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_ASSERTING: Final = "assert"
_GIVING_UP: Final = ("fail", "exit", "quit")
# Modules that show nothing of what the program did.
_OF_VALUES: Final = HELPER_MODULES - {"os", "random", "sys"}


class Checks:
    """Looks for checks in parts of a test, and in what these call by name."""

    def __init__(self, trees: Sequence[ast.AST]) -> None:
        nodes = [node for tree in trees for node in ast.walk(tree)]
        values = [found for node in nodes for found in _definitions(node)]
        functions = [(name, part) for name, value in values for part in _handed_on(value)]
        self._own = {*vars(builtins), *(name for node in nodes for name in _bound(node))}
        self._given = {name for node in nodes for name in _given(node)} - {"self"}
        _spread(self._given, [*values, *(found for node in nodes for found in _mixed(node))], self.asks)
        self._raising = set(_GIVING_UP)
        self._checking: set[str] = set()
        _spread(self._raising, functions, self._raises)
        self._known = self._own - {name for node in nodes for name in _variables(node)}
        self._loose = False
        _spread(self._checking, functions, self.holds)
        called = [node.func for node in nodes if isinstance(node, ast.Call)]
        self._loose = any(self._is_handed_on(node, called) for node in nodes)
        _spread(self._checking, functions, self.holds)

    def _is_handed_on(self, node: ast.AST, called: list[ast.expr]) -> bool:
        """Whether a function that checks may be called under another name."""
        if isinstance(node, _FUNCTIONS):
            return bool(node.decorator_list) and node.name in self._checking
        return _name(node) in self._checking and node not in called

    def _is_known(self, function: ast.expr) -> bool:
        """Whether the text tells what is called: a name of the test's own, or one of the program's."""
        if isinstance(function, ast.Name):
            return function.id in self._known or function.id not in self._own
        return isinstance(function, ast.Attribute)

    def _raises(self, part: ast.AST) -> bool:
        return any(_is_refusal(node) or _name(node) in self._raising for node in ast.walk(part))

    def holds(self, part: ast.AST, chosen: bool = False) -> bool:
        """Whether something is checked in a part; `chosen`: whether that is executed depends on something.

        To raise whenever a point is reached, as by `assert False`, is a check only if the way to it is one.
        """
        name = _name(part)
        if name is not None and (name.startswith(_ASSERTING) or name in self._checking):
            return True
        if chosen and (_is_refusal(part) or name in self._raising):
            return True
        if isinstance(part, ast.Assert) and not _is_refusal(part):
            return True
        if self._loose and isinstance(part, ast.Call) and not self._is_known(part.func):
            return True
        if isinstance(part, BRANCHING):
            chosen = chosen or self.hangs(part)
        chosen = chosen or isinstance(part, TRYING) or _may_return(part)
        return any(self.holds(child, chosen) for child in ast.iter_child_nodes(part))

    def asks(self, part: ast.AST) -> bool:
        """Whether a part names something of the program, or what came of that."""
        for node in ast.walk(part):
            name = _name(node)
            unknown = isinstance(node, ast.Name) and name not in self._own
            if name in self._given or unknown:
                return True
        return False

    def hangs(self, part: ast.AST) -> bool:
        """Whether it hangs on the program which part of a statement is executed, or how often."""
        if isinstance(part, ast.ExceptHandler):
            return True
        for name in ("test", "subject", "iter"):
            if hasattr(part, name):
                return self.asks(getattr(part, name))
        return self.asks(part)


def _spread(
    names: set[str], defined: Sequence[tuple[str, ast.AST]], tells: Callable[[ast.AST], bool]
) -> None:
    """Adds the names of what does something, of what uses that, and so on."""
    known = -1
    while known != len(names):
        known = len(names)
        names.update(name for name, part in defined if name not in names and tells(part))


def _bound(node: ast.AST) -> Iterator[str]:
    """Names that the test itself gives something."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Import):
        yield from (alias.asname or alias.name for alias in node.names if alias.name in _OF_VALUES)
    elif isinstance(node, ast.ImportFrom) and node.module in _OF_VALUES:
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def _variables(node: ast.AST) -> Iterator[str]:
    """Names that stand for whatever they are given."""
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id


def _given(node: ast.AST) -> Iterator[str]:
    """Names of which the statement does not tell what they will stand for."""
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from _held_by(node.optional_vars)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name


def _mixed(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Names of what is in one call, or one head of a `with`: each may come to hold what the others give."""
    if isinstance(node, ast.Call | ast.withitem):
        for part in ast.walk(node):
            name = _name(part)
            if name is not None and name not in vars(builtins) and name != "self":
                yield name, node


def _is_refusal(node: ast.AST) -> bool:
    """Whether a statement does nothing but raise."""
    return isinstance(node, ast.Raise) or (
        isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)
    )


def _may_return(node: ast.AST) -> bool:
    return isinstance(node, _FUNCTIONS) and any(isinstance(part, ast.Return) for part in ast.walk(node))


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _definitions(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Names of functions and classes, and of what holds one, each with what it stands for."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield node.name, node
        return
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(
        node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr | ast.For | ast.AsyncFor | ast.comprehension
    ):
        targets = [node.target]
    value = getattr(node, "iter", None) or getattr(node, "value", None)
    if value is not None:
        for target in targets:
            yield from ((name, value) for name in _held_by(target))


def _held_by(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _held_by(one)
    elif isinstance(target, ast.Starred | ast.Subscript):
        yield from _held_by(target.value)
    else:
        name = _name(target)
        if name is not None:
            yield name


def _handed_on(value: ast.AST) -> Iterator[ast.AST]:
    """Functions in a value, or one itself; what makes one may give one that does the same."""
    if isinstance(value, (*_FUNCTIONS, ast.ClassDef)):
        yield value
        return
    for node in ast.walk(value):
        if isinstance(node, ast.Lambda | ast.Name | ast.Attribute):
            yield node

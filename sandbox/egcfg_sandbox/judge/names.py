"""Decides which names that a test reads are the program's, and which are the judge's own.

A program must not bring along the tool by which its answer is compared. So a builtin, `isclose`, `Counter`
and the modules that tests use are the judge's, unless they are what is under test.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import symtable
from collections.abc import Iterator, Sequence
from typing import Any, Final

from egcfg_sandbox.assertions import NotATest
from egcfg_sandbox.judge.references import HELPER_MODULES

# Where a class of values or a comparison comes from.
_HOMES: Final = {
    **dict.fromkeys(("Counter", "OrderedDict", "defaultdict", "deque"), "collections"),
    **dict.fromkeys(("datetime", "date", "timedelta"), "datetime"),
    "Decimal": "decimal",
    "Fraction": "fractions",
    "deepcopy": "copy",
    "isclose": "math",
}


class Names:
    """The names in the texts of a test."""

    def __init__(self, texts: Sequence[str], trees: Sequence[ast.Module]) -> None:
        nodes = [node for tree in trees for node in ast.walk(tree)]
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        self.called = {function.id for function in calls if isinstance(function, ast.Name)}
        """Names that are called as they are: no modules."""
        self.imported = {name for node in nodes for name in _imported_by(node)}
        """Top-level modules of the test's import statements."""
        self.asked, self.in_class_bodies = _global_names(texts)
        """Names that the program may have to give, and those of them that the body of a class reads."""

    def given(self, found: dict[str, Any], entry_point: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values of the names for the test: the judge's own, and those of the program."""
        given = {name: value for name, value in found.items() if name in self.asked}
        helpers = self._helpers(given)
        helpers.pop(entry_point or "", None)
        own = {name: given[name] for name in given if name not in helpers and name not in vars(builtins)}
        shadowing = {name: given[name] for name in given if name in vars(builtins)}
        if entry_point in shadowing:
            own[entry_point] = shadowing[entry_point]
        elif not own and entry_point is None:
            own = self._shadowing_under_test(shadowing)
        if entry_point is None and not own:
            # They are all that the test calls, so one of them is under test.
            own = {name: given[name] for name in helpers if name in _HOMES}
            helpers = {name: value for name, value in helpers.items() if name not in own}
        return helpers, own

    def _helpers(self, given: dict[str, Any]) -> dict[str, Any]:
        helpers: dict[str, Any] = {}
        for name in given:
            if name in HELPER_MODULES and name not in self.called:
                module = importlib.import_module(name)
                # Of `from datetime import datetime` the class of that name is meant.
                helpers[name] = given[name] if given[name] is getattr(module, name, module) else module
            elif name in _HOMES:
                helpers[name] = getattr(importlib.import_module(_HOMES[name]), name)
        return helpers

    def _shadowing_under_test(self, shadowing: dict[str, Any]) -> dict[str, Any]:
        """The one builtin's name under test, where nobody says what is: what else it means is open."""
        called = sorted(self.called & shadowing.keys())
        if len(called) > 1:
            listed = " and ".join(called)
            raise NotATest(f"the program has {listed} of its own: entry_point must say which is tested")
        return {name: shadowing[name] for name in called}


def _global_names(texts: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Names that a test reads from outside itself, and those that the bodies of its classes read."""
    names: set[str] = set()
    own: set[str] = set()
    in_classes: set[str] = set()
    for text in texts:
        module = symtable.symtable(text, "<test>", "exec")
        for symbol in module.get_symbols():
            (own if symbol.is_assigned() or symbol.is_imported() else names).add(symbol.get_name())
        waiting = module.get_children()
        while waiting:
            table = waiting.pop()
            found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
            names |= found
            if table.get_type() == "class":
                in_classes |= found
            waiting += table.get_children()
    return frozenset(names - own), frozenset(in_classes - own)


def _imported_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.partition(".")[0]

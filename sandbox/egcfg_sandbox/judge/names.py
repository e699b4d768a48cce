"""Names that a test reads from outside itself: which of them are the program's, and which the judge's own."""

from __future__ import annotations

import ast
import builtins
import importlib
import symtable
from collections.abc import Iterator, Sequence
from typing import Any, Final

from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.modules import HELPER_MODULES
from egcfg_sandbox.judge.shadowing import under_test
from egcfg_sandbox.judge.unswallowing import TEST

# Names for modules that only the program imported, and where a value's class or a comparison comes from.
_USUAL_NAMES: Final = {"np": "numpy", "numpy": "numpy", "pd": "pandas", "pandas": "pandas"}
_HOMES: Final = {
    **dict.fromkeys(("Counter", "OrderedDict", "defaultdict", "deque"), "collections"),
    **dict.fromkeys(("datetime", "date", "timedelta"), "datetime"),
    "Decimal": "decimal",
    "Fraction": "fractions",
    "deepcopy": "copy",
    "isclose": "math",
}
REPLACED: Final = frozenset({*_USUAL_NAMES, *_HOMES, *HELPER_MODULES})
"""Names that may come to stand for something of the judge's."""


def global_names(*texts: str) -> set[str]:
    """Names that the test reads from outside itself: its own variables are none of the program's business."""
    names: set[str] = set()
    own: set[str] = set()
    for text in texts:
        module = symtable.symtable(text, TEST, "exec")
        for symbol in module.get_symbols():
            if symbol.is_assigned() or symbol.is_imported():
                own.add(symbol.get_name())
            else:
                names.add(symbol.get_name())
        waiting = module.get_children()
        while waiting:
            table = waiting.pop()
            names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
            waiting += table.get_children()
    return names - own


def _imported_here(name: str) -> Any:
    """The judge's own copy of a package; without one the program cannot have it either."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotATest(f"the test needs {name}, which this sandbox does not have") from None


def imported_by(node: ast.AST) -> Iterator[str]:
    """Top-level modules that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.partition(".")[0]


def helpers_among(given: dict[str, Any], called: set[str], entry_point: str | None) -> dict[str, Any]:
    """What helps a test to compare but was left to the program to import: the judge's own instead.

    `called`: names that the test calls as they are, which are no modules.
    """
    helpers: dict[str, Any] = {}
    for name in set(given) - called:
        if name in _USUAL_NAMES:
            helpers[name] = _imported_here(_USUAL_NAMES[name])
        elif name in HELPER_MODULES:
            module = importlib.import_module(name)
            # Of `from datetime import datetime` the class of that name is meant.
            helpers[name] = given[name] if given[name] is getattr(module, name, module) else module
    if entry_point is not None or not set(given) <= _HOMES.keys():
        for name in (set(given) & _HOMES.keys()) - helpers.keys():
            helpers[name] = getattr(importlib.import_module(_HOMES[name]), name)
    helpers.pop(entry_point or "", None)
    return helpers


def bindings_among(
    given: dict[str, Any], trees: Sequence[ast.AST], entry_point: str | None
) -> dict[str, Any]:
    """The program's names that the test gets: those of builtins only where they are under test."""
    shadowing = {name for name in given if name in vars(builtins)}
    own = set(given) - shadowing
    bound = {name: given[name] for name in own}
    if entry_point in shadowing:
        bound[entry_point] = given[entry_point]
    elif not own and entry_point is None:
        bound |= {name: given[name] for name in under_test(trees, shadowing)}
    return bound

"""What a test puts in the place of functions and classes of Python's modules: the program finds it there."""

from __future__ import annotations

import ast
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

Place = tuple[str, str]
"""A module and a name in it."""

# Looked at in every test that may replace something, however it does so.
_USUAL: Final = {
    "builtins": ("input", "print", "open"),
    "time": ("sleep", "time", "perf_counter", "monotonic"),
    "random": (
        "random", "randint", "randrange", "uniform", "choice", "choices", "sample", "shuffle", "gauss",
    ),
}  # fmt: skip
# What the program's answers are carried by, and modules that do something when they are loaded.
_KEPT: Final = frozenset(
    {
        ("os", "getpid"), ("os", "read"), ("os", "write"), ("os", "_exit"), ("os", "environ"),
        ("sys", "modules"), ("sys", "stdin"), ("sys", "stdout"), ("sys", "stderr"),
        ("sys", "setrecursionlimit"), ("sys", "getrecursionlimit"),
    }
)  # fmt: skip
_NOT_LOADED: Final = frozenset({"__main__", "this", "antigravity", "idlelib", "test"})


def named_in(trees: Sequence[ast.AST]) -> frozenset[Place]:
    """Places that a test names as those in which it puts something, or may: in texts and assignments."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {module for node in nodes for module in _imported(node)}
    names: set[str] = set()
    found: set[Place] = set()
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            module, _, name = node.value.rpartition(".")
            if not name.isidentifier():
                continue
            if module:
                found.add((module, name))
            else:
                names.add(name)
        elif isinstance(node, ast.Attribute) and type(node.ctx) is not ast.Load:
            found.add((ast.unparse(node.value), node.attr))
    found |= {(module, name) for module in modules for name in names}
    return frozenset(place for place in found if _is_open(place))


def _imported(node: ast.AST) -> Iterator[str]:
    """Modules that an import statement makes reachable, with those that a name from one may be."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_open(place: Place) -> bool:
    top = place[0].partition(".")[0]
    return top in sys.stdlib_module_names and top not in _NOT_LOADED and place not in _KEPT


class Replacements:
    """Compares what stands in such places, and the environment, with what was there before each question."""

    def __init__(self, ask: Callable[..., Any], further: Iterable[Place]) -> None:
        self._ask = ask
        self._original = {
            (module, name): getattr(sys.modules[module], name)
            for module, names in _USUAL.items()
            if module in sys.modules
            for name in names
        }
        for place in further:
            if _has(place):
                self._original.setdefault(place, getattr(sys.modules[place[0]], place[1]))
        self._given = dict(self._original)
        self._environment = dict(os.environ)

    def before(self) -> None:
        """Hands over what the test has replaced or put back, if it has a form outside the test."""
        if os.environ != self._environment:
            self._environment = dict(os.environ)
            self._ask("environment", self._environment)
        for place, given in self._given.items():
            module, name = place
            found = getattr(sys.modules[module], name, given)
            if found is given:
                continue
            self._given[place] = found
            try:
                self._ask("replace", *place, None if found is self._original[place] else found)
            except TypeError:
                continue


def _has(place: Place) -> bool:
    """Whether there is such a module, which is then loaded, with that name in it."""
    try:
        module = importlib.import_module(place[0])
    except Exception:
        return False
    return hasattr(module, place[1])

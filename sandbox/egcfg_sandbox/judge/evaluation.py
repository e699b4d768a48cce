"""`eval` and its kin for tests: a text that came from the program is data, never code of the judge."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from types import MethodType
from typing import Any, Final

NAMES: Final = frozenset({"eval", "exec", "compile"})
_PLAIN: Final = (
    ast.Expression, ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.BoolOp,
    ast.Compare, ast.unaryop, ast.operator, ast.boolop, ast.cmpop, ast.expr_context,
)  # fmt: skip
_LONGEST: Final = 10_000


class Evaluation:
    """Knows which texts the test has written itself, and whether the program has given any."""

    def __init__(self, trees: Sequence[ast.AST]) -> None:
        self._heard: set[str] = set()
        self._trees = trees

    def hear(self, texts: Iterable[bytes]) -> None:
        """Takes note of what the program says: of words, as numbers alone do nothing when evaluated."""
        for data in texts:
            text = data.decode("utf-8", "replace")
            if any(character.isalpha() or character == "_" for character in text):
                self._heard.add(text.strip())

    @cached_property
    def _forms(self) -> list[re.Pattern[str]]:
        """The texts of the test; what it puts into them by formatting is a group."""
        nodes = [node for tree in self._trees for node in ast.walk(tree)]
        return [_form([node]) for node in nodes if isinstance(node, ast.Constant)] + [
            _form(node.values) for node in nodes if isinstance(node, ast.JoinedStr)
        ]

    def _is_the_programs(self, text: str) -> bool:
        """Whether a text may hold something of the program: it may have been changed since it came."""
        if not self._heard:
            return False
        return text.strip() in self._heard or not any(
            found is not None and all(map(_is_literal, found.groups()))
            for found in (form.fullmatch(text) for form in self._forms)
        )

    def tools(self) -> dict[str, Callable[..., Any]]:
        """What stands in the place of the builtins."""
        return {"eval": self._eval, "exec": self._exec, "compile": self._compile}

    def _eval(self, source: Any, names: Any = None, local: Any = None, /) -> Any:
        text = _text_of(source)
        if text is not None and self._is_the_programs(text):
            return eval(_plain_expression(text), {"__builtins__": {}})
        frame = sys._getframe(1)
        if names is None:
            names, local = frame.f_globals, frame.f_locals
        return eval(source, names, local)

    def _exec(self, source: Any, names: Any = None, local: Any = None, /) -> None:
        text = _text_of(source)
        if text is not None and self._is_the_programs(text):
            raise TypeError("a test does not execute what the program returned")
        frame = sys._getframe(1)
        if names is None:
            names, local = frame.f_globals, frame.f_locals
        exec(source, names, local)

    def _compile(self, source: Any, *arguments: Any, **named: Any) -> Any:
        text = _text_of(source)
        if text is not None and self._is_the_programs(text):
            raise TypeError("a test does not compile what the program returned")
        return compile(source, *arguments, **named)


def builtin_name(value: Any) -> str | None:
    """The builtin in whose place a tool stands, None for anything else."""
    if type(value) is MethodType and type(value.__self__) is Evaluation:
        return value.__name__.removeprefix("_")
    return None


_HOLE: Final = re.compile(r"%[-+ #0-9.]*[sdrfgixa]|\\{[^{}]*\\}")


def _form(parts: Sequence[ast.AST]) -> re.Pattern[str]:
    """The texts that come of a constant of the test, or of one in several parts, by formatting."""
    pieces = [
        "(.*)".join(map(re.escape, _HOLE.split(part.value)))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        else "(.*)"
        for part in parts
    ]
    return re.compile("".join(pieces), re.DOTALL)


def _is_literal(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    try:
        _plain_expression(text)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return False
    return True


def _text_of(source: Any) -> str | None:
    """Text that would be compiled; None for code that is compiled already."""
    if isinstance(source, str):
        return source
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source).decode("latin-1")
    return None


def _plain_expression(text: str) -> Any:
    """Compiled arithmetic on literals; anything that names or calls something raises `TypeError`."""
    tree = ast.parse(text[:_LONGEST].strip(), mode="eval")
    if not all(isinstance(node, _PLAIN) for node in ast.walk(tree)):
        raise TypeError("what the program returned is more than an expression of literals")
    return compile(tree, "<answer>", "eval")

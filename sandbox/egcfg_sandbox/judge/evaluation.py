"""`eval` and its kin for tests: a text that came from the program is data, never code of the judge."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from types import MethodType
from typing import Any, Final

NAMES: Final = frozenset({"eval", "exec", "compile"})
_PLAIN: Final = (
    ast.Expression, ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.BoolOp,
    ast.Compare, ast.unaryop, ast.operator, ast.boolop, ast.cmpop, ast.expr_context,
)  # fmt: skip
_LONGEST: Final = 10_000


class Evaluation:
    """Remembers the texts that the program gave, as long as somebody could evaluate them."""

    def __init__(self) -> None:
        self._heard: set[str] = set()

    def hear(self, value: Any) -> None:
        """Takes note of the texts in an answer."""
        waiting, seen = [value], set()
        while waiting:
            part = waiting.pop()
            if isinstance(part, str | bytes):
                text = part if isinstance(part, str) else part.decode("latin-1")
                if any(character.isalpha() or character == "_" for character in text):
                    self._heard.add(text)
            elif isinstance(part, list | tuple | set | frozenset | dict) and id(part) not in seen:
                seen.add(id(part))
                waiting += [*part, *part.values()] if isinstance(part, dict) else part

    def _is_the_programs(self, text: str) -> bool:
        return any(heard in text or text.strip() in heard for heard in self._heard)

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

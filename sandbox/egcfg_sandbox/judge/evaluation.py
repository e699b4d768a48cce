"""`eval` and its kin for tests: a text that came from the program is data, never code of the judge."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from types import MethodType
from typing import Any, Final

_PLAIN: Final = (
    ast.Expression, ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.BoolOp,
    ast.Compare, ast.unaryop, ast.operator, ast.boolop, ast.cmpop, ast.expr_context,
)  # fmt: skip
_LONGEST: Final = 10_000


class Evaluation:
    """Knows which texts the test has written itself, and whether the program has given any."""

    def __init__(self, trees: Sequence[ast.AST], files_were_used: Callable[[], bool]) -> None:
        """`files_were_used`: whether there may be texts of the program where the test can read them."""
        self.files_were_used = files_were_used
        self._noted: set[bytes] = set()
        self._heard: set[str] = set()
        self._trees = trees

    def hear(self, texts: Iterable[bytes]) -> None:
        """Takes note of what the program says."""
        self._noted.update(texts)

    @property
    def _told(self) -> set[str]:
        """What the program has said, apart from numbers."""
        texts = (data.decode("utf-8", "replace") for data in self._noted)
        self._heard.update(text.strip() for text in texts if not _NUMBERS.issuperset(text))
        self._noted.clear()
        return self._heard

    @property
    def has_heard(self) -> bool:
        """Whether the program may have given any text or bytes other than numbers."""
        return bool(self._told) or self.files_were_used()

    def was_told(self, text: str) -> bool:
        """Whether the program has given just this text."""
        return text.strip() in self._told

    def has_told_part_of(self, text: str) -> bool:
        """Whether a text of the program that does more than to name something stands in this one."""
        dense = "".join(text.split())
        return any(not _DOING.isdisjoint(told) and "".join(told.split()) in dense for told in self._told)

    @cached_property
    def _forms(self) -> list[re.Pattern[str]]:
        """The texts of the test; what it puts into them by formatting is a group."""
        nodes = [node for tree in self._trees for node in ast.walk(tree)]
        return [_form([node]) for node in nodes if isinstance(node, ast.Constant)] + [
            _form(node.values) for node in nodes if isinstance(node, ast.JoinedStr)
        ]

    def is_the_programs(self, text: str) -> bool:
        """Whether a text may hold something of the program: it may have been changed since it came."""
        if not self.has_heard:
            return False
        return self.was_told(text) or not any(
            found is not None and all(_fits(part, form.pattern) for part in found.groups())
            for form, found in ((form, form.fullmatch(text)) for form in self._forms)
        )

    def _is_mixed(self, text: str) -> bool:
        """Whether a text is one of the test's with something put in: then it is not the program's alone."""
        own = [form for form in self._forms if form.pattern.replace("(.*)", "") not in ("", form.pattern)]
        return not self.was_told(text) and any(form.fullmatch(text) for form in own)

    def tools(self, names: Iterable[str]) -> dict[str, Callable[..., Any]]:
        """What stands in the place of those builtins that the test names."""
        tools = {"eval": self._eval, "exec": self._exec, "compile": self._compile}
        return {name: tools[name] for name in tools.keys() & names}

    def _eval(self, source: Any, names: Any = None, local: Any = None, /) -> Any:
        text = text_of(source)
        if text is not None and self.is_the_programs(text):
            if self._is_mixed(text):
                raise TypeError("what the program returned is no value for a text of the test")
            return eval(_plain_expression(text), {"__builtins__": {}})
        frame = sys._getframe(1)
        if names is None:
            names, local = frame.f_globals, frame.f_locals
        return eval(source, names, local)

    def _exec(self, source: Any, names: Any = None, local: Any = None, /) -> None:
        text = text_of(source)
        if text is not None and self.is_the_programs(text):
            raise TypeError("a test does not execute what the program returned")
        frame = sys._getframe(1)
        if names is None:
            names, local = frame.f_globals, frame.f_locals
        exec(source, names, local)

    def _compile(self, source: Any, *arguments: Any, **named: Any) -> Any:
        text = text_of(source)
        if text is not None and self.is_the_programs(text):
            raise TypeError("a test does not compile what the program returned")
        return compile(source, *arguments, **named)


def builtin_name(value: Any) -> str | None:
    """The builtin in whose place a tool stands, None for anything else."""
    if type(value) is MethodType and type(value.__self__) is Evaluation:
        return value.__name__.removeprefix("_")
    return None


_HOLE: Final = re.compile(r"%[-+ #0-9.]*[sdrfgixa]|\{[^{}]*\}")
_NUMBERS: Final = frozenset("0123456789.+- ")
_DOING: Final = frozenset("([=:@")
_TURNING: Final = (ast.BoolOp, ast.Compare, ast.Not)


def _form(parts: Sequence[ast.AST]) -> re.Pattern[str]:
    """The texts that come of a constant of the test, or of one in several parts, by formatting."""
    pieces = [
        "(.*)".join(map(re.escape, _HOLE.split(part.value)))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        else "(.*)"
        for part in parts
    ]
    return re.compile("".join(pieces), re.DOTALL)


def _fits(text: str, form: str) -> bool:
    """Whether a text is one value where the form has it put in, and turns no comparison round there."""
    if len(text) > _LONGEST or not {*"#\n\r\\"}.isdisjoint(text):
        return False
    if not {*"'\""}.isdisjoint(text) and not {*"'\""}.isdisjoint(form):
        # It could end a string of the form.
        return False
    try:
        _plain_expression(text)
        listed: Any = ast.parse(f"[{text}]", mode="eval").body
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return False
    alone = type(listed) is ast.List and len(listed.elts) == 1
    return alone and not any(isinstance(node, _TURNING) for node in ast.walk(listed))


def text_of(source: Any) -> str | None:
    """Text that would be compiled, also of a tree; None for code that is compiled already."""
    if isinstance(source, str):
        return source
    if isinstance(source, ast.AST):
        return ast.unparse(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source).decode("latin-1")
    return None


def _plain_expression(text: str) -> Any:
    """Compiled arithmetic on literals; anything that names or calls something raises `TypeError`."""
    tree = ast.parse(text[:_LONGEST].strip(), mode="eval")
    if not all(isinstance(node, _PLAIN) for node in ast.walk(tree)):
        raise TypeError("what the program returned is more than an expression of literals")
    return compile(tree, "<answer>", "eval")

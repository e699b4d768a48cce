"""Reads examples in the prose of a docstring, such as `f(2) ➞ 4` or `For x = 2, the output should be 4`.

The rules are strict on purpose: a missed example costs little, but a wrong one makes an exercise unsolvable.
Both sides must be Python, and the left side must call the entry point with plain values. If two examples
contradict each other, both are dropped.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.doctests import equality

_SEPARATOR: Final = re.compile(
    r"[ \t]*(?:#[ \t]*)?(?P<sign>➞|→|⇒|==>|=>|-->|->|===?|="
    r"|(?:(?:should|will|must)[ \t]+)?(?:return|output|give)s?\b:?"
    r"|(?:should|will|must)[ \t]+be\b:?)[ \t]*"
)
_FOR: Final = re.compile(
    r"\bfor[ \t]+(?P<inputs>\w+[ \t]*=.*?)[,.]?\s+(?:the\s+)?(?:output|result|answer)"
    r"\s+(?:should\s+be|will\s+be|is)\s+",
    re.IGNORECASE | re.DOTALL,
)
_INPUT_OUTPUT: Final = re.compile(
    r"\binputs?[ \t]*:\s*(?P<inputs>.+?)\s*\n?[ \t]*\boutputs?[ \t]*:\s*", re.IGNORECASE | re.DOTALL
)
_ASSIGNED: Final = re.compile(r"[\s,]*(?P<name>[A-Za-z_]\w*)\s*[=:]\s*")
_AFTER_VALUE: Final = re.compile(r"\s*(?:$|[.,;#(\n]|[A-Za-z])")
_NUMBER: Final = re.compile(r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WORDS: Final = {"true": "True", "false": "False", "none": "None"}
_LONGEST_EXAMPLE: Final = 2000


@dataclass(frozen=True, slots=True)
class _Example:
    """A call and its expected value. `firm` is False for `f(x) = y`, which may also be a definition."""

    call: str
    value: str
    firm: bool = True

    @property
    def assertion(self) -> str:
        node = python_source.parse_expression(self.value)
        assert node is not None
        return equality(self.call, node, self.value)


def prose_assertions(text: str, function: ast.FunctionDef, known: frozenset[str]) -> list[str]:
    """One assertion per example of `function` in the text. `known` are the names that its module defines."""
    examples = [*_calls(text, function.name, known), *_described(text, function)]
    loose_types = {type(ast.literal_eval(example.value)) for example in examples if not example.firm}
    if len(loose_types) > 1:
        examples = [example for example in examples if example.firm]
    values: dict[str, set[str]] = {}
    for example in examples:
        values.setdefault(example.call, set()).add(example.value)
    return list(dict.fromkeys(example.assertion for example in examples if len(values[example.call]) == 1))


def _calls(text: str, name: str, known: frozenset[str]) -> Iterator[_Example]:
    """Examples of the form `name(...) <sign> value`."""
    for match in re.finditer(rf"(?<![\w.]){re.escape(name)}\(", text):
        end = _call_end(text, match.start())
        if end is None:
            continue
        call = _one_line(text[match.start() : end])
        node = python_source.parse_expression(call)
        separator = _SEPARATOR.match(text, end)
        if node is None or separator is None or not _plain_arguments(node, known):
            continue
        value = _value(text[separator.end() :])
        if value is not None:
            yield _Example(call, value, firm=separator["sign"] != "=")


def _described(text: str, function: ast.FunctionDef) -> Iterator[_Example]:
    """Examples that name the arguments: `For x = 2, the output should be 4`, `Input: 2 Output: 4`."""
    parameters = [argument.arg for argument in function.args.args]
    for pattern in (_FOR, _INPUT_OUTPUT):
        for match in pattern.finditer(text):
            arguments = _arguments(match["inputs"], parameters)
            value = _value(text[match.end() :])
            if arguments is not None and value is not None:
                yield _Example(f"{function.name}({', '.join(arguments)})", value)


def _arguments(text: str, parameters: list[str]) -> list[str] | None:
    """The values of all parameters, in order; None if the text gives fewer or others."""
    given: dict[str, str] = {}
    position = 0
    while match := _ASSIGNED.match(text, position):
        value = _leading_value(text[match.end() :])
        if value is None:
            return None
        given[match["name"]] = value
        position = match.end() + len(value)
    if given.keys() == set(parameters) and "=" not in text[position:]:
        return [given[name] for name in parameters]
    whole = _leading_value(text)
    if len(parameters) == 1 and whole is not None and whole == text.strip():
        return [whole]
    return None


def _call_end(text: str, start: int) -> int | None:
    """The end of the call that starts here; None if no closing parenthesis makes it an expression."""
    for match in re.finditer(r"\)", text[start : start + _LONGEST_EXAMPLE]):
        if python_source.parse_expression(text[start : start + match.end()]) is not None:
            return start + match.end()
    return None


def _plain_arguments(node: ast.expr, known: frozenset[str]) -> bool:
    return isinstance(node, ast.Call) and python_source.is_literal(node, known)


def _value(text: str) -> str | None:
    """The literal that the text starts with; None if the text after it continues an expression."""
    chain = _last_of_chain(text.partition("\n")[0])
    value = chain if chain is not None else _leading_value(text)
    if value is None:
        return None
    if chain is None and not _AFTER_VALUE.match(text, len(value)):
        return None
    return _WORDS.get(value.lower(), value) if value.isalpha() else _one_line(value)


def _last_of_chain(line: str) -> str | None:
    """The number at the end of a chain of equations: `8` for `19 - 5 - 6 = 8`."""
    parts = [part.strip() for part in line.partition("#")[0].rstrip(" .,;").split(" = ")]
    if len(parts) < 2 or not all(_NUMBER.match(part.lstrip("(")) for part in parts):
        return None
    return parts[-1] if _NUMBER.fullmatch(parts[-1]) else None


def _leading_value(text: str) -> str | None:
    """The shortest literal at the start of the text: a number, a word, or a text up to a closing bracket."""
    if number := _NUMBER.match(text):
        return number[0].rstrip(".") if number[0].endswith(".") else number[0]
    if word := re.match(r"(?:true|false|none)\b", text, re.IGNORECASE):
        return word[0]
    if not text.startswith(("[", "(", "{", "'", '"')):
        return None
    closing = {"[": r"\]", "(": r"\)", "{": r"\}"}.get(text[0], re.escape(text[0]))
    for match in re.finditer(closing, text[:_LONGEST_EXAMPLE]):
        candidate = text[: match.end()]
        node = python_source.parse_expression(candidate)
        if node is not None and _is_value(node):
            return candidate
    return None


def _is_value(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _one_line(expression: str) -> str:
    return " ".join(line.strip() for line in expression.split("\n"))

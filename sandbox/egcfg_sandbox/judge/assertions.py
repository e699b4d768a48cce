"""The assertions of a test: compiled so that they leave their values behind, and told of when they fail."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.formatting import BoundFormats, formatting
from egcfg_sandbox.judge.remote_objects import RemoteObject, RemoteType
from egcfg_sandbox.judge.unswallowing import SETUP, TEST

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Is: ("is", operator.is_),
    ast.IsNot: ("is not", operator.is_not),
    ast.In: ("in", lambda left, right: left in right),
    ast.NotIn: ("not in", lambda left, right: left not in right),
}
_COMPARE: Final = dict(_COMPARISONS.values())
_SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class _Check:
    """What is known of an assertion before it is executed."""

    symbol: str
    expression: ast.expr
    answer_is_right: bool


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Setup and test as code, and the assertions in them by number."""

    codes: tuple[CodeType, ...]
    checks: tuple[_Check, ...]


class _Rewriter(ast.NodeTransformer):
    """Lets every assertion leave its values behind, without changing what it evaluates or when."""

    def __init__(self, names: set[str], checks: list[_Check]) -> None:
        self._names = names
        self._checks = checks

    def _asks_program(self, node: ast.AST) -> bool:
        return any(
            isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in self._names
            for part in ast.walk(node)
        )

    def visit_Assert(self, node: ast.Assert) -> Any:
        test = node.test
        index = ast.Constant(len(self._checks))
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            left, right = test.left, test.comparators[0]
            symbol = _COMPARISONS[type(test.ops[0])][0]
            turned = self._asks_program(right) and not self._asks_program(left)
            self._checks.append(_Check(symbol, test, turned))
            condition = _call("_judge_compare", index, left, right)
        else:
            self._checks.append(_Check("", test, False))
            condition = _call("_judge_truth", index, test)
        message = _call("_judge_failure", index, *([node.msg] if node.msg else []))
        raising = ast.Raise(exc=message, cause=None)
        statement = ast.If(test=ast.UnaryOp(ast.Not(), condition), body=[raising], orelse=[])
        return ast.fix_missing_locations(ast.copy_location(statement, node))


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(name, ast.Load()), args=list(arguments), keywords=[])


class Assertions:
    """Those of one test, and the values they had when it was executed last."""

    def __init__(self, setup: str, code: str) -> None:
        self._texts = (setup, code)
        self._compiled: dict[frozenset[str], _Compiled] = {}
        self._checks: tuple[_Check, ...] = ()
        self._values: dict[int, tuple[Any, ...]] = {}
        self._render = Renderer(_SHOWN)

    @property
    def none_evaluated(self) -> bool:
        """Whether the test has come by none of them."""
        return not self._values

    def forget(self) -> None:
        """Lets go of the values that the last program gave."""
        self._values.clear()

    def tools(self) -> dict[str, Callable[..., Any]]:
        """What the compiled test calls."""
        return {
            "_judge_compare": self._compare,
            "_judge_truth": self._truth,
            "_judge_failure": self._failure,
            "_judge_format": formatting,
        }

    def compiled(self, names: set[str]) -> tuple[CodeType, ...]:
        """Setup and test with assertions that leave their values behind; `names` are the program's."""
        key = frozenset(names)
        if key not in self._compiled:
            self._compiled[key] = self._compile(names)
        self._checks = self._compiled[key].checks
        return self._compiled[key].codes

    def _compile(self, names: set[str]) -> _Compiled:
        checks: list[_Check] = []
        rewriter = _Rewriter(names, checks)
        bounding = BoundFormats("_judge_format")
        trees = [
            (name, rewriter.visit(bounding.visit(parse(text))))
            for name, text in zip((SETUP, TEST), self._texts, strict=True)
        ]
        codes = [compile(tree, name, "exec", dont_inherit=True) for name, tree in trees if tree.body]
        return _Compiled(tuple(codes), tuple(checks))

    def _compare(self, index: int, left: Any, right: Any) -> bool:
        self._values[index] = (left, right)
        return bool(_COMPARE[self._checks[index].symbol](left, right))

    def _truth(self, index: int, value: Any) -> bool:
        self._values[index] = (value,)
        return bool(value)

    def _failure(self, index: int, message: Any = None) -> AssertionError:
        check = self._checks[index]
        values = [self._text(value) for value in self._values.get(index, ())]
        if check.answer_is_right:
            values.reverse()
        if len(values) == 2 and check.symbol == "==":
            detail = f"got {values[0]}, expected {values[1]}"
        elif len(values) == 2:
            detail = f"got {values[0]}, expected {check.symbol} {values[1]}"
        else:
            expression = " ".join(ast.unparse(check.expression).split())
            detail = f"{_short(expression)} is {values[0] if values else 'false'}"
        return AssertionError(f"{_short(str(message))} ({detail})" if message is not None else detail)

    def _text(self, value: Any) -> str:
        if isinstance(value, RemoteObject):
            return f"<{_kind_of(value)} object>"
        return self._render.text(value)


def _kind_of(value: RemoteObject) -> str:
    """The class of the program, or what is known of an object that has none of its own."""
    kind = type(value)
    return kind.__name__ if isinstance(kind, RemoteType) else kind.__name__.removeprefix("Remote").lower()


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def parse(text: str) -> ast.Module:
    """A part of a test; raises `NotATest` where it is no Python."""
    try:
        return ast.parse(text, TEST)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line} of the test)" if line else ""
        raise NotATest(f"the test does not parse: {getattr(error, 'msg', None) or error}{where}") from None

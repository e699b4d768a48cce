"""Rule 5: a failed check is final, whatever catches its exception. The checks of a test, and their texts.

A check is an `assert`, a `raise AssertionError`, a method of unittest such as `assertEqual` or `fail`, and an
`except` that is reached. They are rewritten so that each notes that it was evaluated, and that it failed
before anything is raised.
"""

from __future__ import annotations

import ast
import contextlib
import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

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
SHOWN: Final = 120
_TEST: Final = "<test>"
Show = Callable[[Any], str]
Compared = tuple[str | None, str | None]
NOT_COMPARED: Final[Compared] = (None, None)


class NotATest(Exception):
    """The test's own text is at fault, as opposed to the program."""


@dataclass(frozen=True, slots=True)
class _Assert:
    """An `assert` before it is executed. `answer_is_right`: what the program says stands on the right. `line`
    is where it begins in its text.
    """

    symbol: str
    expression: ast.expr
    answer_is_right: bool
    line: int


class Checks:
    """The checks of one execution of a test: whether any was evaluated, and the first that failed."""

    def __init__(self, asserts: list[_Assert], show: Show) -> None:
        self.evaluated = False
        self.failure: AssertionError | None = None
        self.compared = NOT_COMPARED
        """Got and expected of the comparison that decided; None and None where it was not a single one."""
        self._comparisons = 0
        self._asserts = asserts
        self._values: tuple[Any, ...] = ()
        self._show = show

        class Failed(AssertionError):
            """A check that failed: noted as soon as it is made, so that nobody can catch it unnoticed."""

            def __init__(failed, *arguments: Any) -> None:  # noqa: N805 (`self` are the checks)
                super().__init__(*arguments)
                self.evaluated = True
                if self.failure is None:
                    self.failure, self.compared = failed, NOT_COMPARED

        Failed.__name__ = Failed.__qualname__ = AssertionError.__name__
        self.failed: type[AssertionError] = Failed

    def tools(self) -> dict[str, Any]:
        """What the rewritten test calls, by name."""
        return {
            "_judge_compare": self._compare,
            "_judge_truth": self._truth,
            "_judge_failure": self._failure,
            "_judge_failed": self.failed,
            "_judge_reached": self._reached,
        }

    @contextlib.contextmanager
    def deciding(self) -> Iterator[None]:
        """A test is executed: whatever it raises or catches, the first failed check is what is raised."""
        try:
            yield
        except Exception:
            if self.failure is None:
                self.compared = NOT_COMPARED
                raise
        if self.failure is not None:
            raise self.failure

    def _reached(self, thing: Any = None) -> Any:
        self.evaluated = True
        return thing

    def _compare(self, index: int, left: Any, right: Any) -> bool:
        self.evaluated, self._values = True, (left, right)
        held = bool(_COMPARE[self._asserts[index].symbol](left, right))
        self._comparisons += 1
        if held and self.failure is None:
            self.compared = self._sides(index) if self._comparisons == 1 else NOT_COMPARED
        return held

    def _truth(self, index: int, value: Any) -> bool:
        self.evaluated, self._values = True, (value,)
        return bool(value)

    def _failure(self, index: int, message: Any = None) -> AssertionError:
        check = self._asserts[index]
        compared = self._sides(index) if check.symbol else NOT_COMPARED
        if check.symbol:
            detail = f"got {compared[0]}, expected {compared[1]}"
        else:
            value = self._show(self._values[0])
            detail = f"{_short(' '.join(ast.unparse(check.expression).split()))} is {value}"
        if len(self._asserts) > 1:
            detail = f"{detail} (line {check.line} of the test)"
        failed = self.failed(f"{_short(str(message))} ({detail})" if message is not None else detail)
        if self.failure is failed:
            self.compared = compared
        return failed

    def _sides(self, index: int) -> Compared:
        """Got and expected, as text, of the values compared last."""
        check = self._asserts[index]
        got, expected = (self._show(value) for value in self._values)
        if check.answer_is_right:
            got, expected = expected, got
        return got, expected if check.symbol == "==" else f"{check.symbol} {expected}"


class CheckedTest:
    """Setup and test, compiled so that every check is noted. `names` are those that the program may give."""

    def __init__(self, trees: Iterable[ast.Module], names: set[str]) -> None:
        rewriter = _Rewriter(names)
        rewritten = [rewriter.visit(tree) for tree in trees]
        self.codes: list[CodeType] = [
            compile(tree, _TEST, "exec", dont_inherit=True) for tree in rewritten if tree.body
        ]
        self.must_evaluate = rewriter.found and not rewriter.raises
        """Whether a test is not run that evaluates none of its checks. It is if it raises failures itself."""
        self._asserts = rewriter.asserts

    def checks(self, show: Show) -> Checks:
        """For one execution. `show` makes a short text of a value that was compared."""
        return Checks(self._asserts, show)


class _Rewriter(ast.NodeTransformer):
    """Rewrites checks without changing what they evaluate or when."""

    def __init__(self, names: set[str]) -> None:
        self._names = names
        self.asserts: list[_Assert] = []
        self.found = False
        self.raises = False

    def _asks_program(self, node: ast.AST) -> bool:
        return any(
            isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in self._names
            for part in ast.walk(node)
        )

    def visit_Assert(self, node: ast.Assert) -> Any:
        self.found = True
        test = node.test
        index = ast.Constant(len(self.asserts))
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            left, right = test.left, test.comparators[0]
            turned = self._asks_program(right) and not self._asks_program(left)
            self.asserts.append(_Assert(_COMPARISONS[type(test.ops[0])][0], test, turned, node.lineno))
            condition = _call("_judge_compare", index, left, right)
        else:
            self.asserts.append(_Assert("", test, False, node.lineno))
            condition = _call("_judge_truth", index, test)
        message = _call("_judge_failure", index, *([node.msg] if node.msg else []))
        raising = ast.Raise(exc=message, cause=None)
        return _placed(ast.If(test=ast.UnaryOp(ast.Not(), condition), body=[raising], orelse=[]), node)

    def visit_Raise(self, node: ast.Raise) -> Any:
        """`raise AssertionError` with or without arguments makes a noted failure."""
        self.generic_visit(node)
        match node.exc:
            case ast.Name(id="AssertionError"):
                node.exc = _call("_judge_failed")
            case ast.Call(func=ast.Name(id="AssertionError")) as made:
                made.func = ast.Name("_judge_failed", ast.Load())
            case _:
                return node
        self.raises = True
        return _placed(node, node)

    def visit_Call(self, node: ast.Call) -> Any:
        """A method of unittest such as `assertEqual`: that it fails, unittest itself says by `failed`."""
        self.generic_visit(node)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if called == "fail" or called.startswith("assert"):
            self.found = True
            node.func = _call("_judge_reached", node.func)
        return _placed(node, node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(_call("_judge_reached")))
        return _placed(node, node)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(name, ast.Load()), args=list(arguments), keywords=[])


def _placed(node: Any, old: ast.AST) -> Any:
    """A node in the place of another, for tracebacks."""
    return ast.fix_missing_locations(ast.copy_location(node, old))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def parse(text: str) -> ast.Module:
    """A part of a test; raises `NotATest` where it is no Python."""
    try:
        return ast.parse(text, _TEST)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line} of the test)" if line else ""
        raise NotATest(f"the test does not parse: {getattr(error, 'msg', None) or error}{where}") from None

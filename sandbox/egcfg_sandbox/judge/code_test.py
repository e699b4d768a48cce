"""Executes a test that is code: with handles for the program's names, or with the variables of a snippet."""

from __future__ import annotations

import ast
import builtins
import random
from typing import Any, Final

from egcfg_sandbox.assertions import CheckedTest, Checks, NotATest, parse
from egcfg_sandbox.judge import cases
from egcfg_sandbox.judge.handles import is_handle, known_as, shown
from egcfg_sandbox.judge.names import Names
from egcfg_sandbox.judge.questions import Questions
from egcfg_sandbox.uncalled import uncalled
from egcfg_sandbox.verdicts import SnippetTest

_HARMLESS_NAMES: Final = """
bisect cmath collections copy datetime decimal fractions functools heapq itertools json math operator random
re statistics string typing
"""
_HARMLESS_IMPORTS: Final = frozenset(_HARMLESS_NAMES.split())


class _Namespace(dict[str, Any]):
    """The globals of the test. Each reading of a variable of the program asks the program."""

    def __init__(self, questions: Questions) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self._questions = questions
        self._variables: set[str] = set()

    def bind(self, own: dict[str, Any], fixed: frozenset[str]) -> None:
        """Gives the test the program's names; a class body cannot ask, so what it reads is `fixed`."""
        for name, value in own.items():
            known_as(name, value, self._questions.references.declared)
            if is_handle(value) or isinstance(value, type) or name in fixed:
                self[name] = value
            else:
                self._variables.add(name)

    def __missing__(self, name: str) -> Any:
        if name in self._variables:
            found = self._questions.ask("names", (name,))
            if type(found) is dict and name in found:
                return found[name]
        raise KeyError(name)


class CodeCheck:
    """One test, parsed once for any number of programs."""

    def __init__(self, setup: str, code: str) -> None:
        trees = (parse(setup), parse(code))
        self._names = Names((setup, code), trees)
        self._uncalled = uncalled(ast.Module([line for tree in trees for line in tree.body], []))
        self.leaves_nothing_behind = _leaves_nothing_behind(trees, self._names.imported)
        """Whether the test surely changes only its own variables, so that its process can judge again."""
        self._uses_unittest = "unittest" in self._names.imported | self._names.asked
        self._test = CheckedTest(trees, set(self._names.asked))

    def run(self, questions: Questions, source: bytes, entry_point: str | None, *, trace: bool) -> None:
        """Loads the program and executes the test. Returns if the test holds; raises what made it fail."""
        checks = self._test.checks(shown)
        # As in the program's process: the same numbers in every run.
        random.seed(0)
        try:
            with checks.deciding():
                self._execute(questions, source, entry_point, checks, trace=trace)
        finally:
            questions.compared = checks.compared

    def _execute(
        self, questions: Questions, source: bytes, entry_point: str | None, checks: Checks, *, trace: bool
    ) -> None:
        names = self._names
        found = questions.ask("load", source, trace, tuple(sorted(names.asked)))
        helpers, own = names.given(found, entry_point)
        namespace = _Namespace(questions)
        namespace.update(helpers)
        namespace.bind(own, names.in_class_bodies)
        namespace.update(checks.tools())
        if self._uses_unittest:
            cases.take_over(checks)
        for code in self._test.codes:
            exec(code, namespace)
        if self._uses_unittest:
            cases.run_unittest(namespace)
        cases.run_uncalled(self._uncalled, namespace, lambda: _candidate(questions, namespace, entry_point))
        if self._test.must_evaluate and not checks.evaluated:
            raise NotATest("the test evaluates none of its checks")


def _candidate(questions: Questions, namespace: _Namespace, entry_point: str | None) -> Any:
    """The object under test, for a `check(candidate)` that the test does not call itself."""
    if entry_point is None:
        raise NotATest("the test does not call its check(), and no entry_point is given")
    candidate = namespace.get(entry_point)
    if candidate is None:
        found = questions.ask("names", (entry_point,)).get(entry_point)
        candidate = known_as(entry_point, found, questions.references.declared)
    if candidate is None:
        raise NameError(f"name {entry_point!r} is not defined", name=entry_point)
    return candidate


def _leaves_nothing_behind(trees: tuple[ast.Module, ...], imported: set[str]) -> bool:
    changing = any(
        (isinstance(node, ast.Name) and node.id in ("setattr", "delattr"))
        or (isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load))
        for tree in trees
        for node in ast.walk(tree)
    )
    return imported <= _HARMLESS_IMPORTS and not changing


def run_snippet(questions: Questions, test: SnippetTest, snippet: str, *, trace: bool) -> None:
    """Lets the program's process execute the snippet within its text, and tests the variables here."""
    tree = parse(test.code)
    asked = Names((test.code,), (tree,)).asked - vars(builtins).keys()
    checked = CheckedTest((tree,), set(asked))
    checks = checked.checks(shown)
    try:
        with checks.deciding():
            found = questions.ask("execute", test.whole(snippet), tuple(asked), trace, test.window(snippet))
            namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
            namespace |= {**{name: found[name] for name in found if name in asked}, **checks.tools()}
            for code in checked.codes:
                exec(code, namespace)
    finally:
        questions.compared = checks.compared
